"""What our workflows promise beyond GitHub's schema and zizmor: one function a promise."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
ACTIONS = {
    "actions/checkout", "actions/setup-python", "actions/setup-node", "actions/upload-artifact",
    "actions/download-artifact",
}  # fmt: skip
TRIGGERS = {"pull_request", "merge_group", "push", "workflow_run", "workflow_dispatch", "schedule"}
IDENTITY = {("publish.yml", "push")}
"""The jobs that may ask for a keyless identity, by file and name."""
PINNED = re.compile(r"\s+(?:- )?uses: [\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*$")

Workflow = dict[str, Any]
Promise = Callable[[str, str, Workflow], Iterator[str]]


def jobs(workflow: Workflow) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from workflow.get("jobs", {}).items()


def steps(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from job.get("steps", [])


def writes(job: dict[str, Any]) -> bool:
    """Whether the job's token can do more than read."""
    permissions = job.get("permissions", {})
    return not isinstance(permissions, dict) or "write" in permissions.values()


def nothing_by_default(name: str, text: str, workflow: Workflow) -> Iterator[str]:
    if workflow.get("permissions") != {}:
        yield "the workflow's permissions are not {}"


def every_job_says_its_rights_and_its_time(
    name: str, text: str, workflow: Workflow
) -> Iterator[str]:
    for key, job in jobs(workflow):
        for field in ("name", "permissions", "timeout-minutes", "runs-on"):
            if field not in job:
                yield f"{key} has no {field}"
        if not isinstance(job.get("permissions", {}), dict):
            yield f"{key} asks for {job['permissions']}"
        if "self-hosted" in str(job.get("runs-on")):
            yield f"{key} runs on a machine of ours"


def known_triggers(name: str, text: str, workflow: Workflow) -> Iterator[str]:
    triggers = workflow[True] if True in workflow else workflow["on"]  # YAML 1.1 reads `on` so
    yield from (f"{one} begins it" for one in set(triggers) - TRIGGERS)
    if name == "validate.yml":
        for kind, how in triggers.items():
            if how and {"paths", "paths-ignore"} & set(how):
                yield f"a filter of paths on {kind} leaves a required check pending"
        if set(triggers) != {"pull_request", "merge_group"}:
            yield "it is not begun by pull requests and the merge queue alone"


def actions_are_pinned(name: str, text: str, workflow: Workflow) -> Iterator[str]:
    for line in text.splitlines():
        if re.match(r"\s+(- )?uses:", line) and not PINNED.fullmatch(line):
            yield f"not pinned by commit with its version beside it: {line.strip()}"
    for key, job in jobs(workflow):
        if "uses" in job:
            yield f"{key} calls another workflow"
        for step in steps(job):
            action = str(step.get("uses", "")).partition("@")[0]
            if action and action not in ACTIONS:
                yield f"{key} uses {action}"


def no_credentials_stay(name: str, text: str, workflow: Workflow) -> Iterator[str]:
    for key, job in jobs(workflow):
        for step in steps(job):
            used = str(step.get("uses", ""))
            keeps = step.get("with", {}).get("persist-credentials") is not False
            if used.startswith("actions/checkout@") and keeps:
                yield f"{key} leaves its token on disk"


def nothing_foreign_where_a_token_can_write(
    name: str, text: str, workflow: Workflow
) -> Iterator[str]:
    """No cache, no other run's artifact, no pull request's code beside a token that writes."""
    for key, job in jobs(workflow):
        if not writes(job):
            continue
        for step in steps(job):
            used, given = str(step.get("uses", "")), step.get("with", {})
            if "cache" in used or given.get("cache"):
                yield f"{key} uses a cache"
            if used.startswith("actions/download-artifact") and "run-id" in given:
                yield f"{key} takes an artifact of another run"
            if used.startswith("actions/checkout@") and {"ref", "repository"} & set(given):
                yield f"{key} checks out something else than its own commit"
            if re.search(r"gh run download|unzip|pull/\d*|head_ref|head_branch", str(step)):
                yield f"{key} brings a pull request's files or names in"


def nothing_of_an_event_in_a_command(name: str, text: str, workflow: Workflow) -> Iterator[str]:
    for key, job in jobs(workflow):
        for step in steps(job):
            if "${{" in str(step.get("run", "")):
                yield f"{key} puts an expression into a command"


def identity_in_one_place(name: str, text: str, workflow: Workflow) -> Iterator[str]:
    for key, job in jobs(workflow):
        permissions = job.get("permissions", {})
        asked = isinstance(permissions, dict) and permissions.get("id-token") == "write"
        if asked and (name, key) not in IDENTITY:
            yield f"{key} asks for an identity"
        if asked and not job.get("environment"):
            yield f"{key} asks for an identity outside of a protected environment"


def secrets_in_environments_only(name: str, text: str, workflow: Workflow) -> Iterator[str]:
    for key, job in jobs(workflow):
        if "secrets." in str(job) and not job.get("environment"):
            yield f"{key} reads a secret outside of a protected environment"
    if re.search(r"^env:.*secrets\.", text, re.MULTILINE | re.DOTALL) and "secrets." in str(
        workflow.get("env", "")
    ):
        yield "the whole workflow reads a secret"


def installs_are_held_to_hashes(name: str, text: str, workflow: Workflow) -> Iterator[str]:
    for key, job in jobs(workflow):
        for step in steps(job):
            run = str(step.get("run", "")).replace("\\\n", " ")
            for line in run.splitlines():
                if "pip install" in line and "--require-hashes" not in line:
                    yield f"{key} installs what no hash holds"


def exceptions_are_few(name: str, text: str, workflow: Workflow) -> Iterator[str]:
    ignored = re.findall(r"zizmor: ignore\[([^\]]*)\]", text)
    allowed = ["dangerous-triggers"] if name == "comment.yml" else []
    if ignored != allowed:
        yield f"zizmor is told to ignore {ignored}; {allowed} is allowed"


def the_base_judges_the_head(name: str, text: str, workflow: Workflow) -> Iterator[str]:
    if name != "validate.yml":
        return
    for key, job in jobs(workflow):
        if job.get("permissions") != {"contents": "read"}:
            yield f"{key} may do more than read"
        places = [step["with"].get("path") for step in steps(job) if "checkout@" in str(step)]
        if places != ["base", "head"]:
            yield f"{key} checks out {places}; base and head are required"
        for step in steps(job):
            runs_ours = re.search(r"-m (ci|validators)\.", str(step.get("run", "")))
            if runs_ours and step.get("working-directory") != "base":
                yield f"{key} runs the pull request's own code"


PROMISES: list[Promise] = [
    nothing_by_default, every_job_says_its_rights_and_its_time, known_triggers, actions_are_pinned,
    no_credentials_stay, nothing_foreign_where_a_token_can_write, nothing_of_an_event_in_a_command,
    identity_in_one_place, secrets_in_environments_only, installs_are_held_to_hashes,
    exceptions_are_few, the_base_judges_the_head,
]  # fmt: skip


def broken(name: str, text: str) -> list[str]:
    """The promises that a workflow's text breaks, in words."""
    workflow = yaml.safe_load(text)
    return [said for promise in PROMISES for said in promise(name, text, workflow)]
