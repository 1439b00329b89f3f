"""The way of a task through the check: verdicts, skips, problems, digests; the same every time."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from schema.report import Report
from tests.flawless import (
    INSTANCE,
    METADATA,
    TASK,
    append,
    clip_path,
    copy,
    make_task,
    merge,
    row,
    variant,
    write,
)
from validators import folder, registry, task_check
from validators.audio import Decoders
from validators.clips import ClipSource, DecoderError
from validators.engine import Measurer, Options, check
from validators.finding import Fault, Severity
from validators.folder import TaskFile
from validators.measurement import Measurement
from validators.registry import rules
from validators.render import render
from validators.report import NOT_SANDBOXED, exit_code
from validators.totals import ClipStats

PATH = f"tasks/{TASK}"


@pytest.fixture
def task(tmp_path: Path, clips: Path) -> Path:
    return make_task(tmp_path, clips)


def run(task: Path, measure: Measurer, options: Options | None = None) -> Report:
    return check(task.parents[1], [f"tasks/{task.name}"], options or Options(), measure)


def verdict(report: Report) -> tuple[str, int]:
    return report.tasks[0].verdict, exit_code(report)


@pytest.mark.parametrize("minutes", [False, True], ids=["all rows", "declared minutes"])
@pytest.mark.parametrize("kind", ["classification", "audio output", "two clips"])
def test_when_clips_and_rows_are_judged_changes_nothing(
    task: Path, measure: Measurer, monkeypatch: pytest.MonkeyPatch, kind: str, minutes: bool
) -> None:
    """Clips used twice, a broken one, wrong rows; some at a time, or all behind the last clip."""
    variant(kind)(task)
    column = "file_name" if kind == "classification" else "audio_file_name"
    row(3, **{column: clip_path(2).removeprefix("data/Prompts/")})(task)
    write(clip_path(5), b"RIFF" + b"\0" * 40)(task)
    row(7, file="a/b")(task)
    if minutes:
        merge(INSTANCE, {"sampling": {"minutes": 0.4, "seed": 1}})(task)
    reports = []
    for at_once in (1, 7, 1_000):
        monkeypatch.setattr(task_check, "JUDGED_AT_ONCE", at_once)
        reports.append(run(task, measure))
    first, *others = reports
    assert others == [first, first]
    assert {"AUD503", "DAT415"} <= {found.rule for found in first.findings}
    assert first.tasks[0].instances[0].minutes


# -- the contract's table of verdicts and exit codes ----------------------------------------------


def test_a_flawless_task_passes(task: Path, measure: Measurer) -> None:
    assert verdict(run(task, measure)) == ("pass", 0)


def test_a_task_with_local_data_passes_offline(task: Path, measure: Measurer) -> None:
    report = run(task, measure, Options(offline=True))
    assert verdict(report) == ("pass", 0)
    assert report.tasks[0].rules_skipped == {}


def test_an_error_fails(task: Path, measure: Measurer) -> None:
    merge("task.json", {"metrics": ["wer"]})(task)
    assert verdict(run(task, measure)) == ("fail", 1)


def test_a_warning_passes(task: Path, measure: Measurer) -> None:
    merge("task.json", {"languages": ["eng"]})(task)
    report = run(task, measure)
    assert [found.severity for found in report.findings] == ["warning"]
    assert verdict(report) == ("pass", 0)


def test_a_waived_error_passes_and_says_why(task: Path, measure: Measurer) -> None:
    merge("task.json", {"description": "Too short.", "waivers": [
        {"rule": "TSK212", "reason": "Nothing more can be said."}]})(task)  # fmt: skip
    report = run(task, measure)
    assert [found.waived for found in report.findings] == ["Nothing more can be said."]
    assert verdict(report) == ("pass", 0)


def test_a_waiver_for_another_instance_excuses_nothing(task: Path, measure: Measurer) -> None:
    row(2, file_name="clips/c01.wav")(task)
    merge("task.json", {"waivers": [
        {"rule": "DAT418", "instance": "Other", "reason": "Another set."}]})(task)  # fmt: skip
    report = run(task, measure)
    assert [found.waived for found in report.findings if found.rule == "DAT418"] == [None]


def test_static_is_incomplete(task: Path, measure: Measurer) -> None:
    report = run(task, measure, Options(static=True))
    assert verdict(report) == ("incomplete", 0)
    assert report.tasks[0].rules_skipped["DAT431"] == "not run on request: --static"
    assert report.tasks[0].rules_skipped["INS301"].startswith("the number of examples")
    assert "INS301" in report.tasks[0].rules_run


def test_select_and_ignore_are_incomplete(task: Path, measure: Measurer) -> None:
    only = run(task, measure, Options(select=("TSK", "AUD512")))
    assert verdict(only) == ("incomplete", 0)
    assert {code[:3] for code in only.tasks[0].rules_run} == {"TSK", "AUD"}
    less = run(task, measure, Options(ignore=("AUD512",)))
    assert less.tasks[0].rules_skipped == {"AUD512": "not run on request: --ignore"}
    assert verdict(less) == ("incomplete", 0)


def test_ignoring_what_does_not_apply_still_passes(task: Path, measure: Measurer) -> None:
    """No waiver is there to be judged, so leaving the rules on waivers out leaves nothing out."""
    assert verdict(run(task, measure, Options(ignore=("RUN",)))) == ("pass", 0)


def test_an_error_is_an_error_whatever_else_was_left_out(task: Path, measure: Measurer) -> None:
    merge("task.json", {"metrics": ["wer"]})(task)
    assert verdict(run(task, measure, Options(static=True))) == ("fail", 1)


def test_hub_data_offline_are_skipped_on_request(task: Path, measure: Measurer) -> None:
    variant("hub")(task)
    report = run(task, measure, Options(offline=True))
    assert verdict(report) == ("incomplete", 0)
    assert report.problems == []
    assert "--offline" in report.tasks[0].rules_skipped["DAT431"]


def test_hub_data_that_cannot_be_reached_are_a_problem(
    task: Path, measure: Measurer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    variant("hub")(task)
    report = run(task, measure)
    assert verdict(report) == ("incomplete", 2)
    assert [problem.kind for problem in report.problems] == ["unreachable"]
    assert "DAT431" in report.tasks[0].rules_skipped


def test_the_worst_of_several_tasks_counts(
    tmp_path: Path, clips: Path, measure: Measurer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    for name in ("Good", "Unreachable"):
        make_task(tmp_path, clips, name)
    variant("hub")(tmp_path / "tasks/Unreachable")
    paths = ["tasks/Good", "tasks/Unreachable"]
    assert exit_code(check(tmp_path, paths, Options(), measure)) == 2
    merge("task.json", {"metrics": ["wer"]})(tmp_path / "tasks/Good")
    assert exit_code(check(tmp_path, paths, Options(), measure)) == 1


# -- three ends of a rule -------------------------------------------------------------------------


@pytest.fixture
def new_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules may be added for one test; the engine forgets them afterwards."""
    known = dict(rules())
    monkeypatch.setattr(registry, "_RULES", dict(known))
    monkeypatch.setattr("validators.judge._SUBJECT_RULES", {})
    monkeypatch.setattr("validators.judge.rules", lambda: registry._RULES)


@pytest.mark.usefixtures("new_rule")
def test_a_rule_that_crashes_is_our_problem(task: Path, measure: Measurer) -> None:
    @registry.rule("TSK299", severity=Severity.ERROR, since="0.1")
    def crashing(task_file: TaskFile) -> Iterator[Fault]:
        """Crashes half-way."""
        yield Fault("found before the crash", task_file.at(), "mend it")
        raise RuntimeError("secret text of a task")

    report = run(task, measure)
    (problem,) = report.problems
    assert (problem.kind, problem.rule) == ("crash", "TSK299")
    assert problem.message.startswith("RuntimeError in test_engine.py:")
    assert "secret" not in problem.message
    assert report.findings == []
    assert verdict(report) == ("incomplete", 2)


@pytest.mark.usefixtures("new_rule")
def test_a_crash_hides_no_error_of_the_task(task: Path, measure: Measurer) -> None:
    @registry.rule("AUD599", severity=Severity.ERROR, since="0.1")
    def crashing(clip: ClipStats) -> Iterator[Fault]:
        """Crashes."""
        raise ZeroDivisionError
        yield

    merge("task.json", {"metrics": ["wer"]})(task)
    report = run(task, measure)
    assert verdict(report) == ("fail", 1)
    assert len(report.problems) == 40


def test_without_a_decoder_the_sound_rules_are_skipped(task: Path) -> None:
    def broken(clips: Iterable[ClipSource]) -> Iterator[tuple[ClipSource, Measurement]]:
        raise DecoderError("soundfile is not installed")
        yield

    report = run(task, broken)
    assert verdict(report) == ("incomplete", 2)
    assert report.tasks[0].rules_skipped["AUD512"] == "soundfile is not installed"
    assert "DAT416" in report.tasks[0].rules_run
    assert report.tasks[0].instances[0].minutes is None


def test_no_clip_is_decoded_where_no_rule_needs_it(task: Path) -> None:
    def never(clips: Iterable[ClipSource]) -> Iterator[tuple[ClipSource, Measurement]]:
        raise AssertionError("decoded for nothing")
        yield

    assert run(task, never, Options(select=("TSK", "DAT41"))).problems == []
    assert run(task, never, Options(static=True)).problems == []


def test_a_flood_of_findings_is_cut_and_said_to_be(task: Path, measure: Measurer) -> None:
    write("instructions.txt", "the same: {labels}.\n" * 3_000)(task)
    report = run(task, measure, Options(static=True))
    flood = [found for found in report.findings if found.rule == "INS302"]
    assert len(flood) == 1_001
    assert flood[-1].message.startswith("there are more than 1,000 findings of this rule")
    assert verdict(report) == ("fail", 1)


# -- the report -----------------------------------------------------------------------------------


def test_the_digest_is_the_contracts(task: Path, measure: Measurer) -> None:
    files = {
        path.relative_to(task).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in task.rglob("*")
        if path.is_file()
    }
    lines = "".join(f"{files[path]}  {path}\n" for path in sorted(files, key=str.encode))
    expected = hashlib.sha256(lines.encode()).hexdigest()
    assert run(task, measure).tasks[0].digest == expected
    append("README.md", "\n")(task)
    assert run(task, measure).tasks[0].digest != expected


def test_statistics_of_an_instance(task: Path, measure: Measurer) -> None:
    (instance,) = run(task, measure).tasks[0].instances
    assert instance.instance == f"{TASK}_Prompts"
    assert (instance.examples, instance.minutes, instance.distinct_instructions) == (40, 0.13, 12)
    assert instance.durations is not None
    assert instance.durations.median == 0.2
    assert instance.labels == {"yes": 20, "no": 20}
    assert instance.majority_share == 0.5
    assert (instance.sample_rates, instance.channels) == ({"16000": 40}, {"1": 40})


def test_the_declared_draw_is_what_everything_speaks_of(task: Path, measure: Measurer) -> None:
    drawn = {"description": "Thirty-two of the forty rows, at random.", "examples": 32}
    merge(INSTANCE, {"sampling": drawn})(task)
    assert run(task, measure).tasks[0].instances[0].examples == 32
    # Six seconds are 30 clips of 0.2 s, which are too few.
    merge(INSTANCE, {"sampling": drawn | {"minutes": 0.1}})(task)
    report = run(task, measure)
    assert report.tasks[0].instances[0].examples == 30
    assert [found.rule for found in report.findings] == ["DAT431"]


@pytest.mark.parametrize("form", ["json", "sarif", "github", "markdown", "terminal"])
def test_the_same_input_gives_the_same_bytes(task: Path, measure: Measurer, form: str) -> None:
    append(METADATA, "clips/none.wav,maybe\n")(task)
    merge("task.json", {"title": "x" * 41, "metrics": ["wer"]})(task)
    root = task.parents[1]
    with Decoders(jobs=2) as two:
        texts = {render(run(task, way), form, root=root) for way in (measure, two.measure, measure)}
    assert len(texts) == 1


def test_a_report_names_no_place_of_this_machine(task: Path, measure: Measurer) -> None:
    merge("task.json", {"title": "x" * 41})(task)
    text = run(task, measure).model_dump_json()
    assert str(task.parents[1]) not in text
    assert f'"path":"{PATH}/task.json"' in text


def test_without_a_sandbox_sound_is_judged_and_no_task_passes(
    task: Path, measure: Measurer
) -> None:
    here, there = (run(task, measure, Options(sandboxed=one)) for one in (True, False))
    assert there.findings == here.findings
    assert (verdict(here), verdict(there)) == (("pass", 0), ("incomplete", 0))
    (was,), (now,) = here.tasks, there.tasks
    assert (now.instances, now.rules_run) == (was.instances, was.rules_run)
    assert set(now.rules_skipped.values()) == {NOT_SANDBOXED}
    assert "AUD501" in now.rules_skipped
    assert "DAT411" not in now.rules_skipped
    shown = render(there, "terminal", root=task.parents[1], color=False, width=100)
    assert "without all limits" in shown
    assert "open a pull request, whose check" in shown


def test_without_a_sandbox_and_without_sound_nothing_is_said(task: Path, measure: Measurer) -> None:
    report = run(task, measure, Options(static=True, sandboxed=False))
    assert NOT_SANDBOXED not in report.tasks[0].rules_skipped.values()


def test_the_instructions_of_many_instances_are_compared_once(
    task: Path, measure: Measurer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 400 lines, all pairs: a tenth of a second, and a task may have 200 instances."""
    for number in range(3):
        copy(INSTANCE, f"instances/Other-{number}.json")(task)
    compared: list[int] = []

    def counted(lines: Iterable[str]) -> float | None:
        compared.append(1)
        return whole(lines)

    whole = folder.effective_number
    monkeypatch.setattr(folder, "effective_number", counted)
    report = run(task, measure, Options(static=True))
    numbers = {one.effective_instructions for one in report.tasks[0].instances}
    assert len(report.tasks[0].instances) == 4
    assert len(numbers) == len(compared) == 1
