"""What the child that reads parquet says, read and checked like any stranger's text: it may have
been taken over by what it reads.

All functions raise ParquetError where it says nonsense.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from validators.measurement import plain_text
from validators.parquet_frames import MAX_METADATA_BYTES, MAX_PIECE_BYTES

_FAILURES: Final = frozenset({"unreadable", "memory", "too much", "rows"})
_MAX_COLUMN_NAME: Final = 200


class ParquetError(Exception):
    """A file cannot be read, whoever tries: `str()` says why in one short sentence."""


class TooManyRows(ParquetError):  # noqa: N818 - says what is
    """A file holds more rows than are read."""


@dataclass(frozen=True)
class Schema:
    """What a file says that it holds; `rows` is a claim.

    Attributes:
        columns: name to whether it holds clips.
        features: JSON of `datasets` about the columns, or an empty text.
        rows: what the footer claims.
    """

    columns: dict[str, bool]
    features: str
    rows: int


Embedded = tuple[str | None, bool | None]
"""A cell of clips: the name that stands beside the bytes, and whether the footer says that there
are bytes."""


def _json_of(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        raise ParquetError("the child that reads it gave no sensible answer") from None


def sensible(holds: bool) -> None:
    """Raises ParquetError where something does not hold that a child in its senses keeps."""
    if not holds:
        raise ParquetError("the child that reads it gave no sensible answer")


def failure_of(payload: bytes) -> ParquetError:
    """What keeps the file from being read."""
    said = _json_of(payload)
    sensible(isinstance(said, list) and [type(part) for part in said] == [str, str])
    kind, detail = said
    sensible(kind in _FAILURES)
    detail = plain_text(detail) or "it is no parquet file"
    return TooManyRows(detail) if kind == "rows" else ParquetError(detail)


def piece_of(payload: bytes, size: int) -> tuple[int, int]:
    """Offset and length of the piece that it asks for, of a file of so many bytes."""
    said = _json_of(payload)
    sensible(isinstance(said, list) and len(said) == 2)
    sensible(all(type(number) is int for number in said))
    offset, count = said
    sensible(0 <= offset < size and 0 < count <= min(MAX_PIECE_BYTES, size - offset))
    return offset, count


def schema_of(payload: bytes) -> Schema:
    """The columns of the file."""
    said = _json_of(payload)
    sensible(isinstance(said, dict) and set(said) == {"columns", "features", "groups"})
    sensible(isinstance(said["columns"], list) and isinstance(said["groups"], list))
    columns: dict[str, bool] = {}
    for column in said["columns"]:
        sensible(isinstance(column, list) and [type(part) for part in column] == [str, bool])
        columns[column[0]] = column[1]
        if len(column[0]) > _MAX_COLUMN_NAME:
            raise ParquetError(f"a column has a name of more than {_MAX_COLUMN_NAME} characters")
    sensible(all(type(count) is int for count in said["groups"]))
    if any(count < 0 for count in said["groups"]):
        raise ParquetError("a row group claims fewer rows than none")
    features = said["features"]
    sensible(isinstance(features, str) and len(features) <= 2 * MAX_METADATA_BYTES)
    return Schema(columns, features, sum(said["groups"]))


def rows_of(payload: bytes, width: int) -> Iterator[list[Any]]:
    """Some rows of so many cells."""
    said = _json_of(payload)
    sensible(isinstance(said, list))
    for row in said:
        sensible(isinstance(row, list) and len(row) == width)
        yield row


def embedded_of(cell: Any) -> Embedded | None:
    """A cell of a column of clips, checked; None where the row has no clip.

    Raises:
        ParquetError: the child says nonsense.
    """
    if cell is None:
        return None
    sensible(isinstance(cell, list) and len(cell) == 2)
    name, embedded = cell
    sensible(name is None or isinstance(name, str))
    sensible(embedded is None or isinstance(embedded, bool))
    return name, embedded
