"""Task folders as trees: what pathlib says in other words, digests, and how files are opened."""

import hashlib
import os
import sys
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from validators.tree import Tree, stem_of, suffix_of

PARTS = st.text(st.sampled_from("ab.é-"), min_size=1, max_size=8).filter(
    lambda part: part not in (".", "..") and not part.endswith(".")
)
PATHS = st.lists(PARTS, min_size=1, max_size=3).map("/".join)


@given(PATHS)
@example("clips/1.flac")
@example("archive.tar.gz")
@example(".hidden")
@example("a.b/c")
def test_stem_and_suffix_are_those_of_pathlib(path: str) -> None:
    assert suffix_of(path) == PurePosixPath(path).suffix
    assert stem_of(path) == PurePosixPath(path).stem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    clips = tmp_path / "tasks/One/data/Some/clips"
    clips.mkdir(parents=True)
    (clips / "1.flac").write_bytes(b"x" * 300_000)
    (clips / "2.flac").write_bytes(b"")
    (tmp_path / "tasks/One/task.json").write_text("{}")
    return tmp_path


def test_every_file_has_the_digest_of_its_bytes(folder: Path) -> None:
    tree = Tree(folder, "tasks/One")
    expected = {
        "data/Some/clips/1.flac": hashlib.sha256(b"x" * 300_000).hexdigest(),
        "data/Some/clips/2.flac": hashlib.sha256(b"").hexdigest(),
        "task.json": hashlib.sha256(b"{}").hexdigest(),
    }
    assert list(tree.hashed) == list(expected.items())
    assert {path: tree.sha256_of(path) for path in tree.files} == expected


def test_a_file_is_hashed_once(folder: Path) -> None:
    tree = Tree(folder, "tasks/One")
    first = tree.sha256_of("task.json")
    (folder / "tasks/One/task.json").write_text("changed on the way")
    assert tree.sha256_of("task.json") == dict(tree.hashed)["task.json"] == first


def test_what_is_no_file_has_no_digest(folder: Path) -> None:
    (folder / "tasks/One/link").symlink_to("task.json")
    tree = Tree(folder, "tasks/One")
    (folder / "tasks/One/data/Some/clips/2.flac").unlink()
    for path in ("link", "data", "nothing", "data/Some/clips/2.flac", "../One/task.json"):
        assert tree.sha256_of(path) is None
        assert path not in dict(tree.hashed)


def test_a_folder_that_has_become_a_link_is_not_followed(folder: Path) -> None:
    tree = Tree(folder, "tasks/One")
    clips = folder / "tasks/One/data/Some/clips"
    clips.rename(folder / "elsewhere")
    clips.symlink_to(folder / "elsewhere")
    assert tree.sha256_of("data/Some/clips/1.flac") is None
    with pytest.raises(OSError, match="clips"):
        tree.open("data/Some/clips/1.flac")


def test_many_files_are_opened_in_any_order_and_nothing_stays_open(folder: Path) -> None:
    paths = ["task.json", "data/Some/clips/1.flac", "data/Some/clips/2.flac", "task.json"]
    before = len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0
    opener = Tree(folder, "tasks/One").opener()
    sizes = []
    for path in paths:
        for missing in (f"{path}x", f"{path}/x", "data", ""):
            with pytest.raises(OSError, match=r"."):
                opener.open(missing)
        with os.fdopen(opener.open(path), "rb") as file:
            sizes.append(len(file.read()))
    assert sizes == [2, 300_000, 0, 2]
    del opener
    if sys.platform == "linux":
        assert len(list(Path("/proc/self/fd").iterdir())) == before
