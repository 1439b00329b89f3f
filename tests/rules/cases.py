"""The cases of the rules as data, and the one way in which all of them are run.

A table maps a rule's code to its cases: what must be silent, and what must give exactly this code
at this place. Each case is an edited copy of the flawless task and goes through the whole check.
"""

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from schema.report import Finding, Report
from tests.flawless import INSTANCE, TASK, Edit, make_task, merge, variant
from tests.hub.server import Hub
from validators.clips import ClipSource
from validators.engine import Measurer, Options, check
from validators.measurement import Measurement

OFFLINE = Options(offline=True)
STATIC = Options(static=True)


@dataclass(frozen=True)
class Place:
    """Where a finding must point: a file, and the line and column where `text` first stands.

    Without a text, the line (and column) are literal; without both, the file as a whole is meant.
    """

    path: str
    text: str | None = None
    line: int | None = None
    column: int | None = None

    def resolve(self, task: Path) -> tuple[str, int | None, int | None]:
        """Path, line and column in an edited folder."""
        path = f"tasks/{task.name}/{self.path}".rstrip("/")
        if self.text is None:
            return path, self.line, self.column
        before, found, _ = (task / self.path).read_text().partition(self.text)
        assert found, f"{self.path} does not hold {self.text!r}"
        return path, before.count("\n") + 1, len(before) - before.rfind("\n")


def at(path: str, text: str | None = None) -> Place:
    """A file as a whole, or the place in it where `text` first stands."""
    return Place(path, text)


def line(path: str, number: int, column: int | None = None) -> Place:
    """A line of a file, by number."""
    return Place(path, None, number, column)


@dataclass(frozen=True)
class Case:
    """An edited flawless task and what the check must say of it.

    `places` are those of the rule's own findings, one each; `also` are codes that the same fault
    cannot but give too, and `excused` counts findings that a waiver excuses. `sounds` are literal
    measurements by path in the folder, in the place of real decoding; every other clip is then
    measured as flawless.
    """

    name: str
    edits: tuple[Edit, ...]
    places: tuple[Place, ...] = ()
    also: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    excused: int = 0
    task: str = TASK
    sounds: Mapping[str, Measurement] | None = None
    options: Options = OFFLINE
    hub: "Fill | None" = None


Fill = Callable[[Hub, Path], dict[str, str]]
"""Fills the test Hub, with the clips of a folder, and says what the pointer shall hold."""

Table = dict[str, list[Case]]


def silent(
    name: str,
    *edits: Edit,
    task: str = TASK,
    sounds: Mapping[str, Measurement] | None = None,
    options: Options = OFFLINE,
    excused: int = 0,
    hub: Fill | None = None,
) -> Case:
    """A case that must give no finding but waived ones, the rule having looked at it."""
    return Case(name, edits, excused=excused, task=task, sounds=sounds, options=options, hub=hub)


def exact(
    name: str,
    *edits: Edit,
    at: Place | Iterable[Place],
    also: tuple[str, ...] = (),
    says: str | tuple[str, ...] = (),
    excused: int = 0,
    task: str = TASK,
    sounds: Mapping[str, Measurement] | None = None,
    options: Options = OFFLINE,
    hub: Fill | None = None,
) -> Case:
    """A case that must give exactly this rule's code, once at each place.

    `says` are pieces of what message and hint must say: the value found, the value required.
    """
    places = (at,) if isinstance(at, Place) else tuple(at)
    said = (says,) if isinstance(says, str) else says
    return Case(name, edits, places, also, said, excused, task, sounds, options, hub)


def parameters(table: Table) -> list[pytest.param]:
    """The cases of a table for `pytest.mark.parametrize("code, case", …)`."""
    return [
        pytest.param(code, case, id=f"{code} {case.name}".replace(" ", "-"))
        for code, cases in table.items()
        for case in cases
    ]


# -- literal measurements -------------------------------------------------------------------------


def clip(seconds: float = 1.0, **values: object) -> Measurement:
    """The measurement of a flawless clip, with other values where a rule shall see them."""
    usual: dict[str, object] = {
        "size": 32_044, "content": "wav", "sample_rate": 16_000, "channels": 1,
        "subtype": "PCM_16", "peak": 0.5, "rms": 0.1, "pcm_sha256": "0" * 64,
    }  # fmt: skip
    merged = usual | values
    rate = int(str(merged["sample_rate"]))
    frames = round(seconds * rate)
    lengths = {"frames": frames, "header_frames": frames, "bandwidth": 0.45 * rate}
    return Measurement(**(lengths | merged))  # type: ignore[arg-type]


def failed(failure: str, detail: str = "", size: int = 32_044, **values: object) -> Measurement:
    """The measurement of a clip that could not be decoded."""
    return Measurement(size=size, failure=failure, detail=detail, **values)  # type: ignore[arg-type]


def every(measurement: Measurement) -> dict[str, Measurement]:
    """The same measurement for all clips, each of the format that its name says."""
    return {"*": measurement}


def _literal(sounds: Mapping[str, Measurement]) -> Measurer:
    """A measurer that says what the case says, without opening any clip."""

    def measured(clips: Iterable[ClipSource]) -> Iterator[tuple[ClipSource, Measurement]]:
        for source in clips:
            path = source.open.args[0]  # type: ignore[attr-defined]  # the engine's partial
            usual = sounds.get("*", clip())._replace(content=Path(path).suffix.removeprefix("."))
            yield source, sounds.get(path, usual)

    return measured


# -- running --------------------------------------------------------------------------------------


def run(
    case: Case, root: Path, clips: Path, measure: Measurer, hub: Hub | None = None
) -> tuple[Path, Report]:
    """Make the case's task and check it."""
    task = make_task(root, clips, case.task)
    if case.hub is not None:
        assert hub is not None, "the case needs a Hub"
        variant("hub")(task)
        merge(INSTANCE, {"dataset": case.hub(hub, clips)})(task)
    for edit in case.edits:
        edit(task)
    measurer = measure if case.sounds is None else _literal(case.sounds)
    return task, check(root, [f"tasks/{case.task}"], case.options, measurer)


def judge(
    code: str, case: Case, root: Path, clips: Path, measure: Measurer, *, hub: Hub | None = None
) -> None:
    """Check a case and hold the report against what it must say."""
    task, report = run(case, root, clips, measure, hub)
    assert report.problems == []
    assert code in report.tasks[0].rules_run, "the rule did not run, so its silence means nothing"
    blamed = [finding for finding in report.findings if finding.waived is None]
    assert len(report.findings) - len(blamed) == case.excused
    found = Counter(finding.rule for finding in blamed)
    wanted = Counter({code: len(case.places)}) if case.places else Counter()
    assert found == wanted + Counter(case.also), _told(report)
    own = [finding for finding in blamed if finding.rule == code]
    places = sorted((f.path, f.line, f.column) for f in own)
    assert places == sorted(place.resolve(task) for place in case.places)
    for finding in report.findings:
        assert_readable(finding)
    for piece in case.says:
        assert any(piece in f"{f.message}\n{f.hint}" for f in own), _told(report)
    shutil.rmtree(root)  # hundreds of folders are kept otherwise


def _told(report: Report) -> str:
    return "\n".join(
        f"{f.rule} {f.path}:{f.line}:{f.column} {f.message} [{f.hint}]" for f in report.findings
    )


VERBS = frozenset(
    "add ask balance bring choose cite convert copy correct cut declare delete exchange export "
    "fill find give keep leave list look make mend mix name point put quote remove rename replace "
    "resample reword save say shorten take upload word write".split()
)
_TWO_BLANKS = re.compile(r"\S  +\S")


def assert_readable(finding: Finding) -> None:
    """A message is one line with a value in it, a hint one imperative sentence without its stop."""
    message, hint = finding.message, finding.hint
    assert message
    assert message.isprintable(), repr(message)
    assert not message.endswith("."), message
    assert not _TWO_BLANKS.search(message), message
    assert not re.search(r"; +is required|\bNone\b|\bnothing;", message), message
    assert hint
    assert hint.isprintable(), repr(hint)
    assert hint.split()[0] in VERBS, hint
    assert not hint.endswith("."), hint
