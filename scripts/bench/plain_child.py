"""A decode child that decodes every clip with `soundfile.read`, as everybody does (whole clips, in
float64), and does nothing else.

`validators.audio.Decoders` runs it by its path, in place of validators/decode_child.py.
"""

import os
import sys
from pathlib import Path

import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from scripts.bench import read_only_child
from validators.measurement import Measurement

del sys.path[0]


def read(fd: int) -> Measurement:
    """Decode the file open at `fd`."""
    size = os.fstat(fd).st_size
    try:
        samples, _ = soundfile.read(fd, closefd=False)
    except soundfile.LibsndfileError:
        return Measurement(size=size, failure="undecodable", detail="broken")
    return Measurement(size=size, frames=len(samples))


if __name__ == "__main__":
    sys.exit(read_only_child.main(int(sys.argv[1]), read))
