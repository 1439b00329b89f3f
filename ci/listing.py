"""The tasks of the repository as one list, and what can be counted in it."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from schema.fields import NAME_PATTERN
from schema.instance import HubPointer, Instance
from schema.seed import SEED_INSTANCES
from schema.task import Contributor, Task
from schema.training import Pair, is_seen
from schema.vocabulary import DIMENSIONS
from validators.folder import JsonFile, TaskFolder

TASKS = "tasks"


class ListingError(Exception):
    """A file cannot be listed; the message says which, and what to do."""


@dataclass(frozen=True)
class Entry:
    """One instance of a task, as its files describe it."""

    task: str
    stem: str
    instance: Instance

    @property
    def name(self) -> str:
        """The instance's full name."""
        return f"{self.task}_{self.stem}"

    @property
    def pair(self) -> Pair:
        """Task and variant, which the benchmark counts as a task of its own."""
        return self.task, self.instance.variant

    @property
    def seen(self) -> bool:
        """True if the benchmark's models may have been trained on this task and variant."""
        return is_seen(*self.pair)

    @property
    def hub(self) -> HubPointer | None:
        """Where on the Hub the examples are; None where they are in the repository."""
        return self.instance.dataset if isinstance(self.instance.dataset, HubPointer) else None


@dataclass(frozen=True)
class TaskEntry:
    """A task with its instances, sorted by name."""

    name: str
    about: Task
    instances: tuple[Entry, ...]


@dataclass(frozen=True)
class Counts:
    """How much there is of everything. Datasets are told apart by the names of the sources."""

    instances: int
    pairs: int
    folders: int
    datasets: int
    dimensions: dict[str, int]
    """Instances of each dimension, in the order of the vocabulary."""
    seen: int
    unseen: int


@dataclass(frozen=True)
class Listing:
    """All tasks of a repository, sorted by name."""

    tasks: tuple[TaskEntry, ...]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All instances."""
        return tuple(entry for task in self.tasks for entry in task.instances)

    @cached_property
    def missing(self) -> list[str]:
        """Instances of the seed benchmark that are not there."""
        return sorted(SEED_INSTANCES - {entry.name for entry in self.entries})

    def counts(self, *, seed: bool = False) -> Counts:
        """Count all instances, or those of the seed benchmark."""
        chosen = [entry for entry in self.entries if not seed or entry.name in SEED_INSTANCES]
        dimension = {task.name: task.about.dimension for task in self.tasks}
        found: Counter[str] = Counter(dimension[entry.task] for entry in chosen)
        seen = sum(entry.seen for entry in chosen)
        return Counts(
            instances=len(chosen),
            pairs=len({entry.pair for entry in chosen}),
            folders=len({entry.task for entry in chosen}),
            datasets=len({source.name for entry in chosen for source in entry.instance.sources}),
            dimensions={name: found[name] for name in DIMENSIONS},
            seen=seen,
            unseen=len(chosen) - seen,
        )

    def contributors(self) -> list[tuple[Contributor, list[str]]]:
        """Everybody who gave tasks, with the tasks' names; sorted by name."""
        tasks: dict[Contributor, list[str]] = {}
        for task in self.tasks:
            for contributor in dict.fromkeys(task.about.contributors):
                tasks.setdefault(contributor, []).append(task.name)
        return sorted(tasks.items(), key=lambda one: (one[0].name.casefold(), one[1]))


def read_listing(root: Path) -> Listing:
    """Read every folder under tasks/.

    Raises:
        ListingError: if a file does not fit the schema, or cannot be read.
    """
    try:
        names = sorted(path.name for path in (root / TASKS).iterdir() if path.name[0] != ".")
        folders = [TaskFolder(root, f"{TASKS}/{name}") for name in names]
    except OSError as error:
        raise ListingError(f"cannot read {error.filename}: {error.strerror}") from error
    return Listing(tuple(map(_task, folders)))


def _task(folder: TaskFolder) -> TaskEntry:
    if not re.match(NAME_PATTERN, folder.task):
        raise ListingError(f"{folder.path} is not named like a task; {_advice(folder.path)}")
    if folder.task_file is None:
        raise ListingError(f"{folder.path} has no task.json; {_advice(folder.path)}")
    about = Task.model_validate(_data(folder.task_file))
    entries = tuple(
        Entry(folder.task, file.stem, Instance.model_validate(_data(file)))
        for file in folder.instances
    )
    return TaskEntry(folder.task, about, entries)


def _data(file: JsonFile) -> object:
    """What a file says, if it fits its schema."""
    if not file.reading.readable or file.reading.defects or file.issues:
        raise ListingError(f"{file.path} does not fit the schema; {_advice(file.path)}")
    return file.reading.data


def _advice(path: str) -> str:
    return f"see what is wrong with it: python -m validators.check --static {path}"
