"""Measures clips in child processes with limits; the parent never touches their bytes.

    with Decoders(jobs=2) as decoders:
        for clip, measurement in decoders.measure(file_clip(path) for path in paths):
            ...

A small supervisor instead of a ProcessPoolExecutor, which loses its queue when a child is killed.
Neither numpy nor soundfile is imported here.
"""

import contextlib
import itertools
import operator
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from validators.answers import cut
from validators.clip_memory import ClipMemory
from validators.clips import ClipSource, DecoderError, InMemory
from validators.measurement import CPU_SECONDS, WALL_SECONDS, Failure, Measurement, plain_text

if TYPE_CHECKING:
    from validators.cache import Cache  # imports sqlite3, which a run without a cache can spare

CHILD: Final = Path(__file__).with_name("decode_child.py")
READY: Final = b"ready"  # a child's first answer
# All that a child sees of the environment; one thread each, whichever library does the sums.
_ENVIRONMENT: Final = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}

# Clips are queued in a child's socket so that it never waits for the parent: several short ones,
# but none behind a long one, lest it waits there while a second child is idle.
_QUEUE_CLIPS: Final = 8
_QUEUE_BYTES: Final = 1 << 20
_WINDOW_PER_CHILD: Final = 32  # clips that may be ahead of the oldest unfinished one
_PULLED_AT_ONCE: Final = 16

_START_SECONDS: Final = 120.0  # numpy and soundfile from a cold disk
_MAX_FAILED_STARTS: Final = 5  # in a row
_RECEIVED_AT_ONCE: Final = 1 << 16
# A death may be the echo of an earlier clip that damaged the child's memory, and SIGKILL comes from
# outside (a kernel short of memory, a person). So the clip is tried again, first in a fresh child.
_DEATHS_BY_ITSELF: Final = 2
_DEATHS_BY_SIGKILL: Final = 5


def sandboxed() -> bool:
    """Whether every limit on the children holds here; if not, no report may lead to an approval."""
    return sys.platform == "linux"


def measure(
    clips: Iterable[ClipSource], *, jobs: int, cache: "Cache | None" = None
) -> Iterator[tuple[ClipSource, Measurement]]:
    """Measure clips with `jobs` children of their own: `Decoders.measure` for one call."""
    with Decoders(jobs, cache=cache) as decoders:
        yield from decoders.measure(clips)


@dataclass(slots=True, eq=False)
class Job:
    """A clip on its way through the children."""

    source: ClipSource
    result: Measurement | None = None
    size: int = 0  # bytes, once opened
    deaths: int = 0  # children that died on it
    lent: int | None = None  # descriptor of its bytes, to be given back to the child's memory
    memory: int | None = None  # descriptor of what a child shares that makes something of it
    made: bytes = b""  # and what it made


@dataclass(slots=True, eq=False)
class Child:
    """A decode child and what it has been handed."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    deadline: float  # on the monotonic clock, for the next answer
    ready: bool = False
    queue: deque[Job] = field(default_factory=deque)  # sent and not answered, oldest first
    queued: int = 0  # bytes of these
    received: bytes = b""  # of an answer that is not whole yet
    memory: ClipMemory = field(default_factory=ClipMemory)

    @property
    def busy(self) -> bool:
        """Whether an answer is expected of it."""
        return bool(self.queue) or not self.ready

    @property
    def has_room(self) -> bool:
        """Whether another clip may be queued. A clip under suspicion is alone in its child."""
        if not self.queue:
            return True
        if len(self.queue) == _QUEUE_CLIPS or self.queue[0].deaths:
            return False
        return self.queued < _QUEUE_BYTES


class Decoders:
    """Up to `jobs` decode children, started when there is work, for any number of `measure`s.

    A subclass may have children that do more with a clip; it says how they are handed one and what
    their answers mean.

    Belongs to one thread: on Linux a child dies with the thread that started it.

    Args:
        jobs: children at most.
        cache: where measurements are looked up and kept.
        child: the script that a child runs; the tests have their own.
        hashing: measure `pcm_sha256`, too, which no rule needs, and no cache holds.
        wall_seconds: after which a clip is given up.
    """

    _cpu_seconds = CPU_SECONDS

    def __init__(
        self,
        jobs: int = 1,
        *,
        cache: "Cache | None" = None,
        child: Path = CHILD,
        hashing: bool = False,
        wall_seconds: float = WALL_SECONDS,
    ) -> None:
        if jobs < 1:
            raise ValueError(f"jobs is {jobs}; at least 1")
        if hashing and cache is not None:
            raise ValueError("a cache holds measurements without hashes")
        self._jobs = jobs
        self._cache = cache
        self._script = child
        self._options = ["--hash"] if hashing else []
        self._wall_seconds = wall_seconds
        self._children: list[Child] = []
        self._selector = selectors.DefaultSelector()
        self._pending: deque[Job] = deque()
        self._suspects: deque[Job] = deque()
        self._failed_starts = 0
        self._measuring = False
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill the children and wait for their end; there is no `measure` after that."""
        for child in list(self._children):
            self._discard(child)
        self._selector.close()
        self._closed = True

    def start(self) -> None:
        """Start all children, before it is known what for; what fails, fails in `measure`."""
        with contextlib.suppress(DecoderError):
            self._start_for(self._jobs)

    @property
    def pids(self) -> list[int]:
        """Process ids of the children that run now."""
        return [child.process.pid for child in self._children]

    def measure(self, clips: Iterable[ClipSource]) -> Iterator[tuple[ClipSource, Measurement]]:
        """Each clip with its measurement, in the order given, whatever becomes of the children.

        `clips` is drawn from as needed, so that no more than a few dozen are held at a time. Where
        it has a length, or a hint of one, and there is no cache that may know the clips, children
        start before the first is drawn.

        Raises:
            DecoderError: children cannot be started, e.g. because soundfile is not installed.
        """
        for job, result in self._finished(clips):
            yield job.source, result

    def _finished(self, clips: Iterable[ClipSource]) -> Iterator[tuple[Job, Measurement]]:
        """Each job once it is done, in the order given."""
        if self._measuring or self._closed:
            raise RuntimeError("measure() is running already, or close() was called")
        self._measuring = True
        try:
            if self._cache is None:
                self._start_for(operator.length_hint(clips))
            yield from self._run(iter(clips))
        finally:
            self._measuring = False
            self._abandon()

    def _run(self, clips: Iterator[ClipSource]) -> Iterator[tuple[Job, Measurement]]:
        window: deque[Job] = deque()
        more = True
        while True:
            if more and (room := self._room(window)) > 0:
                pulled = self._pull(clips, min(room, _PULLED_AT_ONCE))
                window.extend(pulled)
                more = bool(pulled)
            while window and (result := window[0].result) is not None:
                yield window.popleft(), result
            if not more and not window:
                return
            self._dispatch()
            self._collect(wait=not more or self._room(window) <= 0)

    def _room(self, window: Sequence[Job]) -> int:
        """How many clips may be taken up beside those that are unfinished or wait for one."""
        return self._jobs * _WINDOW_PER_CHILD - len(window)

    def _pull(self, clips: Iterator[ClipSource], count: int) -> list[Job]:
        """Take the next clips and find in the cache what it has of them."""
        jobs = [Job(source) for source in itertools.islice(clips, count)]
        if self._cache is not None:
            known = self._cache.get_many([job.source.key for job in jobs if job.source.key])
            for job in jobs:
                job.result = known.get(job.source.key or "")
        self._pending.extend(job for job in jobs if job.result is None)
        return jobs

    # -- handing out ------------------------------------------------------------------------------

    def _dispatch(self) -> None:
        """Give the children work; clips under suspicion go first, each to a fresh child."""
        while True:
            # Each suspect has cost a child, hence there is a place for a fresh one unless a clip
            # that waits were given it first.
            if self._suspects and len(self._children) < self._jobs:
                self._send(self._start(), self._suspects.popleft())
            elif self._pending and (child := self._child_with_room()) is not None:
                self._send(child, self._pending.popleft())
            else:
                return

    def _start_for(self, clips: int) -> None:
        """Start the children that so many clips will need."""
        while len(self._children) < min(self._jobs, clips):
            self._start()

    def _child_with_room(self) -> Child | None:
        child = min(self._children, key=lambda child: len(child.queue), default=None)
        if (child is None or child.queue) and len(self._children) < self._jobs:
            return self._start()
        return child if child is not None and child.has_room else None

    def _start(self) -> Child:
        if not hasattr(socket, "send_fds"):
            raise DecoderError("clips can be decoded on Linux and macOS only")
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = subprocess.Popen(
                    [*self._command(), str(theirs.fileno()), *self._options],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,  # libsndfile and mpg123 write to both
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    env=_ENVIRONMENT,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise DecoderError(f"a decode child cannot be started: {error.strerror}") from error
        child = Child(process, ours, deadline=time.monotonic() + _START_SECONDS)
        self._children.append(child)
        self._selector.register(ours, selectors.EVENT_READ, child)
        return child

    def _command(self) -> list[str]:
        return [sys.executable, "-I", str(self._script.resolve())]

    def _send(self, child: Child, job: Job) -> None:
        """Open the clip and queue it in `child`."""
        try:
            fd = self._open(child, job)
        except OSError as error:
            detail = plain_text(error.strerror or type(error).__name__)
            job.result = Measurement(size=0, failure="unreadable", detail=detail)
            return
        try:
            job.size = os.fstat(fd).st_size
            self._hand_over(child.channel, job, fd)
        except ConnectionError:  # it died; nobody can say that this clip did it
            self._put_back(job)
            self._bury(child)
            return
        except OSError as error:
            raise DecoderError(f"a clip cannot be handed to a child: {error.strerror}") from error
        finally:
            os.close(fd)
        if child.ready and not child.queue:
            child.deadline = time.monotonic() + self._wall_seconds
        child.queue.append(job)
        child.queued += job.size

    @staticmethod
    def _open(child: Child, job: Job) -> int:
        """A descriptor of the clip for `child` and nobody else, if it can be written to."""
        job.lent = None
        if isinstance(job.source.open, InMemory):
            job.lent = child.memory.lend(job.source.open.data)
        return job.source.open() if job.lent is None else os.dup(job.lent)

    def _hand_over(self, channel: socket.socket, job: Job, fd: int) -> None:  # noqa: ARG002
        """Put a clip, open at `fd`, before a child."""
        socket.send_fds(channel, [b"."], [fd])

    # -- taking back ------------------------------------------------------------------------------

    def _collect(self, *, wait: bool) -> None:
        """Take the answers that are there, or wait for some; end the children that are too late."""
        busy = [child for child in self._children if child.busy]
        if not busy:
            return
        left = min(child.deadline for child in busy) - time.monotonic()
        for key, _ in self._selector.select(max(0.0, left) if wait else 0):
            self._receive(key.data)
        now = time.monotonic()
        for child in busy:
            if child.busy and child.deadline <= now:
                self._bury(child, timed_out=True)

    def _receive(self, child: Child) -> None:
        try:
            data = child.channel.recv(_RECEIVED_AT_ONCE)
        except ConnectionError:
            data = b""
        if not data:
            self._bury(child)
            return
        answers, child.received = cut(child.received + data)
        for answer in answers:
            if not self._accept(child, answer):
                self._bury(child, senseless=True)
                return

    def _accept(self, child: Child, answer: bytes) -> bool:
        """Take one answer of a child; False if it is not what it should be."""
        child.deadline = time.monotonic() + self._wall_seconds
        if not child.ready:
            child.ready = answer == READY
            self._failed_starts = 0 if child.ready else self._failed_starts
            return child.ready
        if not child.queue:
            return False
        job = child.queue[0]
        try:
            result = self._answer(job, answer)
        except ValueError:
            return False
        child.queue.popleft()
        child.queued -= job.size
        job.result = result
        if job.lent is not None:
            child.memory.give_back(job.lent)
        if self._cache is not None and job.source.key and result.lasting:
            self._cache.put(job.source.key, result)
        return True

    def _answer(self, job: Job, answer: bytes) -> Measurement:  # noqa: ARG002 - a subclass looks
        """What a child says of a clip.

        Raises:
            ValueError: it is no such thing.
        """
        return Measurement.from_bytes(answer)

    # -- deaths -----------------------------------------------------------------------------------

    def _bury(self, child: Child, *, timed_out: bool = False, senseless: bool = False) -> None:
        """End a child that died, hangs or talks nonsense; blame its clip or try it again.

        Raises:
            DecoderError: children keep ending before they are ready.
        """
        if child not in self._children:
            return
        status = self._discard(child, grace=not (timed_out or senseless))
        if not child.ready:
            self._put_back(*child.queue)
            self._failed_starts += 1
            if self._failed_starts >= _MAX_FAILED_STARTS:
                raise DecoderError(self._why_not_started())
            return
        if not child.queue:
            return
        job, *others = child.queue
        self._put_back(*others)
        if timed_out:
            self._fail(job, "timeout", f"no result within {self._wall_seconds:g} s")
        elif status == -signal.SIGXCPU:
            self._fail(job, "timeout", f"more than {self._cpu_seconds} s of CPU time")
        else:
            self._suspect(job, status, senseless=senseless)

    def _suspect(self, job: Job, status: int, *, senseless: bool) -> None:
        """Try a clip again that a child died on, or find it guilty."""
        job.deaths += 1
        killed = status == -signal.SIGKILL and not senseless
        if job.deaths < (_DEATHS_BY_SIGKILL if killed else _DEATHS_BY_ITSELF):
            self._suspects.append(job)
        elif senseless:
            self._fail(job, "crashed", "the decoder gave no sensible answer")
        elif status < 0:
            self._fail(job, "crashed", f"the decoder died by {_signal_name(-status)}")
        else:
            self._fail(job, "crashed", f"the decoder ended with status {status}")

    def _put_back(self, *jobs: Job) -> None:
        """Let jobs be done elsewhere, before those that were not handed out yet."""
        for job in reversed(jobs):
            (self._suspects if job.deaths else self._pending).appendleft(job)

    def _fail(self, job: Job, failure: Failure, detail: str) -> None:
        job.result = Measurement(size=job.size, failure=failure, detail=detail)

    def _discard(self, child: Child, *, grace: bool = False) -> int:
        """Kill a child with all that it may have started; its exit status.

        With `grace` it is on its way out and gets a second, so that the status is its own.
        """
        self._children.remove(child)
        self._selector.unregister(child.channel)
        child.channel.close()
        child.memory.close()
        if grace:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(timeout=1)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        return child.process.wait()

    def _abandon(self) -> None:
        """Forget all work, and the children that are still at it."""
        self._pending.clear()
        self._suspects.clear()
        for child in [child for child in self._children if child.queue]:
            self._discard(child)

    def _why_not_started(self) -> str:
        """What a child says on standard error when it is not given a socket."""
        command = [*self._command(), "--version"]
        try:
            process = subprocess.run(
                command,
                capture_output=True,
                text=True,
                cwd="/",
                env=_ENVIRONMENT,
                timeout=60,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "decode children hang while they start"
        lines = process.stderr.strip().splitlines() if process.returncode else []
        reason = plain_text(lines[-1]) if lines else "they end before they are ready"
        return f"decode children cannot be started: {reason}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
