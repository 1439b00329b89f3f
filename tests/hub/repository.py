"""One repository's folder: commits with their whole tree, refs, settings."""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

COMMIT_ID = re.compile(r"[0-9a-f]{40}")
MAIN = "refs/heads/main"
FIRST_COMMIT = datetime(2026, 1, 1, tzinfo=UTC)


class StoreError(Exception):
    """The store refuses: what is asked for does not exist, exists already or has moved on."""


class MissingError(StoreError):
    """No such repository, revision or file."""


class ExistsError(StoreError):
    """A repository or ref of that name is already there."""


class StaleError(StoreError):
    """The branch is not, or no longer, at the stated parent."""


class InvalidError(StoreError):
    """What is asked for cannot be."""


@dataclass(frozen=True)
class Entry:
    """A file of a tree: `oid` names its blob, by SHA-256 for an LFS file, else by git's SHA-1."""

    oid: str
    size: int
    lfs: bool = False
    xet: str | None = None

    @property
    def pointer(self) -> bytes:
        """What git holds in place of an LFS file."""
        return (
            f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.oid}\nsize {self.size}\n"
        ).encode()

    @property
    def git_oid(self) -> str:
        """git's SHA-1 of the file, or of the pointer that stands for it."""
        return git_sha1(self.pointer) if self.lfs else self.oid


@dataclass(frozen=True)
class Commit:
    """A commit with its whole tree, path -> entry."""

    oid: str
    parent: str | None
    title: str
    message: str
    author: str
    date: str
    tree: dict[str, Entry]


@dataclass(frozen=True)
class Settings:
    """What a repository is to those who ask for it."""

    private: bool = False
    gated: str | bool = False
    disabled: bool = False
    moved_to: str | None = None
    allowed: list[str] = field(default_factory=list)
    """Users whom the owners of a gated repository have let in."""


def git_sha1(content: bytes) -> str:
    """The id under which git keeps these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def write(path: Path, content: bytes) -> None:
    """Write a file whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)


def dumps(value: Any) -> bytes:
    """JSON with sorted keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()


@lru_cache(maxsize=4096)
def _read_commit(path: Path) -> Commit:
    """A commit's file never changes, so it is parsed once."""
    raw = json.loads(path.read_bytes())
    tree = {name: Entry(**entry) for name, entry in raw["tree"].items()}
    return Commit(**raw | {"oid": path.stem, "tree": tree})


def forget_commits() -> None:
    """Let no commit be remembered whose file has moved or gone."""
    _read_commit.cache_clear()


class Repository:
    """One repository's folder. Whoever changes it holds the store's lock."""

    def __init__(self, folder: Path, repo_id: str) -> None:
        self.folder = folder
        self.id = repo_id

    @property
    def settings(self) -> Settings:
        return Settings(**json.loads((self.folder / "repo.json").read_bytes()))

    @settings.setter
    def settings(self, value: Settings) -> None:
        write(self.folder / "repo.json", dumps(asdict(value)))

    @property
    def refs(self) -> dict[str, str]:
        """Full ref -> commit id."""
        refs: dict[str, str] = json.loads((self.folder / "refs.json").read_bytes())
        return refs

    def set_ref(self, ref: str, oid: str | None) -> None:
        """Let a ref name this commit; None removes it."""
        refs = self.refs
        refs.pop(ref, None)
        write(self.folder / "refs.json", dumps(refs | ({ref: oid} if oid else {})))

    def commit_at(self, revision: str) -> Commit:
        """The commit that a branch, tag, full ref or commit id names. Raises MissingError."""
        refs = self.refs
        names = (revision, f"refs/heads/{revision}", f"refs/tags/{revision}")
        oid = next((refs[name] for name in names if name in refs), revision)
        oid = refs.get(MAIN, oid) if revision == "HEAD" else oid
        path = self.folder / "commits" / f"{oid}.json"
        if not COMMIT_ID.fullmatch(oid) or not path.exists():
            raise MissingError(f"Invalid rev id: {revision}")
        return _read_commit(path)

    def branch_ref(self, revision: str) -> str:
        """The full ref of a branch or pull request. Raises MissingError."""
        for ref in (revision, f"refs/heads/{revision}"):
            if ref in self.refs and not ref.startswith("refs/tags/"):
                return ref
        raise MissingError(f"Invalid rev id: {revision}")

    def history(self, revision: str) -> Iterator[Commit]:
        """The commit and its ancestors, newest first."""
        commit = self.commit_at(revision)
        yield commit
        while commit.parent:
            commit = self.commit_at(commit.parent)
            yield commit

    def add_commit(
        self, parent: Commit | None, tree: dict[str, Entry], title: str, message: str, author: str
    ) -> Commit:
        """Keep a commit that no ref names yet."""
        before = datetime.fromisoformat(parent.date) if parent else FIRST_COMMIT
        date = (before + timedelta(minutes=1)).isoformat(timespec="milliseconds")
        content = {
            "parent": parent.oid if parent else None,
            "title": title,
            "message": message,
            "author": author,
            "date": date.replace("+00:00", "Z"),
            "tree": {path: vars(entry) for path, entry in tree.items()},
        }
        written = dumps(content)
        oid = hashlib.sha1(written, usedforsecurity=False).hexdigest()
        path = self.folder / "commits" / f"{oid}.json"
        write(path, written)
        return _read_commit(path)
