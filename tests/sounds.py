"""Sounds and things that only look like sounds, made when a test needs them."""

import hashlib
import io
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from validators.clips import ClipSource, bytes_clip

Array = npt.NDArray[Any]

# One encoding for each sample format that a clip may have.
ENCODINGS = {
    "wav-16": ("WAV", "PCM_16"),
    "wav-24": ("WAV", "PCM_24"),
    "wav-float": ("WAV", "FLOAT"),
    "flac-16": ("FLAC", "PCM_16"),
    "flac-24": ("FLAC", "PCM_24"),
    "vorbis": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
}


def tone(seconds: float = 1.0, rate: int = 16_000, amplitude: float = 0.5) -> Array:
    """A 440 Hz tone, shape (frames,), full scale 1.0."""
    return amplitude * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)


def speech(seconds: float = 2.0, rate: int = 16_000, seed: int = 0, channels: int = 1) -> Array:
    """Noise that rises and falls like syllables, shape (frames, channels)."""
    random = np.random.default_rng(seed)
    frames = round(seconds * rate)
    noise = random.standard_normal((frames, channels))
    noise[1:] += 0.9 * noise[:-1]
    steps = np.arange(0, frames + rate // 4, rate // 4)
    loudness = np.interp(np.arange(frames), steps, random.gamma(1.0, 0.03, len(steps)))
    return np.clip(noise * loudness[:, None], -0.99, 0.99)


def encode(samples: Array, rate: int = 16_000, encoding: str = "wav-16") -> bytes:
    """A sound file of floats (full scale 1.0) or integers, shape (frames[, channels])."""
    container, subtype = ENCODINGS.get(encoding, tuple(encoding.split()))
    channels = samples.shape[1] if samples.ndim > 1 else 1
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", rate, channels, subtype, None, container) as sound:
        for start in range(0, len(samples), rate):  # libsndfile's Opus encoder wants small helpings
            sound.write(samples[start : start + rate])
    return file.getvalue()


def int16(*samples: int) -> Array:
    """These very samples."""
    return np.array(samples, np.int16)


def key_of(data: bytes) -> str:
    """The name of these bytes in the cache."""
    return hashlib.sha256(data).hexdigest()


def clip(data: bytes, tag: object = None) -> ClipSource:
    """A clip in memory that knows its key."""
    return bytes_clip(data, key_of(data), tag)


def descriptor(path: Path, data: bytes) -> int:
    """`data` in a file at `path`, open for reading."""
    path.write_bytes(data)
    return os.open(path, os.O_RDONLY)


def flac_with_total(data: bytes, total: int) -> bytes:
    """A FLAC file whose STREAMINFO claims `total` frames."""
    field = int.from_bytes(data[18:26], "big") >> 36 << 36 | total
    return data[:18] + field.to_bytes(8, "big") + data[26:]


def wav_with(data: bytes, /, **changes: int) -> bytes:
    """A WAV file as `encode` makes it, with other numbers in its header."""
    places = {"channels": (22, "<H"), "rate": (24, "<I"), "data": (40, "<I")}
    changed = bytearray(data)
    for name, value in changes.items():
        place, form = places[name]
        struct.pack_into(form, changed, place, value)
    return bytes(changed)


def id3_tag(size: int) -> bytes:
    """An ID3v2.4 tag with `size` bytes of padding, as taggers put before MP3."""
    return (
        b"ID3\x04\x00\x00" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + bytes(size)
    )
