"""publish.yml keeps two jobs apart: one decodes and has no token, one has a token."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

FILE = Path(__file__).parents[2] / ".github/workflows/publish.yml"
Workflow = dict[str, Any]


def workflow() -> Workflow:
    loaded: Workflow = yaml.load(FILE.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - "on" stays a text
    return loaded


def faults(flow: Workflow) -> Iterator[str]:
    """What would let a token near to strangers' sound, or strangers near to a token."""
    text = repr(flow)
    build, push = flow["jobs"]["build"], flow["jobs"]["push"]
    if set(flow["on"]) != {"push", "workflow_dispatch"} or flow["on"]["push"]["branches"] != [
        "main"
    ]:
        yield "it runs on more than main and on request"
    if flow["permissions"] != {}:
        yield "permissions are not empty at the top"
    if build["permissions"] != {"contents": "read"}:
        yield "the build has more than a checkout"
    if push["permissions"] != {"contents": "read", "id-token": "write"}:
        yield "the push has other permissions"
    if push.get("environment") != "hub-publish" or "environment" in build:
        yield "the environment is not the push's alone"
    if push["needs"] != "build" or "refs/heads/main" not in build.get("if", ""):
        yield "the push does not wait for a build of main"
    if flow["concurrency"]["cancel-in-progress"] != "false" or "$" in flow["concurrency"]["group"]:
        yield "a publish may be cancelled, or two may run"
    if "secrets." in text or "cache" in text.lower():
        yield "a stored secret or a cache"
    for name, job in flow["jobs"].items():
        if "timeout-minutes" not in job:
            yield f"{name} has no end"
        for step in job["steps"]:
            yield from _step_faults(name, step)


def _step_faults(job: str, step: dict[str, Any]) -> Iterator[str]:
    uses, options, command = step.get("uses", ""), step.get("with", {}), step.get("run", "")
    if uses and not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", uses):
        yield f"{job} uses {uses}, which is not pinned"
    if "checkout" in uses and options.get("persist-credentials") != "false":
        yield f"{job} keeps the checkout's token"
    if "download-artifact" in uses and set(options) != {"name", "path"}:
        yield f"{job} may take another run's artifact"
    if "${{" in command:
        yield f"{job} puts a text from outside into a command"
    if command.count("pip install") != command.count("--require-hashes --only-binary :all:"):
        yield f"{job} installs without hashes"
    if command.count("--no-binary") != command.count("--no-build-isolation"):
        yield f"{job} builds with what nobody pinned"
    if job == "push" and re.search(r"ci[.]build|publish build|push(?! --from)", command):
        yield "the job with the token builds"


def test_the_workflow_has_no_fault() -> None:
    assert list(faults(workflow())) == []


def step(flow: Workflow, job: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s for s in flow["jobs"][job]["steps"] if s["name"] == name)
    return found


SABOTAGE: dict[str, Callable[[Workflow], object]] = {
    "a pull request runs it": lambda flow: flow["on"].update(pull_request_target={}),
    "every branch": lambda flow: flow["on"]["push"].update(branches=["**"]),
    "rights at the top": lambda flow: flow.update(permissions={"contents": "write"}),
    "id-token in the build": lambda flow: flow["jobs"]["build"]["permissions"].update(
        {"id-token": "write"}
    ),
    "rights to write on GitHub": lambda flow: flow["jobs"]["push"]["permissions"].update(
        contents="write"
    ),
    "no environment": lambda flow: flow["jobs"]["push"].pop("environment"),
    "no build before": lambda flow: flow["jobs"]["push"].update(needs="nothing"),
    "runs are cancelled": lambda flow: flow["concurrency"].update({"cancel-in-progress": "true"}),
    "one group for each branch": lambda flow: flow["concurrency"].update(group="${{ github.ref }}"),
    "a stored secret": lambda flow: step(flow, "push", "Push")["env"].update(
        {"HF_TOKEN": "${{ secrets.HF_TOKEN }}"}
    ),
    "a cache": lambda flow: step(flow, "push", "Set up Python")["with"].update(cache="pip"),
    "no end": lambda flow: flow["jobs"]["build"].pop("timeout-minutes"),
    "an action by its tag": lambda flow: step(flow, "push", "Take over").update(
        uses="actions/download-artifact@v8"
    ),
    "another run's artifact": lambda flow: step(flow, "push", "Take over")["with"].update(
        {"run-id": "1"}
    ),
    "credentials stay": lambda flow: step(flow, "push", "Check out")["with"].update(
        {"persist-credentials": "true"}
    ),
    "a text in a command": lambda flow: step(flow, "push", "Push").update(
        run="ci.publish push --from x ${{ inputs.overwrite }}"
    ),
    "no hashes": lambda flow: step(flow, "push", "Install").update(run="pip install datasets"),
    "a build isolated from the pins": lambda flow: step(flow, "push", "Install").update(
        run="pip install --require-hashes --only-binary :all: --no-binary x -r x.txt"
    ),
    "the push builds": lambda flow: step(flow, "push", "Push").update(run="ci.publish push"),
}


@pytest.mark.parametrize("sabotage", SABOTAGE)
def test_a_sabotaged_copy_is_told_from_it(sabotage: str) -> None:
    flow = deepcopy(workflow())
    SABOTAGE[sabotage](flow)
    assert len(list(faults(flow))) == 1
