"""A task folder: its entries, its files read strictly, its digest. Nothing in it is executed."""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from schema.instance import Instance
from schema.task import Task
from validators.document import Document
from validators.finding import Location
from validators.prose import Section, read_sections
from validators.strict_json import JsonReading, TextReading, read_text

if TYPE_CHECKING:
    from validators.bibliography import Bibliography

TEXT_CAP = 256_000
"""Bytes of a text file: task.json, instances, instructions, README, references."""
METADATA_CAP = 5_000_000
"""Bytes of a metadata.csv or metadata.jsonl."""
DATA_CAP = 10_000_000
"""Bytes of all that stands under data/."""
MAX_ENTRIES = 20_000
"""Files and folders that are looked at in one task folder."""
MAX_LEVELS = 16
"""Folders in folders that are looked into; deeper ones can make paths that no system opens."""


class EntryKind(StrEnum):
    """What a directory entry is, without following it."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "symbolic link"
    OTHER = "special file"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a task folder; `path` is POSIX and relative to the folder."""

    path: str
    kind: EntryKind
    size: int


class Part:
    """What every subject of a rule has: the task, and the instance if it belongs to one."""

    def __init__(self, task: str, instance: str | None = None) -> None:
        self.task = task
        self.instance = instance


class WrittenFile(Part):
    """A file that a contributor wrote by hand, whatever its format."""

    path: str
    reading: TextReading | JsonReading


class TextFile(WrittenFile):
    """A text file that is not JSON: instructions.txt, README.md, references.bib."""

    reading: TextReading

    def __init__(self, task: str, path: str, raw: bytes) -> None:
        super().__init__(task)
        self.path = path
        self.reading = read_text(raw, cap=TEXT_CAP)

    @property
    def lines(self) -> list[str]:
        """The lines without their ends; a final line end makes no empty line."""
        text = self.reading.text or ""
        return text.removesuffix("\n").split("\n") if text else []

    def at(self, line: int = 1, column: int = 1) -> Location:
        """A place in the file."""
        return Location(self.path, line, column)


class JsonFile(Document, WrittenFile):
    """A JSON file of a task folder."""

    reading: JsonReading

    def __init__(
        self, task: str, path: str, raw: bytes, model: type[BaseModel], instance: str | None = None
    ) -> None:
        Part.__init__(self, task, instance)
        Document.__init__(self, path, raw, model, TEXT_CAP)


class TaskFile(JsonFile):
    """task.json."""

    def __init__(self, task: str, path: str, raw: bytes) -> None:
        super().__init__(task, path, raw, Task)

    @property
    def inputs(self) -> list[str]:
        """The input columns that fit the schema, in order."""
        return [located.value for located in self.find("/inputs/*")]

    @property
    def knows_inputs(self) -> bool:
        """False where a fault leaves open which inputs there are."""
        declared = self.value("/inputs")
        return declared is not None and len(self.inputs) == len(declared)

    @property
    def output(self) -> str | None:
        """The output's type."""
        value = self.value("/output/type")
        return str(value) if value else None

    @property
    def labels(self) -> list[str]:
        """The task's labels; empty where there are none or they are left open."""
        return [located.value for located in self.find("/output/labels/*")]


class Instructions(TextFile):
    """instructions.txt: one instruction a line."""

    def __init__(self, task: str, path: str, raw: bytes, task_file: TaskFile | None) -> None:
        super().__init__(task, path, raw)
        self.task_file = task_file


class Readme(TextFile):
    """README.md: prose for people."""

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The headings with the prose below them."""
        return read_sections(self.reading.text or "")


class References(TextFile):
    """references.bib."""

    @cached_property
    def bibliography(self) -> "Bibliography":
        """The parsed entries and what could not be parsed."""
        from validators.bibliography import Bibliography  # noqa: PLC0415 - loads a library

        return Bibliography.parse(self.reading.text or "")


class InstanceFile(JsonFile):
    """instances/<stem>.json, with the files of its task that it speaks of."""

    def __init__(self, stem: str, path: str, raw: bytes, folder: "TaskFolder") -> None:
        super().__init__(folder.task, path, raw, Instance, f"{folder.task}_{stem}")
        self.stem = stem
        self.folder = folder

    @property
    def task_file(self) -> TaskFile | None:
        """task.json of the same folder, if it is there."""
        return self.folder.task_file

    @property
    def labels(self) -> list[str]:
        """The label set of this instance: its own, else the task's."""
        own = [located.value for located in self.find("/labels/*")]
        return own or (self.task_file.labels if self.task_file else [])

    @property
    def sampling(self) -> dict[str, object]:
        """The numbers of the declared draw; empty where the whole split is taken."""
        names = ("examples", "minutes", "stratify_by", "seed")
        values = {name: self.value(f"/sampling/{name}") for name in names}
        return {name: value for name, value in values.items() if value is not None}


class TaskFolder(Part):
    """A task folder as it was found on disk. Links are not followed, special files not opened."""

    def __init__(self, root: Path, path: str) -> None:
        """Read the folder.

        Args:
            root: the repository's root.
            path: the folder's POSIX path relative to `root`.

        Raises:
            OSError: if the folder cannot be listed.
        """
        super().__init__(task=path.rpartition("/")[2])
        self.root = root
        self.path = path
        self.kind = _kind(os.lstat(root / path).st_mode)
        self.entries = tuple(_scan(root / path))
        self.sha256 = {
            entry.path: digest
            for entry in self.entries
            if entry.kind is EntryKind.FILE and (digest := self._digest_of(entry)) is not None
        }

    def at(self, path: str) -> Location:
        """The place of an entry as a whole."""
        return Location(f"{self.path}/{path}" if path else self.path)

    @cached_property
    def digest(self) -> str:
        """sha256 over the folder's files, as docs/task_format.md defines it."""
        total = hashlib.sha256()
        for path in sorted(self.sha256, key=os.fsencode):
            total.update(f"{self.sha256[path]}  ".encode() + os.fsencode(path) + b"\n")
        return total.hexdigest()

    @cached_property
    def files(self) -> dict[str, Entry]:
        """The regular files by path."""
        return {entry.path: entry for entry in self.entries if entry.kind is EntryKind.FILE}

    @cached_property
    def task_file(self) -> TaskFile | None:
        """task.json."""
        raw = self._raw("task.json")
        return None if raw is None else TaskFile(self.task, f"{self.path}/task.json", raw)

    @cached_property
    def instructions(self) -> Instructions | None:
        """instructions.txt."""
        raw = self._raw("instructions.txt")
        path = f"{self.path}/instructions.txt"
        return None if raw is None else Instructions(self.task, path, raw, self.task_file)

    @cached_property
    def readme(self) -> Readme | None:
        """README.md."""
        raw = self._raw("README.md")
        return None if raw is None else Readme(self.task, f"{self.path}/README.md", raw)

    @cached_property
    def references(self) -> References | None:
        """references.bib."""
        raw = self._raw("references.bib")
        return None if raw is None else References(self.task, f"{self.path}/references.bib", raw)

    @cached_property
    def instances(self) -> tuple[InstanceFile, ...]:
        """The instance files, sorted by path."""
        stems = sorted(
            path.removeprefix("instances/").removesuffix(".json")
            for path in self.files
            if path.startswith("instances/") and path.endswith(".json") and path.count("/") == 1
        )
        return tuple(
            InstanceFile(stem, f"{self.path}/{path}", raw, self)
            for stem in stems
            if (raw := self._raw(path := f"instances/{stem}.json")) is not None
        )

    @cached_property
    def siblings(self) -> frozenset[str]:
        """Names of all folders beside this one: the tasks of the repository."""
        try:
            with os.scandir((self.root / self.path).parent) as entries:
                return frozenset(entry.name for entry in entries if entry.is_dir())
        except OSError:
            return frozenset()

    def open(self, path: str) -> int:
        """A read-only descriptor of a regular file of the folder; no link is followed.

        Raises:
            OSError: if there is no such regular file, or a part of the path is a link.
        """
        return open_inside(self.root / self.path, path)

    def read(self, path: str, cap: int) -> bytes:
        """At most `cap` + 1 bytes of a file.

        Raises:
            OSError: as `open`.
        """
        with os.fdopen(self.open(path), "rb") as file:
            return file.read(cap + 1)

    def _raw(self, path: str) -> bytes | None:
        try:
            return self.read(path, TEXT_CAP) if path in self.files else None
        except OSError:
            return None  # vanished or unreadable: the folder's rules report what is missing

    def _digest_of(self, entry: Entry) -> str | None:
        try:
            with os.fdopen(self.open(entry.path), "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None


def open_inside(folder: Path, path: str) -> int:
    """Open a regular file by a path inside `folder`, component by component, following no link.

    Raises:
        OSError: if a component is missing, is a link, or the last is no regular file.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(folder, flags | os.O_DIRECTORY)
    *parents, name = path.split("/")
    for part in parents:
        descriptor = _step(descriptor, part, flags | os.O_DIRECTORY)
    descriptor = _step(descriptor, name, flags | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"not a regular file: {path}")
    return descriptor


def _step(parent: int, name: str, flags: int) -> int:
    try:
        return os.open(name, flags, dir_fd=parent)
    finally:
        os.close(parent)


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
    return sorted(found, key=lambda entry: os.fsencode(entry.path))


def _entries(folder: Path, prefix: str) -> Iterator[Entry]:
    with os.scandir(folder / prefix) as entries:
        # Sorted, so that the cap cuts the same entries off everywhere.
        for entry in sorted(entries, key=lambda entry: os.fsencode(entry.name)):
            status = entry.stat(follow_symlinks=False)
            yield Entry(prefix + entry.name, _kind(status.st_mode), status.st_size)


def _kind(mode: int) -> EntryKind:
    if stat.S_ISREG(mode):
        return EntryKind.FILE
    if stat.S_ISDIR(mode):
        return EntryKind.FOLDER
    return EntryKind.LINK if stat.S_ISLNK(mode) else EntryKind.OTHER
