"""SpeechEnhancement: take the noise away and leave the speech."""

from collections.abc import Iterator

from scripts.telephone_prompts.corpus import Clip, Corpus
from scripts.telephone_prompts.dataset import Example, Recipe, Wave, named, who
from scripts.telephone_prompts.sound import Pcm, at_level, level, noise_at, pink_noise, to_pcm
from scripts.telephone_prompts.tasks import mixtures

SEED = 30
VOICES = ("en", "fr")
EACH = 20
SECONDS = (2.0, 3.4)
LOWEST, HIGHEST = -2.5, 10.0
"""dB"""


def examples(corpus: Corpus) -> Iterator[Example]:
    clips = mixtures.phrases(corpus, VOICES, EACH, SECONDS, SEED)
    ratios = mixtures.spread(LOWEST, HIGHEST, len(clips), SEED)
    for n, (clip, wave) in enumerate(named(clips, SEED).items()):
        clean, noisy = _pair(clip, ratios[n], SEED + n)
        clips_of_row = {
            "label": Wave(f"{wave.name}-clean", clean),
            "audio": Wave(f"{wave.name}-noisy", noisy),
        }
        yield Example(
            clips_of_row, {"file": wave.name, "snr": f"{ratios[n]:.1f}", **who(clip.voice)}
        )


def _pair(clip: Clip, ratio: float, seed: int) -> tuple[Pcm, Pcm]:
    """The speech and the mixture, under one gain: what is to be found is exactly what went in."""
    mixture = clip.signal + noise_at(
        clip.signal, pink_noise(len(clip.samples), seed), round(ratio, 1)
    )
    gain = 10 ** ((mixtures.LEVEL - level(mixture)) / 20)
    return to_pcm(clip.signal * gain), to_pcm(at_level(mixture, mixtures.LEVEL))


RECIPES = (Recipe("SpeechEnhancement", "TelephonePrompts-PinkNoise", examples),)
