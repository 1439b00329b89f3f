"""Our workflows keep their promises, and copies that somebody has sabotaged are caught."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workflows.structure import WORKFLOWS, broken

TOOLS = Path(sys.executable).parent
ALL = sorted(WORKFLOWS.glob("*.yml"))


def found_by_tools(path: Path) -> list[str]:
    """The tools that complain about a workflow: the schema, and zizmor as its auditor."""
    environment = {name: value for name, value in os.environ.items() if "TOKEN" not in name}
    commands = {
        "schema": ["check-jsonschema", "--builtin-schema", "vendor.github-workflows"],
        "zizmor": ["zizmor", "--offline", "--persona=auditor", "--no-progress"],
    }
    return [
        tool for tool, (program, *options) in commands.items()
        if subprocess.run([str(TOOLS / program), *options, str(path)], check=False,
                          capture_output=True, env=environment).returncode
    ]  # fmt: skip


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_a_workflow_keeps_its_promises(path: Path) -> None:
    assert broken(path.name, path.read_text(encoding="utf-8")) == []
    assert found_by_tools(path) == []


def test_the_workflows_that_the_project_speaks_of_are_there() -> None:
    assert {path.name for path in ALL} >= {"validate.yml", "comment.yml", "self.yml"}


def swap(old: str, new: str) -> Callable[[str], str]:
    """A sabotage: `new` in the place of `old`, which must be there."""

    def sabotage(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return sabotage


CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
SABOTAGES: dict[str, tuple[str, Callable[[str], str]]] = {
    "pull_request_target": ("validate.yml", swap("  pull_request:", "  pull_request_target:")),
    "write rights for the check": ("validate.yml", swap("contents: read", "contents: write")),
    "all rights": ("validate.yml", swap("permissions: {}", "permissions: write-all")),
    "no rights said": ("validate.yml", swap("permissions: {}\n", "")),
    "the head's own validators": ("validate.yml", swap("working-directory: base",
                                                       "working-directory: head")),
    "a path filter": ("validate.yml", swap("  pull_request:\n",
                                           "  pull_request:\n    paths: [tasks/**]\n")),
    "an action by its tag": ("validate.yml", swap(CHECKOUT, "actions/checkout@v7")),
    "an action by a short commit": ("self.yml", swap(CHECKOUT, "actions/checkout@3d3c42e # v7")),
    "another's action": ("self.yml", swap("actions/setup-python@", "evil/setup-python@")),
    "a token on disk": ("validate.yml", swap("persist-credentials: false",
                                             "persist-credentials: true")),
    "a title in a command": ("validate.yml", swap(
        'echo "task folders', 'echo "${{ github.event.pull_request.title }}"; echo "task folders')),
    "no time limit": ("comment.yml", swap("    timeout-minutes: 15\n", "")),
    "a cache beside a token": ("comment.yml", swap('python-version: "3.11"',
                                                   'python-version: "3.11"\n          cache: pip')),
    "the head's code beside a token": ("comment.yml", swap(
        "          persist-credentials: false",
        "          persist-credentials: false\n"
        "          ref: ${{ github.event.workflow_run.head_sha }}")),
    "an artifact unpacked beside a token": ("comment.yml", swap(
        '          "$RUNNER_TEMP/venv/bin/python" -m ci.comment',
        '          gh run download 1; "$RUNNER_TEMP/venv/bin/python" -m ci.comment')),
    "an identity for the bot": ("comment.yml", swap("checks: write", "id-token: write")),
    "a secret for the bot": ("comment.yml", swap("github.token", "secrets.HF_TOKEN")),
    "installs without hashes": ("comment.yml", swap("--require-hashes ", "")),
    "another ignored finding": ("validate.yml", swap(
        "  pull_request:\n", "  pull_request: # zizmor: ignore[excessive-permissions]\n")),
    "a machine of ours": ("self.yml", swap("ubuntu-24.04", "self-hosted")),
    "no name": ("self.yml", swap("    name: .ci/run\n", "")),
    "an unknown key": ("self.yml", swap("    timeout-minutes: 60", "    timeout: 60")),
}  # fmt: skip


@pytest.mark.parametrize("sabotage", SABOTAGES)
def test_a_sabotaged_copy_is_caught(sabotage: str, tmp_path: Path) -> None:
    name, change = SABOTAGES[sabotage]
    text = change((WORKFLOWS / name).read_text(encoding="utf-8"))
    copy = tmp_path / ".github" / "workflows" / name
    copy.parent.mkdir(parents=True)
    copy.write_text(text, encoding="utf-8")
    assert broken(name, text) or found_by_tools(copy)
