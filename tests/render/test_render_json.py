"""JSON is the model itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from schema.report import Report
from tests.render.reports import failing, finding, report
from validators.render import render

ROOT = Path("nowhere")


def test_it_is_exactly_the_model() -> None:
    text = render(failing(), "json", root=ROOT)
    assert json.loads(text) == failing().model_dump()
    assert Report.model_validate_json(text) == failing()
    assert text.startswith('{\n  "schema_version": 1,\n  "validator": "0.1.0",\n  "tasks": [\n')
    assert text.endswith("]\n}\n")


def test_letters_stay_and_controls_are_escaped() -> None:
    what = report(finding(message="漢字 \x1b[31m \u202e \u200b \U000e0041 ##[group]"))
    text = render(what, "json", root=ROOT)
    assert r"漢字 \u001b[31m \u202e \u200b \udb40\udc41 ##\u005bgroup]" in text
    assert Report.model_validate_json(text) == what


def test_a_number_that_json_does_not_know_is_refused() -> None:
    task = failing().tasks[0]
    instance = task.instances[0].model_copy(update={"minutes": float("nan")})
    broken = report(tasks=[task.model_copy(update={"instances": [instance]})])
    with pytest.raises(ValueError, match="JSON compliant"):
        render(broken, "json", root=ROOT)


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(ValueError, match="'xml' is no format; these are: terminal, json"):
        render(failing(), "xml", root=ROOT)


@pytest.mark.parametrize("form", ["json", "sarif", "github", "markdown"])
def test_only_the_terminal_report_imports_rich(form: str) -> None:
    program = (
        "import sys; from pathlib import Path; from schema.report import Report;"
        "from validators.render import render;"
        "what = Report(schema_version=1, validator='0', tasks=[], findings=[], problems=[]);"
        f"render(what, {form!r}, root=Path());"
        "sys.exit('rich' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
