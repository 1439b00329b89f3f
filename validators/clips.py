"""A clip to be measured, and how its bytes are opened: what the engine, which names it, and the
decoders share."""

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any


class DecoderError(Exception):
    """The decode children cannot do their work: a problem of this run, not of any clip."""


@dataclass(frozen=True, slots=True)
class ClipSource:
    """A clip to be measured.

    Attributes:
        key: sha256 of the file's bytes in hex: what the cache goes by. None: not cached.
        open: gives a new read-only descriptor of the bytes each time; it may raise OSError, and is
            called again when a child died. Whoever calls it closes the descriptor.
        tag: the caller's own, handed back untouched.
    """

    key: str | None
    open: Callable[[], int]
    tag: Any = None


def file_clip(path: Path, key: str | None = None, tag: Any = None) -> ClipSource:
    """The clip in a regular file; a link in its place makes it unreadable."""
    return ClipSource(key, partial(open_regular_file, path), tag)


def bytes_clip(data: bytes | memoryview, key: str | None = None, tag: Any = None) -> ClipSource:
    """A clip whose file is in memory, e.g. a cell of a parquet file; kept until it is measured."""
    return ClipSource(key, InMemory(data), tag)


def open_regular_file(path: Path) -> int:
    """A descriptor for reading. Does not follow a link in the last place, does not wait at a pipe.

    Raises:
        OSError: it cannot be opened or is no regular file.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    try:
        fd = os.open(path, flags)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise OSError(error.errno, "is a symbolic link") from error
        raise
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "is not a regular file")
    return fd


@dataclass(frozen=True, slots=True)
class InMemory:
    """Opens bytes as a file: a new one each time, so that nobody meets what another has written."""

    data: bytes | memoryview

    def __call__(self) -> int:
        if hasattr(os, "memfd_create"):
            fd = os.memfd_create("clip", os.MFD_CLOEXEC)
        else:
            import tempfile  # noqa: PLC0415 - only where the system has no files in memory

            fd, name = tempfile.mkstemp()
            Path(name).unlink()
        try:
            fill(fd, self.data)
        except BaseException:
            os.close(fd)
            raise
        return fd


def fill(fd: int, data: bytes | memoryview) -> None:
    """Make the file hold these bytes and no others."""
    rest = memoryview(data).cast("B")
    size = len(rest)
    while rest:
        rest = rest[os.pwrite(fd, rest, size - len(rest)) :]
    os.ftruncate(fd, size)
