"""The same sound as a dataset on a Hub: parquet with embedded clips, read through the Hub's cache.

The Hub is the one of the tests, on this machine, in a process of its own; its store is kept beside
the sound. The cache is warm, as it is for everybody who checks a task again.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from scripts.bench.folder import STEM, TASK, BenchFolder
from scripts.bench.run import ROOT, Command, Memory, RunError, memory, seconds
from scripts.bench.table import Line

_TOKEN: Final = "hf_write"  # noqa: S105 - known to everybody who reads tests/hub
_AUDIO: Final = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
_SCHEMA: Final = pa.schema([("file", pa.string()), ("audio", _AUDIO), ("label", pa.string())])
_LIMIT: Final = 1.5  # at 10 h, as of local data: at 1 h it is how long libraries load
_GROWTH_LIMIT: Final = 1.1
_ROWS: Final = 100  # of a row group, as `datasets` writes clips
_SHARD: Final = "data/test-00000-of-00001.parquet"


@dataclass(frozen=True)
class HubFolder:
    """A task whose data are on the Hub, and how it is checked."""

    check: Command
    report: Path
    seconds: float

    def timed(self) -> float:
        """Seconds of a check.

        Raises:
            RunError: it did not hear all sound there is. A check that broke down ends with the exit
                code of one that found something, and would leave an older report in its place.
        """
        self.report.unlink(missing_ok=True)
        found = seconds(self.check)
        if not self.report.exists():
            raise RunError("the check of parquet on the Hub wrote no report")
        self._see_that_all_was_heard()
        return found

    def _see_that_all_was_heard(self) -> None:
        report: dict[str, Any] = json.loads(self.report.read_bytes())
        minutes = report["tasks"][0]["instances"][0]["minutes"] or 0
        if report["problems"] or minutes * 60 < 0.99 * self.seconds:
            raise RunError(f"the speed does not count: {minutes} minutes, {report['problems']}")


def lines(
    cache: Path, pairs: int, folders: Sequence[tuple[BenchFolder, float, Command]]
) -> Iterator[Line]:
    """Speed and memory of checks of parquet on the Hub.

    Args:
        cache: where sound and store are kept.
        pairs: of interleaved runs.
        folders: a folder, its hours, and the command that only decodes its sound.
    """
    largest: dict[float, int] = {}
    with _hub(cache / "hub") as endpoint:
        for folder, hours, decode in folders:
            there = _put(folder, cache, endpoint, f"nobody/speech-{hours:g}h")
            there.timed()
            times = [(there.timed(), seconds(decode)) for _ in range(pairs)]
            title = f"parquet on the Hub, {hours:g} h"
            yield Line(f"full check of {title}", [mine for mine, _ in times], "s")
            yield Line(
                f"full check of {title} : decoding only",
                [mine / other for mine, other in times],
                limit=_LIMIT if hours >= 10 else None,
            )
            used = memory(there.check)
            largest[hours] = used.largest
            yield from _memory(title, used)
    if len(largest) > 1:
        fewest, most = min(largest), max(largest)
        yield Line(
            f"largest process, parquet on the Hub, at {most:g} h : at {fewest:g} h",
            [largest[most] / largest[fewest]],
            limit=_GROWTH_LIMIT,
        )


def _memory(title: str, used: Memory) -> Iterator[Line]:
    yield Line(f"memory of the largest process, {title}", [used.largest / 1e6], "MB")
    yield Line(f"memory of all processes, {title}", [used.tree / 1e6], "MB", limit=400)


@contextmanager
def _hub(store: Path) -> Iterator[str]:
    """The endpoint of a Hub on this machine."""
    command = [sys.executable, "-m", "tests.hub", "--store", str(store)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            endpoint = process.stdout.readline().strip() if process.stdout else ""
            if not endpoint:
                raise RunError("the Hub of the tests does not start")
            yield endpoint
        finally:
            process.terminate()


def _put(folder: BenchFolder, cache: Path, endpoint: str, repo_id: str) -> HubFolder:
    """Put the sound on the Hub, and make a task that points at it."""
    file = cache / f"{folder.root.name}.parquet"
    _write(folder.clean, file)
    environment = {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(cache / "hf_home"),
        "HF_HUB_DISABLE_XET": "1",
        "NO_PROXY": "127.0.0.1,localhost",
    }
    # Its own process: huggingface_hub reads its endpoint when it is imported.
    upload = (
        "import sys; from huggingface_hub import HfApi, CommitOperationAdd as Add; "
        "api, (repo, name, file) = HfApi(token=sys.argv[4]), sys.argv[1:4]; "
        "api.create_repo(repo, repo_type='dataset', exist_ok=True); "
        "done = api.create_commit(repo, [Add(name, file)], commit_message='speech', "
        "repo_type='dataset'); print(done.oid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", upload, repo_id, _SHARD, str(file), _TOKEN],
        env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RunError(f"the sound cannot be put on the Hub: {done.stderr.strip()[-200:]}")
    file.unlink()
    root = cache / f"{folder.root.name}-hub"
    shutil.rmtree(root, ignore_errors=True)
    task = root / "tasks" / TASK
    shutil.copytree(folder.path, task, ignore=shutil.ignore_patterns("data"))
    path = task / f"instances/{STEM}.json"
    instance = json.loads(path.read_bytes())
    instance["dataset"] = {"repo_id": repo_id, "revision": done.stdout.split()[-1]}
    path.write_text(json.dumps(instance, indent=2) + "\n", encoding="utf-8")
    report = root / "report.json"
    command = [sys.executable, "-m", "validators.check", "--no-cache", "--format", "json"]
    check = Command(
        [*command, "--output", str(report), str(task)], ROOT, environment, frozenset({0, 1})
    )
    return HubFolder(check, report, folder.seconds)


def _write(clean: Path, path: Path) -> None:
    """All clips that can be decoded, as parquet."""
    with (clean / "metadata.csv").open(newline="", encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    with pq.ParquetWriter(path, _SCHEMA, compression="none") as file:
        for start in range(0, len(rows), _ROWS):
            some = list(enumerate(rows[start : start + _ROWS], start))
            clips = [
                {"bytes": (clean / row["file_name"]).read_bytes(), "path": f"{number}.flac"}
                for number, row in some
            ]
            names = [str(number) for number, _ in some]
            labels = [row["label"] for _, row in some]
            file.write_table(pa.table([names, pa.array(clips, _AUDIO), labels], schema=_SCHEMA))
