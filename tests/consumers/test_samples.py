"""Every way of reading the release gives the same samples, bit for bit: those of the receipt."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ci.rows import RowsHash
from evaluation.clips import Clip
from evaluation.data import Example, in_folder
from schema.canonical import DATASET_REPO
from schema.manifest import PublishedInstance
from tests.consumers.environments import ELSEWHERE, node, python_of, run
from tests.consumers.world import RELEASE, World

HERE = Path(__file__).parent


def rows_sha256(record: PublishedInstance, rows: list[list[Any]]) -> str:
    """What the receipt calls samples_sha256, of rows that a consumer read."""
    hashed = RowsHash(record.columns)
    kinds = [float if column.type == "float64" else str for column in record.columns]
    for row in rows:  # JavaScript writes 5.0 as 5
        hashed.add([kind(value) for kind, value in zip(kinds, row, strict=True)])
    return hashed.hexdigest()


def read_by(world: World, folder: Path, command: list[str], *how: str) -> dict[str, Any]:
    """What a consumer prints of all instances of the release."""
    done = run(world, folder, [*command, DATASET_REPO, RELEASE, *how, *world.built])
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def assert_right(world: World, found: dict[str, Any]) -> None:
    """Columns, rows and samples are those that were reviewed and built."""
    for name, record in world.built.items():
        assert found["columns"][name] == [column.name for column in record.columns]
        assert len(found["rows"][name]) == record.rows
    right = {name: record.samples_sha256 for name, record in world.built.items()}
    rows = found["rows"].items()
    assert {name: rows_sha256(world.built[name], read) for name, read in rows} == right


def test_the_release_holds_every_kind_of_column(world: World) -> None:
    columns = [column for record in world.built.values() for column in record.columns]
    kinds = {(column.name.rstrip("2"), column.type) for column in columns}
    assert kinds >= {
        ("audio", "audio"), ("text", "string"), ("label", "string"), ("label", "float64"),
        ("label", "audio"), ("speaker", "string"),
    }  # fmt: skip
    assert {record.declared_task.output.type for record in world.built.values()} >= {"multilabel"}
    channels = [record.statistics.channels or {} for record in world.built.values()]
    assert {count for counts in channels for count in counts} == {"1", "2"}
    assert sum(record.rounded_clips for record in world.built.values()) == 40


@pytest.mark.parametrize(
    ("environment", "how", "version"),
    [
        ("project", "bytes", "5."),
        pytest.param("torchcodec", "decoded", "5.", marks=ELSEWHERE),
        pytest.param("datasets3", "decoded", "3.6.", marks=ELSEWHERE),
    ],
)
def test_datasets_reads_what_was_reviewed(
    environment: str, how: str, version: str, world: World, tmp_path: Path
) -> None:
    command = [python_of(environment), str(HERE / "by_datasets.py")]
    found = read_by(world, tmp_path, command, how)
    assert found["datasets"].startswith(version)
    assert_right(world, found)


def read_by_others(world: World, folder: Path, program: str, *start: str) -> dict[str, Any]:
    shutil.copy(HERE / program, folder)
    done = run(world, folder, [*start, program, DATASET_REPO, RELEASE, *world.built])
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_pyarrow_alone_reads_what_was_reviewed(world: World, tmp_path: Path) -> None:
    assert_right(world, read_by_others(world, tmp_path, "by_pyarrow.py", python_of("project")))


def test_javascript_reads_what_was_reviewed(world: World, tmp_path: Path) -> None:
    assert_right(world, read_by_others(world, tmp_path, "by_javascript.mjs", *node(tmp_path)))


def test_our_helper_reads_what_was_reviewed(world: World) -> None:
    benchmark = in_folder(world.build)
    found = {
        "columns": {name: [c.name for c in record.columns] for name, record in world.built.items()},
        "rows": {
            name: [values(example) for example in benchmark.load(name)]
            for name in benchmark.instances
        },
    }
    assert_right(world, found)


def values(example: Example) -> list[Any]:
    """A row of the values that our helper gave."""
    label = example.label
    stated = json.dumps(list(label), ensure_ascii=False) if isinstance(label, tuple) else label
    cells = [example.file, *example.inputs.values(), example.instruction, stated]
    return [_hashed(cell) if isinstance(cell, Clip) else cell for cell in cells] + list(
        example.groups.values()
    )


def _hashed(clip: Clip) -> str:
    assert clip.samples.dtype == np.float32
    whole = clip.samples.astype(np.float64) * 32768
    assert np.array_equal(whole, np.rint(whole))
    head = f"{clip.rate} {clip.samples.shape[1]}\n".encode()
    return hashlib.sha256(head + whole.astype("<i2").tobytes()).hexdigest()
