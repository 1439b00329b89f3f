"""metadata.csv and metadata.jsonl of an AudioFolder: rows under the names of their columns."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

from validators.finding import Location
from validators.folder import METADATA_CAP, TEXT_CAP
from validators.source import (
    CLIP_SUFFIX,
    MAX_COLUMNS,
    MAX_ROWS,
    SourceFault,
    SourceFaultKind,
    clip_column,
)
from validators.strict_json import Defect, DefectKind, read_json, read_text

Row = tuple[Location, dict[str, Any]]


def _is_rfc4180(defect: Defect) -> bool:
    """True for CR LF at line ends, which RFC 4180 asks for and most programs write."""
    return defect.kind is DefectKind.LINE_ENDS and "CR LF" in defect.message


class Metadata:
    """A metadata file: its rows as they are asked for, and then its columns and its faults.

    Args:
        raw: the file, or of a larger one at least a byte more than the cap.
        path: what its places are named by; the extension says what it is.
    """

    def __init__(self, raw: bytes, path: str) -> None:
        self._raw = raw
        self._path = path
        self._columns: dict[str, None] = {}
        self.faults: list[SourceFault] = []

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns as the file names them; known once its rows were read."""
        return tuple(self._columns)

    def rows(self) -> Iterator[Row]:
        """The rows in order; a cell that is missing is left out."""
        yield from self._read_csv() if self._path.endswith(".csv") else self._read_jsonl()
        self._check_whole()

    def _place(self, line: int, column: int | None = None) -> Location:
        return Location(self._path, line, column)

    def _fail(self, kind: SourceFaultKind, message: str, hint: str, at: Location) -> None:
        self.faults.append(SourceFault(kind, message, hint, at))

    def _read_csv(self) -> Iterator[Row]:
        reading = read_text(self._raw, cap=METADATA_CAP)
        for defect in reading.defects:
            at = self._place(defect.place.line, defect.place.column)
            if not _is_rfc4180(defect):
                self._fail(SourceFaultKind.UNREADABLE, defect.message, defect.hint, at)
        text = (reading.text or "").removeprefix("\ufeff")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header: list[str] | None = None
        line = 1
        try:
            for count, cells in enumerate(reader):
                at, line = self._place(line), reader.line_num + 1
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
                self._place(line),
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

    def _read_jsonl(self) -> Iterator[Row]:
        raw = self._raw
        if len(raw) > METADATA_CAP:
            defect = read_text(raw, cap=METADATA_CAP).defects[0]
            at = self._place(1)
            self._fail(SourceFaultKind.UNREADABLE, defect.message, defect.hint, at)
            return
        for number, line in enumerate(raw.removesuffix(b"\n").split(b"\n"), start=1):
            if self._exceeds("rows", number, MAX_ROWS, self._place(number)):
                return
            if not line.strip():
                yield self._place(number), {}
                continue
            if len(line) > TEXT_CAP:
                self._fail(
                    SourceFaultKind.MALFORMED_ROW,
                    f"the line is larger than {TEXT_CAP:,} bytes, the most that is allowed",
                    "shorten the row",
                    self._place(number),
                )
                continue
            reading = read_json(line.removesuffix(b"\r"), cap=TEXT_CAP)
            for defect in reading.defects:
                at = self._place(number, defect.place.column)
                self._fail(SourceFaultKind.MALFORMED_ROW, defect.message, defect.hint, at)
            if isinstance(reading.data, dict):
                self._columns |= dict.fromkeys(reading.data)
                at = self._place(number)
                if self._exceeds("columns", len(self._columns), MAX_COLUMNS, at):
                    return
                yield self._place(number), reading.data
            elif reading.readable:
                self._fail(
                    SourceFaultKind.MALFORMED_ROW,
                    "the line is no JSON object; one object a line is required",
                    'write the row as {"file_name": "…", "label": "…"}',
                    self._place(number),
                )

    def _check_whole(self) -> None:
        if not self._columns and not self.faults:
            self._fail(
                SourceFaultKind.UNREADABLE,
                "the file holds no row; a row for every example is required",
                "write a row for every example",
                Location(self._path),
            )
        clip_columns = [name for name in self._columns if clip_column(name)]
        if CLIP_SUFFIX in clip_columns and len(clip_columns) > 1:
            others = ", ".join(name for name in clip_columns if name != CLIP_SUFFIX)
            self._fail(
                SourceFaultKind.CLIP_COLUMNS,
                f"the column file_name stands beside {others}; with several clips a row each "
                "column is named, and the Hub's own loader mixes the clips up otherwise",
                "rename file_name to audio_file_name",
                Location(self._path),
            )
