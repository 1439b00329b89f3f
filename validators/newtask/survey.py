"""A first look at somebody's recordings: which clips there are, and what each column is for.

Reads a folder of clips or a table that names them; decides by names and values, and says why. Every
decision can be made by a person instead. Nothing here is part of the check.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from schema.fields import INPUT_PATTERN
from validators.rules.data import FILE_ID, SPLIT_NAMES
from validators.source import AUDIO_EXTENSIONS, METADATA_NAMES, clip_column
from validators.words import did_you_mean

FOREIGN_EXTENSIONS = frozenset(
    {".3gp", ".aac", ".aif", ".aiff", ".amr", ".au", ".caf", ".m4a", ".mp4", ".nist", ".sph"}
    | {".webm", ".wma"}
)
"""Sound, but in no format that a clip may have."""
FEW = 50
"""Up to so many different values are taken for labels, if each comes twice on average."""
LABEL_NAMES = ("label", "labels", "class", "category", "target", "answer", "emotion", "intent")
TEXT_NAMES = ("text", "transcript", "transcription", "sentence", "translation", "normalized_text")
ID_NAMES = ("file", "file_id", "id", "utt_id", "utterance_id", "clip_id", "key")
GROUP_NAMES = {
    "speaker": "speaker", "speaker_id": "speaker", "spk": "speaker", "spk_id": "speaker",
    "client_id": "speaker", "gender": "gender", "sex": "gender", "age": "age",
    "age_group": "age", "accent": "accent", "accents": "accent", "dialect": "dialect",
    "language": "language", "lang": "language", "locale": "language", "room": "room",
    "device": "device", "microphone": "device", "session": "session",
}  # fmt: skip
"""Columns that describe an example, and what they are called here."""
CLEAN_NAMES = ("label", "target", "clean", "reference")
"""A second clip of this name is the answer, not an input."""
DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
HIDDEN = re.compile(r"^[._]")


class SurveyError(Exception):
    """Why the data cannot be taken as they are; the message says what to do."""


@dataclass(frozen=True)
class Table:
    """Rows of texts; clips are named relative to `base`."""

    base: Path
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    said: tuple[str, ...] = ()
    plain: bool = False
    """True where the columns are ours, and need no explanation."""

    def values(self, column: str) -> list[str]:
        """The cells of a column that hold something."""
        return [row[column] for row in self.rows if row[column].strip()]


@dataclass
class Plan:
    """What each column is for, by canonical name, and why."""

    clips: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    label: str | None = None
    groups: dict[str, str] = field(default_factory=dict)
    file: str | None = None
    said: list[str] = field(default_factory=list)

    @property
    def used(self) -> set[str]:
        """The columns that are used."""
        columns = {*self.clips.values(), *self.texts.values(), *self.groups.values()}
        return columns | {name for name in (self.label, self.file) if name}


# -- reading --------------------------------------------------------------------------------------


def read_folder(folder: Path) -> Table:
    """A folder of clips: by its metadata file if it has one, else by its subfolders.

    Raises:
        SurveyError: if there is nothing to take, or nobody can say what to take.
    """
    if not folder.is_dir():
        raise SurveyError(f"{folder} is no folder{_nearest(folder)}")
    tables = [folder / name for name in METADATA_NAMES if (folder / name).is_file()]
    if len(tables) > 1:
        raise SurveyError(f"{folder} holds two metadata files; name one with --from-csv")
    if tables:
        return read_table(tables[0], folder)
    paths = list(_clips_in(folder))
    if not paths:
        raise SurveyError(f"{folder} holds no clip; {_formats()} are taken")
    return _by_subfolder(folder, paths)


def _clips_in(folder: Path) -> Iterator[str]:
    foreign = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if not path.is_file() or any(HIDDEN.match(part) for part in inside.parts):
            continue
        if path.suffix.lower() in AUDIO_EXTENSIONS:
            yield inside.as_posix()
        elif path.suffix.lower() in FOREIGN_EXTENSIONS:
            foreign.append(inside.as_posix())
    if foreign:
        raise SurveyError(
            f"{len(foreign)} of the files are in a format that a clip may not have, e.g. "
            f"{foreign[0]}; convert them to FLAC first ({_formats()} are taken)"
        )


def _formats() -> str:
    return ", ".join(sorted(extension.removeprefix(".") for extension in AUDIO_EXTENSIONS))


def _by_subfolder(folder: Path, paths: Sequence[str]) -> Table:
    """Each subfolder is a class, if every clip is in one and there are two at least."""
    tops = [path.partition("/")[0] if "/" in path else None for path in paths]
    names = sorted({top for top in tops if top})
    found = f"{len(paths):,} clips in {folder}"
    if names and all(name.lower() in {*SPLIT_NAMES, "test"} for name in names):
        raise SurveyError(
            f"the subfolders {', '.join(names)} are named like splits; name the one to take, "
            f"e.g. --from-folder {folder / names[-1]}"
        )
    if None in tops or len(names) < 2:
        rows = tuple({"file_name": path} for path in paths)
        said = "no labels: not every clip is in a subfolder of its own class; add the column label"
        return Table(folder, ("file_name",), rows, (found, said), plain=True)
    rows = tuple(
        {"file_name": path, "label": str(top)} for path, top in zip(paths, tops, strict=True)
    )
    said = f"label: the name of the subfolder, one of {len(names)}"
    return Table(folder, ("file_name", "label"), rows, (found, said), plain=True)


def read_table(file: Path, base: Path | None = None) -> Table:
    """A table with a header: CSV (comma, semicolon, tab or bar) or JSON Lines, in UTF-8.

    Raises:
        SurveyError: if it cannot be read as one.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise SurveyError(f"{file} does not exist{_nearest(file)}") from error
    except UnicodeDecodeError as error:
        raise SurveyError(f"{file} is not UTF-8; save it as UTF-8") from error
    except OSError as error:
        raise SurveyError(f"cannot read {file}: {error.strerror}") from error
    columns, rows, how = _jsonl(text) if file.suffix == ".jsonl" else _csv(text)
    if not rows:
        raise SurveyError(f"{file} holds no row below its header")
    return Table(base or file.parent, columns, rows, (f"{len(rows):,} rows in {file}{how}",))


_DELIMITERS = {",": "", ";": ", cells divided by semicolons", "\t": ", by tabs", "|": ", by bars"}


def _csv(text: str) -> tuple[tuple[str, ...], tuple[dict[str, str], ...], str]:
    header = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise SurveyError(f"the table is not CSV: {error}") from error
    columns = tuple(cell.strip() for cell in lines[0]) if lines else ()
    if not columns or len(set(columns)) < len(columns) or not all(columns):
        raise SurveyError("the first line must name the columns, each once")
    for number, cells in enumerate(lines[1:], start=2):
        if cells and len(cells) != len(columns):
            raise SurveyError(
                f"row {number} has {len(cells)} cells and the header {len(columns)}; quote cells "
                "that hold the divider"
            )
    rows = tuple(dict(zip(columns, cells, strict=True)) for cells in lines[1:] if cells)
    return columns, rows, _DELIMITERS[delimiter]


def _jsonl(text: str) -> tuple[tuple[str, ...], tuple[dict[str, str], ...], str]:
    objects = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            objects.append(json.loads(line))
        except ValueError as error:
            raise SurveyError(f"line {number} is not JSON: {error}") from error
        if not isinstance(objects[-1], dict):
            raise SurveyError(f"line {number} is no JSON object; one object a line is needed")
    columns = tuple(dict.fromkeys(name for row in objects for name in row))
    rows = tuple({name: _cell(row.get(name)) for name in columns} for row in objects)
    return columns, rows, ""


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _nearest(path: Path) -> str:
    if not path.parent.is_dir():
        return ""
    near = did_you_mean(path.name, (entry.name for entry in path.parent.iterdir()))
    return f"; did you mean {path.parent / near}?" if near else ""


# -- deciding -------------------------------------------------------------------------------------


def decide(
    table: Table,
    wanted: Mapping[str, str],
    output: str | None = None,
    inputs: Sequence[str] = (),
) -> Plan:
    """What each column is for.

    Args:
        table: the rows.
        wanted: canonical name to column, as a person said it; an empty column leaves it out.
        output: the output's type, if a person said it.
        inputs: the inputs, if a person said them.

    Raises:
        SurveyError: if a column that was named is not there, or no column holds clips.
    """
    for name, column in wanted.items():
        if column and column not in table.columns:
            near = did_you_mean(column, table.columns)
            hint = f"did you mean {near}?" if near else f"there are {', '.join(table.columns)}"
            raise SurveyError(f"the table has no column {column} for {name}; {hint}")
    plan = Plan()
    if "text" in inputs and "text" not in {*table.columns, *wanted}:
        texts = [c for c in table.columns if c.lower() in TEXT_NAMES and c not in wanted.values()]
        wanted = {"text": texts[0], **wanted} if texts else wanted
    for name, column in wanted.items():
        if column:
            _take(plan, name, column, "as you said")
    free = [column for column in table.columns if column not in plan.used]
    _decide_clips(plan, table, [c for c in free if c not in wanted.values()], wanted)
    _decide_file(plan, table, wanted)
    _decide_texts(plan, table, wanted, output)
    _decide_groups(plan, table, wanted)
    _decide_label(plan, table, wanted, output)
    left = [column for column in table.columns if column not in plan.used]
    if left:
        plan.said.append(f"left out: {', '.join(left)} (--columns NAME={left[0]} keeps it)")
    return plan


def _take(plan: Plan, name: str, column: str, why: str) -> None:
    if name == "label":
        plan.label = column
    elif name == "file":
        plan.file = column
    elif not re.match(INPUT_PATTERN, name):
        plan.groups[name] = column
    elif name.startswith("audio"):
        plan.clips[name] = column
    else:
        plan.texts[name] = column
    plan.said.append(f'{name}: column "{column}", {why}')


def _decide_clips(plan: Plan, table: Table, free: Sequence[str], wanted: Mapping[str, str]) -> None:
    found = [column for column in free if _holds_clips(table, column)]
    answers = [c for c in found if (clip_column(c) or c.lower()) in CLEAN_NAMES]
    if plan.label is None and "label" not in wanted and answers and len(found) > 1:
        found.remove(answers[0])
        _take(plan, "label", answers[0], "a clip, by its name the answer")
    for column in sorted(found, key=lambda column: clip_column(column) or ""):
        number = len(plan.clips) + 1
        name = "audio" if number == 1 else f"audio{number}"
        if name not in wanted:
            _take(plan, name, column, "its cells name clips")
    if not plan.clips:
        raise SurveyError(
            f"no column names clips: {', '.join(table.columns)}; say which one with "
            "--columns audio=COLUMN, and where the clips are with --clips DIR"
        )


def _holds_clips(table: Table, column: str) -> bool:
    values = table.values(column)
    if not values:
        return False
    endings = {PurePosixPath(value.replace("\\", "/")).suffix.lower() for value in values}
    if endings & FOREIGN_EXTENSIONS and endings <= AUDIO_EXTENSIONS | FOREIGN_EXTENSIONS:
        raise SurveyError(
            f'the column "{column}" names clips in a format that none may have, e.g. {values[0]}; '
            f"convert them to FLAC first ({_formats()} are taken)"
        )
    return endings <= AUDIO_EXTENSIONS


def _decide_file(plan: Plan, table: Table, wanted: Mapping[str, str]) -> None:
    for column in table.columns:
        if column.lower() not in ID_NAMES or column in plan.used or "file" in wanted:
            continue
        values = [row[column] for row in table.rows]
        if len(set(values)) == len(values) and all(is_file_id(value) for value in values):
            _take(plan, "file", column, "an id of its own in every row")
            return


def is_file_id(text: str) -> bool:
    """True for what may be the id of an example."""
    return bool(FILE_ID.fullmatch(text)) and (
        PurePosixPath(text).suffix.lower() not in AUDIO_EXTENSIONS
    )


def _decide_texts(plan: Plan, table: Table, wanted: Mapping[str, str], output: str | None) -> None:
    """Columns named text, text2, … are inputs, where another column can be the label."""
    named = [c for c in table.columns if re.fullmatch(r"text([2-9]|[1-9][0-9])?", c)]
    others = [c for c in table.columns if c.lower() in LABEL_NAMES]
    for column in named:
        if column not in plan.used and column not in wanted and (others or plan.label):
            if output == "text" and not others:
                continue
            _take(plan, column, column, "by its name")


def _decide_groups(plan: Plan, table: Table, wanted: Mapping[str, str]) -> None:
    for column in table.columns:
        name = GROUP_NAMES.get(column.lower())
        if name and column not in plan.used and name not in {*plan.groups, *wanted}:
            _take(plan, name, column, "a group, by its name")


def _decide_label(plan: Plan, table: Table, wanted: Mapping[str, str], output: str | None) -> None:
    if plan.label is not None or "label" in wanted:
        return
    free = [column for column in table.columns if column not in plan.used]
    column, why = _label_column(table, free, output)
    if column is None and len(plan.groups) == 1:  # speaker, gender, …: what else could be asked?
        ((name, column),) = plan.groups.items()
        del plan.groups[name]
        plan.said = [said for said in plan.said if not said.startswith(f"{name}:")]
        why = "nothing else could be the answer"
    if column is None:
        plan.said.append(
            "label: no column can be the answer; say which with --columns label=COLUMN"
        )
        return
    _take(plan, "label", column, why)


def _label_column(table: Table, free: Sequence[str], output: str | None) -> tuple[str | None, str]:
    names = (*TEXT_NAMES, *LABEL_NAMES) if output == "text" else LABEL_NAMES
    for name in names:
        for column in free:
            if column.lower() == name:
                return column, "by its name"
    few = [c for c in free if c.lower() not in TEXT_NAMES and few_values(table.values(c))]
    if few:
        others = f"; it could also be {', '.join(few[1:])}" if len(few) > 1 else ""
        return few[0], f"it has {len(set(table.values(few[0])))} different values{others}"
    texts = [c for c in free if c.lower() in TEXT_NAMES]
    return (texts[0], "a text, by its name") if texts else (None, "")


def few_values(values: Sequence[str]) -> bool:
    """True if the values look like labels: few, and each comes twice on average."""
    different = len(set(values))
    return 2 <= different <= FEW and len(values) >= 2 * different


# -- clips ----------------------------------------------------------------------------------------


class ClipFinder:
    """Finds the files that a table names: by path, else by name, else by name without extension."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._by_name: dict[str, list[Path]] | None = None

    def find(self, cell: str) -> Path | None:
        """The file, or None where none or several could be meant.

        Somebody else's table may name any file of this machine: only clips are ever taken.
        """
        name = cell.strip().replace("\\", "/")
        path = self._base / name
        if path.suffix.lower() in AUDIO_EXTENSIONS and path.is_file():
            return path
        found = self._names().get(PurePosixPath(name).name, [])
        return found[0] if len(found) == 1 else None

    def _names(self) -> dict[str, list[Path]]:
        if self._by_name is None:
            self._by_name = {}
            for path in sorted(self._base.rglob("*")):
                if path.suffix.lower() in AUDIO_EXTENSIONS and path.is_file():
                    for name in {path.name, path.stem}:
                        self._by_name.setdefault(name, []).append(path)
        return self._by_name
