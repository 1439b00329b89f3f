"""The report for a person at a terminal: what was checked, what was found, what to do next."""

from pathlib import Path

from rich.cells import cell_len

from schema.report import Finding, Report
from validators.render.escape import loggable, shortened
from validators.render.excerpt import Sources, excerpt
from validators.render.findings import MANY, Fold, faults, folded, name_of, problems, shape
from validators.render.overview import put_overview
from validators.render.page import COLOURS, LABEL, QUIET, STRONG, Page, Span
from validators.render.words import first_few, fix_step, next_step, totals, verdict


def as_terminal(report: Report, *, root: Path, color: bool = False, width: int = 80) -> str:
    """The report in lines of at most `width` cells (40 at least); a long path or word stays whole.

    Args:
        report: what the check has to say.
        root: the repository's root, where the lines that findings point at are read.
        color: paint it.
        width: columns of the terminal.
    """
    page = Page(color=color, width=width)
    put_overview(page, report)
    sources = Sources(root)
    for fold in folded(faults(report, "error", "warning")):
        page.blank()
        _fault(page, fold, sources)
    _notes(page, report)
    _problems(page, report)
    page.blank()
    page.flow((totals(report, loggable), COLOURS[verdict(report)]))
    for step in filter(None, (next_step(report, loggable), fix_step(report))):
        page.flow((step.sentence, ""))
        for command in step.commands:
            page.flow((command, LABEL), indent=4)
    return str(page)


def _fault(page: Page, fold: Fold, sources: Sources) -> None:
    """Place, severity and rule; what was found; the line with a caret; how to mend it."""
    finding = fold.first
    _header(page, fold)
    if len(fold) == 1:
        _message(page, finding)
        _excerpt(page, finding, sources)
    else:
        _several(page, fold)
    page.flow(("hint:", LABEL), (f" {shortened(fold.hint)}", ""), indent=4, hang=10)


def _header(page: Page, fold: Fold) -> None:
    finding = fold.first
    path = loggable(finding.path)
    spot = [str(n) for n in (finding.line, finding.column) if n is not None]
    where = ":".join([path, *spot]) if len(fold) == 1 else path
    rule: list[Span] = [
        (finding.severity, COLOURS[finding.severity]),
        (f"  {finding.rule}", STRONG),
        (f" {finding.name}", ""),
        (f", {len(fold):,} times" if len(fold) > 1 else "", ""),
    ]
    if cell_len(where) + 2 + sum(cell_len(loggable(text)) for text, _ in rule) <= page.width:
        page.line((where, STRONG), ("  ", ""), *rule)
    else:
        page.flow((where, STRONG))
        page.flow(*rule, indent=2, hang=4)


def _message(page: Page, finding: Finding) -> None:
    example = f"{finding.example}: " if finding.example else ""
    page.flow((example, STRONG), (shortened(finding.message), ""), indent=4)


def _several(page: Page, fold: Fold) -> None:
    """One message and all its places, or the first few messages and the other places."""
    if fold.same_message:
        page.flow((shortened(fold.first.message), ""), indent=4)
        if fold.names:
            page.flow((first_few(fold.names), QUIET), indent=4, hang=6)
        return
    for finding in fold.findings[:MANY]:
        name = name_of(finding)
        page.flow(
            (f"{name}: " if name else "", STRONG),
            (shortened(finding.message), ""),
            indent=4,
            hang=6,
        )
    others = Fold(fold.findings[MANY:])
    names = f": {first_few(others.names)}" if others.names else ""
    page.flow((f"and {len(others):,} more{names}", QUIET), indent=4, hang=6)


def _excerpt(page: Page, finding: Finding, sources: Sources) -> None:
    """The line under its number, and a caret under the column."""
    if finding.line is None:
        return
    line = sources.line(finding.path, finding.line)
    gutter = f"{finding.line:>5} | "
    shown = excerpt(line, finding.column, page.width - len(gutter)) if line is not None else None
    if shown is None or not shown.text:
        return
    page.line((gutter, QUIET), (shown.text, ""))
    if shown.caret is not None:
        margin = " " * (len(gutter) - 2) + "| "
        page.line((margin, QUIET), (" " * shown.caret, ""), ("^", COLOURS[finding.severity]))


def _notes(page: Page, report: Report) -> None:
    """Notes are no faults: what was found and where, no more; alike ones of all tasks in one."""
    kinds: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in faults(report, "note"):
        kinds.setdefault((finding.rule, finding.name, shape(finding.message)), []).append(finding)
    if kinds:
        page.blank()
    for (rule, name, _), notes in sorted(kinds.items()):
        example = "" if len({note.message for note in notes}) == 1 else "e.g. "
        page.flow(
            ("note", COLOURS["note"]),
            (f"  {rule}", STRONG),
            (f" {name}: {example}{shortened(notes[0].message)}", ""),
            hang=4,
        )
        page.flow((first_few(list(dict.fromkeys(n.path for n in notes)), 4), QUIET), indent=4)


def _problems(page: Page, report: Report) -> None:
    """Ours, and said so: nobody shall look for them in a task."""
    if not report.problems:
        return
    page.blank()
    page.flow(("What the check could not do", STRONG), (" (this says nothing about the tasks)", ""))
    for problem in problems(report):
        about = " ".join(filter(None, [problem.instance or problem.task, problem.rule]))
        page.flow(
            (problem.kind, COLOURS["incomplete"]),
            (f"  {about}: {shortened(problem.message)}", ""),
            indent=4,
            hang=6,
        )
