"""The way of a task: folder -> subjects -> report. Knows no rule by name.

Every subject is shown to the rules that look at its kind: see `validators.judge`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice

from schema.report import InstanceReport, Report, TaskReport
from validators.budget import Listening, Reading, batches, counted, last_for_all, not_heard
from validators.clips import ClipSource, DecoderError
from validators.engine import Measurer, Options, Progress, Watchers
from validators.examples import Example, Examples, Inputs, read_examples
from validators.folder import InstanceFile, TaskFolder
from validators.instance_data import HeardUse, InstanceData
from validators.judge import Judge
from validators.measurement import Measurement, Measurements, Renamed
from validators.neighbours import Neighbours
from validators.opening import expect_sources, has_pointer, open_source
from validators.registry import Subject
from validators.report import NOT_SANDBOXED, assemble, verdict
from validators.source import (
    AUDIO_EXTENSIONS,
    SourceBroken,
    SourceTable,
    SourceUnavailable,
    is_local,
)
from validators.totals import (
    ClipFile,
    ClipStats,
    InstanceStats,
    InstructionNeed,
    clips_of,
    instance_report,
)
from validators.tree import Repository, Tree, suffix_of
from validators.waivers import Waivers

SOUND_SUBJECTS: tuple[type, ...] = (ClipFile, ClipStats, InstanceStats)
_SOME_CLIPS = 32
"""Clips that an instance has at least, as a rule: enough to start all decoders."""
JUDGED_AT_ONCE = 100
"""Clips that are shown to a rule in one go, as a rule while others are decoded."""

DATA_SUBJECTS: tuple[type, ...] = (SourceTable, Examples, Inputs, *SOUND_SUBJECTS)


def check_folders(
    folders: Sequence[Tree],
    options: Options,
    measure: Measurer,
    watchers: Watchers,
    repository: Repository,
) -> Iterator[Report]:
    """A report for each folder; the clips of many are measured in one go.

    Args:
        folders: the task folders.
        options, measure: as of `validators.engine.check`.
        watchers: who is told how far it is.
        repository: all tasks, for the rules that compare tasks.
    """
    parsed = cache(TaskFolder.of)
    for batch in batches(folders):
        checks = [_TaskCheck(parsed(folder), options, watchers.fetched) for folder in batch]
        sounds = _measure_all(checks, measure, watchers.measured)
        for task in checks:
            task.run(sounds, lambda folder: [parsed(other) for other in repository.others(folder)])
            yield assemble([task.report()], task.judge.findings, task.judge.problems)


Others = Callable[[TaskFolder], list[TaskFolder]]
"""Gives the task folders beside one, read when a rule compares tasks."""


def _measure_all(
    checks: Sequence["_TaskCheck"], measure: Measurer, progress: Progress | None
) -> Measurements:
    """Measurements by content hash of all clips that a rule of this run needs."""
    expect_sources(file for task in checks for file in task.to_open())
    sounds = Measurements()
    wanted = _Wanted([task for task in checks if task.needs_sound()], sounds)
    try:
        for clip, sound in measure(wanted) if wanted.tasks else ():
            sounds.add(str(clip.key), sound)
            sounds.samples += counted(sound)
            if progress:
                progress(len(sounds), wanted.known)
            if len(sounds) % JUDGED_AT_ONCE == 0:
                for task in wanted.tasks:
                    task.judge_clips(sounds)
    except DecoderError as error:
        for task in checks:
            task.cannot_decode(str(error))
    return sounds


@dataclass
class _Wanted:
    """The clips of some tasks, each content once, drawn while others are being decoded.

    Whatever a task can be asked before its sound is known happens on the way: its rows are read
    before its first clip, and its rules on files run between clips. `sounds` fills meanwhile, and
    tells how much of a task has been heard. `known` counts the clips of the tasks that have been
    opened.
    """

    tasks: Sequence["_TaskCheck"]
    sounds: Mapping[str, Measurement]
    known: int = 0

    def __length_hint__(self) -> int:
        """How many clips there may be, known before any task is opened."""
        return sum(task.sound_files() for task in self.tasks)

    def __iter__(self) -> Iterator[ClipSource]:
        waiting: dict[str, None] = {}
        for task in self.tasks:
            task.prepare()
            self.known += task.wanted_count()
            for count, clip in enumerate(task.wanted_clips(self.sounds)):
                if count >= _SOME_CLIPS:  # until then the decoders are short of work
                    task.judge_a_little()
                key = str(clip.key)
                # They are measured in this order: what was drawn and is not among `sounds` is a
                # few dozen, and no set of all that was drawn need be kept.
                while waiting and (first := next(iter(waiting))) in self.sounds:
                    del waiting[first]
                if key in waiting or key in self.sounds:
                    self.known -= 1
                else:
                    waiting[key] = None
                    yield clip
            task.judge_what_needs_no_sound()


@dataclass
class _TaskCheck:
    """One task on its way through the check."""

    folder: TaskFolder
    options: Options
    fetched: Progress | None = None
    _instances: list[InstanceData] = field(default_factory=list)
    _reports: list[InstanceReport] = field(default_factory=list)
    _prepared: bool = False
    _judging: Iterator[None] = field(default_factory=lambda: iter(()))
    _no_sound: str | None = None
    _listening: Listening = field(default_factory=Listening)
    _passed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.judge = Judge(self.folder.task, self.options)

    def prepare(self) -> None:
        """Read the rows of every source, which name the clips."""
        if not self._prepared:
            self._prepared = True
            self._open_sources()
            self._judging = self._judge_files()

    def judge_a_little(self) -> None:
        """Run one rule that need not wait for sound, if there is one left."""
        next(self._judging, None)

    def judge_what_needs_no_sound(self) -> None:
        """Run all that are left."""
        for _ in self._judging:
            pass

    def _judge_files(self) -> Iterator[None]:
        """Show files to one rule after another, and rows that cannot become others or fewer."""
        for subject in self._static_subjects():
            yield from self.judge.showing(subject)
        for data in self._instances:
            if data.source is not None and data.source.local:
                yield from self.judge.showing(data.source)
            if data.examples is not None and data.examples.all_taken:
                yield from self.judge.showing(data.examples)

    def _open_sources(self) -> None:
        """Read the rows of every instance's source, as far as this run may."""
        reading = Reading(self.folder)
        for file in self.folder.instances:
            data = InstanceData(file)
            self._instances.append(data)
            if reason := self._reason_not_to_open(file):
                self.judge.skip(DATA_SUBJECTS, reason)
                continue
            try:
                data.source = reading.refusal(file) or open_source(
                    file, sound=self.needs_sound(), fetched=self.fetched
                )
            except SourceUnavailable as error:
                self.judge.skip(DATA_SUBJECTS, str(error))
                self.judge.problem("unreachable", str(error), instance=file.instance)
                continue
            reading.spend(data.source)
            if data.source.columns:
                data.take(read_examples(data.source))

    def to_open(self) -> Iterator[InstanceFile]:
        """The instances whose sources this run reads."""
        for file in self.folder.instances:
            if self._reason_not_to_open(file) is None:
                yield file

    def _reason_not_to_open(self, file: InstanceFile) -> str | None:
        if self.options.static:
            return "not run on request: --static"
        if not has_pointer(file):  # a finding says so
            return f"the pointer in {file.path} cannot be read"
        if self.options.offline and not is_local(file):
            return "not run on request: --offline, and the data are on the Hub"
        return None

    def needs_sound(self) -> bool:
        """True if a rule of this run looks at sound."""
        return not self.options.static and self.judge.looks_at(*SOUND_SUBJECTS)

    def sound_files(self) -> int:
        """How many clips there seem to be, told by names: files of sound, and a few for each
        instance without files, whose data are on the Hub."""
        files = self.folder.files
        named = sum(suffix_of(path).lower() in AUDIO_EXTENSIONS for path in files)
        if self.options.offline:
            return named
        beginnings = {tuple(path.split("/", 2)[:2]) for path in files}
        on_hub = [
            name
            for folder, name in (pair for pair in beginnings if len(pair) == 2)
            if folder == "instances" and ("data", name.removesuffix(".json")) not in beginnings
        ]
        return named + _SOME_CLIPS * len(on_hub)

    def wanted_count(self) -> int:
        """How many clips the rules of this run need measured; those of other content twice too."""
        opened = [data.examples for data in self._instances if data.examples]
        return sum(examples.clip_count for examples in opened)

    def wanted_clips(self, sounds: Mapping[str, Measurement]) -> Iterator[ClipSource]:
        """The clips that this task's rules need measured; read as they are asked for.

        `sounds` fills meanwhile, and tells how much of the task has been heard.
        """
        listening = Listening()
        for data in self._instances:
            if data.source is None or data.examples is None:
                continue
            clips = (clip for _, clip in clips_of(data.examples))
            try:
                for source in data.source.store.sources(clips):
                    key = str(source.key)
                    if not listening.covers(data.file.stem, key, sounds, known=key in sounds):
                        break
                    yield source
            except SourceUnavailable as error:
                data.lost = str(error)
                self.judge.problem("unreachable", str(error), instance=data.file.instance)
            except SourceBroken as broken:
                data.lost = str(broken)
                data.source = replace(data.source, faults=(*data.source.faults, broken.fault))

    def cannot_decode(self, reason: str) -> None:
        """No clip can be measured on this machine."""
        self.prepare()
        self._no_sound = reason
        if any(data.examples for data in self._instances):
            self.judge.problem("limit", reason)

    def run(self, sounds: Measurements, others: Others) -> None:
        """Show every subject to its rules."""
        self.prepare()
        self.judge_what_needs_no_sound()
        stats = [self._run_instance(data, sounds) for data in self._instances]
        self._show_instruction_need(stats)
        self._show_neighbours(others)
        self._apply_waivers()

    def _show_neighbours(self, others: Others) -> None:
        if not self.folder.siblings - {self.folder.task}:
            return
        if self.options.static:
            self.judge.skip((Neighbours,), "not run on request: --static")
        elif self.judge.looks_at(Neighbours):
            self.judge.show(Neighbours(self.folder.task, None, self.folder, others(self.folder)))
        else:
            self.judge.skip((Neighbours,), "")

    def _static_subjects(self) -> Iterator[Subject]:
        folder = self.folder
        yield folder
        files = (folder.task_file, folder.instructions, folder.readme, folder.references)
        yield from (file for file in (*files, *folder.instances) if file is not None)

    def _run_instance(self, data: InstanceData, sounds: Measurements) -> InstanceStats | None:
        if data.source is not None and not data.source.local:
            self.judge.show(data.source)  # which may have turned out to be broken
        stats, heard_all = None, True
        if data.examples is not None:
            by_path = self._heard(data, data.examples, sounds)
            stats = self._stats(data.examples, by_path)
            heard_all = last_for_all(sounds) or self._judge_heard(stats, data, by_path)
            if not data.examples.all_taken:
                self.judge.show(stats.examples)
            self.judge.show(Inputs(stats.task, stats.instance, stats.examples))
            stats = self._show_sound(stats, data)
        measured = (
            stats is not None
            and heard_all
            and self._no_sound is None
            and data.lost is None
            and self.needs_sound()
        )
        if measured and not self.options.sandboxed:
            self.judge.skip(SOUND_SUBJECTS, NOT_SANDBOXED)
        self._reports.append(
            instance_report(
                f"{self.folder.task}_{data.file.stem}", stats, measured, self.folder.instructions
            )
        )
        return stats

    def _heard(
        self, data: InstanceData, examples: Examples, sounds: Measurements
    ) -> Mapping[str, Measurement]:
        """Measurements of an instance's clips by path, as far as the task's samples last."""
        if last_for_all(sounds):
            return Renamed(sounds, data.key, lambda: examples.paths)
        heard = Measurements()
        for clip in examples.source.store.ordered(clip for _, clip in clips_of(examples)):
            key = data.key(str(clip.path))
            known = key in self._passed
            if key in sounds and self._listening.covers(data.file.stem, key, sounds, known=known):
                self._passed.add(key)
                heard.add(str(clip.path), sounds[key])
        return heard

    def _judge_heard(
        self, stats: InstanceStats, data: InstanceData, by_path: Mapping[str, Measurement]
    ) -> bool:
        """Whether all clips were measured that were to be; if not, say so.

        Where the declared minutes were reached before, no other clip was to be; where the source
        was lost on the way, that has been said.
        """
        if data.examples is None or data.lost is not None or self._no_sound is not None:
            return True
        cut = len(stats.examples.rows) < len(data.examples.rows)
        if cut or not self.needs_sound():
            return True
        clips, heard = data.examples.clip_count, len(by_path)
        if heard == clips:
            return True
        reason = not_heard(stats.instance, heard, clips)
        self.judge.skip(SOUND_SUBJECTS, reason)
        self.judge.problem("limit", reason, instance=stats.instance)
        return False

    def _stats(self, examples: Examples, by_path: Mapping[str, Measurement]) -> InstanceStats:
        columns = examples.audio_inputs

        def seconds(row: Example) -> float:
            return sum(by_path[path].duration for path in row.paths(columns) if path in by_path)

        cut = examples.within_minutes(seconds)
        return InstanceStats(examples.task, examples.instance, cut, by_path)

    def judge_clips(self, sounds: Measurements) -> None:
        """Show the clips that have been measured to their rules, while others are decoded.

        As long as all are certain to be judged in the end.
        """
        for data in self._instances if last_for_all(sounds) else ():
            if data.examples is not None:
                self._show_clips(data.examples, data.heard(sounds))

    def _show_sound(self, stats: InstanceStats, data: InstanceData) -> InstanceStats:
        """Show all other clips, and then the whole; returns it with its uses gathered."""
        if (none := self._no_sound or data.lost) is not None:
            self.judge.skip(SOUND_SUBJECTS, none)
            return stats
        self._show_clips(stats.examples, data.heard_at_last(stats))
        stats = replace(stats, gathered=data.uses)
        self.judge.show(stats)
        return stats

    def _show_clips(self, examples: Examples, heard: Iterable[HeardUse]) -> None:
        """Show clips to the rules on their files and, where they could be decoded, their sound."""
        local = examples.source.local
        while some := list(islice(heard, JUDGED_AT_ONCE)):
            files = []
            for use, sound in some:
                path = use.path
                if sound.failure == "unreadable":  # says nothing about the clip's bytes
                    message = f"{self.folder.path}/{path} cannot be read: {sound.detail}"
                    self.judge.problem("unreachable", message, instance=examples.instance)
                else:
                    named = local or "." in use.clip.name
                    file = ClipFile(examples.task, examples.instance, path, use.row, sound, named)
                    files.append(file)
            self.judge.show(*files)
            self.judge.show(*(ClipStats(*file[:5]) for file in files if file.sound.decoded))

    def _show_instruction_need(self, stats: Sequence[InstanceStats | None]) -> None:
        if self.folder.instructions is None:
            return
        sizes: dict[str, int] = {}
        unknown = []
        for data, of_instance in zip(self._instances, stats, strict=True):
            name = f"{self.folder.task}_{data.file.stem}"
            declared = data.file.value("/sampling/examples")
            if of_instance is not None:
                sizes[name] = len(of_instance.examples.rows)
            elif isinstance(declared, int):
                sizes[name] = declared
            else:
                unknown.append(name)
        largest = max(sizes, key=lambda name: (sizes[name], name), default=None)
        self.judge.show(
            InstructionNeed(
                self.folder.task, None, self.folder.instructions,
                sizes[largest] if largest else 0, largest, tuple(unknown),
            )
        )  # fmt: skip

    def _apply_waivers(self) -> None:
        if self.folder.task_file is not None:
            stems = [data.file.stem for data in self._instances]
            self.judge.excuse(Waivers(self.folder.task_file, stems))

    def report(self) -> TaskReport:
        """What became of the task."""
        return TaskReport(
            task=self.folder.task,
            path=self.folder.path,
            verdict=verdict(self.judge.findings, self.judge.problems, self.judge.skipped),
            digest=self.folder.digest,
            rules_run=sorted(self.judge.run),
            rules_skipped=dict(sorted(self.judge.skipped.items())),
            instances=self._reports,
        )
