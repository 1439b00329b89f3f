"""Every named hostile input ends in its own code, quietly, offline, within memory.

`scripts.bench` says how long they take; here pytest-timeout ends what hangs.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import FULL_STRENGTH
from tests.flawless import TASK, make_task
from tests.hostile.corpus import CORPUS, Hostile, by_kind, judge
from tests.hostile.running import ROOT, assert_calm, delete, no_network, run_check
from tests.isolation import without_network
from validators.render import FORMATS

MOST_MEMORY = 300_000_000
KINDS = [kind for kind, _ in by_kind()]


# The slow ones are judged in the process that is watched below; here at full strength only.
@pytest.mark.parametrize(
    "item",
    [item for item in CORPUS if FULL_STRENGTH or not item.slow],
    ids=lambda item: f"{item.kind}: {item.name}"[:60],
)
def test_it_ends_in_its_code(item: Hostile, deep_tmp_path: Path, clips: Path, measure) -> None:
    item.edit(make_task(deep_tmp_path, clips, item.task))
    with no_network() as calls:
        run = run_check(deep_tmp_path, measure)
    assert calls == []
    assert_calm(run)
    judge(item, run)


@pytest.fixture
def deep_tmp_path(tmp_path: Path) -> Iterator[Path]:
    """A folder that is deleted at once: pytest cannot delete folders a thousand deep."""
    yield tmp_path
    delete(tmp_path)


def test_there_are_enough_and_each_once() -> None:
    assert len({(item.kind, item.name) for item in CORPUS}) == len(CORPUS) >= 60
    assert {"names", "links", "JSON", "schema", "YAML-like", "audio headers", "bombs",
            "foreign formats", "archives", "parquet and scripts"} == set(KINDS)  # fmt: skip


# -- what reaches a terminal or a log -------------------------------------------------------------

UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
OURS = re.compile(r"::(error|warning|notice) [^:]*::")
COMMAND = re.compile(r"^\s*::.*$|^.*##\[.*$", re.MULTILINE)


@pytest.fixture(scope="module")
def hostile_repository(tmp_path_factory: pytest.TempPathFactory, clips: Path) -> Iterator[Path]:
    """One repository that holds every hostile task."""
    root = tmp_path_factory.mktemp("hostile")
    for number, item in enumerate(CORPUS):
        if not item.slow and item.kind in ("names", "links", "JSON", "schema", "YAML-like"):
            name = f"Hostile{number:03}" if item.task == TASK else item.task
            item.edit(make_task(root, clips, name))
    yield root
    delete(root)


@pytest.mark.parametrize("form", FORMATS)
def test_no_text_of_a_stranger_acts(form: str, hostile_repository: Path) -> None:
    """The real command line, the whole corpus at once."""
    run = subprocess.run(
        [sys.executable, "-m", "validators.check", "--offline", "--jobs", "1", "--format", form,
         str(hostile_repository / "tasks")],
        capture_output=True, check=False, cwd=hostile_repository, env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert run.returncode == 1
    assert run.stderr == b""
    text = run.stdout.decode("utf-8")
    assert "pwned" in text
    assert set(UNSEEN.findall(text)) == set()
    for command in COMMAND.findall(text):
        assert form == "github", command
        assert OURS.match(command), command
        assert "##[" not in command


# -- without a network, within memory -------------------------------------------------------------


def in_a_process(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*without_network(), sys.executable, "-m", "tests.hostile", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.timeout(1800)  # the whole corpus at full strength: two minutes of an idle core
def test_memory_stays_within_bounds_and_no_network_is_needed() -> None:
    """In a network namespace of its own where the system grants one, else beside a guard."""
    only = [] if FULL_STRENGTH else ["--slow-only"]
    run = in_a_process("--folders", "200", "--sounds", "0", *only)
    assert run.returncode == 0, run.stdout + run.stderr
    found = re.search(r"largest memory: (\d+) MB", run.stdout)
    assert found
    assert int(found[1]) * 1_000_000 < MOST_MEMORY


def test_the_repositorys_own_tasks_need_no_network(measure) -> None:
    with no_network() as calls:
        run = run_check(ROOT, measure)
    assert calls == []
    assert_calm(run)


def test_the_guard_guards() -> None:
    import socket

    with no_network() as calls, pytest.raises(OSError, match="no network"):
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    assert calls
