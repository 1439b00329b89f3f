"""Whatever strangers write, it is shown and does not act; and no report takes long."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from schema.report import Finding, Report
from tests.render.rendered import page
from tests.render.reports import finding, problem, report, task
from tests.render.runner import Command, commands
from tests.render.test_render_markdown import assert_inert
from tests.render.test_render_sarif import official
from validators.render import FORMATS, render
from validators.render.escape import visible
from validators.render.findings import faults
from validators.render.markdown import LIMIT

ROOT = Path(__file__).parent
FRAGMENTS = [
    "::error::x", "::", ":", "##[group]y", "##", "[", "%0A", "%", ",", "\x1b[31m", "\x9b", "\x00",
    "\u202e", "\u2066", "\u200b", "\u2028", "\x85", "\ufeff", "\U000e0041", "\ud800", "\ufe0f",
    "`", "```", "|", "<img src=x>", "![a](b)", "[a](https://evil.example)", "@evil", "#1",
    "https://evil.example", "www.evil.example", "</details>", "<!--", "{0}", "\\", "$`", "&lt;",
    "\n", "\r\n", "\n\n", "\t", " ", "  ", "word ", "漢字", "e\u0301", "🎉", "-", "*", "# ", '"',
]  # fmt: skip
INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
SGR = re.compile(r"\x1b\[[0-9;]*m")

texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=4), max_size=12).map("".join)
places = st.none() | st.integers(1, 40)
codes = st.sampled_from(["AUD512", "PTR103", "TSK204"])
folders = st.sampled_from(["tasks/A/task.json", "test_render_json.py"])


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    """A finding with a stranger's words in every field that may hold any."""
    fields: dict[str, Any] = {
        name: draw(texts) for name in ("name", "task", "message", "hint", "url")
    }
    optional = ("instance", "pointer", "example", "waived")
    fields |= {name: draw(st.none() | texts) for name in optional}
    return finding(
        rule=draw(codes),
        severity=draw(st.sampled_from(["error", "warning", "note"])),
        path=draw(texts | folders),
        line=draw(places),
        column=draw(places),
        **fields,
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """A report of strangers' words; findings may repeat, so that they fold."""
    found = draw(st.lists(findings(), max_size=3))
    found = [f for f in found for _ in range(draw(st.integers(1, 5)))]
    checked = [
        task(
            name,
            path=draw(texts),
            verdict=draw(st.sampled_from(["pass", "fail", "incomplete"])),
            rules_skipped=draw(st.dictionaries(codes, texts, max_size=2)),
        )
        for name in draw(st.lists(texts, max_size=2, unique=True))
    ]
    failed = draw(st.lists(st.builds(problem, task=texts, message=texts), max_size=2))
    return report(*found, tasks=checked, problems=failed)


many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@many
@given(reports(), st.sampled_from(FORMATS), st.integers(1, 130))
def test_nothing_unseen_comes_out_and_nothing_is_a_command(
    what: Report, form: str, width: int
) -> None:
    shown = render(what, form, root=ROOT, width=width)
    assert shown == render(what, form, root=ROOT, width=width)
    assert not INVISIBLE.search(shown)
    assert shown.endswith("\n")
    shown.encode("utf-8")
    expected = len(what.problems) + len(faults(what, "error", "warning", "note"))
    assert len(commands(shown)) == (expected if form == "github" else 0)


@many
@given(reports(), st.integers(40, 130))
def test_terminal_lines_fit_and_colour_is_only_colour(what: Report, width: int) -> None:
    shown = render(what, "terminal", root=ROOT, width=width)
    painted = render(what, "terminal", root=ROOT, width=width, color=True)
    assert SGR.sub("", painted) == shown
    for line in shown.splitlines():
        assert line == line.rstrip(" ")
        assert cell_len(line) <= width or " " not in line.strip(" "), line


@many
@given(reports())
def test_json_is_read_back(what: Report) -> None:
    assert Report.model_validate(json.loads(render(what, "json", root=ROOT))) == what


@many
@given(reports())
def test_sarif_fits_the_official_schema(what: Report) -> None:
    official().validate(json.loads(render(what, "sarif", root=ROOT)))


def expected_command(found: Finding) -> str:
    """What the runner shall understand of a finding, as sorted text."""
    place = {"line": found.line, "col": found.column}
    subject = f"{found.example}: " if found.example else ""
    properties = {
        "file": visible(found.path),
        **{key: str(value) for key, value in place.items() if value is not None},
        # The runner trims what stands between the command's name and its message.
        "title": visible(f"{found.rule} {found.name}").rstrip(),
    }
    name = {"note": "notice"}.get(found.severity, found.severity)
    message = f"{visible(subject + found.message)}\nhint: {visible(found.hint)}"
    return repr(Command(name, properties, message))


@many
@given(reports())
def test_github_reads_exactly_the_findings(what: Report) -> None:
    read = commands(render(what, "github", root=ROOT))
    shown = [command for command in read if "not checked" not in command.properties["title"]]
    expected = faults(what, "error", "warning", "note")
    assert Counter(map(repr, shown)) == Counter(map(expected_command, expected))
    order = ["error", "warning", "notice"]
    ranks = [order.index(command.name) for command in read]
    assert ranks == sorted(ranks)


@many
@given(reports())
def test_markdown_is_inert(what: Report) -> None:
    shown = render(what, "markdown", root=ROOT)
    assert_inert(page(shown))
    assert len(shown) <= LIMIT


@given(texts)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_code_span_shows_exactly_its_text(text: str) -> None:
    what = report(finding(message=text), tasks=[])
    code = page(render(what, "markdown", root=ROOT)).code
    assert (visible(text) or " ") in code


@pytest.mark.torture
@pytest.mark.timeout(3600)
@given(reports())
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_markdown_is_inert_at_full_strength(what: Report) -> None:
    shown = render(what, "markdown", root=ROOT)
    assert_inert(page(shown))
    assert len(shown) <= LIMIT
    assert not commands(shown)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.timeout(60)  # what grows with the square would take minutes; this takes 0.6 s
def test_ten_thousand_findings_are_rendered(form: str) -> None:
    spread = [
        finding(
            task=f"T{n % 250}",
            path=f"tasks/T{n % 250}/{n}.json",
            message=f'"{n}" is not among the labels; one of "yes" and "no" is needed here, in full',
        )
        for n in range(10_000)
    ]
    what = report(*spread, tasks=[task(f"T{n}") for n in range(250)])
    assert render(what, form, root=ROOT, color=True)
