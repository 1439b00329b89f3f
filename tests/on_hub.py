"""The flawless task's data as datasets on the test Hub, and checks of pointers to them."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schema.report import Report
from tests.flawless import INSTANCE, ROWS, TASK, Edit, clip_name, make_task, merge, variant
from tests.hub.server import Hub
from validators.engine import Measurer, Options, check

REPO = "ada-example/prompts"
SHARD = "data/test-00000-of-00001.parquet"
AUDIO = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
NAMES = [clip_name(number) for number in range(1, ROWS + 1)]
STEMS = [name.partition(".")[0] for name in NAMES]
LABELS = ["yes" if number % 2 else "no" for number in range(1, ROWS + 1)]


def parquet(columns: Mapping[str, Any], features: object = None, **options: Any) -> bytes:
    """A parquet file of columns; `features` as `datasets` would write them into it."""
    table = pa.table(dict(columns))
    if features is not None:
        said = json.dumps({"info": {"features": features}})
        table = table.replace_schema_metadata({"huggingface": said})
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def embedded(data: Sequence[bytes | None], names: Sequence[str | None]) -> pa.Array:
    """A column of clips as `datasets` keeps them."""
    cells = [{"bytes": one, "path": name} for one, name in zip(data, names, strict=True)]
    return pa.array(cells, AUDIO)


def sounds(clips: Path) -> list[bytes]:
    """The bytes of the flawless task's clips, in order."""
    return [(clips / name).read_bytes() for name in NAMES]


def prompts(clips: Path, **columns: Any) -> dict[str, Any]:
    """The columns of the original benchmark's datasets, with the flawless task's rows."""
    usual = {
        "file": NAMES,
        "audio": embedded(sounds(clips), NAMES),
        "instruction": ["Say what you hear."] * ROWS,
        "label": LABELS,
    }
    return {name: column for name, column in (usual | columns).items() if column is not None}


def metadata(rows: Sequence[Mapping[str, str]]) -> bytes:
    """metadata.csv with these rows."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def audio_folder(clips: Path, folder: str = "", beside: str = "clips/") -> dict[str, bytes]:
    """The flawless task's data as an AudioFolder."""
    named = zip(NAMES, sounds(clips), LABELS, strict=True)
    files = {f"{folder}{beside}{name}": data for name, data, _ in named}
    rows = [
        {"file_name": f"{beside}{name}", "label": label}
        for name, label in zip(NAMES, LABELS, strict=True)
    ]
    return files | {f"{folder}metadata.csv": metadata(rows)}


def pointing(root: Path, clips: Path, *edits: Edit, **dataset: str) -> Path:
    """The flawless task with a pointer to the Hub; its folder."""
    task = make_task(root, clips)
    for edit in (variant("hub"), merge(INSTANCE, {"dataset": dataset}), *edits):
        edit(task)
    return task


def checked(
    root: Path,
    measure: Measurer,
    options: Options | None = None,
    fetched: Callable[[int, int], None] | None = None,
) -> Report:
    """Check the task below `root`."""
    return check(root, [f"tasks/{TASK}"], options or Options(), measure, fetched=fetched)


def check_files(
    hub: Hub,
    root: Path,
    clips: Path,
    measure: Measurer,
    files: Mapping[str, bytes],
    *edits: Edit,
    options: Options | None = None,
    **dataset: str,
) -> Report:
    """Put files on the Hub and check the flawless task with a pointer to their commit."""
    revision = hub.put(REPO, files)
    pointing(root, clips, *edits, **({"revision": revision} | dataset))
    return checked(root, measure, options)


def said(report: Report) -> list[tuple[str, str]]:
    """Rule and message of each finding."""
    return [(finding.rule, finding.message) for finding in report.findings]
