"""SpeechTextMatching: does the text say what the clip says?

Clips come in pairs of nearly equal duration; each is shown with its own transcript and with its
partner's, so that neither the clip alone nor the text alone says anything.
"""

from collections.abc import Iterator
from functools import partial

from scripts.telephone_prompts.corpus import Corpus
from scripts.telephone_prompts.dataset import (
    Example,
    Recipe,
    draw,
    named,
    number,
    short,
    shuffled,
)
from scripts.telephone_prompts.tasks.pairing import by_duration, differ

SEED = 23
PAIRS = 20


def examples(key: str, corpus: Corpus) -> Iterator[Example]:
    pairs = draw(by_duration(corpus.verbatim(key, 1.3, 4.6), differ), PAIRS, SEED)
    waves = named([clip for pair in pairs for clip in pair], SEED)
    rows = [(clip, shown) for pair in pairs for clip in pair for shown in pair]
    for position, (clip, shown) in enumerate(shuffled(rows, SEED)):
        cells = {
            "file": number(f"{short(clip.voice)}-text", position),
            "transcript": shown.reference,
            "matches": "true" if clip is shown else "false",
        }
        yield Example({"audio": waves[clip]}, cells)


RECIPES = (
    Recipe("SpeechTextMatching", "TelephonePrompts-Italian", partial(examples, "it")),
    Recipe("SpeechTextMatching", "TelephonePrompts-Russian", partial(examples, "ru")),
)
