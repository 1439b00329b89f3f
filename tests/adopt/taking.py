"""Run adopt without its command line."""

from functools import partial
from pathlib import Path

from validators.adopt import compare_pointers
from validators.adoption.convert import Adopted, convert
from validators.adoption.old import find, read_task
from validators.adoption.rows import read_rows


def take(root: Path) -> dict[str, Adopted]:
    """Convert every old task below `root`/old with the exports beside it, by old name."""
    read = partial(read_rows, data=root / "exports")
    tasks, _ = find([root / "old"])
    adopted = [convert(read_task(folder), read) for folder in tasks]
    (root / "tasks").mkdir(exist_ok=True)
    compare_pointers(adopted, root / "tasks", root)
    return {one.old.name: one for one in adopted}
