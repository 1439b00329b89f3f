"""Print speed as ratios measured in one run, interleaved, so that the machine's mood cancels out.

    python -m scripts.bench [--pairs N]

Each line compares two commands on the same bytes: the median of the ratios, and their spread.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHON = sys.executable
CHECK = [PYTHON, "-m", "validators.check", "--offline", "--format", "json", "--output", os.devnull]

# Decodes every clip of tasks/ with soundfile in one call each and does nothing else with it.
DECODE_ONLY = """
import pathlib, soundfile
for path in sorted(pathlib.Path("tasks").rglob("*.flac")):
    soundfile.read(path, dtype="float32")
"""


@dataclass(frozen=True)
class Comparison:
    """A command held against another one: what is said of the two, and the commands."""

    title: str
    command: Sequence[str]
    against: Sequence[str]


COMPARISONS = (
    Comparison(
        "all tasks, nothing cached, one job : decoding the same clips once with soundfile",
        [*CHECK, "--no-cache", "--jobs", "1"],
        [PYTHON, "-c", DECODE_ONLY],
    ),
    Comparison(
        "all tasks, all measured before : all tasks, nothing cached",
        CHECK,
        [*CHECK, "--no-cache"],
    ),
    Comparison(
        "--static on one task : python -c 'from pydantic import BaseModel'",
        [*CHECK, "--static", "tasks/SpokenDigitRecognition"],
        [PYTHON, "-c", "from pydantic import BaseModel"],
    ),
)


def seconds(command: Sequence[str]) -> float:
    """Wall time of one run, in seconds.

    Raises:
        subprocess.CalledProcessError: the command failed, so that its time means nothing.
    """
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> int:
    """Run every comparison and print its line."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description=__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="interleaved pairs; default: 5")
    pairs = parser.parse_args().pairs
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {pairs} pairs each")
    for comparison in COMPARISONS:
        seconds(comparison.command), seconds(comparison.against)  # warm the disk cache and ours
        timed = [(seconds(comparison.command), seconds(comparison.against)) for _ in range(pairs)]
        ratios = sorted(mine / other for mine, other in timed)
        mine, other = (statistics.median(column) for column in zip(*timed, strict=True))
        print(
            f"{statistics.median(ratios):6.2f} x  ({ratios[0]:.2f} to {ratios[-1]:.2f}; "
            f"{mine:.2f} s : {other:.2f} s)  {comparison.title}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
