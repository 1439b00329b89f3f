"""CrossLingualSpeechMatching: do two clips in two languages say the same?

Two prompts and two languages give four clips and four rows: two that say the same, two that do
not. Each clip is in one row of either kind, so that no clip alone says anything.
"""

import itertools
from collections.abc import Iterator

from scripts.telephone_prompts.corpus import Clip, Corpus
from scripts.telephone_prompts.dataset import Example, Recipe, draw, named, number, shuffled
from scripts.telephone_prompts.prompts import PARALLEL

SEED = 24
ROUNDS = 2
"""How often each pair of languages comes up, each time with two prompts of its own."""

LONGEST = 5.0
LANGUAGES = ("en", "es", "fr", "it", "ru")

Row = tuple[Clip, Clip]


def examples(corpus: Corpus) -> Iterator[Example]:
    languages = [tuple(shuffled(pair, SEED + n)) for n, pair in enumerate(_language_pairs())]
    prompts = draw(_prompt_pairs(corpus), len(languages), SEED)
    rows = [
        (corpus.voice(first)[one], corpus.voice(second)[other])
        for (first, second), pair in zip(languages, prompts, strict=True)
        for one, other in itertools.product(pair, repeat=2)
    ]
    waves = named([clip for row in rows for clip in row if row[0].prompt == row[1].prompt], SEED)
    for position, (first, second) in enumerate(shuffled(rows, SEED)):
        cells = {
            "file": number("pair", position),
            "label": "yes" if first.prompt == second.prompt else "no",
            "languages": f"{first.voice.language} {second.voice.language}",
        }
        yield Example({"audio": waves[first], "audio2": waves[second]}, cells)


def _language_pairs() -> list[tuple[str, str]]:
    return list(itertools.combinations(LANGUAGES, 2)) * ROUNDS


def _prompt_pairs(corpus: Corpus) -> list[tuple[str, str]]:
    """Prompts of similar duration, two and two; duration is the mean over the languages."""
    durations = {
        prompt: [corpus.voice(language)[prompt].seconds for language in LANGUAGES]
        for prompt in PARALLEL
    }
    usable = [prompt for prompt in PARALLEL if max(durations[prompt]) <= LONGEST]
    usable.sort(key=lambda prompt: sum(durations[prompt]))
    return list(zip(usable[::2], usable[1::2], strict=False))


RECIPES = (Recipe("CrossLingualSpeechMatching", "TelephonePrompts", examples),)
