"""From what rules said to a report: verdict, exit code, approval. All pure functions."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import InitVar, dataclass
from typing import TYPE_CHECKING, Final, NoReturn, final

from schema.report import Finding, Problem, Report, TaskReport, Verdict
from validators import __version__
from validators.finding import Fault
from validators.registry import Rule

if TYPE_CHECKING:
    from validators.folder import TaskFolder  # loads the models, which a kept report can spare

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


_BY_APPROVE: Final = object()
MAX_REASONS: Final = 20
"""Reasons of one kind that a refusal lists."""


@final
@dataclass(frozen=True, slots=True)
class Approval:
    """One task may be published as it stands in one folder: what `approve` gives, and nobody else.

    Attributes:
        task: the task's name.
        folder_sha256: the folder's digest.
        report_sha256: of the bytes of the JSON report about this task alone.
        validator: version of the check.
    """

    task: str
    folder_sha256: str
    report_sha256: str
    validator: str
    by: InitVar[object] = None

    def __post_init__(self, by: object) -> None:
        if by is not _BY_APPROVE:
            raise TypeError("only validators.report.approve makes an Approval")

    def __reduce_ex__(self, _: object) -> NoReturn:
        raise TypeError("an Approval cannot be copied or stored: what made it is gone then")


class Refusal(Exception):  # noqa: N818 - says what is, not what went wrong in code
    """A task may not be published.

    Attributes:
        task: the task's name.
        reasons: why, one sentence each, at least one.
        unknown: True where the check could not do its work, so that nothing is said of the task.
    """

    def __init__(self, task: str, reasons: Sequence[str], *, unknown: bool) -> None:
        super().__init__(f"{task}: {'; '.join(reasons)}")
        self.task = task
        self.reasons = tuple(reasons)
        self.unknown = unknown


def about(report: Report, task: str) -> Report:
    """The part of a report that is about one task: what a run on this task alone would say."""
    return report.model_copy(
        update={
            "tasks": [one for one in report.tasks if one.task == task],
            "findings": [found for found in report.findings if found.task == task],
            "problems": [problem for problem in report.problems if problem.task == task],
        }
    )


def approve(report: Report, folder: "TaskFolder", *, sandboxed: bool, cached: bool) -> Approval:
    """Approve a task for publication, by a complete report on exactly this folder.

    Args:
        report: of a run in this process; may be about other tasks too.
        folder: the task's folder, read for this call.
        sandboxed: what `validators.audio.sandboxed()` says.
        cached: whether the run was given measurements or reports of earlier runs, which somebody
            else could have written.

    Raises:
        Refusal: with every reason why not.
    """
    own = about(report, folder.task)
    doubts = list(_doubts(own, folder, sandboxed=sandboxed, cached=cached))
    faults = list(_faults(own, folder))
    if doubts or faults:
        raise Refusal(folder.task, [*faults, *doubts], unknown=not faults)
    from validators.render.json import as_json  # noqa: PLC0415 - only where all is well

    text = as_json(own).encode()
    return Approval(
        folder.task, folder.digest, hashlib.sha256(text).hexdigest(), own.validator, _BY_APPROVE
    )


def _doubts(
    report: Report, folder: "TaskFolder", *, sandboxed: bool, cached: bool
) -> Iterator[str]:
    """What keeps the report from saying that all is well."""
    if not sandboxed:
        yield "the decoders ran without limits on this system; a check on Linux is required"
    if cached:
        yield "the check used what earlier runs left; a check without caches is required"
    if report.validator != __version__:
        yield f"the report is by version {report.validator}; version {__version__} is required"
    if [task.path for task in report.tasks] != [folder.path]:
        yield f"the report is not about {folder.path}"
        return
    (task,) = report.tasks
    if task.digest != folder.digest:
        yield (
            f"the report is about a folder with digest {task.digest}; "
            f"{folder.path} has {folder.digest}"
        )
    yield from _first(f"{problem.kind}: {problem.message}" for problem in report.problems)
    yield from _first(f"{code} did not run: {why}" for code, why in task.rules_skipped.items())
    expected = sorted(f"{folder.task}_{file.stem}" for file in folder.instances)
    if sorted(one.instance for one in task.instances) != expected:
        yield "the report is not about the instances that are there"
    for one in task.instances:
        if one.examples is None or one.minutes is None:
            yield f"{one.instance} was not read and measured"


def _faults(report: Report, folder: "TaskFolder") -> Iterator[str]:
    """What is wrong with the task itself."""
    from validators.publishable import obstacles  # noqa: PLC0415 - loads the models

    errors = [
        f"{found.path}{f':{found.line}' if found.line else ''} {found.rule} {found.message}"
        for found in report.findings
        if found.severity == "error" and found.waived is None
    ]
    yield from _first(errors)
    if not errors and any(task.verdict == "fail" for task in report.tasks):
        yield 'the verdict is "fail"'
    yield from obstacles(folder)


def _first(reasons: Iterable[str]) -> Iterator[str]:
    """The first reasons of a kind, and how many others there are."""
    listed = list(reasons)
    yield from listed[:MAX_REASONS]
    if len(listed) > MAX_REASONS:
        yield f"{len(listed) - MAX_REASONS} more of this kind"
