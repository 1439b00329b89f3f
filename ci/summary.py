"""Numbers about published instances: for the card, and for whoever compares a new instance."""

import statistics
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from schema.manifest import Manifest, PublishedInstance
from schema.report import InstanceReport
from schema.task import Classification, Multilabel
from schema.vocabulary import DIMENSIONS

INSTRUCTION_LANGUAGE = "en"
"""Instructions are English in version 1 of the task format."""


@dataclass(frozen=True)
class Totals:
    """How much there is; minutes of input clips, and the languages of clips and texts."""

    tasks: int
    instances: int
    examples: int
    minutes: float
    languages: tuple[str, ...]


def published(manifest: Manifest) -> list[PublishedInstance]:
    """The instances whose data the head holds, by name."""
    return _with_status(manifest, "published")


def retired(manifest: Manifest) -> list[PublishedInstance]:
    """The instances whose data left the head, by name."""
    return _with_status(manifest, "retired")


def _with_status(manifest: Manifest, status: str) -> list[PublishedInstance]:
    found = (entry for entry in manifest.instances if entry.status == status)
    return sorted(found, key=lambda entry: entry.instance)


def by_dimension(entries: Iterable[PublishedInstance]) -> dict[str, list[PublishedInstance]]:
    """The instances of each dimension that has any, in the order of the vocabulary."""
    entries = list(entries)
    grouped = {
        dimension: [entry for entry in entries if entry.declared_task.dimension == dimension]
        for dimension in DIMENSIONS
    }
    return {dimension: found for dimension, found in grouped.items() if found}


def by_task(entries: Iterable[PublishedInstance]) -> dict[str, list[PublishedInstance]]:
    """The instances of each task, by name."""
    ordered = sorted(entries, key=lambda entry: (entry.task, entry.instance))
    return {task: list(found) for task, found in groupby(ordered, key=lambda entry: entry.task)}


def totals(entries: Sequence[PublishedInstance]) -> Totals:
    """How much there is in these instances together."""
    return Totals(
        tasks=len({entry.task for entry in entries}),
        instances=len(entries),
        examples=sum(entry.rows for entry in entries),
        minutes=sum(entry.minutes for entry in entries),
        languages=tuple(sorted({tag for e in entries for tag in e.declared_task.languages})),
    )


# --- what guessing would score


def labels(entry: PublishedInstance) -> list[str] | None:
    """The answers to choose from; None where the output has none."""
    output = entry.declared_task.output
    if not isinstance(output, Classification | Multilabel):
        return None
    counted = entry.statistics.labels
    return entry.declared_instance.labels or output.labels or (list(counted) if counted else None)


def chance(entry: PublishedInstance) -> float | None:
    """The accuracy of guessing evenly among the labels; None where that is not defined."""
    choices = labels(entry)
    is_choice = isinstance(entry.declared_task.output, Classification)
    return 1 / len(choices) if choices and is_choice else None


def majority(entry: PublishedInstance) -> float | None:
    """The accuracy of always answering the most frequent label; None where it is not defined."""
    is_choice = isinstance(entry.declared_task.output, Classification)
    return entry.statistics.majority_share if is_choice else None


# --- one instance beside the others

Measure = Callable[[InstanceReport], float | None]

MEASURES: dict[str, Measure] = {
    "examples": lambda report: report.examples,
    "minutes": lambda report: report.minutes,
    "shortest clip (s)": lambda report: report.durations.shortest if report.durations else None,
    "median clip (s)": lambda report: report.durations.median if report.durations else None,
    "longest clip (s)": lambda report: report.durations.longest if report.durations else None,
    "labels": lambda report: len(report.labels) if report.labels else None,
    "majority share": lambda report: report.majority_share,
    "instructions": lambda report: report.distinct_instructions,
    "effective instructions": lambda report: report.effective_instructions,
}
"""What can be compared between instances, by what it is called; None: not measured, or none."""


@dataclass(frozen=True)
class Spread:
    """How the instances of which a measure is known lie; quartiles linearly interpolated."""

    count: int
    least: float
    lower: float
    median: float
    upper: float
    most: float


def spread(values: Iterable[float]) -> Spread | None:
    """The quartiles of values (Hyndman and Fan's type 7); None without values."""
    ordered = sorted(values)
    if not ordered:
        return None
    # Two values are the fewest that the library takes; doubling one changes no quantile.
    pair = ordered if len(ordered) > 1 else ordered * 2
    lower, median, upper = statistics.quantiles(pair, n=4, method="inclusive")
    return Spread(len(ordered), ordered[0], lower, median, upper, ordered[-1])


def spreads(reports: Sequence[InstanceReport]) -> dict[str, Spread]:
    """The spread of every measure that is known of any of these instances."""
    found = {name: spread(known(reports, name)) for name in MEASURES}
    return {name: value for name, value in found.items() if value is not None}


def known(reports: Iterable[InstanceReport], measure: str) -> list[float]:
    """The values of a measure, where it is known, in order of size."""
    values = (MEASURES[measure](report) for report in reports)
    return sorted(float(value) for value in values if value is not None)


@dataclass(frozen=True)
class Standing:
    """Where one value stands among those of other instances."""

    value: float
    below: int
    """How many others have less."""
    others: Spread


def standing(report: InstanceReport, others: Sequence[InstanceReport]) -> dict[str, Standing]:
    """Where an instance stands among others, by measure; measures that are not known left out."""
    found = {}
    for name, measure in MEASURES.items():
        value, values = measure(report), known(others, name)
        around = spread(values)
        if value is not None and around is not None:
            found[name] = Standing(float(value), bisect_left(values, value), around)
    return found
