"""Runs commands for their time or for their memory, never for both: watching costs time."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_LOOK_EVERY: Final = 0.01  # seconds


class RunError(Exception):
    """A command did not do what it was to be timed at."""


@dataclass(frozen=True)
class Command:
    """A command that is measured. `exit_codes` are those that mean that it did its work."""

    arguments: Sequence[str]
    folder: Path = ROOT
    environment: Mapping[str, str] | None = None
    exit_codes: frozenset[int] = frozenset({0})

    def start(self) -> subprocess.Popen[bytes]:
        """Start it, with our modules in reach and nothing on the screen but what goes wrong.

        Python keeps our modules compiled, as it does for everybody who has not forbidden it, and
        as pip has done with the libraries.
        """
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **(self.environment or {})}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        return subprocess.Popen(
            self.arguments,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def check_end(self, process: subprocess.Popen[bytes]) -> None:
        """Raises RunError unless it did its work."""
        if process.wait() not in self.exit_codes:
            words = " ".join(self.arguments)
            raise RunError(f"exit code {process.returncode}: {words}")


def seconds(command: Command) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    command.check_end(command.start())
    return time.perf_counter() - start


@dataclass(frozen=True)
class Memory:
    """Peaks of resident memory, in bytes: of the largest process, and of all at one time.

    What processes share is counted in each.
    """

    largest: int
    tree: int


def memory(command: Command) -> Memory:
    """Memory of one run with all its descendants; Linux only."""
    if sys.platform != "linux":
        raise RunError("memory is read from /proc, which this system does not have")
    process = command.start()
    largest = tree = 0
    while process.poll() is None:
        sizes = [_resident(pid) for pid in _tree(process.pid)]
        largest = max([largest, *(peak for _, peak in sizes)])
        tree = max(tree, sum(now for now, _ in sizes))
        time.sleep(_LOOK_EVERY)
    command.check_end(process)
    return Memory(largest, tree)


def _tree(root: int) -> list[int]:
    """The process with its descendants."""
    found = [root]
    for pid in found:  # grows on the way
        try:
            threads = list(Path(f"/proc/{pid}/task").iterdir())
            for thread in threads:
                found += map(int, (thread / "children").read_text().split())
        except OSError:  # it has just ended
            continue
    return found


def _resident(pid: int) -> tuple[int, int]:
    """Resident bytes of a process, now and at most."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0, 0
    values = dict(line.split(":", 1) for line in lines)
    now, peak = (int(values.get(name, "0 kB").split()[0]) << 10 for name in ("VmRSS", "VmHWM"))
    return now, peak
