"""What is compared with what, and the limits of issue 3."""

import json
import os
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from scripts.bench import on_hub, publishing
from scripts.bench.decode_only import PLAIN, READ_ONLY
from scripts.bench.editors import Editors
from scripts.bench.folder import BenchFolder, make_folder, make_long_clip, make_small_tasks
from scripts.bench.hostile import hostile_lines
from scripts.bench.run import ROOT, Command, Memory, RunError, memory, seconds
from scripts.bench.table import Line

_PYTHON: Final = sys.executable
_DECODING_LIMIT: Final = 1.5  # at 10 h, against how everybody decodes
_EDITORS_LIMIT: Final = {1.0: 4.0, 10.0: 2.5}
_MB: Final = 1_000_000


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    cache: Path
    hours: Sequence[float]
    pairs: int
    small_tasks: int
    long_minutes: float
    editors: Editors | None
    no_editors: str = ""
    """Why there are no editors."""


def all_lines(plan: Plan) -> Iterator[Line]:
    """Measure everything; each line as soon as it is known."""
    runs = [_Run(plan, make_folder(plan.cache, hours), hours) for hours in plan.hours]
    for _ in range(plan.pairs):
        for run in runs:
            run.pair()
    for run in runs:
        yield from run.speed()
    yield from _linear(plan, runs)
    for run in runs:
        run.watch()
    yield from _memory(plan, runs)
    decoding = [(run.folder, run.hours, run.decode_only) for run in runs]
    yield from on_hub.lines(plan.cache, plan.pairs, decoding)
    yield from _static(plan)
    yield from _unchanged(plan)
    yield from publishing.lines(plan.pairs)
    if plan.pairs > 1:  # else it would take longer than all the rest
        yield from hostile_lines()


def _check(*arguments: str, output: Path, folder: Path = ROOT) -> Command:
    command = [_PYTHON, "-m", "validators.check", "--offline", "--format", "json"]
    return Command(
        [*command, "--output", str(output), *arguments], folder, exit_codes=frozenset({0, 1})
    )


@dataclass
class _Run:
    """The full check of one folder of sound, and what it is compared with."""

    plan: Plan
    folder: BenchFolder
    hours: float
    checked: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    frugal: list[float] = field(default_factory=list)
    edited: list[float] = field(default_factory=list)
    memory_of_edit: Memory | None = None

    def __post_init__(self) -> None:
        report = self.folder.root / "report.json"
        self._report = report
        self._check = _check("--no-cache", str(self.folder.path), output=report)
        clips = str(self.folder.data / "clips")
        decode = [_PYTHON, "-m", "scripts.bench.decode_only", clips]
        self._plain, self._frugal = (Command([*decode, how]) for how in (PLAIN, READ_ONLY))
        editors = self.plan.editors
        self._edit = editors and editors.command(self.folder.clean, self.folder.seconds)

    @property
    def decode_only(self) -> Command:
        """What reads and decodes the same sound, and does nothing else."""
        return self._plain

    def pair(self) -> None:
        """One run of each, one after another."""
        self.checked.append(self.timed())
        self.plain.append(seconds(self._plain))
        self.frugal.append(seconds(self._frugal))
        if self._edit and self.plan.editors:
            self.plan.editors.forget()
            self.edited.append(seconds(self._edit))

    def timed(self) -> float:
        """Seconds of a check that found all that was planted."""
        found = seconds(self._check)
        self._see_that_all_was_found()
        return found

    def _see_that_all_was_found(self) -> None:
        missed = self.folder.missed(json.loads(self._report.read_bytes()))
        if missed:
            raise RunError(f"the speed does not count: {'; '.join(missed[:5])}")

    def speed(self) -> Iterator[Line]:
        """The ratios of the pairs."""
        found = f"{len(self.folder.planted)} of {len(self.folder.planted)} planted faults found"
        yield Line(f"full check, {self.hours:g} h", self.checked, "s", detail=found)
        for how, times in (("soundfile.read", self.plain), ("16 bit, one buffer", self.frugal)):
            yield Line(
                f"full check : decoding only, {how}, {self.hours:g} h",
                _ratios(self.checked, times),
                limit=_DECODING_LIMIT if times is self.plain and self.hours >= 10 else None,
                detail=f"{statistics.median(times):.2f} s",
            )
        title = f"datasets by hand : full check, {self.hours:g} h"
        limit = _EDITORS_LIMIT.get(self.hours)
        if self.edited:
            detail = f"{statistics.median(self.edited):.2f} s"
            ratios = _ratios(self.edited, self.checked)
            yield Line(title, ratios, limit=limit, at_least=True, detail=detail)
        else:
            yield Line(title, limit=limit, at_least=True, missing=self.plan.no_editors)

    def watch(self) -> None:
        """Runs for their memory."""
        self.memory = memory(self._check)
        self._see_that_all_was_found()
        if self._edit and self.plan.editors:
            self.plan.editors.forget()
            self.memory_of_edit = memory(self._edit)


def _ratios(these: Sequence[float], others: Sequence[float]) -> list[float]:
    return [mine / other for mine, other in zip(these, others, strict=True)]


def _linear(plan: Plan, runs: Sequence[_Run]) -> Iterator[Line]:
    """Time at the most hours against time at the fewest, start-up taken off."""
    first, last = runs[0], runs[-1]
    if first is last:
        return
    (task, *_) = (make_small_tasks(plan.cache, 1) / "tasks").iterdir()
    command = _check("--no-cache", str(task), output=Path(os.devnull))
    # Both are short, and a hundredth of a second of either is a fiftieth of the ratio: many runs.
    pairs = [(seconds(command), first.timed()) for _ in range(2 * plan.pairs + 1)]
    start, short = (statistics.median(column) for column in zip(*pairs, strict=True))
    times = last.folder.seconds / first.folder.seconds
    ratios = [(of_last - start) / (short - start) for of_last in last.checked]
    detail = f"{start:.2f} s of start-up taken off; {times:.2f} times the sound"
    limit = 1.05 * times
    yield Line(
        f"time at {last.hours:g} h : at {first.hours:g} h", ratios, limit=limit, detail=detail
    )


def _memory(plan: Plan, runs: Sequence[_Run]) -> Iterator[Line]:
    for run in runs:
        yield _mb(f"memory of the largest process, {run.hours:g} h", run.memory.largest, None)
        yield _mb(f"memory of all processes, {run.hours:g} h", run.memory.tree, 400)
        title = f"memory : memory of datasets by hand, {run.hours:g} h"
        limit = 1 / 6 if run.hours >= 10 else None
        if run.memory_of_edit:
            ratio = run.memory.tree / run.memory_of_edit.tree
            detail = f"{run.memory_of_edit.tree / _MB:.0f} MB"
            yield Line(title, [ratio], limit=limit, detail=detail)
        else:
            yield Line(title, limit=limit, missing=plan.no_editors)
    first, last = runs[0], runs[-1]
    if first is not last:
        ratio = last.memory.largest / first.memory.largest
        title = f"largest process at {last.hours:g} h : at {first.hours:g} h"
        yield Line(title, [ratio], limit=1.1)
    task = make_long_clip(plan.cache, plan.long_minutes)
    of_long = memory(_check("--no-cache", str(task), output=Path(os.devnull)))
    title = f"of all processes, a clip of {plan.long_minutes:g} minutes, 48 kHz stereo"
    yield _mb(f"memory {title}", of_long.tree, 400)


def _mb(title: str, size: int, limit: float | None) -> Line:
    return Line(title, [size / _MB], "MB", limit=limit)


def _static(plan: Plan) -> Iterator[Line]:
    floor = Command([_PYTHON, "-c", "from pydantic import BaseModel"])
    for title, options in (("first time", ["--no-cache"]), ("again", [])):
        task = "tasks/SpokenDigitRecognition"
        command = _check("--static", *options, task, output=Path(os.devnull))
        seconds(command), seconds(floor)
        pairs = [(seconds(command), seconds(floor)) for _ in range(2 * plan.pairs + 1)]
        mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
        yield Line(
            f"--static on one task, {title} : importing pydantic",
            [of_check / of_import for of_check, of_import in pairs],
            limit=2.5,
            detail=f"{mine:.2f} s : {other:.2f} s",
        )


def _unchanged(plan: Plan) -> Iterator[Line]:
    root = make_small_tasks(plan.cache, plan.small_tasks)
    for title, folder, limit in (
        (f"{plan.small_tasks} unchanged tasks again", root, 2.0),
        ("all of tasks/ again", ROOT, 1.0),
    ):
        command = _check(output=plan.cache / "again.json", folder=folder)
        seconds(command)
        times = [seconds(command) for _ in range(plan.pairs)]
        report: dict[str, Any] = json.loads((plan.cache / "again.json").read_bytes())
        if any(task["verdict"] == "fail" for task in report["tasks"]):
            raise RunError(f"{title}: a task fails that has no fault")
        yield Line(title, times, "s", limit=limit)
