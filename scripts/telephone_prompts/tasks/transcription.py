"""SpeechRecognition: write down what is said, in four languages."""

from collections.abc import Iterator
from functools import partial

from scripts.telephone_prompts.corpus import Clip, Corpus
from scripts.telephone_prompts.dataset import Example, Recipe, draw, named
from scripts.telephone_prompts.transcripts import words

SEED = 25
EXAMPLES = 44
FEWEST_WORDS = 3

YO, YE = "\u0451", "\u0435"
"""The Russian letter with two dots, and the one that is mostly printed in its place."""


def examples(key: str, corpus: Corpus) -> Iterator[Example]:
    candidates = [
        clip
        for clip in corpus.verbatim(key, 1.2, 4.6)
        if len(words(clip.reference)) >= FEWEST_WORDS
    ]
    for clip, wave in named(draw(candidates, EXAMPLES, SEED), SEED).items():
        yield Example({"audio": wave}, {"label": _label(clip)})


def _label(clip: Clip) -> str:
    """Lower case, no punctuation; the lists set the dots on a Russian e at random."""
    return " ".join(words(clip.reference)).replace(YO, YE)


RECIPES = (
    Recipe("SpeechRecognition", "TelephonePrompts-English", partial(examples, "en")),
    Recipe("SpeechRecognition", "TelephonePrompts-French", partial(examples, "fr")),
    Recipe("SpeechRecognition", "TelephonePrompts-Italian", partial(examples, "it")),
    Recipe("SpeechRecognition", "TelephonePrompts-Russian", partial(examples, "ru")),
)
