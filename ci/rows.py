"""What a published row is: its columns, its values, and the two hashes over all rows.

    file, audio, audio2, ..., text, text2, ..., instruction, label, <groups>

A value is a text, a number or a clip; there are no lists, since datasets before version 4 cannot
read them as later ones write them. docs/rows.md describes all this to its readers.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from schema.instance import Instance
from schema.manifest import PublishedColumn
from schema.task import Task

EXTENSION: Final = "flac"


@dataclass(frozen=True, slots=True)
class PublishedClip:
    """A clip in a row: the bytes of its file, and the bare name under which it stands there."""

    data: bytes
    path: str


Value = str | float | PublishedClip
Row = Sequence[Value]
"""The values of a row, in the order of the columns."""


def columns_of(task: Task, instance: Instance) -> list[PublishedColumn]:
    """The columns of an instance's published rows, in order.

    Raises:
        ValueError: two of them have one name.
    """
    kinds = {"number": "float64", "audio": "audio"}
    columns = [
        {"name": "file", "type": "string"},
        *({"name": name, "type": "audio"} for name in task.inputs if name.startswith("audio")),
        *({"name": name, "type": "string"} for name in task.inputs if name.startswith("text")),
        {"name": "instruction", "type": "string"},
        {"name": "label", "type": kinds.get(task.output.type, "string")},
        *({"name": name, "type": "string"} for name in instance.groups),
    ]
    names = [column["name"] for column in columns]
    if len(set(names)) < len(names):
        raise ValueError(f"two columns have one name: {', '.join(names)}")
    return [PublishedColumn.model_validate(column) for column in columns]


def clip_name(file: str, column: str) -> str:
    """The name of a clip's file: `<file>.flac`, of another column `<file>-<column>.flac`."""
    return f"{file}.{EXTENSION}" if column == "audio" else f"{file}-{column}.{EXTENSION}"


class RowsHash:
    """sha256 over names, types and values of all rows, in order.

    Over one line of JSON (UTF-8, no blanks, ended by a line feed) for the columns, a list of pairs
    of name and type, and one for each row, a list of its values. A number stands as JSON writes the
    shortest text that is read as the same float64; what stands for a clip, the caller says.
    """

    def __init__(self, columns: Sequence[PublishedColumn]) -> None:
        self._sha256 = hashlib.sha256()
        self.add([[column.name, column.type] for column in columns])

    def add(self, values: Sequence[Any]) -> None:
        """Count in the next row."""
        line = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        self._sha256.update(line.encode() + b"\n")

    def hexdigest(self) -> str:
        """The hash of what was counted in so far."""
        return self._sha256.hexdigest()
