"""SignalToNoiseRatioEstimation: how loud is the speech above what it was mixed with?"""

from collections.abc import Iterator

from scripts.telephone_prompts.corpus import Clip, Corpus
from scripts.telephone_prompts.dataset import Example, Recipe, Wave, named, shuffled, who
from scripts.telephone_prompts.sound import Signal, at_level, noise_at, to_pcm, white_noise
from scripts.telephone_prompts.tasks import mixtures

VOICES = ("en", "es", "fr")
EACH = 16
SECONDS = (2.0, 3.4)
LOWEST, HIGHEST = -5.0, 20.0
"""dB"""

NOISE_SEED, MUSIC_SEED = 28, 29


def in_noise(corpus: Corpus) -> Iterator[Example]:
    clips = _clips(corpus, NOISE_SEED)
    noises = [white_noise(len(clip.samples), NOISE_SEED + n) for n, clip in enumerate(clips)]
    for clip, wave, ratio in _mixed(clips, noises, NOISE_SEED):
        yield Example({"audio": wave}, {"label": ratio, **who(clip.voice)})


def in_music(corpus: Corpus) -> Iterator[Example]:
    clips = _clips(corpus, MUSIC_SEED)
    lengths = [len(clip.samples) for clip in clips]
    names, pieces = zip(*mixtures.excerpts(corpus, lengths, MUSIC_SEED), strict=True)
    for name, (clip, wave, ratio) in zip(
        names, _mixed(clips, list(pieces), MUSIC_SEED), strict=True
    ):
        yield Example({"audio": wave}, {"label": ratio, **who(clip.voice), "music": name})


def _clips(corpus: Corpus, seed: int) -> list[Clip]:
    return shuffled(mixtures.phrases(corpus, VOICES, EACH, SECONDS, seed), seed)


def _mixed(clips: list[Clip], noises: list[Signal], seed: int) -> Iterator[tuple[Clip, Wave, str]]:
    """The clip, the mixture at one level, and the ratio in dB to a tenth."""
    waves = named(clips, seed)
    ratios = mixtures.spread(LOWEST, HIGHEST, len(clips), seed)
    for clip, noise, ratio in zip(clips, noises, ratios, strict=True):
        label = f"{ratio:.1f}"
        mixture = clip.signal + noise_at(clip.signal, noise, float(label))
        wave = Wave(waves[clip].name, to_pcm(at_level(mixture, mixtures.LEVEL)))
        yield clip, wave, label


RECIPES = (
    Recipe("SignalToNoiseRatioEstimation", "TelephonePrompts-WhiteNoise", in_noise),
    Recipe("SignalToNoiseRatioEstimation", "TelephonePrompts_OpSound", in_music),
)
