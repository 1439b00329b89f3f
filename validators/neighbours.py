"""A task beside the other tasks of the repository: what two tasks must not have in common."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from validators.folder import TaskFolder
from validators.instructions import normalised
from validators.source import AUDIO_EXTENSIONS
from validators.tree import suffix_of


class Neighbours(NamedTuple):
    """A task folder and the others beside it."""

    task: str
    instance: None
    folder: TaskFolder
    others: Sequence[TaskFolder]


_remembered = lru_cache(maxsize=4_096)
"""Folders are compared by identity, and do not change during a run."""


@_remembered
def instruction_set(folder: TaskFolder) -> frozenset[str]:
    """A task's instructions, normalised."""
    lines = folder.instructions.lines if folder.instructions else []
    return frozenset(key for line in lines if (key := normalised(line)))


@_remembered
def clip_digests(folder: TaskFolder) -> dict[str, str]:
    """sha256 of a clip's bytes to its path, for all clips of a task."""
    return {
        digest: path
        for path, digest in folder.hashed
        if path.startswith("data/") and suffix_of(path).lower() in AUDIO_EXTENSIONS
    }


@_remembered
def source_names(folder: TaskFolder) -> frozenset[str]:
    """Names and addresses of all sources that the task's instances state."""
    return frozenset(
        str(found.value).casefold()
        for instance in folder.instances
        for found in instance.find("/sources/*/name", "/sources/*/url")
    )
