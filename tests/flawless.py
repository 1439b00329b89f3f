"""A small task without a fault, and the edits that put one in.

`make_task` writes the task; an edit changes what stands in its folder:

    make_task(root, clips)
    merge("task.json", {"metrics": ["wer"]})(root / "tasks" / TASK)
"""

import csv
import io
import json
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.sounds import encode

TASK = "AnswerDetection"
STEM = "Prompts"
INSTANCE = f"instances/{STEM}.json"
DATA = f"data/{STEM}"
METADATA = f"{DATA}/metadata.csv"
ROWS = 40
RATE = 16_000
REVISION = "956e6de86a7593c23ce7544416494bb49631c6e1"

TASK_JSON = """\
{
  "$schema": "../../schema/task.schema.json",
  "schema_version": 1,
  "title": "Answer detection",
  "description": "Hear whether the speaker of a telephone prompt says yes or no.",
  "dimension": "content",
  "keywords": ["answers", "telephone speech"],
  "languages": ["en"],
  "inputs": ["audio"],
  "output": {
    "type": "classification",
    "labels": ["yes", "no"]
  },
  "metrics": ["accuracy", "macro_f1"],
  "contributors": [
    {
      "name": "Ada Example",
      "github": "ada-example",
      "orcid": "0000-0002-1825-0097"
    }
  ]
}
"""

INSTANCE_JSON = """\
{
  "$schema": "../../../schema/instance.schema.json",
  "schema_version": 1,
  "dataset": {
    "path": "data/Prompts"
  },
  "license": "CC-BY-4.0",
  "sources": [
    {
      "name": "Example Prompts",
      "url": "https://example.org/prompts",
      "license": "CC-BY-4.0",
      "cite": "example2024prompts"
    }
  ],
  "sampling": null,
  "results": [
    {
      "system": "Example Listener",
      "metric": "accuracy",
      "value": 0.75,
      "cite": "example2024prompts"
    }
  ]
}
"""

REFERENCES = """\
@misc{example2024prompts,
  author = {Example, Ada},
  title  = {Forty prompts and what listeners make of them},
  year   = {2024}
}
"""

README = """\
# Answer detection

## Objective

The task measures whether a model hears which of two short answers a speaker gives on the
telephone. Voice menus depend on it.

## Data

Forty short clips come from the Example Prompts, twenty of each answer. They were cut by hand at
pauses and kept at their own sample rate.

## Limitations

All clips are much shorter than a real call. A model could exploit that one speaker says every
answer in the same way.
"""

PHRASES = (
    "Say what the speaker answers",
    "Which answer do you hear",
    "Listen and name the reply",
    "What does the caller reply",
    "Decide what was answered",
    "Tell me the answer in this recording",
    "Pick the reply that the voice gives",
    "Determine how the person responds",
    "Identify the response in the clip",
    "Report the answer that is spoken",
    "How does the voice respond here",
    "Name the reply on this line",
)


def instructions(placeholder: str = "{labels}", count: int = len(PHRASES)) -> str:
    """The text of instructions.txt: `count` lines, each with the placeholder."""
    return "".join(f"{phrase}: {placeholder}.\n" for phrase in PHRASES[:count])


def make_clips(folder: Path) -> None:
    """Write twenty WAV and twenty FLAC clips, each different, the same in every session."""
    for number in range(1, ROWS + 1):
        name = clip_name(number)
        encoding = "wav-16" if name.endswith(".wav") else "flac-16"
        (folder / name).write_bytes(encode(noise(number), RATE, encoding))


def clip_name(number: int) -> str:
    """The file name of a clip, counted from 1."""
    return f"c{number:02}.{'wav' if number <= ROWS // 2 else 'flac'}"


def clip_path(number: int) -> str:
    """The path of a clip in the task's folder, counted from 1."""
    return f"{DATA}/clips/{clip_name(number)}"


def noise(
    seed: int, seconds: float = 0.2, rate: int = RATE, channels: int = 1
) -> npt.NDArray[np.float64]:
    """Soft noise that fades in and out: no silence, no clipping, no offset."""
    frames = round(seconds * rate)
    samples = np.random.default_rng(seed).uniform(-0.3, 0.3, (frames, channels))
    if not frames:
        return samples
    from_start = np.arange(frames)
    fade = np.minimum(np.minimum(from_start, from_start[::-1]) / (0.05 * rate), 1)[:, None]
    samples *= fade
    return samples - fade * (samples.mean(axis=0) / fade.mean())


def make_task(root: Path, clips: Path, name: str = TASK) -> Path:
    """Write the flawless task below `root`; its folder."""
    task = root / "tasks" / name
    (task / DATA / "clips").mkdir(parents=True)
    (task / "instances").mkdir()
    (task / "task.json").write_text(TASK_JSON)
    (task / INSTANCE).write_text(INSTANCE_JSON)
    (task / "instructions.txt").write_text(instructions())
    (task / "README.md").write_text(README)
    (task / "references.bib").write_text(REFERENCES)
    labels = ["yes" if number % 2 else "no" for number in range(1, ROWS + 1)]
    _write_table(task, [{"file_name": _inside(n), "label": labels[n - 1]} for n in _numbers()])
    for clip in sorted(clips.iterdir()):
        os.link(clip, task / DATA / "clips" / clip.name)
    return task


def _numbers() -> range:
    return range(1, ROWS + 1)


def _inside(number: int) -> str:
    return f"clips/{clip_name(number)}"


Edit = Callable[[Path], None]
"""Changes a task folder, whose path it is given."""

Row = dict[str, str]


# -- files ----------------------------------------------------------------------------------------


def write(path: str, content: str | bytes) -> Edit:
    """Write a file, with its folders."""

    def edit(task: Path) -> None:
        _put(task / path, content)

    return edit


def append(path: str, text: str | bytes) -> Edit:
    """Add to the end of a file."""

    def edit(task: Path) -> None:
        more = text.encode() if isinstance(text, str) else text
        _put(task / path, (task / path).read_bytes() + more)

    return edit


def replace(path: str, old: str | bytes, new: str | bytes) -> Edit:
    """Replace the first place where `old` stands."""

    def edit(task: Path) -> None:
        before = old.encode() if isinstance(old, str) else old
        after = new.encode() if isinstance(new, str) else new
        content = (task / path).read_bytes()
        assert before in content, f"{path} does not hold {old!r}"
        _put(task / path, content.replace(before, after, 1))

    return edit


def merge(path: str, patch: dict[str, Any]) -> Edit:
    """Change a JSON file by a merge patch (RFC 7396): None deletes a member."""

    def edit(task: Path) -> None:
        data = _merged(json.loads((task / path).read_bytes()), patch)
        _put(task / path, json.dumps(data, indent=2, ensure_ascii=False) + "\n")

    return edit


def _merged(data: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    result = dict(data) if isinstance(data, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merged(result.get(key), value)
    return result


def remove(path: str) -> Edit:
    """Delete a file, or a folder with all that stands in it."""

    def edit(task: Path) -> None:
        whole = task / path
        if whole.is_dir() and not whole.is_symlink():
            shutil.rmtree(whole)
        else:
            whole.unlink()

    return edit


def rename(path: str, new: str) -> Edit:
    """Give a file or folder another path in the task's folder."""

    def edit(task: Path) -> None:
        (task / new).parent.mkdir(parents=True, exist_ok=True)
        (task / path).rename(task / new)

    return edit


def copy(path: str, new: str) -> Edit:
    """Put a copy of a file or folder at another path."""

    def edit(task: Path) -> None:
        if (task / path).is_dir():
            shutil.copytree(task / path, task / new)
        else:
            _put(task / new, (task / path).read_bytes())

    return edit


def link(path: str, target: str) -> Edit:
    """Put a symbolic link in the place of whatever stands there."""

    def edit(task: Path) -> None:
        (task / path).unlink(missing_ok=True)
        (task / path).symlink_to(target)

    return edit


def folder(path: str) -> Edit:
    """Make an empty folder."""

    def edit(task: Path) -> None:
        (task / path).mkdir(parents=True)

    return edit


def sound(path: str, samples: npt.NDArray[Any], rate: int = RATE, encoding: str = "wav-16") -> Edit:
    """Write a clip."""
    return write(path, encode(samples, rate, encoding))


def all_of(*edits: Edit) -> Edit:
    """Several edits, one after another."""

    def edit(task: Path) -> None:
        for one in edits:
            one(task)

    return edit


def _put(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # a clip is a hard link to the one that all tests share
    path.write_bytes(content.encode() if isinstance(content, str) else content)


# -- rows -----------------------------------------------------------------------------------------


def rows(change: Callable[[list[Row]], Iterable[Row]]) -> Edit:
    """Write metadata.csv again with what a function makes of its rows."""

    def edit(task: Path) -> None:
        with (task / METADATA).open(newline="") as file:
            table = list(csv.DictReader(file))
        _write_table(task, list(change(table)))

    return edit


def row(number: int, **cells: str) -> Edit:
    """Change cells of one row, counted from 1."""

    def change(table: list[Row]) -> list[Row]:
        table[number - 1] |= cells
        return table

    return rows(change)


def column(name: str, value: str | Callable[[int], str]) -> Edit:
    """Fill a column, new or not: with one text, or by a function of the row's number from 1."""

    def change(table: list[Row]) -> list[Row]:
        cells = (value if isinstance(value, str) else value(n + 1) for n in range(len(table)))
        return [r | {name: cell} for r, cell in zip(table, cells, strict=True)]

    return rows(change)


def without_column(name: str) -> Edit:
    """Delete a column."""
    return rows(lambda table: [{k: v for k, v in r.items() if k != name} for r in table])


def rename_column(name: str, new: str) -> Edit:
    """Give a column another name."""
    return rows(lambda table: [{new if k == name else k: v for k, v in r.items()} for r in table])


def keep(count: int) -> Edit:
    """Keep the first rows only, and delete the clips of the others."""
    others = [remove(clip_path(number)) for number in _numbers() if number > count]
    return all_of(rows(lambda table: table[:count]), *others)


def line_of_row(number: int) -> int:
    """The line of metadata.csv on which a row stands, counted from 1."""
    return number + 1


def _write_table(task: Path, table: list[Row]) -> None:
    text = io.StringIO()
    names = list(dict.fromkeys(name for r in table for name in r))
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    _put(task / METADATA, text.getvalue())


# -- other flawless tasks -------------------------------------------------------------------------


def _output(output: dict[str, Any], metric: str) -> Edit:
    """Another output with its metric; instructions without options unless the output has labels."""
    results = [
        {"system": "Example Listener", "metric": metric, "value": 0.5, "cite": "example2024prompts"}
    ]
    # Two steps, since a merge would leave the members of the old output.
    return all_of(
        merge("task.json", {"output": None}),
        merge("task.json", {"output": output, "metrics": [metric]}),
        merge(INSTANCE, {"results": results}),
        write("instructions.txt", instructions("{labels}" if "labels" in output else "briefly")),
    )


MULTILABEL_CELLS = ('["noise"]', '["echo"]', '["noise", "echo"]', "[]")

VARIANTS: dict[str, Edit] = {
    "classification": all_of(),
    "multilabel": all_of(
        _output({"type": "multilabel", "labels": ["noise", "echo"]}, "macro_f1"),
        column("label", lambda n: MULTILABEL_CELLS[n % 4]),
    ),
    "number": all_of(
        _output({"type": "number", "unit": "dB", "minimum": 0, "maximum": 40}, "mae"),
        column("label", lambda n: f"{n - 0.5}"),
    ),
    "text": all_of(
        _output({"type": "text"}, "wer"), column("label", lambda n: f"extension, number {n}")
    ),
    "audio output": all_of(
        _output({"type": "audio"}, "si_sdr"),
        rename_column("file_name", "audio_file_name"),
        without_column("label"),
        column("label_file_name", lambda n: _inside(n % ROWS + 1)),
    ),
    "two clips": all_of(
        merge("task.json", {"inputs": ["audio", "audio2"]}),
        rename_column("file_name", "audio_file_name"),
        column("audio2_file_name", lambda n: _inside(n % ROWS + 1)),
    ),
    "audio and text": all_of(
        merge("task.json", {"inputs": ["audio", "text"]}),
        write("instructions.txt", instructions('"{text}" {labels}')),
        column("text", lambda n: f"extension {n}"),
    ),
    "jsonl": all_of(
        lambda task: _put(task / f"{DATA}/metadata.jsonl", _as_jsonl(task / METADATA)),
        remove(METADATA),
    ),
    "hub": all_of(
        merge(INSTANCE, {"dataset": None}),
        merge(INSTANCE, {"dataset": {"repo_id": "ada-example/prompts", "revision": REVISION}}),
        remove("data"),
    ),
}
"""Tasks without a fault: other outputs, other inputs, other places of the data."""


def variant(name: str) -> Edit:
    """Make the flawless task another one without a fault."""
    return VARIANTS[name]


def _as_jsonl(path: Path) -> str:
    with path.open(newline="") as file:
        return "".join(json.dumps(r) + "\n" for r in csv.DictReader(file))
