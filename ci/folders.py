"""What a build would be needed for: the task folders beside the Hub's manifest, by digest alone."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ci.plan import Change, Edit, Kind
from ci.state import State
from schema.manifest import ROW_FORMAT, PublishedInstance
from validators.folder import TaskFolder

TASKS = "tasks"


def folder_edit(state: State, root: Path, tasks: Sequence[str]) -> Edit:
    """What the folders would change, as far as can be told without a build: nothing is written.

    Args:
        state: what is published.
        root: of the repository of tasks.
        tasks: names of tasks to look at; empty: all.

    Raises:
        OSError: if a folder cannot be read.
    """
    published = {entry.instance: entry for entry in state.manifest.instances}
    changes = [change for name in _names(root, tasks) for change in _of_task(root, name, published)]
    seen = {change.instance for change in changes}
    changes += [
        Change(name, Kind.RETIRED, entry.reason or "")
        if entry.status == "retired"
        else Change(name, Kind.KEPT, "no folder that was looked at has it")
        for name, entry in published.items()
        if name not in seen
    ]
    ordered = tuple(sorted(changes, key=lambda change: change.instance))
    return Edit(tuple(state.manifest.instances), ordered)


def to_build(edit: Edit) -> list[str]:
    """The tasks that have to be built, by name."""
    return sorted(
        {change.instance.split("_")[0] for change in edit.changes if change.kind is Kind.UNBUILT}
    )


def _names(root: Path, tasks: Sequence[str]) -> list[str]:
    if tasks:
        names = sorted({Path(task).name for task in tasks})
        for name in names:
            if not (root / TASKS / name).is_dir():
                raise FileNotFoundError(f"{name} is no task; a folder under {TASKS}/ is required")
        return names
    entries = (root / TASKS).iterdir()
    return sorted(entry.name for entry in entries if not entry.name.startswith("."))


def _of_task(root: Path, name: str, published: dict[str, PublishedInstance]) -> Iterator[Change]:
    folder = TaskFolder(root, f"{TASKS}/{name}")
    successor = folder.task_file.value("/superseded_by") if folder.task_file else None
    for file in folder.instances:
        instance = f"{name}_{file.stem}"
        entry = published.get(instance)
        if entry is not None and entry.status == "retired":
            yield Change(instance, Kind.RETIRED, f"stays out: {entry.reason}")
        elif successor is not None:
            why = f"{successor} takes the task's place; `yank` takes its instances out"
            yield Change(instance, Kind.KEPT if entry else Kind.NOTHING, why)
        elif entry is None:
            yield Change(instance, Kind.UNBUILT, "it is not published yet")
        elif entry.approval.folder_sha256 != folder.digest:
            yield Change(instance, Kind.UNBUILT, "its folder is not the published one")
        elif entry.row_format != ROW_FORMAT:
            yield Change(instance, Kind.UNBUILT, f"rows are written in format {ROW_FORMAT} now")
        else:
            yield Change(instance, Kind.NOTHING, "its folder is the published one")
