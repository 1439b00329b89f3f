"""From rows of a source to examples: `columns`, `label_map` and `sampling` applied."""

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache, partial
from itertools import repeat
from typing import Any, NamedTuple

from validators.document import shown
from validators.finding import Location
from validators.folder import InstanceFile
from validators.sampling import draw, within_minutes
from validators.source import Cell, Clip, Rows, SourceRow, SourceTable
from validators.strict_json import MAX_DEPTH

_KNOWN_LABELS = 1_000  # texts of labels whose reading is remembered
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


class LabelFaultKind(StrEnum):
    """The ways in which a row's label can be wrong."""

    UNMAPPED = "not in label_map"
    UNKNOWN = "not among the labels"
    FORM = "wrong form"
    ORDER = "wrong order"


class LabelFault(NamedTuple):
    """What is wrong with a row's label."""

    kind: LabelFaultKind
    message: str


Label = str | tuple[str, ...] | float | Clip | None
"""What a row answers: a text, several (multilabel), a number or a clip; None where it is missing or
wrong."""


class Example(NamedTuple):
    """One row of an instance under canonical names.

    `label` is what the row answers, after `label_map`; where it is wrong, `label_fault` says how.
    All else is read from the source's `row` when it is asked for.
    """

    row: SourceRow
    names: "Names"
    label: Label
    label_fault: LabelFault | None = None

    @property
    def cells(self) -> dict[str, Cell]:
        """The cells by canonical name, made anew each time; None where one is missing."""
        get = self.row.get
        return {name: get(source) for name, source in self.names.of_source.items()}

    def cell(self, name: str) -> Cell:
        """The cell of a canonical column; None where it is missing."""
        source = self.names.of_source.get(name)
        return None if source is None else self.row.get(source)

    @property
    def texts(self) -> Iterator[tuple[str, str]]:
        """The cells that are texts, each with its canonical name."""
        for name, source in self.names.of_source.items():
            if (text := self.row.text(source)) is not None:
                yield name, text

    @property
    def file(self) -> str:
        """The file id: the source's own, or else the stem of the first clip."""
        file = text_of(self.row.get(self.names.of_source["file"]))
        return self.row.stem(self.names.first) if file is None else file

    @property
    def at(self) -> Location:
        """The row's place, said of this example."""
        return self.row.at.of_example(self.file)

    def path(self, name: str) -> str | None:
        """Where the clip of a canonical column lies; None where there is none to be opened."""
        return self.row.path(self.names.of_source.get(name, ""))

    def paths(self, columns: list[str]) -> list[str]:
        """Where the clips of these columns lie that can be opened; in less time than `clips`."""
        of_source, path_of = self.names.of_source, self.row.path
        return [path for name in columns if (path := path_of(of_source.get(name, "")))]

    def named_clips(self, columns: list[str]) -> list[tuple[str, Clip]]:
        """The clips of these columns that can be opened, each with its column."""
        cells = [(column, self.cell(column)) for column in columns]
        return [(column, cell) for column, cell in cells if isinstance(cell, Clip) and cell.path]

    def clips(self, columns: list[str]) -> list[Clip]:
        """The clips of these columns that can be opened."""
        return [clip for _, clip in self.named_clips(columns)]


class Names(NamedTuple):
    """The source's names of the canonical columns, and of the column of the first clip."""

    of_source: dict[str, str]
    first: str


class ExampleRows:
    """Examples in order, of which only the labels are held: each is made when it is looked at.

    Attributes:
        labels: what each answers.
    """

    def __init__(
        self,
        rows: Rows,
        names: Names,
        labels: Sequence[Label],
        faults: Sequence[LabelFault | None],
    ) -> None:
        self._rows = rows
        self._names = names
        self.labels = labels
        self._faults = faults

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, number: int) -> Example:
        label, fault = self.labels[number], self._faults[number]
        return Example(self._rows[number], self._names, label, fault)

    def __iter__(self) -> Iterator[Example]:
        fields = zip(self._rows, repeat(self._names), self.labels, self._faults, strict=False)
        return map(partial(tuple.__new__, Example), fields)  # in C: there are many walks

    def chosen(self, numbers: Sequence[int]) -> "ExampleRows":
        """Some of the examples, in this order."""
        labels = [self.labels[number] for number in numbers]
        faults = [self._faults[number] for number in numbers]
        return ExampleRows(self._rows.chosen(numbers), self._names, labels, faults)

    def with_label_fault(self, kind: LabelFaultKind) -> Iterator[tuple[Example, LabelFault]]:
        """The examples whose label is wrong in this way, and what is wrong."""
        for number, fault in enumerate(self._faults):
            if fault is not None and fault.kind is kind:
                yield self[number], fault


@dataclass(frozen=True)
class Examples:
    """The drawn examples of an instance. `available` counts the rows before the draw."""

    task: str
    instance: str
    file: InstanceFile
    source: SourceTable
    rows: ExampleRows
    available: int
    missing: tuple[str, ...] = ()

    @cached_property
    def inputs(self) -> list[str]:
        """The task's input columns, in order."""
        return self.file.task_file.inputs if self.file.task_file else []

    @cached_property
    def audio_inputs(self) -> list[str]:
        """The input columns that hold clips."""
        return [name for name in self.inputs if name.startswith("audio")]

    @property
    def output(self) -> str | None:
        """The task's output type."""
        return self.file.task_file.output if self.file.task_file else None

    @cached_property
    def clip_columns(self) -> list[str]:
        """All canonical columns that hold clips, the label of an audio output included.

        Where a fault in task.json leaves the inputs unknown: whatever holds clips in the source.
        """
        if not _knows_inputs(self.file):
            return self.source.clip_columns
        return self.audio_inputs + (["label"] if self.output == "audio" else [])

    @property
    def paths(self) -> dict[str, None]:
        """Where the clips lie that can be opened, each once."""
        return dict.fromkeys(self._uses)

    @property
    def _uses(self) -> Iterator[str]:
        return (path for row in self.rows for path in row.paths(self.clip_columns))

    @cached_property
    def _counts(self) -> tuple[int, int]:
        uses = list(self._uses)
        return len(uses), len(dict.fromkeys(uses))

    @property
    def clip_count(self) -> int:
        """How many clips there are."""
        return self._counts[1]

    @property
    def each_clip_once(self) -> bool:
        """Whether no clip is used twice, as in most instances."""
        return self._counts[0] == self._counts[1]

    @property
    def label_set(self) -> list[str]:
        """The declared labels in order; where none are declared, those that occur, sorted."""
        answers = self.rows.labels
        chosen = (answer if isinstance(answer, tuple) else (answer,) for answer in answers)
        occurring = {label for labels in chosen for label in labels if isinstance(label, str)}
        return self.file.labels or sorted(occurring)

    @cached_property
    def groups(self) -> list[str]:
        """The declared group columns."""
        return [located.value for located in self.file.find("/groups/*")]

    @property
    def all_taken(self) -> bool:
        """Whether no minutes are declared, so that all drawn examples are taken."""
        return self.file.value("/sampling/minutes") is None

    def within_minutes(self, seconds: Callable[[Example], float]) -> "Examples":
        """Cut where the declared minutes are reached; the same where none are declared."""
        if self.all_taken:
            return self
        minutes = self.file.value("/sampling/minutes")
        head = within_minutes(self.rows, seconds, minutes)
        return replace(self, rows=self.rows.chosen(range(len(head))))


class Inputs(NamedTuple):
    """The examples once their clips have been read, as far as they are: what clips are compared by,
    the sha256 of their bytes, is known of data on the Hub only then."""

    task: str
    instance: str
    examples: Examples


def read_examples(source: SourceTable) -> Examples:
    """Apply `columns` and `label_map`, and draw the examples as far as no clip need be measured."""
    instance = source.file
    task = instance.task_file
    canonical = _Canonical(instance, [] if _knows_inputs(instance) else source.clip_columns)
    rows = canonical.examples(source.rows)
    sampling = instance.sampling
    count = sampling.get("examples")
    stratum = str(sampling.get("stratify_by", ""))
    drawn: Sequence[int] | None = None
    if sampling.get("minutes") is not None and count is None:
        count = len(rows)
    if isinstance(count, int):
        drawn = draw(
            range(len(rows)),
            file=lambda number: rows[number].file,
            examples=count,
            seed=int(str(sampling.get("seed", 0))),
            stratum=(lambda number: text_of(rows[number].cell(stratum)) or "") if stratum else None,
        )
    needed = [*(task.inputs if task else []), "label"]
    missing = [
        name
        for name in [*needed, *(located.value for located in instance.find("/groups/*"))]
        if canonical.source_of(name) not in source.columns
    ]
    return Examples(
        instance.task, source.instance, instance, source,
        rows if drawn is None else rows.chosen(drawn), len(rows), tuple(dict.fromkeys(missing)),
    )  # fmt: skip


def needed_columns(instance: InstanceFile, clip_columns: list[str]) -> frozenset[str]:
    """The source's names of all columns that examples are made of.

    Args:
        instance: says what is read.
        clip_columns: the source's columns of clips, all of which are read where a fault in
            task.json leaves the inputs unknown.
    """
    others = [] if _knows_inputs(instance) else clip_columns
    return frozenset(_Canonical(instance, others).sources)


def _knows_inputs(instance: InstanceFile) -> bool:
    return instance.task_file is not None and instance.task_file.knows_inputs


class _Canonical:
    """Renames the cells of a row and reads its label."""

    def __init__(self, instance: InstanceFile, others: list[str]) -> None:
        self._columns = {located.key: located.value for located in instance.find("/columns/*")}
        mapping = instance.value("/label_map")
        self._map: dict[str, str | None] | None = None
        if isinstance(mapping, dict):  # None where a value does not fit, which another rule says
            fitting = {located.key: located.value for located in instance.find("/label_map/*")}
            self._map = {value: fitting.get(value) for value in mapping}
        self._labels = instance.labels
        self._known = frozenset(self._labels)
        task = instance.task_file
        self._output = task.output if task else None
        inputs = task.inputs if task else []
        first = next((name for name in inputs if name.startswith("audio")), "audio")
        groups = [located.value for located in instance.find("/groups/*")]
        stratum = instance.value("/sampling/stratify_by")
        names = ["file", *inputs, "label", *groups, *([stratum] if stratum else []), *others]
        self._names = Names({name: self.source_of(name) for name in names}, self.source_of(first))

    def source_of(self, name: str) -> str:
        """The source's name of a canonical column."""
        return str(self._columns.get(name, name))

    @property
    def sources(self) -> list[str]:
        """The source's names of all columns that are read."""
        return list(self._names.of_source.values())

    def examples(self, rows: Rows) -> ExampleRows:
        """The rows with their labels."""
        column = self._names.of_source["label"]
        known = lru_cache(_KNOWN_LABELS)(self._label)  # of texts: lists cannot be keys
        cells = (row.get(column) for row in rows)
        read = [known(cell) if type(cell) is str else self._label(cell) for cell in cells]
        labels, faults = [label for label, _ in read], [fault for _, fault in read]
        return ExampleRows(rows, self._names, labels, faults)

    def _label(self, cell: Cell) -> tuple[Label, LabelFault | None]:
        if cell is None:
            return None, None
        match self._output:
            case "audio":
                return _clip_label(cell)
            case "number":
                return _number_label(cell)
            case "multilabel":
                return self._several(cell)
            case "text" if not isinstance(cell, str):
                return None, _form(cell, "a text")
        return self._one(cell)

    def _one(self, cell: Cell) -> tuple[str | None, LabelFault | None]:
        text = text_of(cell)
        if text is None:
            return None, _form(cell, "a label")
        if self._map is not None:
            if text not in self._map:
                return None, LabelFault(
                    LabelFaultKind.UNMAPPED,
                    f"the label {shown(text)} is not in label_map; every value that occurs is "
                    "required there",
                )
            return self._map[
                text
            ], None  # where this is no declared label, the map is wrong, not the row
        if (
            self._output in ("classification", "multilabel")
            and self._labels
            and (text not in self._known)
        ):
            return None, LabelFault(
                LabelFaultKind.UNKNOWN,
                f"the label {shown(text)} is none of the {len(self._labels)} declared labels",
            )
        return text, None

    def _several(self, cell: Cell) -> tuple[tuple[str, ...] | None, LabelFault | None]:
        items = _list_of(cell)
        if items is None:
            return None, _form(cell, 'a JSON array of labels such as ["noise"]')
        labels: list[str] = []
        for item in items:
            label, fault = self._one(item)
            if label is None:
                return None, fault or _form(cell, "a JSON array of labels")
            labels.append(label)
        chosen = frozenset(labels)
        ordered = [label for label in self._labels if label in chosen]
        if self._labels and labels != ordered:
            return None, LabelFault(
                LabelFaultKind.ORDER,
                f"the labels are {shown_list(labels)}; each once and in the declared order is "
                f"required: {shown_list(ordered)}",
            )
        return tuple(labels), None


def _clip_label(cell: Cell) -> tuple[Clip | None, LabelFault | None]:
    return (cell, None) if isinstance(cell, Clip) else (None, _form(cell, "a clip"))


def _number_label(cell: Cell) -> tuple[float | None, LabelFault | None]:
    text = text_of(cell)
    if isinstance(cell, bool) or text is None or not _DECIMAL.fullmatch(text):
        return None, _form(cell, "a decimal number")
    value = float(text)
    return (value, None) if math.isfinite(value) else (None, _form(cell, "a finite number"))


def _form(cell: Cell, required: str) -> LabelFault:
    found = f"the clip {cell.name}" if isinstance(cell, Clip) else shown(cell)
    return LabelFault(LabelFaultKind.FORM, f"the label is {found}; {required} is required")


def _list_of(cell: Cell) -> list[Any] | None:
    if isinstance(cell, str) and cell.count("[") + cell.count("{") < MAX_DEPTH:
        try:
            cell = json.loads(cell)
        except ValueError:
            return None
    return cell if isinstance(cell, list) else None


def shown_list(labels: list[str]) -> str:
    """A list of labels as a message quotes it."""
    text = json.dumps(labels, ensure_ascii=False)
    return text if len(text) <= 200 else text[:199] + "…"


def text_of(cell: Cell) -> str | None:
    """A cell as text: integers in decimal, booleans as `true` and `false`; None for the rest."""
    match cell:
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case int() | float():
            return str(cell)
    return None
