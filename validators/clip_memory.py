"""The memory in which a decode child is handed clips whose files are bytes in this process."""

import os
from dataclasses import dataclass, field
from typing import Final

from validators.clips import fill

REUSED_BYTES: Final = 1 << 20
"""A larger clip has memory of its own, so that no more than this waits for the next."""


@dataclass(slots=True)
class ClipMemory:
    """The files in memory of one child, each used again once its clip was answered for.

    New pages for each clip took three times as long as to copy it. A child may keep
    what it was handed and write to it, hence a file is one child's alone: what comes of that is an
    answer about a clip of its own, which it could also have made up.
    """

    _made: list[int] = field(default_factory=list)
    _free: list[int] = field(default_factory=list)

    def lend(self, data: bytes | memoryview) -> int | None:
        """A descriptor of a file of these bytes, to be given back; None if there is none for it."""
        if len(data) > REUSED_BYTES or not hasattr(os, "memfd_create"):
            return None
        if not self._free:
            self._made.append(os.memfd_create("clip", os.MFD_CLOEXEC))
            self._free.append(self._made[-1])
        fd = self._free.pop()
        fill(fd, data)
        return fd

    def give_back(self, fd: int) -> None:
        """The child has answered for what lies there, and the next clip may."""
        self._free.append(fd)

    def close(self) -> None:
        """The child is gone."""
        for fd in self._made:
            os.close(fd)
        self._made.clear()
        self._free.clear()
