"""Encodes clips as they are published, for `validators.encoding`: a decode child that also writes.

A process like `validators.decode_child`, with the same limits. It cannot write to any file: what it
encodes, it puts into memory that the parent made and shares. Run as
`python -I encode_child.py <descriptor of a socket>`:

    parent -> child   a comment in COMMENT_BYTES bytes, and two file descriptors (SCM_RIGHTS): the
                      clip, and memory of the size that the FLAC file may have
    child  -> parent  as of a decode child; a measurement is that of the FLAC file in the shared
                      memory, decoded again, or of the clip where that cannot be decoded; of samples
                      it holds no more than length and hash
"""

import io
import mmap
import os
import socket
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile

# `python -I` knows no path to this repository; the modules that are shared are fetched by hand.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from validators.decode_child import main, measure, serve_making
from validators.measurement import COMMENT_BYTES, ENCODE_CPU_SECONDS, Measurement
from validators.meter import HashingMeter, Samples

del sys.path[0]

# libFLAC's level 2 of 8: predictors of fixed order. The higher ones fit theirs in floating point,
# so that the bytes depend on the processor, and save 3 % on speech.
COMPRESSION: Final = 0.25


class Hasher(HashingMeter):
    """Measures no more than what has to stay the same: the length and the hash of the samples."""

    def add(self, block: Samples) -> None:
        if block.dtype == np.float32:
            block[~np.isfinite(block)] = 0
        self.publish(self._as_published(block.reshape(-1)))
        self.frames += len(block)

    def result(self) -> dict[str, Any]:
        return {"frames": self.frames, "pcm_sha256": self.hexdigest()}


def encode(clip: int, memory: int, comment: str) -> Measurement:
    """Encode the clip open at `clip` as 16-bit FLAC into the file in memory open at `memory`.

    The samples are those that `Measurement.pcm_sha256` is defined over. `memory` is cut to the
    length of what was written. Nothing of the clip's own tags, pictures or unknown parts goes over.
    """
    flac = io.BytesIO()

    class Encoder(Hasher):
        """Writes down what it hashes."""

        def __init__(self, rate: int, channels: int, subtype: str, block_samples: int) -> None:
            super().__init__(rate, channels, subtype, block_samples)
            self._file = soundfile.SoundFile(
                flac, "w", rate, channels, "PCM_16", format="FLAC", compression_level=COMPRESSION
            )
            self._file.comment = comment

        def publish(self, samples: memoryview) -> None:
            super().publish(samples)
            self._file.buffer_write(samples, "int16")

        def result(self) -> dict[str, Any]:
            self._file.close()
            return super().result()

    source = measure(clip, meter=Encoder)
    if not source.decoded:
        return source
    with mmap.mmap(memory, 0) as target, flac.getbuffer() as encoded:
        target[: len(encoded)] = encoded
    os.ftruncate(memory, flac.getbuffer().nbytes)
    return measure(memory, meter=Hasher)


def serve_encoding(channel: socket.socket) -> None:
    """Answer jobs until the parent closes its end."""

    def make(clip: int, memory: int, message: bytes) -> Measurement:
        return encode(clip, memory, message.decode().strip())

    serve_making(channel, make, COMMENT_BYTES, ENCODE_CPU_SECONDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], serve_encoding))
