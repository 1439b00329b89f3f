"""The dataset card's second half: what holds for all instances together."""

from collections.abc import Iterator, Sequence

from ci.documents import licensing
from ci.documents.citation import PAPER, REFERENCES_PATH, references
from ci.documents.details import ERRATA
from ci.documents.plots import Picture
from ci.summary import spreads
from schema.manifest import PublishedInstance
from validators.render.inert import code_span, fenced, prose
from validators.render.words import counted, number

SOURCES = 60
"""Sources on the card; LICENSE.md has all."""


def statistics(entries: Sequence[PublishedInstance], overview: Picture | None) -> Iterator[str]:
    """How the instances lie, all together."""
    if not entries or overview is None:
        return
    yield "## Statistics\n"
    yield f"![{overview.alternative}]({overview.path})\n"
    found = spreads([entry.statistics for entry in entries])
    yield (
        "Across the instances, as the check counted and measured them before errata. Effective"
        " instructions: how many instructions without a common word would be as diverse.\n"
    )
    lines = ["| per instance | least | lower quartile | median | upper quartile | most | of |"]
    lines += ["|---|--:|--:|--:|--:|--:|--:|"]
    for name, s in found.items():
        values = (s.least, s.lower, s.median, s.upper, s.most)
        shown = " | ".join(_plain(value) for value in values)
        lines.append(f"| {name} | {shown} | {s.count:,} |")
    yield "\n".join(lines) + "\n"
    rounded = sum(entry.rounded_clips for entry in entries)
    if rounded:
        yield f"{counted(rounded, 'clip')} finer than 16 bits were rounded to 16 bits.\n"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else number(value, 2)


def licences(entries: Sequence[PublishedInstance]) -> Iterator[str]:
    """What may be done with the data, and whom to name."""
    if not entries:
        return
    yield "## Licences and attribution\n"
    yield (
        f"Each instance has its own licence; [{licensing.LICENCE_PATH}]({licensing.LICENCE_PATH})"
        " lists them. Whoever passes an instance on names its sources.\n"
    )
    lines = ["| licence | instances | examples | minutes |", "|---|--:|--:|--:|"]
    lines += [
        f"| {licensing.linked(share.expression)} | {share.instances:,} | {share.examples:,} |"
        f" {number(share.minutes)} |"
        for share in licensing.shares(entries)
    ]
    yield "\n".join(lines) + "\n"
    yield "The clips come from:\n"
    sources = licensing.all_sources(entries)
    lines = ["| source | found at | licence | instances |", "|---|---|---|--:|"]
    lines += [
        f"| {prose(source.name)} | {code_span(source.url)} | {licensing.linked(source.license)} |"
        f" {uses:,} |"
        for source, uses in sources[:SOURCES]
    ]
    yield "\n".join(lines) + "\n"
    if len(sources) > SOURCES:
        page = licensing.LICENCE_PATH
        yield f"All {len(sources):,} sources: [{page}]({page})\n"


def review(entries: Sequence[PublishedInstance]) -> Iterator[str]:
    """What stands behind the data."""
    if not entries:
        return
    versions = sorted({entry.approval.validator for entry in entries})
    yield "## How it was reviewed\n"
    yield (
        "Every instance passed the complete check of the repository, all rules on texts, licences"
        f" and every clip (version {', '.join(code_span(version) for version in versions)}), on"
        " exactly the folder that was published, and again on the main branch before publishing."
        f"{_discussed(entries)} Commit, digest"
        " of the folder and digest of the report stand in each instance's details and in"
        " `manifest.json`. The check cannot hear whether a label is right; people listen to"
        " samples.\n"
    )


def _discussed(entries: Sequence[PublishedInstance]) -> str:
    asked = sum(entry.approval.pull_request is not None for entry in entries)
    approved = sum(bool(entry.approval.reviews) for entry in entries)
    if not asked:
        return ""
    return (
        f" {asked:,} of {counted(len(entries), 'instance')} name the pull request in which people"
        f" discussed them, {approved:,} also the approving reviews of its last commit."
    )


def withdrawn(
    entries: Sequence[PublishedInstance], gone: Sequence[PublishedInstance]
) -> Iterator[str]:
    """Retired instances, and examples that were withdrawn."""
    errata = [(e.instance, erratum) for e in [*entries, *gone] for erratum in e.errata]
    if not gone and not errata:
        return
    yield "## Retired instances and errata\n"
    yield (
        "What was withdrawn stays in the revisions that held it, so that old scores can be"
        " checked.\n"
    )
    if gone:
        lines = ["| retired instance | reason |", "|---|---|"]
        lines += [f"| {code_span(e.instance)} | {prose(e.reason or 'none given')} |" for e in gone]
        yield "\n".join(lines) + "\n"
    if errata:
        lines = ["| withdrawn example | instance | reason |", "|---|---|---|"]
        lines += [
            f"| {code_span(erratum.file)} | {code_span(name)} | {prose(erratum.reason)} |"
            for name, erratum in errata[:ERRATA]
        ]
        yield "\n".join(lines) + "\n"
    if len(errata) > ERRATA:
        yield f"All {len(errata):,} withdrawn examples stand in `manifest.json`.\n"


def limits() -> Iterator[str]:
    """What holds for all instances."""
    yield "## Known limits\n"
    yield (
        "- The test data are public, and so are most sources: a model may have met them in"
        " training.\n"
        "- Instances are small by design, at most 60 minutes. With 100 examples, an accuracy of 80%"
        " is known to about ±8 points.\n"
        "- Instructions are in English, whatever language is spoken.\n"
        "- Labels are as good as their source. Where something is known to be wrong or"
        " missing, the limitations of the task say so; they stand in its details.\n"
        "- Statistics describe what was drawn, not the corpus that it was drawn from.\n"
    )


def citation(entries: Sequence[PublishedInstance]) -> Iterator[str]:
    """The paper, and where the references of the sources are."""
    yield "## Citation\n"
    yield fenced(PAPER.rstrip("\n"), "bibtex")
    found = references(entries)
    if found:
        yield (
            "Cite the sources of the instances that you use, too:"
            f" [{REFERENCES_PATH}]({REFERENCES_PATH}) holds"
            f" {len(found):,} {'entry' if len(found) == 1 else 'entries'}.\n"
        )
