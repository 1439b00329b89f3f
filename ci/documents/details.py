"""The details of tasks and instances, folded until a reader opens them."""

from collections.abc import Iterator, Sequence
from typing import Final

from ci.documents import licensing
from ci.summary import by_task
from schema.canonical import GITHUB_REPO
from schema.instance import HubPointer
from schema.manifest import Prose, PublishedInstance
from schema.review import ReviewOutcome
from schema.task import Contributor
from schema.vocabulary import METRICS
from validators.prose import Block, read_blocks
from validators.render.escape import shortened
from validators.render.inert import code_span, fenced, html_text, prose
from validators.render.words import counted, listed, number

ERRATA: Final = 50
"""Withdrawn examples that are listed; manifest.json has all."""

_PROSE: Final = 8_000  # characters of a section of a task's README.md
_LABELS: Final = 30
_FEW: Final = 20  # of anything else that a stranger may repeat


def folded(entries: Sequence[PublishedInstance]) -> Iterator[str]:
    """A part to open for each task."""
    for task, found in by_task(entries).items():
        title = html_text(found[0].declared_task.title)
        summary = f"<b>{html_text(task)}</b>: {title} ({counted(len(found), 'instance')})"
        yield f"<details><summary>{summary}</summary>\n"
        yield from _task(found)
        yield "</details>\n"


def _task(entries: Sequence[PublishedInstance]) -> Iterator[str]:
    declared = entries[0].declared_task
    yield f"{prose(declared.description)}\n"
    metrics = [METRICS[name].title for name in declared.metrics]
    yield (
        f"Inputs: {listed(declared.inputs)}. Scored by {listed(metrics)}."
        f" Contributed by {listed([_contributor(c) for c in declared.contributors[:_FEW]])}.\n"
    )
    texts: dict[Prose, list[PublishedInstance]] = {}
    for entry in entries:
        texts.setdefault(entry.prose, []).append(entry)
    for text, those in texts.items():
        if len(texts) > 1:
            yield f"For {listed([code_span(entry.instance) for entry in those])}:\n"
        yield from _prose(text, those[0])
    for entry in entries:
        yield from _instance(entry)


def _contributor(person: Contributor) -> str:
    account = f" ({code_span('@' + person.github)})" if person.github else ""
    return f"{prose(person.name)}{account}"


# --- prose


def _prose(text: Prose, entry: PublishedInstance) -> Iterator[str]:
    for heading, markdown in (
        ("Objective", text.objective),
        ("Data", text.data),
        ("Limitations", text.limitations),
    ):
        if not markdown.strip():
            continue
        yield f"**{heading}**\n"
        yield from _blocks(read_blocks(shortened(markdown, _PROSE)))
        if len(markdown) > _PROSE:
            yield f"Shortened here; in full in {_folder_link(entry, 'README.md')}.\n"


def _blocks(blocks: Sequence[Block]) -> Iterator[str]:
    for position, block in enumerate(blocks):
        after = blocks[position + 1] if position + 1 < len(blocks) else None
        match block.kind:
            case "code":
                yield fenced(block.text)
            case "heading":
                yield f"<strong>{prose(block.text)}</strong>\n"
            case "item":
                end = "" if after and after.kind == "item" else "\n"
                yield f"- {prose(block.text)}{end}"
            case "paragraph":
                yield f"{prose(block.text)}\n"


def _folder_link(entry: PublishedInstance, path: str = "") -> str:
    place = f"tasks/{entry.task}" + (f"/{path}" if path else "")
    kind = "blob" if path else "tree"
    return f"[{place}](https://github.com/{GITHUB_REPO}/{kind}/{entry.approval.commit}/{place})"


# --- an instance


def _instance(entry: PublishedInstance) -> Iterator[str]:
    yield f"**{code_span(entry.instance)}**\n"
    lines = [
        *_data(entry),
        *_statistics(entry),
        f"- Licence: {licensing.linked(entry.declared_instance.license)}{_own_text(entry)}",
        "- Sources:",
        *(f"  {line}" for line in licensing.source_lines(entry.declared_instance.sources[:_FEW])),
        *_results(entry),
        *_review(entry),
        *_errata(entry),
    ]
    yield "\n".join(lines) + "\n"


def _data(entry: PublishedInstance) -> Iterator[str]:
    declared = entry.declared_instance
    if isinstance(pointer := declared.dataset, HubPointer):
        config = f", configuration {code_span(pointer.config)}" if pointer.config else ""
        yield (
            f"- Data: {code_span(pointer.repo_id)} on the Hub at {code_span(pointer.revision)}"
            f"{config}, split {code_span(pointer.split)}"
        )
    else:
        yield f"- Data: {code_span(pointer.path)} in {_folder_link(entry)}"
    if declared.sampling:
        yield f"- Drawn: {prose(declared.sampling.description)}"
    if declared.variant:
        yield f"- Variant: {prose(declared.variant)}"
    names = [code_span(column.name) for column in entry.columns]
    yield f"- Columns: {', '.join(names)}"


def _statistics(entry: PublishedInstance) -> Iterator[str]:
    found = entry.statistics
    if found.durations:
        q = found.durations
        yield (
            f"- Clips: {number(q.shortest, 2)} to {number(q.longest, 2)} s, median"
            f" {number(q.median, 2)} s, middle half {number(q.p25, 2)} to {number(q.p75, 2)} s,"
            f" middle 90% {number(q.p05, 2)} to {number(q.p95, 2)} s"
        )
    if found.sample_rates:
        yield f"- Clips by sample rate in Hz: {_counts(found.sample_rates)}"
    if found.channels:
        yield f"- Clips by number of channels: {_counts(found.channels)}"
    if found.labels:
        yield f"- Labels: {_counts(found.labels)}"
    if found.distinct_instructions is not None:
        diverse = found.effective_instructions
        shown = "" if diverse is None else f", as diverse as {number(diverse)} without common words"
        yield f"- Instructions: {found.distinct_instructions:,}{shown}"


def _counts(counts: dict[str, int]) -> str:
    shown = [f"{code_span(name)}: {count:,}" for name, count in list(counts.items())[:_LABELS]]
    more = [f"and {len(counts) - _LABELS:,} more"] if len(counts) > _LABELS else []
    return ", ".join([*shown, *more])


def _own_text(entry: PublishedInstance) -> str:
    address = entry.declared_instance.license_url
    return f", text at {code_span(address)}" if address else ""


def _results(entry: PublishedInstance) -> Iterator[str]:
    results = entry.declared_instance.results
    if results:
        yield "- Prior results:"
    for result in results[:_FEW]:
        name = METRICS[result.metric].title
        yield f"  - {prose(result.system)}: {name} {result.value:g}, {code_span(result.cite)}"


def _review(entry: PublishedInstance) -> Iterator[str]:
    approval = entry.approval
    yield (
        f"- Reviewed: {_folder_link(entry)} at commit `{approval.commit}`; folder"
        f" `{approval.folder_sha256}`, report `{approval.report_sha256}`, check"
        f" {code_span(approval.validator)}"
    )
    if approval.pull_request is not None:
        address = f"https://github.com/{GITHUB_REPO}/pull/{approval.pull_request}"
        yield f"- Pull request: [#{approval.pull_request}]({address})"
    accounts = [code_span("@" + review.account) for review in approval.reviews[:_FEW]]
    if accounts:
        yield f"- Approved by {listed(accounts)}"
    if approval.heard is not None:
        yield f"- Heard: {_heard(approval.heard)}"


def _heard(outcome: ReviewOutcome) -> str:
    """How far those who listened agree, in one line."""
    parts = [f"{counted(outcome.examples, 'example')} by two or more reviewers"]
    for name, estimate in (("equal verdicts", outcome.agreement), ("Gwet's AC1", outcome.ac1)):
        if estimate.value is not None:
            ends = f"95 %: {estimate.low:.2f} to {estimate.high:.2f}"
            parts.append(f"{name} {estimate.value:.2f} ({ends})")
    parts.append(f"{counted(len(outcome.disputed), 'example')} in dispute")
    return ", ".join(parts)


def _errata(entry: PublishedInstance) -> Iterator[str]:
    if entry.errata:
        yield f"- Withdrawn: {counted(len(entry.errata), 'example')}, see errata"
