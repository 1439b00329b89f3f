"""A decode child that decodes every clip as the real one does, into one buffer of 16-bit integers,
and measures nothing.

`validators.audio.Decoders` runs it by its path, in place of validators/decode_child.py.
"""

import contextlib
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from validators import decode_child, sandbox
from validators.measurement import Measurement

del sys.path[0]

_BLOCK = np.empty(decode_child.BLOCK_SAMPLES, np.int16)


def read(fd: int) -> Measurement:
    """Decode the file open at `fd` into a buffer that serves every clip."""
    size = os.fstat(fd).st_size
    os.lseek(fd, 0, os.SEEK_SET)
    try:
        with decode_child.Stream(fd, closefd=False) as sound:
            block = _BLOCK[: len(_BLOCK) // sound.channels * sound.channels]
            block = block.reshape(-1, sound.channels)
            frames = 0
            while len(part := sound.read(out=block)):
                frames += len(part)
                if len(part) < len(block):
                    break
    except soundfile.LibsndfileError:
        return Measurement(size=size, failure="undecodable", detail="broken")
    return Measurement(size=size, frames=frames)


def main(descriptor: int, read: Callable[[int], Measurement] = read) -> int:
    """As that of the real child, limits included."""
    sandbox.limit_process()
    with socket.socket(fileno=descriptor) as channel, contextlib.suppress(ConnectionError):
        decode_child.serve(channel, read)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
