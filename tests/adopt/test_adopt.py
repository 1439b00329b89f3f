"""`python -m validators.adopt`: what it is given, what it writes, what it says, how it ends."""

import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schema.seed import PUBLISHED_NAMES
from tests.adopt.folders import OLD, Old, commit, make, readme, rows, says
from tests.flawless import noise
from tests.hub.server import Hub
from tests.sounds import encode
from validators import adopt
from validators.adoption.notes import Notebook
from validators.adoption.old import OldInstance
from validators.adoption.rows import hub_rows, read_rows
from validators.adoption.scores import Instances, read_scores
from validators.source import SourceUnavailable

ROOT = Path(__file__).parents[2]
NAME = "SoundTask_Corpus"
PLAIN = Old(
    0, "SoundTask", {NAME: says(NAME, 1)}, (), readme=readme("Sound task"),
    exports={NAME: rows(("yes", "no"), ("Is it so? Answer yes or no.",))},
)  # fmt: skip

Run = Callable[..., int]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tasks").mkdir()
    return tmp_path


@pytest.fixture
def run(root: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command without the check at the end, which costs its start-up."""
    monkeypatch.setattr(adopt, "show_check", lambda _: None)

    def ran(*arguments: object) -> int:
        return adopt.main(["--root", str(root), "--offline", *map(str, arguments)])

    return ran


def made(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "tasks").iterdir())


def stopped(run: Run, *arguments: object) -> None:
    with pytest.raises(SystemExit) as stop:
        run(*arguments)
    assert stop.value.code == 2


def test_a_folder_is_taken_in(root: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make(PLAIN, root)
    assert run(folder, "--data", root / "exports") == 0
    assert made(root) == ["SoundTask"]
    printed = capsys.readouterr().out
    assert printed.startswith("SoundTask -> tasks/SoundTask\n")
    assert "- options-replaced: 1 of 1 different texts held an option list\n" in printed
    assert printed.endswith("1 of 1 task, 0 contradictions (!), 9 decisions (-)\n\n")


def test_the_check_of_a_single_task_is_shown(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(adopt, "show_check", shown.append)
    adopt.main(["--root", str(root), "--offline", str(make(PLAIN, root))])
    assert shown == [root / "tasks/SoundTask"]


def test_a_dry_run_says_all_and_writes_nothing(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make(PLAIN, root)
    assert run(folder, "--dry-run") == 0
    assert made(root) == []
    printed = capsys.readouterr().out
    assert "would make 5 files, 0 clips" in printed
    assert "! data-not-read" in printed


def test_nothing_is_overwritten(root: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make(PLAIN, root)
    (root / "tasks/soundtask").mkdir()
    assert run(folder) == 1
    assert made(root) == ["soundtask"]
    printed = capsys.readouterr().out
    assert "SoundTask -> not adopted" in printed
    assert "! taken: tasks/soundtask exists" in printed


def test_two_old_tasks_of_one_name_do_not_meet(root: Path, run: Run) -> None:
    first = make(PLAIN, root / "a")
    second = make(Old(0, "sound-task", {"x": says("sound-task_X", 2)}, ()), root / "b")
    assert run(first, second) == 1
    assert made(root) == ["SoundTask"]


def test_a_folder_of_tasks_a_list_and_a_score_file_can_be_named(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for old in OLD[:6]:
        make(old, root)
    (root / "list.txt").write_text("# ours\n\nold/SingerVerification\nold/VocalSoundRecognition\n")
    (root / "whisper.json").write_text("[]")
    assert run(root / "list.txt", root / "whisper.json") == 0
    assert made(root) == ["SingerVerification", "VocalSoundRecognition"]
    printed = capsys.readouterr().out
    assert "whisper.json: 0 scores, nothing written" in printed
    assert "python -m validators.check --offline tasks/<Task>" in printed
    assert run(root / "old") == 1  # two are there now, one cannot be read
    assert len(made(root)) == 5


def test_what_cannot_be_read_is_said_and_the_others_are_made(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = make(next(old for old in OLD if old.pr == 58), root)
    assert run(broken, make(PLAIN, root)) == 1
    assert made(root) == ["SoundTask"]
    assert "! unreadable-file: instance.json:3:3" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text"),
    [("nothing", None), ("empty/", None), ("other.csv", "a,b\n"), ("list.txt", "gone\n"),
     ("list.txt", "list.txt\n"), ("list.txt", "\udc80")],
)  # fmt: skip
def test_bad_usage_does_nothing(root: Path, run: Run, name: str, text: str | None) -> None:
    if name.endswith("/"):
        (root / name).mkdir()
    elif text is not None:
        (root / name).write_text(text, encoding="utf-8", errors="surrogateescape")
    stopped(run, root / name)
    assert made(root) == []


def test_without_a_repository_nothing_is_done(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        adopt.main(["--root", str(tmp_path), str(tmp_path)])


def test_a_folder_that_cannot_be_written_is_said(
    root: Path, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(adopt, "write", full)
    assert run(make(PLAIN, root)) == 1
    assert "! unwritable" in capsys.readouterr().out
    assert made(root) == []


def test_json_holds_the_same(root: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(make(PLAIN, root), "--format", "json", "--dry-run") == 0
    data = json.loads(capsys.readouterr().out)
    (task,) = data["tasks"]
    assert (task["from"], task["to"], task["written"]) == ("SoundTask", "tasks/SoundTask", False)
    assert task["instances"] == [{"from": NAME, "to": "instances/Corpus.json"}]
    note = task["notes"][-1]
    assert set(note) == {"kind", "code", "where", "message"}


def test_strangers_words_cannot_act_on_a_terminal(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    old = Old(0, "SoundTask", {NAME: says(NAME, 1, **{"x\x1b[2J\u202e": 1})}, ())
    run(make(old, root), "--dry-run")
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\u202e" not in printed


def test_no_link_is_followed(root: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make(PLAIN, root)
    secret = root / "secret.txt"
    secret.write_text("a secret of this machine")
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to(secret)
    assert run(folder) == 0
    assert "a secret" not in (root / "tasks/SoundTask/README.md").read_text()
    assert "! readme-missing" in capsys.readouterr().out


def test_a_commit_of_a_task_that_is_here_is_met(
    root: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run(make(PLAIN, root))
    other = "OtherTask_Corpus"
    run(make(Old(0, "OtherTask", {other: says(other, 1)}, ()), root), "--dry-run")
    assert "! commit-of-two-datasets" in capsys.readouterr().out


def test_long_lists_show_progress_to_a_person_only(
    root: Path, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make(PLAIN, root)
    run(folder, "--dry-run")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    run(folder, "--dry-run")
    assert "1 of 1" in capsys.readouterr().err


# -- rows -----------------------------------------------------------------------------------------


def found(folder: Path, data: Path | None = None, hub: Any = None) -> tuple[Any, Counter[str]]:
    notes = Notebook("x")
    instance = OldInstance(folder, NAME, {"name": NAME})
    rows = read_rows(instance, (f"org/{NAME}", commit(1)), notes, data, hub)
    return rows, Counter(note.code for note in notes)


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    folder = tmp_path / NAME
    folder.mkdir()
    return folder


def test_rows_are_read_from_csv_jsonl_and_parquet(tmp_path: Path, instance: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = PLAIN.exports[NAME]
    for kind in ("csv", "jsonl", "parquet", "shards", "metadata"):
        data = tmp_path / kind
        (data / NAME).mkdir(parents=True)
        lines = "".join(json.dumps(row) + "\n" for row in table)
        commas = "file,audio,instruction,label\n" + "".join(
            f'{row["file"]},{row["audio"]},"{row["instruction"]}",{row["label"]}\n'
            for row in table
        )  # fmt: skip
        if kind == "csv":
            (data / f"{NAME}.csv").write_text(commas)
        elif kind == "jsonl":
            (data / f"{NAME}.jsonl").write_text(lines)
        elif kind == "metadata":
            (data / NAME / "metadata.jsonl").write_text(lines)
        else:
            clips = [{"bytes": b"RIFF", "path": row["audio"]} for row in table]
            columns = {name: [row[name] for row in table] for name in table[0]}
            arrow = pa.table(columns | {"audio": clips})
            path = data / (f"{NAME}.parquet" if kind == "parquet" else f"{NAME}/test-0.parquet")
            pq.write_table(arrow, path)
        rows, codes = found(instance, data)
        assert [dict(row) for row in rows.table.rows] == table, kind
        assert codes["data-not-read"] == 0


def test_class_labels_of_parquet_are_read_by_name(tmp_path: Path, instance: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    features = {"label": {"names": ["no", "yes"], "_type": "ClassLabel"}}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    table = pa.table({"label": [1, 0], "blob": [b"x", b"y"]}).replace_schema_metadata(metadata)
    pq.write_table(table, tmp_path / f"{NAME}.parquet")
    rows, _ = found(instance, tmp_path)
    assert [row["label"] for row in rows.table.rows] == ["yes", "no"]


def test_what_is_no_parquet_is_said(tmp_path: Path, instance: Path) -> None:
    (tmp_path / f"{NAME}.parquet").write_bytes(b"PAR1 but nothing else")
    rows, codes = found(instance, tmp_path)
    assert rows is None
    assert codes == {"data-not-read": 1}


def test_the_hub_is_asked_only_where_no_rows_are_here(tmp_path: Path, instance: Path) -> None:
    asked: list[tuple[str, str]] = []

    def hub(repo_id: str, revision: str) -> Any:
        asked.append((repo_id, revision))
        raise SourceUnavailable("the Hub is not there")

    rows, codes = found(instance, None, hub)
    assert (rows, codes) == (None, {"data-not-read": 1})
    assert asked == [(f"org/{NAME}", commit(1))]
    (tmp_path / f"{NAME}.jsonl").write_text('{"label": "a"}\n')
    assert found(instance, tmp_path, hub)[0] is not None
    assert len(asked) == 1


def on_hub(hub: Hub, **settings: Any) -> str:
    """Put the plain task's dataset there, as old ones are; the commit."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    exported = PLAIN.exports[NAME]
    clips = [{"bytes": encode(noise(n)), "path": f"{n}.wav"} for n, _ in enumerate(exported)]
    columns = {name: [row[name] for row in exported] for name in exported[0]}
    file = io.BytesIO()
    pq.write_table(pa.table(columns | {"audio": clips}), file)
    path = "data/test-00000-of-00001.parquet"
    return hub.put(f"DynamicSuperb/{NAME}", {path: file.getvalue()}, **settings)


def test_rows_come_from_the_hub_at_the_commit(
    root: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(adopt, "show_check", lambda _: None)
    monkeypatch.setenv("HF_TOKEN", "hf_write")
    old = Old(0, "SoundTask", {NAME: says(NAME, 1, version=on_hub(hub))}, ())
    assert adopt.main(["--root", str(root), str(make(old, root))]) == 0
    task = root / "tasks/SoundTask"
    assert (task / "instructions.txt").read_text().startswith("Is it so? Answer {labels}.\n")
    assert json.loads((task / "task.json").read_text())["output"]["labels"] == ["yes", "no"]
    assert "- data-from-hub: 40 rows in DynamicSuperb/SoundTask_Corpus" in capsys.readouterr().out
    assert hub.tokens_seen() == {None}


@pytest.mark.parametrize("settings", [{"gated": "manual"}, {"private": True}, {"disabled": True}])
def test_what_the_hub_does_not_show_to_everybody_is_said(
    hub: Hub, settings: dict[str, Any]
) -> None:
    with pytest.raises(SourceUnavailable):
        hub_rows(f"DynamicSuperb/{NAME}", on_hub(hub, **settings))


# -- scores ---------------------------------------------------------------------------------------


def scored(tmp_path: Path, data: Any, name: str = "Whisper.json") -> tuple[Any, Counter[str]]:
    path = tmp_path / name
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    scores, notes = read_scores(path, Instances(ROOT, ROOT / "tasks"))
    return scores, Counter(note.code for note in notes)


def entry(name: str, value: object, **fields: object) -> dict[str, Any]:
    score = {"metric": "accuracy", "value": value} | fields
    return {"name": name, "scores": [score]}


def test_scores_go_where_results_stand_and_nothing_is_written(
    tmp_path: Path, run: Run, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scores, codes = scored(tmp_path, [entry("SarcasmDetection_Mustard", 53.47, seen=False),
                                      entry("BirdSoundDetection_Warblrb10k", 0.0)])  # fmt: skip
    assert codes == {"score-percent": 1, "score-read": 2}
    first = scores[0]
    assert first.path == "tasks/SarcasmDetection/instances/Mustard.json"
    assert first.entry == {
        "system": "Whisper", "metric": "accuracy", "value": 0.5347, "cite": "TODO",
    }  # fmt: skip
    assert run(tmp_path / "Whisper.json", "--format", "json") == 0
    assert made(root) == []


def test_every_published_name_finds_its_instance(tmp_path: Path) -> None:
    scores, codes = scored(tmp_path, [entry(name, 50.0) for name in PUBLISHED_NAMES])
    assert len(scores) == 55
    assert codes["alias"] == 1
    assert codes["score-unknown-name"] == 0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ([entry("SarcasmDetection_Mustart", 0.5)], "score-unknown-name"),
        ([entry("SarcasmDetection_Mustard", 0.5, metric="wer")], "score-metric-unknown"),
        ([entry("SarcasmDetection_Mustard", 0.5, seen=True)], "score-seen-differs"),
        ([entry("SarcasmDetection_Mustard", 0.5, version=commit(1))], "score-version-differs"),
        ([entry("SarcasmDetection_Mustard", -0.5)], "score-out-of-range"),
        ([entry("SarcasmDetection_Mustard", 0.5), entry("StressDetection_MIRSD", 50)],
         "score-scale-unclear"),
        ([entry("SarcasmDetection_Mustard", 0.5)] * 2, "score-repeated"),
        ([entry("SarcasmDetection_Mustard", "0.5")], "score-malformed"),
        ([entry("SarcasmDetection_Mustard", True)], "score-malformed"),
        ([{"scores": []}], "score-malformed"),
        ([{"name": "SarcasmDetection_Mustard", "scores": [1]}], "score-malformed"),
        ({"name": "x"}, "score-malformed"),
        ("[{", "unreadable-file"),
        ('[{"name": "x", "name": "y"}]', "unreadable-file"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_score_is_said(tmp_path: Path, data: Any, code: str) -> None:
    assert scored(tmp_path, data)[1][code] == 1


def test_shares_stay_shares(tmp_path: Path) -> None:
    scores, codes = scored(tmp_path, [{"name": "SarcasmDetection_Mustard", "metric": "accuracy",
                                       "value": 0.25}])  # fmt: skip
    assert scores[0].value == 0.25
    assert codes == {"score-read": 1}


def test_no_temporary_folder_stays(root: Path, run: Run) -> None:
    run(make(PLAIN, root), "--data", root / "exports")
    assert made(root) == ["SoundTask"]
