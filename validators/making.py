"""Children that make something of a clip: a file to be published, a preview to be listened to.

What they make, they put into memory that this process made and shares with them, since they cannot
write to any file.
"""

import os
import socket
from abc import abstractmethod
from collections.abc import Sequence
from typing import Final, cast

from validators.audio import Decoders, Job
from validators.measurement import Failure, Measurement

_WINDOW_PER_CHILD: Final = 8  # clips that may be ahead of the oldest unfinished one
_HELD_BYTES: Final = 32 << 20  # of what was made and waits for that one


class Makers(Decoders):
    """Decode children that are handed shared memory with each clip.

    A subclass says what a child is told beside, how large the memory is, and whether what was made
    is what was asked for.
    """

    @abstractmethod
    def _message(self, job: Job) -> bytes:
        """What a child is told of a clip, always as many bytes."""

    @abstractmethod
    def _capacity(self, job: Job) -> int:
        """Bytes of the shared memory."""

    @abstractmethod
    def _checked(self, job: Job, result: Measurement, made: bytes) -> Measurement:
        """The result of a clip that was decoded, or the failure that it turned out to be.

        Raises:
            ValueError: this is no answer of a healthy child.
        """

    def _room(self, window: Sequence[Job]) -> int:
        if sum(len(job.made) for job in window) >= _HELD_BYTES:
            return 0
        return self._jobs * _WINDOW_PER_CHILD - len(window)

    def _hand_over(self, channel: socket.socket, job: Job, fd: int) -> None:
        self._release(job)
        job.memory = os.memfd_create("made", os.MFD_CLOEXEC)
        os.ftruncate(job.memory, self._capacity(job))
        socket.send_fds(channel, [self._message(job)], [fd, job.memory])

    def _answer(self, job: Job, answer: bytes) -> Measurement:
        result = Measurement.from_bytes(answer)
        try:
            return self._taken(job, result) if result.decoded else result
        finally:
            self._release(job)

    def _taken(self, job: Job, result: Measurement) -> Measurement:
        memory = cast(int, job.memory)
        size = os.fstat(memory).st_size
        if size > self._capacity(job):
            raise ValueError(f"{size} bytes in the shared memory")
        made = os.pread(memory, size, 0)  # a copy: the child still holds what it shares
        checked = self._checked(job, result, made)
        if checked.decoded:
            job.made = made
        return checked

    def _fail(self, job: Job, failure: Failure, detail: str) -> None:
        self._release(job)
        super()._fail(job, failure, detail)

    def _abandon(self) -> None:
        handed_over = (job for child in self._children for job in child.queue)
        for job in (*self._pending, *self._suspects, *handed_over):
            self._release(job)
        super()._abandon()

    @staticmethod
    def _release(job: Job) -> None:
        if job.memory is not None:
            os.close(job.memory)
            job.memory = None
