"""A task folder as a tree of entries: what stands in it, its digest, and how it is opened.

Links are not followed, special files not opened. Nothing here parses anything, so that an unchanged
task is recognised without loading what parses.
"""

import hashlib
import os
import stat
from array import array
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cached_property, partial
from itertools import compress
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

MAX_ENTRIES = 20_000
"""Files and folders that are looked at in one task folder."""
MAX_LEVELS = 16
"""Folders in folders that are looked into; deeper ones can make paths that no system opens."""
_READ_AT_ONCE = 1 << 18


class EntryKind(StrEnum):
    """What a directory entry is, without following it."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "symbolic link"
    OTHER = "special file"


_KINDS = tuple(EntryKind)


class Entry(NamedTuple):
    """One entry of a task folder; `path` is POSIX and relative to the folder."""

    path: str
    kind: EntryKind
    size: int


class Entries:
    """Entries in order. There may be twenty thousand: each is made when it is looked at."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._paths: list[str] = []
        self._kinds = bytearray()
        self._sizes = array("Q")
        for path, kind, size in entries:
            self._paths.append(path)
            self._kinds.append(_KINDS.index(kind))
            self._sizes.append(size)

    def __len__(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Iterator[Entry]:
        fields = zip(self._paths, map(_KINDS.__getitem__, self._kinds), self._sizes, strict=True)
        return map(partial(tuple.__new__, Entry), fields)  # in C: there are many walks

    def paths(self, kind: EntryKind) -> Iterator[str]:
        """The paths of the entries of a kind."""
        return compress(self._paths, map(_KINDS.index(kind).__eq__, self._kinds))


class Tree:
    """The entries of a task folder and the digests of its files, each hashed when it is asked for.

    Sound is hashed while other sound is decoded, where nobody need know the digest of the whole
    folder before that.
    """

    def __init__(self, root: Path, path: str) -> None:
        """Read the folder.

        Args:
            root: the repository's root.
            path: the folder's POSIX path relative to `root`.

        Raises:
            OSError: if the folder cannot be listed.
        """
        self.task = path.rpartition("/")[2]
        self.root = root
        self.path = path
        self._folder = os.path.join(root, path)  # noqa: PTH118 - joined once, opened for every file
        self.kind = _kind(os.lstat(root / path).st_mode)
        self.entries = Entries(_scan(root / path))
        self._hashed: dict[str, str | None] = {}

    def sha256_of(self, path: str, opener: "Opener | None" = None) -> str | None:
        """sha256 of a file in hex; None where there is no such file or it cannot be read.

        `opener`, one of this folder, is for whoever asks for many.
        """
        if path not in self._hashed:
            opener = opener or self.opener()
            self._hashed[path] = _sha256(opener, path) if path in self.files else None
        return self._hashed[path]

    @property
    def hashed(self) -> Iterator[tuple[str, str]]:
        """Every file that can be read, by path as bytes are ordered, and its sha256 in hex."""
        opener = self.opener()
        for path in self.files:
            if digest := self.sha256_of(path, opener):
                yield path, digest

    @cached_property
    def digest(self) -> str:
        """sha256 over the folder's files, as docs/task_format.md defines it."""
        total = hashlib.sha256()
        for path, digest in self.hashed:
            total.update(f"{digest}  ".encode() + os.fsencode(path) + b"\n")
        return total.hexdigest()

    @cached_property
    def files(self) -> dict[str, str]:
        """The paths of the regular files, each by itself: whoever read a path can keep this one."""
        return {path: path for path in self.entries.paths(EntryKind.FILE)}

    @cached_property
    def folders(self) -> frozenset[str]:
        """The paths of the folders."""
        return frozenset(self.entries.paths(EntryKind.FOLDER))

    @cached_property
    def siblings(self) -> frozenset[str]:
        """Names of all folders beside this one: the tasks of the repository."""
        try:
            with os.scandir((self.root / self.path).parent) as entries:
                return frozenset(entry.name for entry in entries if entry.is_dir())
        except OSError:
            return frozenset()

    @property
    def sibling_paths(self) -> list[str]:
        """Paths of the folders beside this one, sorted."""
        parent = self.path.rpartition("/")[0]
        names = sorted(self.siblings - {self.task})
        return [f"{parent}/{name}" if parent else name for name in names]

    def opener(self) -> "Opener":
        """Opens files of the folder, many in a row."""
        return Opener(self._folder)

    def open(self, path: str) -> int:
        """As `Opener.open`, for one file."""
        return self.opener().open(path)

    def read(self, path: str, cap: int) -> bytes:
        """At most `cap` + 1 bytes of a file.

        Raises:
            OSError: as `open`.
        """
        with os.fdopen(self.open(path), "rb") as file:
            return file.read(cap + 1)


class Repository:
    """All tasks of the repository: those of a run, and the others, read when they are asked for."""

    def __init__(self, root: Path, folders: Iterable[Tree]) -> None:
        self._root = root
        self._folders = {folder.path: folder for folder in folders}

    def others(self, folder: Tree) -> list[Tree]:
        """The task folders beside this one, by path; what cannot be read is left out."""
        return [found for path in folder.sibling_paths if (found := self._folder(path))]

    def _folder(self, path: str) -> Tree | None:
        if path not in self._folders:
            try:
                self._folders[path] = Tree(self._root, path)
            except OSError:
                return None
        return self._folders[path]


def suffix_of(path: str) -> str:
    """The extension with its dot, "" where there is none.

    As pathlib has it, which takes many times as long and keeps every part of every path for good.
    """
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot:] if 0 < dot < len(name) - 1 else ""


def stem_of(path: str) -> str:
    """The name without folder and extension."""
    name = path.rstrip("/").rpartition("/")[2]
    return name.removesuffix(suffix_of(name))


_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW


class Opener:
    """Opens regular files by their paths inside a folder, component by component, no link followed.

    The folder that the last one lies in stays open for the next, until nobody holds this any more.
    """

    def __init__(self, folder: Path | str) -> None:
        self._folder = folder
        self._parent: str | None = None  # path of the folder that is open
        self._descriptor = -1

    def open(self, path: str) -> int:
        """A read-only descriptor of a file, the caller's to close.

        Raises:
            OSError: if a component is missing, is a link, or the last is no regular file.
        """
        parent, _, name = path.rpartition("/")
        if parent != self._parent:
            self._enter(parent)
        descriptor = os.open(name, _FLAGS | os.O_NONBLOCK, dir_fd=self._descriptor)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(f"not a regular file: {path}")
        return descriptor

    def _enter(self, parent: str) -> None:
        self._leave()
        descriptor = os.open(self._folder, _FLAGS | os.O_DIRECTORY)
        for part in parent.split("/") if parent else ():
            outer = descriptor
            try:
                descriptor = os.open(part, _FLAGS | os.O_DIRECTORY, dir_fd=outer)
            finally:
                os.close(outer)
        self._parent, self._descriptor = parent, descriptor

    def _leave(self) -> None:
        if self._parent is not None:
            self._parent = None
            os.close(self._descriptor)

    def __del__(self) -> None:
        self._leave()


def open_inside(folder: Path | str, path: str) -> int:
    """As `Opener.open`, for one file."""
    return Opener(folder).open(path)


def _sha256(opener: Opener, path: str) -> str | None:
    total = hashlib.sha256()
    try:
        descriptor = opener.open(path)
        try:
            while piece := os.read(descriptor, _READ_AT_ONCE):
                total.update(piece)
        finally:
            os.close(descriptor)
    except OSError:
        return None
    return total.hexdigest()


def _scan(folder: Path) -> list[Entry]:
    """All entries below `folder`, sorted by path, at most about `MAX_ENTRIES` of them, and none
    that lies deeper than `MAX_LEVELS`.

    What is no folder itself, a link to one included, has no entries.
    """
    if _kind(os.lstat(folder).st_mode) is not EntryKind.FOLDER:
        return []
    found: list[Entry] = []
    waiting = [""]
    while waiting and len(found) < MAX_ENTRIES:
        prefix = waiting.pop()
        for entry in _entries(folder, prefix):
            found.append(entry)
            if entry.kind is EntryKind.FOLDER and entry.path.count("/") < MAX_LEVELS - 1:
                waiting.append(f"{entry.path}/")
    return _in_order(found)


def _in_order(entries: list[Entry]) -> list[Entry]:
    """By the bytes of their paths, as everywhere; ASCII has one order."""
    if all(entry.path.isascii() for entry in entries):
        return sorted(entries, key=attrgetter("path"))
    return sorted(entries, key=lambda entry: os.fsencode(entry.path))


def _entries(folder: Path, prefix: str) -> list[Entry]:
    with os.scandir(folder / prefix) as entries:
        found = [_entry(prefix, entry) for entry in entries]
    return _in_order(found)  # so that the cap cuts the same entries off everywhere


def _entry(prefix: str, entry: os.DirEntry[str]) -> Entry:
    status = entry.stat(follow_symlinks=False)
    return Entry(prefix + entry.name, _kind(status.st_mode), status.st_size)


def _kind(mode: int) -> EntryKind:
    if stat.S_ISREG(mode):
        return EntryKind.FILE
    if stat.S_ISDIR(mode):
        return EntryKind.FOLDER
    return EntryKind.LINK if stat.S_ISLNK(mode) else EntryKind.OTHER
