"""Examples as the files of a `data/<stem>/` folder, and the comparison with what is there."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from scripts.telephone_prompts.dataset import Cell, Example, Wave
from scripts.telephone_prompts.sound import encode

CLIPS = "clips"


def render(examples: Iterable[Example], *, lists: bool) -> dict[str, bytes]:
    """The bytes of every file, by POSIX path in the folder."""
    rows = list(examples)
    files = {_path(wave): wave for example in rows for wave in example.clips.values()}
    content = {path: encode(files[path].samples) for path in sorted(files)}
    table = [_row(example) for example in rows]
    if lists:
        content["metadata.jsonl"] = _json_lines(table)
    else:
        content["metadata.csv"] = _csv(table)
    return content


def differences(folder: Path, files: Mapping[str, bytes]) -> Iterator[str]:
    """What `write` would change, one line a file."""
    there = set(_files(folder))
    for name in sorted(there | set(files)):
        if name not in there:
            yield f"{folder / name}: missing"
        elif name not in files:
            yield f"{folder / name}: no longer made"
        elif (folder / name).read_bytes() != files[name]:
            yield f"{folder / name}: differs"


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write every file, and remove those that are no longer made."""
    for name in set(_files(folder)) - set(files):
        (folder / name).unlink()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def _path(wave: Wave) -> str:
    return f"{CLIPS}/{wave.name}.flac"


def _row(example: Example) -> dict[str, Cell]:
    """AudioFolder's columns: `file_name` for one clip, `<column>_file_name` for several."""
    if set(example.clips) == {"audio"}:
        names: dict[str, Cell] = {"file_name": _path(example.clips["audio"])}
    else:
        names = {f"{key}_file_name": _path(wave) for key, wave in example.clips.items()}
    return {**names, **example.cells}


def _csv(table: Sequence[Mapping[str, Cell]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fieldnames=list(table[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return buffer.getvalue().encode()


def _json_lines(table: Sequence[Mapping[str, Cell]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in table).encode()
