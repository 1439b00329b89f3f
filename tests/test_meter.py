"""What the meter measures block by block is what the definitions say of the whole clip."""

import hashlib
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests import sounds
from tests.sounds import Array, encode, speech
from validators import decode_child
from validators.measurement import BANDWIDTH_RANGE, CLIPPED_RUN, SILENCE
from validators.meter import HashingMeter

FORMATS = (
    *sounds.ENCODINGS,
    *("WAV PCM_U8", "WAV ULAW", "WAV ALAW", "WAV PCM_32", "WAV DOUBLE", "FLAC PCM_S8"),
)
FINE = {"PCM_24", "PCM_32", "FLOAT", "DOUBLE", "VORBIS", "OPUS", "MPEG_LAYER_III"}
FULL_SCALE = {
    "PCM_U8": 127 / 128,
    "PCM_S8": 127 / 128,
    "ULAW": 32124 / 32768,
    "ALAW": 32256 / 32768,
}


def plainly(samples: Array, rate: int, subtype: str) -> dict[str, Any]:
    """The definitions beside the fields of `Measurement`, one by one, each over the whole clip.

    `samples` are float64 of shape (frames, channels), full scale 1.0.
    """
    frames, channels = samples.shape
    finite = np.where(np.isfinite(samples), samples, 0.0)
    magnitude = np.abs(finite)
    window = rate // 100
    peaks = [float(magnitude[at : at + window].max()) for at in range(0, frames, window)]
    loud = [at for at, peak in enumerate(peaks) if peak >= SILENCE]
    lengths = [min(window, frames - at) for at in range(0, frames, window)]
    means = finite.mean(axis=0)
    ends = min((loud[-1] + 1) * window, frames) if loud else 0
    sounding = (magnitude >= SILENCE).any(axis=0)
    published = np.clip(np.rint(finite.astype(np.float32) * np.float32(32768)), -32768, 32767)
    hashed = f"{rate} {channels}\n".encode() + published.astype("<i2").tobytes()
    return {
        "frames": frames,
        "peak": float(magnitude.max()),
        "rms": math.sqrt(float((finite**2).mean())),
        "dc": float(means[np.abs(means).argmax()]),
        "clipped": clipped(magnitude >= FULL_SCALE.get(subtype, 32767 / 32768)),
        "nonfinite": int((~np.isfinite(samples)).sum()),
        "silent_frames": frames - sum(lengths[at] for at in loud),
        "leading_silence": (loud[0] * window if loud else frames) / rate,
        "trailing_silence": (frames - ends) / rate,
        "identical_channels": channels > 1 and bool((finite == finite[:, :1]).all()),
        "first_peak": peaks[0],
        "last_peak": peaks[-1],
        "bandwidth": bandwidth(first_sound(finite, loud, window), rate) if loud else 0.0,
        "silent_channel": bool(sounding.any() and not sounding.all()),
        "pcm_sha256": hashlib.sha256(hashed).hexdigest(),
    }


def clipped(at_full_scale: Array) -> int:
    total = 0
    for channel in at_full_scale.T:
        runs = "".join("x" if sample else " " for sample in channel).split()
        total += sum(len(run) for run in runs if len(run) >= CLIPPED_RUN)
    return total


def first_sound(samples: Array, loud: list[int], window: int) -> Array:
    """The first channel from the first window that is not silent to the end of its block."""
    block = decode_child.BLOCK_SAMPLES // samples.shape[1] // window * window
    start = loud[0] * window
    return samples[start : (start // block + 1) * block, 0]


def bandwidth(samples: Array, rate: int) -> float:
    """Bartlett's method over stretches of the first two seconds, in float64."""
    whole = len(samples[: 2 * rate]) // 1024
    if not whole:
        return 0.0
    stretches = samples[: whole * 1024].reshape(whole, 1024)[
        :: 4 if whole > 15 else 2
    ] * np.hanning(1024)
    power = (np.abs(np.fft.rfft(stretches)) ** 2).sum(axis=0)
    strong = np.flatnonzero(power > power.max() * BANDWIDTH_RANGE)
    return float(round(int(strong[-1]) * rate / 1024)) if len(strong) else 0.0


def signals(rate: int, channels: int) -> dict[str, Array]:
    """Sounds and what a stranger might send for sounds."""
    random = np.random.default_rng(rate + channels)
    seconds = 0.8 if rate > 16_000 else 2.37
    voice = speech(seconds, rate, seed=1, channels=channels)
    paused = voice.copy()
    paused[: rate // 4] = 0
    paused[-rate // 2 : -rate // 2 + 777] *= 1e-4
    paused[-rate // 5 :] = 0
    lopsided = voice + 0.3
    lopsided[:, -1] = 0
    extremes = random.choice([-1.0, -0.5, 0.0, 0.5, 0.999999], (8_013, channels))
    return {
        "speech": voice,
        "clipped": np.clip(30 * voice, -1, 0.999999),
        "pauses": paused,
        "silence": np.zeros((rate // 7, channels)),
        "faint": 1e-4 * voice,
        "a silent channel": lopsided,
        "channels alike": np.repeat(voice[:, :1], channels, axis=1),
        "extremes": extremes,
        "five frames": voice[:5],
    }


def measured(path: Path, data: bytes, **options: int) -> Any:
    descriptor = sounds.descriptor(path, data)
    try:
        return decode_child.measure(descriptor, meter=HashingMeter, **options)
    finally:
        os.close(descriptor)


def as_decoded(path: Path, subtype: str) -> Array:
    """All samples at once, in the type that holds them exactly, as float64."""
    if subtype in FINE:
        return soundfile.read(path, dtype="float32", always_2d=True)[0].astype(np.float64)
    return soundfile.read(path, dtype="int16", always_2d=True)[0] / 32768


def compare(path: Path, data: bytes) -> None:
    found = measured(path, data)
    assert found.failure is None
    in_small_blocks = measured(path, data, block_samples=found.sample_rate // 3)
    assert in_small_blocks._replace(bandwidth=found.bandwidth) == found
    samples = as_decoded(path, found.subtype)
    if not len(samples):
        return
    close = {"peak": 1e-9, "rms": 1e-9, "dc": 1e-9, "first_peak": 1e-9, "last_peak": 1e-9}
    # Where the spectrum crosses the threshold, float32 and float64 may differ by a bin.
    close["bandwidth"] = found.sample_rate / 1024 + 1
    for name, value in plainly(samples, found.sample_rate, found.subtype).items():
        expected = pytest.approx(value, rel=1e-6, abs=close[name]) if name in close else value
        assert getattr(found, name) == expected, name


@pytest.mark.parametrize("encoding", [name for name in FORMATS if "mp3" not in name])
@pytest.mark.parametrize(("rate", "channels"), [(8_000, 2), (16_000, 1), (48_000, 3)])
def test_blockwise_measurements_are_those_of_the_whole(tmp_path, encoding, rate, channels):
    for name, samples in signals(rate, channels).items():
        if encoding == "FLAC PCM_S8" and name == "five frames":
            continue  # libsndfile writes none so short
        compare(tmp_path / "clip", encode(samples, rate, encoding))


@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (48_000, 2)])
def test_measurements_of_mp3_are_those_of_the_whole(tmp_path, rate, channels):
    """Blocks of MP3 differ from the whole in the last bits, so that it is read in one."""
    samples = speech(2.37, rate, seed=1, channels=channels)
    path = tmp_path / "clip"
    found = measured(path, encode(samples, rate, "mp3"))
    reference = plainly(as_decoded(path, found.subtype), rate, found.subtype)
    for name in ("frames", "silent_frames", "clipped", "leading_silence", "trailing_silence"):
        assert getattr(found, name) == reference[name], name
    for name in ("peak", "rms", "dc", "first_peak", "last_peak"):
        assert getattr(found, name) == pytest.approx(reference[name], abs=1e-6), name


@pytest.mark.parametrize("encoding", ["wav-float", "WAV DOUBLE"])
@pytest.mark.parametrize("channels", [1, 2])
def test_what_is_no_number_is_left_out_of_all(tmp_path, encoding, channels):
    samples = speech(2.1, 16_000, channels=channels)
    samples[::97] = np.nan
    samples[5::1001, 0] = np.inf
    samples[1 << 14 :: 2003, -1] = -np.inf
    compare(tmp_path / "clip", encode(samples, 16_000, encoding))
    compare(tmp_path / "clip", encode(np.full((1_000, channels), np.nan), 16_000, encoding))
