"""The clips of a dataset on the Hub: streamed to whoever measures them, and then forgotten."""

import hashlib
import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby, islice
from pathlib import Path
from typing import Final

from validators.clips import ClipSource, DecoderError, bytes_clip, open_regular_file
from validators.document import shown
from validators.finding import Location
from validators.http_client import Trouble
from validators.hub_client import HubDataset, HubFile, Refusal, session
from validators.parquet import ParquetFiles, ParquetSource, borrowed
from validators.parquet_answers import ParquetError
from validators.parquet_frames import MAX_CLIP_BYTES
from validators.source import (
    Clip,
    SourceBroken,
    SourceFault,
    SourceFaultKind,
    SourceUnavailable,
)

MAX_STREAMED: Final = 8 << 30
"""Bytes of all clips of an instance: as many as its files may have."""
_IN_MEMORY: Final = 1 << 20  # a clip of more bytes waits in a file without a name
_CONNECTIONS: Final = 8
_AHEAD: Final = 32  # files that are fetched before they are asked for


@dataclass(frozen=True, slots=True)
class Place:
    """Where a clip lies: in a row and column of a parquet file, or as a file of its own."""

    file: HubFile
    row: int = -1
    column: str | None = None


class HubClips:
    """The clips that the rows of a dataset name."""

    def __init__(self, dataset: HubDataset, places: Mapping[str, Place], at: Location) -> None:
        self._dataset = dataset
        self._places = places
        self._at = at
        self._sha256: dict[str, str] = {}
        self._streamed = 0

    def sha256(self, path: str) -> str | None:
        """Known of each clip once it was read."""
        return self._sha256.get(path)

    def ordered(self, clips: Iterable[Clip]) -> list[Clip]:
        """Those in parquet files first: by file, column and row; then those that are files."""

        def order(clip: Clip) -> tuple[bool, str, str, int]:
            place = self._places[str(clip.path)]
            return place.column is None, place.file.path, place.column or "", place.row

        return sorted(
            {clip.path: clip for clip in clips if clip.path in self._places}.values(), key=order
        )

    def sources(self, clips: Iterable[Clip]) -> Iterator[ClipSource]:
        """As `ordered` has them, which takes all of them at once."""
        paths = [str(clip.path) for clip in self.ordered(clips)]
        embedded = [path for path in paths if self._places[path].column is not None]
        self._streamed = 0
        try:
            with session():
                yield from self._embedded(embedded)
                yield from self._files(paths[len(embedded) :])
        except Trouble as trouble:
            raise unavailable(self._dataset.repo_id, trouble) from None
        except DecoderError as error:
            raise SourceUnavailable(str(error)) from None
        except Refusal as refusal:
            raise self._broken(f"a file of the dataset cannot be had ({refusal.kind})") from None

    @contextmanager
    def hold(self, clips: Iterable[Clip]) -> Iterator[Callable[[Clip], int]]:
        """The bytes wait in one file without a name until the block ends."""
        places: dict[str, tuple[int, int]] = {}
        with tempfile.TemporaryFile() as spool:
            for source in self.sources(clips):
                start = spool.tell()
                with os.fdopen(source.open(), "rb") as file:
                    while chunk := os.pread(file.fileno(), 1 << 20, spool.tell() - start):
                        spool.write(chunk)
                places[str(source.tag)] = (start, spool.tell() - start)
            spool.flush()

            def open_clip(clip: Clip) -> int:
                start, size = places[str(clip.path)]
                descriptor = bytes_clip(os.pread(spool.fileno(), size, start)).open()
                os.lseek(descriptor, 0, os.SEEK_SET)
                return descriptor

            yield open_clip

    # -- clips in parquet files -------------------------------------------------------------------

    def _embedded(self, paths: list[str]) -> Iterator[ClipSource]:
        with borrowed() as reader:
            for (file, column), group in groupby(paths, key=self._column_of):
                yield from self._cells(reader, file, column, list(group))

    def _column_of(self, path: str) -> tuple[HubFile, str]:
        place = self._places[path]
        return place.file, str(place.column)

    def _cells(
        self, reader: ParquetFiles, file: HubFile, column: str, paths: list[str]
    ) -> Iterator[ClipSource]:
        whole = self._dataset.download(file).resolve()
        source = ParquetSource(file.size, open=partial(open_regular_file, whole))
        rows = [self._places[path].row for path in paths]
        try:
            for path, (row, data) in zip(paths, reader.clips(source, column, rows), strict=True):
                if data is None:
                    raise self._broken(
                        f"{shown(file.path)} holds no sound in row {row + 1} of {shown(column)}"
                    )
                yield self._held(path, data)
        except ParquetError as error:
            raise self._broken(f"{shown(file.path)} cannot be read: {error}") from None

    def _held(self, path: str, data: bytes) -> ClipSource:
        self._streamed += len(data)
        if self._streamed > MAX_STREAMED:
            raise self._broken(f"its clips unpack to more than {MAX_STREAMED >> 30} GiB")
        self._sha256[path] = key = hashlib.sha256(data).hexdigest()
        if len(data) <= _IN_MEMORY:
            return bytes_clip(data, key, path)
        return ClipSource(key, _Spooled(data), path)

    # -- clips that are files ---------------------------------------------------------------------

    def _files(self, paths: list[str]) -> Iterator[ClipSource]:
        """Fetched by a few connections at a time, given in the order of the paths."""
        size = sum(self._places[path].file.size for path in paths)
        if size > MAX_STREAMED:
            raise self._too_large(f"{len(paths):,} clips of {size / 2**30:,.2f} GiB together")
        for path in paths:
            if self._places[path].file.size > MAX_CLIP_BYTES:
                raise self._too_large(f"{shown(path)} of more than {MAX_CLIP_BYTES >> 20} MiB")
        if not paths:
            return
        with ThreadPoolExecutor(_CONNECTIONS) as pool:
            rest = iter(paths)
            waiting: deque[tuple[str, Future[Path]]] = deque()
            try:
                while True:
                    for path in islice(rest, _AHEAD - len(waiting)):
                        file = self._places[path].file
                        waiting.append((path, pool.submit(self._dataset.download, file)))
                    if not waiting:
                        return
                    path, arrived = waiting.popleft()
                    yield self._file(path, arrived.result().resolve())
            finally:
                pool.shutdown(cancel_futures=True)

    def _file(self, path: str, where: Path) -> ClipSource:
        with where.open("rb") as file:
            self._sha256[path] = key = hashlib.file_digest(file, "sha256").hexdigest()
        return ClipSource(key, partial(open_regular_file, where), path)

    # -- faults -----------------------------------------------------------------------------------

    def _broken(self, message: str) -> SourceBroken:
        hint = "point at a commit whose files can be read"
        return SourceBroken(SourceFault(SourceFaultKind.BROKEN, message, hint, self._at))

    def _too_large(self, found: str) -> SourceBroken:
        return SourceBroken(
            SourceFault(
                SourceFaultKind.TOO_LARGE,
                f"the examples hold {found}; at most {MAX_STREAMED >> 30} GiB of clips of "
                f"{MAX_CLIP_BYTES >> 20} MiB are read",
                "draw fewer examples with a sampling",
                self._at,
            )
        )


def unavailable(repo_id: str, trouble: Trouble) -> SourceUnavailable:
    """What the check says where the Hub is not well."""
    when = f"in {trouble.wait:g} s or later" if trouble.wait else "later"
    return SourceUnavailable(
        f"the dataset {repo_id} cannot be read now: {trouble}; this says nothing about the task, "
        f"run the check again {when}"
    )


class _Spooled:
    """A clip in a file without a name, which goes when nobody holds this any more."""

    def __init__(self, data: bytes) -> None:
        with tempfile.TemporaryFile() as file:
            file.write(data)
            file.flush()
            self._descriptor = os.dup(file.fileno())

    def __call__(self) -> int:
        return os.dup(self._descriptor)

    def __del__(self) -> None:
        os.close(self._descriptor)
