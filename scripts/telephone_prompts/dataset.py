"""What a task's module makes: examples that name their clips, before anything is written."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from scripts.telephone_prompts.corpus import Clip, Corpus, Voice
from scripts.telephone_prompts.sound import Pcm

Cell = str | list[str]
NAMING = 1000
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Wave:
    """A clip under the name that it gets; `samples` have shape (samples,), 8 kHz, 16 bit."""

    name: str
    samples: Pcm


@dataclass(frozen=True)
class Example:
    """One row: clips by the stem of their column (`audio`, `audio2`, `label`), then the cells."""

    clips: Mapping[str, Wave]
    cells: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """How the data of one instance are made; `lists` asks for JSON Lines instead of CSV."""

    task: str
    stem: str
    examples: Callable[[Corpus], Iterable[Example]]
    lists: bool = False

    @property
    def name(self) -> str:
        return f"{self.task}_{self.stem}"


def draw(items: Sequence[T], count: int, seed: int) -> list[T]:
    """`count` different items in random order; the same ones always."""
    return random.Random(seed).sample(items, count)  # noqa: S311 - a draw, not a secret


def shuffled(items: Sequence[T], seed: int) -> list[T]:
    """All items in random order, so that a number given in this order says nothing."""
    return draw(items, len(items), seed)


def number(prefix: str, position: int) -> str:
    """A neutral name from 1: `en-0001`."""
    return f"{prefix}-{position + 1:04d}"


def named(clips: Sequence[Clip], seed: int) -> dict[Clip, Wave]:
    """Each clip unchanged, under its language and a number that is given at random.

    The order is another than that of `shuffled` under the same seed: where both number the rows
    of pairs, a row's number would tell its first clip's.
    """
    return {
        clip: Wave(number(short(clip.voice), position), clip.samples)
        for position, clip in enumerate(shuffled(clips, seed + NAMING))
    }


def short(voice: Voice) -> str:
    """The language without its region: `en`."""
    return voice.language.partition("-")[0]


def who(voice: Voice) -> dict[str, Cell]:
    """The group columns of a clip with one speaker."""
    return {"language": voice.language, "speaker": voice.speaker, "gender": voice.gender}
