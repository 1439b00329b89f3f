"""What is known of an instance's data while its task is checked."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import cast

from validators.examples import Examples
from validators.folder import InstanceFile
from validators.measurement import Measurement, Measurements
from validators.source import SourceTable
from validators.totals import InstanceStats, Use, Uses, uses_of

HeardUse = tuple[Use, Measurement]


@dataclass
class InstanceData:
    """What is known of an instance's data in this run.

    Attributes:
        lost: why its clips were not read.
        uses: those of clips that have been heard, for the rules on the whole.
    """

    file: InstanceFile
    source: SourceTable | None = None
    examples: Examples | None = None
    lost: str | None = None
    uses: Uses = field(default_factory=Uses)
    _unjudged: "_Unjudged | None" = None

    def take(self, examples: Examples) -> None:
        """Set the examples; from now on their clips can be heard."""
        self.examples = examples
        if examples.all_taken:
            self._unjudged = _Unjudged(examples)

    def key(self, path: str) -> str:
        """What the measurement of a clip goes by."""
        known = self.source.store.sha256(path) if self.source else None
        return known or f"{self.file.folder.path}/{path}"

    def heard(self, sounds: Measurements) -> Iterator[HeardUse]:
        """The first use of each clip, in order, as far as they have been measured, each time
        beginning where the time before ended; nothing while it is open which examples are taken."""
        if self._unjudged is None:
            return iter(())
        return self._gathered(self._unjudged.heard(partial(self._sound_of, sounds)))

    def heard_at_last(self, stats: InstanceStats) -> Iterator[HeardUse]:
        """All others, where they have been measured."""
        rest = self._unjudged.rest() if self._unjudged else uses_of(stats.examples)
        sound_of = stats.sounds.get
        heard = ((use, sound) for use in rest if (sound := sound_of(use.path)) is not None)
        return self._gathered(heard)

    def _sound_of(self, sounds: Measurements, path: str) -> Measurement | None:
        return cast(Measurement | None, sounds.get(self.key(path)))

    def _gathered(self, heard: Iterable[HeardUse]) -> Iterator[HeardUse]:
        for use, sound in heard:
            self.uses.add(use, sound)
            if use.first:
                yield use, sound


class _Unjudged:
    """The uses of clips whose clips have not been shown to their rules, in order."""

    def __init__(self, examples: Examples) -> None:
        self._rest = uses_of(examples)
        self._next = next(self._rest, None)

    def heard(self, sound_of: Callable[[str], Measurement | None]) -> Iterator[HeardUse]:
        """Take those from the first on whose clips have been measured."""
        while self._next is not None and (sound := sound_of(self._next.path)):
            yield self._next, sound
            self._next = next(self._rest, None)

    def rest(self) -> Iterator[Use]:
        """Take all others."""
        return self._rest if self._next is None else chain((self._next,), self._rest)
