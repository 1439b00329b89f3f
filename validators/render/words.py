"""What every voice says alike: numbers, totals, the next step."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from schema.report import InstanceReport, Report, TaskReport, Verdict
from validators.registry import rules
from validators.render.findings import faults
from validators.report import NOT_SANDBOXED
from validators.words import template_text

Show = Callable[[str], str]
"""How a sentence of ours shows a stranger's words inside it."""


def counted(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def first_few(names: Sequence[str], few: int = 6) -> str:
    """`a, b, c`, or `a, b, c, ...` where there are more."""
    return ", ".join([*names[:few], *(["..."] if len(names) > few else [])])


# --- numbers


def number(value: float, digits: int = 1) -> str:
    """A number for a table: `21.4`, `1,204.0`, `1e+09`."""
    return f"{value:,.{digits}f}" if abs(value) < 1e6 else f"{value:.3g}"


def _rates(rates: dict[str, int]) -> str:
    # Keys are hertz in decimal; a report from a pull request may hold anything.
    hertz = sorted(int(key) for key in rates if re.fullmatch("[0-9]{1,9}", key))
    return (first_few([f"{rate / 1000:g}" for rate in hertz], 3) or "?") + " kHz"


def statistics(instance: InstanceReport) -> dict[str, str]:
    """What was measured, by heading, in the order in which it is shown: numbers and units only."""
    shown: dict[str, str] = {}
    if instance.examples is not None:
        shown["examples"] = f"{instance.examples:,}"
    if instance.minutes is not None:
        shown["minutes"] = number(instance.minutes)
    if instance.durations is not None:
        shown["median"] = f"{number(instance.durations.median, 2)} s"
    if instance.majority_share is not None:
        shown["majority"] = f"{number(100 * instance.majority_share)}%"
    if instance.sample_rates is not None:
        shown["rate"] = _rates(instance.sample_rates)
    return shown


def instructions(instance: InstanceReport) -> str | None:
    """How many instructions there are, and as how many they count: `12 (8.5 effective)`."""
    if instance.distinct_instructions is None:
        return None
    effective = instance.effective_instructions
    more = "" if effective is None else f" ({number(effective)} effective)"
    return f"{instance.distinct_instructions:,}{more}"


# --- sentences


def verdict(report: Report) -> Verdict:
    """The worst verdict of all tasks; `incomplete` where no task was checked.

    An error outside of any task is one of the pull request as a whole.
    """
    if faults(report, "error"):
        return "fail"
    verdicts = {task.verdict for task in report.tasks}
    worst_first: tuple[Verdict, ...] = ("fail", "incomplete", "pass")
    return next((name for name in worst_first if name in verdicts), "incomplete")


def totals(report: Report, show: Show) -> str:
    """One sentence: how many tasks pass, and what was found."""
    found = [
        counted(len(faults(report, "error")), "error"),
        counted(len(faults(report, "warning")), "warning"),
        counted(len(report.problems), "problem"),
    ]
    found = [text for text in found if not text.startswith("0 ")]
    if len(report.tasks) == 1:
        subject = f"{show(report.tasks[0].path)} {_ENDINGS[verdict(report)][0]}"
        return f"{subject} with {listed(found)}." if found else f"{subject}."
    subject = _tasks(report.tasks)
    return f"{subject}; {listed(found)}." if found else f"{subject}."


_ENDINGS = {
    "pass": ("passes", "pass"),
    "fail": ("fails", "fail"),
    "incomplete": ("is incomplete", "are incomplete"),
}


def _tasks(tasks: list[TaskReport]) -> str:
    if not tasks:
        return "No task was checked"
    verdicts: list[str] = [task.verdict for task in tasks]
    parts = [
        f"{count:,} {endings[count > 1]}"
        for name, endings in _ENDINGS.items()
        if (count := verdicts.count(name))
    ]
    return f"{counted(len(tasks), 'task')}: {', '.join(parts)}"


class NextStep(NamedTuple):
    """What to do now: one sentence, and the commands that it speaks of."""

    sentence: str
    commands: tuple[str, ...] = ()


def next_step(report: Report, show: Show) -> NextStep:
    """What to do now that the report is read."""
    paths = {end: [t.path for t in report.tasks if t.verdict == end] for end in _ENDINGS}
    if paths["fail"]:
        codes = [finding.rule for finding in faults(report, "error")]
        explain = (f"{_CHECK} --explain {codes[0]}",) if codes else ()
        more = "; --explain prints the page of a rule" if codes else ""
        return NextStep(
            f"Next: mend the errors and check again{more}.", (_command(paths["fail"]), *explain)
        )
    if report.problems and all(problem.kind == "limit" for problem in report.problems):
        return NextStep(
            "Next: do what the problems ask for, and check again.",
            (_command(paths["incomplete"]),),
        )
    if report.problems:
        return NextStep(
            "Next: check again; open an issue if the problems stay, they are not the task's fault.",
            (_command(paths["incomplete"]),),
        )
    reasons = {reason for task in report.tasks for reason in task.rules_skipped.values()}
    if reasons == {NOT_SANDBOXED}:
        return NextStep(
            "Next: open a pull request, whose check listens to the clips within limits."
        )
    if paths["incomplete"]:
        return NextStep(
            "Next: check again without options that skip rules: what did not run has not passed.",
            (_command(paths["incomplete"]),),
        )
    if report.tasks:
        what = f"{show(report.tasks[0].path)} " if len(report.tasks) == 1 else ""
        return NextStep(f"Next: commit {what}and open a pull request.")
    return NextStep("Next: check a task's folder.", (f"{_CHECK} tasks/<Task>",))


def fix_step(report: Report) -> NextStep | None:
    """What `--fix` can do about the report, or None where no finding is of its kind."""
    known = rules()
    found = [
        finding
        for finding in faults(report, "error", "warning")
        if finding.rule in known
        and known[finding.rule].fixable
        and not template_text(finding.message)  # what to write there is a person's to say
    ]
    if not found:
        return None
    codes = first_few(list(dict.fromkeys(finding.rule for finding in found)))
    mended = {finding.task for finding in found}
    paths = [task.path for task in report.tasks if task.task in mended]
    return NextStep(f"--fix mends what is safe to mend of {codes}:", (f"{_command(paths)} --fix",))


_CHECK = "python -m validators.check"


def _command(paths: list[str]) -> str:
    """The command that checks these folders, fit to be pasted into a shell.

    They are named where they are few, short, and can mean nothing else to a shell.
    """
    plain = all(re.fullmatch("[A-Za-z0-9/]{1,100}", path) for path in paths)
    return " ".join([_CHECK, *(paths if plain and len(paths) <= 3 else [])])
