"""A pull request as a whole: which files it changes beside which tasks."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

from validators.finding import Location

Status = Literal["added", "modified", "removed"]


class Change(NamedTuple):
    """A changed file, by its path in the repository; a renamed one is removed and added."""

    path: str
    status: Status

    @property
    def parts(self) -> tuple[str, ...]:
        """The path's parts."""
        return PurePosixPath(self.path).parts

    @property
    def task(self) -> str | None:
        """The name of the folder under tasks/ that the file stands in, if any."""
        return self.parts[1] if self.parts[:1] == ("tasks",) and len(self.parts) > 2 else None


class PullRequest(NamedTuple):
    """What a pull request changes.

    `tasks` are the task folders of the base branch. `proposal` is False where the text names no
    confirmed proposal, and None where that is not known.
    """

    changes: tuple[Change, ...]
    tasks: frozenset[str]
    proposal: bool | None = None
    task: str = ""
    instance: None = None

    @property
    def touched(self) -> list[str]:
        """The task folders that are changed, sorted."""
        return sorted({change.task for change in self.changes if change.task})

    @property
    def new(self) -> list[str]:
        """The folders that the base branch has not."""
        there = {change.task for change in self.changes if change.status != "removed"}
        return [name for name in self.touched if name not in self.tasks and name in there]

    @property
    def changed(self) -> list[str]:
        """The touched folders that the base branch has."""
        return [name for name in self.touched if name in self.tasks]

    @property
    def deleted(self) -> list[str]:
        """The folders of the base branch of which task.json goes: without it there is no task."""
        return [
            name for name in self.changed
            if Change(f"tasks/{name}/task.json", "removed") in self.changes
        ]  # fmt: skip

    @property
    def checked(self) -> list[str]:
        """The folders that are still there to be checked."""
        return sorted({*self.new, *self.changed} - {*self.deleted})

    @property
    def stray(self) -> list[Change]:
        """What is put into tasks/ itself, where only folders belong."""
        return [
            change for change in self.changes
            if change.parts[:1] == ("tasks",) and not change.task and change.status != "removed"
        ]  # fmt: skip

    @property
    def outside(self) -> list[Change]:
        """What is changed that is neither a task nor a submitted score."""
        return [change for change in self.changes if change.parts[:1] not in DATA_FOLDERS]


DATA_FOLDERS = {("tasks",), ("results",)}
"""What strangers' pull requests change: data that no workflow runs."""


def at_task(name: str) -> Location:
    """The place of a task folder as a whole."""
    return Location(f"tasks/{name}")


def parse_name_status(raw: bytes) -> Iterator[Change]:
    """The changes that `git diff --name-status --no-renames -z` prints.

    Raises:
        ValueError: it is not what git prints.
    """
    fields = raw.split(b"\0")
    if fields.pop() != b"" or len(fields) % 2:
        raise ValueError("this is no output of git diff --name-status -z")
    for status, path in zip(fields[::2], fields[1::2], strict=True):
        if status not in _STATUS:
            raise ValueError(f"git says {status!r} of a file; A, M, D or T is known")
        yield Change(path.decode("utf-8", "backslashreplace"), _STATUS[status])


_STATUS: dict[bytes, Status] = {
    b"A": "added",
    b"M": "modified",
    b"T": "modified",  # a file that became a link
    b"D": "removed",
}
