"""What the page counts: distributions of lengths, levels and answers. Pure functions."""

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from validators.examples import Example, Label
from validators.listening.view import level
from validators.rules.sound_statistics import EFFECT_LIMIT, omega_squared
from validators.totals import InstanceStats

BINS: Final = 24
FEW: Final = 8
"""Below so many values, a histogram says less than the values themselves."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many values lie in each of equal intervals from `low` to `high`."""

    low: float
    high: float
    counts: tuple[int, ...]
    median: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Where the values of one answer lie: extremes, quartiles (linearly interpolated), median."""

    least: float
    lower: float
    median: float
    upper: float
    greatest: float


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer, how often it is right, and where its clips' lengths and levels lie."""

    answer: str
    count: int
    seconds: Spread | None
    level: Spread | None


@dataclass(frozen=True)
class Numbers:
    """The numbers of an instance. `telling` says how much of the variance of length and of level
    the answer explains, 0 to 1; None where that is not defined."""

    seconds: tuple[float, ...]
    levels: tuple[float, ...]
    sizes: tuple[float, ...]
    answers: tuple[AnswerRow, ...]
    telling: Mapping[str, float | None]

    @property
    def shortcut(self) -> bool:
        """True where length or level tell the answer, by the limit of AUD526 and AUD527."""
        return any(share is not None and share > EFFECT_LIMIT for share in self.telling.values())


def histogram(values: Sequence[float], bins: int = BINS) -> Histogram | None:
    """None without values. The last interval holds its upper end."""
    if not values:
        return None
    low, high = min(values), max(values)
    counts = [0] * bins
    for value in values:
        place = int((value - low) / (high - low) * bins) if high > low else bins // 2
        counts[min(place, bins - 1)] += 1
    return Histogram(low, high, tuple(counts), statistics.median(values))


def spread(values: Sequence[float]) -> Spread | None:
    """None without values."""
    if not values:
        return None
    if len(values) == 1:
        return Spread(*([values[0]] * 5))
    lower, middle, upper = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(min(values), lower, middle, upper, max(values))


def numbers(stats: InstanceStats) -> Numbers:
    """Count and measure an instance."""
    of_rows = [_of_row(row, stats) for row in stats.examples.rows]
    known = [pair for pair in of_rows if pair is not None]
    by_answer: dict[str, list[tuple[float, float | None]]] = {}
    labels = stats.examples.rows.labels if stats.has_label_set else ()
    for label, pair in zip(labels, of_rows, strict=False):
        if pair is not None:
            for answer in _answers(label):
                by_answer.setdefault(answer, []).append(pair)
    rows = [
        AnswerRow(
            answer,
            count,
            spread([seconds for seconds, _ in by_answer.get(answer, ())]),
            spread([db for _, db in by_answer.get(answer, ()) if db is not None]),
        )
        for answer, count in (stats.label_counts if stats.has_label_set else {}).items()
    ]
    return Numbers(
        tuple(seconds for seconds, _ in known),
        tuple(db for _, db in known if db is not None),
        tuple(_sizes(stats)),
        tuple(rows),
        _telling(stats, by_answer),
    )


def _of_row(row: Example, stats: InstanceStats) -> tuple[float, float | None] | None:
    """Length of all input clips and level of the first; None where one was not decoded."""
    paths = row.paths(stats.examples.audio_inputs)
    sounds = [sound for path in paths if (sound := stats.sounds.get(path)) and sound.decoded]
    if not sounds or len(sounds) < len(paths):
        return None
    return sum(sound.duration for sound in sounds), level(sounds[0])


def _answers(label: Label) -> tuple[str, ...]:
    match label:
        case str():
            return (label,)
        case tuple():
            return label
    return ()


def _sizes(stats: InstanceStats) -> Iterator[float]:
    """Answers that are numbers; of texts, how many words they have."""
    if stats.has_label_set:
        return
    for label in stats.examples.rows.labels:
        match label:
            case float() as value if math.isfinite(value):
                yield value
            case str() as text:
                yield float(len(text.split()))


def _telling(
    stats: InstanceStats, by_answer: Mapping[str, list[tuple[float, float | None]]]
) -> dict[str, float | None]:
    if stats.examples.output != "classification":
        return {}
    lengths = [[seconds for seconds, _ in pairs] for pairs in by_answer.values()]
    levels = [[db for _, db in pairs if db is not None] for pairs in by_answer.values()]
    return {
        "length": omega_squared([group for group in lengths if len(group) > 1]),
        "level": omega_squared([group for group in levels if len(group) > 1]),
    }
