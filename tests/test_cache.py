"""A cache helps and never harms."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from validators import cache as cache_module
from validators.cache import Cache
from validators.measurement import Measurement

ROOT = Path(__file__).resolve().parent.parent
KEYS = [f"{n:064x}" for n in range(10)]
FOUND = Measurement(size=7, content="wav", sample_rate=16_000, channels=1, frames=3, rms=0.1)


def keep(root: Path, *keys: str) -> Path:
    with Cache(root) as cache:
        for key in keys:
            cache.put(key, FOUND)
    return cache.path


def known(root: Path, *keys: str) -> list[str]:
    with Cache(root) as cache:
        return sorted(cache.get_many(keys))


def test_what_was_put_is_found_by_the_next_run(tmp_path):
    keep(tmp_path, *KEYS[:2])
    with Cache(tmp_path) as cache:
        assert cache.get_many(KEYS) == {KEYS[0]: FOUND, KEYS[1]: FOUND}


def test_what_was_put_is_found_at_once(tmp_path):
    with Cache(tmp_path) as cache:
        cache.put(KEYS[0], FOUND)
        assert cache.get_many(KEYS[:1]) == {KEYS[0]: FOUND}


@pytest.mark.parametrize("failure", ["crashed", "timeout", "memory", "unreadable"])
def test_what_may_be_the_machines_doing_is_not_kept(tmp_path, failure):
    with Cache(tmp_path) as cache, pytest.raises(ValueError, match="does not last"):
        cache.put(KEYS[0], Measurement(size=7, failure=failure))


def test_git_ignores_the_folder(tmp_path):
    assert keep(tmp_path, KEYS[0]).with_name(".gitignore").read_text() == "*\n"


def test_another_version_measures_again_and_tidies_up(tmp_path, monkeypatch):
    old = keep(tmp_path, KEYS[0])
    monkeypatch.setattr(cache_module, "_LIBRARIES", ("soundfile", "numpy", "pytest"))
    assert known(tmp_path, KEYS[0]) == []
    new = keep(tmp_path, KEYS[1])
    assert new != old
    assert not old.exists()


@pytest.mark.parametrize("junk", [b"junk" * 5000, b"SQLite format 3\0" + b"junk" * 5000])
def test_a_corrupt_cache_is_replaced(tmp_path, junk):
    path = keep(tmp_path, KEYS[0])
    path.write_bytes(junk)
    assert known(tmp_path, KEYS[0]) == []
    keep(tmp_path, KEYS[1])
    assert known(tmp_path, *KEYS) == [KEYS[1]]


def test_damage_inside_is_no_harm(tmp_path):
    path = keep(tmp_path, *KEYS)
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    assert known(tmp_path, KEYS[0]) == []
    keep(tmp_path, KEYS[1])
    keep(tmp_path, KEYS[1])
    assert known(tmp_path, *KEYS) == [KEYS[1]]


def test_a_foreign_database_is_left_alone(tmp_path):
    path = keep(tmp_path, KEYS[0])
    path.unlink()
    with sqlite3.connect(path) as foreign:
        foreign.execute("CREATE TABLE diary (secret TEXT)")
    foreign.close()
    before = path.read_bytes()
    keep(tmp_path, KEYS[0])
    assert known(tmp_path, KEYS[0]) == []
    assert path.read_bytes() == before


def test_a_row_that_was_tampered_with_is_unknown(tmp_path):
    path = keep(tmp_path, *KEYS[:2])
    with sqlite3.connect(path) as database:
        database.execute("UPDATE measurement SET value = '[1]' WHERE key = ?", KEYS[:1])
    database.close()
    assert known(tmp_path, *KEYS[:2]) == [KEYS[1]]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / ".cache").write_text("a file")
    keep(tmp_path, KEYS[0])
    assert known(tmp_path, KEYS[0]) == []


def test_links_are_not_followed(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".cache").symlink_to("elsewhere")
    keep(tmp_path, KEYS[0])
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_locked_database_is_done_without(tmp_path, monkeypatch):
    monkeypatch.setattr(cache_module, "_WAIT_SECONDS", 0.05)
    path = keep(tmp_path, KEYS[0])
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    keep(tmp_path, KEYS[1])
    other.execute("COMMIT")
    other.close()
    assert known(tmp_path, *KEYS) == [KEYS[0]]


def test_runs_may_write_at_the_same_time(tmp_path):
    program = f"""
from pathlib import Path
from validators.cache import Cache
from validators.measurement import Measurement
import sys
for n in range(50):
    with Cache(Path({str(tmp_path)!r})) as cache:
        cache.put(f"{{sys.argv[1]}}{{n}}", Measurement(size=7))
"""
    runs = [
        subprocess.Popen([sys.executable, "-c", program, name], cwd=ROOT) for name in ("a", "b")
    ]
    assert [run.wait() for run in runs] == [0, 0]
    keys = [f"{name}{n}" for name in ("a", "b") for n in range(50)]
    assert known(tmp_path, *keys) == sorted(keys)


def test_growth_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(cache_module, "MAX_ROWS", 6)
    keep(tmp_path, *KEYS[:6])
    assert len(known(tmp_path, *KEYS)) == 6
    keep(tmp_path, *KEYS[6:])
    assert known(tmp_path, *KEYS) == KEYS[7:]
