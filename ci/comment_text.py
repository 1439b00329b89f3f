"""What the bot says on a pull request: Markdown in which nothing that a stranger wrote acts."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from schema.canonical import GITHUB_REPO
from schema.report import InstanceReport, Report
from validators.render.escape import shortened, visible
from validators.render.findings import faults
from validators.render.inert import code_span, table_cell
from validators.render.markdown import Item, Section, fitted, opening, sections
from validators.render.words import NextStep, counted, fix_step, number, statistics, verdict

PAGES: Final = f"https://github.com/{GITHUB_REPO}/blob/main/docs/rules"
MAX_DIFF_LINES: Final = 60

_READY: Final = NextStep(
    "The check has nothing to object to. Next: people look at what no program can judge."
)
_AGAIN: Final = NextStep(
    "Not all of it could be checked, for no fault of yours. Next: a maintainer runs it again."
)

Outcome = Literal["pass", "fail", "incomplete", "not checked", "look"]

_MARK: Final = re.compile(
    r"\n<!-- dynamic-superb report: ([a-z ]{4,11}), head ([0-9a-f]{40}) -->\s*\Z"
)
"""Last of all, where no stranger's words stand."""


@dataclass(frozen=True)
class Told:
    """A comment that the bot once wrote: what it said, of which commit."""

    outcome: str
    head: str


@dataclass(frozen=True)
class About:
    """What the comment says beside the report.

    `mends` is the diff of what `--fix` would change, and `published` the statistics of everything
    that is published, for comparison.
    """

    head: str
    mends: str = ""
    published: Sequence[InstanceReport] = field(default=())


def report_comment(report: Report, about: About) -> tuple[Outcome, str]:
    """What the check found, in at most `validators.render.markdown.LIMIT` characters."""
    parts = [
        part if part.title != "Statistics" else _statistics(report, about.published)
        for part in sections(report, PAGES)
    ]
    errors, others = parts[:1], parts[1:]
    now = {"pass": _READY, "incomplete": _AGAIN}.get(verdict(report))
    text = opening(report, now) + fitted([*errors, *_mends(report, about.mends), *others])
    return verdict(report), text + _footer(report, about.head)


def trouble_comment(head: str, what: str) -> tuple[Outcome, str]:
    """The check or its result could not be had: nobody's fault who contributes."""
    text = (
        "**not checked**: the check of this pull request did not come to an end.\n\n"
        f"This is trouble of ours ({what}) and says nothing about your contribution. A maintainer "
        "can run it again; so does every push.\n"
    )
    return "not checked", text + _sealed("not checked", head)


def look_comment(report: Report, head: str) -> tuple[Outcome, str]:
    """The pull request changes what judges it, so its own run's verdict is not repeated."""
    text = (
        "**a maintainer has to look**: files outside of tasks/ and results/ are changed.\n\n"
        "They may change the check itself, so what it says of this pull request is not repeated "
        "here. To have a task checked, send it in a pull request of its own.\n"
    )
    return "look", text + fitted(sections(report, PAGES)) + _sealed("look", head)


def flip_comment(now: Outcome, head: str) -> str:
    """A short new comment: an edit notifies nobody."""
    said = {
        "pass": "The check passes now: people can look at it.",
        "fail": "The check fails now.",
        "incomplete": "The check could not do all of its work.",
        "not checked": "The check did not come to an end; this is trouble of ours.",
        "look": "A maintainer has to look: files outside of tasks/ and results/ are changed.",
    }[now]
    return (
        f"{said} The first comment says what was found at `{head[:10]}`.\n\n{flip_mark(now, head)}"
    )


def flip_mark(now: str, head: str) -> str:
    """Tells a comment on a flip from all others, so that it is written once."""
    return f"<!-- dynamic-superb flip: {now}, head {head} -->"


def told(body: str) -> Told | None:
    """What a comment says that `report_comment` and its like made; None for any other."""
    found = _MARK.search(body)
    return Told(found[1], found[2]) if found else None


def _sealed(outcome: str, head: str) -> str:
    return f"\n<!-- dynamic-superb report: {outcome}, head {head} -->\n"


def _footer(report: Report, head: str) -> str:
    paths = [task.path for task in report.tasks]
    plain = [path for path in paths if re.fullmatch("tasks/[A-Za-z0-9]{1,100}", path)][:3]
    command = " ".join(["python -m validators.check", *plain])
    listen = " ".join(["python -m validators.listen", *(plain[:1] or ["tasks/<Task>"])])
    version = code_span(shortened(visible(report.validator), 40))
    return (
        f"\nChecked: commit `{head[:10]}`, rules of version {version}. The same on your machine: "
        f"`{command}`\n\nTo hear and judge it: `{listen}`\n{_sealed(verdict(report), head)}"
    )


# -- mends ----------------------------------------------------------------------------------------


def _mends(report: Report, diff: str) -> Iterator[Section]:
    """The command that mends what is mechanical, and what it would change."""
    step = fix_step(report)
    if step is None:
        return
    lines = diff.splitlines()
    shown = "\n".join(shortened(visible(line), 200) for line in lines[:MAX_DIFF_LINES])
    more = f"\n... {counted(len(lines) - MAX_DIFF_LINES, 'line')} more" if (
        len(lines) > MAX_DIFF_LINES
    ) else ""  # fmt: skip
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", shown)), default=0))
    block = f"\n{fence}diff\n{shown}{more}\n{fence}\n" if shown else ""
    commands = "".join(f"    {command}\n" for command in step.commands)
    yield Section(step.sentence, [Item(f"{commands}{block}")], share=8_000, noun="mend")


# -- statistics -----------------------------------------------------------------------------------

_COLUMNS: Final = ("examples", "minutes", "clips in s", "labels", "instructions", "rate")


def _statistics(report: Report, published: Sequence[InstanceReport]) -> Section:
    """What a reviewer wants to know of the data, a row an instance, and how unusual that is."""
    instances = [instance for task in report.tasks for instance in task.instances]
    rows = [Item(_row(instance)) for instance in instances]
    remarks = [Item(_remark(instance, published)) for instance in instances if published]
    head = f"| instance | {' | '.join(_COLUMNS)} |\n|---{'|--:' * len(_COLUMNS)}|\n"
    if remarks:
        rows.append(Item("\n", 0))
    return Section("Statistics", rows + remarks, share=5_000, head=head, noun="line")


def _row(instance: InstanceReport) -> str:
    known = statistics(instance)
    cells = (
        known.get("examples", ""), known.get("minutes", ""), _lengths(instance), _labels(instance),
        _instructions(instance), known.get("rate", ""),
    )  # fmt: skip
    return f"| {table_cell(shortened(visible(instance.instance), 120))} | {' | '.join(cells)} |\n"


def _lengths(instance: InstanceReport) -> str:
    of = instance.durations
    return "" if of is None else " · ".join(number(x) for x in (of.shortest, of.median, of.longest))


def _labels(instance: InstanceReport) -> str:
    if instance.labels is None or instance.majority_share is None:
        return ""
    return f"{len(instance.labels)}, most frequent {number(100 * instance.majority_share)}%"


def _instructions(instance: InstanceReport) -> str:
    if instance.distinct_instructions is None:
        return ""
    effective = instance.effective_instructions
    alike = "" if effective is None else f", as diverse as {number(effective)}"
    return f"{instance.distinct_instructions}{alike}"


_Value = Callable[[InstanceReport], float | None]
_MEASURES: Final[dict[str, _Value]] = {
    "examples": lambda of: of.examples,
    "minutes": lambda of: of.minutes,
    "longest clip": lambda of: of.durations.longest if of.durations else None,
    "majority share": lambda of: of.majority_share,
    "diversity of instructions": lambda of: of.effective_instructions,
}


def _remark(instance: InstanceReport, published: Sequence[InstanceReport]) -> str:
    """Where the instance stands among all that is published: shares that are not above it."""
    ranks = []
    for name, value in _MEASURES.items():
        own = value(instance)
        others = sorted(known for one in published if (known := value(one)) is not None)
        if own is not None and others:
            ranks.append(f"{name} {_ordinal(round(100 * bisect_right(others, own) / len(others)))}")
    name = code_span(shortened(visible(instance.instance), 120))
    return f"{name} among {counted(len(published), 'published instance')}, percentiles: " + (
        f"{', '.join(ranks) or 'not measured'}.\n"
    )


def _ordinal(percentile: int) -> str:
    teens = percentile % 100 in (11, 12, 13)
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(percentile % 10, "th")
    return f"{percentile}{ending}"


# -- the check run --------------------------------------------------------------------------------


def summary_line(report: Report) -> str:
    """One line for the list of checks."""
    found = [counted(len(faults(report, severity)), severity) for severity in ("error", "warning")]
    return f"{verdict(report)}: {', '.join(found)}"
