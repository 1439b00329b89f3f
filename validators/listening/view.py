"""Gathers what the page shows of a task: the check's report, the examples, previews of clips."""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from schema.report import Finding, InstanceReport, Report, TaskReport
from validators.audio import sandboxed
from validators.budget import Reading
from validators.clips import ClipSource
from validators.engine import Measurer, Options, Progress, check
from validators.examples import Example, Examples, read_examples, text_of
from validators.folder import InstanceFile, TaskFolder
from validators.instructing import assign, fill
from validators.instructions import PLACEHOLDER
from validators.listening.choice import Candidate, Choice, choose, shares
from validators.measurement import Measurement
from validators.opening import open_source
from validators.preview import Preview
from validators.previews import Previewers
from validators.render.json import as_json
from validators.report import about
from validators.source import Clip, SourceBroken, SourceUnavailable, is_local
from validators.totals import InstanceStats

SOUND_BYTES: Final = 4_200_000
"""Of all clips of a page, before base64 makes a third more of them: within it they are exact."""


class Changed(Exception):  # noqa: N818 - says what is, not what went wrong in code
    """The folder changed while it was read; a page would mix two states of it."""


@dataclass(frozen=True)
class ShownClip:
    """A clip of an example: its column, what was measured, and its preview or why there is none."""

    column: str
    name: str
    sound: Measurement | None
    preview: Preview | str


@dataclass(frozen=True)
class ShownExample:
    """An example on the page."""

    example: Example
    reasons: tuple[str, ...]
    instruction: str
    clips: tuple[ShownClip, ...]
    texts: tuple[tuple[str, str], ...]
    groups: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    unique: bool
    """False where another example has the same file id, so that a verdict would name both."""


@dataclass(frozen=True)
class InstanceView:
    """An instance on the page. `stats` is None where its rows could not be read, `why` says why."""

    file: InstanceFile
    report: InstanceReport | None
    stats: InstanceStats | None
    shown: tuple[ShownExample, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class TaskView:
    """All that the page shows."""

    folder: TaskFolder
    report: Report
    task: TaskReport
    instances: tuple[InstanceView, ...]
    seed: int

    @property
    def report_sha256(self) -> str:
        """Of the report's bytes as JSON: what an approval holds."""
        return hashlib.sha256(as_json(self.report).encode()).hexdigest()

    @property
    def shown(self) -> list[tuple[InstanceView, ShownExample]]:
        """Every example of the page, with its instance."""
        return [(view, example) for view in self.instances for example in view.shown]


@dataclass(frozen=True)
class Wish:
    """What is asked for: how many examples, drawn by which seed, with how many children."""

    clips: int
    seed: int
    jobs: int
    offline: bool


def view_task(
    root: Path, path: str, wish: Wish, measure: Measurer, bar: Callable[[str], Progress | None]
) -> TaskView:
    """Check a task, choose examples, and make previews of their clips.

    Args:
        root: the repository's root.
        path: POSIX path of the task's folder, relative to `root`.
        wish: how much of it, and how.
        measure: measures clips, see `validators.audio.Decoders.measure`.
        bar: gives, for what is being done, what is told how much of it is done.

    Raises:
        Changed: the folder was written to meanwhile.
        OSError: the folder cannot be read.
        DecoderError: children cannot be started.
    """
    sounds: dict[str, Measurement] = {}

    def remembered(clips: Iterable[ClipSource]) -> Iterator[tuple[ClipSource, Measurement]]:
        for clip, sound in measure(clips):
            sounds[str(clip.key)] = sound
            yield clip, sound

    report = check(
        root, [path], Options(offline=wish.offline, sandboxed=sandboxed()), remembered,
        progress=bar("listening"), fetched=bar("fetching"),
    )  # fmt: skip
    folder = TaskFolder(root, path)
    own = about(report, folder.task)
    (task,) = own.tasks
    if task.digest != folder.digest:
        raise Changed(f"{path} changed while it was read; try again")
    with ExitStack() as stack:
        reading = Reading(folder)
        rooms = shares(wish.clips, len(folder.instances))
        builders = [
            _InstanceViewer(
                file, report=own, sounds=sounds, stack=stack, room=room, wish=wish, reading=reading
            )
            for file, room in zip(folder.instances, rooms, strict=True)
        ]
        previews = _previews([clip for one in builders for clip in one.clips()], wish, bar)
        return TaskView(folder, own, task, tuple(one.view(previews) for one in builders), wish.seed)


def _previews(
    clips: Sequence[ClipSource], wish: Wish, bar: Callable[[str], Progress | None]
) -> dict[object, Preview | str]:
    found: dict[object, Preview | str] = {}
    progress = bar("drawing")
    if clips:
        with Previewers(wish.jobs, exact_bytes=SOUND_BYTES // len(clips)) as previewers:
            for clip, preview in previewers.previews(clips):
                found[clip.tag] = preview
                if progress:
                    progress(len(found), len(clips))
    return found


class _InstanceViewer:
    """Makes the view of one instance; the clips of its source are at hand until the stack ends."""

    def __init__(  # noqa: PLR0913 - what a view is made of
        self,
        file: InstanceFile,
        *,
        report: Report,
        sounds: dict[str, Measurement],
        stack: ExitStack,
        room: int,
        wish: Wish,
        reading: Reading,
    ) -> None:
        self._file = file
        self._findings = report.findings
        self._offline = wish.offline
        reports = (one for task in report.tasks for one in task.instances)
        self._report = next((one for one in reports if one.instance == file.instance), None)
        self._stats, self._open, self._why = self._read(sounds, stack, reading)
        self._choices: list[Choice] = []
        if (stats := self._stats) is not None:
            candidates = [self._candidate(row, stats) for row in stats.examples.rows]
            self._choices = choose(candidates, room, wish.seed)

    def _read(
        self, sounds: dict[str, Measurement], stack: ExitStack, reading: Reading
    ) -> tuple[InstanceStats | None, Callable[[Clip], int] | None, str]:
        """The drawn rows and what opens their clips; or why there are none."""
        if self._offline and not is_local(self._file):
            return None, None, "the data are on the Hub, and --offline was given"
        try:
            source = reading.refusal(self._file) or open_source(self._file)
            reading.spend(source)
            if not source.columns:
                return None, None, "no row can be read; the findings say why"
            examples = read_examples(source)
            clips = [clip for row in examples.rows for clip in row.clips(examples.clip_columns)]
            open_clip = stack.enter_context(source.store.hold(clips))
        except (SourceUnavailable, SourceBroken) as error:
            return None, None, str(error)
        by_path = {
            str(clip.path): sounds[key]
            for clip in clips
            if (key := source.store.sha256(str(clip.path)) or "") in sounds
        }
        cut = examples.within_minutes(lambda row: _seconds(row, examples, by_path) or 0.0)
        stats = InstanceStats(examples.task, examples.instance, cut, by_path)
        return stats, open_clip, "" if cut.rows else "no example was drawn"

    def _about(self, row: Example) -> tuple[Finding, ...]:
        return tuple(
            found
            for found in self._findings
            if found.example == row.file and found.instance in (None, self._file.instance)
        )

    def _candidate(self, row: Example, stats: InstanceStats) -> Candidate:
        answers, size = _answer(row, has_labels=stats.has_label_set)
        flags = [(found.severity, found.rule) for found in self._about(row) if not found.waived]
        return Candidate(
            row.file, answers, size, _seconds(row, stats.examples, stats.sounds),
            _level(row, stats), tuple(flags),
        )  # fmt: skip

    def clips(self) -> Iterator[ClipSource]:
        """The clips of the chosen examples, each with its place in the page as tag."""
        if self._stats is None or self._open is None:
            return
        for clip in dict.fromkeys(
            clip for _, row in self._chosen() for _, clip in self._clips_of(row) if clip.path
        ):
            yield ClipSource(None, partial(self._open, clip), (self._file.stem, clip.path))

    def _chosen(self) -> Iterator[tuple[Choice, Example]]:
        if self._stats:
            for choice in self._choices:
                yield choice, self._stats.examples.rows[choice.index]

    def _clips_of(self, row: Example) -> list[tuple[str, Clip]]:
        """Input clips and, where the answer is a clip, that one last."""
        examples = self._stats.examples if self._stats else None
        columns = examples.clip_columns if examples else []
        return [(name, cell) for name in columns if isinstance(cell := row.cells.get(name), Clip)]

    def view(self, previews: dict[object, Preview | str]) -> InstanceView:
        """The view, once previews are there."""
        if self._stats is None:
            return InstanceView(self._file, self._report, None, (), self._why)
        instructions = self._instructions(self._stats.examples)
        uses = Counter(row.file for row in self._stats.examples.rows)
        shown = tuple(
            ShownExample(
                row, choice.reasons, instructions[choice.index],
                tuple(self._shown_clip(name, clip, previews) for name, clip in self._clips_of(row)),
                self._texts(row), self._groups(row), self._about(row), uses[row.file] == 1,
            )
            for choice, row in self._chosen()
        )  # fmt: skip
        return InstanceView(self._file, self._report, self._stats, shown, self._why)

    def _shown_clip(
        self, column: str, clip: Clip, previews: dict[object, Preview | str]
    ) -> ShownClip:
        sounds = self._stats.sounds if self._stats else {}
        trouble = f"the clip {clip.trouble or 'cannot be opened'}"
        preview = previews.get((self._file.stem, clip.path), trouble)
        return ShownClip(column, clip.name, sounds.get(clip.path or ""), preview)

    def _texts(self, row: Example) -> tuple[tuple[str, str], ...]:
        inputs = self._stats.examples.inputs if self._stats else []
        names = [name for name in inputs if name.startswith("text")]
        return tuple((name, text_of(row.cells.get(name)) or "") for name in names)

    def _groups(self, row: Example) -> tuple[tuple[str, str], ...]:
        names = self._stats.examples.groups if self._stats else []
        return tuple((name, text_of(row.cells.get(name)) or "") for name in names)

    def _instructions(self, examples: Examples) -> list[str]:
        """The instruction of each drawn example, as it will be published."""
        file = self._file.folder.instructions
        templates = file.lines if file else []
        if not templates:
            return ["" for _ in examples.rows]
        chosen = assign([row.file for row in examples.rows], len(templates))
        labels = ", ".join(examples.label_set)
        return [
            _filled(templates[number], {**dict(self._texts(row)), "labels": labels})
            for row, number in zip(examples.rows, chosen, strict=True)
        ]


def _filled(template: str, values: dict[str, str]) -> str:
    """The template filled in; a name that has no value stays as it is, and a rule reports it."""
    names = {found.group(1): found.group() for found in PLACEHOLDER.finditer(template)}
    return fill(template, names | values)


def _seconds(row: Example, examples: Examples, sounds: Mapping[str, Measurement]) -> float | None:
    """Length of the input clips; None unless all were decoded."""
    known = [sounds.get(path) for path in row.paths(examples.audio_inputs)]
    if not known or not all(sound and sound.decoded for sound in known):
        return None
    return sum(sound.duration for sound in known if sound)


def _level(row: Example, stats: InstanceStats) -> float | None:
    paths = row.paths(stats.examples.audio_inputs)
    sound = stats.sounds.get(paths[0]) if paths else None
    return level(sound) if sound and sound.decoded else None


def level(sound: Measurement) -> float | None:
    """Level of what is not silent, in dBFS; None where all is."""
    return 20 * math.log10(sound.active_rms) if sound.active_rms > 0 else None


def _answer(row: Example, *, has_labels: bool) -> tuple[tuple[str, ...], float | None]:
    """The labels of an example, or the size of an answer that is none."""
    match row.label:
        case float() as number:
            return (), number
        case tuple() as labels:
            return labels, None
        case str() as text if has_labels:
            return (text,), None
        case str() as text:
            return (), float(len(text))
    return (), None
