"""SpeechMusicDetection: speech, music, or one over the other?"""

from collections.abc import Iterator

from scripts.telephone_prompts.corpus import Corpus
from scripts.telephone_prompts.dataset import Example, Recipe, Wave, number, shuffled
from scripts.telephone_prompts.sound import Signal, at_level, noise_at, to_pcm
from scripts.telephone_prompts.tasks import mixtures

SEED = 32
VOICES = ("en", "es", "fr")
EACH = 14
SECONDS = (2.2, 3.4)
LOWEST, HIGHEST = -3.0, 9.0
"""dB of speech over music, where both are heard."""


def examples(corpus: Corpus) -> Iterator[Example]:
    """Equally many of each kind, and the durations of the music are those of the speech."""
    clips = mixtures.phrases(corpus, VOICES, EACH, SECONDS, SEED)
    clips = shuffled(clips, SEED)
    half = len(clips) // 2
    alone, under = clips[:half], clips[half:]
    lengths = [len(clip.samples) for clip in clips]
    music = [piece for _, piece in mixtures.excerpts(corpus, lengths, SEED)]
    ratios = mixtures.spread(LOWEST, HIGHEST, len(under), SEED)
    mixed = [
        clip.signal + noise_at(clip.signal, piece, ratio)
        for clip, piece, ratio in zip(under, music[half:], ratios, strict=True)
    ]
    rows = [
        *(("speech", clip.signal) for clip in alone),
        *(("music", piece) for piece in music[:half]),
        *(("both", mixture) for mixture in mixed),
    ]
    yield from _numbered(shuffled(rows, SEED))


def _numbered(rows: list[tuple[str, Signal]]) -> Iterator[Example]:
    for position, (label, wave) in enumerate(rows):
        samples = to_pcm(at_level(wave, mixtures.LEVEL))
        yield Example({"audio": Wave(number("clip", position), samples)}, {"label": label})


RECIPES = (Recipe("SpeechMusicDetection", "TelephonePrompts_OpSound", examples),)
