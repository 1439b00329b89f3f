"""A new task's files: what the data answer is filled in, the rest says TODO and what to write.

The words after TODO are for the contributor; the check finds each (`words.template_text`), so that
a new task fails exactly where a person must decide. Everything is as `--fix` would leave it.
"""

import csv
import io
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from schema.fields import NAME_PATTERN, STEM_PATTERN
from schema.instance import Instance
from schema.licences import UNKNOWN
from schema.task import MAX_LABELS, Task
from schema.vocabulary import metrics_for
from validators.instructions import required_instructions
from validators.newtask.collect import (
    Limits,
    Row,
    Seconds,
    check_size,
    guess_output,
    in_order,
    items_of,
    labels_of,
    named,
    rows_of,
    sampled,
)
from validators.newtask.survey import DECIMAL, TEXT_NAMES, Plan, SurveyError, Table
from validators.tidy import SCHEMA_LINKS, json_text


@dataclass(frozen=True)
class Wishes:
    """What a person said on the command line or when asked; None leaves it open."""

    task: str
    stem: str
    title: str | None = None
    output: str | None = None
    dimension: str | None = None
    inputs: tuple[str, ...] | None = None
    hub: str | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass
class Draft:
    """Everything that stands in the new folder, and what was decided on the way."""

    files: dict[str, str] = field(default_factory=dict)
    copies: dict[str, Path] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


# -- names ----------------------------------------------------------------------------------------


def task_name_of(words: str) -> str | None:
    """What a task of these words could be called: `spoken emotion` gives `SpokenEmotion`."""
    parts = re.findall(r"[A-Za-z0-9]+", words)
    name = "".join(part[0].upper() + part[1:] for part in parts)
    return name if re.match(NAME_PATTERN, name) else None


def stem_of(name: str) -> str | None:
    """What a dataset of this name could be called in a file name: its own spelling if possible."""
    return name if re.match(STEM_PATTERN, name) else task_name_of(name)


def guessed_stem(name: str) -> str | None:
    """The same for a name that nobody chose for this: an underscore in it divides no datasets."""
    return task_name_of(name) if "_" in name else stem_of(name)


def title_of(task: str) -> str:
    """`SpokenEmotionRecognition` as a title: `Spoken emotion recognition`."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+|[0-9]+", task)
    rest = [word if word.isupper() and len(word) > 1 else word.lower() for word in words[1:]]
    title = " ".join([*words[:1], *rest])
    return title if 0 < len(title) <= 40 else "TODO: at most 40 characters"


# -- files ----------------------------------------------------------------------------------------


def draft(wishes: Wishes, table: Table | None, plan: Plan | None, seconds: Seconds) -> Draft:
    """The new folder's content.

    Raises:
        SurveyError: if the data cannot be taken as they are.
    """
    made = Draft()
    rows: list[Row] = []
    output: dict[str, Any]
    mapping: dict[str, str] = {}
    sampling = None
    if table is None or plan is None:
        output = output_data(wishes.output or "classification", [])
        made.said.append(f"output: {output['type']}" + ("" if wishes.output else ", a guess"))
    else:
        made.said += [*table.said, *([] if table.plain else plan.said)]
        kind, why = _kind(wishes, table, plan)
        made.said.append(f"output: {kind}, {why}")
        rows = rows_of(table, plan, audio_output=kind == "audio")
        rows, sampling = sampled(rows, wishes.limits, kind == "classification", seconds)
        check_size(rows)
        values = [label for row in rows if (label := row.cells.get("label", "")).strip()]
        output, mapping = output_of(kind, values)
        if mapping:
            made.said.append(
                "label_map: some values hold what a label may not (comma, brace, blank)"
            )
        if kind == "multilabel":
            rows = in_order(rows, output.get("labels") or [], mapping)
        if sampling:
            made.said.append(f"sampling: {sampling}")
        put_data(made, wishes, rows, plan, labelled=kind == "classification")
    inputs = list(wishes.inputs or (inputs_of(plan) if plan else ["audio"]))
    groups = list(plan.groups) if plan else []
    made.files["task.json"] = json_text(task_data(wishes, inputs, output, plan), Task)
    instance = instance_data(wishes, mapping, groups, sampling)
    made.files[f"instances/{wishes.stem}.json"] = json_text(instance, Instance)
    lines = missing_instructions(len(rows), inputs, "labels" in output)
    made.files["instructions.txt"] = "".join(f"{line}\n" for line in lines)
    made.files["README.md"] = _readme(wishes, rows, output)
    made.files["references.bib"] = REFERENCES
    return made


def _kind(wishes: Wishes, table: Table, plan: Plan) -> tuple[str, str]:
    values = table.values(plan.label) if plan.label else []
    audio = bool(plan.label and values and _all_clips(table, values))
    if wishes.output:
        return wishes.output, "as you said"
    return guess_output(values, plan.label or "", audio=audio)


def _all_clips(table: Table, values: Sequence[str]) -> bool:
    endings = {PurePosixPath(value).suffix.lower() for value in values}
    return "" not in endings and all((table.base / value).is_file() for value in values)


def inputs_of(plan: Plan) -> list[str]:
    """The inputs that a plan finds in the data, in order."""
    return [*sorted(plan.clips, key=_counted), *sorted(plan.texts, key=_counted)]


def _counted(name: str) -> int:
    return int(name.lstrip("audiotex") or 1)


def output_data(kind: str, labels: list[str]) -> dict[str, Any]:
    """The output of a kind, with the labels that are known."""
    output: dict[str, Any] = {"type": kind}
    if kind in ("classification", "multilabel"):
        output["labels"] = labels or None
    if kind == "number":
        output["unit"] = "TODO: what the number counts, e.g. dB or years"
    return output


def output_of(kind: str, values: Sequence[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The output with what the data say of it, and the label map."""
    if kind == "number":
        numbers = [float(value) for value in values if DECIMAL.fullmatch(value.strip())]
        ends = {"minimum": min(numbers), "maximum": max(numbers)} if numbers else {}
        return output_data(kind, []) | {name: _short(end) for name, end in ends.items()}, {}
    if kind not in ("classification", "multilabel"):
        return output_data(kind, []), {}
    if kind == "multilabel":
        values = [item for value in values for item in items_of(value) or []]
    labels, mapping = labels_of(values)
    if len(labels) > MAX_LABELS:
        raise SurveyError(
            f"there are {len(labels):,} different labels and {MAX_LABELS:,} are allowed; say "
            "--output text if the answer is free text"
        )
    return output_data(kind, labels), mapping


def _short(number: float) -> float | int:
    return int(number) if number.is_integer() else number


def task_data(
    wishes: Wishes, inputs: list[str], output: dict[str, Any], plan: Plan | None
) -> dict[str, Any]:
    """task.json with what is known, and TODO where a person must decide."""
    return {
        "$schema": SCHEMA_LINKS[Task],
        "schema_version": 1,
        "title": wishes.title or title_of(wishes.task),
        "description": "TODO: one or two plain sentences that a non-expert understands.",
        "dimension": wishes.dimension or "TODO",
        "keywords": ["TODO: words that somebody would search for"],
        "languages": ["TODO"],
        "inputs": inputs,
        "output": output,
        "metrics": [_metric(str(output["type"]), plan.label if plan else None)],
        "contributors": [{"name": "TODO: your name"}],
    }


def _metric(kind: str, column: str | None) -> str:
    name = (column or "").lower()
    if kind == "text" and name in TEXT_NAMES:
        return "chrf" if "translat" in name else "wer"
    return metrics_for(kind)[0]


def instance_data(
    wishes: Wishes, mapping: dict[str, str], groups: list[str],
    sampling: str | None,
) -> dict[str, Any]:  # fmt: skip
    """An instance file with what is known, and TODO where a person must decide."""
    source = {
        "name": "TODO: the corpus's name as its authors write it",
        "url": "TODO",
        "license": UNKNOWN,
        "cite": None,
    }
    instance: dict[str, Any] = {
        "$schema": SCHEMA_LINKS[Instance],
        "schema_version": 1,
        "dataset": _dataset(wishes),
        "license": UNKNOWN,
        "sources": [source],
        "sampling": {"description": sampling} if sampling else None,
        "results": [],
    }
    if mapping:
        instance["label_map"] = mapping
    if groups:
        instance["groups"] = groups
    return instance


def _dataset(wishes: Wishes) -> dict[str, str]:
    if wishes.hub is None:
        return {"path": f"data/{wishes.stem}"}
    repo_id, _, revision = wishes.hub.partition("@")
    return {"repo_id": repo_id, "revision": revision or "TODO"}


_WAYS = (
    "a plain order",
    "a question",
    "an order that says what the recording is",
    "a question that begins with the options",
    "a role for the model, You are …",
    "why somebody wants to know, then the question",
    "one short sentence",
    "two sentences, of which the second says how to answer",
    "a request by somebody who cannot hear the clip",
    "an order in the words of another trade",
)


def missing_instructions(
    rows: int, inputs: Sequence[str], labelled: bool, there: int = 0
) -> list[str]:
    """The lines that the examples ask for beyond those there, each wanting another way to say it.

    Args:
        rows: how many examples there are.
        inputs: the task's inputs.
        labelled: whether a list of labels stands in each line.
        there: how many instructions there are already.
    """
    holes = [f"{{{name}}}" for name in inputs if name.startswith("text")]
    end = " ".join([*holes, *(["{labels}"] if labelled else [])])
    lines = []
    for number in range(there, required_instructions(rows)):
        way = _WAYS[number] if number < len(_WAYS) else f"another way to ask, number {number + 1}"
        lines.append(f"TODO: {way}. {end}".rstrip())
    return lines


def _readme(wishes: Wishes, rows: Sequence[Row], output: Mapping[str, Any]) -> str:
    title = wishes.title or title_of(wishes.task)
    labels = output.get("labels") or []
    facts = f"`{wishes.stem}` holds {len(rows):,} examples" if rows else ""
    if facts and labels:
        facts += f" of {len(labels):,} labels"
    texts = SECTION_TODOS | {"Data": (f"{facts}.\n" if facts else "") + SECTION_TODOS["Data"]}
    return readme_text(title, texts)


def readme_text(title: str, sections: Mapping[str, str]) -> str:
    """README.md of a title and its sections."""
    return "\n\n".join([f"# {title}", *(f"## {n}\n{text}" for n, text in sections.items())]) + "\n"


SECTION_TODOS = {
    "Objective": "TODO: what the task measures, what a model is given and answers, and why that "
    "matters.",
    "Data": "TODO: where the clips come from, who made them, how they were chosen, what was done "
    "to them.",
    "Limitations": "TODO: what a model could exploit without doing the task, and what a score does "
    "not say.",
}
"""What to write in each section of README.md."""

REFERENCES = """\
One BibTeX entry, with author, title and year, for every source and every prior result. Its key is
what "cite" says in the instance file. These lines are a comment, and may go.
"""


def put_data(
    made: Draft, wishes: Wishes, rows: Sequence[Row], plan: Plan, *, labelled: bool
) -> None:
    """metadata.csv and the copies of the clips."""
    folder = f"data/{wishes.stem}"
    names, said = named(rows, labelled=labelled)
    made.said.append(said)
    keep_origin = "numbered" in said
    header = _clip_headers(rows)
    texts = [name for name in ("text", *plan.texts) if name in plan.texts]
    columns = [*dict.fromkeys(texts), *([] if "label" in header else ["label"]), *plan.groups]
    keep_ids = any(
        id_ != _id_by_name(row, clips) for row, (id_, clips) in zip(rows, names, strict=True)
    )
    lines = [[*(["file"] if keep_ids else []), *header.values(), *columns]]
    lines[0] += ["origin"] if keep_origin else []
    for row, (id_, clips) in zip(rows, names, strict=True):
        for name, path in row.clips.items():
            made.copies[f"{folder}/clips/{clips[name]}"] = path
        line = [id_] if keep_ids else []
        line += [f"clips/{clips[name]}" if name in clips else "" for name in header]
        line += [row.cells.get(name, "") for name in columns]
        lines.append([*line, *([row.origin] if keep_origin else [])])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    made.files[f"{folder}/metadata.csv"] = text.getvalue()


def _id_by_name(row: Row, clips: Mapping[str, str]) -> str:
    """The id that the reader gives a row without a column `file`."""
    return PurePosixPath(clips[next(iter(row.clips))]).stem


def _clip_headers(rows: Sequence[Row]) -> dict[str, str]:
    """Canonical clip column to its name in metadata.csv."""
    names = sorted({name for row in rows for name in row.clips}, key=lambda n: (n == "label", n))
    if names == ["audio"]:
        return {"audio": "file_name"}
    ordered = sorted(names, key=lambda name: name != "label")  # audio as output comes first
    return {name: f"{name}_file_name" for name in ordered}


# -- writing --------------------------------------------------------------------------------------


def write(target: Path, made: Draft) -> None:
    """Make the folder in one step: it is there with everything in it, or it is not there.

    Raises:
        OSError: if it cannot be made.
    """
    _forget_leftovers(target)
    temporary = target.with_name(f".{target.name}.new-{os.getpid()}")
    try:
        temporary.mkdir()
        for path, text in made.files.items():
            _parent_of(temporary / path).write_text(text, encoding="utf-8", newline="\n")
        for path, source in made.copies.items():
            shutil.copyfile(source, _parent_of(temporary / path))
        if os.path.lexists(target):
            raise FileExistsError(17, "it appeared in the meantime", str(target))
        temporary.rename(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _parent_of(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _forget_leftovers(target: Path) -> None:
    """Remove what a run left behind that was killed; one that still runs keeps its own."""
    for path in target.parent.glob(f".{target.name}.new-*"):
        number = path.name.rpartition("-")[2]
        if number.isdigit() and not _runs(int(number)):
            shutil.rmtree(path, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
