"""Which task folders somebody asks for on a command line."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from validators.render.escape import visible

TASKS = "tasks"


def find(paths: Sequence[str]) -> tuple[Path, list[str]]:
    """The repository's root and the task folders, relative to it.

    A path inside a task folder means that folder, so that editors and pre-commit may name files.
    """
    asked = [Path(path) for path in paths] or [Path(TASKS)]
    folders = [folder for path in asked for folder in task_folders(path)]
    if not folders:
        stop("there is no task folder to check")
    root = folders[0].parent.parent
    inside = [folder for folder in folders if folder.is_relative_to(root)]
    if len(inside) < len(folders):
        stop("the folders lie in different repositories; check one repository at a time")
    return root, list(dict.fromkeys(folder.relative_to(root).as_posix() for folder in folders))


def task_folders(path: Path) -> list[Path]:
    """The task folders that a path means; ends the program where it means none."""
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow a link
    if not whole.exists():
        stop(f"{path} does not exist{_nearest(whole)}")
    if whole.name == TASKS and whole.is_dir():
        return sorted(entry for entry in whole.iterdir() if not entry.name.startswith("."))
    for folder in (whole, *whole.parents):
        if (folder / "task.json").is_file():
            return [folder]
        if folder.parent.name == TASKS:
            return [folder]
    if not whole.is_dir():
        stop(f"{path} is no folder; a task folder is required")
    return [whole]


def _nearest(path: Path) -> str:
    if not path.parent.is_dir():
        return ""
    from validators.words import did_you_mean  # noqa: PLC0415 - of use in trouble only

    near = did_you_mean(path.name, (entry.name for entry in path.parent.iterdir()))
    return f"; did you mean {os.path.relpath(path.parent / near)}?" if near else ""


def stop(message: str) -> NoReturn:
    """End with exit code 2: a command was used wrongly or could not begin."""
    print(f"error: {visible(message)}", file=sys.stderr)
    raise SystemExit(2)
