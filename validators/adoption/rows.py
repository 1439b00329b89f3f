"""Where the rows of an old instance are: beside it, in an export, or on the Hub at its commit."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from validators.adoption.columns import KNOWN_COLUMNS
from validators.adoption.notes import Notebook
from validators.adoption.old import OldInstance
from validators.clips import DecoderError, open_regular_file
from validators.folder import TaskFolder
from validators.front_matter import names_in_parquet
from validators.newtask.survey import ClipFinder, SurveyError, Table, read_table
from validators.opening import open_source
from validators.parquet import ParquetSource, borrowed
from validators.parquet_answers import ParquetError, embedded_of
from validators.source import (
    METADATA_NAMES,
    Cell,
    Clip,
    SourceUnavailable,
    clip_column,
)

EXPORTS = (".jsonl", ".csv", ".parquet")
MOST_ROWS = 200_000
"""Rows of an export in parquet."""

HubReader = Callable[[str, str], Table]
"""Reads the rows of a dataset at a commit. Raises SourceUnavailable."""


@dataclass(frozen=True)
class OldRows:
    """The rows, and whether their clips are here to be copied."""

    table: Table
    local: bool = False


def read_rows(
    instance: OldInstance, pointer: tuple[str | None, str | None], notes: Notebook,
    data: Path | None = None, hub: HubReader | None = None,
) -> OldRows | None:  # fmt: skip
    """The rows of an instance; None where nobody has them, which is noted."""
    repo_id, revision = pointer
    try:
        if (found := _beside(instance)) is not None:
            rows = _from_folder(found)
            if rows.local:
                notes.add("data-local", f"{len(rows.table.rows):,} rows, with their clips")
            return rows
        if data is not None and (rows_there := _exported(instance, repo_id, data)) is not None:
            notes.add("data-from-export", rows_there.table.said[0])
            return rows_there
        if hub is None or repo_id is None or revision is None:
            why = "no network was wanted" if repo_id and revision else "nothing points at them"
            raise SourceUnavailable(f"{why}, and there is no export")
        table = hub(repo_id, revision)
        notes.add("data-from-hub", table.said[0])
        return OldRows(table)
    except (SurveyError, SourceUnavailable, OSError) as error:
        notes.add("data-not-read", f"the rows were not read: {error}")
        return None


def _beside(instance: OldInstance) -> Path | None:
    """A metadata file in the instance's folder, or one folder deeper."""
    folders = [
        instance.folder,
        *sorted(path for path in instance.folder.iterdir() if path.is_dir()),
    ]
    if instance.label == ".":
        folders = folders[:1]
    return next((f / n for f in folders for n in METADATA_NAMES if (f / n).is_file()), None)


def _from_folder(metadata: Path) -> OldRows:
    table = read_table(metadata)
    finder = ClipFinder(table.base)
    columns = [c for c in table.columns if clip_column(c) or c.startswith("audio")]
    here = any(finder.find(table.rows[0][column]) for column in columns if table.rows[0][column])
    return OldRows(table, here)


def _exported(instance: OldInstance, repo_id: str | None, data: Path) -> OldRows | None:
    names = [instance.name, instance.folder.name, (repo_id or "").rpartition("/")[2]]
    for name in dict.fromkeys(filter(None, names)):
        if "/" in name or name.startswith("."):
            continue
        for ending in EXPORTS:
            path = data / f"{name}{ending}"
            if path.is_file():
                return OldRows(_parquet([path]) if ending == ".parquet" else read_table(path))
        for metadata in METADATA_NAMES:
            if (data / name / metadata).is_file():
                return _from_folder(data / name / metadata)
        shards = sorted((data / name).glob("**/*.parquet")) if (data / name).is_dir() else []
        test = [shard for shard in shards if shard.name.startswith("test")]
        if test or shards:
            return OldRows(_parquet(test or shards))
    return None


def _parquet(paths: list[Path]) -> Table:
    """The rows of parquet files, read by the check's own child; of clips, their names."""
    rows: list[dict[str, str]] = []
    columns: dict[str, None] = {}
    try:
        with borrowed() as reader:
            for path in paths:
                whole = path.resolve()
                source = ParquetSource(whole.stat().st_size, open=partial(open_regular_file, whole))
                schema = reader.schema(source)
                classes = names_in_parquet(schema.features)
                columns |= dict.fromkeys(schema.columns)
                for cells in reader.rows(source, list(schema.columns), MOST_ROWS - len(rows)):
                    rows.append(
                        {
                            name: _clip_name(cell) if clips else _plain(cell, classes.get(name, ()))
                            for (name, clips), cell in zip(
                                schema.columns.items(), cells, strict=True
                            )
                        }
                    )
    except (ParquetError, DecoderError) as error:
        raise SurveyError(f"{paths[0]} cannot be read as parquet: {error}") from None
    names_of_files = f"{paths[0]}" + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
    said = f"{len(rows):,} rows in {names_of_files}"
    whole_rows = tuple({name: row.get(name, "") for name in columns} for row in rows)
    return Table(paths[0].parent, tuple(columns), whole_rows, (said,))


def _clip_name(cell: Any) -> str:
    clip = embedded_of(cell)
    return (clip[0] or "") if clip else ""


def _plain(cell: Any, classes: tuple[str, ...]) -> str:
    if isinstance(cell, int) and not isinstance(cell, bool) and 0 <= cell < len(classes):
        return classes[cell]
    return _text(cell)


# -- the Hub --------------------------------------------------------------------------------------


def hub_rows(repo_id: str, revision: str) -> Table:
    """The rows of a dataset at a commit, by the reader of the check itself.

    Raises:
        SourceUnavailable: if it cannot be read in this run.
    """
    with tempfile.TemporaryDirectory(prefix="adopt-") as scratch:
        path = Path(scratch) / "tasks/Adopted/instances/Old.json"
        path.parent.mkdir(parents=True)
        pointer = {"repo_id": repo_id, "revision": revision}
        # The reader fetches the columns of examples and groups only; an old one has others.
        path.write_text(json.dumps({"dataset": pointer, "groups": KNOWN_COLUMNS}))
        folder = TaskFolder(Path(scratch), "tasks/Adopted")
        source = open_source(folder.instances[0], sound=False)
    if source.faults:
        raise SourceUnavailable(source.faults[0].message)
    rows = tuple(
        {name: _text(row.cells.get(name)) for name in source.columns} for row in source.rows
    )
    said = f"{len(rows):,} rows in {repo_id} at {revision}"
    return Table(Path(), source.columns, rows, (said,))


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Clip():
            return cell.name
        case str():
            return cell
        case _:
            return json.dumps(cell, ensure_ascii=False)
