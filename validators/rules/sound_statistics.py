"""AUD: what only the clips of an instance together show. Statistics advise, they do not block."""

import math
import statistics
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence

from validators.finding import Fault, Severity
from validators.registry import rule
from validators.rules.sound import MIN_RATE
from validators.totals import InstanceStats

LEVEL_LIMIT = 20.0
ABRUPT_LIMIT = 0.25
ABRUPT_SHARE = 0.5
UPSAMPLED_BAND = 0.55
UPSAMPLED_SHARE = 0.8
MEASURED_CLIPS = 10
EFFECT_LIMIT = 0.25
SHORTEST = 0.1
"""Seconds that a clip sounds at least for its level to mean something."""
AUDIBLE_DECIBELS = 1.0
AUDIBLE_SHARE = 0.05
"""Least standard deviation that a label could be told by: of level, and of length over its mean."""


@rule("AUD523", severity=Severity.WARNING, since="0.1")
def deviant_level(stats: InstanceStats) -> Iterator[Fault]:
    """A clip is much louder or softer than the others.

    Why: one that cannot be heard beside the others was usually exported wrongly.
    Fix: export the clip again, or bring it to the level of the others. Waive where level is the
    point.
    Limits: 20 dB from the median of the instance, pauses not counted.
    """
    uses = stats.uses
    rows, levels = array("I"), array("d")
    for row, seconds, level in zip(uses.rows, uses.sounding, uses.levels, strict=True):
        if seconds >= SHORTEST:
            rows.append(row)
            levels.append(_decibels(level))
    if len(levels) < MEASURED_CLIPS:
        return
    middle = statistics.median(levels)
    for row, level in zip(rows, levels, strict=True):
        if abs(level - middle) > LEVEL_LIMIT:
            yield Fault(
                f"the clip lies at {level:.0f} dBFS and the median at {middle:.0f} dBFS; at most "
                f"{LEVEL_LIMIT:.0f} dB between them are allowed",
                stats.examples.rows[row].at,
                "export the clip again at the level of the others",
            )


def _decibels(level: float) -> float:
    """Level relative to full scale, in dB; the floor of 24 bits for digital silence."""
    return 20 * math.log10(max(level, 1e-7))


@rule("AUD524", severity=Severity.WARNING, since="0.1", preview=True)
def upsampled_audio(stats: InstanceStats) -> Iterator[Fault]:
    """The clips were upsampled: the upper half of their spectrum is empty.

    Why: 16 kHz files that hold telephone speech mislead whoever reads their rate, and cost twice
    the bytes.
    Fix: publish the clips at the rate at which they were recorded.
    Limits: nothing above 55 % of the band within 70 dB of the strongest frequency, in 80 % of the
    clips; at least 10 clips.
    """
    bands = [
        2 * bandwidth / rate
        for bandwidth, rate in zip(stats.uses.bandwidths, stats.uses.rates, strict=True)
        if bandwidth and rate > MIN_RATE
    ]
    narrow = sum(band < UPSAMPLED_BAND for band in bands)
    if len(bands) >= MEASURED_CLIPS and narrow >= UPSAMPLED_SHARE * len(bands):
        yield Fault(
            f"in {narrow} of {len(bands)} clips the band ends at {statistics.median(bands):.0%} of "
            f"half the sample rate; sound above {UPSAMPLED_BAND:.0%} is required",
            stats.at,
            "resample the clips to the rate at which they were recorded",
        )


@rule("AUD525", severity=Severity.WARNING, since="0.1", preview=True)
def truncated_clips(stats: InstanceStats) -> Iterator[Fault]:
    """Clips are cut off in the middle of a sound.

    Why: half a word is heard by nobody; and where a clip was cut may tell its label.
    Fix: cut at pauses, or fade in and out. Waive where sources go on for ever, as noise does.
    Limits: the first or last 10 ms reach a quarter of the clip's peak, in half of the clips; at
    least 10 clips.
    """
    total = len(stats.uses.edges)
    cut = sum(edge > ABRUPT_LIMIT for edge in stats.uses.edges)
    if total >= MEASURED_CLIPS and cut >= ABRUPT_SHARE * total:
        yield Fault(
            f"{cut} of {total} clips begin or end in the middle of a sound; less than "
            f"{ABRUPT_SHARE:.0%} are allowed",
            stats.at,
            "cut at pauses, or fade in and out",
        )


@rule("AUD526", severity=Severity.WARNING, since="0.1", preview=True)
def telling_length(stats: InstanceStats) -> Iterator[Fault]:
    """The length of the clips tells the label.

    Why: a model can answer without listening, and its score says nothing.
    Fix: choose clips of like lengths for all labels, or cut them. Waive where length belongs to
    what is asked.
    Limits: the label explains more than 25 % of the variance of the length (omega squared of a
    one-way analysis of variance; Hays 1963), which spreads by 5 % or more; classification, labels
    with two examples or more.
    """
    labels, seconds = [], array("d")
    for row, uses in stats.uses.whole_rows:
        labels.append(stats.examples.rows.labels[row])
        seconds.append(sum(stats.uses.seconds[uses]))
    if seconds:
        mean = sum(seconds) / len(seconds)
        yield from _telling(stats, "length", labels, seconds, AUDIBLE_SHARE * mean)


@rule("AUD527", severity=Severity.WARNING, since="0.1", preview=True)
def telling_level(stats: InstanceStats) -> Iterator[Fault]:
    """The level of the clips tells the label.

    Why: a model can answer without listening to what is said.
    Fix: bring all clips to one level. Waive where level belongs to what is asked.
    Limits: as telling-length; level of the parts that are not silent, spread by 1 dB or more.
    """
    labels, levels = [], array("d")
    for row, uses in stats.uses.whole_rows:
        if stats.uses.sounding[uses.start] > 0:
            labels.append(stats.examples.rows.labels[row])
            levels.append(_decibels(stats.uses.levels[uses.start]))
    yield from _telling(stats, "level", labels, levels, AUDIBLE_DECIBELS)


def _telling(
    stats: InstanceStats,
    what: str,
    labels: Sequence[object],
    values: Sequence[float],
    audible: float,
) -> Iterator[Fault]:
    if stats.examples.output != "classification" or len(values) < MEASURED_CLIPS:
        return
    if _spread(values) < audible:
        return
    by_label: dict[str, list[float]] = defaultdict(list)
    for label, value in zip(labels, values, strict=True):
        if isinstance(label, str):
            by_label[label].append(value)
    effect = omega_squared([group for group in by_label.values() if len(group) > 1])
    if effect is not None and effect > EFFECT_LIMIT:
        yield Fault(
            f"the label explains {effect:.0%} of the variance of the clips' {what}; at most "
            f"{EFFECT_LIMIT:.0%} is allowed",
            stats.at,
            f"choose clips of like {what} for all labels",
        )


def _spread(values: Sequence[float]) -> float:
    """Standard deviation of these values alone: `statistics.pstdev` at a tenth of the time."""
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum([(value - mean) ** 2 for value in values]) / len(values))


def omega_squared(groups: list[list[float]]) -> float | None:
    """Share of variance that the group explains, corrected for chance; None where undefined.

    Omega squared of a one-way analysis of variance with groups of any size (Hays 1963, Statistics
    for Psychologists, section 12.18): at most 1, near 0 where the groups do not differ.
    """
    count, total = len(groups), sum(map(len, groups))
    if count < 2 or total <= count:
        return None
    mean = sum(map(sum, groups)) / total
    means = [sum(group) / len(group) for group in groups]
    between = sum(len(group) * (own - mean) ** 2 for group, own in zip(groups, means, strict=True))
    within = sum(
        (value - own) ** 2 for group, own in zip(groups, means, strict=True) for value in group
    )
    noise = within / (total - count)
    spread = between + within + noise
    return (between - (count - 1) * noise) / spread if spread else None
