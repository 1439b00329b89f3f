"""Repositories on disk: blobs by the hash of their content, commits with their whole tree, refs.

Layout below the store's folder:

    blobs/<oid>                        git's SHA-1 of a regular file, SHA-256 of an LFS file
    repos/<namespace>/<name>/repo.json     what the repository is: private, gated, ...
    repos/<namespace>/<name>/refs.json     full ref -> commit id
    repos/<namespace>/<name>/commits/<oid>.json

Every file is written whole and moved into place, so that a server that starts on the same folder
finds what the last one answered for. Commits bear no time of day: the first is dated 2026-01-01 and
each child a minute after its parent, so that the same calls give the same commit ids.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

REPO_ID = re.compile(r"(?!.*(?:\.\.|--))[\w][\w.-]{0,95}/[\w][\w.-]{0,95}(?<![.-])", re.ASCII)
COMMIT_ID = re.compile(r"[0-9a-f]{40}")
REF_NAME = re.compile(r"(?!.*(?:\.\.|//|@\{|\.lock$))[\w][\w./+-]*(?<![./])", re.ASCII)
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
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=0).encode()


@lru_cache(maxsize=4096)
def _read_commit(path: Path) -> Commit:
    """A commit's file never changes, so it is parsed once."""
    raw = json.loads(path.read_bytes())
    return Commit(**raw | {"tree": {p: Entry(**entry) for p, entry in raw["tree"].items()}})


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
            "tree": {path: asdict(tree[path]) for path in sorted(tree)},
        }
        oid = hashlib.sha1(dumps(content), usedforsecurity=False).hexdigest()
        path = self.folder / "commits" / f"{oid}.json"
        write(path, dumps(content | {"oid": oid}))
        return _read_commit(path)


class Store:
    """All repositories and blobs below one folder, which no other store may use meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blobs = folder / "blobs"
        self.blobs.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self._owner = (folder / "lock").open("w")
        try:
            fcntl.flock(self._owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._owner.close()
            raise StoreError(f"another server uses the store {folder}") from error

    def close(self) -> None:
        """Let others use the folder."""
        self._owner.close()

    # Blobs

    def blob(self, oid: str) -> Path:
        """Where the blob of that hash is, or would be."""
        if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", oid):
            raise InvalidError(f"not a hash: {oid!r}")
        return self.blobs / oid

    def add_blob(self, chunks: Iterable[bytes], *, lfs: bool, oid: str | None = None) -> Entry:
        """Keep bytes under their hash. Raises InvalidError if they are not what `oid` says."""
        handle, name = tempfile.mkstemp(dir=self.blobs, prefix=".new-")
        sha256, size = hashlib.sha256(), 0
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                    sha256.update(chunk)
                    size += len(chunk)
            found = sha256.hexdigest() if lfs else git_sha1(Path(name).read_bytes())
            if oid not in (None, found):
                raise InvalidError(f"the bytes have the hash {found}, not {oid}")
            Path(name).replace(self.blob(found))
        finally:
            Path(name).unlink(missing_ok=True)
        return Entry(found, size, lfs)

    # Repositories

    def _folder(self, repo_id: str) -> Path:
        if not REPO_ID.fullmatch(repo_id):
            raise MissingError(f"not a repository's name: {repo_id!r}")
        return self.folder / "repos" / repo_id

    def repository(self, repo_id: str) -> Repository:
        """The repository of that name; it may have moved. Raises MissingError."""
        folder = self._folder(repo_id)
        if not (folder / "repo.json").exists():
            raise MissingError(f"Repository not found: {repo_id}")
        return Repository(folder, repo_id)

    def ids(self) -> list[str]:
        """Names of all repositories, those that have moved left out."""
        found = (self.folder / "repos").glob("*/*/repo.json")
        repos = [self.repository(f"{p.parent.parent.name}/{p.parent.name}") for p in found]
        return sorted(repo.id for repo in repos if not repo.settings.moved_to)

    def create(self, repo_id: str, author: str, settings: Settings, attributes: bytes) -> None:
        """Make a repository whose first commit holds .gitattributes. Raises ExistsError."""
        with self.lock:
            folder = self._folder(repo_id)
            if (folder / "repo.json").exists() and not self.repository(repo_id).settings.moved_to:
                raise ExistsError("You already created this dataset repo")
            shutil.rmtree(folder, ignore_errors=True)
            repo = Repository(folder, repo_id)
            tree = {".gitattributes": self.add_blob([attributes], lfs=False)}
            first = repo.add_commit(None, tree, "initial commit", "", author)
            write(folder / "refs.json", dumps({MAIN: first.oid}))
            repo.settings = settings

    def delete(self, repo_id: str) -> None:
        """Forget a repository; its blobs stay."""
        with self.lock:
            shutil.rmtree(self.repository(repo_id).folder)
            _read_commit.cache_clear()

    def move(self, old: str, new: str) -> None:
        """Rename a repository; the old name leads to the new one. Raises ExistsError."""
        with self.lock:
            folder, target = self.repository(old).folder, self._folder(new)
            if target.exists():
                raise ExistsError(f"{new} exists already")
            target.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(target)
            folder.mkdir()
            Repository(folder, old).settings = Settings(moved_to=new)
            _read_commit.cache_clear()

    def change(self, repo_id: str, **settings: Any) -> None:
        """Change what a repository is: private, gated, disabled, allowed."""
        with self.lock:
            repo = self.repository(repo_id)
            repo.settings = replace(repo.settings, **settings)

    # Commits and refs

    def commit(
        self,
        repo_id: str,
        ref: str,
        edit: Callable[[dict[str, Entry]], dict[str, Entry]],
        *,
        title: str,
        message: str = "",
        author: str,
        parent: str | None = None,
        new_ref: str | None = None,
    ) -> Commit:
        """Put one commit on a branch, or on `new_ref` that starts there.

        Raises StaleError if `parent` is given and the branch is elsewhere. `edit` takes the tree
        and gives the next one. An unchanged tree makes a commit too, as on the Hub.
        """
        with self.lock:
            repo = self.repository(repo_id)
            head = repo.commit_at(ref)
            if parent not in (None, head.oid):
                raise StaleError("A commit has happened since. Please refresh and try again.")
            tree = edit(dict(head.tree))
            commit = repo.add_commit(head, tree, title, message, author)
            repo.set_ref(new_ref or ref, commit.oid)
            return commit

    def new_ref(self, repo_id: str, ref: str, revision: str) -> None:
        """Make a branch or tag. Raises ExistsError, MissingError, InvalidError."""
        with self.lock:
            repo = self.repository(repo_id)
            if not REF_NAME.fullmatch(ref):
                raise InvalidError(f"not a valid name: {ref.split('/', 2)[-1]}")
            if ref in repo.refs:
                raise ExistsError(f"Reference {ref} already exists")
            repo.set_ref(ref, repo.commit_at(revision).oid)

    def delete_ref(self, repo_id: str, ref: str) -> None:
        """Remove a branch or tag. Raises MissingError."""
        with self.lock:
            repo = self.repository(repo_id)
            if ref not in repo.refs:
                raise MissingError(f"Reference {ref} does not exist")
            repo.set_ref(ref, None)

    def squash(self, repo_id: str, ref: str, author: str, message: str) -> Commit:
        """Leave one commit without a parent on a branch."""
        with self.lock:
            repo = self.repository(repo_id)
            head = repo.commit_at(ref)
            commit = repo.add_commit(None, head.tree, message, "", author)
            repo.set_ref(ref, commit.oid)
            return commit
