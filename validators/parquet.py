"""Rows and clips of parquet files, read in a child process with limits.

    with ParquetFiles() as files:
        schema = files.schema(source)
        for cells in files.rows(source, ["file", "label"], most=100_000):
            ...
        for row, data in files.clips(source, "audio", [3, 17]):
            ...

pyarrow is not imported here; `validators.parquet_answers` checks what the child says.
"""

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from validators.clips import DecoderError
from validators.measurement import plain_text
from validators.parquet_answers import (
    ParquetError,
    Schema,
    failure_of,
    piece_of,
    rows_of,
    schema_of,
    sensible,
)
from validators.parquet_frames import (
    CELLS,
    CLIP,
    CLIPS,
    CPU_SECONDS,
    DONE,
    FAILED,
    HEAD,
    LENGTH,
    MAX_CELLS_BYTES,
    MAX_CLIP_BYTES,
    MAX_FRAME_BYTES,
    MAX_PIECE_BYTES,
    NO_CLIP,
    PIECE,
    READY,
    SCHEMA,
    TAKEN,
    WALL_SECONDS,
    to_json,
)
from validators.parquet_memory import new_memory, taken

CHILD: Final = Path(__file__).with_name("parquet_child.py")
# All that the child sees of the environment. Other allocators than malloc take a gibibyte of
# address space at once, and glibc 64 MiB for each thread. Memory comes in large pages where the
# system has them: half of the time went to asking for small ones. pyarrow asks for as much as a
# page of the file holds whenever it unpacks a few clips of it, and gives most of that back at once:
# that shall be no call of the system. The child itself lets go of what it holds in pieces.
_ENVIRONMENT: Final = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=16777216:"
    "glibc.malloc.trim_threshold=16777216",
    "MALLOC_ARENA_MAX": "1",
    "OMP_NUM_THREADS": "1",
}
_START_SECONDS: Final = 120.0  # pyarrow from a cold disk
# As with clips: a death may be the machine's doing, and SIGKILL usually is.
_DEATHS_BY_ITSELF: Final = 2
_DEATHS_BY_SIGKILL: Final = 5
_SCHEMA: Final = frozenset({SCHEMA})
_CELLS: Final = frozenset({CELLS})
_CLIPS: Final = frozenset({CLIP, NO_CLIP})


@dataclass(frozen=True)
class ParquetSource:
    """A parquet file: of a known size, and either a descriptor of it or a way to its pieces.

    Attributes:
        size: in bytes.
        open: gives a new read-only descriptor, which whoever calls it closes.
        pread: gives bytes from an offset, exactly as many as are asked for.
    """

    size: int
    open: Callable[[], int] | None = None
    pread: Callable[[int, int], bytes] | None = None


class _Died(Exception):  # noqa: N818 - says what happened
    """The child ended, or gave no sensible answer in time."""


class ParquetFiles:
    """Reads files one after another with one child, started when there is work.

    Args:
        child: the script that the child runs; the tests have their own.
        wall_seconds: after which a child that says nothing is given up.
    """

    def __init__(self, *, child: Path = CHILD, wall_seconds: float = WALL_SECONDS) -> None:
        self._script = child
        self._wall_seconds = wall_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._memory: int | None = None  # that the child shares, once it was asked for clips
        self._ready = False
        self._busy = False  # with a request

    def __enter__(self) -> "ParquetFiles":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child."""
        self._end()

    @property
    def idle(self) -> bool:
        """Whether the child waits for a request."""
        return self._channel is not None and not self._busy

    @property
    def pid(self) -> int | None:
        """Process id of the child, if it runs."""
        return self._process.pid if self._process else None

    def schema(self, source: ParquetSource) -> Schema:
        """The columns of a file, and what `datasets` says of them.

        Raises:
            ParquetError: the file cannot be read.
            DecoderError: the child cannot be started.
        """
        request = {"want": "schema", "size": source.size}
        said = [payload for _, payload in self._insist(source, lambda: request, _SCHEMA)]
        sensible(bool(said))
        return schema_of(said[-1])

    def rows(self, source: ParquetSource, columns: Sequence[str], most: int) -> Iterator[list[Any]]:
        """The cells of these columns, row by row; a cell of clips is an `Embedded`.

        Raises:
            ParquetError: the file cannot be read, or holds more than `most` rows.
            DecoderError: the child cannot be started.
        """
        given = skip = total = 0

        def request() -> dict[str, Any]:
            nonlocal skip
            skip = given  # read before a child died
            return {"want": "cells", "columns": list(columns), "most": most, "size": source.size}

        for _, payload in self._insist(source, request, _CELLS):
            total += len(payload)
            if total > 2 * MAX_CELLS_BYTES:
                raise ParquetError("it gives no sensible rows")
            for row in rows_of(payload, len(columns)):
                if skip:
                    skip -= 1
                    continue
                given += 1
                sensible(given <= most)
                yield row

    def clips(
        self, source: ParquetSource, column: str, rows: Sequence[int]
    ) -> Iterator[tuple[int, bytes | None]]:
        """The bytes of a column in these ascending rows; None where a cell holds none.

        Raises:
            ParquetError: the file cannot be read.
            DecoderError: the child cannot be started.
        """
        place = 0

        def request() -> dict[str, Any]:
            rest = list(rows[place:])
            return {"want": "clips", "column": column, "rows": rest, "size": source.size}

        for kind, payload in self._insist(source, request, _CLIPS):
            sensible(place < len(rows))
            place += 1
            yield rows[place - 1], payload if kind == CLIP else None
        sensible(place == len(rows))

    # -- the child --------------------------------------------------------------------------------

    def _insist(
        self,
        source: ParquetSource,
        request: Callable[[], dict[str, Any]],
        accepts: frozenset[bytes],
    ) -> Iterator[tuple[bytes, bytes]]:
        """The frames of an answer; where a child died, those of its successor follow.

        `request` is called for each of them, so that it can ask for what has not come yet.
        """
        deaths = 0
        while True:
            try:
                yield from self._ask(source, request(), accepts)
                return
            except _Died as died:
                status = self._end(grace=not died.args)
                deaths += 1
                killed = status == -signal.SIGKILL and not died.args
                if deaths >= (_DEATHS_BY_SIGKILL if killed else _DEATHS_BY_ITSELF):
                    raise ParquetError(_why(died, status)) from None
            except BaseException:
                if self._busy:
                    self._end()  # whatever it still says is for nobody
                raise

    def _ask(
        self, source: ParquetSource, request: dict[str, Any], accepts: frozenset[bytes]
    ) -> Iterator[tuple[bytes, bytes]]:
        channel = self._started()
        self._busy = True
        memory = self._send_request(channel, source, request)
        budget = 2 * source.size + (MAX_PIECE_BYTES << 2)  # of pieces, some of them twice
        while True:
            kind, length = HEAD.unpack(self._receive(channel, HEAD.size))
            if length > (MAX_CLIP_BYTES if kind == CLIP else MAX_FRAME_BYTES):
                raise _Died("gave no sensible answer")
            payload = self._receive(channel, length)
            self._busy = kind not in (DONE, FAILED)
            if kind == DONE:
                return
            if kind == FAILED:
                raise failure_of(payload)
            if kind == PIECE:
                budget -= self._give_piece(channel, source, payload)
                if budget < 0:
                    raise ParquetError("reading it takes more bytes than it has")
            elif kind == CLIPS and memory is not None:
                yield from self._take(channel, memory, payload)
            elif kind in accepts:
                yield kind, payload
            else:
                raise _Died("gave no sensible answer")

    def _send_request(
        self, channel: socket.socket, source: ParquetSource, request: dict[str, Any]
    ) -> int | None:
        """Returns the memory that the child was given for its answer, if any."""
        message = to_json(request)
        length = LENGTH.pack(len(message))
        if source.open is None:
            self._say(channel, length + message)
            return None
        memory = self._shared() if request["want"] == "clips" else None
        file = source.open()
        try:
            socket.send_fds(channel, [length], [file] if memory is None else [file, memory])
        except ConnectionError:
            raise _Died from None
        finally:
            os.close(file)
        self._say(channel, message)
        return memory

    def _shared(self) -> int | None:
        """Memory that is this child's alone; None where the system has none."""
        if self._memory is None:
            self._memory = new_memory()
        return self._memory

    def _take(
        self, channel: socket.socket, memory: int, payload: bytes
    ) -> Iterator[tuple[bytes, bytes]]:
        """The clips that lie in the memory, which the child may use again at once."""
        try:
            clips = taken(memory, payload)
        except ValueError:
            raise _Died("gave no sensible answer") from None
        self._say(channel, TAKEN)
        for clip in clips:
            yield (NO_CLIP, b"") if clip is None else (CLIP, clip)

    def _give_piece(self, channel: socket.socket, source: ParquetSource, payload: bytes) -> int:
        """Send the child a piece of the file that it asked for; how many bytes."""
        offset, count = piece_of(payload, source.size)
        if source.pread is None:
            raise _Died("gave no sensible answer")
        data = source.pread(offset, count)
        self._say(channel, LENGTH.pack(len(data)) + data)
        return len(data)

    def _say(self, channel: socket.socket, message: bytes) -> None:
        try:
            channel.sendall(message)
        except TimeoutError:
            raise _Died(f"did not listen for {self._wall_seconds:g} s") from None
        except ConnectionError:
            raise _Died from None

    def _receive(self, channel: socket.socket, count: int) -> bytes:
        data = bytearray(count)
        view, at = memoryview(data), 0
        while at < count:
            try:
                got = channel.recv_into(view[at:])
            except TimeoutError:
                raise _Died(f"gave no answer within {self._wall_seconds:g} s") from None
            except ConnectionError:
                got = 0
            if not got:
                raise _Died
            at += got
        return bytes(data)

    def start(self) -> None:
        """Start the child, if there is none, and do not wait for it.

        Raises:
            DecoderError: it cannot be started.
        """
        if self._channel is not None:
            return
        if not hasattr(socket, "send_fds"):
            raise DecoderError("parquet files can be read on Linux and macOS only")
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [*self._command(), str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    env=_ENVIRONMENT,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise DecoderError(f"a child cannot be started: {error.strerror}") from error
        ours.settimeout(_START_SECONDS)
        self._channel, self._ready = ours, False

    def _started(self) -> socket.socket:
        """The way to a child that is ready."""
        self.start()
        channel = cast(socket.socket, self._channel)
        if self._ready:
            return channel
        try:
            self._ready = self._receive(channel, HEAD.size) == HEAD.pack(READY, 0)
        except _Died:
            self._ready = False
        if not self._ready:
            self._end()
            raise DecoderError(self._why_not_started())
        channel.settimeout(self._wall_seconds)
        return channel

    def _command(self) -> list[str]:
        return [sys.executable, "-I", str(self._script.resolve())]

    def _end(self, *, grace: bool = False) -> int:
        """Kill the child with all that it may have started; its exit status.

        With `grace` it is on its way out and gets a second, so that the status is its own.
        """
        process, self._process = self._process, None
        self._busy = False
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._memory is not None:
            os.close(self._memory)
            self._memory = None
        if process is None:
            return 0
        if grace:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=1)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        return process.wait()

    def _why_not_started(self) -> str:
        """What the child says on standard error when it is not given a socket."""
        run = subprocess.run(
            [*self._command(), "--version"],
            capture_output=True, text=True, cwd="/", env=_ENVIRONMENT, timeout=60, check=False,
        )  # fmt: skip
        lines = run.stderr.strip().splitlines() if run.returncode else []
        reason = plain_text(lines[-1]) if lines else "it ends before it is ready"
        return f"the child that reads parquet cannot be started: {reason}"


_waiting: list[ParquetFiles] = []


@contextmanager
def borrowed() -> Iterator[ParquetFiles]:
    """A reader whose child may have served others, and will; at most one waits for work."""
    reader = _waiting.pop() if _waiting else ParquetFiles()
    try:
        yield reader
    finally:
        if reader.idle and not _waiting:
            _waiting.append(reader)
        else:
            reader.close()


def start_ahead() -> None:
    """Have a reader wait whose child is starting, for whoever borrows one soon."""
    if not _waiting:
        reader = ParquetFiles()
        with contextlib.suppress(DecoderError):  # whoever borrows it is told
            reader.start()
            _waiting.append(reader)


@atexit.register
def _close_waiting() -> None:
    while _waiting:
        _waiting.pop().close()


def _why(died: _Died, status: int) -> str:
    if died.args:
        return f"the child that reads it {died}"
    if status == -signal.SIGXCPU:
        return f"reading it takes more than {CPU_SECONDS} s of CPU time"
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"the child that reads it died by {signal.Signals(-status).name}"
        return f"the child that reads it died by signal {-status}"
    return f"the child that reads it ended with status {status}"
