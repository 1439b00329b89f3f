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
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.hub.repository import (
    MAIN,
    Commit,
    Entry,
    ExistsError,
    InvalidError,
    MissingError,
    Repository,
    Settings,
    StaleError,
    StoreError,
    dumps,
    forget_commits,
    git_sha1,
    write,
)

REPO_ID = re.compile(r"(?!.*(?:\.\.|--))[\w][\w.-]{0,95}/[\w][\w.-]{0,95}(?<![.-])", re.ASCII)
REF_NAME = re.compile(r"(?!.*(?:\.\.|/[/.-]|\.lock(?:/|$)))[\w][\w./+-]*(?<![./])", re.ASCII)


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
            shutil.rmtree(folder, ignore_errors=True)  # an old name gives way to a new repository
            repo = Repository(folder, repo_id)
            tree = {".gitattributes": self.add_blob([attributes], lfs=False)}
            first = repo.add_commit(None, tree, "initial commit", "", author)
            write(folder / "refs.json", dumps({MAIN: first.oid}))
            repo.settings = settings

    def delete(self, repo_id: str) -> None:
        """Forget a repository; its blobs stay."""
        with self.lock:
            shutil.rmtree(self.repository(repo_id).folder)
            forget_commits()

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
            forget_commits()

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
