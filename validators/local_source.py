"""Data in the repository: metadata.csv or metadata.jsonl beside the clips, as in AudioFolder."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from validators.clips import ClipSource
from validators.finding import Location
from validators.folder import METADATA_CAP, TEXT_CAP, InstanceFile, TaskFolder
from validators.source import (
    CLIP_SUFFIX,
    MAX_COLUMNS,
    MAX_ROWS,
    METADATA_NAMES,
    Cell,
    Clip,
    SourceFault,
    SourceFaultKind,
    SourceRow,
    SourceTable,
    clip_column,
)
from validators.strict_json import Defect, DefectKind, read_json, read_text


def read_local(instance: InstanceFile) -> SourceTable:
    """The rows of data in the task's folder, whatever path the pointer writes."""
    return _LocalReader(instance).read()


class LocalClips:
    """The clips of a task's folder."""

    def __init__(self, folder: TaskFolder) -> None:
        self._folder = folder

    def sha256(self, clip: Clip) -> str | None:
        """The digest that the folder was scanned with."""
        return self._folder.sha256.get(clip.path or "")

    def sources(self, clips: Iterable[Clip]) -> Iterator[ClipSource]:
        """Each path once, in the order given; opened by whoever measures."""
        for path in dict.fromkeys(clip.path for clip in clips if clip.path):
            # A file that vanished since has no digest; it will be found unreadable.
            key = self._folder.sha256.get(path, f"{self._folder.path}/{path}")
            yield ClipSource(key, partial(self._folder.open, path), path)

    def hold(
        self,
        clips: Iterable[Clip],  # noqa: ARG002 - files wait where they are
    ) -> AbstractContextManager[Callable[[Clip], int]]:
        """Nothing need be kept: the files lie in the folder."""
        return nullcontext(lambda clip: self._folder.open(str(clip.path)))


def _is_rfc4180(defect: Defect) -> bool:
    """True for CR LF at line ends, which RFC 4180 asks for and most programs write."""
    return defect.kind is DefectKind.LINE_ENDS and "CR LF" in defect.message


class _LocalReader:
    """Reads the metadata file and names the clips; opens no clip."""

    def __init__(self, instance: InstanceFile) -> None:
        self._instance = instance
        self._folder: TaskFolder = instance.folder
        self._data = f"data/{instance.stem}"
        self._faults: list[SourceFault] = []
        self._columns: dict[str, None] = {}

    def read(self) -> SourceTable:
        names = [name for name in METADATA_NAMES if f"{self._data}/{name}" in self._folder.files]
        if len(names) != 1:
            return self._table(self._pointer(), self._no_metadata(names))
        path = f"{self._data}/{names[0]}"
        at = self._folder.at(path)
        rows = self._read_csv(path) if path.endswith(".csv") else self._read_jsonl(path)
        # Row by row: a file of small cells held twice would not fit the memory of a check.
        table = tuple(SourceRow(place, self._cells(row)) for place, row in rows)
        columns = tuple(self._columns)
        if not columns and not self._faults:
            self._fail(
                SourceFaultKind.UNREADABLE,
                "the file holds no row; a row for every example is required",
                "write a row for every example",
                at,
            )
        self._check_clip_columns(columns, at)
        return SourceTable(
            self._instance.task, self._full_name, self._instance, self._data, at,
            LocalClips(self._folder),
            tuple(dict.fromkeys(clip_column(name) or name for name in columns)), table,
            tuple(self._faults),
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

    def _fail(self, kind: SourceFaultKind, message: str, hint: str, at: Location) -> None:
        self._faults.append(SourceFault(kind, message, hint, at))

    def _raw(self, path: str) -> bytes:
        try:
            return self._folder.read(path, METADATA_CAP)
        except OSError:
            return b""

    def _line(self, path: str, line: int, column: int | None = None) -> Location:
        return Location(f"{self._folder.path}/{path}", line, column)

    def _read_csv(self, path: str) -> Iterator[tuple[Location, dict[str, Any]]]:
        reading = read_text(self._raw(path), cap=METADATA_CAP)
        for defect in reading.defects:
            at = self._line(path, defect.place.line, defect.place.column)
            if not _is_rfc4180(defect):
                self._fail(SourceFaultKind.UNREADABLE, defect.message, defect.hint, at)
        text = (reading.text or "").removeprefix("\ufeff")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header: list[str] | None = None
        line = 1
        try:
            for count, cells in enumerate(reader):
                at, line = self._line(path, line), reader.line_num + 1
                if self._exceeds("rows", count, MAX_ROWS, at):
                    return
                if header is None:
                    if self._exceeds("columns", len(cells), MAX_COLUMNS, at):
                        return
                    if mark := next((m for m in ";\t|" if len(cells) == 1 and m in cells[0]), None):
                        self._fail(
                            SourceFaultKind.UNREADABLE,
                            f"cells are separated by {mark!r}; ',' is required",
                            "save the file as CSV with commas",
                            at,
                        )
                        return
                    header = self._header(cells, at)
                elif len(cells) == len(header):
                    yield at, {name: cell for name, cell in zip(header, cells, strict=True) if cell}
                elif not cells:
                    yield at, {}
                else:
                    self._fail(
                        SourceFaultKind.MALFORMED_ROW,
                        f"the row has {len(cells)} cells; the header has {len(header)}",
                        'quote a cell that holds a comma: "a, b"',
                        at,
                    )
        except csv.Error as error:
            self._fail(
                SourceFaultKind.UNREADABLE,
                f"this is not CSV: {error}; RFC 4180 is required",
                "mend the quotes of this row",
                self._line(path, line),
            )

    def _exceeds(self, what: str, found: int, most: int, at: Location) -> bool:
        """Whether the file holds more rows or columns than are read, which is then a fault."""
        if found > most:
            self._fail(
                SourceFaultKind.UNREADABLE,
                f"the file holds more than {most:,} {what}, the most that is allowed",
                "upload the data to the Hub and point at the commit" if what == "rows"
                else "leave out the columns that nobody reads",
                at,
            )  # fmt: skip
        return found > most

    def _header(self, cells: list[str], at: Location) -> list[str]:
        uses = Counter(cells)
        for name in sorted(name for name in uses if uses[name] > 1 or not name.strip()):
            self._fail(
                SourceFaultKind.UNREADABLE,
                f'the column "{name}" stands twice or has no name; each once is required',
                "give every column a name of its own",
                at,
            )
        self._columns = dict.fromkeys(cells)
        return cells

    def _read_jsonl(self, path: str) -> Iterator[tuple[Location, dict[str, Any]]]:
        raw = self._raw(path)
        if len(raw) > METADATA_CAP:
            defect = read_text(raw, cap=METADATA_CAP).defects[0]
            at = self._line(path, 1)
            self._fail(SourceFaultKind.UNREADABLE, defect.message, defect.hint, at)
            return
        for number, line in enumerate(raw.removesuffix(b"\n").split(b"\n"), start=1):
            if self._exceeds("rows", number, MAX_ROWS, self._line(path, number)):
                return
            if not line.strip():
                yield self._line(path, number), {}
                continue
            if len(line) > TEXT_CAP:
                self._fail(
                    SourceFaultKind.MALFORMED_ROW,
                    f"the line is larger than {TEXT_CAP:,} bytes, the most that is allowed",
                    "shorten the row",
                    self._line(path, number),
                )
                continue
            reading = read_json(line.removesuffix(b"\r"), cap=TEXT_CAP)
            for defect in reading.defects:
                at = self._line(path, number, defect.place.column)
                self._fail(SourceFaultKind.MALFORMED_ROW, defect.message, defect.hint, at)
            if isinstance(reading.data, dict):
                self._columns |= dict.fromkeys(reading.data)
                at = self._line(path, number)
                if self._exceeds("columns", len(self._columns), MAX_COLUMNS, at):
                    return
                yield self._line(path, number), reading.data
            elif reading.readable:
                self._fail(
                    SourceFaultKind.MALFORMED_ROW,
                    "the line is no JSON object; one object a line is required",
                    'write the row as {"file_name": "…", "label": "…"}',
                    self._line(path, number),
                )

    def _check_clip_columns(self, columns: tuple[str, ...], at: Location) -> None:
        clip_columns = [name for name in columns if clip_column(name)]
        if CLIP_SUFFIX in clip_columns and len(clip_columns) > 1:
            others = ", ".join(name for name in clip_columns if name != CLIP_SUFFIX)
            self._fail(
                SourceFaultKind.CLIP_COLUMNS,
                f"the column file_name stands beside {others}; with several clips a row each "
                "column is named, and the Hub's own loader mixes the clips up otherwise",
                "rename file_name to audio_file_name",
                at,
            )

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
        path = f"{self._data}/{value}"
        if path not in self._folder.files:
            return Clip(value, None, "is not there as a regular file; a file is required")
        return Clip(value, path)
