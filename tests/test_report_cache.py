"""Reports of unchanged tasks: the same bytes again, and never what is no longer true."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from schema.report import Report
from tests.flawless import METADATA, TASK, append, link, make_task, merge, row, variant
from validators import report_cache
from validators.clips import ClipSource
from validators.engine import Measurer, Options, check
from validators.measurement import Measurement
from validators.report_cache import ReportCache


@pytest.fixture
def task(tmp_path: Path, clips: Path) -> Path:
    return make_task(tmp_path, clips)


def run(task: Path, measure: Measurer, options: Options | None = None) -> Report:
    root = task.parents[1]
    return check(root, [f"tasks/{TASK}"], options or Options(), measure, kept=ReportCache(root))


def never(clips: Iterable[ClipSource]) -> Iterator[tuple[ClipSource, Measurement]]:
    raise AssertionError("measured again")
    yield


def files(task: Path) -> list[Path]:
    return sorted((task.parents[1] / ".cache").glob("report-*"))


def test_an_unchanged_task_is_not_looked_at_again(task: Path, measure: Measurer) -> None:
    merge("task.json", {"languages": ["eng"]})(task)
    first = run(task, measure)
    assert first.findings
    assert run(task, never) == first


@pytest.mark.parametrize(
    "edit",
    [
        append("README.md", "\n"),
        row(1, label="no"),
        append(METADATA, "clips/none.wav,yes\n"),
        link("data/Prompts/clips/c01.wav", "c02.wav"),
        link("notes", "README.md"),
    ],
)
def test_whatever_changes_is_looked_at(task: Path, measure: Measurer, edit) -> None:
    run(task, measure)
    edit(task)
    changed = run(task, measure)
    root = task.parents[1]
    assert changed == check(root, [f"tasks/{TASK}"], Options(), measure)


def test_a_task_beside_it_counts(task: Path, clips: Path, measure: Measurer) -> None:
    run(task, measure)
    make_task(task.parents[1], clips, "AnswerDetections")
    assert "NBR401" in {found.rule for found in run(task, measure).findings}


def test_options_count(task: Path, measure: Measurer) -> None:
    run(task, measure)
    assert run(task, measure, Options(static=True)).tasks[0].verdict == "incomplete"
    assert run(task, measure, Options(ignore=("AUD",))).tasks[0].verdict == "incomplete"


def test_another_check_counts(
    task: Path, measure: Measurer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(task, measure)
    monkeypatch.setattr(ReportCache, "_rule_set", b"another version")
    with pytest.raises(AssertionError, match="measured again"):
        run(task, never)


def test_problems_are_not_kept(
    task: Path, measure: Measurer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    variant("hub")(task)
    assert run(task, measure).problems
    assert files(task) == []


def test_another_hub_counts(task: Path, measure: Measurer, monkeypatch: pytest.MonkeyPatch) -> None:
    run(task, measure)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(AssertionError, match="measured again"):
        run(task, never)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"schema_version": 1}'])
def test_what_is_corrupt_or_foreign_is_ignored(
    task: Path, measure: Measurer, content: bytes
) -> None:
    first = run(task, measure)
    (kept,) = files(task)
    kept.write_bytes(content)
    assert run(task, measure) == first


def test_a_folder_that_cannot_be_written_is_done_without(task: Path, measure: Measurer) -> None:
    (task.parents[1] / ".cache").write_text("a file in its place")
    assert run(task, measure).tasks[0].verdict == "pass"


def test_a_linked_folder_is_not_followed(task: Path, measure: Measurer, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (task.parents[1] / ".cache").symlink_to(tmp_path / "elsewhere")
    run(task, measure)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_growth_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_cache, "MAX_FILES", 4)
    cache = ReportCache(tmp_path)
    empty = Report(schema_version=1, validator="0", tasks=[], findings=[], problems=[])
    for number in range(6):
        cache.put(cache.key(number), empty)
    cache.prune()
    assert len(list((tmp_path / ".cache").glob("report-*"))) == 3
