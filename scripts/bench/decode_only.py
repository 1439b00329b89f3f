"""Decode every clip of a folder with the workers of the check, and do nothing else.

python -m scripts.bench.decode_only FOLDER plain|read_only
"""

import os
import sys
from pathlib import Path

from validators.audio import Decoders
from validators.clips import file_clip

PLAIN = "plain"
READ_ONLY = "read_only"


def main(folder: Path, how: str) -> int:
    """Returns 1 if fewer than nine in ten clips are decoded: the time would mean nothing."""
    clips = [file_clip(path) for path in sorted(folder.rglob("*.flac"))]
    with Decoders(
        os.cpu_count() or 1, child=Path(__file__).with_name(f"{how}_child.py")
    ) as decoders:
        decoded = sum(bool(sound.frames) for _, sound in decoders.measure(clips))
    return int(decoded < 0.9 * len(clips))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
