"""`python -m validators.new`: what it makes of data, and that it makes all or nothing."""

import contextlib
import csv
import io
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.instance import Instance
from schema.report import Report
from schema.task import Task
from tests.flawless import instructions, noise
from tests.sounds import encode
from validators import fix, new
from validators.engine import Measurer, Options, check
from validators.newtask import draft
from validators.newtask.collect import allowed_label, guess_output, labels_of
from validators.newtask.draft import guessed_stem, stem_of, task_name_of, title_of
from validators.newtask.survey import ClipFinder, SurveyError, decide, read_table

ROOT = Path(__file__).parents[1]
NAME = "SpokenEmotionRecognition"
CLASSES = ("angry", "calm", "happy", "sad")
EMPTY = Counter(
    {"DOC603": 3, "INS306": 10, "JSN814": 1, "JSN815": 1, "JSN818": 4, "TSK201": 1, "SRC902": 2,
     "SRC906": 1, "SRC909": 1}
)  # fmt: skip
"""What is left to a person where the data say the rest: prose, instructions, source, licence."""


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eighty short clips, twenty in a folder of each of four classes."""
    folder = tmp_path_factory.mktemp("data") / "my_clips"
    for number, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True)
        for clip in range(20):
            sound = encode(noise(100 * number + clip))
            (folder / name / f"{clip:03}.wav").write_bytes(sound)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repository" / "tasks").mkdir(parents=True)
    return tmp_path / "repository"


Make = Callable[..., Path]


@pytest.fixture
def make(root: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes a task without the check at the end, which costs its start-up; the folder."""
    monkeypatch.setattr(new, "show_check", lambda _: None)

    def made(*arguments: object, name: str = NAME) -> Path:
        assert new.main([name, "--root", str(root), *map(str, arguments)]) == 0
        return root / "tasks" / name

    return made


def refused(root: Path, *arguments: object, name: str = NAME) -> None:
    """The command ends with 2, and nothing was written."""
    before = sorted(root.rglob("*"))
    with pytest.raises(SystemExit) as stop:
        new.main([name, "--root", str(root), *map(str, arguments)])
    assert stop.value.code == 2
    assert sorted(root.rglob("*")) == before


def json_of(task: Path, path: str) -> Any:
    return json.loads((task / path).read_text())


def instance_of(task: Path) -> Any:
    (path,) = (task / "instances").iterdir()
    return json.loads(path.read_text())


def metadata_of(task: Path) -> list[dict[str, str]]:
    (path,) = task.glob("data/*/metadata.csv")
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def table(
    folder: Path, columns: list[str], row: Callable[[int, str], list[object]], **form: str
) -> Path:
    """A CSV beside the clips' folder, with a row for each clip."""
    names = [f"my_clips/{name}/{clip:03}.wav" for name in CLASSES for clip in range(20)]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=form.get("delimiter", ","))
    writer.writerow(columns)
    writer.writerows(row(number, name) for number, name in enumerate(names))
    path = folder / form.get("name", "table.csv")
    path.write_text(text.getvalue(), encoding=form.get("encoding", "utf-8"))
    return path


def checked(task: Path, measure: Measurer) -> Report:
    return check(task.parents[1], [f"tasks/{task.name}"], Options(offline=True), measure)


def codes(task: Path, measure: Measurer) -> Counter[str]:
    report = checked(task, measure)
    assert report.problems == []
    # What the clips sound like is no business of whoever writes the folder.
    return Counter(found.rule for found in report.findings if not found.rule.startswith("AUD"))


# -- what is made ---------------------------------------------------------------------------------


def test_a_folder_of_classes(make: Make, recordings: Path, measure: Measurer) -> None:
    task = make("--from-folder", recordings)
    data = json_of(task, "task.json")
    assert data["title"] == "Spoken emotion recognition"
    assert data["inputs"] == ["audio"]
    assert data["output"] == {"type": "classification", "labels": list(CLASSES)}
    assert data["metrics"] == ["accuracy"]
    assert [path.name for path in (task / "instances").iterdir()] == ["MyClips.json"]
    assert instance_of(task)["dataset"] == {"path": "data/MyClips"}
    assert instance_of(task)["license"] == "NOASSERTION"
    rows = metadata_of(task)
    assert Counter(row["label"] for row in rows) == dict.fromkeys(CLASSES, 20)
    for row in rows:
        assert (task / "data/MyClips" / row["file_name"]).read_bytes() == (
            recordings / row["origin"]
        ).read_bytes()
        assert row["origin"].startswith(row["label"])
    assert codes(task, measure) == EMPTY


def test_the_numbers_of_clips_tell_nothing(make: Make, recordings: Path) -> None:
    numbers = [(int(Path(row["file_name"]).stem), row["label"])
               for row in metadata_of(make("--from-folder", recordings))]  # fmt: skip
    assert sorted(number for number, _ in numbers) == list(range(1, 81))
    first = Counter(label for number, label in numbers if number <= 40)
    assert all(4 <= first[name] <= 16 for name in CLASSES)


def test_without_data_each_place_is_named(make: Make, measure: Measurer) -> None:
    found = codes(make(), measure)
    assert found == EMPTY + Counter({"PTR106": 1, "TSK209": 1, "TSK210": 1})


def test_clips_without_labels(make: Make, recordings: Path, measure: Measurer) -> None:
    found = codes(make("--from-folder", recordings / "calm"), measure)
    assert found == EMPTY + Counter({"DAT413": 20, "DAT431": 1, "TSK209": 1, "TSK210": 1})


def test_a_dataset_on_the_hub(make: Make, measure: Measurer) -> None:
    commit = "956e6de86a7593c23ce7544416494bb49631c6e1"
    task = make("--hub", f"ada/my-set@{commit}", "--output", "number", "--dimension", "speaker")
    assert instance_of(task)["dataset"] == {"repo_id": "ada/my-set", "revision": commit}
    assert (task / "instances/my-set.json").is_file()
    assert codes(task, measure) == EMPTY - Counter({"JSN815": 1}) + Counter({"JSN818": 1})
    task = make("--hub", "ada/my-set", name="Other")
    assert codes(task, measure)["PTR103"] == 1


def test_flags_fill_in(make: Make, recordings: Path) -> None:
    task = make("--from-folder", recordings, "--dataset", "CREMA-D", "--dimension", "speaker",
                "--title", "Feelings", "--output", "text", "--inputs", "audio,text")  # fmt: skip
    data = json_of(task, "task.json")
    assert (data["dimension"], data["title"]) == ("speaker", "Feelings")
    assert data["output"] == {"type": "text"}
    assert data["inputs"] == ["audio", "text"]
    assert (task / "instances/CREMA-D.json").is_file()
    first = (task / "instructions.txt").read_text().splitlines()[0]
    assert first == "TODO: a plain order. {text}"


EMOTIONS = (
    ["path", "emotion", "speaker_id", "sex", "transcript"],
    lambda n, clip: [clip, CLASSES[n % 4], f"s{n % 5}", "mf"[n % 2], f"word {n}"],
)
TABLES: dict[str, tuple[list[str], Callable[[int, str], list[object]], dict[str, Any]]] = {
    "classes": (*EMOTIONS, {
        "output": {"type": "classification", "labels": list(CLASSES)}, "metrics": ["accuracy"],
        "groups": ["speaker", "gender"], "header": "file_name,label,speaker,gender,origin",
    }),
    "values that no label may have": (
        ["path", "class"], lambda n, clip: [clip, ["door, wood", "{x}", "rain "][n % 3]], {
        "output": {"type": "classification", "labels": ["(x)", "door / wood", "rain"]},
        "label_map": {"door, wood": "door / wood", "rain ": "rain", "{x}": "(x)"},
    }),
    "ratings": (["clip", "score"], lambda n, clip: [clip, 1 + n % 9 / 2], {
        "output": {"type": "number", "unit": "TODO: what the number counts, e.g. dB or years",
                   "minimum": 1, "maximum": 5},
        "metrics": ["mae"], "more": {"JSN818": 1},
    }),
    "zero and one": (["clip", "hit"], lambda n, clip: [clip, n % 2], {
        "output": {"type": "classification", "labels": ["0", "1"]},
    }),
    "digits": (["clip", "digit", "class"], lambda n, clip: [clip, n, n % 11], {
        "output": {"type": "classification", "labels": [str(n) for n in range(11)]},
    }),
    "transcripts": (["id", "audio", "sentence"], lambda n, clip: [f"u{n}", clip, f"say {n}"], {
        "output": {"type": "text"}, "metrics": ["wer"],
        "header": "file,file_name,label,origin",
    }),
    "translations": (["audio", "translation"], lambda n, clip: [clip, f"sage {n}"], {
        "output": {"type": "text"}, "metrics": ["chrf"],
    }),
    "several labels": (
        ["wav", "labels"], lambda n, clip: [clip, '["b", "a", "b"]' if n % 2 else "[]"], {
        "output": {"type": "multilabel", "labels": ["a", "b"]}, "metrics": ["macro_f1"],
    }),
    "pairs": (
        ["one", "two", "same"],
        lambda n, clip: [clip, f"my_clips/sad/{(n + 1) % 20:03}.wav", "yn"[n % 2]], {
        "output": {"type": "classification", "labels": ["n", "y"]}, "inputs": ["audio", "audio2"],
        "header": "file,audio_file_name,audio2_file_name,label,origin",
    }),
    "enhancement": (
        ["noisy", "clean"], lambda n, clip: [clip, f"my_clips/sad/{(n + 1) % 20:03}.wav"], {
        "output": {"type": "audio"}, "metrics": ["si_sdr"],
        "header": "file,label_file_name,audio_file_name,origin",
    }),
    "a question to each": (
        ["audio", "text", "label"], lambda n, clip: [clip, f"is it {n}?", "yn"[n % 2]], {
        "output": {"type": "classification", "labels": ["n", "y"]}, "inputs": ["audio", "text"],
    }),
    "only a group": (["path", "gender"], lambda n, clip: [clip, "mf"[n % 2]], {
        "output": {"type": "classification", "labels": ["f", "m"]}, "groups": None,
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_table(name: str, make: Make, recordings: Path, measure: Measurer) -> None:
    columns, row, wanted = TABLES[name]
    task = make("--from-csv", table(recordings.parent, columns, row, name=f"{name}.csv"))
    data, instance = json_of(task, "task.json"), instance_of(task)
    assert data["output"] == wanted["output"]
    assert data["inputs"] == wanted.get("inputs", ["audio"])
    assert data["metrics"] == wanted.get("metrics", data["metrics"])
    assert instance.get("label_map") == wanted.get("label_map")
    assert instance.get("groups") == wanted.get("groups")
    if "header" in wanted:
        assert ",".join(metadata_of(task)[0]) == wanted["header"]
    assert fix.changes(task.parents[1], [f"tasks/{task.name}"]) == []
    found = codes(task, measure)
    assert found == EMPTY + Counter(wanted.get("more", {}))


@pytest.mark.parametrize("arguments", [[], ["--output", "audio"], ["--output", "number"],
                                       ["--hub", "a/b"]])  # fmt: skip
def test_what_is_made_is_as_fix_would_leave_it(arguments: list[str], make: Make) -> None:
    task = make(*arguments)
    assert fix.changes(task.parents[1], [f"tasks/{task.name}"]) == []
    Task.model_fields  # noqa: B018 - both are the models that the files are ordered by
    Instance.model_fields  # noqa: B018


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(";", "utf-8"), ("\t", "utf-8"), ("|", "utf-8-sig")]
)
def test_other_dividers(delimiter: str, encoding: str, make: Make, recordings: Path) -> None:
    file = table(recordings.parent, *EMOTIONS, delimiter=delimiter, encoding=encoding)
    assert len(metadata_of(make("--from-csv", file))) == 80


def test_json_lines_and_a_metadata_file_in_the_folder(
    make: Make, recordings: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "set"
    shutil.copytree(recordings, folder / "clips")
    lines = [
        {"file_name": f"clips/{name}/{clip:03}.wav", "label": ["x"] if clip % 2 else [], "n": clip}
        for name in CLASSES for clip in range(20)
    ]  # fmt: skip
    (folder / "metadata.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    task = make("--from-folder", folder)
    assert json_of(task, "task.json")["output"]["type"] == "multilabel"
    assert metadata_of(task)[1]["label"] == '["x"]'


def test_names_stay_where_they_are_good(make: Make, recordings: Path, tmp_path: Path) -> None:
    flat = tmp_path / "flat"
    flat.mkdir()
    for clip in range(20):
        shutil.copy(recordings / "sad" / f"{clip:03}.wav", flat / f"LJ-{clip:03}.WAV")
    rows = [["file_name", "label"], *([f"LJ-{n:03}.WAV", "ab"[n % 2]] for n in range(20))]
    (flat / "metadata.csv").write_text("".join(",".join(row) + "\n" for row in rows))
    task = make("--from-folder", flat, "--dataset", "LJ")
    assert metadata_of(task)[3] == {"file_name": "clips/LJ-003.wav", "label": "b"}


def test_names_that_give_the_label_away_are_numbers(
    make: Make, recordings: Path, tmp_path: Path
) -> None:
    flat = tmp_path / "flat"
    for name in CLASSES:
        (flat / name).mkdir(parents=True)
        for clip in range(20):
            shutil.copy(recordings / name / f"{clip:03}.wav", flat / name / f"{name}_{clip}.wav")
    rows = metadata_of(make("--from-folder", flat))
    assert all(re.fullmatch(r"clips/00\d\d\.wav", row["file_name"]) for row in rows)


def test_columns_can_be_said(make: Make, recordings: Path) -> None:
    file = table(recordings.parent, *EMOTIONS)
    said = "label=sex,text=transcript,speaker=,mood=emotion"
    task = make("--from-csv", file, "--columns", said)
    assert json_of(task, "task.json")["output"]["labels"] == ["f", "m"]
    assert json_of(task, "task.json")["inputs"] == ["audio", "text"]
    assert instance_of(task)["groups"] == ["mood"]


def test_an_input_can_be_said(make: Make, recordings: Path) -> None:
    task = make("--from-csv", table(recordings.parent, *EMOTIONS), "--inputs", "audio,text")
    assert metadata_of(task)[7]["text"] == "word 7"


def test_clips_elsewhere_and_without_extension(
    make: Make, recordings: Path, tmp_path: Path
) -> None:
    file = tmp_path / "ids.csv"
    file.write_text("utt,label\n" + "".join(f"{n:03},{'ab'[n % 2]}\n" for n in range(20)))
    arguments = ["--from-csv", file, "--clips", recordings / "calm", "--columns", "audio=utt"]
    task = make(*arguments)
    assert len(list(task.glob("data/*/clips/*.wav"))) == 20


def test_what_was_decided_is_told(
    make: Make, recordings: Path, capsys: pytest.CaptureFixture
) -> None:
    make("--from-csv", table(recordings.parent, *EMOTIONS))
    printed = capsys.readouterr().out
    for line in (
        'audio: column "path", its cells name clips',
        'label: column "emotion", by its name',
        'speaker: column "speaker_id", a group, by its name',
        "left out: transcript (--columns NAME=transcript keeps it)",
        "output: classification, 4 different labels; --output says otherwise",
    ):
        assert f"  {line}\n" in printed
    assert "6 files and 80 clips" in printed


# -- drawing --------------------------------------------------------------------------------------


def test_a_draw_keeps_the_labels_proportions_and_says_so(make: Make, recordings: Path) -> None:
    task = make("--from-folder", recordings, "--examples", "40")
    assert Counter(row["label"] for row in metadata_of(task)) == dict.fromkeys(CLASSES, 10)
    assert len(list(task.glob("data/*/clips/*"))) == 40
    sampling = instance_of(task)["sampling"]
    assert set(sampling) == {"description"}
    assert sampling["description"].startswith(
        "40 of 80 examples were drawn in the labels' own proportions, at most 40 examples"
    )


def test_minutes_are_measured(make: Make, recordings: Path, measure: Measurer) -> None:
    task = make("--from-folder", recordings, "--minutes", "0.15")
    (stats,) = checked(task, measure).tasks[0].instances
    assert stats.examples == 45
    assert stats.minutes == 0.15


def test_the_same_draw_every_time(make: Make, recordings: Path) -> None:
    one = make("--from-folder", recordings, "--examples", "20", name="One")
    two = make("--from-folder", recordings, "--examples", "20", name="Two")
    assert metadata_of(one) == metadata_of(two)


def test_too_much_for_a_folder(
    root: Path, make: Make, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    for name in ("a", "b"):
        (tmp_path / "big" / name).mkdir(parents=True)
        for clip in range(20):
            with (tmp_path / "big" / name / f"{clip}.wav").open("wb") as file:
                file.truncate(400_000)
    refused(root, "--from-folder", tmp_path / "big")
    said = capsys.readouterr().err
    assert "16.0 MB and a task folder holds 10 MB" in said
    assert "--hub owner/name@commit" in said
    assert "--examples N (about 23 fit)" in said
    assert len(metadata_of(make("--from-folder", tmp_path / "big", "--examples", "23"))) == 23


# -- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("spoken_emotion", "did you mean SpokenEmotion?"),
        ("../Evil", "did you mean Evil?"),
        ("9lives", "is no task's name"),
        ("\x1b[2J", "\\x1b[2J is no task's name"),
        ("Taken", "exists, and nothing is overwritten"),
        ("TAKEN", "exists, and nothing is overwritten"),
    ],
)
def test_names_that_cannot_be_taken(
    name: str, said: str, root: Path, capsys: pytest.CaptureFixture
) -> None:
    (root / "tasks" / "Taken").mkdir()
    refused(root, name=name)
    assert said in capsys.readouterr().err


def test_a_task_of_nearly_this_name_is_named(make: Make, capsys: pytest.CaptureFixture) -> None:
    make(name="SpokenDigitRecognition")
    make(name="SpokenDigitsRecognition")
    assert "note: there is SpokenDigitRecognition already" in capsys.readouterr().out


def test_no_repository(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    refused(tmp_path)
    assert "run this in the repository's root" in capsys.readouterr().err


def test_no_name_and_nobody_to_ask(root: Path, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        new.main(["--root", str(root)])
    assert "a name is required" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("files", "arguments", "said"),
    [
        ({}, ["--from-folder", "none"], "none is no folder; did you mean"),
        ({"a.txt": ""}, ["--from-folder", "."], "holds no clip"),
        ({"x/a.m4a": "", "y/b.m4a": ""}, ["--from-folder", "."], "convert them to FLAC"),
        ({"train/a.wav": "", "test/b.wav": ""}, ["--from-folder", "."], "named like splits"),
        ({"metadata.csv": "a\n", "metadata.jsonl": ""}, ["--from-folder", "."], "two metadata"),
        ({}, ["--from-csv", "none.csv"], "does not exist"),
        ({"t.csv": "file_name\nx.wav\n"}, ["--from-csv", "t.csv"], "1 of 1 rows name a clip"),
        ({"t.csv": "a,b\n1,2\n"}, ["--from-csv", "t.csv"], "no column names clips: a, b"),
        ({"t.csv": "a,a\n1,2\n"}, ["--from-csv", "t.csv"], "each once"),
        ({"t.csv": "a,b\n1,2,3\n"}, ["--from-csv", "t.csv"], "row 2 has 3 cells"),
        ({"t.csv": "a\n"}, ["--from-csv", "t.csv"], "no row below its header"),
        ({"t.csv": ""}, ["--from-csv", "t.csv"], "name the columns"),
        ({"t.csv": "f\nx.m4a\n"}, ["--from-csv", "t.csv"], "a format that none may have"),
        ({"t.jsonl": "{\n"}, ["--from-csv", "t.jsonl"], "line 1 is not JSON"),
        ({"t.jsonl": "[]\n"}, ["--from-csv", "t.jsonl"], "no JSON object"),
        (
            {"t.csv": "path,emotion\nx.wav,a\n"},
            ["--from-csv", "t.csv", "--columns", "label=emotoin"], "did you mean emotion?",
        ),
        ({}, ["--columns", "label"], "write NAME=COLUMN"),
        ({}, ["--examples", "0"], "at least 1"),
        ({}, ["--minutes", "61"], "at most 60"),
        ({}, ["--dataset", "CREMA--D"], "cannot name an instance"),
        ({}, ["--dimension", "emotion"], "invalid choice"),
        ({}, ["--hub", "a/b", "--from-folder", "."], "not allowed with"),
    ],
)  # fmt: skip
def test_data_that_cannot_be_taken(  # noqa: PLR0917
    files: dict[str, str], arguments: list[str], said: str, root: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture,
) -> None:  # fmt: skip
    data = tmp_path / "dane"
    data.mkdir()
    (tmp_path / "nones").mkdir()
    for path, text in files.items():
        (data / path).parent.mkdir(exist_ok=True)
        (data / path).write_text(text)
    monkeypatch.chdir(data if files else tmp_path)
    refused(root, *arguments)
    assert said in capsys.readouterr().err


def test_a_table_that_is_not_utf8(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "t.csv").write_bytes(b"path,word\nx.wav,caf\xe9\n")
    refused(root, "--from-csv", tmp_path / "t.csv")
    assert "save it as UTF-8" in capsys.readouterr().err


def test_more_labels_than_a_task_may_have(
    root: Path, recordings: Path, capsys: pytest.CaptureFixture
) -> None:
    rows = "".join(f"calm/000.wav,l{n}\n" for n in range(1_001))
    file = recordings.parent / "many.csv"
    file.write_text(f"path,label\n{rows}")
    refused(root, "--from-csv", file, "--clips", recordings, "--output", "classification")
    assert "1,001 different labels and 1,000 are allowed" in capsys.readouterr().err


def test_strangers_words_are_escaped(
    make: Make, recordings: Path, capsys: pytest.CaptureFixture
) -> None:
    columns = ["path", "label", "\x1b]0;evil\x07", "sex\u202e"]
    make("--from-csv", table(recordings.parent, columns, lambda n, clip: [clip, "ab"[n % 2], n, n]))
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    assert "left out: \\x1b]0;evil\\x07, sex\\u202e" in printed


# -- small decisions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "title"),
    [
        ("SpokenTermDetection", "Spoken term detection"),
        ("HEARVocalImitation2", "HEAR vocal imitation 2"),
        ("SNREstimation", "SNR estimation"),
        ("A" * 41, "TODO: at most 40 characters"),
    ],
)
def test_titles(task: str, title: str) -> None:
    assert title_of(task) == title


def test_names() -> None:
    assert task_name_of("spoken emotion-2") == "SpokenEmotion2"
    assert task_name_of("…") is None
    assert stem_of("CREMA-D") == "CREMA-D"
    assert stem_of("a--b c") == "ABC"
    assert guessed_stem("my_clips") == "MyClips"


@pytest.mark.parametrize(
    ("values", "column", "output"),
    [
        (["yes", "no"] * 4, "x", "classification"),
        (["1", "2", "3"], "x", "number"),
        (["1", "2", "3"] * 2, "category", "classification"),
        (["1e3", "-.5", "+2."], "label", "number"),
        (["one", "two", "three"], "x", "text"),
        (['["a"]', "[]"], "x", "multilabel"),
        (["[1]", "[]"], "x", "text"),
        ([], "x", "classification"),
    ],
)
def test_guesses(values: list[str], column: str, output: str) -> None:
    assert guess_output(values, column, audio=False)[0] == output


def test_a_draft_with_several_candidates_says_so(tmp_path: Path) -> None:
    rows = "".join(f"{n}.wav,{'ab'[n % 2]},{'cd'[n % 2]}\n" for n in range(8))
    (tmp_path / "t.csv").write_text(f"path,mood,style\n{rows}")
    plan = decide(read_table(tmp_path / "t.csv"), {})
    assert plan.label == "mood"
    assert any("it could also be style" in said for said in plan.said)


@given(st.lists(st.text("ab ,{}\n\t/é", max_size=6), max_size=8))
def test_labels_are_labels(values: list[str]) -> None:
    labels, mapping = labels_of(values)
    pattern = re.compile(r"[^\s,{}]([^,{}\n]*[^\s,{}])?")
    assert all(pattern.fullmatch(label) for label in labels)
    assert len(set(labels)) == len(labels)
    assert {mapping.get(value, value) for value in values} - {""} == set(labels)
    assert all(allowed_label(label) == label for label in labels)


@given(st.text('pathlbe,;\n"x.wav0é[]', max_size=60))
def test_no_table_is_read_with_a_crash(text: str) -> None:
    file = ROOT / ".cache" / f"table-{os.getpid()}.csv"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    with contextlib.suppress(SurveyError):
        decide(read_table(file), {})
    file.unlink()


# -- all or nothing -------------------------------------------------------------------------------

STEPS = {
    "mkdir": (Path, "mkdir", [1, 2, 3, 4]),
    "write": (Path, "write_text", [1, 2, 6]),
    "copy": (shutil, "copyfile", [1, 2, 80]),
    "rename": (Path, "rename", [1]),
}
FAILURES = [(step, number) for step, (_, _, numbers) in STEPS.items() for number in numbers]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize(("step", "number"), FAILURES)
def test_a_failure_at_any_step_leaves_nothing(  # noqa: PLR0917
    step: str, number: int, error: BaseException, root: Path, recordings: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture,
) -> None:  # fmt: skip
    owner, name, _ = STEPS[step]
    real, calls = getattr(owner, name), 0

    def failing(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            raise error
        return real(*arguments, **named)

    monkeypatch.setattr(owner, name, failing)
    with pytest.raises(SystemExit) as stop:
        new.main([NAME, "--root", str(root), "--from-folder", str(recordings)])
    monkeypatch.undo()
    assert stop.value.code == 2
    assert calls >= number, "the step was reached"
    assert "nothing was made" in capsys.readouterr().err
    assert list((root / "tasks").iterdir()) == []


def test_a_killed_run_leaves_no_task_and_the_next_one_tidies_up(
    root: Path, make: Make, recordings: Path
) -> None:
    program = (
        "import os, shutil, signal, sys\nfrom validators import new\n"
        "real, calls = shutil.copyfile, []\n"
        "def copyfile(*a, **k):\n"
        "    calls.append(1)\n"
        "    os.kill(os.getpid(), signal.SIGKILL) if len(calls) == 40 else real(*a, **k)\n"
        "shutil.copyfile = copyfile\n"
        "new.main(sys.argv[1:])\n"
    )
    arguments = [NAME, "--root", str(root), "--from-folder", str(recordings)]
    run = subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT, check=False)
    assert run.returncode == -signal.SIGKILL
    (left,) = (root / "tasks").iterdir()
    assert left.name.startswith(f".{NAME}.new-")
    make("--from-folder", recordings)
    assert [path.name for path in (root / "tasks").iterdir()] == [NAME]


def test_a_folder_that_appears_meanwhile_is_not_overwritten(
    root: Path, recordings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def copied(source: Path, target: Path) -> None:
        (root / "tasks" / NAME).mkdir(exist_ok=True)
        (root / "tasks" / NAME / "mine.txt").write_text("mine")

    monkeypatch.setattr(draft.shutil, "copyfile", copied)
    with pytest.raises(SystemExit):
        new.main([NAME, "--root", str(root), "--from-folder", str(recordings)])
    assert "appeared in the meantime" in capsys.readouterr().err
    assert [path.name for path in (root / "tasks" / NAME).iterdir()] == ["mine.txt"]


# -- with a person, and without -------------------------------------------------------------------


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb"}


def test_the_command_makes_checks_and_never_asks(root: Path, recordings: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "validators.new", NAME, "--from-folder", str(recordings)],
        cwd=root, env=environment(), input="", text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")
    assert f"tasks/{NAME}  fail" in run.stdout
    assert "80 examples  0.3 min" in run.stdout
    assert "TODO: what the task measures" in run.stdout
    assert "[" not in run.stdout.partition("\n")[0]


def test_a_reader_that_stops_reading_is_no_error(root: Path) -> None:
    run = subprocess.run(
        f"{sys.executable} -m validators.new {NAME} | head -c 1",
        shell=True, cwd=root, capture_output=True, text=True, check=False, env=environment(),
    )  # fmt: skip
    assert run.stderr == ""
    assert (root / "tasks" / NAME).is_dir()


def conversation(root: Path, *answers: str, arguments: tuple[str, ...] = ()) -> tuple[int, str]:
    """Run the command in a terminal and type an answer at every question."""
    process, terminal = pty.fork()  # the child's terminal is its own, so that Ctrl-C reaches it
    if process == 0:
        os.chdir(root)
        command = [sys.executable, "-m", "validators.new", *arguments]
        os.execve(sys.executable, command, environment())  # noqa: S606
    printed, waiting = "", list(answers)
    end = time.monotonic() + 60
    try:
        while time.monotonic() < end and select.select([terminal], [], [], 30)[0]:
            printed += os.read(terminal, 65_536).decode(errors="replace")
            if waiting and re.search(r"[:?\])] $", printed):
                printed += "\n"
                time.sleep(0.2)  # a Ctrl-C between the prompt and the reading of it is lost
                os.write(terminal, waiting.pop(0).encode())
    except OSError:
        pass  # how a terminal says that nobody writes to it any more
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), printed


def test_a_person_is_asked(root: Path, recordings: Path) -> None:
    code, printed = conversation(
        root, f"{NAME}\n", f"{recordings}\n", "\n", "emotion\n", "paralinguistic\n", "speaker\n"
    )
    assert code == 0, printed
    assert "The dataset's name, in its own spelling: [MyClips]" in printed
    assert "emotion is none of them" in printed
    assert "did you mean paralinguistics?" in printed
    task = root / "tasks" / NAME
    assert json_of(task, "task.json")["dimension"] == "speaker"
    assert (task / "instances/MyClips.json").is_file()


def test_enter_leaves_everything_open(root: Path) -> None:
    code, printed = conversation(root, "\n", "\n", "\n", "\n", arguments=(NAME,))
    assert code == 0, printed
    assert json_of(root / "tasks" / NAME, "task.json")["dimension"] == "TODO"


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_a_person_may_leave(key: str, root: Path) -> None:
    code, printed = conversation(root, key, arguments=(NAME,))
    assert code == 2
    assert "nothing was made" in printed
    assert list((root / "tasks").iterdir()) == []


# -- to the end -----------------------------------------------------------------------------------


def test_a_task_that_is_filled_in_passes(make: Make, recordings: Path, measure: Measurer) -> None:
    """Each TODO in its turn; then nothing but the note on prior results is left."""
    task = make("--from-folder", recordings, "--dimension", "paralinguistics")
    fill(task / "task.json", {
        "TODO: one or two plain sentences that a non-expert understands.":
            "Hear which of four moods a short recording is in.",
        "TODO: words that somebody would search for": "emotion",
        '"TODO"': '"en"',
        "TODO: your name": "Ada Example",
    })  # fmt: skip
    fill(task / "instances/MyClips.json", {
        "TODO: the corpus's name as its authors write it": "My Clips",
        '"TODO"': '"https://example.org/clips"',
        "NOASSERTION": "CC-BY-4.0",
        "null\n    }": '"example2024"\n    }',
    })  # fmt: skip
    (task / "references.bib").write_text(
        "@misc{example2024,\n  author = {Example, Ada},\n  title = {Clips},\n  year = {2024}\n}\n"
    )
    (task / "instructions.txt").write_text(instructions())
    readme = (task / "README.md").read_text()
    sentence = (
        "Eighty short recordings of made-up speech stand for four moods, twenty of each, and no "
        "model can hear a mood in any of them, which is what makes this an example."
    )
    (task / "README.md").write_text(re.sub(r"TODO: .*", sentence, readme))
    found = codes(task, measure)
    assert {code for code in found if code not in MAY_STAY} == set(), found
    assert checked(task, measure).tasks[0].verdict == "pass"


MAY_STAY = {"SRC909"}


def fill(path: Path, answers: dict[str, str]) -> None:
    text = path.read_text()
    for old, answer in answers.items():
        assert old in text
        text = text.replace(old, answer)
    path.write_text(text)


def test_a_table_cannot_take_what_is_no_clip(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of this machine")
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    finder = ClipFinder(tmp_path)
    assert finder.find("a.wav") == tmp_path / "a.wav"
    assert finder.find("a") == tmp_path / "a.wav"
    assert finder.find("secret") is None
    assert finder.find("/etc/hostname") is None
