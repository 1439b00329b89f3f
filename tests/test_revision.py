"""git and the check agree on what a folder's digest is."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from ci.revision import RevisionError, commit_id, digest_at
from validators.tree import Tree


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True
    ).stdout.strip()


def committed(root: Path) -> str:
    """The commit with everything that stands in `root`."""
    if not (root / ".git").exists():
        git(root, "init", "--quiet")
    git(root, "add", "--all", "--force")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "a task")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def task(tmp_path: Path) -> Path:
    folder = tmp_path / "tasks" / "Example"
    (folder / "data").mkdir(parents=True)
    (folder / "task.json").write_text("{}\n")
    (folder / "data" / "größe b.wav").write_bytes(bytes(range(256)) * 10)
    (folder / "data" / "a\nb").write_bytes(b"")
    (folder / "data-2").write_text("sorts before data/ by its bytes\n")
    (folder / "link").symlink_to("task.json")
    return folder


def test_the_digest_at_a_commit_is_that_of_the_folder(tmp_path: Path, task: Path) -> None:
    commit = committed(tmp_path)
    assert digest_at(tmp_path, commit, "tasks/Example") == Tree(tmp_path, "tasks/Example").digest


def test_a_change_gives_another_digest_until_it_is_committed(tmp_path: Path, task: Path) -> None:
    first = committed(tmp_path)
    before = digest_at(tmp_path, first, "tasks/Example")
    (task / "task.json").write_text("{ }\n")
    assert Tree(tmp_path, "tasks/Example").digest != before
    second = committed(tmp_path)
    assert digest_at(tmp_path, second, "tasks/Example") == Tree(tmp_path, "tasks/Example").digest
    assert digest_at(tmp_path, first, "tasks/Example") == before


def test_a_folder_that_is_not_there_has_the_digest_of_no_file(tmp_path: Path, task: Path) -> None:
    commit = committed(tmp_path)
    assert digest_at(tmp_path, commit, "tasks/Exam") == hashlib.sha256(b"").hexdigest()


def test_names_of_commits_become_their_ids(tmp_path: Path, task: Path) -> None:
    commit = committed(tmp_path)
    assert [commit_id(tmp_path), commit_id(tmp_path, commit[:8])] == [commit, commit]


@pytest.mark.parametrize("name", ["main-or-not", "0" * 40, "--help", ""])
def test_what_is_no_commit_is_refused(tmp_path: Path, task: Path, name: str) -> None:
    committed(tmp_path)
    with pytest.raises(RevisionError):
        commit_id(tmp_path, name)


def test_outside_of_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(RevisionError):
        commit_id(tmp_path)


def test_without_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RevisionError, match="git is not installed"):
        commit_id(tmp_path)
