"""DegradationDetection: what was done to the clip? Any of four things, or nothing."""

import itertools
import random
from collections.abc import Iterator

from scripts.telephone_prompts.corpus import Clip, Corpus
from scripts.telephone_prompts.dataset import Example, Recipe, Wave, named, shuffled, who
from scripts.telephone_prompts.sound import (
    FRAME,
    Signal,
    active_frames,
    at_level,
    drop_out,
    low_pass,
    noise_at,
    pink_noise,
    reverberate,
    to_pcm,
)
from scripts.telephone_prompts.tasks import mixtures

SEED = 31
VOICES = ("en", "fr", "it", "ru")
EACH = 16
SECONDS = (2.0, 3.4)

REVERBERATION, NOISE, LOW_PASS, DROPOUTS = LABELS = (
    "reverberation",
    "background noise",
    "low-pass filtering",
    "dropouts",
)
"""In the order in which they are applied: room, room, microphone, line."""

T60 = (0.6, 1.0)
"""Seconds of reverberation."""

SNR = (4.0, 12.0)
"""dB of speech over pink noise."""

CUTOFF = (1000.0, 1400.0)
"""Hz of the low-pass filter."""

GAPS, GAP = 5, 3 * FRAME
"""Dropouts a clip, each of 60 ms, in places where somebody speaks."""


def examples(corpus: Corpus) -> Iterator[Example]:
    """Every subset of the four comes equally often, and as often with every voice's clips."""
    clips = mixtures.phrases(corpus, VOICES, EACH, SECONDS, SEED)
    subsets = itertools.cycle(_subsets())
    chosen = {clip: next(subsets) for clip in clips}
    for n, (clip, wave) in enumerate(named(clips, SEED).items()):
        samples = to_pcm(at_level(_degraded(clip, chosen[clip], SEED + n), mixtures.LEVEL))
        cells = {"label": list(chosen[clip]), **who(clip.voice)}
        yield Example({"audio": Wave(wave.name, samples)}, cells)


def _subsets() -> list[tuple[str, ...]]:
    sizes = range(len(LABELS) + 1)
    subsets = [subset for size in sizes for subset in itertools.combinations(LABELS, size)]
    return shuffled(subsets, SEED)


def _degraded(clip: Clip, subset: tuple[str, ...], seed: int) -> Signal:
    choose = random.Random(seed)  # noqa: S311 - a draw, not a secret
    starts = _gaps(clip.signal, choose)
    wave = clip.signal
    if REVERBERATION in subset:
        wave = reverberate(wave, choose.uniform(*T60), seed)
    if NOISE in subset:
        noise = pink_noise(len(wave), seed)
        wave = wave + noise_at(wave, noise, choose.uniform(*SNR))
    if LOW_PASS in subset:
        wave = low_pass(wave, choose.uniform(*CUTOFF))
    if DROPOUTS in subset:
        wave = drop_out(wave, starts, GAP)
    return wave


def _gaps(speech: Signal, choose: random.Random) -> list[int]:
    """Starts of the gaps, in samples: one in each fifth of the frames where somebody speaks."""
    frames = [int(frame) for frame in active_frames(speech)]
    share = len(frames) // GAPS
    return [FRAME * frames[share * n + choose.randrange(share)] for n in range(GAPS)]


RECIPES = (Recipe("DegradationDetection", "TelephonePrompts", examples, lists=True),)
