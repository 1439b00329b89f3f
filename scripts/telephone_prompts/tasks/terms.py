"""SpokenTermDetection: does the word occur in the clip?

Clips come in pairs of nearly equal duration. Each clip is asked for a word of its own and for the
word of its partner, so that neither the clip alone nor the word alone says anything.
"""

from collections.abc import Iterator
from functools import partial

from scripts.telephone_prompts.corpus import Clip, Corpus
from scripts.telephone_prompts.dataset import (
    Example,
    Recipe,
    draw,
    named,
    number,
    short,
    shuffled,
)
from scripts.telephone_prompts.tasks.pairing import Pair, by_duration
from scripts.telephone_prompts.transcripts import words

SEED = 22
PAIRS = 22
SHORTEST_TERM = 5
STEM = 4
"""A term is absent only if no word of the other clip begins like it or holds its beginning."""


def examples(key: str, corpus: Corpus) -> Iterator[Example]:
    candidates = corpus.verbatim(key, 1.5, 4.6)
    pairs = draw(by_duration(candidates, lambda pair: all(_terms(pair))), PAIRS, SEED)
    waves = named([clip for pair in pairs for clip in pair], SEED)
    rows = [row for pair in pairs for row in _rows(pair)]
    for position, (clip, term, present) in enumerate(shuffled(rows, SEED)):
        name = number(f"{short(clip.voice)}-term", position)
        cells = {"file": name, "term": term, "present": str(int(present))}
        yield Example({"audio": waves[clip]}, cells)


def _rows(pair: Pair) -> Iterator[tuple[Clip, str, bool]]:
    for own, term in zip(pair, _terms(pair), strict=True):
        for clip in pair:
            yield clip, str(term), clip is own


def _terms(pair: Pair) -> tuple[str | None, str | None]:
    first, second = pair
    return _term(first, second), _term(second, first)


def _term(clip: Clip, other: Clip) -> str | None:
    """The longest word of a clip that its partner does not hold in any form."""
    absent = [
        word
        for word in words(clip.reference)
        if len(word) >= SHORTEST_TERM and word.isalpha() and word[:STEM] not in _text(other)
    ]
    return max(absent, key=len, default=None)


def _text(clip: Clip) -> str:
    return clip.reference.lower()


RECIPES = (
    Recipe("SpokenTermDetection", "TelephonePrompts-English", partial(examples, "en")),
    Recipe("SpokenTermDetection", "TelephonePrompts-French", partial(examples, "fr")),
)
