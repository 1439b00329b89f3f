"""The report as Markdown: the bot's comment and the summary of a job.

What a stranger wrote stands in code spans and nowhere else, so that it can be no link, image,
mention, or HTML. Links are made from rule codes, not from the report's `url`: a report that the bot
reads comes from a pull request.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from schema.report import Finding, InstanceReport, Problem, Report, TaskReport
from validators.render.escape import shortened, visible
from validators.render.findings import (
    MANY,
    Fold,
    faults,
    folded,
    name_of,
    problems,
    skipped,
    waivers,
)
from validators.render.inert import code_span, table_cell
from validators.render.words import (
    NextStep,
    counted,
    first_few,
    instructions,
    next_step,
    statistics,
    totals,
    verdict,
)

LIMIT = 60_000
"""Characters; a comment on GitHub holds 65,536."""

_HEADINGS = ("examples", "minutes", "median", "majority", "rate")


@dataclass(frozen=True, slots=True)
class Item:
    """A line of Markdown, and how many findings (or tasks, ...) it tells of."""

    text: str
    count: int = 1


@dataclass(frozen=True)
class Section:
    """A part of the comment: whole items of at most `share` characters, the others counted."""

    title: str
    items: list[Item]
    share: int
    closed: bool = False
    """Shown when a reader opens it."""
    head: str = ""
    """Lines before the items, such as a table's."""
    noun: str = "finding"

    def text(self, room: int) -> str:
        """The section in at most `room` characters, or nothing if there are no items."""
        if not self.items:
            return ""
        opening = (
            f"<details><summary>{self.title}</summary>" if self.closed else f"**{self.title}**"
        )
        closing = "\n</details>\n" if self.closed else ""
        left = room - len(opening) - len(self.head) - len(closing) - 80
        shown = list(_fitting(self.items, left))
        missing = sum(item.count for item in self.items[len(shown) :])
        more = f"\n{counted(missing, self.noun)} more did not fit here.\n" if missing else ""
        return f"\n{opening}\n\n{self.head}{''.join(shown)}{more}{closing}"


def _fitting(items: list[Item], room: int) -> Iterator[str]:
    for item in items:
        room -= len(item.text)
        if room < 0:
            return
        yield item.text


def as_markdown(report: Report, *, pages: str = "docs/rules") -> str:
    """The report in at most `LIMIT` characters of GitHub's Markdown.

    Args:
        report: what the check has to say.
        pages: where the pages of the rules are: a folder of the repository, or an address of ours.
    """
    return opening(report) + fitted(sections(report, pages))


def fitted(parts: Iterable[Section]) -> str:
    """Sections one after another; what one of them leaves of its share, the next may use."""
    texts: list[str] = []
    spare = 0
    for section in parts:
        texts.append(section.text(section.share + spare))
        spare += section.share - len(texts[-1])
    return "".join(texts)


def opening(report: Report, step: NextStep | None = None) -> str:
    """The verdict in the first line, and what to do now."""
    step = step or next_step(report, _short)
    commands = "".join(f"{command}\n" for command in step.commands)
    block = f"\n```sh\n{commands}```\n" if commands else ""
    return f"**{verdict(report)}**: {totals(report, _short)}\n\n{step.sentence}\n{block}"


def sections(report: Report, pages: str) -> Iterator[Section]:
    """The parts in their order; their shares add up to less than `LIMIT`."""
    tasks = sorted(report.tasks, key=lambda task: (task.path, task.task))

    def findings(severity: str, share: int) -> Section:
        found = faults(report, severity)
        items = [Item(_finding(fold, pages), len(fold)) for fold in folded(found)]
        return Section(counted(len(found), severity), items, share, closed=severity != "error")

    yield findings("error", 28_000)
    yield Section(
        "Tasks",
        [Item(f"- {_short(t.path)}: {t.verdict}\n") for t in tasks] if len(tasks) > 1 else [],
        share=3_000,
        noun="task",
    )
    rows = [Item(_row(instance)) for task in tasks for instance in task.instances]
    yield Section("Statistics", rows, share=5_000, head=_table_head(), noun="instance")
    yield findings("warning", 10_000)
    yield findings("note", 3_000)
    waived = [Item(_waiver(*waiver), waiver[2]) for waiver in waivers(report.findings)]
    yield Section("Waived", waived, share=2_500, closed=True)
    idle = [Item(*group) for task in tasks for group in _skipped(task)]
    yield Section("Did not run", idle, share=2_500, closed=True, noun="rule")
    yield Section(
        "The check could not do its work; this says nothing about the tasks",
        [Item(_problem(problem)) for problem in problems(report)],
        share=4_000,
        noun="problem",
    )


# --- one line each


def _inert(text: str, limit: int = 800) -> str:
    return code_span(_cut(text, limit))


def _cut(text: str, limit: int) -> str:
    # Twice: escapes are longer than what they stand for, and a huge text costs no time.
    return shortened(visible(shortened(text, limit)), limit)


def _short(text: str) -> str:
    return _inert(text, 200)


def _finding(fold: Fold, pages: str) -> str:
    """One list item: rule, place, message, hint. Line breaks in it are ours."""
    finding = fold.first
    times = f", {len(fold):,} times" if len(fold) > 1 else ""
    lines = [
        f"{_rule(finding, pages)} {_short(finding.name)}{times} in {_place(fold)}",
        *(_message(finding) for finding in _shown(fold)),
        *_others(fold),
        f"Hint: {_inert(fold.hint)}",
    ]
    return f"- {'<br>'.join(lines)}\n"


def _rule(finding: Finding, pages: str) -> str:
    return f"[{finding.rule}]({pages}/{finding.rule}.md)"


def _place(fold: Fold) -> str:
    finding = fold.first
    single = len(fold) == 1
    line = f", line {finding.line}" if single and finding.line is not None else ""
    column = f", column {finding.column}" if line and finding.column is not None else ""
    return f"{_short(finding.path)}{line}{column}"


def _shown(fold: Fold) -> tuple[Finding, ...]:
    return fold.findings[:1] if fold.same_message else fold.findings[:MANY]


def _message(finding: Finding) -> str:
    name = name_of(finding)
    example = f"{_short(name)}: " if finding.example and name else ""
    return f"{example}{_inert(finding.message)}"


def _others(fold: Fold) -> Iterator[str]:
    others = Fold(fold.findings[len(_shown(fold)) :])
    if len(others):
        names = f": {_inert(first_few(others.names))}" if others.names else ""
        yield f"and {len(others):,} more{names}"


def _problem(problem: Problem) -> str:
    rule = f" {problem.rule}" if problem.rule else ""
    about = _short(problem.instance or problem.task)
    return f"- {problem.kind}: {about}{rule}<br>{_inert(problem.message)}\n"


def _table_head() -> str:
    headings = ["instance", *_HEADINGS, "instructions"]
    return f"| {' | '.join(headings)} |\n|---{'|--:' * (len(headings) - 1)}|\n"


def _row(instance: InstanceReport) -> str:
    name = table_cell(_cut(instance.instance, 200))
    shown = statistics(instance)
    cells = [*(shown.get(heading, "") for heading in _HEADINGS), instructions(instance) or ""]
    return f"| {name} | {' | '.join(cells)} |\n"


def _waiver(rule: str, reason: str, count: int) -> str:
    return f"- {counted(count, 'finding')} of {rule}: {_inert(reason)}\n"


def _skipped(task: TaskReport) -> Iterator[tuple[str, int]]:
    for reason, codes in skipped(task):
        what = counted(len(codes), "rule")
        line = f"- {_short(task.path)}: {what} ({first_few(codes)}): {_inert(reason)}\n"
        yield line, len(codes)
