"""How soon hostile input is decided; tests/hostile says only that it is decided rightly."""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from scripts.bench.run import Command, seconds
from scripts.bench.table import Line

FOLDERS: Final = 500
BOMBS: Final = {
    "audio headers: FLAC of 132 bytes that claims 30 days": ("132 bytes that claim 30 days", 1.0),
    "bombs: FLAC of 500 kB that holds 4 GB": ("500 kB of FLAC that hold 4 GB", 1.0),
    # As much of it is decoded as the longest lawful clip may hold, twice.
    "bombs: FLAC that holds 4 GB and does not say so": ("the same, if its header is silent", None),
}
"""Inputs by their names in tests/hostile/corpus.py, and the seconds that they may take."""


def hostile_lines(folders: int = FOLDERS) -> Iterator[Line]:
    """The slowest named input, two bombs, and malformed folders; the whole check of each.

    Raises:
        RunError: an input did not end in its code, or a folder broke the check.
    """
    times = _times(folders)
    inputs: dict[str, float] = times["inputs"]
    slowest = max(inputs, key=inputs.__getitem__)
    yield Line(
        f"slowest of {len(inputs)} hostile inputs", [inputs[slowest]], "s", limit=10.0,
        detail=slowest,
    )  # fmt: skip
    for name, (title, limit) in BOMBS.items():
        yield Line(title, [inputs[name]], "s", limit=limit)
    ordered = sorted(times["folders"])
    yield Line(
        f"99th percentile of {folders} malformed folders", [ordered[-1 - folders // 100]], "s",
        limit=1.0, detail=f"slowest {ordered[-1]:.2f} s",
    )  # fmt: skip


def _times(folders: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "times.json"
        options = ["--folders", str(folders), "--sounds", "0", "--times", str(file)]
        seconds(Command([sys.executable, "-m", "tests.hostile", *options]))
        times: dict[str, Any] = json.loads(file.read_bytes())
    return times
