"""Speech, music and noise to mix: shared by the tasks whose clips are made here."""

import random
from collections.abc import Iterator

from scripts.telephone_prompts.corpus import Clip, Corpus
from scripts.telephone_prompts.dataset import draw
from scripts.telephone_prompts.sound import RATE, Signal, level

LEVEL = -26.0
"""dB relative to full scale of every finished clip, so that loudness says nothing."""

QUIETEST_MUSIC = -38.0
"""dB relative to full scale, of every second of an excerpt: no pauses, no fades."""


def phrases(
    corpus: Corpus, keys: tuple[str, ...], each: int, seconds: tuple[float, float], seed: int
) -> list[Clip]:
    """`each` phrases of every voice with a duration in the range."""
    return [clip for key in keys for clip in draw(corpus.phrases(key, *seconds), each, seed)]


def excerpts(corpus: Corpus, lengths: list[int], seed: int) -> Iterator[tuple[str, Signal]]:
    """A piece's name and that many samples of it, once for each length; the pieces take turns."""
    choose = random.Random(seed)  # noqa: S311 - a draw, not a secret
    pieces = sorted(corpus.music.items())
    for turn, length in enumerate(lengths):
        name, piece = pieces[turn % len(pieces)]
        starts = range(0, len(piece) - length, RATE)
        loud = [start for start in starts if _is_loud(piece[start : start + length])]
        start = choose.choice(loud)
        yield name, piece[start : start + length]


def _is_loud(excerpt: Signal) -> bool:
    seconds = range(0, len(excerpt) - RATE + 1, RATE)
    return all(level(excerpt[start : start + RATE]) > QUIETEST_MUSIC for start in seconds)


def spread(low: float, high: float, count: int, seed: int) -> list[float]:
    """Values that cover a range evenly, one at random in each of `count` equal steps, shuffled."""
    choose = random.Random(seed)  # noqa: S311 - a draw, not a secret
    step = (high - low) / count
    values = [low + step * (n + choose.random()) for n in range(count)]
    choose.shuffle(values)
    return values
