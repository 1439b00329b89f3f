"""Malformed task folders: seeded mutations of flawless ones. A seed gives the same folder again."""

import contextlib
import csv
import io
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.flawless import DATA, METADATA, VARIANTS, make_task, variant
from tests.hostile.mutants import mutated

Chance = random.Random

TEXTS = (
    "", " ", "\0", "\n", "\r\n", "\x1b[2J", "\u202e", "\ud800", "\ufeff", "é", "\uff21", "🎙️",
    ",", '"', "'", "{labels}", "{text}", "{", "}", "{}", "[]", "null", "NaN", "1e999", "-1", "0",
    "true", "../..", "/etc/passwd", "::error::x", "##[x]", "%0A", "$(id)", "<b>", "![a](b)",
    "@all", "-", "--", "\\", "data/Prompts", "clips/c01.wav", "CC-BY-4.0", "accuracy", "audio",
    "text", "label", "file", "https://example.org/", "a" * 300, "a" * 70_000, "TODO", "yes", "no",
    "AUD512", "TSK201",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 40, 2**53 + 1, 10**30, 0.5, -0.0, 1e300, 5e-324, [], {}, [[]],
    [None], [1], {"": ""}, {"a": {"b": []}}, ["yes"], [{}], {"type": "text"},
    {"path": "data/Prompts"}, *TEXTS,
)  # fmt: skip
NAMES = (
    "task.json", "instructions.txt", "README.md", "references.bib", "instances/Prompts.json",
    "instances/Other.json", "instances/x", "data/Prompts/metadata.csv",
    "data/Prompts/metadata.jsonl", "data/Other/metadata.csv", "data/Prompts/clips/c01.wav",
    "data/Prompts/clips/new.mp3", "data/x", "Task.json", "a\nb", "::error::x", "-rf", "\u202ex",
    "é.wav", ".git", "x/y/z", "data/Prompts/x.opus",
)  # fmt: skip


def malformed(seed: int, root: Path, clips: Path) -> tuple[Path, list[str]]:
    """The task folder of a seed below `root`, and what was done to it."""
    chance = Chance(seed)
    kind = chance.choice(list(VARIANTS))
    task = make_task(root, clips)
    variant(kind)(task)
    done = [kind]
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5, 10))):
        mutation = chance.choice(MUTATIONS)
        # What an earlier mutation left may have no place for this one.
        with contextlib.suppress(OSError, ValueError, IndexError, TypeError, KeyError, csv.Error):
            done.append(f"{mutation.__name__} {mutation(task, chance)}")
    return task, done


# -- files ----------------------------------------------------------------------------------------


def _entries(task: Path) -> list[Path]:
    return sorted(_walk(task), key=os.fsencode)


def _walk(folder: Path) -> Iterator[Path]:
    for entry in os.scandir(folder):
        yield Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))


def _pick(task: Path, chance: Chance, *, clips: bool = True) -> Path:
    """A regular file; the few texts as often as the many clips."""
    files = [path for path in _entries(task) if path.is_file() and not path.is_symlink()]
    texts = [path for path in files if "clips" not in path.parts]
    return chance.choice(files if clips and (not texts or chance.random() < 0.3) else texts)


def _read(path: Path) -> bytes:
    """The bytes of a regular file: a pipe in its place would never end."""
    if path.is_symlink() or not path.is_file():
        raise OSError(f"{path} is no regular file")
    return path.read_bytes()


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # a clip is a hard link to one that all share
    path.write_bytes(content)


def bytes_changed(task: Path, chance: Chance) -> str:
    """A few bytes of a file."""
    path = _pick(task, chance)
    _put(path, mutated(_read(path), chance))
    return path.name


def text_inserted(task: Path, chance: Chance) -> str:
    """A hostile piece of text anywhere in a text file."""
    path = _pick(task, chance, clips=False)
    content, piece = _read(path), chance.choice(TEXTS).encode("utf-8", "surrogatepass")
    place = chance.randrange(len(content) + 1)
    _put(path, content[:place] + piece + content[place:])
    return path.name


def lines_changed(task: Path, chance: Chance) -> str:
    """Lines of a text file in another order, twice, or gone."""
    path = _pick(task, chance, clips=False)
    lines = _read(path).splitlines(keepends=True)
    match chance.randrange(4):
        case 0:
            chance.shuffle(lines)
        case 1:
            lines.insert(chance.randrange(len(lines)), chance.choice(lines))
        case 2:
            del lines[chance.randrange(len(lines))]
        case 3:
            lines *= chance.choice((2, 50))
    _put(path, b"".join(lines))
    return path.name


def reencoded(task: Path, chance: Chance) -> str:
    """A text file in another encoding."""
    path = _pick(task, chance, clips=False)
    encoding = chance.choice(("utf-16", "utf-32", "utf-8-sig", "utf-7", "cp037", "latin-1"))
    _put(path, _read(path).decode("utf-8", "ignore").encode(encoding, "ignore"))
    return f"{path.name} {encoding}"


# -- the folder -----------------------------------------------------------------------------------


def renamed(task: Path, chance: Chance) -> str:
    """An entry under another name."""
    path, name = chance.choice(_entries(task)), chance.choice(NAMES)
    (task / name).parent.mkdir(parents=True, exist_ok=True)
    path.rename(task / name)
    return f"{path.name} {name!r}"


def swapped(task: Path, chance: Chance) -> str:
    """Two files in each other's place."""
    first, second = _pick(task, chance), _pick(task, chance)
    one, other = _read(first), _read(second)
    _put(first, other)
    _put(second, one)
    return f"{first.name} {second.name}"


def deleted(task: Path, chance: Chance) -> str:
    """An entry that is gone."""
    any_entry = chance.random() < 0.5
    path = chance.choice(_entries(task)) if any_entry else _pick(task, chance, clips=False)
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    return path.name


def duplicated(task: Path, chance: Chance) -> str:
    """A file once more under another name."""
    path, name = _pick(task, chance), chance.choice(NAMES)
    _put(task / name, _read(path))
    return f"{path.name} {name!r}"


def linked(task: Path, chance: Chance) -> str:
    """A link in the place of an entry."""
    path = chance.choice(_entries(task))
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    targets = ("/etc/passwd", "/dev/zero", "..", ".", path.name, "nowhere", "/proc/self")
    target = chance.choice(targets)
    path.symlink_to(target)
    return f"{path.name} -> {target}"


def special(task: Path, chance: Chance) -> str:
    """A pipe or a folder in the place of a file."""
    path = _pick(task, chance)
    path.unlink()
    os.mkfifo(path) if chance.random() < 0.5 else path.mkdir()
    return path.name


def emptied(task: Path, chance: Chance) -> str:
    """A file of no bytes."""
    path = _pick(task, chance)
    _put(path, b"")
    return path.name


def added(task: Path, chance: Chance) -> str:
    """An entry more."""
    name = chance.choice(NAMES)
    _put(task / name, chance.choice(TEXTS).encode("utf-8", "surrogatepass"))
    return repr(name)


# -- JSON -----------------------------------------------------------------------------------------


def json_changed(task: Path, chance: Chance) -> str:
    """A value of a JSON file replaced, removed, renamed or put elsewhere."""
    path = chance.choice([path for path in _entries(task) if path.suffix == ".json"])
    data = json.loads(_read(path))
    places = list(_places(data))
    for _ in range(chance.choice((1, 1, 2, 6))):
        holder, key = chance.choice(places)
        _change(holder, key, chance, places)
    # Escapes: a lone surrogate can be written in no other way.
    text = json.dumps(data, indent=chance.choice((None, 2)), ensure_ascii=chance.random() < 0.5)
    _put(path, text.encode("utf-8", "surrogatepass"))
    return path.name


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = (
        range(len(value)) if isinstance(value, list) else value if isinstance(value, dict) else ()
    )
    for key in list(keys):
        yield value, key
        yield from _places(value[key])


def _change(holder: Any, key: Any, chance: Chance, places: list[tuple[Any, Any]]) -> None:
    match chance.randrange(5):
        case 0 | 1:
            holder[key] = chance.choice(VALUES)
        case 2:
            del holder[key]
        case 3 if isinstance(holder, dict):
            holder[chance.choice(TEXTS)] = holder.pop(key)
        case _:
            other, its = chance.choice(places)
            holder[key] = json.loads(json.dumps(other[its]))


# -- metadata -------------------------------------------------------------------------------------


def rows_changed(task: Path, chance: Chance) -> str:
    """Rows of metadata.csv in another order, twice, gone, cut or grown."""
    table = list(csv.reader(io.StringIO(_read(task / METADATA).decode(), newline="")))
    row = chance.choice(table)
    match chance.randrange(6):
        case 0:
            chance.shuffle(table)
        case 1:
            table.append(row)
        case 2:
            table.remove(row)
        case 3:
            row.pop()
        case 4:
            row.append(chance.choice(TEXTS))
        case 5:
            table = table[: chance.randrange(len(table))]
    _save(task, table)
    return str(len(table))


def cells_changed(task: Path, chance: Chance) -> str:
    """Cells of metadata.csv, of its header too."""
    table = list(csv.reader(io.StringIO(_read(task / METADATA).decode(), newline="")))
    for _ in range(chance.choice((1, 1, 3, 30))):
        row = table[0] if chance.random() < 0.1 else chance.choice(table)
        row[chance.randrange(len(row))] = chance.choice((*TEXTS, *chance.choice(table)))
    _save(task, table)
    return ""


def _save(task: Path, table: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator=_line_end(table)).writerows(table)
    _put(task / METADATA, text.getvalue().encode("utf-8", "surrogatepass"))


def _line_end(table: list[list[str]]) -> str:
    """CR LF for every seventh table: both are lawful."""
    return "\r\n" if len(table) % 7 == 0 else "\n"


def lines_of_json_changed(task: Path, chance: Chance) -> str:
    """Rows of metadata.jsonl with other values."""
    path = task / DATA / "metadata.jsonl"
    rows = [json.loads(line) for line in _read(path).splitlines()]
    row = chance.choice(rows)
    _change(row, chance.choice(list(row)), chance, list(_places(rows)))
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    _put(path, lines.encode("utf-8", "surrogatepass"))
    return ""


def clips_changed(task: Path, chance: Chance) -> str:
    """A few clips with other bytes."""
    clips = [path for path in _entries(task) if path.suffix in (".wav", ".flac")]
    for path in chance.sample(clips, min(len(clips), chance.choice((1, 1, 4)))):
        _put(path, mutated(_read(path), chance))
    return ""


MUTATIONS: tuple[Callable[[Path, Chance], str], ...] = (
    bytes_changed, bytes_changed, text_inserted, text_inserted, lines_changed, reencoded, renamed,
    swapped, deleted, duplicated, linked, special, emptied, added, json_changed, json_changed,
    json_changed, rows_changed, cells_changed, cells_changed, lines_of_json_changed, clips_changed,
)  # fmt: skip
