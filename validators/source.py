"""The rows of an instance's source and the clips that they name, wherever the data lie.

`validators.opening.open_source` makes them: `local_source` reads data in the repository,
`hub_source` datasets on the Hub.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, partial
from itertools import repeat
from typing import Any, NamedTuple, Protocol, cast

from validators.clips import ClipSource
from validators.finding import Location
from validators.folder import InstanceFile
from validators.tree import stem_of

METADATA_NAMES = ("metadata.csv", "metadata.jsonl")
AUDIO_EXTENSIONS = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3"})
CLIP_SUFFIX = "file_name"
MAX_ROWS = 20_000
"""Rows of a metadata file that are read: five megabytes hold millions of empty ones, and an hour of
sound holds fewer examples than this."""
MAX_COLUMNS = 200
"""Columns of a metadata file."""
_SHARED_TEXTS = 1_000


class SourceUnavailable(Exception):  # noqa: N818 - says what is, not what went wrong in code
    """The source cannot be read in this run. It says nothing about the task."""


class SourceFaultKind(StrEnum):
    """The ways in which a source can be unreadable, wholly or in a row."""

    NO_METADATA = "no metadata"
    TWO_METADATA = "two metadata files"
    UNREADABLE = "unreadable"
    MALFORMED_ROW = "malformed row"
    CLIP_COLUMNS = "clip columns"
    # Of datasets on the Hub only.
    GATED = "gated"
    MISSING = "missing or private"
    RENAMED = "renamed"
    NO_REVISION = "no such commit"
    EMPTY = "empty"
    SCRIPT = "made by a script"
    NO_CONFIG = "configuration not named"
    UNKNOWN_CONFIG = "no such configuration"
    NO_SPLIT = "no such split"
    TOO_LARGE = "too large"
    FOREIGN_FILES = "foreign files"
    NO_LAYOUT = "no known layout"
    BROKEN = "broken files"


class SourceFault(NamedTuple):
    """What is wrong with a source or one of its rows."""

    kind: SourceFaultKind
    message: str
    hint: str
    at: Location


class SourceBroken(Exception):  # noqa: N818 - says what is, not what went wrong in code
    """The source was reached, and what it holds cannot be read: a fault of the data."""

    def __init__(self, fault: SourceFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip that a row names.

    Attributes:
        name: as the row writes it.
        path: where it lies, unique within its source: of local data its POSIX path in the task's
            folder. None where it cannot be opened, and then `trouble` says why.
        trouble: what is wrong with it.
    """

    name: str
    path: str | None
    trouble: str | None = None

    @property
    def stem(self) -> str:
        """The file's name without folder and extension."""
        return stem_of(self.name)


Cell = str | int | float | bool | list[Any] | Clip | None
"""A value as the source holds it; a missing one is None."""


class SourceRow(NamedTuple):
    """One row of a source, under the source's own column names: a view of `Rows`."""

    place: Location
    line: int
    columns: "_Columns"
    held: list[Any]
    start: int

    @property
    def at(self) -> Location:
        """Where the row is; made when it is asked for, which is rare."""
        return Location(self.place.path, self.line) if self.line else self.place

    @property
    def cells(self) -> dict[str, Cell]:
        """The cells by column, made anew each time; one that is missing may be left out."""
        return {name: self.get(name) for name in self.columns.names}

    @property
    def clips(self) -> list[Clip]:
        """The cells that are clips, whether they can be opened or not."""
        return [cast(Clip, self.get(name)) for name in self.columns.clips]

    @property
    def paths(self) -> list[str]:
        """Where the clips lie that can be opened."""
        return [path for name in self.columns.clips if (path := self.path(name))]

    def get(self, name: str) -> Cell:
        """The cell of a column; None where it is missing."""
        columns = self.columns
        place = columns.paths.get(name)
        if place is None:
            return self._other(name)
        path = self.held[self.start + place]
        return Clip(path[columns.folder :], path)

    def text(self, name: str) -> str | None:
        """The text in a column; None where there is none, or a clip."""
        cell = self._other(name)
        return cell if type(cell) is str else None

    def stem(self, name: str) -> str:
        """What the clip in a column is called, without folder and extension; "" without one."""
        place = self.columns.paths.get(name)
        if place is not None:
            return stem_of(self.held[self.start + place])
        cell = self._other(name)
        return cell.stem if isinstance(cell, Clip) else ""

    def path(self, name: str) -> str | None:
        """Where the clip in a column lies; None where there is none that can be opened."""
        place = self.columns.paths.get(name)
        if place is not None:
            return str(self.held[self.start + place])
        cell = self._other(name)
        return cell.path if isinstance(cell, Clip) else None

    def _other(self, name: str) -> Cell:
        """The cell of a column that holds more of a clip than its path, or no clip."""
        place = self.columns.others.get(name)
        return None if place is None else self.held[self.start + place]


class _Columns(NamedTuple):
    """The columns that a row has cells of, those of clips, and how far behind its first each lies.

    Of clips that are named by where they lie, which almost all are, only the path is held; `folder`
    is the length of what stands before the name.
    """

    names: tuple[str, ...]
    clips: tuple[str, ...]
    paths: dict[str, int]
    others: dict[str, int]
    folder: int

    @property
    def all_by_path(self) -> bool:
        """Whether no clip is held otherwise, as one that is not there."""
        return len(self.paths) == len(self.clips)


class Rows:
    """The rows of one source. Thousands are held at a time: cells in one list, and nothing else of
    a row but numbers; rows are made when they are looked at, and share texts that come back.

    Args:
        place: the file whose lines the rows are, or what stands for all of them.
        folder: where the clips lie whose names are paths in it.
    """

    def __init__(self, place: Location, folder: str = "") -> None:
        self._place = place
        self._folder = f"{folder}/"
        self._held: list[Any] = []
        self._starts, self._lines, self._layouts = array("I"), array("I"), array("I")
        self._columns: list[_Columns] = []
        self._known: dict[tuple[tuple[str, ...], ...], int] = {}
        self._texts: dict[str, str] = {}

    def add(self, cells: dict[str, Cell], line: int = 0) -> None:
        """One more row; without a line it is where all are."""
        clips = tuple([name for name, cell in cells.items() if isinstance(cell, Clip)])
        paths = tuple([name for name in clips if self._is_path(cells[name])])
        key = (tuple(cells), clips, paths)
        layout = self._known.get(key)
        if layout is None:
            layout = self._known[key] = len(self._columns)
            self._columns.append(self._layout(*key))
        self._layouts.append(layout)
        self._lines.append(line)
        self._starts.append(len(self._held))
        self._held.extend(map(self._compact, cells.values()))

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, number: int) -> SourceRow:
        columns = self._columns[self._layouts[number]]
        return SourceRow(
            self._place, self._lines[number], columns, self._held, self._starts[number]
        )

    def __iter__(self) -> Iterator[SourceRow]:
        columns = map(self._columns.__getitem__, self._layouts)
        fields = zip(
            repeat(self._place), self._lines, columns, repeat(self._held), self._starts,
            strict=False,
        )  # fmt: skip
        return map(partial(tuple.__new__, SourceRow), fields)  # in C: rows are walked many times

    def chosen(self, numbers: Sequence[int]) -> "Rows":
        """Some of the rows, in this order."""
        some = copy(self)
        some._starts, some._lines, some._layouts = (
            array("I", map(column.__getitem__, numbers))
            for column in (self._starts, self._lines, self._layouts)
        )
        return some

    @property
    def clip_columns(self) -> set[str]:
        """The columns in which a clip stands."""
        return {name for columns in self._columns for name in columns.clips}

    @property
    def with_odd_clips(self) -> Iterator[SourceRow]:
        """The rows with a clip that is named otherwise than by where it lies, or is not there."""
        odd = [not columns.all_by_path for columns in self._columns]
        if any(odd):
            for number, layout in enumerate(self._layouts):
                if odd[layout]:
                    yield self[number]

    def _layout(
        self, names: tuple[str, ...], clips: tuple[str, ...], paths: tuple[str, ...]
    ) -> _Columns:
        places = {name: place for place, name in enumerate(names)}
        by_path = {name: places[name] for name in paths}
        others = {name: place for name, place in places.items() if name not in by_path}
        return _Columns(names, clips, by_path, others, len(self._folder))

    def _is_path(self, cell: Cell) -> bool:
        return (
            isinstance(cell, Clip)
            and cell.trouble is None
            and cell.path == self._folder + cell.name
        )

    def _compact(self, cell: Cell) -> Cell:
        if isinstance(cell, Clip) and self._is_path(cell):
            return cell.path
        # Labels and speakers are found among the first texts; what is all different is not kept.
        if type(cell) is not str or len(self._texts) >= _SHARED_TEXTS:
            return self._texts.get(cell, cell) if type(cell) is str else cell
        return self._texts.setdefault(cell, cell)


class ClipStore(Protocol):
    """Gives the bytes of a source's clips: those of its own rows that have a path."""

    def sha256(self, path: str) -> str | None:
        """sha256 of a clip's bytes in hex; None as long as they have not been read."""

    def ordered(self, clips: Iterable[Clip]) -> Iterable[Clip]:
        """The clips that can be opened, each path once, in the order in which they are read."""

    def sources(self, clips: Iterable[Clip]) -> Iterator[ClipSource]:
        """The clips as something to be measured, as `ordered` has them.

        Read as they are asked for, so that only those are held that are not measured yet. The key
        is the sha256 of the bytes, the tag the clip's path.

        Raises:
            SourceUnavailable: the storage cannot be read in this run.
            SourceBroken: what it holds cannot be read in any.
        """

    def hold(self, clips: Iterable[Clip]) -> AbstractContextManager[Callable[[Clip], int]]:
        """Keep the bytes of clips at hand, to be opened in any order and as often as need be.

            with source.store.hold(clips) as open_clip:
                descriptor = open_clip(clip)  # read-only, new each time, the caller's to close

        Inside, `sha256` is known of each.

        Raises:
            SourceUnavailable, SourceBroken: as `sources`.
            OSError: from `open_clip`, where a clip cannot be opened.
        """


@dataclass(frozen=True)
class SourceTable:
    """All rows of an instance's source, before columns, label map and sampling are applied."""

    task: str
    instance: str
    file: InstanceFile
    folder: str
    at: Location
    store: ClipStore
    columns: tuple[str, ...] = ()
    rows: Rows = field(default_factory=lambda: Rows(Location("")))
    faults: tuple[SourceFault, ...] = ()

    @property
    def whole(self) -> bool:
        """False where rows could not be read, so that what is missing may be among them."""
        return all(fault.kind is SourceFaultKind.CLIP_COLUMNS for fault in self.faults)

    @cached_property
    def local(self) -> bool:
        """True where the data lie in the task's folder."""
        return is_local(self.file)

    @property
    def clip_columns(self) -> list[str]:
        """The columns that hold clips, in order."""
        found = self.rows.clip_columns
        return [name for name in self.columns if name in found]


def is_local(instance: InstanceFile) -> bool:
    """True if the data are in the task's folder.

    A pointer that cannot be read does not hide data that are there.
    """
    if instance.value("/dataset/path") is not None:
        return True
    return f"data/{instance.stem}" in instance.folder.folders and not points_at_hub(instance)


def points_at_hub(instance: InstanceFile) -> bool:
    """True if the pointer names a dataset on the Hub."""
    return instance.value("/dataset/repo_id") is not None


def clip_column(name: str) -> str | None:
    """The clip column that a metadata column stands for: `audio2_file_name` gives `audio2`."""
    if name == CLIP_SUFFIX:
        return "audio"
    return name.removesuffix(f"_{CLIP_SUFFIX}") if name.endswith(f"_{CLIP_SUFFIX}") else None
