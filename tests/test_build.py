"""A build turns approved folders into the published bytes: the same rows, the same samples."""

import contextlib
import csv
import io
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile

import ci.building
from ci.build import main
from ci.flac import read_head
from ci.parquet import facts, without
from schema.manifest import Build, PublishedInstance
from schema.review import Estimate, Review, ReviewOutcome
from scripts.loopback import drop_pointers
from tests.flawless import (
    DATA,
    INSTANCE,
    METADATA,
    STEM,
    TASK,
    Edit,
    all_of,
    append,
    column,
    make_task,
    merge,
    noise,
    remove,
    row,
    sound,
    variant,
)
from tests.hub.server import Hub
from tests.sounds import Array
from tests.test_revision import committed
from tests.test_tasks import INSTANCES as OF_ALL_TASKS
from validators.audio import Decoders
from validators.encoding import Encoders
from validators.examples import read_examples
from validators.folder import InstanceFile, TaskFolder
from validators.opening import open_source
from validators.source import Clip, is_local

ROOT = Path(__file__).parents[1]
INSTANCES = [file for file in OF_ALL_TASKS if is_local(file)]
Row = dict[str, Any]
Building = Callable[..., Path]


@pytest.fixture(scope="module")
def encoders() -> Iterator[Encoders]:
    with Encoders(jobs=1) as shared:
        yield shared


@pytest.fixture
def build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decoders: Decoders, encoders: Encoders
) -> Building:
    """Commits what stands in the repository at `tmp_path`, builds it, and gives the folder.

    The children are real, and stay for the next test: a start costs 0.3 s.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ci.build.Decoders", lambda _, **__: contextlib.nullcontext(decoders))
    monkeypatch.setattr("ci.build.Encoders", lambda _: contextlib.nullcontext(encoders))

    def run(*arguments: str, to: str = "out", code: int = 0) -> Path:
        (tmp_path / ".gitignore").write_text("out*\n")
        committed(tmp_path)
        assert main([*arguments, "--to", to, "--jobs", "1"]) == code
        return tmp_path / to

    return run


@pytest.fixture
def task(tmp_path: Path, clips: Path) -> Path:
    return make_task(tmp_path, clips)


def receipt(out: Path) -> Build:
    return Build.model_validate_json((out / "build.json").read_bytes())


def only(out: Path) -> PublishedInstance:
    (instance,) = receipt(out).instances
    return instance


def table(out: Path, instance: PublishedInstance) -> list[Row]:
    return [
        values for file in instance.files for values in pq.read_table(out / file.path).to_pylist()
    ]


def decoded(cell: dict[str, Any]) -> Array:
    with soundfile.SoundFile(io.BytesIO(cell["bytes"])) as file:
        assert (file.format, file.subtype) == ("FLAC", "PCM_16")
        return file.read(dtype="int16", always_2d=True)


def source_samples(path: Path) -> Array:
    """The samples of a source clip as 16 bit: as they are, or rounded half to even."""
    with soundfile.SoundFile(path) as file:
        if file.subtype == "PCM_16":
            return file.read(dtype="int16", always_2d=True)
    samples, _ = soundfile.read(path, dtype="float32", always_2d=True)
    return np.clip(np.rint(samples * np.float32(32768)), -32768, 32767).astype(np.int16)


# -- the tasks of this repository -----------------------------------------------------------------


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of our own tasks, out of a repository of their own."""
    root = tmp_path_factory.mktemp("ours")
    for name in sorted({file.task for file in INSTANCES}):
        shutil.copytree(ROOT / "tasks" / name, root / "tasks" / name, copy_function=os.link)
    drop_pointers(root / "tasks")
    committed(root)
    before = Path.cwd()
    os.chdir(root)
    try:
        assert main(["--to", "out"]) == 0
    finally:
        os.chdir(before)
    return root / "out"


@pytest.mark.parametrize("file", INSTANCES, ids=lambda file: f"{file.task}_{file.stem}")
def test_our_tasks_are_published_sample_by_sample(ours: Path, file: InstanceFile) -> None:
    """`datasets` loads them without torchcodec, and so does plain pyarrow."""
    name = f"{file.task}_{file.stem}"
    (instance,) = [one for one in receipt(ours).instances if one.instance == name]
    loaded = datasets.load_dataset(
        "parquet",
        data_files={"test": [str(ours / one.path) for one in instance.files]},
        split="test",
        cache_dir=str(ours / "cache"),
    )
    clip_columns = [one.name for one in instance.columns if one.type == "audio"]
    assert all(isinstance(loaded.features[one], datasets.Audio) for one in clip_columns)
    for one in clip_columns:
        loaded = loaded.cast_column(one, datasets.Audio(decode=False))
    rows = list(loaded)
    assert rows == table(ours, instance)
    examples = read_examples(open_source(file)).rows
    assert [one["file"] for one in rows] == [example.file for example in examples]
    for published, example in zip(rows, examples, strict=True):
        for one in clip_columns:
            clip = example.label if one == "label" else example.cells[one]
            assert isinstance(clip, Clip)
            source = source_samples(ROOT / file.folder.path / str(clip.path))
            assert np.array_equal(decoded(published[one]), source)
        if isinstance(example.label, tuple):
            assert json.loads(published["label"]) == list(example.label)
        elif "label" not in clip_columns:
            assert published["label"] == example.label
        for group in instance.declared_instance.groups:
            assert published[group] == (example.cells[group] or "")


def test_no_name_of_this_machine_is_in_any_byte(ours: Path) -> None:
    names = {str(ROOT), str(ours.parent), sys.prefix, str(Path.home()) + "/", os.uname().nodename}
    for file in [*sorted(ours.rglob("*.parquet")), ours / "build.json"]:
        data = file.read_bytes()
        assert not [name for name in names if len(name) > 4 and name.encode() in data], file.name


def test_every_clip_is_there_under_a_bare_name_of_its_own(ours: Path) -> None:
    for instance in receipt(ours).instances:
        rows = table(ours, instance)
        for one in instance.columns:
            if one.type == "audio":
                ending = ".flac" if one.name == "audio" else f"-{one.name}.flac"
                assert [r[one.name]["path"] for r in rows] == [r["file"] + ending for r in rows]
                assert all(r[one.name]["bytes"].startswith(b"fLaC") for r in rows)


def test_the_receipt_says_what_is_there(ours: Path) -> None:
    build = receipt(ours)
    assert [one.instance for one in build.instances] == sorted(
        f"{file.task}_{file.stem}" for file in INSTANCES
    )
    for instance in build.instances:
        files = [ours / file.path for file in instance.files]
        assert [file.stat().st_size for file in files] == [one.size for one in instance.files]
        found = facts(files)
        assert found.rows_sha256 == instance.rows_sha256
        assert found.samples_sha256 == instance.samples_sha256
        assert instance.rows == instance.statistics.examples
        assert abs(instance.minutes - (instance.statistics.minutes or 0)) <= 0.005
        assert instance.approval.commit == build.commit
        assert instance.prose.objective
        assert instance.prose.data
        assert instance.prose.limitations
        assert {one.cite for one in instance.declared_instance.sources} <= {
            *instance.references, None,
        }  # fmt: skip
        assert all(text.startswith("@") for text in instance.references.values())


def test_nothing_else_is_there(ours: Path) -> None:
    names = {path.name for path in ours.iterdir()} - {"cache"}
    assert names == {"build.json", "data"}
    assert {path.suffix for path in (ours / "data").rglob("*.*") if path.is_file()} == {".parquet"}


# -- all kinds of tasks ---------------------------------------------------------------------------


def test_a_classification_row(task: Path, build: Building) -> None:
    out = build()
    assert [(one.name, one.type) for one in only(out).columns] == [
        ("file", "string"), ("audio", "audio"), ("instruction", "string"), ("label", "string"),
    ]  # fmt: skip
    first = table(out, only(out))[0]
    assert (first["file"], first["label"]) == ("c01", "yes")
    assert first["audio"]["path"] == "c01.flac"
    assert first["instruction"].endswith(": yes, no.")


def test_the_labels_of_an_instance_are_its_own_in_the_declared_order(
    task: Path, build: Building
) -> None:
    merge("task.json", {"output": {"labels": ["perhaps", "yes", "no", "never"]}})(task)
    merge(INSTANCE, {"labels": ["yes", "no"]})(task)
    out = build()
    assert all(": yes, no." in one["instruction"] for one in table(out, only(out)))


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("multilabel", '["noise"]'),
        ("number", 0.5),
        ("text", "extension, number 1"),
        ("jsonl", "yes"),
    ],
)
def test_labels_are_scalars(task: Path, build: Building, name: str, label: str | float) -> None:
    variant(name)(task)
    out = build()
    found = table(out, only(out))[0]["label"]
    assert found == ('["echo"]' if name == "multilabel" else label)
    assert type(found) is type(label)


def heard(task: Path, **changes: Any) -> ReviewOutcome:
    """What two reviewers said of the folder as it is."""
    digest = TaskFolder(task.parents[1], f"tasks/{task.name}").digest
    estimate = Estimate(value=0.9, low=0.8, high=1.0)
    fields: dict[str, Any] = {
        "schema_version": 1, "rubric": 1, "task": task.name, "folder_sha256": digest,
        "report_sha256": "2" * 64, "pull_request": 7,
        "reviews": [Review(account=name, commit="a" * 40) for name in ("ada", "bea")],
        "examples": 24, "agreement": estimate, "ac1": estimate, "alpha": {}, "bad": [],
        "disputed": [],
    }  # fmt: skip
    return ReviewOutcome(**fields | changes)


def test_what_reviewers_heard_goes_into_the_approval_of_that_state(
    task: Path, build: Building, tmp_path: Path
) -> None:
    outcome = heard(task)
    (tmp_path / "out.json").write_text(outcome.model_dump_json(), encoding="utf-8")
    approval = only(build("--reviews", str(tmp_path / "out.json"))).approval
    assert approval.heard == outcome
    assert approval.pull_request == 7
    assert [review.account for review in approval.reviews] == ["ada", "bea"]


def test_what_was_heard_of_another_state_does_not_count(
    task: Path, build: Building, tmp_path: Path
) -> None:
    outcome = heard(task, folder_sha256="3" * 64)
    (tmp_path / "out.json").write_text(outcome.model_dump_json(), encoding="utf-8")
    approval = only(build("--reviews", str(tmp_path / "out.json"))).approval
    assert (approval.heard, approval.pull_request, approval.reviews) == (None, None, [])


def test_reviews_that_are_none_end_the_build(task: Path, build: Building, tmp_path: Path) -> None:
    (tmp_path / "out.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        build("--reviews", str(tmp_path / "out.json"))
    assert ended.value.code == 2


def test_several_labels_are_a_json_array_in_a_string(task: Path, build: Building) -> None:
    variant("multilabel")(task)
    out = build()
    labels = [json.loads(one["label"]) for one in table(out, only(out))]
    assert labels[:4] == [["echo"], ["noise", "echo"], [], ["noise"]]


def test_the_answer_may_be_a_clip(task: Path, build: Building) -> None:
    variant("audio output")(task)
    out = build()
    assert only(out).columns[-1].type == "audio"
    first = table(out, only(out))[0]
    assert first["label"]["path"] == "c01-label.flac"
    assert np.array_equal(
        decoded(first["label"]), source_samples(task / DATA / "clips" / "c02.wav")
    )


def test_there_may_be_two_clips(task: Path, build: Building) -> None:
    variant("two clips")(task)
    out = build()
    assert [one.name for one in only(out).columns][:3] == ["file", "audio", "audio2"]
    for one in table(out, only(out)):
        assert one["audio2"]["path"] == f"{one['file']}-audio2.flac"
        assert not np.array_equal(decoded(one["audio"]), decoded(one["audio2"]))
    assert only(out).minutes == round(80 * 0.2 / 60, 6)


def test_there_may_be_a_text(task: Path, build: Building) -> None:
    variant("audio and text")(task)
    out = build()
    assert [one.name for one in only(out).columns][:3] == ["file", "audio", "text"]
    for one in table(out, only(out)):
        assert f'"{one["text"]}" yes, no.' in one["instruction"]


def test_a_text_is_filled_in_as_it_is(task: Path, build: Building) -> None:
    variant("audio and text")(task)
    column("text", lambda n: f"extension {n} {{labels}}")(task)
    out = build()
    for one in table(out, only(out)):
        assert f'"{one["text"]}" yes, no.' in one["instruction"]


def test_clips_come_before_texts_and_groups_after_the_label(task: Path, build: Building) -> None:
    variant("audio and text")(task)
    merge("task.json", {"inputs": ["text", "audio"]})(task)
    merge(INSTANCE, {"groups": ["speaker", "accent"]})(task)
    all_of(column("speaker", "Ada"), column("accent", lambda n: "" if n % 2 else "Irish"))(task)
    out = build()
    assert [one.name for one in only(out).columns] == [
        "file", "audio", "text", "instruction", "label", "speaker", "accent",
    ]  # fmt: skip
    assert {one["accent"] for one in table(out, only(out))} == {"", "Irish"}


def test_the_drawn_rows_are_published_and_no_others(task: Path, build: Building) -> None:
    merge(INSTANCE, {"sampling": {"description": "Drawn by our code, at random.", "examples": 34}})(
        task
    )
    out = build()
    assert only(out).rows == only(out).statistics.examples == 34


def test_the_draw_stops_before_the_minutes_are_exceeded(task: Path, build: Building) -> None:
    minutes = 35.5 * 0.2 / 60
    merge(
        INSTANCE, {"sampling": {"description": "Drawn by our code, at random.", "minutes": minutes}}
    )(task)
    out = build()
    assert only(out).rows == only(out).statistics.examples == 35


# -- data on the Hub ------------------------------------------------------------------------------

ON_HUB = "ada-example/prompts"


def to_hub(hub: Hub, task: Path, features: dict[str, Any] | None = None) -> None:
    """Move the data of a task to the test Hub, as `datasets` would store them: one parquet file."""
    labels: list[str] | None = features and features["label"].get("names")
    with (task / METADATA).open(newline="") as file:
        rows = list(csv.DictReader(file))
    columns: dict[str, list[Any]] = {"file": [], "audio": [], "instruction": [], "label": []}
    for one in rows:
        path = task / DATA / one["file_name"]
        columns["file"].append(path.stem)
        columns["audio"].append({"bytes": path.read_bytes(), "path": path.name})
        columns["instruction"].append("An instruction that nobody reads.")
        columns["label"].append(labels.index(one["label"]) if labels else one["label"])
    data = io.BytesIO()
    stored = pa.table(columns)
    if features:
        stored = stored.replace_schema_metadata(
            {"huggingface": json.dumps({"info": {"features": features}})}
        )
    pq.write_table(stored, data)
    commit = hub.put(ON_HUB, {"data/test-00000-of-00001.parquet": data.getvalue()})
    merge(INSTANCE, {"dataset": None})(task)
    merge(INSTANCE, {"dataset": {"repo_id": ON_HUB, "revision": commit}})(task)
    remove("data")(task)


def test_published_rows_do_not_depend_on_where_their_data_lie(
    task: Path, build: Building, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = only(build(to="out1"))
    to_hub(hub, task)
    monkeypatch.setenv("HF_TOKEN", "hf_write")
    on_hub = only(build(to="out2"))
    assert on_hub.rows_sha256 == local.rows_sha256
    assert on_hub.files == local.files
    assert hub.tokens_seen() == {None}


def test_the_draw_stops_before_the_minutes_are_exceeded_on_the_hub_too(
    task: Path, build: Building, hub: Hub
) -> None:
    to_hub(hub, task)
    minutes = 35.5 * 0.2 / 60
    merge(
        INSTANCE, {"sampling": {"description": "Drawn by our code, at random.", "minutes": minutes}}
    )(task)
    instance = only(build())
    assert instance.rows == instance.statistics.examples == 35


def test_labels_that_are_left_open_are_those_of_the_dataset(
    task: Path, build: Building, hub: Hub
) -> None:
    value = {"dtype": "string", "_type": "Value"}
    label = {"names": ["yes", "no"], "_type": "ClassLabel"}
    features = {"file": value, "audio": {"_type": "Audio"}, "instruction": value, "label": label}
    to_hub(hub, task, features)
    merge("task.json", {"output": {"labels": None}})(task)
    content = json.loads((task / "task.json").read_bytes())
    content["output"] = {"type": "classification", "labels": None}
    (task / "task.json").write_text(json.dumps(content, indent=2) + "\n")
    out = build()
    rows = table(out, only(out))
    assert {one["label"] for one in rows} == {"yes", "no"}
    assert all(": no, yes." in one["instruction"] for one in rows)


# -- all kinds of sound ---------------------------------------------------------------------------

FORMATS = {"wav-24": "wav", "wav-float": "wav", "flac-24": "flac", "vorbis": "ogg", "opus": "opus",
           "mp3": "mp3"}  # fmt: skip


def in_all_formats() -> Edit:
    """The first clips, each in another format, with two channels."""
    edits: list[Edit] = []
    for number, (encoding, ending) in enumerate(FORMATS.items(), start=1):
        name = f"clips/x{number}.{ending}"
        samples = noise(100 + number, rate=48_000, seconds=0.5, channels=2)
        edits += [
            remove(f"{DATA}/clips/c{number:02}.wav"),
            sound(f"{DATA}/{name}", samples, 48_000, encoding),
            row(number, file_name=name),
        ]
    return all_of(*edits)


def test_finer_and_lossy_clips_are_rounded_and_counted(task: Path, build: Building) -> None:
    in_all_formats()(task)
    out = build()
    instance = only(out)
    assert instance.rounded_clips == len(FORMATS)
    rows = {one["file"]: one for one in table(out, instance)}
    for number, ending in enumerate(FORMATS.values(), start=1):
        samples = decoded(rows[f"x{number}"]["audio"])
        assert samples.shape[1] == 2
        source = source_samples(task / DATA / "clips" / f"x{number}.{ending}")
        assert np.array_equal(samples, source)
    with soundfile.SoundFile(io.BytesIO(rows["x1"]["audio"]["bytes"])) as file:
        assert file.samplerate == 48_000


def test_the_page_shows_how_to_see_that_samples_are_right(ours: Path) -> None:
    page = (ROOT / "docs/rows.md").read_text(encoding="utf-8")
    code = page.partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own page
    instance = receipt(ours).instances[0]
    clip = table(ours, instance)[0]["audio"]["bytes"]
    assert names["samples_are_right"](clip)
    digest = read_head(clip).pcm_sha256.encode()
    assert not names["samples_are_right"](clip.replace(digest, digest[::-1]))


# -- the same bytes -------------------------------------------------------------------------------


@pytest.fixture
def many(tmp_path: Path, clips: Path) -> Path:
    for name in ("text", "two clips", "audio output"):
        variant(name)(make_task(tmp_path, clips, name.title().replace(" ", "")))
    in_all_formats()(make_task(tmp_path, clips))
    (tmp_path / ".gitignore").write_text("out*\n")
    committed(tmp_path)
    return tmp_path


def run(root: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "ci.build", *arguments],
        cwd=root, capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | environment,
    )  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_folders_give_the_same_bytes(many: Path) -> None:
    """In two processes, with other numbers of jobs, hash seeds, time zones and languages."""
    first = run(many, "--to", "out1", "--jobs", "1", PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C")
    second = run(many, "--to", "out2", "--jobs", "3", PYTHONHASHSEED="2", TZ="Asia/Tokyo")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert contents(many / "out1") == contents(many / "out2")
    assert len(receipt(many / "out1").instances) == 4


def test_nothing_is_printed_but_one_line(many: Path) -> None:
    built = run(many, TASK, "--to", "out")
    assert (built.stdout, built.stderr) == ("built 1 instance in out\n", "")


def test_data_in_the_repository_are_built_without_a_network(
    task: Path, build: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*_: object) -> None:
        raise AssertionError("something asked for a network")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)
    assert only(build()).rows == 40


# -- errata ---------------------------------------------------------------------------------------

ERRATA = {f"{TASK}_{STEM}": [{"file": "c03", "reason": "It says no, and is labelled yes."}]}


def test_errata_leave_and_the_others_stay_as_they_are(
    tmp_path: Path, task: Path, build: Building
) -> None:
    whole = build(to="out1")
    (tmp_path / "errata.json").write_text(json.dumps(ERRATA))
    out = build("--errata", "errata.json", to="out2")
    rows = [one for one in table(whole, only(whole)) if one["file"] != "c03"]
    assert table(out, only(out)) == rows
    assert only(out).rows == 39
    assert only(out).statistics == only(whole).statistics
    assert [one.file for one in only(out).errata] == ["c03"]
    shorter = without([whole / one.path for one in only(whole).files], ["c03"], tmp_path / "out3")
    assert [file.read_bytes() for file in shorter] == [
        (out / one.path).read_bytes() for one in only(out).files
    ]


def test_errata_are_taken_from_a_manifest(tmp_path: Path, task: Path, build: Building) -> None:
    whole = build(to="out1")
    published = only(whole).model_dump(by_alias=True) | {"errata": ERRATA[f"{TASK}_{STEM}"]}
    manifest = {"schema_version": 1, "repo_id": "a/b", "serial": 1, "instances": [published]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert only(build("--errata", "manifest.json", to="out2")).rows == 39


def test_an_erratum_whose_example_is_gone_stays_on_record(
    tmp_path: Path, task: Path, build: Building
) -> None:
    gone = {f"{TASK}_{STEM}": [{"file": "c99", "reason": "It was silent."}]}
    (tmp_path / "errata.json").write_text(json.dumps(gone))
    out = build("--errata", "errata.json")
    assert (only(out).rows, [one.file for one in only(out).errata]) == (40, ["c99"])


@pytest.mark.parametrize("text", ["[]", "{", '{"A_B": [{"file": "c01"}]}', '{"schema_version": 1}'])
def test_errata_that_cannot_be_read_are_bad_usage(
    tmp_path: Path, task: Path, build: Building, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "errata.json").write_text(text)
    with pytest.raises(SystemExit) as stop:
        build("--errata", "errata.json")
    assert stop.value.code == 2
    assert "errata.json holds no errata" in capsys.readouterr().err


# -- refusals -------------------------------------------------------------------------------------


def test_a_task_that_may_not_be_published_is_not_built(
    tmp_path: Path, task: Path, build: Building, capsys: pytest.CaptureFixture[str]
) -> None:
    merge(INSTANCE, {"license": "NOASSERTION"})(task)
    out = build(code=1)
    assert not out.exists()
    error = capsys.readouterr().err
    assert f"refused: {TASK}: tasks/{TASK}/{INSTANCE}: the licence is NOASSERTION" in error
    assert "nothing was built" in error


def test_the_others_are_built_only_when_told_to(
    tmp_path: Path, clips: Path, task: Path, build: Building
) -> None:
    make_task(tmp_path, clips, "OtherTask")
    merge(INSTANCE, {"license": "NOASSERTION"})(task)
    assert not build(code=1).exists()
    out = build("--keep-going", code=1)
    assert only(out).task == "OtherTask"
    (refused,) = receipt(out).refused
    assert refused.task == TASK
    assert "NOASSERTION" in refused.reasons[0]


def test_a_folder_that_is_not_as_committed_is_refused(
    task: Path, build: Building, capsys: pytest.CaptureFixture[str]
) -> None:
    build()
    append("README.md", "\nOne more line.\n")(task)
    assert main(["--to", "out2"]) == 1
    assert f"tasks/{TASK} is not as it is in commit" in capsys.readouterr().err


def test_an_earlier_commit_can_be_named(tmp_path: Path, task: Path, build: Building) -> None:
    build()
    first = committed(tmp_path)
    (tmp_path / "notes.txt").write_text("beside the tasks\n")
    committed(tmp_path)
    assert main(["--to", "out2", "--commit", first]) == 0
    assert receipt(tmp_path / "out2").commit == first


def test_a_task_that_is_replaced_is_passed_over_unless_it_is_named(
    tmp_path: Path, clips: Path, task: Path, build: Building, capsys: pytest.CaptureFixture[str]
) -> None:
    make_task(tmp_path, clips, "OtherTask")
    merge("task.json", {"superseded_by": "OtherTask"})(task)
    out = build(to="out1")
    assert (only(out).task, receipt(out).superseded) == ("OtherTask", [TASK])
    build(TASK, to="out2", code=1)
    assert "OtherTask takes its place" in capsys.readouterr().err


def test_data_on_the_hub_are_a_problem_without_a_network(
    task: Path, build: Building, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_hub(hub, task)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert not build(code=2).exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["NoSuchTask", "--to", "out"],
        ["../tasks/AnswerDetection", "--to", "out"],
        ["--to", "tasks"],
        ["--to", "tasks/AnswerDetection/task.json"],
        ["--commit", "no-such-commit", "--to", "out"],
        ["--errata", "no-such-file", "--to", "out"],
    ],
)
def test_what_was_asked_wrongly_ends_with_2(
    task: Path, build: Building, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    build()
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_a_task_may_be_named_by_its_folder(task: Path, build: Building) -> None:
    assert only(build(f"tasks/{TASK}/")).task == TASK


def test_a_folder_that_changes_while_it_is_built_is_refused(
    task: Path, build: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faults injected where the build reads again what was checked."""
    whole = ci.building.read_examples

    def changing(source: Any) -> Any:
        append("README.md", "\nOne more line.\n")(task)
        return whole(source)

    monkeypatch.setattr(ci.building, "read_examples", changing)
    out = build(code=2)
    assert not (out / "build.json").exists()
    assert contents(out) == {}


def test_a_clip_that_changes_while_it_is_built_is_refused(
    task: Path, build: Building, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = ci.building.read_examples

    def changing(source: Any) -> Any:
        sound(f"{DATA}/clips/c07.wav", noise(700))(task)
        return whole(source)

    monkeypatch.setattr(ci.building, "read_examples", changing)
    assert not (build(code=2) / "build.json").exists()
    assert "example c07" in capsys.readouterr().err


def test_a_task_that_cannot_be_built_leaves_nothing_behind_and_the_others_whole(
    tmp_path: Path, clips: Path, task: Path, build: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task(tmp_path, clips, "ZuluTask")
    whole = ci.building.read_examples

    def changing(source: Any) -> Any:
        if source.task == TASK:
            sound(f"{DATA}/clips/c07.wav", noise(700))(task)
        return whole(source)

    monkeypatch.setattr(ci.building, "read_examples", changing)
    out = build("--keep-going", code=2)
    assert (only(out).task, only(out).rows) == ("ZuluTask", 40)
    assert [one.task for one in receipt(out).refused] == [TASK]
    assert len(contents(out)) == 2


# -- what a person sees ---------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_person_who_watches_sees_progress(
    task: Path, build: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    build()
    assert "listening" in screen.getvalue()
    assert "encoding" in screen.getvalue()


def test_the_help_names_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    assert all(f"\n  {code}  " in shown for code in (0, 1, 2))


# -- memory ---------------------------------------------------------------------------------------

MEASURED = """\
import re, resource, sys
from pathlib import Path
import ci.building
from ci.build import main
code = main(sys.argv[1:])
# Not ru_maxrss: it begins with the memory of whoever started this process.
status = Path("/proc/self/status").read_text()
print(code, int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) >> 10,
      resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10)
"""


@pytest.mark.torture
@pytest.mark.timeout(1_800)
def test_an_hour_of_sound_is_built_in_little_memory(tmp_path: Path, clips: Path) -> None:
    """40 clips of 89 s, 48 kHz, two channels: 684 MB of samples, 10 MB of Opus."""
    task = make_task(tmp_path, clips)
    for number in range(1, 41):
        data = io.BytesIO()
        with soundfile.SoundFile(
            data, "w", 48_000, 2, "OPUS", format="OGG", compression_level=1.0
        ) as file:
            samples = noise(number, seconds=89, rate=48_000, channels=2)
            for start in range(0, len(samples), 48_000):
                file.write(samples[start : start + 48_000])
        ending = "wav" if number <= 20 else "flac"
        remove(f"{DATA}/clips/c{number:02}.{ending}")(task)
        (task / DATA / "clips" / f"c{number:02}.opus").write_bytes(data.getvalue())
        row(number, file_name=f"clips/c{number:02}.opus")(task)
    committed(tmp_path)
    built = subprocess.run(
        [sys.executable, "-c", MEASURED, "--to", "out", "--jobs", "2"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    code, parent, child = map(int, built.stdout.splitlines()[-1].split())
    size = sum(one.size for one in only(tmp_path / "out").files) >> 20
    assert code == 0, built.stderr
    assert size > 150
    print(f"{size} MiB built: parent at most {parent} MiB, a child {child} MiB")
    assert parent < 320
    assert child < 250
