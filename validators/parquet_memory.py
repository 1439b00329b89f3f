"""Memory through which the child that reads parquet hands over clips. Standard library only.

    child                                parent
    outbox = Outbox(channel, memory)     memory = new_memory()
    outbox.put(clip)                     clips = taken(memory, frame)
    outbox.send()

A frame a clip filled the socket, so that the two waited for each other at every other clip. Here
they do once for all clips that the memory has room for.
"""

import json
import mmap
import os
import socket
from typing import Any, Final

from validators.parquet_frames import (
    CLIP,
    CLIPS,
    HEAD,
    NO_CLIP,
    SHARED_BYTES,
    TAKEN,
    frame,
    to_json,
)

_CLIPS_AT_ONCE: Final = 1_024  # in one frame, however short they are


def new_memory() -> int | None:
    """A file in memory of SHARED_BYTES, which a child can fill; None where the system has none."""
    if not hasattr(os, "memfd_create"):
        return None
    memory = os.memfd_create("clips", os.MFD_CLOEXEC)
    try:
        os.ftruncate(memory, SHARED_BYTES)
    except BaseException:
        os.close(memory)
        raise
    return memory


def taken(memory: int, payload: bytes) -> list[bytes | None]:
    """The clips that a CLIPS frame lists; None for a cell without one.

    Copies, since a child may write to what it shares whenever it likes. They are read and never
    mapped: it may also cut the file, and whoever has mapped that dies of the next byte.

    Raises:
        ValueError: the frame lists nothing that lies in the memory.
    """
    try:
        lengths = json.loads(payload)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(lengths, list) or not 0 < len(lengths) <= _CLIPS_AT_ONCE:
        raise ValueError("no list of clips")
    at = 0
    clips: list[bytes | None] = []
    for length in lengths:
        if length is None:
            clips.append(None)
            continue
        if type(length) is not int or not 0 <= length <= SHARED_BYTES - at:
            raise ValueError(f"no length of a clip: {length}")
        clip = os.pread(memory, length, at)
        if len(clip) < length:
            raise ValueError("the memory is shorter than it was")
        clips.append(clip)
        at += length
    return clips


class Outbox:
    """The child's end: takes clips in order and sends them, many at a time.

    Args:
        channel: the socket to the parent.
        memory: descriptor of what it shares, or None: each clip has a frame of its own, as those
            have that are larger than the memory.
    """

    def __init__(self, channel: socket.socket, memory: int | None) -> None:
        self._channel = channel
        self._memory = None if memory is None else mmap.mmap(memory, SHARED_BYTES)
        self._lengths: list[int | None] = []
        self._used = 0

    def put(self, clip: Any, size: int) -> None:
        """The next clip: a buffer of `size` bytes, or None."""
        if self._memory is None or size > SHARED_BYTES:
            self._send_alone(clip, size)
            return
        if size > SHARED_BYTES - self._used or len(self._lengths) == _CLIPS_AT_ONCE:
            self.send()
        if clip is not None:
            self._memory[self._used : self._used + size] = clip
            self._used += size
        self._lengths.append(None if clip is None else size)

    def send(self) -> None:
        """Send what waits; the parent has taken all of it when this returns."""
        if not self._lengths:
            return
        self._channel.sendall(frame(CLIPS, to_json(self._lengths)))
        self._lengths, self._used = [], 0
        if self._channel.recv(len(TAKEN)) != TAKEN:
            raise ConnectionError("the parent is gone")

    def _send_alone(self, clip: Any, size: int) -> None:
        self.send()
        self._channel.sendall(HEAD.pack(NO_CLIP if clip is None else CLIP, size))
        if clip is not None:
            self._channel.sendall(clip)
