"""From metadata to examples: columns, label_map, sampling, and what each format makes of a cell."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from validators.examples import Examples, LabelFaultKind, read_examples
from validators.folder import TaskFolder
from validators.opening import open_source
from validators.source import Clip, SourceFaultKind, SourceTable, SourceUnavailable

TASK: dict[str, Any] = {
    "inputs": ["audio"],
    "output": {"type": "classification", "labels": ["yes", "no"]},
}


def folder(
    root: Path,
    metadata: str | bytes,
    *,
    name: str = "metadata.csv",
    clips: tuple[str, ...] = ("1.flac", "2.flac"),
    task: dict[str, Any] | None = None,
    **instance: Any,
) -> TaskFolder:
    """A folder with just what reading data needs; nothing here opens a clip."""
    data = root / "tasks/Word/data/Set"
    data.mkdir(parents=True)
    raw = metadata if isinstance(metadata, bytes) else metadata.encode()
    (data / name).write_bytes(raw)
    for clip in clips:
        (data / clip).parent.mkdir(exist_ok=True)
        (data / clip).write_bytes(clip.encode())
    files = {
        "task.json": TASK | (task or {}),
        "instances/Set.json": {"dataset": {"path": "data/Set"}, "sampling": None} | instance,
    }
    for path, value in files.items():
        file = root / "tasks/Word" / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(value), encoding="utf-8")
    return TaskFolder(root, "tasks/Word")


def source(*arguments: Any, **options: Any) -> SourceTable:
    return open_source(folder(*arguments, **options).instances[0])


def examples(*arguments: Any, **options: Any) -> Examples:
    return read_examples(source(*arguments, **options))


def test_one_clip_a_row(tmp_path: Path) -> None:
    found = examples(tmp_path, "file_name,label\n1.flac,yes\n2.flac,no\n")
    assert [(row.file, row.label) for row in found.rows] == [("1", "yes"), ("2", "no")]
    assert found.rows[1].cells["audio"] == Clip("2.flac", "data/Set/2.flac")
    assert found.rows[1].at.line == 3
    assert found.rows[1].at.path == "tasks/Word/data/Set/metadata.csv"


def test_several_clips_a_row(tmp_path: Path) -> None:
    found = examples(
        tmp_path,
        "audio_file_name,audio2_file_name,label\n1.flac,2.flac,yes\n",
        task={"inputs": ["audio", "audio2"]},
    )
    assert [clip.name for clip in found.rows[0].clips(["audio", "audio2"])] == ["1.flac", "2.flac"]


def test_audio_as_output(tmp_path: Path) -> None:
    found = examples(
        tmp_path,
        "label_file_name,audio_file_name\n1.flac,2.flac\n",
        task={"output": {"type": "audio"}},
    )
    assert found.rows[0].label == Clip("1.flac", "data/Set/1.flac")
    assert found.rows[0].file == "2"


def test_columns_rename(tmp_path: Path) -> None:
    found = examples(
        tmp_path,
        "question_file_name,answer,id,who\n1.flac,yes,a,Ada\n",
        columns={"audio": "question", "label": "answer", "file": "id", "speaker": "who"},
        groups=["speaker"],
    )
    row = found.rows[0]
    assert (row.file, row.label, row.cells["speaker"]) == ("a", "yes", "Ada")
    assert found.missing == ()


def test_missing_columns_are_named(tmp_path: Path) -> None:
    found = examples(
        tmp_path, "file_name\n1.flac\n", task={"inputs": ["audio", "text"]}, groups=["speaker"]
    )
    assert found.missing == ("text", "label", "speaker")


def test_label_map(tmp_path: Path) -> None:
    found = examples(
        tmp_path,
        "file_name,label\n1.flac,0\n2.flac,2\n",
        label_map={"0": "no", "1": "yes"},
    )
    assert found.rows[0].label == "no"
    fault = found.rows[1].label_fault
    assert fault
    assert fault.kind is LabelFaultKind.UNMAPPED


@pytest.mark.parametrize(
    ("cell", "key"), [("1", "1"), ("true", "true"), ("false", "false"), ('"no"', "no")]
)
def test_values_before_the_map(tmp_path: Path, cell: str, key: str) -> None:
    metadata = f'{{"file_name": "1.flac", "label": {cell}}}\n'
    found = examples(tmp_path, metadata, name="metadata.jsonl", label_map={key: "yes"})
    assert found.rows[0].label == "yes"


@pytest.mark.parametrize(
    ("output", "cell", "label"),
    [
        ("number", "12", 12.0),
        ("number", "-0.5", -0.5),
        ("number", "1e2", 100.0),
        ("multilabel", '["no"]', ("no",)),
        ("multilabel", "[]", ()),
        ("multilabel", '["yes","no"]', ("yes", "no")),
        ("text", "any, thing", "any, thing"),
    ],
)
def test_labels_by_output(tmp_path: Path, output: str, cell: str, label: object) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    task = {"output": {"type": output} | (
        {"unit": "dB"} if output == "number" else
        {"labels": ["yes", "no"]} if output == "multilabel" else {}
    )}  # fmt: skip
    found = examples(tmp_path, f"file_name,label\n1.flac,{quoted}\n", task=task)
    assert (found.rows[0].label, found.rows[0].label_fault) == (label, None)


@pytest.mark.parametrize(
    ("output", "cell", "kind"),
    [
        ("number", "12 dB", LabelFaultKind.FORM),
        ("number", "nan", LabelFaultKind.FORM),
        ("number", "1e999", LabelFaultKind.FORM),
        ("multilabel", "no", LabelFaultKind.FORM),
        ("multilabel", "{}", LabelFaultKind.FORM),
        ("multilabel", "[" * 9_999, LabelFaultKind.FORM),
        ("multilabel", '["no","yes"]', LabelFaultKind.ORDER),
        ("multilabel", '["no","no"]', LabelFaultKind.ORDER),
        ("multilabel", '["maybe"]', LabelFaultKind.UNKNOWN),
        ("classification", "maybe", LabelFaultKind.UNKNOWN),
        ("audio", "1.flac", LabelFaultKind.FORM),
    ],
)
def test_wrong_labels_by_output(
    tmp_path: Path, output: str, cell: str, kind: LabelFaultKind
) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    task = {"output": {"type": output, "unit": "dB", "labels": ["yes", "no"]}}
    fault = examples(tmp_path, f"file_name,label\n1.flac,{quoted}\n", task=task).rows[0].label_fault
    assert fault
    assert fault.kind is kind


def test_a_list_of_labels_in_jsonl(tmp_path: Path) -> None:
    found = examples(
        tmp_path,
        '{"file_name": "1.flac", "label": ["yes", "no"]}\n',
        name="metadata.jsonl",
        task={"output": {"type": "multilabel", "labels": ["yes", "no"]}},
    )
    assert found.rows[0].label == ("yes", "no")


def test_an_empty_cell_is_missing(tmp_path: Path) -> None:
    found = examples(tmp_path, "file_name,label\n1.flac,\n")
    assert (found.rows[0].label, found.rows[0].label_fault) == (None, None)


def test_quoted_cells_keep_commas_and_line_breaks(tmp_path: Path) -> None:
    table = source(tmp_path, 'file_name,label\n1.flac,"a, ""b""\nc"\n2.flac,d\n')
    assert [row.cells["label"] for row in table.rows] == ['a, "b"\nc', "d"]
    assert [row.at.line for row in table.rows] == [2, 4]


def test_the_line_ends_of_rfc_4180_are_read(tmp_path: Path) -> None:
    table = source(tmp_path, b"file_name,label\r\n1.flac,yes\r\n")
    assert table.faults == ()
    assert table.rows[0].cells["label"] == "yes"


@pytest.mark.parametrize(
    ("metadata", "kind"),
    [
        ("file_name,label\n1.flac,yes,no\n", SourceFaultKind.MALFORMED_ROW),
        ("file_name,label\n1.flac\n", SourceFaultKind.MALFORMED_ROW),
        ('file_name,label\n1.flac,"yes\n', SourceFaultKind.UNREADABLE),
        ('file_name,label\n1.flac,"yes" no\n', SourceFaultKind.UNREADABLE),
        ("file_name,label,label\n1.flac,yes,no\n", SourceFaultKind.UNREADABLE),
        (b"file_name,label\n1.flac,\xff\n", SourceFaultKind.UNREADABLE),
        (b"file_name,label\n1.flac,\x00\n", SourceFaultKind.UNREADABLE),
        ("file_name,audio2_file_name,label\n1.flac,2.flac,yes\n", SourceFaultKind.CLIP_COLUMNS),
    ],
)
def test_bad_csv(tmp_path: Path, metadata: str | bytes, kind: SourceFaultKind) -> None:
    assert [fault.kind for fault in source(tmp_path, metadata).faults] == [kind]


@pytest.mark.parametrize(
    "line",
    ['{"file_name": "1.flac", "a": 1, "a": 2}', "[]", "{", '{"a": NaN}', '{"a": "\\ud800"}', "3"],
)
def test_bad_jsonl(tmp_path: Path, line: str) -> None:
    table = source(tmp_path, f"{line}\n", name="metadata.jsonl")
    assert {fault.kind for fault in table.faults} == {SourceFaultKind.MALFORMED_ROW}
    assert table.faults[0].at.line == 1


def test_a_broken_row_hides_no_other(tmp_path: Path) -> None:
    table = source(tmp_path, '{"a": 1}\n{\n{"a": 3}\n', name="metadata.jsonl")
    assert [row.cells["a"] for row in table.rows] == [1, 3]


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../1.flac", "a/../1.flac", "./1.flac", "a//1.flac", "..\\1.flac", "3.flac"],
)
def test_clips_outside_or_missing(tmp_path: Path, name: str) -> None:
    (clip,) = source(tmp_path, f"file_name,label\n{name},yes\n").rows[0].clips
    assert clip.path is None
    assert clip.trouble


def test_a_linked_clip_is_not_read(tmp_path: Path) -> None:
    task = folder(tmp_path, "file_name,label\n3.flac,yes\n")
    (tmp_path / "tasks/Word/data/Set/3.flac").symlink_to("1.flac")
    table = open_source(TaskFolder(task.root, task.path).instances[0])
    assert table.rows[0].clips[0].path is None


def test_no_metadata_and_two(tmp_path: Path) -> None:
    task = folder(tmp_path, "file_name\n", name="metadata.tsv")
    assert [fault.kind for fault in open_source(task.instances[0]).faults] == [
        SourceFaultKind.NO_METADATA
    ]
    data = tmp_path / "tasks/Word/data/Set"
    (data / "metadata.csv").write_text("file_name\n")
    (data / "metadata.jsonl").write_text("")
    table = open_source(TaskFolder(task.root, task.path).instances[0])
    assert [fault.kind for fault in table.faults] == [SourceFaultKind.TWO_METADATA]


def test_the_bytes_of_clips_are_given_in_order_each_once(tmp_path: Path) -> None:
    table = source(tmp_path, "file_name,label\n2.flac,yes\n1.flac,no\n2.flac,no\n3.flac,no\n")
    clips = [clip for row in table.rows for clip in row.clips]
    found = list(table.store.sources(clips))
    assert [clip.tag for clip in found] == ["data/Set/2.flac", "data/Set/1.flac"]
    assert (
        found[0].key == hashlib.sha256(b"2.flac").hexdigest() == table.store.sha256(clips[0].path)
    )
    with table.store.hold(clips) as open_clip:
        for clip, data in zip(clips, (b"2.flac", b"1.flac", b"2.flac"), strict=False):
            with os.fdopen(open_clip(clip), "rb") as file:
                assert file.read() == data


def test_a_pointer_that_is_not_whole_is_not_followed(tmp_path: Path) -> None:
    task = folder(tmp_path, "", dataset={"repo_id": "a/b", "revision": "main"})
    with pytest.raises(SourceUnavailable, match=r"the pointer in .*Set\.json cannot be read"):
        open_source(task.instances[0])


ROWS = "file_name,label,who\n" + "".join(
    f"{number}.flac,{'yes' if number % 4 else 'no'},Ada\n" for number in range(40)
)
CLIPS = tuple(f"{number}.flac" for number in range(40))


def sampling(**numbers: object) -> dict[str, object]:
    return {"description": "Drawn.", **numbers}


def test_sampling_without_numbers_keeps_all_rows(tmp_path: Path) -> None:
    found = examples(tmp_path, ROWS, clips=CLIPS, sampling=sampling(seed=3))
    assert [row.file for row in found.rows] == [str(number) for number in range(40)]


def test_sampling_draws_examples(tmp_path: Path) -> None:
    found = examples(tmp_path, ROWS, clips=CLIPS, sampling=sampling(examples=8))
    assert (len(found.rows), found.available) == (8, 40)
    assert [row.file for row in found.rows] == ["14", "8", "31", "1", "29", "22", "4", "18"]


def test_sampling_keeps_the_shares_of_labels(tmp_path: Path) -> None:
    drawn = sampling(examples=8, stratify_by="label")
    found = examples(tmp_path, ROWS, clips=CLIPS, sampling=drawn)
    assert sorted(str(row.label) for row in found.rows) == ["no"] * 2 + ["yes"] * 6


def test_sampling_stops_before_the_minutes_are_exceeded(tmp_path: Path) -> None:
    found = examples(tmp_path, ROWS, clips=CLIPS, sampling=sampling(minutes=2))
    assert len(found.rows) == 40
    cut = found.within_minutes(lambda _: 25.0)
    assert [row.file for row in cut.rows] == [row.file for row in found.rows][:4]
