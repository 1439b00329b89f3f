"""How long the page to listen to takes to make, and how large it is.

python -m scripts.bench.listening

Two tasks of 200 clips of ten seconds: telephone-like speech, 16 kHz mono; and 48 kHz stereo, the
most that a clip may be. Nothing is kept from an earlier run. CPU time is printed beside wall time,
since it says less of what else the machine does.
"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import soundfile

from scripts.bench.folder import make_folder
from scripts.bench.run import ROOT
from scripts.bench.sound import RATE, speech

HOURS: Final = 0.288  # of the benchmark's own clips, which are 200 then
SECONDS: Final = 10.0
MAX_SECONDS: Final = 10.0
MAX_BYTES: Final = 8_000_000


def main() -> int:
    """Measure and print; returns 1 where a page is too large or took too long."""
    kept = True
    print(f"200 clips of {SECONDS:g} s, {os.cpu_count()} cores; a page in at most "
          f"{MAX_SECONDS:g} s and {MAX_BYTES / 1e6:g} MB")  # fmt: skip
    for name, factor, channels in (("16 kHz mono", 1, 1), ("48 kHz stereo", 3, 2)):
        with TemporaryDirectory(prefix="listening-") as scratch:
            wall, cpu, size = _measure(Path(scratch), factor, channels)
        over = wall > MAX_SECONDS or size > MAX_BYTES
        kept &= not over
        print(f"{name:14} {wall:5.1f} s  {cpu:5.1f} s CPU  {size / 1e6:4.1f} MB"
              f"{'  OVER' if over else ''}")  # fmt: skip
    return int(not kept)


def _measure(scratch: Path, factor: int, channels: int) -> tuple[float, float, int]:
    """Wall time, CPU time of all processes, and bytes of the page."""
    folder = make_folder(scratch, HOURS)
    clips = sorted((folder.path / "data").rglob("0*.flac"))
    for number, path in enumerate(clips):
        samples = np.repeat(speech(SECONDS, number), factor)
        path.unlink()  # a hard link to a clip of another length
        soundfile.write(path, np.stack([samples] * channels, axis=1), RATE * factor)
    page = scratch / "page.html"
    command = [sys.executable, "-m", "validators.listen", str(folder.path), "--no-cache",
               "--output", str(page)]  # fmt: skip
    before, start = _children_cpu(), time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start, _children_cpu() - before, page.stat().st_size


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
