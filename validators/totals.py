"""What a rule may know of sound and of whole instances: measurements and their sums."""

import statistics
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from schema.report import InstanceReport, Quantiles
from validators.examples import Example, Examples
from validators.finding import Location
from validators.folder import Instructions
from validators.measurement import Measurement
from validators.source import Clip


class ClipFile(NamedTuple):
    """A clip's file: what its bytes claim to be and whether they could be decoded.

    `named` is False for bytes in a row that no file name stands beside.
    """

    task: str
    instance: str | None
    path: str
    row: Example
    sound: Measurement
    named: bool = True

    @property
    def at(self) -> Location:
        """The first row that names the clip."""
        return self.row.at


class ClipStats(NamedTuple):
    """A clip that was decoded to its end: its measurements."""

    task: str
    instance: str | None
    path: str
    row: Example
    sound: Measurement

    @property
    def at(self) -> Location:
        """The first row that names the clip."""
        return self.row.at


class Use(NamedTuple):
    """One use of a clip by an example.

    Attributes:
        place: of the example among those of the instance.
        row: the example.
        clip: the clip, which can be opened.
        first: whether no example before it uses the clip.
        inputs: how many input clips the example has; 0 where this clip is none of them.
    """

    place: int
    row: Example
    clip: Clip
    first: bool
    inputs: int

    @property
    def path(self) -> str:
        """Where the clip lies."""
        return str(self.clip.path)


class Uses:
    """What clips of an instance are compared by: columns of values, one for each use in order.

    Gathered in one walk, and small, since there may be thousands.

    Attributes:
        rows: place of the example among those of the instance.
        clips: how many input clips that example has.
        seconds: duration.
        sounding: seconds that are not silent; 0.0 for samples that are no numbers.
        levels: RMS of what is sounding, relative to full scale.
        bandwidths: Hz, as `Measurement.bandwidth`.
        rates: sample rate in Hz.
        edges: the largest magnitude at the beginning or end, relative to the clip's own peak.
        formats: sample rate in Hz and number of channels to number of uses.
    """

    def __init__(self) -> None:
        self.rows, self.clips, self.rates = array("I"), array("I"), array("I")
        self.seconds, self.sounding, self.levels = array("d"), array("d"), array("d")
        self.bandwidths, self.edges = array("d"), array("d")
        self.formats: Counter[tuple[int, int]] = Counter()

    def add(self, use: Use, sound: Measurement) -> None:
        """One more use, if it is of an input clip that could be decoded."""
        if not use.inputs or not sound.decoded:
            return
        rate = sound.sample_rate
        self.rows.append(use.place)
        self.clips.append(use.inputs)
        self.rates.append(rate)
        self.seconds.append(sound.duration)
        active = 0 if sound.nonfinite else sound.frames - sound.silent_frames
        self.sounding.append(active / rate)
        self.levels.append(sound.active_rms)
        self.bandwidths.append(sound.bandwidth)
        edge = max(sound.first_peak, sound.last_peak)
        self.edges.append(edge / sound.peak if sound.peak else 0.0)
        self.formats[rate, sound.channels] += 1

    @property
    def whole_rows(self) -> Iterator[tuple[int, slice]]:
        """Examples of which every input clip could be decoded: place, and which uses are theirs."""
        start = 0
        for row, group in groupby(self.rows):
            uses = sum(1 for _ in group)
            if uses == self.clips[start]:
                yield row, slice(start, start + uses)
            start += uses


@dataclass(frozen=True)
class InstanceStats:
    """An instance as a whole: its drawn examples and the measurements of their clips by path.

    `gathered`: the uses of all clips, where somebody has gathered them already.
    """

    task: str
    instance: str
    examples: Examples
    sounds: Mapping[str, Measurement] = field(default_factory=dict)
    gathered: Uses | None = None

    @property
    def at(self) -> Location:
        """The line of the instance file that names the data."""
        return self.examples.file.at("/dataset")

    @cached_property
    def uses(self) -> Uses:
        """Each use of an input clip that could be decoded; a clip used twice stands twice."""
        if self.gathered is not None:
            return self.gathered
        uses = Uses()
        for use in uses_of(self.examples):
            if sound := self.sounds.get(use.path):
                uses.add(use, sound)
        return uses

    @property
    def durations(self) -> "array[float]":
        """Seconds of each use of an input clip that could be decoded."""
        return self.uses.seconds

    @cached_property
    def seconds(self) -> float:
        """Sum over rows of all input clips, in seconds."""
        return sum(self.durations)

    @cached_property
    def label_counts(self) -> dict[str, int]:
        """How often each label occurs, in declared order, then by name."""
        counts: Counter[str] = Counter()
        for label in self.examples.rows.labels:
            if isinstance(label, tuple):
                counts.update(label)
            elif isinstance(label, str):
                counts[label] += 1
        declared = [label for label in self.examples.file.labels if label in counts]
        others = sorted(set(counts) - set(declared))
        return {label: counts[label] for label in [*declared, *others]}

    @property
    def majority_share(self) -> float | None:
        """What always guessing the most frequent answer would score; None without a label set."""
        answers = Counter(label for label in self.examples.rows.labels if label is not None)
        if not self.has_label_set or not answers:
            return None
        return max(answers.values()) / sum(answers.values())

    @property
    def has_label_set(self) -> bool:
        """True if answers are chosen from labels."""
        return self.examples.output in ("classification", "multilabel")

    @cached_property
    def sample_rates(self) -> Counter[int]:
        """Sample rate in Hz to number of uses."""
        return self._counted(0)

    @cached_property
    def channels(self) -> Counter[int]:
        """Number of channels to number of uses."""
        return self._counted(1)

    def _counted(self, place: int) -> Counter[int]:
        counts: Counter[int] = Counter()
        for values, uses in self.uses.formats.items():
            counts[values[place]] += uses
        return counts


class InstructionNeed(NamedTuple):
    """What the number of instructions is held against.

    `largest` is the number of examples of the largest instance that is known; `unknown` names the
    instances whose number is not, and then the rule has checked only what is known.
    """

    task: str
    instance: None
    instructions: Instructions
    largest: int
    largest_instance: str | None
    unknown: tuple[str, ...] = ()

    @property
    def incomplete(self) -> str | None:
        """Why a rule on this has not checked all, or None."""
        if not self.unknown:
            return None
        return f"the number of examples is not known for {', '.join(self.unknown)}"


def uses_of(examples: Examples) -> Iterator[Use]:
    """Every use of a clip by the drawn examples, in order."""
    columns, inputs = examples.clip_columns, frozenset(examples.audio_inputs)
    # Of so many, a set takes more than twice the memory of a dictionary.
    seen: dict[str | None, None] | None = None if examples.each_clip_once else {}
    for place, row in enumerate(examples.rows):
        clips = row.named_clips(columns)
        count = sum([name in inputs for name, _ in clips])
        for name, clip in clips:
            first = seen is None or clip.path not in seen
            if seen is not None:
                seen[clip.path] = None
            yield Use(place, row, clip, first, count if name in inputs else 0)


def clips_of(examples: Examples) -> Iterator[tuple[Example, Clip]]:
    """Every clip of the drawn examples once, with the first example that uses it."""
    return ((use.row, use.clip) for use in uses_of(examples) if use.first)


def quantiles(seconds: Iterable[float]) -> Quantiles | None:
    """The quantiles that a report shows, in seconds; None without values.

    Interpolated linearly between the values (Hyndman and Fan's type 7).
    """
    ordered = sorted(seconds)
    if not ordered:
        return None
    # Two values are the fewest that the library takes; doubling one changes no quantile.
    values = ordered if len(ordered) > 1 else ordered * 2
    twentieths = statistics.quantiles(values, n=20, method="inclusive")
    return Quantiles(
        shortest=round(ordered[0], 3),
        p05=round(twentieths[0], 3),
        p25=round(twentieths[4], 3),
        median=round(twentieths[9], 3),
        p75=round(twentieths[14], 3),
        p95=round(twentieths[18], 3),
        longest=round(ordered[-1], 3),
    )


def instance_report(
    instance: str, stats: InstanceStats | None, measured: bool, instructions: Instructions | None
) -> InstanceReport:
    """The statistics of an instance; what was not read or measured in this run is null."""
    share = stats.majority_share if stats else None
    diverse = instructions.effective_number if instructions else None
    return InstanceReport(
        instance=instance,
        examples=len(stats.examples.rows) if stats else None,
        minutes=round(stats.seconds / 60, 2) if stats and measured else None,
        durations=quantiles(stats.durations) if stats and measured else None,
        labels=stats.label_counts if stats and stats.has_label_set else None,
        majority_share=None if share is None else round(share, 4),
        sample_rates=_histogram(stats.sample_rates) if stats and measured else None,
        channels=_histogram(stats.channels) if stats and measured else None,
        distinct_instructions=instructions.distinct if instructions else None,
        effective_instructions=None if diverse is None else round(diverse, 1),
    )


def _histogram(counts: Counter[int]) -> dict[str, int]:
    return {str(value): counts[value] for value in sorted(counts)}
