"""The original layout as it is found: a folder for a task, in it a folder for each instance.

Strangers' files are read as strictly as the check reads them, and what they say is kept as it was
written; what it means is decided in `convert`.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from validators.adoption.notes import Notebook, few
from validators.folder import TEXT_CAP
from validators.source import METADATA_NAMES
from validators.strict_json import Defect, read_json, read_text

INSTANCE_FILE = "instance.json"
KEYS = ("name", "description", "keywords", "metrics", "path", "version")
FREE_KEYS = ("description", "keywords")
"""Fields that are about the task here, and that may be empty in one instance."""
LIST_ENDING = ".txt"
MOST_FILES = 100_000


class AdoptError(Exception):
    """Why nothing can be done; the message says what to do."""


@dataclass(frozen=True)
class OldInstance:
    """One instance: where it stands, and what its instance.json says, strings stripped of nothing.

    A field that is missing or of another type is left out of `fields`, and noted.
    """

    folder: Path
    label: str
    """Its place for people: path below the task's folder, or the task's folder itself."""
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name as instance.json writes it, else its folder's."""
        return self.fields.get("name", "").strip() or self.folder.name

    def text(self, key: str) -> str:
        """A text field; empty where there is none."""
        value = self.fields.get(key, "")
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> list[str]:
        """A list of texts; empty where there is none."""
        value = self.fields.get(key, [])
        return value if isinstance(value, list) else []


@dataclass(frozen=True)
class OldTask:
    """A task's folder."""

    folder: Path
    readme: str
    instances: tuple[OldInstance, ...]
    notes: Notebook

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name


# -- what was named -------------------------------------------------------------------------------


def find(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The task folders and the score files that paths name.

    A path is a task's folder, a folder of such folders, a text file with one path a line (relative
    to itself), or a JSON file of scores.

    Raises:
        AdoptError: if a path is none of these.
    """
    tasks: dict[Path, None] = {}
    scores: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            tasks |= dict.fromkeys(_tasks_in(path))
        elif path.suffix == ".json" and path.is_file():
            scores[path] = None
        elif path.is_file():
            more = find(_listed(path))
            tasks |= dict.fromkeys(more[0])
            scores |= dict.fromkeys(more[1])
        else:
            raise AdoptError(f"{path} does not exist; name a task's folder, or a list of them")
    return list(tasks), list(scores)


def _tasks_in(folder: Path) -> list[Path]:
    if _is_task(folder):
        return [folder]
    inside = [path for path in sorted(folder.iterdir()) if path.is_dir() and _has_instance(path)]
    if not inside:
        raise AdoptError(
            f"{folder} holds no {INSTANCE_FILE}, nor does a folder of it; name a folder of the "
            "original layout, <Task>/<Instance>/instance.json"
        )
    return inside


def _has_instance(folder: Path) -> bool:
    return (folder / INSTANCE_FILE).is_file() or any(folder.glob(f"*/{INSTANCE_FILE}"))


def _is_task(folder: Path) -> bool:
    """True for a task's folder, false for a folder of tasks, some of which are misplaced files."""
    if (folder / INSTANCE_FILE).is_file():
        return True
    below = [path.parent for path in folder.glob(f"*/{INSTANCE_FILE}")]
    if not below or any(folder.glob(f"*/*/{INSTANCE_FILE}")):
        return False
    documented = all((path / "README.md").is_file() for path in below)
    return (folder / "README.md").is_file() or not documented


def _listed(path: Path) -> list[Path]:
    if path.suffix != LIST_ENDING:
        raise AdoptError(f"{path} is no folder; a list of folders ends in {LIST_ENDING}")
    reading = read_text(path.read_bytes(), cap=TEXT_CAP)
    if reading.text is None:
        raise AdoptError(f"{path}: {reading.defects[0].message}")
    lines = [line.strip() for line in reading.text.splitlines()]
    found = [path.parent / line for line in lines if line and not line.startswith("#")]
    if any(one.suffix == LIST_ENDING for one in found):
        raise AdoptError(f"{path} names another list; name folders only")
    return found


# -- reading --------------------------------------------------------------------------------------


def read_task(folder: Path) -> OldTask:
    """Read a task's folder."""
    notes = Notebook(folder.name)
    readme = _readme(folder, notes)
    instances = tuple(_instances(folder, notes))
    if not instances:
        notes.add("no-instance", f"no {INSTANCE_FILE} in it can be read")
    _strays(folder, notes)
    return OldTask(folder, readme, instances, notes)


def _readme(folder: Path, notes: Notebook) -> str:
    path = folder / "README.md"
    there = path.is_file() and not path.is_symlink()
    reading = read_text(path.read_bytes()[: TEXT_CAP + 1], cap=TEXT_CAP) if there else None
    if reading is None or reading.text is None or not reading.text.strip():
        notes.add("readme-missing", "there is no README.md, or nothing in it")
        return ""
    return reading.text.replace("\r\n", "\n").removeprefix("\ufeff")


def _instances(folder: Path, notes: Notebook) -> Iterator[OldInstance]:
    places = [folder / INSTANCE_FILE, *sorted(folder.glob(f"*/{INSTANCE_FILE}"))]
    for path in places:
        if not path.is_file() or path.is_symlink():
            continue
        label = path.parent.name if path.parent != folder else "."
        book = notes.of(f"{folder.name}/{label}" if label != "." else folder.name)
        if path.parent == folder:
            book.add(
                "misplaced-instance",
                f"{INSTANCE_FILE} stands in the task's folder; it belongs into <Instance>/",
            )
        data = _object(path, book)
        if data is not None:
            yield OldInstance(path.parent, label, _fields(data, book))


def _object(path: Path, notes: Notebook) -> dict[str, Any] | None:
    raw = path.read_bytes()[: TEXT_CAP + 1]
    reading = read_json(raw, cap=TEXT_CAP)
    if isinstance(reading.data, dict):
        for defect in reading.defects:
            notes.add("unreadable-file", _said(path, defect))
        return reading.data
    broken = reading.defects[0] if reading.defects else None
    notes.add("unreadable-file", _said(path, broken) if broken else f"{path.name} is no object")
    return None


def _said(path: Path, defect: Defect) -> str:
    return f"{path.name}:{defect.place.line}:{defect.place.column}: {defect.message}"


def _fields(data: dict[str, Any], notes: Notebook) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key, value in data.items():
        if key not in KEYS:
            notes.add("unknown-key", f'"{key}" ({_short(value)}) is left out')
        elif key in ("keywords", "metrics"):
            texts = _texts(key, value, notes)
            if texts:
                fields[key] = texts
        elif isinstance(value, str):
            fields[key] = value
        else:
            notes.add("wrong-type", f'"{key}" is {_short(value)}; a text is required')
    empty = [key for key in KEYS if not fields.get(key) or not str(fields[key]).strip()]
    if empty:
        notes.add("missing-key", f"{few(empty, 6)} is missing or empty")
    return fields


def _texts(key: str, value: Any, notes: Notebook) -> list[str]:
    """A list of texts; a single text is taken for a list of one, and that is noted."""
    if isinstance(value, str):
        parts = [part.strip() for part in value.split(",")] if value.strip() else []
        if parts:
            notes.add("wrong-type", f'"{key}" is the text {_short(value)}; a list is required')
        return [part for part in parts if part]
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return [one.strip() for one in value if one.strip()]
    notes.add("wrong-type", f'"{key}" is {_short(value)}; a list of texts is required')
    return []


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _strays(folder: Path, notes: Notebook) -> None:
    """Everything that the old layout does not know; data in it are known."""
    stray: list[str] = []
    for number, path in enumerate(sorted(folder.rglob("*"))):
        if number >= MOST_FILES:
            notes.add("stray-file", f"more than {MOST_FILES:,} files; only these were looked at")
            break
        inside = path.relative_to(folder)
        if path.is_dir() or inside.as_posix() == "README.md" or path.name == INSTANCE_FILE:
            continue
        if not any((parent / name).is_file() for parent in path.parents for name in METADATA_NAMES
                   if parent != folder and parent.is_relative_to(folder)):  # fmt: skip
            stray.append(inside.as_posix())
    if stray:
        notes.add("stray-file", f"left out: {few(stray)}")
