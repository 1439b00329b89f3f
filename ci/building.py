"""From an approved folder to published rows: what `ci.build` does for each instance."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from hashlib import file_digest
from pathlib import Path
from typing import Any

from ci import parquet
from ci.rows import PublishedClip, Row, RowsHash, Value, clip_name, columns_of
from schema.instance import Instance
from schema.manifest import (
    ROW_FORMAT,
    ApprovalRecord,
    Erratum,
    Prose,
    PublishedColumn,
    PublishedFile,
    PublishedInstance,
)
from schema.report import InstanceReport
from schema.review import ReviewOutcome
from schema.task import Task
from validators.clips import ClipSource
from validators.encoding import Encoders, EncodingError
from validators.examples import Example, Examples, read_examples, text_of
from validators.folder import TEXT_CAP, InstanceFile, TaskFolder
from validators.instructing import assign, fill
from validators.measurement import Measurement
from validators.opening import open_source
from validators.prose import markdown_below
from validators.report import Approval
from validators.source import Clip, ClipStore, SourceBroken, SourceUnavailable


class BuildError(Exception):
    """An approved instance could not be built: a fault of ours or of this machine."""


@dataclass(frozen=True)
class ApprovedTask:
    """A task that may be built: its folder, and what the check found and measured.

    Attributes:
        folder: as it was approved.
        approval: what allows to build it.
        commit: of the repository of tasks, where the folder stands as it is.
        statistics: of each instance, by its full name.
        sounds: measurements of its clips, by the sha256 of their bytes.
        heard: what reviewers said of this state of the folder, where they listened with sheets.
    """

    folder: TaskFolder
    approval: Approval
    commit: str
    statistics: Mapping[str, InstanceReport]
    sounds: Mapping[str, Measurement]
    heard: ReviewOutcome | None = None

    def record(self) -> ApprovalRecord:
        """The approval as the manifest holds it."""
        return ApprovalRecord(
            commit=self.commit,
            folder_sha256=self.approval.folder_sha256,
            report_sha256=self.approval.report_sha256,
            validator=self.approval.validator,
            pull_request=self.heard.pull_request if self.heard else None,
            reviews=self.heard.reviews if self.heard else [],
            heard=self.heard,
        )


def build_instance(
    task: ApprovedTask,
    file: InstanceFile,
    errata: Sequence[Erratum],
    encoders: Encoders,
    to: Path,
) -> PublishedInstance:
    """Write the parquet files of one instance below `to`, and describe them.

    Raises:
        BuildError: a row cannot be published, or did not become what was measured.
        OSError: a file cannot be read or written.
        DecoderError: encode children cannot be started.
    """
    name = f"{task.folder.task}_{file.stem}"
    declared_task = Task.model_validate_json(task.folder.read("task.json", TEXT_CAP))
    declared = Instance.model_validate_json(
        task.folder.read(f"instances/{file.stem}.json", TEXT_CAP)
    )
    maker = _RowMaker(task, file, columns_of(declared_task, declared), errata)
    folder = f"data/{name}"
    try:
        paths = parquet.write(maker.rows(encoders), maker.columns, to / folder)
    except (EncodingError, SourceBroken, SourceUnavailable, ValueError) as error:
        raise BuildError(f"{name}: {maker.at}{error}") from error
    facts = parquet.facts(paths)
    if (facts.rows, facts.samples_sha256) != (maker.written, maker.samples.hexdigest()):
        raise BuildError(f"{name}: the files do not hold the rows that were written")
    return PublishedInstance(
        instance=name,
        task=task.folder.task,
        stem=file.stem,
        status="published",
        declared_task=declared_task,
        declared_instance=declared,
        prose=_prose(task.folder),
        references=_references(task.folder, declared),
        row_format=ROW_FORMAT,
        columns=facts.columns,
        files=[published_file(path, f"{folder}/{path.name}") for path in paths],
        rows=facts.rows,
        minutes=facts.minutes,
        rows_sha256=facts.rows_sha256,
        samples_sha256=facts.samples_sha256,
        rounded_clips=facts.rounded_clips,
        statistics=task.statistics[name],
        errata=list(errata),
        approval=task.record(),
    )


def published_file(path: Path, name: str) -> PublishedFile:
    """A file as the manifest holds it, under its name in the dataset repository."""
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return PublishedFile(path=name, sha256=digest, size=path.stat().st_size)


@dataclass(frozen=True, slots=True)
class _ClipCell:
    """A clip that is still to be encoded."""

    clip: Clip
    sound: Measurement
    name: str


class _RowMaker:
    """Makes the rows of one instance, and counts what it makes."""

    def __init__(
        self,
        task: ApprovedTask,
        file: InstanceFile,
        columns: Sequence[PublishedColumn],
        errata: Sequence[Erratum],
    ) -> None:
        self.columns = columns
        self.samples = RowsHash(columns)
        self.written = 0
        self.at = ""  # where the rows stand, for a message
        self._store: ClipStore
        self._task, self._file = task, file
        self._errata = frozenset(erratum.file for erratum in errata)
        instructions = task.folder.instructions
        self._templates = instructions.lines if instructions else []
        self._labels = ""

    def rows(self, encoders: Encoders) -> Iterator[Row]:
        """The rows in order, those of errata left out."""
        source = open_source(self._file)
        self._store = source.store
        examples = read_examples(source)
        columns = examples.clip_columns
        clips = [clip for example in examples.rows for clip in example.clips(columns)]
        with source.store.hold(clips) as open_clip:
            rows = list(self._all_cells(self._drawn(examples)))
            clips_to_encode = (
                (ClipSource(None, partial(open_clip, cell.clip)), cell.sound)
                for row in rows
                for cell in row
                if isinstance(cell, _ClipCell)
            )
            with closing(encoders.encode(clips_to_encode)) as flacs:
                for row in rows:
                    self.at = f"example {row[0]}: "
                    yield self._row(row, flacs)
                    self.written += 1
        self.at = ""

    def _all_cells(self, examples: Examples) -> Iterator[list[Value | _ClipCell]]:
        """The rows, their clips not encoded yet."""
        self._labels = ", ".join(examples.label_set)
        chosen = assign([example.file for example in examples.rows], len(self._templates))
        for example, number in zip(examples.rows, chosen, strict=True):
            # Errata leave last: the instructions of the others stay what they were.
            if example.file not in self._errata:
                self.at = f"example {example.file}: "
                template = self._templates[number]
                yield [self._cell(column, example, template) for column in self.columns]

    def _row(self, cells: Sequence[Value | _ClipCell], flacs: Iterator[bytes]) -> Row:
        values: list[Value] = []
        hashed: list[Any] = []
        for cell in cells:
            if isinstance(cell, _ClipCell):
                values.append(PublishedClip(next(flacs), cell.name))
                hashed.append(cell.sound.pcm_sha256)
            else:
                values.append(cell)
                hashed.append(cell)
        self.samples.add(hashed)
        return values

    def _drawn(self, examples: Examples) -> Examples:
        """The examples as the check drew them, and cut where its minutes end."""
        columns = examples.audio_inputs

        def seconds(row: Example) -> float:
            return sum(self._sound(clip).duration for clip in row.clips(columns))

        return examples.within_minutes(seconds)

    def _sound(self, clip: Clip) -> Measurement:
        sound = self._task.sounds.get(self._store.sha256(str(clip.path)) or "")
        if sound is None:
            raise ValueError(f"the clip {clip.name} was not measured")
        return sound

    def _cell(self, column: PublishedColumn, example: Example, template: str) -> Value | _ClipCell:
        match column.name:
            case "file":
                return example.file
            case "instruction":
                return self._instruction(example, template)
            case "label" if column.type != "audio":
                return _label(example.label)
        if column.type == "audio":
            clip = example.label if column.name == "label" else example.cells[column.name]
            return self._clip_cell(clip, clip_name(example.file, column.name))
        text = text_of(example.cells[column.name])
        if text is None and column.name.startswith("text"):
            raise ValueError(f"there is no {column.name}")
        return text or ""

    def _clip_cell(self, cell: object, name: str) -> _ClipCell:
        if not isinstance(cell, Clip) or cell.path is None:
            raise ValueError(f"there is no clip for {name}")
        return _ClipCell(cell, self._sound(cell), name)

    def _instruction(self, example: Example, template: str) -> str:
        texts = {name: text_of(example.cells[name]) or "" for name in self._texts}
        return fill(template, texts | {"labels": self._labels})

    @property
    def _texts(self) -> list[str]:
        task_file = self._file.task_file
        return [name for name in task_file.inputs if name.startswith("text")] if task_file else []


def _label(label: object) -> Value:
    if isinstance(label, tuple):
        return json.dumps(list(label), ensure_ascii=False)
    if isinstance(label, str | float):
        return label
    raise ValueError("there is no label")


def _prose(folder: TaskFolder) -> Prose:
    text = (folder.readme.reading.text or "") if folder.readme else ""
    return Prose(
        objective=markdown_below(text, "Objective"),
        data=markdown_below(text, "Data"),
        limitations=markdown_below(text, "Limitations"),
    )


def _references(folder: TaskFolder, instance: Instance) -> dict[str, str]:
    cited = {source.cite for source in instance.sources} | {one.cite for one in instance.results}
    entries = folder.references.bibliography.entries if folder.references else ()
    return {entry.key: entry.raw for entry in entries if entry.key in cited}
