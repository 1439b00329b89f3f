"""From what rules said to a report: waivers, verdicts, exit code. All pure functions."""

from collections.abc import Iterable, Sequence

from schema.report import Finding, Problem, Report, TaskReport, Verdict
from validators import __version__
from validators.finding import Fault
from validators.registry import Rule

MAX_TEXT = 2_000
"""Characters of a message, a hint, a pointer or a file id in a report."""

NOT_SANDBOXED = (
    "run, but on clips decoded without all limits, which this system does not have (Linux has)"
)
"""Why rules on sound that ran are listed as skipped, so that such a report approves nothing."""


def finding(rule: Rule, task: str, instance: str | None, fault: Fault) -> Finding:
    """What a rule yielded, with all that the frame knows of it."""
    return Finding(
        rule=rule.code,
        name=rule.name,
        severity=rule.severity.value,
        task=task,
        instance=instance,
        path=printable(fault.at.path),
        line=fault.at.line,
        column=fault.at.column,
        pointer=None if fault.at.pointer is None else _held(printable(fault.at.pointer)),
        example=None if fault.at.example is None else _held(printable(fault.at.example)),
        message=_held(one_line(fault.message)),
        hint=_held(one_line(fault.hint)),
        url=rule.url,
        waived=None,
    )


def _held(text: str) -> str:
    """Text held to a length that a person may read: a stranger's cell can be a megabyte."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def printable(text: str) -> str:
    """Text that UTF-8 can hold: bytes of a file name that are none are shown as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def one_line(text: str) -> str:
    """Text with every character that cannot be printed shown as its escape: names, labels and
    cells that a message quotes may hold line breaks."""
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in printable(text))
    return "".join(shown)


def verdict(
    findings: Iterable[Finding], problems: Sequence[Problem], skipped: dict[str, str]
) -> Verdict:
    """The verdict on one task: what did not run has not passed."""
    if any(found.severity == "error" and found.waived is None for found in findings):
        return "fail"
    return "incomplete" if problems or skipped else "pass"


def exit_code(report: Report) -> int:
    """1 where a task fails, else 2 where the check could not do its work, else 0."""
    if any(task.verdict == "fail" for task in report.tasks):
        return 1
    return 2 if report.problems else 0


def assemble(
    tasks: Iterable[TaskReport], findings: Iterable[Finding], problems: Iterable[Problem]
) -> Report:
    """The report of a run: sorted, so that the same input gives the same bytes."""
    return Report(
        schema_version=1,
        validator=__version__,
        tasks=sorted(tasks, key=lambda task: task.path),
        findings=sorted(findings, key=_finding_key),
        problems=sorted(problems, key=lambda problem: problem.model_dump_json()),
    )


def _finding_key(found: Finding) -> tuple[str | int, ...]:
    return (
        found.task, found.path, found.line or 0, found.column or 0, found.rule,
        found.example or "", found.message,
    )  # fmt: skip
