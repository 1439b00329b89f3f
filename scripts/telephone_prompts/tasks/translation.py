"""SpeechTranslation: Spanish and Russian prompts, with the English prompt as the reference."""

import re
from collections.abc import Iterator
from functools import partial

from scripts.telephone_prompts.corpus import Corpus
from scripts.telephone_prompts.dataset import Example, Recipe, draw, named
from scripts.telephone_prompts.prompts import PARALLEL

SEED = 26
EXAMPLES = 44
LONGEST = 5.4


def examples(key: str, corpus: Corpus) -> Iterator[Example]:
    spoken, english = corpus.voice(key), corpus.voice("en")
    clips = [spoken[prompt] for prompt in PARALLEL if spoken[prompt].seconds <= LONGEST]
    for clip, wave in named(draw(clips, EXAMPLES, SEED), SEED).items():
        label = _sentence(english[clip.prompt].reference)
        yield Example({"audio": wave}, {"label": label})


def _sentence(text: str) -> str:
    """The list is careless about capitals: one at the beginning, and the pronoun I."""
    text = re.sub(r"\bi\b", "I", text)
    return text[:1].upper() + text[1:]


RECIPES = (
    Recipe("SpeechTranslation", "TelephonePrompts-SpanishToEnglish", partial(examples, "es")),
    Recipe("SpeechTranslation", "TelephonePrompts-RussianToEnglish", partial(examples, "ru")),
)
