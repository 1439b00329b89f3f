"""Decode every clip of a folder with the workers of the check, and do nothing else.

python -m scripts.bench.decode_only FOLDER
"""

import os
import sys
from pathlib import Path

from validators.audio import Decoders, file_clip

CHILD = Path(__file__).with_name("read_only_child.py")


def main(folder: Path) -> int:
    """Returns 1 if fewer than nine in ten clips are decoded: the time would mean nothing."""
    clips = [file_clip(path) for path in sorted(folder.rglob("*.flac"))]
    with Decoders(os.cpu_count() or 1, child=CHILD) as decoders:
        decoded = sum(bool(sound.frames) for _, sound in decoders.measure(clips))
    return int(decoded < 0.9 * len(clips))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
