"""SpokenLetterRecognition: which letter of the Latin alphabet is named, the language being told."""

from collections.abc import Iterator
from string import ascii_lowercase

from scripts.telephone_prompts.corpus import VOICES, Corpus
from scripts.telephone_prompts.dataset import Example, Recipe, named, who

SEED = 21


def examples(corpus: Corpus) -> Iterator[Example]:
    """Every voice names every letter once; the text is the language it does so in.

    The name of E in English is that of I in French, so that sound alone would not decide.
    """
    clips = [
        corpus.voice(voice.key)[f"letters/{letter}"]
        for voice in VOICES
        for letter in ascii_lowercase
    ]
    for clip, wave in named(clips, SEED).items():
        cells = {"spoken_language": clip.voice.language_name, "label": clip.prompt[-1].upper()}
        yield Example({"audio": wave}, {**cells, **who(clip.voice)})


RECIPES = (Recipe("SpokenLetterRecognition", "TelephonePrompts", examples),)
