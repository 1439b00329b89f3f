"""From an old task to ours: files drafted as far as facts allow, TODO for a person elsewhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from schema.instance import Instance
from schema.task import MAX_LABELS, Task
from validators.adoption import names
from validators.adoption.asked import Asked, asked
from validators.adoption.columns import Columns, columns_of
from validators.adoption.metrics import answer, metric_fits, metrics
from validators.adoption.notes import Notebook, few
from validators.adoption.old import OldInstance, OldTask
from validators.adoption.readme import compare_labels, readme
from validators.adoption.rows import OldRows
from validators.newtask.collect import check_size, rows_of
from validators.newtask.draft import (
    REFERENCES,
    Draft,
    Wishes,
    inputs_of,
    instance_data,
    missing_instructions,
    output_data,
    output_of,
    put_data,
    stem_of,
    task_data,
    title_of,
)
from validators.newtask.survey import Plan, SurveyError, Table, decide
from validators.tidy import json_text

Pointer = tuple[str | None, str | None]
"""Dataset and commit, as far as they can be used."""
Reader = Callable[[OldInstance, Pointer, Notebook], OldRows | None]
"""Finds the rows of an instance, or notes why there are none."""


@dataclass
class Part:
    """One instance of the new task."""

    stem: str
    old: OldInstance
    notes: Notebook
    pointer: Pointer
    metrics: list[str]
    kind: str = "classification"
    labels: tuple[str, ...] = ()
    mapping: dict[str, str] = field(default_factory=dict)
    ends: dict[str, float] = field(default_factory=dict)
    """The least and the greatest number that occurs."""
    inputs: list[str] = field(default_factory=lambda: ["audio"])
    columns: dict[str, str] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)
    variant: str | None = None
    asked: Asked = field(default_factory=lambda: Asked((), ()))
    rows: int = 0
    copied: bool = False

    @property
    def whole_pointer(self) -> bool:
        """True if the instance points at a dataset at a commit."""
        return None not in self.pointer


@dataclass
class Adopted:
    """An old task with what became of it; without a name nothing can be made of it."""

    old: OldTask
    name: str | None
    parts: list[Part] = field(default_factory=list)
    draft: Draft = field(default_factory=Draft)
    pointers: list[tuple[Notebook, Pointer]] = field(default_factory=list)
    """The pointers of all instances, those included that were left out."""

    @property
    def usable(self) -> bool:
        """True if there is a folder to write."""
        return self.name is not None and bool(self.parts)


def convert(old: OldTask, read: Reader) -> Adopted:
    """Draft the new folder of a task; what cannot be known says TODO."""
    adopted = Adopted(old, names.task_name(old))
    for instance in old.instances:
        label = "" if instance.label == "." else f"/{instance.label}"
        notes = old.notes.of(f"{old.name}{label}")
        pointer = names.repo_id(instance, notes), names.revision(instance, notes)
        adopted.pointers.append((notes, pointer))
        if names.is_foreign(old, instance):
            notes.add("foreign-instance", f'"{instance.name}" is no instance of {old.name}')
            continue
        stem = names.stem(old, instance, notes) or (stem_of(old.name) or "Dataset")
        if any(part.stem == stem for part in adopted.parts):
            notes.add("name-taken-twice", f'another instance is called "{stem}" already')
            continue
        part = Part(stem, instance, notes, pointer, metrics(instance.texts("metrics"), notes))
        _fill(part, read, adopted)
        adopted.parts.append(part)
    if adopted.usable:
        _draft(adopted)
    return adopted


# -- one instance ---------------------------------------------------------------------------------


def _fill(part: Part, read: Reader, adopted: Adopted) -> None:
    """Take out of an instance's rows what they hold."""
    instance, pointer, notes = part.old, part.pointer, part.notes
    part.variant = names.variant(part.stem, notes)
    rows = read(instance, pointer, notes)
    if rows is None:
        part.kind = answer(part.metrics, [], notes)
        return
    local = rows.local and not part.whole_pointer
    columns = columns_of(rows.table, notes, local=local)
    part.rows, part.columns, part.inputs = len(rows.table.rows), columns.renamed, columns.inputs
    _labels(part, rows.table, columns)
    _asked(part, rows.table, columns, adopted)
    if local:
        _copy(part, rows.table, columns, adopted)


def _labels(part: Part, table: Table, columns: Columns) -> None:
    column = columns.names.get("label")
    values = table.values(column) if column else []
    part.kind = answer(part.metrics, values, part.notes)
    if part.kind == "classification" and len(set(values)) > MAX_LABELS:
        part.notes.add(
            "metric-does-not-fit",
            f"{len(set(values)):,} different labels are too many to choose from; text was taken",
        )
        part.kind = "text"
    output, part.mapping = output_of(part.kind, values)
    part.ends = {name: end for name, end in output.items() if name in ("minimum", "maximum")}
    part.labels = tuple(output.get("labels") or ())
    if part.mapping:
        changed = [value for value, label in part.mapping.items() if value != label]
        part.notes.add("label-map", f"changed: {few(changed)}")


def _asked(part: Part, table: Table, columns: Columns, adopted: Adopted) -> None:
    """Instructions, and the order of the labels, from the instruction column."""
    column = columns.names.get("instruction")
    if column is None:
        return
    rows = [row | {"instruction": row[column]} for row in table.rows]
    part.asked = asked(rows, part.labels, columns.texts, part.notes)
    if part.labels:
        part.labels = part.asked.labels
        if not part.asked.listed:
            metric_fits(part.metrics, part.kind, table.values(columns.names["label"]), part.notes)
        compare_labels(adopted.old.readme, list(part.labels), part.notes)


def _copy(part: Part, table: Table, columns: Columns, adopted: Adopted) -> None:
    """Local clips, copied as `validators.new` copies them."""
    instruction = columns.names.get("instruction")
    kept = tuple(column for column in table.columns if column != instruction)
    plain = Table(table.base, kept, tuple({c: row[c] for c in kept} for row in table.rows))
    wanted = {"label": columns.names["label"]} if "label" in columns.names else {}
    try:
        plan: Plan = decide(plain, wanted, part.kind)
        rows = rows_of(plain, plan, audio_output=part.kind == "audio")
        check_size(rows)
    except SurveyError as error:
        part.notes.add("data-not-read", f"the clips were not copied: {error}")
        return
    made = Draft()
    wishes = Wishes(adopted.name or "", part.stem)
    put_data(made, wishes, rows, plan, labelled=part.kind == "classification")
    for said in made.said:
        part.notes.add("clips", said)
    adopted.draft.files |= made.files
    adopted.draft.copies |= made.copies
    part.inputs, part.columns, part.groups = inputs_of(plan), {}, list(plan.groups)
    part.copied = True


# -- the folder -----------------------------------------------------------------------------------


def _draft(adopted: Adopted) -> None:
    notes, parts = adopted.old.notes, adopted.parts
    first = parts[0]
    compared: dict[str, list[Any]] = {
        "the kind of answer": [part.kind for part in parts],
        "inputs": [part.inputs for part in parts],
        "metrics": [part.metrics for part in parts],
        "description": [text for part in parts if (text := _description(part))],
    }
    for what, values in compared.items():
        if any(value != values[0] for value in values):
            kept = "all were taken" if what == "metrics" else "the first stays"
            shown = [", ".join(value) if isinstance(value, list) else value for value in values]
            notes.add("several-values", f"{what}: {few(shown)}; {kept}")
    labels = list(dict.fromkeys(label for part in parts for label in part.labels))
    task = _task(adopted, labels)
    files = adopted.draft.files
    files["task.json"] = json_text(task, Task)
    for part in parts:
        files[f"instances/{part.stem}.json"] = json_text(_instance(part, labels), Instance)
    lines = list(dict.fromkeys(line for part in parts for line in part.asked.instructions))
    lines += missing_instructions(
        max(part.rows for part in parts), first.inputs, "labels" in task["output"], len(lines)
    )
    files["instructions.txt"] = "".join(f"{line}\n" for line in lines)
    files["README.md"] = readme(adopted.old.readme, task["title"], notes)
    files["references.bib"] = REFERENCES


def _description(part: Part) -> str:
    return " ".join(part.old.text("description").split())


def _task(adopted: Adopted, labels: Sequence[str]) -> dict[str, Any]:
    parts = adopted.parts
    output = output_data(parts[0].kind, list(labels)) | parts[0].ends
    wishes = Wishes(adopted.name or "", parts[0].stem, title_of(adopted.name or ""))
    task = task_data(wishes, parts[0].inputs, output, None)
    description = next(filter(None, map(_description, parts)), "")
    keywords = list(dict.fromkeys(word for part in parts for word in part.old.texts("keywords")))
    known = list(dict.fromkeys(metric for part in parts for metric in part.metrics))
    if description:
        task["description"] = description
    if keywords:
        task["keywords"] = keywords
    task["metrics"] = known or ["TODO: one of the metrics of docs/task_format.md"]
    return task


def _instance(part: Part, labels: Sequence[str]) -> dict[str, Any]:
    repo_id, revision = part.pointer
    hub = None if part.copied else f"{repo_id or 'TODO'}@{revision or 'TODO'}"
    data = instance_data(Wishes("", part.stem, hub=hub), part.mapping, part.groups, None)
    if part.columns:
        data["columns"] = part.columns
    own = [label for label in labels if label in part.labels]
    if own and own != list(labels):
        data["labels"] = own
    if part.variant:
        data["variant"] = part.variant
    return data
