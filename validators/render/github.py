"""The report as workflow commands, which GitHub shows beside the changed lines.

GitHub shows 10 errors and 10 warnings of a step, so the first of each rule in each file come first.
"""

from collections import Counter
from collections.abc import Iterator

from schema.report import Finding, Problem, Report
from validators.render.escape import (
    command_data,
    command_property,
    loggable,
    shortened,
    visible,
)
from validators.render.findings import faults, problems
from validators.render.words import totals

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def as_github(report: Report) -> str:
    """One command a line: errors, problems, warnings, notes; last a line with the totals."""
    lines = [
        *_annotations(report, "error"),
        *(_problem(problem) for problem in problems(report)),
        *_annotations(report, "warning"),
        *_annotations(report, "note"),
        totals(report, loggable),
    ]
    return "".join(f"{line}\n" for line in lines)


def _annotations(report: Report, severity: str) -> Iterator[str]:
    return map(_annotation, varied(faults(report, severity)))


def varied(findings: list[Finding]) -> list[Finding]:
    """First of each rule in each file the first finding, then of each the second, and so on."""
    seen: Counter[tuple[str, str]] = Counter()
    turns: list[tuple[int, int, Finding]] = []
    for finding in findings:
        key = (finding.rule, finding.path)
        turns.append((seen[key], len(turns), finding))
        seen[key] += 1
    return [finding for _, _, finding in sorted(turns, key=lambda turn: turn[:2])]


def _annotation(finding: Finding) -> str:
    subject = f"{finding.example}: " if finding.example else ""
    message = visible(f"{subject}{shortened(finding.message)}")
    return _command(
        _COMMANDS[finding.severity],
        f"{message}\nhint: {visible(shortened(finding.hint))}",
        file=finding.path,
        line=finding.line,
        col=finding.column,
        title=f"{finding.rule} {finding.name}",
    )


def _problem(problem: Problem) -> str:
    about = " ".join(filter(None, [problem.instance or problem.task, problem.rule]))
    message = visible(f"{about}: {shortened(problem.message)}")
    text = f"{message}\nThe check could not do its work. This says nothing about the task."
    return _command("warning", text, title=f"not checked ({problem.kind})")


def _command(name: str, message: str, **properties: str | int | None) -> str:
    shown = ",".join(
        f"{key}={command_property(visible(str(value)))}"
        for key, value in properties.items()
        if value is not None
    )
    return f"::{name} {shown}::{command_data(message)}"
