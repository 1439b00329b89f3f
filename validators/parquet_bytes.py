"""A parquet file as pyarrow reads it in its child: mapped, or in pieces that the parent fetches.

Standard library only.
"""

import mmap
import os
import socket
from collections.abc import Callable
from typing import Any, Final

from validators.parquet_frames import LENGTH, MAX_PIECE_BYTES, PIECE, frame, to_json

_AHEAD_BYTES: Final = 1 << 16  # of a piece at least: small columns lie side by side
_PIECES_KEPT: Final = 16


def receive(channel: socket.socket, count: int) -> bytes:
    """So many bytes from the parent.

    Raises:
        ConnectionError: it is gone.
    """
    data = bytearray()
    while len(data) < count:
        part = channel.recv(min(count - len(data), 1 << 20))
        if not part:
            raise ConnectionError("the parent is gone")
        data += part
    return bytes(data)


class File:
    """A file as pyarrow sees it, with the methods that it calls.

    Args:
        pread: gives the bytes from an offset on, at most so many.
        size: of the file in bytes.
    """

    closed = False

    def __init__(self, pread: Callable[[int, int], Any], size: int) -> None:
        self._size = size
        self._pread = pread
        self._at = 0

    def read(self, count: int = -1) -> bytes:
        """The next bytes; all that are left where `count` is negative."""
        return bytes(self.read_buffer(count))

    def read_buffer(self, count: int = -1) -> Any:
        """As `read`, in whatever buffer `pread` gives."""
        left = max(0, self._size - self._at)
        data = self._pread(self._at, left if count < 0 else min(count, left))
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As of any file."""
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at}.get(whence, self._size)
        return self._at

    def tell(self) -> int:
        """As of any file."""
        return self._at

    def size(self) -> int:
        """In bytes."""
        return self._size

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def writable(self) -> bool:
        """No."""
        return False

    def flush(self) -> None:
        """Nothing to write."""

    def close(self) -> None:
        """Nothing is held."""
        self.closed = True


class Pieces:
    """Asks the parent for what it needs of a file, a little more at a time, and keeps the last."""

    def __init__(self, channel: socket.socket, size: int) -> None:
        self._channel = channel
        self._size = size
        self._kept: dict[int, bytes] = {}

    def pread(self, offset: int, count: int) -> bytes:
        """Bytes from an offset on."""
        data = bytearray()
        while count > 0 and (part := self._part(offset, count)):
            data += part
            offset += len(part)
            count -= len(part)
        return bytes(data)

    def _part(self, offset: int, count: int) -> bytes:
        for start, piece in self._kept.items():
            if start <= offset < start + len(piece):
                return piece[offset - start : offset - start + count]
        piece = self._ask(offset, min(max(count, _AHEAD_BYTES), MAX_PIECE_BYTES))
        self._kept[offset] = piece
        while len(self._kept) > _PIECES_KEPT:
            del self._kept[next(iter(self._kept))]
        return piece[:count]

    def _ask(self, offset: int, count: int) -> bytes:
        count = min(count, self._size - offset)
        if count <= 0:
            return b""
        self._channel.sendall(frame(PIECE, to_json([offset, count])))
        (length,) = LENGTH.unpack(receive(self._channel, LENGTH.size))
        return receive(self._channel, length)


def mapped(descriptor: int, offset: int, count: int) -> memoryview:
    """Bytes of a file in memory that goes when pyarrow lets go of them; none are copied."""
    start = offset - offset % mmap.ALLOCATIONGRANULARITY
    if not count:
        return memoryview(b"")
    memory = mmap.mmap(descriptor, offset - start + count, access=mmap.ACCESS_READ, offset=start)
    return memoryview(memory)[offset - start :]
