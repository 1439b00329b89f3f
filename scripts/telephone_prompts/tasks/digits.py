"""SpokenDigitRecognition: which digit is said, in five languages by five speakers."""

from collections.abc import Iterator

from scripts.telephone_prompts.corpus import VOICES, Corpus
from scripts.telephone_prompts.dataset import Example, Recipe, named, who

SEED = 20


def examples(corpus: Corpus) -> Iterator[Example]:
    """Every voice says every digit once."""
    clips = [corpus.voice(voice.key)[f"digits/{digit}"] for voice in VOICES for digit in range(10)]
    for clip, wave in named(clips, SEED).items():
        yield Example({"audio": wave}, {"label": clip.prompt[-1], **who(clip.voice)})


RECIPES = (Recipe("SpokenDigitRecognition", "TelephonePrompts", examples),)
