"""Malformed folders: whatever the mutation, an exit code and a report, or one line of error."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import FULL_STRENGTH
from tests.hostile.folders import malformed
from tests.hostile.running import assert_calm, no_network, run_check

COUNT, AT_ONCE = (10_000 if FULL_STRENGTH else 500), 100


@pytest.mark.parametrize("first", range(0, COUNT, AT_ONCE))
def test_no_mutation_breaks_the_check(first: int, tmp_path: Path, clips: Path, measure) -> None:
    for seed in range(first, first + AT_ONCE):
        root = tmp_path / str(seed)
        _, done = malformed(seed, root, clips)
        try:
            with no_network() as calls:
                run = run_check(root, measure)
            assert_calm(run)
        except BaseException as error:
            raise AssertionError(f"seed {seed}: {done}") from error
        assert calls == [], f"seed {seed}: {done}"
        shutil.rmtree(root)


def test_a_seed_gives_the_same_folder_again(tmp_path: Path, clips: Path, measure) -> None:
    first, second = (malformed(7, tmp_path / name, clips) for name in "ab")
    assert first[1] == second[1]
    reports = [run_check(tmp_path / name, measure).out for name in "ab"]
    assert reports[0] == reports[1]
