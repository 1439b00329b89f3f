"""Data in the repository: metadata.csv or metadata.jsonl beside the clips, as in AudioFolder."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from validators.clips import ClipSource
from validators.finding import Location
from validators.folder import METADATA_CAP, InstanceFile, TaskFolder
from validators.metadata import Metadata
from validators.source import (
    METADATA_NAMES,
    Cell,
    Clip,
    Rows,
    SourceFault,
    SourceFaultKind,
    SourceTable,
    clip_column,
)


def read_local(instance: InstanceFile) -> SourceTable:
    """The rows of data in the task's folder, whatever path the pointer writes."""
    return _LocalReader(instance).read()


class LocalClips:
    """The clips of a task's folder."""

    def __init__(self, folder: TaskFolder) -> None:
        self._folder = folder

    def sha256(self, path: str) -> str | None:
        """The digest of the file as it was when it was first asked for."""
        return self._folder.sha256_of(path)

    def ordered(self, clips: Iterable[Clip]) -> Iterator[Clip]:
        """As they are given; `clips` is drawn from as needed."""
        given: dict[str, None] = {}  # of so many, a set takes more than twice the memory
        for clip in clips:
            if clip.path and clip.path not in given:
                given[clip.path] = None
                yield clip

    def sources(self, clips: Iterable[Clip]) -> Iterator[ClipSource]:
        """In the order given; opened by whoever measures.

        `clips` is drawn from as needed: how much has been heard decides where it ends.
        """
        opener = self._folder.opener()
        for clip in self.ordered(clips):
            path = str(clip.path)
            # A file that vanished since has no digest; it will be found unreadable.
            key = self._folder.sha256_of(path, opener) or f"{self._folder.path}/{path}"
            yield ClipSource(key, partial(opener.open, path), path)

    def hold(
        self,
        clips: Iterable[Clip],  # noqa: ARG002 - files wait where they are
    ) -> AbstractContextManager[Callable[[Clip], int]]:
        """Nothing need be kept: the files lie in the folder."""
        return nullcontext(lambda clip: self._folder.open(str(clip.path)))


class _LocalReader:
    """Reads the metadata file and names the clips; opens no clip."""

    def __init__(self, instance: InstanceFile) -> None:
        self._instance = instance
        self._folder: TaskFolder = instance.folder
        self._data = f"data/{instance.stem}"

    def read(self) -> SourceTable:
        names = [name for name in METADATA_NAMES if f"{self._data}/{name}" in self._folder.files]
        if len(names) != 1:
            return self._table(self._pointer(), self._no_metadata(names))
        path = f"{self._data}/{names[0]}"
        at = self._folder.at(path)
        metadata = Metadata(self._raw(path), f"{self._folder.path}/{path}")
        rows = Rows(at, self._data)
        for place, row in metadata.rows():
            rows.add(self._cells(row), place.line or 0)
        return SourceTable(
            self._instance.task, self._full_name, self._instance, self._data, at,
            LocalClips(self._folder),
            tuple(dict.fromkeys(clip_column(name) or name for name in metadata.columns)), rows,
            tuple(metadata.faults),
        )  # fmt: skip

    @property
    def _full_name(self) -> str:
        return f"{self._instance.task}_{self._instance.stem}"

    def _pointer(self) -> Location:
        return self._instance.at("/dataset/path")

    def _table(self, at: Location, *faults: SourceFault) -> SourceTable:
        return SourceTable(
            self._instance.task, self._full_name, self._instance, self._data, at,
            LocalClips(self._folder), faults=faults,
        )  # fmt: skip

    def _no_metadata(self, names: list[str]) -> SourceFault:
        if names:
            return SourceFault(
                SourceFaultKind.TWO_METADATA,
                f"{self._data} holds both {' and '.join(names)}; one of them is required",
                "delete one of the two",
                self._pointer(),
            )
        return SourceFault(
            SourceFaultKind.NO_METADATA,
            f"{self._data} holds no metadata file; metadata.csv or metadata.jsonl is required",
            f"put a metadata.csv into {self._data}",
            self._pointer(),
        )

    def _raw(self, path: str) -> bytes:
        try:
            return self._folder.read(path, METADATA_CAP)
        except OSError:
            return b""

    def _cells(self, row: dict[str, Any]) -> dict[str, Cell]:
        cells: dict[str, Cell] = {}
        for name, value in row.items():
            column = clip_column(name)
            if column is None:
                cells[name] = value
            else:
                cells[column] = None if value is None else self._clip(value)
        return cells

    def _clip(self, value: object) -> Clip:
        if not isinstance(value, str):
            return Clip(str(value), None, "is no text; the path of a clip is required")
        parts = value.split("/")
        if "\\" in value or not all(parts) or {".", ".."} & set(parts):
            return Clip(
                value, None, "is no path inside the folder; a relative POSIX path is required"
            )
        path = self._folder.files.get(f"{self._data}/{value}")
        if path is None:
            return Clip(value, None, "is not there as a regular file; a file is required")
        return Clip(value, path)
