"""Makes previews of clips, for `validators.previews`: a decode child that also draws and encodes.

A process like `validators.decode_child`, with the same limits. Run as
`python -I preview_child.py <descriptor of a socket>`:

    parent -> child   a `preview.MESSAGE`, and two file descriptors (SCM_RIGHTS): the clip, and
                      memory of `preview.CAPACITY` bytes
    child  -> parent  as of a decode child; if the clip was decoded, the packed preview is in the
                      shared memory
"""

import io
import mmap
import os
import socket
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import soundfile

# `python -I` knows no path to this repository; the modules that are shared are fetched by hand.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from validators.decode_child import main, measure, serve_making
from validators.encode_child import Hasher
from validators.measurement import Measurement
from validators.preview import (
    COLUMNS,
    CPU_SECONDS,
    MAX_SAMPLES,
    MESSAGE,
    RANGE,
    ROWS,
    SECONDS,
    Preview,
    SoundType,
)

del sys.path[0]

_MP3_RATES: Final = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_MP3_QUALITY: Final = 0.3  # of a variable bit rate, 0 the best; 32 kbit/s for telephone speech
_WINDOW_SECONDS: Final = 0.03  # of a spectrum, before it is made a power of two
_LEVELS: Final = 64  # of grey, about 1 dB each: more would cost bytes that nobody sees

Samples = npt.NDArray[np.int16]
"""Shape (frames, channels)."""


def preview(clip: int, memory: int, message: bytes) -> Measurement:
    """Put a preview of the clip open at `clip` into the memory open at `memory`, cut to its length.

    The clip is decoded to its end, so that one that breaks later is not shown as whole.
    """
    kept = bytearray()
    room = 2 * MAX_SAMPLES

    class Keeper(Hasher):
        """Keeps the first samples as they are published."""

        def publish(self, samples: memoryview) -> None:
            super().publish(samples)
            kept.extend(samples.cast("B")[: room - len(kept)])

    sound = measure(clip, meter=Keeper)
    if not sound.decoded or not sound.frames:
        os.ftruncate(memory, 0)
        return sound
    samples = np.frombuffer(kept[: len(kept) // (2 * sound.channels) * 2 * sound.channels], "<i2")
    samples = samples.reshape(-1, sound.channels)[: SECONDS * sound.sample_rate]
    (exact_bytes,) = MESSAGE.unpack(message)
    packed = draw(samples, sound.sample_rate, exact_bytes).packed()
    with mmap.mmap(memory, 0) as target:
        target[: len(packed)] = packed
    os.ftruncate(memory, len(packed))
    return sound


def draw(samples: Samples, rate: int, exact_bytes: int) -> Preview:
    """The preview of these very samples."""
    kind, sound = encode(samples, rate, exact_bytes)
    frames, channels = samples.shape
    return Preview(
        kind, rate, channels, frames, peaks(samples), spectrogram(samples.mean(axis=1), rate), sound
    )


def encode(samples: Samples, rate: int, exact_bytes: int) -> tuple[SoundType, bytes]:
    """As WAV, which is exact, where that has at most `exact_bytes`; else as MP3.

    Chromium, Firefox and Safari play both. Not FLAC: without a seek table, which libsndfile does
    not write, Chromium cannot seek within the last ten frames.
    """
    wav = _written(samples, rate, format="WAV", subtype="PCM_16")
    if len(wav) <= exact_bytes:
        return "audio/wav", wav
    heard, rate = _for_mp3(samples, rate)
    mp3 = _written(
        heard, rate, format="MP3", bitrate_mode="VARIABLE", compression_level=_MP3_QUALITY
    )
    return "audio/mpeg", mp3[mp3.index(0xFF) :]


def _for_mp3(samples: Samples, rate: int) -> tuple[npt.NDArray[Any], int]:
    """The samples with at most two channels, at a rate that MP3 knows: the next one above."""
    heard: npt.NDArray[Any] = samples / 32768
    if samples.shape[1] > 2:
        heard = heard.mean(axis=1, keepdims=True)
    known = next((one for one in _MP3_RATES if one >= rate), _MP3_RATES[-1])
    if known != rate:
        frames = max(1, round(len(heard) * known / rate))
        heard = np.fft.irfft(np.fft.rfft(heard, axis=0), n=frames, axis=0) * (frames / len(heard))
    return heard, known


def _written(samples: Samples, rate: int, **how: Any) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, **how)
    return file.getvalue()


def peaks(samples: Samples) -> bytes:
    """Least and greatest sample in each of COLUMNS equal stretches, in 256ths of the full range."""
    edges = np.linspace(0, len(samples), COLUMNS + 1).astype(int)[:-1]
    low = np.minimum.reduceat(samples.min(axis=1), edges)
    high = np.maximum.reduceat(samples.max(axis=1), edges)
    return (np.stack([low, high], axis=1) >> 8).astype(np.int8).tobytes()


def spectrogram(samples: npt.NDArray[np.float64], rate: int) -> bytes:
    """Power spectra of COLUMNS windows (Hann, about 30 ms) as grey values."""
    size = 1 << max(8, round(np.log2(rate * _WINDOW_SECONDS)))
    padded = np.pad(samples, (size // 2, size))
    starts = np.linspace(0, len(samples) - 1, COLUMNS).astype(int)
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)[starts] * np.hanning(size)
    power = np.abs(np.fft.rfft(windows, axis=1)[:, 1:]) ** 2  # without the mean
    edges = np.linspace(0, power.shape[1], ROWS + 1).astype(int)[:-1]
    rows = np.maximum.reduceat(power, edges, axis=1)
    decibels = 10 * np.log10(np.maximum(rows, 1.0) / max(rows.max(), 1.0))
    grey = np.clip(1 + decibels / RANGE, 0, 1) if rows.max() > 1 else np.zeros_like(rows)
    levels = np.round(grey * (_LEVELS - 1)) * (255 / (_LEVELS - 1))
    return levels.T[::-1].astype(np.uint8).tobytes()


def serve_previews(channel: socket.socket) -> None:
    """Answer jobs until the parent closes its end."""
    serve_making(channel, preview, MESSAGE.size, CPU_SECONDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], serve_previews))
