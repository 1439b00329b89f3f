"""A seed task's examples can be withdrawn: the rows go, the errata and the reason stay.

The real dataset is out of reach; one with the same name, labels and columns stands on the test Hub.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ci.parquet import read
from schema.canonical import DATASET_REPO
from tests.flawless import noise
from tests.hub.server import Hub
from tests.on_hub import SHARD, embedded, parquet
from tests.publish_faults.world import writes_seen
from tests.publishing.conftest import ROOT, Benchmark, Publisher, commit_all, git
from tests.sounds import encode

TASK = "SarcasmDetection"
INSTANCE = f"{TASK}_Mustard"
ROWS = 40


@pytest.fixture
def benchmark_of_one(server: Hub, tmp_path: Path) -> Benchmark:
    """The seed task, pointing at the dataset on the test Hub, committed and really built."""
    root = tmp_path / "benchmark"
    shutil.copytree(ROOT / "tasks" / TASK, root / "tasks" / TASK)
    labels = json.loads((root / f"tasks/{TASK}/task.json").read_text())["output"]["labels"]
    path = root / f"tasks/{TASK}/instances/Mustard.json"
    data = json.loads(path.read_text())
    names = [f"{number:03}.wav" for number in range(ROWS)]
    columns = {
        "file": [name.removesuffix(".wav") for name in names],
        "audio": embedded([encode(noise(number)) for number in range(ROWS)], names),
        "instruction": ["Is it meant?"] * ROWS,
        "label": [labels[number % 2] for number in range(ROWS)],
    }
    data["dataset"]["revision"] = server.put(data["dataset"]["repo_id"], {SHARD: parquet(columns)})
    path.write_text(json.dumps(data, indent=2) + "\n")
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(root))
    commit_all(root)
    build = tmp_path / "built"
    environment = os.environ | server.environment(tmp_path / "home") | {"PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-m", "ci.build", "--to", str(build), "--jobs", "1"],
        cwd=root, env=environment, check=True, capture_output=True,
    )  # fmt: skip
    return Benchmark(root, build)


def test_an_example_of_a_seed_task_is_withdrawn_and_stays_out(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.push()
    yank = ["yank", INSTANCE, "--example", "007", "--reason", "The line is no joke."]
    assert publisher(*yank)[0] == 0
    (entry,) = publisher.manifest().instances
    assert entry.status == "published"
    assert [(one.file, one.reason) for one in entry.errata] == [("007", "The line is no joke.")]
    copy = tmp_path / "rows.parquet"
    rows = f"data/{INSTANCE}/test-00000-of-00001.parquet"
    copy.write_bytes(publisher.server.read(DATASET_REPO, rows))
    files = [str(row[0]) for row in read([copy])]
    assert len(files) == ROWS - 1
    assert "007" not in files
    publisher.server.requests.clear()
    publisher.push()
    assert writes_seen(publisher.server) == 0
    assert publisher("verify", "--deep")[0] == 0
