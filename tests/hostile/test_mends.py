"""What hostile input once broke: minutes and gigabytes of metadata, rules that met a wrong type."""

import json
from pathlib import Path

import pytest

from schema.task import Task
from tests.flawless import DATA, INSTANCE, METADATA, TASK_JSON, Edit, folder, merge, remove, write
from tests.hostile.corpus import JSONL
from tests.rules.cases import OFFLINE, Case, run
from validators.document import Document
from validators.folder import TEXT_CAP
from validators.report import MAX_TEXT
from validators.source import MAX_COLUMNS, MAX_ROWS
from validators.strict_json import Place, read_json
from validators.tree import MAX_LEVELS


def codes(tmp_path: Path, clips: Path, measure, *edits: Edit) -> set[str]:
    _, report = run(Case("", edits, options=OFFLINE), tmp_path, clips, measure)
    assert report.problems == []
    assert all(len(one.message) <= MAX_TEXT for one in report.findings)
    return {one.rule for one in report.findings}


def metadata(rows: int) -> Edit:
    return write(METADATA, "file_name,label\n" + "clips/c01.wav,yes\n" * rows)


def columns(count: int) -> Edit:
    return write(
        METADATA, ",".join(["file_name", "label", *(f"c{n}" for n in range(2, count))]) + "\n"
    )


@pytest.mark.parametrize(("more", "found"), [(0, False), (1, True)])
def test_the_most_rows_and_columns(more, found, tmp_path, clips, measure):
    got = codes(tmp_path / "a", clips, measure, metadata(MAX_ROWS + more))
    assert ("DAT402" in got) is found
    assert ("DAT402" in codes(tmp_path / "b", clips, measure, columns(MAX_COLUMNS + more))) is found


@pytest.mark.parametrize(("more", "found"), [(0, False), (1, True)])
def test_the_longest_line_of_jsonl(more, found, tmp_path, clips, measure):
    line = json.dumps({"file_name": "clips/c01.wav", "label": "yes", "x": ""})
    line = line[:-2] + "x" * (TEXT_CAP + more - len(line)) + line[-2:]
    got = codes(tmp_path, clips, measure, remove(METADATA), write(JSONL, line + "\n"))
    assert ("DAT403" in got) is found


def test_a_message_is_held_to_a_length(tmp_path, clips, measure):
    long = f"clips/{'x' * 50_000}.wav"
    assert "DAT405" in codes(
        tmp_path, clips, measure, write(METADATA, f"file_name,label\n{long},yes\n")
    )


@pytest.mark.parametrize(("levels", "found"), [(MAX_LEVELS - 1, False), (MAX_LEVELS, True)])
def test_folders_in_folders(levels, found, tmp_path, clips, measure):
    inner = "/".join(["d"] * (levels - DATA.count("/") - 1))
    assert ("FLD009" in codes(tmp_path, clips, measure, folder(f"{DATA}/{inner}"))) is found


def test_columns_are_counted_on_from_the_place_before():
    places = read_json('["é", "é", {"é": "é"}, 1]'.encode(), cap=100).places
    assert [places[f"/{n}"].column for n in range(4)] == [2, 7, 12, 24]
    assert places["/2/é"] == Place(1, 18)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"inputs": [2**53 + 1]}, "/inputs/*"),
        ({"output": {"type": "\0", "labels": None}}, "/output/type"),
        ({"output": {"type": "quiz", "labels": [40]}}, "/output/labels/*"),
        ({"output": {"type": None, "labels": [40]}}, "/output/labels/*"),
        ({"metrics": ["\ufeff"]}, "/metrics/*"),
    ],
)
def test_a_value_that_the_reader_reports_is_shown_to_no_rule(change, pointer, tmp_path):
    path = tmp_path / "task.json"
    path.write_text(TASK_JSON)
    merge("task.json", change)(tmp_path)
    document = Document("task.json", path.read_bytes(), Task, 100_000)
    assert list(document.find(pointer)) == []


def test_such_values_crash_no_rule(tmp_path, clips, measure):
    licences = {
        "sources": [{"name": "A", "url": "https://a.example", "license": 2**60, "cite": None}]
    }
    assert "JSN807" in codes(tmp_path, clips, measure, merge(INSTANCE, licences))
