"""A file of the dataset repository: what it should be, and what the Hub says that it holds."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from schema.manifest import PublishedFile


@dataclass(frozen=True)
class HubFile:
    """A file as the Hub lists it, at a commit."""

    path: str
    size: int
    blob: str
    """git's id of the file, or of the pointer that stands for it."""
    sha256: str | None
    """Of the content, where the file lies in the large file store."""

    @property
    def digest(self) -> str:
        """What tells this content from another."""
        return self.sha256 or self.blob


class Content:
    """What a file should hold, and where that can be read: memory, a local file, or nowhere."""

    def __init__(self, source: bytes | Path | None, sha256: str, size: int) -> None:
        """See `of_bytes` and `of_published`."""
        self.source = source
        self.sha256 = sha256
        self.size = size

    @classmethod
    def of_bytes(cls, content: bytes) -> "Content":
        """A file that was made here."""
        return cls(content, hashlib.sha256(content).hexdigest(), len(content))

    @classmethod
    def of_file(cls, path: Path) -> "Content":
        """A local file, read through.

        Raises:
            OSError: if it cannot be read.
        """
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
            return cls(path, digest.hexdigest(), file.tell())

    @classmethod
    def of_published(cls, file: PublishedFile, source: Path | None) -> "Content":
        """A file of rows; `source`: where it lies, if it has to be brought to the Hub."""
        return cls(source, file.sha256, file.size)

    @cached_property
    def blob(self) -> str | None:
        """git's id of the content (git-hash-object), where it is in memory."""
        if not isinstance(self.source, bytes):
            return None
        header = b"blob %d\0" % self.size
        return hashlib.sha1(header + self.source, usedforsecurity=False).hexdigest()

    def is_held_by(self, file: HubFile | None) -> bool | None:
        """Whether the Hub's file has this content; None where its bytes must be asked."""
        if file is None or file.size != self.size:
            return False
        if file.sha256 is not None:
            return file.sha256 == self.sha256
        return None if self.blob is None else file.blob == self.blob


@dataclass(frozen=True, order=True)
class Difference:
    """A file of the repository that is not what it should be."""

    path: str
    what: str
    """added, removed or changed: seen from what it should be."""


THE_HUBS_OWN = frozenset({".gitattributes"})
"""Files that the Hub makes with the repository; no consumer reads them."""


def differences(
    found: Mapping[str, HubFile], wanted: Mapping[str, HubFile]
) -> tuple[Difference, ...]:
    """What was done to the files of one commit to make those of another."""
    changed = [
        Difference(path, "changed")
        for path in (found.keys() & wanted.keys()) - THE_HUBS_OWN
        if found[path].digest != wanted[path].digest
    ]
    return tuple(sorted([*changed, *added_and_removed(found, wanted)]))


def added_and_removed(found: Iterable[str], wanted: Iterable[str]) -> list[Difference]:
    """Differences that the names alone show; the Hub's own files do not count."""
    here, there = set(found) - THE_HUBS_OWN, set(wanted) - THE_HUBS_OWN
    added = [Difference(path, "added") for path in here - there]
    return [*added, *(Difference(path, "removed") for path in there - here)]
