"""SpeakerVerification: are two clips by one speaker?

Half of the pairs are in one language and half in two, and in both halves as many pairs are by one
speaker as by two: whether the languages are the same says nothing. The two clips of a pair never
hold the same prompt, and all clips are brought to one level.
"""

from collections.abc import Iterator

from scripts.telephone_prompts.corpus import Clip, Corpus
from scripts.telephone_prompts.dataset import (
    Example,
    Recipe,
    Wave,
    draw,
    named,
    number,
    shuffled,
)
from scripts.telephone_prompts.sound import at_level, to_pcm

SEED = 27
PAIRS = 24
"""Pairs of each of the four kinds: one or two languages, one or two speakers."""

SHORTEST, LONGEST = 1.2, 2.4
LEVEL = -26.0
"""dB relative to full scale, root mean square over the clip."""

Row = tuple[Clip, Clip]


def examples(corpus: Corpus) -> Iterator[Example]:
    rows = [tuple(shuffled(row, SEED + n)) for n, row in enumerate(_rows(corpus))]
    waves = _levelled([clip for row in rows for clip in row])
    for position, (first, second) in enumerate(shuffled(rows, SEED)):
        cells = {
            "file": number("pair", position),
            "label": "yes" if first.voice.speaker == second.voice.speaker else "no",
            "languages": f"{first.voice.language} {second.voice.language}",
        }
        yield Example({"audio": waves[first], "audio2": waves[second]}, cells)


def _rows(corpus: Corpus) -> Iterator[Row]:
    """Carlo and Paola speak Italian; Allison speaks English and Spanish; June and a Russian."""
    carlo, paola = (_clips(key, PAIRS, corpus) for key in ("it", "menardi"))
    english, spanish = (_clips(key, PAIRS, corpus) for key in ("en", "es"))
    half = PAIRS // 2
    yield from _matched(carlo[:half], carlo[half:])
    yield from _matched(paola[:half], paola[half:])
    yield from _matched(carlo, paola)
    yield from _matched(english, spanish)
    yield from _matched(english[:half], _clips("fr", half, corpus))
    yield from _matched(spanish[:half], _clips("ru", half, corpus))


def _clips(key: str, count: int, corpus: Corpus) -> list[Clip]:
    """Prompts that are phrases in the Italian list: one of the voices comes without a list."""
    phrases = {clip.prompt for clip in corpus.phrases("it", 0.0, 60.0)}
    clips = [
        clip
        for prompt, clip in corpus.voice(key).items()
        if prompt in phrases and SHORTEST <= clip.seconds <= LONGEST
    ]
    return draw(clips, count, SEED)


def _matched(first: list[Clip], second: list[Clip]) -> list[Row]:
    """One clip of each list to a pair; the second list is turned until no prompt meets itself."""
    for turn in range(len(second)):
        rows = list(zip(first, second[turn:] + second[:turn], strict=True))
        if all(one.prompt != other.prompt for one, other in rows):
            return rows
    raise ValueError("every turn of the second list pairs some prompt with itself")


def _levelled(clips: list[Clip]) -> dict[Clip, Wave]:
    return {
        clip: Wave(wave.name, to_pcm(at_level(clip.signal, LEVEL)))
        for clip, wave in named(list(dict.fromkeys(clips)), SEED).items()
    }


RECIPES = (Recipe("SpeakerVerification", "TelephonePrompts", examples),)
