"""Sound for the benchmark: like speech to a decoder, and the same in every run.

Syllables are pulses or noise, shaped by four formants and an envelope; a clip strings some of them
together, with pauses, over a soft noise. Nobody would understand it, but FLAC works about as hard
for it as for speech: about a megabyte a minute at 16 kHz.
"""

import functools
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import soundfile

Samples = npt.NDArray[np.float32]

RATE: Final = 16_000
SHORTEST, LONGEST = 2.0, 8.0  # seconds of a clip
SEED: Final = 20_26
_SYLLABLES: Final = 400
_SPECTRUM: Final = 8_192  # samples of a syllable before it is cut to its length
_FLOOR: Final = 2e-4  # of the noise below all, -74 dBFS
_LEVEL: Final = 0.05  # of the syllables, -26 dBFS
_WRITTEN_AT_ONCE: Final = 60


def clip_seconds(number: int) -> float:
    """Length of a clip, which its number decides."""
    part = np.random.default_rng((SEED, 1, number)).random()
    return round(SHORTEST + (LONGEST - SHORTEST) * float(part), 3)


def clip(number: int) -> Samples:
    """The samples of a clip, shape (frames,), full scale 1.0."""
    return speech(clip_seconds(number), number)


def speech(seconds: float, number: int) -> Samples:
    """So many seconds of the voice of this number."""
    random = np.random.default_rng((SEED, 2, number))
    frames = round(seconds * RATE)
    out = (_FLOOR * random.standard_normal(frames + _SPECTRUM)).astype(np.float32)
    gain = np.float32(_LEVEL * 10 ** (random.uniform(-4, 4) / 20))
    syllables = _syllables()
    at, left = int(0.1 * RATE), int(random.integers(3, 8))
    while at < frames - 0.1 * RATE:
        syllable = syllables[int(random.integers(len(syllables)))]
        out[at : at + len(syllable)] += gain * syllable
        at += int(len(syllable) * 0.9)
        left -= 1
        if not left:  # a pause after each phrase
            at, left = at + int(random.uniform(0.2, 0.8) * RATE), int(random.integers(3, 8))
    return _faded(out[:frames])


def _faded(samples: Samples) -> Samples:
    """Fade in and out, so that no clip ends in the middle of a sound."""
    ramp = np.linspace(0, 1, RATE // 20, dtype=np.float32)
    samples[: len(ramp)] *= ramp
    samples[-len(ramp) :] *= ramp[::-1]
    return np.clip(samples, -0.95, 0.95)


@functools.cache
def _syllables() -> list[Samples]:
    random = np.random.default_rng((SEED, 3))
    return [_syllable(random) for _ in range(_SYLLABLES)]


def _syllable(random: np.random.Generator) -> Samples:
    """A vowel with its breath, root mean square 1, or a softer hiss."""
    noise = random.standard_normal(_SPECTRUM)
    voiced = random.random() < 0.75
    if voiced:
        pulses = np.zeros(_SPECTRUM)
        periods = RATE / random.uniform(90, 240) * (1 + 0.02 * random.standard_normal(200))
        starts = np.cumsum(periods).astype(int)
        pulses[starts[starts < _SPECTRUM]] = 10.0
        shaped = _shaped(pulses + 0.1 * noise, _formants(random))
    else:
        shaped = _shaped(noise, [(random.uniform(3_500, 7_000), random.uniform(1_500, 3_000))])
    frames = int(random.uniform(0.12, 0.32) * RATE)
    syllable = shaped[:frames] * np.hanning(frames) ** 0.7
    level = 1.0 if voiced else 0.25
    syllable *= level / np.sqrt(np.mean(syllable**2))
    return syllable.astype(np.float32)


def _formants(random: np.random.Generator) -> list[tuple[float, float]]:
    """Frequency and width in Hz."""
    ranges = ((280, 800), (900, 2_300), (2_400, 3_200), (3_500, 4_200))
    return [(random.uniform(*limits), random.uniform(80, 250)) for limits in ranges]


def _shaped(
    samples: npt.NDArray[np.float64], formants: list[tuple[float, float]]
) -> npt.NDArray[np.float64]:
    frequency = np.fft.rfftfreq(_SPECTRUM, 1 / RATE)
    gain = sum(
        1 / (1 + ((frequency - centre) / width) ** 2) / (order + 1)
        for order, (centre, width) in enumerate(formants)
    )
    return np.fft.irfft(np.fft.rfft(samples) * (gain + 0.002), _SPECTRUM)


# -- files ----------------------------------------------------------------------------------------


def write(path: Path, samples: npt.NDArray[Any], rate: int = RATE, container: str = "FLAC") -> None:
    """Write 16-bit samples; the file is there whole or not at all."""
    unfinished = path.with_name(f".{path.name}.part")
    soundfile.write(unfinished, samples, rate, "PCM_16", format=container)
    unfinished.replace(path)


def write_clips(folder: Path, count: int) -> None:
    """Write the clips 0 to `count` - 1 that are not there yet, with all cores."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [number for number in range(count) if not (folder / clip_name(number)).exists()]
    if not missing:
        return
    marks = [*range(0, len(missing), _WRITTEN_AT_ONCE), len(missing)]
    portions = [missing[start:end] for start, end in pairwise(marks)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        list(pool.map(_write_portion, [folder] * len(portions), portions))


def _write_portion(folder: Path, numbers: list[int]) -> None:
    for number in numbers:
        write(folder / clip_name(number), clip(number))


def clip_name(number: int) -> str:
    """The file name of a clip."""
    return f"{number:06}.flac"


def clips_of_hours(hours: float) -> Iterator[int]:
    """The numbers of the clips that make up so many hours."""
    number, left = 0, hours * 3600
    while left > 0:
        yield number
        left -= clip_seconds(number)
        number += 1
