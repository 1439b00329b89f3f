"""What a task may cost: beyond it nothing is read or heard, and the report says so."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from schema.report import Report
from tests.flawless import INSTANCE, ROWS, Edit, all_of, copy, make_task, merge, write
from tests.rules.cases import OFFLINE, clip, failed
from validators import budget
from validators.budget import (
    CLIP_SAMPLES,
    INSTANCE_SAMPLES,
    MAX_TASK_ROWS,
    TASK_SAMPLES,
    Listening,
    batches,
)
from validators.clips import ClipSource
from validators.engine import check
from validators.folder import METADATA_CAP
from validators.measurement import CPU_SECONDS, MAX_SAMPLES, Measurement
from validators.report import exit_code
from validators.source import MAX_ROWS
from validators.tree import Tree

LONGEST = clip(15 * 60, sample_rate=48_000, channels=2)  # the longest lawful clip
LAWFUL_INPUT = 60 * 60 * 48_000 * 2


def test_lawful_tasks_are_far_from_the_limits():
    assert INSTANCE_SAMPLES >= 4 * LAWFUL_INPUT
    assert TASK_SAMPLES >= 102 * 60 * 60 * 16_000  # an hour in each language of a large corpus
    assert MAX_TASK_ROWS >= 5 * MAX_ROWS


def test_the_worst_task_ends_within_eleven_minutes_of_computing():
    assert TASK_SAMPLES // MAX_SAMPLES * CPU_SECONDS <= 11 * 60


# -- the walk -------------------------------------------------------------------------------------


def heard(sounds: Mapping[str, Measurement], *clips: tuple[str, str]) -> list[str]:
    walk, passed = Listening(), set()
    got = []
    for instance, key in clips:
        if walk.covers(instance, key, sounds, known=key in passed):
            got.append(key)
        passed.add(key)
    return got


def test_the_clip_that_exceeds_is_the_last_one():
    sounds = {f"{n:02}": LONGEST for n in range(40)}
    assert LONGEST.frames * 2 * 16 == INSTANCE_SAMPLES
    assert len(heard(sounds, *(("A", key) for key in sounds))) == 17


def test_every_instance_has_its_own():
    sounds = {f"{owner}{n:02}": LONGEST for owner in "ABC" for n in range(20)}
    assert len(heard(sounds, *((key[0], key) for key in sounds))) == 3 * 17


def test_a_clip_that_comes_back_counts_once():
    sounds = {"same": LONGEST}
    assert len(heard(sounds, *(("A", "same") for _ in range(100)))) == 100


@pytest.mark.parametrize("failure", ["timeout", "crashed", "memory"])
def test_a_clip_that_cannot_be_decoded_in_time_counts_as_the_longest(failure):
    sounds = {f"{n:02}": failed(failure) for n in range(40)}
    assert len(heard(sounds, *(("A", key) for key in sounds))) == 9


def test_a_clip_that_is_refused_costs_next_to_nothing():
    sounds = {f"{n:05}": failed("refused-header") for n in range(20_000)}
    assert len(heard(sounds, *(("A", key) for key in sounds))) == 20_000
    assert 20_000 * CLIP_SAMPLES < INSTANCE_SAMPLES


def test_a_task_has_an_end_however_many_instances_it_has():
    sounds = {f"{n:04}": LONGEST for n in range(17 * 20)}
    got = heard(sounds, *((f"{int(key) // 17}", key) for key in sounds))
    assert len(got) == TASK_SAMPLES // (LONGEST.frames * 2) + 1


@pytest.mark.parametrize("delay", [0, 1, 7, 64])
def test_whoever_hears_of_results_late_gets_no_less_far(delay):
    sounds = {f"{n:03}": LONGEST if n % 3 else failed("timeout") for n in range(100)}
    walk = Listening()
    late = []
    for number, key in enumerate(sounds):
        known = {f"{n:03}": sounds[f"{n:03}"] for n in range(number - delay)}
        if walk.covers("A", key, known, known=key in known):
            late.append(key)
    at_once = heard(sounds, *(("A", key) for key in sounds))
    assert late[: len(at_once)] == at_once


# -- the check ------------------------------------------------------------------------------------


class Literal:
    """A measurer that says the same of every clip, and remembers how many it was asked for."""

    def __init__(self, sound: Measurement) -> None:
        self.sound, self.asked = sound, 0

    def __call__(self, clips: Iterable[ClipSource]) -> Iterator[tuple[ClipSource, Measurement]]:
        for source in clips:
            self.asked += 1
            yield source, self.sound


def checked(root: Path, clips: Path, measure: Literal, *edits: Edit) -> Report:
    task = make_task(root, clips)
    for edit in edits:
        edit(task)
    return check(root, [f"tasks/{task.name}"], OFFLINE, measure)


def test_slow_clips_are_given_up(tmp_path, clips):
    measure = Literal(failed("timeout", "more than 10 s of CPU time"))
    report = checked(tmp_path, clips, measure)
    assert measure.asked == 9
    (problem,) = report.problems
    assert (problem.kind, problem.instance) == ("limit", "AnswerDetection_Prompts")
    assert f"only the first 9 of {ROWS} clips" in problem.message
    assert [one.rule for one in report.findings].count("AUD501") == 9
    assert "only the first 9" in report.tasks[0].rules_skipped["AUD501"]
    assert report.tasks[0].instances[0].minutes is None
    assert exit_code(report) == 1


def test_too_much_sound_alone_is_a_problem_and_no_fault(tmp_path, clips, monkeypatch):
    monkeypatch.setattr(budget, "INSTANCE_SAMPLES", 10 * CLIP_SAMPLES)
    report = checked(tmp_path, clips, Literal(clip(1.0)))
    assert len(report.problems) == 1
    assert [
        one for one in report.findings if one.severity == "error" and one.rule[:3] == "AUD"
    ] == []
    assert report.tasks[0].verdict != "pass"


def test_where_the_minutes_are_reached_before_nothing_is_missing(tmp_path, clips, monkeypatch):
    monkeypatch.setattr(budget, "INSTANCE_SAMPLES", 35 * CLIP_SAMPLES)
    drawn = {"sampling": {"description": "Drawn at random by our own code.", "minutes": 0.55}}
    report = checked(tmp_path, clips, Literal(clip(1.0)), merge(INSTANCE, drawn))
    assert report.problems == []
    assert report.tasks[0].instances[0].examples == 33


def instance(name: str, metadata: str) -> Edit:
    return all_of(
        copy(INSTANCE, f"instances/{name}.json"),
        merge(f"instances/{name}.json", {"dataset": {"path": f"data/{name}"}}),
        write(f"data/{name}/metadata.csv", metadata),
    )


def not_read(report: Report) -> list[str | None]:
    return [one.instance for one in report.findings if "is not read" in one.message]


def test_metadata_beyond_the_bytes_of_a_task_are_not_read(tmp_path, clips):
    table = "file_name,label\n" + f"{'x' * 20_000},yes\n" * 200
    edits = [instance(f"B{number}", table) for number in range(3)]
    report = checked(tmp_path, clips, Literal(clip()), *edits)
    assert not_read(report) == ["AnswerDetection_B2", "AnswerDetection_Prompts"]
    assert "FLD008" in {one.rule for one in report.findings}
    assert report.problems == []


def test_rows_beyond_those_of_a_task_are_not_read(tmp_path, clips):
    table = "file_name,label\n" + "a,b\n" * MAX_ROWS
    edits = [instance(f"B{number}", table) for number in range(7)]
    report = checked(tmp_path, clips, Literal(clip()), *edits)
    assert not_read(report) == ["AnswerDetection_B6", "AnswerDetection_Prompts"]


def test_tasks_are_read_one_after_the_other_where_they_are_large(tmp_path, clips):
    sizes = [100, METADATA_CAP, 100, 100, METADATA_CAP - 100]
    trees = []
    for number, size in enumerate(sizes):
        path = tmp_path / f"tasks/T{number}/data/A/metadata.csv"
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes(size))
        trees.append(Tree(tmp_path, f"tasks/T{number}"))
    assert [[tree.task for tree in batch] for batch in batches(trees)] == [
        ["T0"], ["T1"], ["T2", "T3"], ["T4"],
    ]  # fmt: skip
    assert list(batches([])) == []


def test_batches_do_not_change_a_report(tmp_path, clips, measure, monkeypatch):
    paths = [f"tasks/{make_task(tmp_path, clips, name).name}" for name in ("Alpha", "Beta")]
    at_once = check(tmp_path, paths, OFFLINE, measure)
    assert [one.rule for one in at_once.findings].count("NBR403") == 2  # beside each other
    monkeypatch.setattr(budget, "METADATA_CAP", 1)
    assert check(tmp_path, paths, OFFLINE, measure) == at_once
