"""Which column of an old dataset is which of ours."""

import re
from dataclasses import dataclass, field

from schema.fields import INPUT_PATTERN
from validators.adoption.notes import Notebook, few
from validators.newtask.survey import Table, is_file_id

OTHER_NAMES = {
    "file": ("file_name", "filename", "file_id", "id"),
    "audio": ("audio1", "audio_1", "audio_a", "wav"),
    "audio2": ("audio_2", "audio_b"),
    "text": ("text1", "text_1"),
    "instruction": ("instructions", "prompt"),
    "label": ("label1", "label_1", "labels", "answer", "target"),
}
"""What was written in the place of a column of the layout. No other column is taken for one."""
KNOWN_COLUMNS = sorted({*OTHER_NAMES, *(name for names in OTHER_NAMES.values() for name in names)})
REQUIRED = ("file", "audio", "instruction", "label")


@dataclass
class Columns:
    """Canonical name to column."""

    names: dict[str, str] = field(default_factory=dict)

    @property
    def inputs(self) -> list[str]:
        """The input columns, clips first, each in counting order."""
        found = [name for name in self.names if re.match(INPUT_PATTERN, name)]
        return sorted(found, key=lambda n: (n[0] != "a", int(n.lstrip("audiotex") or 1))) or [
            "audio"
        ]

    @property
    def renamed(self) -> dict[str, str]:
        """What an instance file says under `columns`; instructions are not read from there."""
        return {n: c for n, c in self.names.items() if n not in (c, "instruction")}

    @property
    def texts(self) -> dict[str, str]:
        """Canonical text input to column."""
        return {name: column for name, column in self.names.items() if name.startswith("text")}


def columns_of(table: Table, notes: Notebook, *, local: bool = False) -> Columns:
    """Decide by names; what has no place here is noted. Local clips are found elsewhere."""
    found = Columns()
    for column in table.columns:
        if column in OTHER_NAMES or re.match(INPUT_PATTERN, column):
            found.names[column] = column
    for name, others in OTHER_NAMES.items():
        near = next((column for column in others if column in table.columns), None)
        if name not in found.names and near and not (local and name in ("file", "audio")):
            found.names[name] = near
            notes.add("columns-mapped", f'"{near}" is "{name}"')
    missing = [name for name in REQUIRED if name not in found.names]
    missing = [name for name in missing if not (local and name in ("file", "audio"))]
    if missing:
        notes.add(
            "column-missing", f"{few(missing)} is not there; there is {few([*table.columns])}"
        )
    left = [c for c in table.columns if c not in found.names.values() and "file_name" not in c]
    if left:
        notes.add(
            "column-left-out", f"{few(left)}; a column that describes examples can be a group"
        )
    if not local:
        _file_ids(table, found, notes)
    return found


def _file_ids(table: Table, found: Columns, notes: Notebook) -> None:
    column = found.names.get("file")
    if column is None:
        return
    values = table.values(column)
    odd = [value for value in values if not is_file_id(value)]
    twice = len(values) - len(set(values))
    if not odd and not twice:
        return
    said = [f"{len(odd):,} of {len(values):,} are no plain names, e.g. {odd[0]}"] if odd else []
    said += [f"{twice:,} are repeated"] * bool(twice)
    notes.add("file-ids-unfit", "; ".join(said))
