"""AUD: what only the clips of an instance together show, by literal measurements and real clips."""

from collections.abc import Mapping

import numpy as np
import pytest

from tests.flawless import INSTANCE, ROWS, all_of, clip_path, noise, sound
from tests.rules.cases import Table, at, clip, every, exact, judge, line, parameters, silent
from validators.measurement import Measurement
from validators.rules.sound_statistics import omega_squared

DATASET = at(INSTANCE, '{\n    "path"')
HALF = ROWS // 2


def some(count: int, **values: object) -> Mapping[str, Measurement]:
    """The first clips measure otherwise than the others."""
    return {clip_path(n): clip(content=kind(n), **values) for n in range(1, count + 1)}


def kind(number: int) -> str:
    return clip_path(number).rpartition(".")[2]


def by_label(yes: dict[str, float], no: dict[str, float]) -> Mapping[str, Measurement]:
    """Clips of the label "yes", which are the odd ones, measure otherwise than those of "no"."""
    return {
        clip_path(n): clip(content=kind(n), **(yes if n % 2 else no)) for n in range(1, ROWS + 1)
    }


def step(frames: int = 3_200) -> np.ndarray:
    """Noise that is cut off at both ends."""
    return noise(5, 0.4)[1_600 : 1_600 + frames]


def low(seed: int, seconds: float = 1.0, rate: int = 16_000) -> np.ndarray:
    """Noise below a quarter of the sample rate, as after upsampling from half of it."""
    spectrum = np.fft.rfft(noise(seed, seconds, rate)[:, 0])
    spectrum[len(spectrum) // 2 :] = 0
    fade = np.hanning(round(seconds * rate))
    return (np.fft.irfft(spectrum) * fade)[:, None]


CASES: Table = {
    "AUD523": [
        silent("20 dB softer", sounds=some(1, rms=0.01)),
        exact("21 dB softer", sounds=some(1, rms=0.0089), at=line("data/Prompts/metadata.csv", 2),
              says=("-41 dBFS", "-20 dBFS")),
        exact("a real one", sound(clip_path(1), noise(1) * 0.02),
              at=line("data/Prompts/metadata.csv", 2)),
    ],
    "AUD524": [
        silent("the whole band", sounds=every(clip(bandwidth=7_900.0))),
        silent("telephone speech at its own rate",
               sounds=every(clip(sample_rate=8_000, bandwidth=1_700.0))),
        silent("three quarters of the clips", sounds=some(31, bandwidth=4_000.0)),
        exact("four fifths", at=DATASET,
              says="32 of 40",
              sounds=every(clip(bandwidth=7_900.0)) | dict(some(32, bandwidth=4_000.0))),
        exact("real ones", all_of(*(
            sound(clip_path(n), low(n), encoding="wav-16" if n <= HALF else "flac-16")
            for n in range(1, ROWS + 1))), at=DATASET, says="40 of 40"),
    ],
    "AUD525": [
        silent("fades", sounds=every(clip(first_peak=0.125, last_peak=0.125))),
        exact("cut at the end", sounds=every(clip(last_peak=0.126)), at=DATASET, says="40 of 40"),
        silent("nineteen of forty", sounds=some(19, first_peak=0.5)),
        exact("twenty of forty", sounds=some(20, first_peak=0.5), at=DATASET),
        exact("real ones",
              all_of(*(sound(clip_path(n), step() * (1 - n / 1_000)) for n in range(1, 21))),
              at=DATASET, says="20 of 40"),
    ],
    "AUD526": [
        silent("like lengths", sounds=by_label({"seconds": 1.0}, {"seconds": 1.0})),
        exact("another length for each", sounds=by_label({"seconds": 1.0}, {"seconds": 2.0}),
              at=DATASET, says="100%"),
        exact("real ones",
              all_of(*(sound(clip_path(n), noise(n, 0.3) * 0.926) for n in range(1, 21, 2))),
              at=DATASET),
    ],
    "AUD527": [
        silent("like levels", sounds=by_label({"rms": 0.1}, {"rms": 0.1})),
        exact("another level for each", sounds=by_label({"rms": 0.1}, {"rms": 0.05}), at=DATASET,
              says="100%"),
        exact("real ones", all_of(*(sound(clip_path(n), noise(n) / 3) for n in range(1, 21, 2))),
              at=DATASET),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "case"), parameters(CASES))
def test_sound_statistics(code, case, tmp_path, clips, measure):
    judge(code, case, tmp_path, clips, measure)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([[1.0, 1.0], [2.0, 2.0]], 1.0),
        ([[1.0, 2.0], [1.0, 2.0]], -1 / 3),  # less than chance would give
        ([[1.0, 2.0, 3.0], [2.0, 3.0, 4.0], [3.0, 4.0, 5.0]], 4 / 13),  # by hand: 6, 6, 1 and 2
        ([[1.0, 1.0], [1.0, 1.0]], None),
        ([[1.0, 2.0]], None),
        ([], None),
    ],
)
def test_omega_squared(groups, expected):
    assert omega_squared(groups) == (expected if expected is None else pytest.approx(expected))
