"""`--watch`: checks again the task folders that changed, until somebody presses Ctrl-C."""

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

PAUSE = 0.3
"""Seconds between two looks."""

Stamp = frozenset[tuple[str, int, int, int]]
"""What tells one state of a folder from another: path, time, size and inode of every entry."""


def watch(
    root: Path,
    find: Callable[[], Sequence[str]],
    run: Callable[[Sequence[str]], Mapping[str, int]],
    *,
    pause: float = PAUSE,
) -> int:
    """Run at once, and again for what changed; returns when interrupted.

    Args:
        root: the repository's root.
        find: the task folders, relative to `root`; asked again and again, for new ones.
        run: checks these folders, prints the report, and tells the exit code of each.
        pause: seconds between two looks.

    Returns:
        The worst of the folders' last exit codes: 1 before 2 before 0.
    """
    seen: dict[str, Stamp] = {}
    codes: dict[str, int] = {}
    try:
        while True:
            now = {path: stamp for path in find() if (stamp := _stamp(root / path))}
            changed = [path for path, stamp in now.items() if seen.get(path) != stamp]
            codes = {path: code for path, code in codes.items() if path in now}
            if changed:
                codes |= run(changed)
            # Taken before the run: what was written meanwhile is looked at in the next round.
            seen = now
            time.sleep(pause)
    except KeyboardInterrupt:
        return worst(codes.values()) if codes else 2


def worst(codes: Iterable[int]) -> int:
    """The exit code of several tasks: 1 before 2 before 0."""
    found = set(codes)
    return next((code for code in (1, 2) if code in found), 0)


def _stamp(folder: Path) -> Stamp:
    """The state of a folder; empty where it is not there (any more, or for the moment)."""
    found: list[tuple[str, int, int, int]] = []
    waiting = [str(folder)]
    while waiting:
        path = waiting.pop()
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    key = (status.st_mtime_ns, status.st_size, status.st_ino)
                    found.append((entry.path, *key))
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            continue  # it went away while we looked; the next look will tell
    return frozenset(found)
