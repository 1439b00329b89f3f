"""DAT: the examples of an instance: metadata, columns, file ids, inputs."""

import re
from array import array
from collections.abc import Callable, Hashable, Iterator
from itertools import pairwise
from pathlib import PurePosixPath

from validators.document import shown
from validators.examples import Example, Examples, Inputs, text_of
from validators.finding import Fault, Severity
from validators.registry import rule
from validators.source import (
    AUDIO_EXTENSIONS,
    CLIP_SUFFIX,
    Cell,
    Clip,
    SourceFaultKind,
    SourceTable,
)
from validators.tree import suffix_of
from validators.words import did_you_mean, personal_data

HINTS = 50
"""Rows for which a rule looks for what was meant: the search is slow, and the first few tell."""
FILE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
SPLIT_NAMES = frozenset({"train", "training", "dev", "validation", "valid", "val", "eval"})


def _source_faults(source: SourceTable, *kinds: SourceFaultKind) -> Iterator[Fault]:
    for fault in source.faults:
        if fault.kind in kinds:
            yield Fault(fault.message, fault.at, fault.hint)


@rule("DAT401", severity=Severity.ERROR, since="0.1", waivable=False)
def missing_metadata(source: SourceTable) -> Iterator[Fault]:
    """The data folder has no metadata file, or two.

    Why: the metadata file says which clips there are and what the right answers are.
    Good: data/LJSpeech/metadata.csv
    Fix: put one metadata.csv or metadata.jsonl beside the clips.
    """
    folder = source.file.folder
    if source.folder in folder.folders:
        yield from _source_faults(source, SourceFaultKind.NO_METADATA, SourceFaultKind.TWO_METADATA)


@rule("DAT402", severity=Severity.ERROR, since="0.1", waivable=False, fixable=True)
def unreadable_metadata(source: SourceTable) -> Iterator[Fault]:
    """The metadata file cannot be read as UTF-8 and CSV, or its header is ambiguous.

    Why: what one reader guesses another guesses otherwise.
    Fix: save the file as UTF-8, quoted after RFC 4180, each column once.
    Limits: 5 MB, 20,000 rows, 200 columns; all metadata files of a task 10 MB and 100,000 rows,
    beyond which the others are not read.
    """
    return _source_faults(source, SourceFaultKind.UNREADABLE)


@rule("DAT403", severity=Severity.ERROR, since="0.1", waivable=False)
def malformed_row(source: SourceTable) -> Iterator[Fault]:
    """A row of the metadata file cannot be read.

    Why: it would be left out, or shift every cell behind a comma too many.
    Bad: clips/1.flac,door, wood knock
    Good: clips/1.flac,"door, wood knock"
    Fix: give the row as many cells as the header has; quote cells that hold a comma.
    Limits: a line of metadata.jsonl has at most 256 kB.
    """
    return _source_faults(source, SourceFaultKind.MALFORMED_ROW)


@rule("DAT404", severity=Severity.ERROR, since="0.1", waivable=False)
def ambiguous_clip_columns(source: SourceTable) -> Iterator[Fault]:
    """The column file_name stands beside other clip columns.

    Why: with several clips a row the Hub's own loader mixes them up unless each column is named.
    Bad: file_name, audio2_file_name
    Good: audio_file_name, audio2_file_name
    Fix: rename file_name to audio_file_name.
    """
    return _source_faults(source, SourceFaultKind.CLIP_COLUMNS)


@rule("DAT405", severity=Severity.ERROR, since="0.1", waivable=False)
def missing_clip(source: SourceTable) -> Iterator[Fault]:
    """A row names a clip that is not there.

    Why: the example cannot be heard.
    Bad: ../clips/1.flac, C:\\clips\\1.flac
    Good: clips/1.flac
    Fix: correct the path, relative to the metadata file, or add the clip.
    """
    names: set[str] = set()
    hints = 0
    troubled = ((row, clip) for row in source.rows.with_odd_clips for clip in row.clips)
    for row, clip in troubled:
        if clip.trouble:
            names = names or _names_inside(source)
            near = did_you_mean(clip.name, names) if hints < HINTS and len(names) <= 500 else None
            hints += 1
            yield Fault(
                f'the clip "{clip.name}" {clip.trouble}',
                row.at,
                f'write "{near}" if that is meant' if near else "correct the path, or add the clip",
            )


def _names_inside(source: SourceTable) -> set[str]:
    folder = f"{source.folder}/"
    return {
        path.removeprefix(folder) for path in source.file.folder.files if path.startswith(folder)
    }


@rule("DAT406", severity=Severity.ERROR, since="0.1")
def unnamed_clip(source: SourceTable) -> Iterator[Fault]:
    """No row names a clip.

    Why: it is dead weight for everybody who clones, or its row was forgotten.
    Fix: add its row, or delete it.
    Limits: local data only. Not judged while rows of the metadata file cannot be read, or none
    names a clip.
    """
    if not source.local or not source.whole or not source.clip_columns:
        return
    named = {path for row in source.rows for path in row.paths}
    folder = source.file.folder
    for path in sorted(folder.files):
        unnamed = path.startswith(f"{source.folder}/") and path not in named
        if unnamed and suffix_of(path).lower() in AUDIO_EXTENSIONS:
            yield Fault(
                f"no row names {path.removeprefix(f'{source.folder}/')}; a row for every clip is "
                "required",
                folder.at(path),
                "add its row, or delete it",
            )


@rule("DAT407", severity=Severity.ERROR, since="0.1")
def split_folder(source: SourceTable) -> Iterator[Fault]:
    """A folder of the data is named like a split.

    Why: local data are one test split; loaders take such a folder for another split and leave its
    clips out.
    Bad: data/LJSpeech/train/1.flac
    Good: data/LJSpeech/clips/1.flac
    Fix: rename the folder, and keep test examples only.
    """
    folder = source.file.folder
    for entry in folder.entries if source.local else ():
        inside = entry.path.removeprefix(f"{source.folder}/")
        name = inside.rpartition("/")[2]
        if entry.path != inside and name.lower() in SPLIT_NAMES:
            yield Fault(
                f"the folder {inside} is named like a split; only test examples are allowed here",
                folder.at(entry.path),
                "rename the folder, and keep test examples only",
            )


@rule("DAT408", severity=Severity.NOTE, since="0.1")
def unread_instructions(source: SourceTable) -> Iterator[Fault]:
    """The source has an instruction column, which is not read.

    Why: instructions come from instructions.txt, for all instances of a task alike.
    Fix: nothing need be done; delete the column from local data.
    """
    if "instruction" in source.columns:
        yield Fault(
            "the column instruction is neither read nor published; instructions.txt is",
            source.at,
            "delete the column, or leave it",
        )


@rule("DAT411", severity=Severity.ERROR, since="0.1", waivable=False)
def missing_column(examples: Examples) -> Iterator[Fault]:
    """A column that the task needs is not in the source.

    Why: without it there is no input, no label, or no group.
    Fix: add the column, or say in `columns` what the source calls it.
    Good: "columns": {"label": "speaker_id"}
    """
    present = sorted(examples.source.columns)
    listed = ", ".join(f'"{column}"' for column in present)
    names = [*examples.inputs, "label", *examples.groups]
    read = {examples.file.value(f"/columns/{n}", n) for n in names if n not in examples.missing}
    for name in examples.missing:
        wanted = examples.file.value(f"/columns/{name}", name)
        near = did_you_mean(name, [column for column in present if column not in read])
        yield Fault(
            f'the column "{wanted}"{f" for {name}" if wanted != name else ""} is missing; it is '
            f"required, and the source has {listed}",
            examples.source.at,
            _how_to_name(name, wanted, near),
        )


def _how_to_name(name: str, wanted: str, near: str | None) -> str:
    if near == name:
        return f'take "{name}" out of "columns" of the instance'
    if near:
        return f'write "columns": {{"{name}": "{near}"}} in the instance if that is meant'
    return f'add the column {wanted}, or name it in "columns" of the instance'


@rule("DAT412", severity=Severity.ERROR, since="0.1", waivable=False)
def empty_row(examples: Examples) -> Iterator[Fault]:
    """A row is empty.

    Why: it is counted as an example and asks nothing.
    Fix: delete the row.
    """
    if {*examples.inputs, "label"} <= {*examples.missing}:
        return  # the columns have other names, which missing-column says
    for row in examples.rows:
        if row.label is None and all(cell is None for cell in row.cells.values()):
            yield Fault("the row is empty; an example is required", row.at, "delete the row")


@rule("DAT413", severity=Severity.ERROR, since="0.1", waivable=False)
def missing_value(examples: Examples) -> Iterator[Fault]:
    """A row has no value where the task needs one.

    Why: an example without its clip, text or label cannot be scored.
    Fix: fill the cell in, or delete the row.
    """
    needed = [name for name in [*examples.inputs, "label"] if name not in examples.missing]
    for row in examples.rows:
        empty = [name for name in needed if _is_empty(row, name)]
        if empty and any(cell is not None for cell in row.cells.values()):
            yield Fault(
                f"{' and '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty; a value is "
                "required",
                row.at,
                "fill it in, or delete the row",
            )


def _is_empty(row: Example, name: str) -> bool:
    cell = row.cell(name)
    return cell is None or (isinstance(cell, str) and not cell.strip())


@rule("DAT414", severity=Severity.ERROR, since="0.1", waivable=False)
def wrong_column_type(examples: Examples) -> Iterator[Fault]:
    """A cell has another type than its column needs.

    Why: an audio input is a clip, a text input and a group are texts; nothing else can be heard
    or read.
    Fix: for a clip, name the column file_name or audio2_file_name; for a text, write a text.
    """
    expected = {name: Clip if name.startswith("audio") else str for name in examples.inputs}
    expected |= dict.fromkeys(examples.groups, str)
    for row in examples.rows:
        for name, kind in expected.items():
            cell = row.cell(name)
            required = "a clip" if kind is Clip else "a text"
            if cell is not None and not isinstance(cell, kind):
                yield Fault(
                    f"{name} is {_quoted(cell)}; {required} is required",
                    row.at,
                    f"name the column {name}_{CLIP_SUFFIX}" if kind is Clip else "write a text",
                )


@rule("DAT415", severity=Severity.ERROR, since="0.1", waivable=False)
def malformed_file_id(examples: Examples) -> Iterator[Fault]:
    """A file id is not a plain name.

    Why: file ids stand in every table of scores; paths and extensions differ between copies.
    Bad: clips/LJ001-0001.wav
    Good: LJ001-0001
    Fix: write letters, digits, dot, dash and underscore, without folder and extension.
    Limits: 64 characters.
    """
    for row in examples.rows:
        own = row.cell("file")
        written = row.file if own is None else text_of(own)
        if (
            written
            and FILE_ID.fullmatch(written)
            and suffix_of(written).lower() not in (AUDIO_EXTENSIONS)
        ):
            continue
        clips = [cell for cell in row.cells.values() if isinstance(cell, Clip)]
        missing = not clips or any(clip.trouble for clip in clips)
        if own is None and (missing or (not row.file and clips[0].name)):
            continue  # the clip that gives the id is missing, and another rule says so
        stem = PurePosixPath(written or "").stem
        yield Fault(
            f"the file id is {_quoted(own) if written is None else shown(written)}; 1 to 64 "
            "letters, digits, dots, dashes and underscores without an audio extension are required",
            row.at,
            f'write "{stem}"' if FILE_ID.fullmatch(stem) else "write an id in a column file",
        )


def _quoted(cell: Cell) -> str:
    return f"the clip {cell.name}" if isinstance(cell, Clip) else shown(cell)


@rule("DAT416", severity=Severity.ERROR, since="0.1", waivable=False)
def repeated_file_id(examples: Examples) -> Iterator[Fault]:
    """Two rows have the same file id.

    Why: scores are joined by file id; one of the two would be lost.
    Fix: give each row an id of its own in a column file.
    """
    for row, first in _repeated(examples, lambda row: row.file or None):
        yield Fault(
            f"the file id {row.file} is the one of {_line_of(first)}; an id of its own is required",
            row.at,
            "give each row an id of its own",
        )


def _line_of(row: Example) -> str:
    """Where an earlier row is; rows on the Hub share the line of the pointer."""
    return "an earlier row" if row.at.pointer else f"line {row.at.line}"


def _repeated(
    examples: Examples, key: Callable[[Example], Hashable]
) -> Iterator[tuple[Example, Example]]:
    """Each row whose key was that of an earlier row, with the first of them; None is no key.

    Thousands of keys are not held: only those are, whose hashes come back.
    """
    hashes = array("q", (hash(key(row)) for row in examples.rows))
    several = {one for one, next_one in pairwise(sorted(hashes)) if one == next_one}
    first: dict[Hashable, Example] = {}
    for number, its_hash in enumerate(hashes) if several else ():
        if its_hash in several and (its_key := key(row := examples.rows[number])) is not None:
            if its_key in first:
                yield row, first[its_key]
            first.setdefault(its_key, row)


def _repeated_inputs(examples: Examples) -> Iterator[tuple[Example, Example]]:
    """Each row whose inputs were those of an earlier row, with the first of them."""
    digest = examples.source.store.sha256

    def input_of(row: Example, name: str) -> str | None:
        if path := row.path(name):
            return digest(path) or path
        cell = row.cell(name)
        return cell.name if isinstance(cell, Clip) else None if cell is None else str(cell)

    def inputs(row: Example) -> Hashable:
        values = [input_of(row, name) for name in examples.inputs]
        return None if not values or None in values else tuple(values)

    return _repeated(examples, inputs)


@rule("DAT417", severity=Severity.ERROR, since="0.1")
def repeated_inputs(inputs: Inputs) -> Iterator[Fault]:
    """Two rows have the same inputs.

    Why: the second tests nothing new; with another label it contradicts the first.
    Fix: delete one of the two.
    Limits: clips are compared by their bytes. In a task whose only input is audio this is
    repeated-clip, a warning.
    """
    if inputs.examples.inputs == ["audio"]:
        return
    for row, first in _repeated_inputs(inputs.examples):
        yield Fault(
            f"the inputs are those of {first.file} ({_line_of(first)}); inputs of its own are "
            "required",
            row.at,
            "delete one of the two rows",
        )


@rule("DAT418", severity=Severity.WARNING, since="0.1")
def repeated_clip(inputs: Inputs) -> Iterator[Fault]:
    """A clip comes back in a task whose only input is audio.

    Why: the same question twice counts twice; with another label it cannot be answered.
    Fix: delete one of the two rows.
    Limits: clips are compared by their bytes.
    """
    if inputs.examples.inputs != ["audio"]:
        return
    for row, first in _repeated_inputs(inputs.examples):
        yield Fault(
            f"the clip is the one of {first.file} ({_line_of(first)}); a clip of its own is "
            "required",
            row.at,
            "delete one of the two rows",
        )


@rule("DAT436", severity=Severity.WARNING, since="0.1")
def personal_data_in_rows(examples: Examples) -> Iterator[Fault]:
    """A cell looks like it holds somebody's mail address, phone number or street.

    Why: what is published cannot be taken back, and whoever is meant was rarely asked.
    Fix: leave the row out, or replace what identifies a person. Waive where the data are made up,
    and say so.
    Limits: forms of addresses and numbers only; nobody is looked up.
    """
    for row in examples.rows:
        for name, text in row.texts:
            if found := personal_data(text):
                yield Fault(
                    f"{name} holds {found}; no personal data are allowed",
                    row.at,
                    "leave the row out, or replace what identifies a person",
                )
