"""The line of a file that a finding points at, cut to the terminal's width."""

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rich.cells import cell_len

from validators.render.escape import visible

CAP = 5_000_000
"""Bytes that are read of a file: the largest that a task folder may hold."""
TAB = "    "


@dataclass(frozen=True)
class Excerpt:
    """A line made fit to print, and the cells that stand before the caret (None: no caret)."""

    text: str
    caret: int | None


class Sources:
    """Lines of the repository's files. Findings come file by file, so one file is kept."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path: str | None = None
        self._lines: list[str] = []

    def line(self, path: str, number: int) -> str | None:
        """Line `number`, counted from 1; None if there is none that may be read."""
        if path != self._path:
            self._path, self._lines = path, _lines(self._root, path)
        return self._lines[number - 1] if 0 < number <= len(self._lines) else None


def _lines(root: Path, path: str) -> list[str]:
    try:
        raw = _read(root, path)
    except (OSError, ValueError, NotImplementedError, AttributeError):
        # Unreadable, a name that no file has, or a system without these flags: no excerpt.
        return []
    lines = raw.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    # The last line of a cut file is not whole.
    return lines[:-1] if len(raw) == CAP else lines


def _read(root: Path, path: str) -> bytes:
    """Read a regular file below `root` without following a link on the way."""
    parts = PurePosixPath(path).parts
    if not parts or ".." in parts or path.startswith("/"):
        raise ValueError(f"{path!r} is no path below the root")
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    for part in parts[:-1]:
        folder = _step(folder, part, os.O_DIRECTORY)
    # O_NONBLOCK: opening a named pipe would wait for its writer.
    with open(_step(folder, parts[-1], os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError(f"{path!r} is no regular file")
        return file.read(CAP)


def _step(folder: int, name: str, flags: int) -> int:
    try:
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, dir_fd=folder)
    finally:
        os.close(folder)


def excerpt(line: str, column: int | None, width: int) -> Excerpt | None:
    """Make a line fit into `width` cells, cut around `column`; None if it has no such column."""
    position = (column or 1) - 1
    if position > len(line):
        return None
    # Nothing further away than `width` characters is shown: a line of a megabyte costs no more.
    start = max(0, position - width)
    stop = min(len(line), position + width)
    cells = _cells(line[start:stop])
    whole = start == 0 and stop == len(line)
    first, last = _window([cell_len(cell) for cell in cells], position - start, width, whole)
    before = "…" if start + first > 0 else ""
    after = "…" if start + last < len(line) else ""
    text = (before + "".join(cells[first:last]) + after).rstrip()
    if column is None:
        return Excerpt(text, None)
    return Excerpt(text, cell_len(before + "".join(cells[first : position - start])))


def _cells(text: str) -> list[str]:
    """What is printed for each character."""
    cells = [TAB if character == "\t" else visible(character) for character in text]
    # `visible` sees one character at a time here, and so not the runner's old command marker.
    for marker in re.finditer(r"##\[", text):
        cells[marker.end() - 1] = r"\x5b"
    return cells


def _window(widths: list[int], caret: int, width: int, whole: bool) -> tuple[int, int]:
    """Which characters are shown: all, or those around the caret beside room for ellipses."""
    if whole and sum(widths) <= width:
        return 0, len(widths)
    room = width - 2
    first, used = caret, 0
    # The line's beginning if it can be kept, else half of the room before the caret.
    before = room if sum(widths[: caret + 1]) <= room else room // 2
    while first > 0 and used + widths[first - 1] <= before:
        first -= 1
        used += widths[first]
    last = caret
    while last < len(widths) and used + widths[last] <= room:
        used += widths[last]
        last += 1
    return first, last
