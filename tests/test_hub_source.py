"""Reading a pointer to the Hub, end to end, by the real client from the test Hub."""

# ruff: noqa: PLR0917 - fixtures are named in any order

import hashlib
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.flawless import INSTANCE, ROWS, TASK, copy, make_task, merge
from tests.hub.faults import Fault
from tests.on_hub import (
    LABELS,
    NAMES,
    REPO,
    SHARD,
    STEMS,
    audio_folder,
    check_files,
    checked,
    embedded,
    metadata,
    parquet,
    pointing,
    prompts,
    said,
    sounds,
)
from validators import hub_client
from validators.audio import Decoders
from validators.engine import Measurer, Options, check
from validators.examples import read_examples
from validators.folder import InstanceFile, TaskFolder
from validators.http_client import Patience
from validators.opening import expect_sources, open_source
from validators.parquet import ParquetFiles
from validators.report_cache import ReportCache
from validators.source import SourceBroken, SourceTable, SourceUnavailable

ROOT = Path(__file__).parents[1]
NOTE = "the column instruction is neither read nor published; instructions.txt is"
CANARY = "hf_canaryOfTheReader"


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the client would have slept between two tries; it does not."""
    taken: list[float] = []
    impatient = Patience(silence=0.5, sleep=taken.append)
    monkeypatch.setattr(hub_client, "PATIENCE", impatient)
    return taken


@pytest.fixture
def local(tmp_path: Path, clips: Path, measure: Measurer) -> dict[str, Any]:
    """The statistics of the flawless task with data in the repository."""
    make_task(tmp_path / "local", clips)
    (task,) = checked(tmp_path / "local", measure).tasks
    return task.instances[0].model_dump()


def instances_of(task: Path) -> tuple[InstanceFile, ...]:
    """The task's instances."""
    return tuple(TaskFolder(task.parents[1], f"tasks/{task.name}").instances)


def table_of(task: Path, **options: Any) -> SourceTable:
    """The rows that the task's first instance points at."""
    return open_source(instances_of(task)[0], **options)


# -- layouts --------------------------------------------------------------------------------------

SHARDS = ("data/test-00000-of-00002.parquet", "data/test-00001-of-00002.parquet")


def halves(clips: Path) -> Iterator[tuple[str, bytes]]:
    table = pa.table(prompts(clips))
    for name, part in zip(SHARDS, (table[: ROWS // 2], table[ROWS // 2 :]), strict=True):
        yield name, parquet(dict(zip(part.column_names, part.columns, strict=True)))


LAYOUTS = {
    "one shard": lambda clips: {SHARD: parquet(prompts(clips))},
    "two shards and other splits": lambda clips: {
        **dict(halves(clips)),
        "data/train-00000-of-00001.parquet": b"never looked at",
        "README.md": b"# Prompts\n",
    },
    "many row groups": lambda clips: {SHARD: parquet(prompts(clips), row_group_size=7)},
    "no file column": lambda clips: {"test.parquet": parquet(prompts(clips, file=None))},
    "file as a path": lambda clips: {
        SHARD: parquet(prompts(clips, file=[f"/data/wavs/{name}" for name in NAMES]))
    },
    "clips without names": lambda clips: {
        SHARD: parquet(prompts(clips, file=STEMS, audio=embedded(sounds(clips), [None] * ROWS)))
    },
    "bare bytes": lambda clips: {SHARD: parquet(prompts(clips, file=STEMS, audio=sounds(clips)))},
    "class labels": lambda clips: {
        SHARD: parquet(
            prompts(clips, label=[LABELS.index(label) for label in LABELS]),
            {"label": {"names": ["yes", "no"], "_type": "ClassLabel"}},
        )
    },
    "class labels in the card": lambda clips: {
        SHARD: parquet(prompts(clips, label=[LABELS.index(label) for label in LABELS])),
        "README.md": b"---\ndataset_info:\n  features:\n  - name: label\n    dtype:\n"
        b"      class_label:\n        names:\n          '0': 'yes'\n          '1': 'no'\n---\n",
    },
    "a glob in the card": lambda clips: {
        "files/part-a.parquet": parquet(prompts(clips)),
        "README.md": b"---\nconfigs:\n- config_name: default\n  data_files:\n"
        b"  - split: test\n    path: files/*.parquet\n---\n",
    },
    "clips beside the rows": lambda clips: {
        "data/test-0.parquet": parquet(
            prompts(clips, audio=embedded([None] * ROWS, [f"wav/{name}" for name in NAMES]))
        ),
        **{f"data/wav/{name}": data for name, data in zip(NAMES, sounds(clips), strict=True)},
    },
    "file names in parquet": lambda clips: {
        "data/test-0.parquet": parquet({"file_name": NAMES, "label": LABELS}),
        **{f"data/{name}": data for name, data in zip(NAMES, sounds(clips), strict=True)},
    },
    "AudioFolder": audio_folder,
    "AudioFolder in a split folder": lambda clips: audio_folder(clips, "test/", ""),
    "AudioFolder in data": lambda clips: audio_folder(clips, "data/test/"),
    "AudioFolder of several splits": lambda clips: {
        **{f"{split}/{name}": data for name, data in zip(NAMES, sounds(clips), strict=True)
           for split in ("train", "test")},
        "metadata.csv": metadata(
            [{"file_name": f"{split}/{name}", "label": label} for split in ("train", "test")
             for name, label in zip(NAMES, LABELS, strict=True)]
        ),
    },
    "AudioFolder by the card": lambda clips: {
        **audio_folder(clips, "b/"), "a/1.wav": b"", "a/metadata.csv": b"file_name\n1.wav\n",
        "README.md": b"---\nconfigs:\n- config_name: x\n  data_files:\n"
        b"  - split: test\n    path: b/**\n---\n",
    },
    "AudioFolder in JSON Lines": lambda clips: {
        **dict(zip(NAMES, sounds(clips), strict=True)),
        "metadata.jsonl": b"".join(
            json.dumps({"file_name": name, "label": label}).encode() + b"\n"
            for name, label in zip(NAMES, LABELS, strict=True)
        ),
    },
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_passes_with_the_statistics_of_the_same_data_kept_locally(
    layout, hub, tmp_path, clips, measure, local
):
    report = check_files(hub, tmp_path, clips, measure, LAYOUTS[layout](clips))
    (task,) = report.tasks
    has_note = (("DAT408", NOTE) in said(report)) == (
        "instruction" in prompts(clips) and not layout.startswith(("AudioFolder", "file names"))
    )
    assert has_note
    assert [finding for finding in said(report) if finding != ("DAT408", NOTE)] == []
    assert (task.verdict, report.problems) == ("pass", [])
    assert task.instances[0].model_dump() == local
    assert hub.tokens_seen() == {None}


def test_both_clips_and_the_text_of_the_original_datasets_are_read(hub, tmp_path, clips):
    shifted = [*sounds(clips)[1:], sounds(clips)[0]]
    table = prompts(
        clips, audio2=embedded(shifted, [*NAMES[1:], NAMES[0]]), text=["say yes"] * ROWS
    )
    inputs = merge("task.json", {"inputs": ["audio", "audio2", "text"]})
    revision = hub.put(REPO, {SHARD: parquet(table)})
    source = table_of(pointing(tmp_path, clips, inputs, revision=revision))
    assert source.columns == ("file", "audio", "instruction", "label", "audio2", "text")
    first = read_examples(source).rows[0]
    assert list(first.cells) == ["file", "audio", "audio2", "text", "label"]
    assert (first.file, first.cells["text"], first.label) == ("c01", "say yes", "yes")
    assert [clip.name for clip in first.clips(["audio", "audio2"])] == ["c01.wav", "c02.wav"]


def test_values_before_label_map_are_what_the_contract_says(hub, tmp_path, clips):
    table = {
        "file": ["a", "b"],
        "flag": [True, False],
        "number": pa.array([3, -2], pa.int8()),
        "class": pa.array([1, -1]),
        "classes": [[0, 1], []],
        "single": pa.array([0.1, 2.5], pa.float32()),
    }
    features = {
        "class": {"names": ["no", "yes"], "_type": "ClassLabel"},
        "classes": {"feature": {"names": ["x", "y"], "_type": "ClassLabel"}, "_type": "List"},
    }
    revision = hub.put(REPO, {SHARD: parquet(table, features)})
    groups = merge(INSTANCE, {"groups": ["flag", "number", "class", "classes", "single"]})
    source = table_of(pointing(tmp_path, clips, groups, revision=revision))
    first, second = (row.cells for row in source.rows)
    assert first == {"file": "a", "flag": True, "number": 3, "class": "yes",
                     "classes": ["x", "y"], "single": 0.1}  # fmt: skip
    assert (second["class"], second["classes"], second["flag"]) == (None, [], False)


def test_columns_label_map_and_sampling_apply_as_to_local_data(
    hub, tmp_path, clips, measure, local
):
    table = prompts(clips, label=None, answer=[label == "yes" for label in LABELS])
    edit = merge(
        INSTANCE,
        {
            "columns": {"label": "answer"},
            "label_map": {"true": "yes", "false": "no"},
            "sampling": {"description": "Drawn at random, by answer.", "examples": 34,
                         "stratify_by": "label", "seed": 3},
        },
    )  # fmt: skip
    report = check_files(hub, tmp_path, clips, measure, {SHARD: parquet(table)}, edit)
    (task,) = report.tasks
    assert said(report) == [("DAT408", NOTE)]
    assert (task.instances[0].examples, task.instances[0].labels) == (34, {"yes": 17, "no": 17})


def test_a_clip_that_is_not_there_is_a_finding_at_the_pointer(hub, tmp_path, clips, measure):
    files = audio_folder(clips)
    del files["clips/c07.wav"]
    report = check_files(hub, tmp_path, clips, measure, files)
    (finding,) = report.findings
    assert (finding.rule, finding.pointer) == ("DAT405", "/dataset/repo_id")
    assert '"clips/c07.wav" is not there' in finding.message


def test_a_malformed_row_of_metadata_is_named_by_its_line(hub, tmp_path, clips, measure):
    files = audio_folder(clips)
    files["metadata.csv"] += b"one,two,three\n"
    report = check_files(hub, tmp_path, clips, measure, files)
    assert said(report) == [
        ("DAT403", '"metadata.csv" line 42: the row has 3 cells; the header has 2')
    ]


def test_rows_without_any_file_id_are_a_finding_each(hub, tmp_path, clips, measure):
    table = prompts(clips, file=None, audio=embedded(sounds(clips), [None] * ROWS))
    report = check_files(hub, tmp_path, clips, measure, {SHARD: parquet(table)})
    assert [rule for rule, _ in said(report)].count("DAT415") == ROWS


def test_file_ids_are_names_without_folder_and_extension_of_sound(hub, tmp_path, clips):
    written = ["a/b/c01.wav", "d\\c02.FLAC", "c03", "v1.2", ".wav", "a/", ""]
    table = prompts(clips, file=[*written, *NAMES[len(written) :]])
    revision = hub.put(REPO, {SHARD: parquet(table)})
    source = table_of(pointing(tmp_path, clips, revision=revision))
    found = [row.file for row in read_examples(source).rows][: len(written)]
    assert found == ["c01", "c02", "c03", "v1.2", ".wav", "", ""]


def test_the_same_clip_twice_is_found_by_its_bytes(hub, tmp_path, clips, measure):
    data = sounds(clips)
    table = prompts(clips, audio=embedded([data[0], data[0], *data[2:]], NAMES))
    report = check_files(hub, tmp_path, clips, measure, {SHARD: parquet(table)})
    message = "the clip is the one of c01 (an earlier row); a clip of its own is required"
    assert ("DAT418", message) in said(report)


# -- what is asked of the Hub ----------------------------------------------------------------------


def test_static_and_offline_ask_nothing(hub, tmp_path, clips, measure, monkeypatch):
    waiting: list[ParquetFiles] = []
    monkeypatch.setattr("validators.parquet._waiting", waiting)
    for options in (Options(static=True), Options(offline=True)):
        root = tmp_path / str(options.static)
        report = check_files(
            hub, root, clips, measure, {SHARD: parquet(prompts(clips))}, options=options
        )
        assert (report.tasks[0].verdict, report.problems, report.findings) == ("incomplete", [], [])
    assert hub.requests == []
    assert waiting == []


def test_what_reads_parquet_starts_before_the_hub_is_asked_and_for_nothing_else(
    hub, tmp_path, clips, monkeypatch
):
    waiting: list[ParquetFiles] = []
    monkeypatch.setattr("validators.parquet._waiting", waiting)
    expect_sources(instances_of(make_task(tmp_path / "local", clips)))
    assert waiting == []
    revision = hub.put(REPO, {SHARD: parquet(prompts(clips))})
    expect_sources(instances_of(pointing(tmp_path, clips, revision=revision)))
    (early,) = waiting
    early.close()
    assert hub.requests == []


def big(clips: Path) -> dict[str, bytes]:
    """Rows whose other columns are small beside the clips."""
    noise = [os.urandom(20_000) for _ in range(ROWS)]
    return {SHARD: parquet(prompts(clips, audio=embedded(noise, NAMES)), row_group_size=10)}


def test_where_no_rule_needs_sound_clips_are_not_fetched(hub, tmp_path, clips, measure):
    files = big(clips)
    came: list[int] = []
    revision = hub.put(REPO, files)
    pointing(tmp_path, clips, revision=revision)
    rows = Options(select=("DAT41", "DAT42"))
    report = checked(tmp_path, measure, rows, fetched=lambda done, _: came.append(done))
    assert report.problems == []
    assert report.findings == []
    ranges = [request.range for request in hub.requests if "resolve" in request.path]
    assert len(ranges) > 1
    assert all(ranges)
    assert sum(came) < len(files[SHARD]) / 2


def test_what_is_in_the_cache_is_not_fetched_again(hub, tmp_path, clips, measure):
    revision = hub.put(REPO, {SHARD: parquet(prompts(clips))})
    pointing(tmp_path, clips, revision=revision)
    assert checked(tmp_path, measure).tasks[0].verdict == "pass"
    before = len(hub.requests)
    assert checked(tmp_path, measure).tasks[0].verdict == "pass"
    assert [request.path.split("/")[-2] for request in hub.requests[before:]] == [
        "revision", "tree"
    ]  # fmt: skip


def test_a_report_is_kept_and_one_with_a_problem_is_not(hub, tmp_path, clips, measure, naps):
    revision = hub.put(REPO, {SHARD: parquet(prompts(clips))})
    pointing(tmp_path, clips, revision=revision)
    kept = ReportCache(tmp_path)
    hub.faults.add(Fault.UNAVAILABLE, times=math.inf)
    for _ in range(2):
        report = check(tmp_path, [f"tasks/{TASK}"], Options(), measure, kept=kept)
        assert [problem.kind for problem in report.problems] == ["unreachable"]
    hub.faults.clear()
    whole = check(tmp_path, [f"tasks/{TASK}"], Options(), measure, kept=kept)
    assert whole.tasks[0].verdict == "pass"
    before = len(hub.requests)
    assert check(tmp_path, [f"tasks/{TASK}"], Options(), measure, kept=kept) == whole
    assert len(hub.requests) == before


def test_only_drawn_clips_are_fetched(hub, tmp_path, clips, measure):
    draw = merge(
        INSTANCE, {"sampling": {"description": "Drawn at random, in no order.", "examples": 32}}
    )
    report = check_files(hub, tmp_path, clips, measure, audio_folder(clips), draw)
    assert said(report) == []
    fetched = {r.path for r in hub.requests if r.method == "HEAD" and "/clips/" in r.path}
    assert len(fetched) == 32


def test_no_token_is_sent_whatever_the_machine_knows(hub, tmp_path, clips):
    """HF_TOKEN, a token file and a .netrc, for the whole command in a process of its own."""
    revision = hub.put(REPO, {SHARD: parquet(prompts(clips)), "README.md": b"---\n---\n"})
    task = pointing(tmp_path, clips, revision=revision)
    environment = hub.environment(tmp_path, CANARY) | {
        "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "HUGGING_FACE_HUB_TOKEN": CANARY,
    }  # fmt: skip
    (tmp_path / "hf_home").mkdir()
    (tmp_path / "hf_home" / "token").write_text(CANARY)
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login ada password {CANARY}\n")
    seen: list[str] = []
    hub.on_request = lambda request: seen.append(str(request.headers))
    run = subprocess.run(
        [sys.executable, "-m", "validators.check", "--format", "json", "--jobs", "1", str(task)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert json.loads(run.stdout)["tasks"][0]["verdict"] == "pass", run.stdout + run.stderr
    assert run.returncode == 0
    assert len(seen) >= 4
    assert hub.tokens_seen() == {None}
    assert not any(CANARY in headers or "authorization" in headers.lower() for headers in seen)
    assert CANARY not in run.stdout + run.stderr


def test_a_gated_dataset_in_the_cache_of_somebody_who_may_is_refused(hub, tmp_path, clips, measure):
    revision = hub.put(REPO, {SHARD: parquet(prompts(clips))})
    pointing(tmp_path, clips, revision=revision)
    assert checked(tmp_path, measure).tasks[0].verdict == "pass"
    hub.put(REPO, {}, gated="manual")
    assert [rule for rule, _ in said(checked(tmp_path, measure))] == ["PTR111"]


# -- trouble --------------------------------------------------------------------------------------

TROUBLES = {
    Fault.RATE_LIMITED: "answers 429",
    Fault.RATE_LIMITED_RETRY_AFTER: "answers 429",
    Fault.RATE_LIMITED_HEADER: "answers 429",
    Fault.SERVER_ERROR: "answers 500",
    Fault.BAD_GATEWAY: "answers 502",
    Fault.UNAVAILABLE: "answers 503",
    Fault.HANG: "gives no answer",
    Fault.DROPPED: "the connection was lost",
    Fault.LOST_ANSWER: "the connection was lost",
}
PLACES = {
    "the revision": "/revision/",
    "the tree": "/tree/",
    "the way to a file": "/resolve/",
    "a file": "/blobs/",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", TROUBLES, ids=lambda fault: fault.name)
def test_trouble_that_stays_is_a_problem_and_no_finding(
    fault, place, hub, tmp_path, clips, measure, naps
):
    hub.faults.add(fault, path=PLACES[place], times=math.inf, seconds=1)
    report = check_files(hub, tmp_path, clips, measure, {SHARD: parquet(prompts(clips))})
    assert report.findings == []
    (problem,) = report.problems
    assert (problem.kind, report.tasks[0].verdict) == ("unreachable", "incomplete")
    assert TROUBLES[fault] in problem.message or place == "a file"
    assert "says nothing about the task" in problem.message
    assert "run the check again" in problem.message
    assert report.tasks[0].rules_skipped["DAT411"] == problem.message


@pytest.mark.parametrize("place", ["/resolve/", "/blobs/"])
@pytest.mark.parametrize(
    "fault", [Fault.UNAUTHORIZED, Fault.FORBIDDEN, Fault.NOT_FOUND], ids=lambda f: f.name
)
def test_a_file_that_is_listed_and_refused_is_trouble_of_the_hub(
    fault, place, hub, tmp_path, clips, measure
):
    hub.faults.add(fault, path=place, times=math.inf)
    report = check_files(hub, tmp_path, clips, measure, {SHARD: parquet(prompts(clips))})
    (problem,) = report.problems
    assert report.findings == []
    assert f"the Hub lists {SHARD} and does not give it" in problem.message


@pytest.mark.parametrize("place", ["/revision/", "/tree/", "/resolve/", "/blobs/"])
@pytest.mark.parametrize(
    "fault", [Fault.RATE_LIMITED_HEADER, Fault.UNAVAILABLE, Fault.DROPPED], ids=lambda f: f.name
)
def test_trouble_that_passes_is_sat_out(fault, place, hub, tmp_path, clips, measure, naps):
    rule = hub.faults.add(fault, path=place, times=2, seconds=7)
    report = check_files(hub, tmp_path, clips, measure, {SHARD: parquet(prompts(clips))})
    assert (report.tasks[0].verdict, rule.hits) == ("pass", 2)
    if fault is Fault.RATE_LIMITED_HEADER:
        assert naps == [7.0, 7.0]


def test_the_wait_that_the_hub_asks_for_is_told_where_it_is_too_long(
    hub, tmp_path, clips, measure, naps
):
    hub.faults.add(Fault.RATE_LIMITED_RETRY_AFTER, times=math.inf, seconds=240)
    report = check_files(hub, tmp_path, clips, measure, {SHARD: parquet(prompts(clips))})
    (problem,) = report.problems
    assert "run the check again in 240 s or later" in problem.message
    assert naps == []


def test_a_download_that_breaks_off_is_resumed_where_it_broke(
    hub, tmp_path, clips, naps, monkeypatch
):
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1 << 16)  # not 10 MB
    files = big(clips)
    hub.faults.add(Fault.TRUNCATED, path="/blobs/", method="GET")
    revision = hub.put(REPO, files)
    table = table_of(pointing(tmp_path, clips, revision=revision))
    assert len(table.rows) == ROWS
    ranges = [request.range for request in hub.requests if "/blobs/" in request.path]
    assert ranges[0] is None
    (start,) = [int(said.removeprefix("bytes=").rstrip("-")) for said in ranges[1:] if said]
    assert len(files[SHARD]) / 4 < start < len(files[SHARD])


def test_what_arrives_with_other_bytes_is_trouble_and_is_not_kept(
    hub, tmp_path, clips, measure, naps, monkeypatch
):
    revision = hub.put(REPO, {SHARD: parquet(prompts(clips))})
    pointing(tmp_path, clips, revision=revision)
    entry = hub.head(REPO).tree[SHARD]
    blob = hub.store.blob(entry.oid)
    right = blob.read_bytes()
    blob.chmod(0o600)
    blob.write_bytes(bytes(len(right)))
    (problem,) = checked(tmp_path, measure).problems
    assert "other bytes than the commit has" in problem.message
    blob.write_bytes(right)
    assert checked(tmp_path, measure).tasks[0].verdict == "pass"


def test_a_host_that_does_not_exist_is_a_problem(tmp_path, clips, measure, naps, hub, monkeypatch):
    from huggingface_hub import constants

    revision = hub.put(REPO, {SHARD: parquet(prompts(clips))})
    pointing(tmp_path, clips, revision=revision)
    monkeypatch.setattr(constants, "ENDPOINT", "http://hub.invalid")
    (problem,) = checked(tmp_path, measure).problems
    assert "the Hub cannot be reached" in problem.message
    assert len(naps) == 4


def test_an_offline_client_is_a_problem_that_says_so(tmp_path, clips, measure, hub, monkeypatch):
    from huggingface_hub import constants

    revision = hub.put(REPO, {SHARD: parquet(prompts(clips))})
    pointing(tmp_path, clips, revision=revision)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    (problem,) = checked(tmp_path, measure).problems
    assert "HF_HUB_OFFLINE is set" in problem.message


def test_a_redirect_to_a_foreign_host_is_not_followed(hub, tmp_path, clips, measure, naps):
    hub.blob_endpoint = "http://evil.example"
    report = check_files(hub, tmp_path, clips, measure, {SHARD: parquet(prompts(clips))})
    (problem,) = report.problems
    assert "leads to evil.example, which is none of its hosts" in problem.message
    assert naps == []


def test_trouble_amid_the_clips_leaves_out_what_needs_sound(hub, tmp_path, clips, measure, naps):
    revision = hub.put(REPO, audio_folder(clips))
    pointing(tmp_path, clips, revision=revision)
    hub.faults.add(Fault.SERVER_ERROR, path="/clips/c2", times=math.inf)
    report = checked(tmp_path, measure)
    (problem,) = report.problems
    (task,) = report.tasks
    assert (problem.kind, report.findings, task.verdict) == ("unreachable", [], "incomplete")
    assert task.rules_skipped["AUD501"] == task.rules_skipped["DAT431"] == problem.message
    assert "DAT411" in task.rules_run
    assert task.instances[0].minutes is None


def test_a_session_leaves_the_client_as_it_was(hub, tmp_path, clips):
    from huggingface_hub import constants, get_session

    before = get_session(), constants.HF_HUB_DISABLE_IMPLICIT_TOKEN
    revision = hub.put(REPO, {SHARD: parquet(prompts(clips))})
    table_of(pointing(tmp_path, clips, revision=revision))
    assert type(get_session()) is type(before[0])
    assert before[1] == constants.HF_HUB_DISABLE_IMPLICIT_TOKEN


# -- clips ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["one shard", "clips beside the rows", "AudioFolder"])
def test_the_bytes_of_clips_are_held_for_whoever_builds(layout, hub, tmp_path, clips):
    revision = hub.put(REPO, LAYOUTS[layout](clips))
    table = table_of(pointing(tmp_path, clips, revision=revision))
    some = [clip for row in table.rows for clip in row.clips][5:9]
    assert [table.store.sha256(clip.path) for clip in some] == [None] * 4
    with table.store.hold(some) as open_clip:
        for clip, data in list(zip(some, sounds(clips)[5:9], strict=True))[::-1] * 2:
            descriptor = open_clip(clip)
            with os.fdopen(descriptor, "rb") as file:
                assert file.read() == data
            assert table.store.sha256(clip.path) == hashlib.sha256(data).hexdigest()


def test_large_clips_wait_in_a_file_without_a_name(hub, tmp_path, clips):
    data = [os.urandom(3 << 20), b"small"]
    revision = hub.put(REPO, {SHARD: parquet({"audio": embedded(data, ["a.wav", "b.wav"])})})
    table = table_of(pointing(tmp_path, clips, revision=revision))
    for source, whole in zip(
        table.store.sources(clip for row in table.rows for clip in row.clips), data, strict=True
    ):
        for _ in range(2):
            with os.fdopen(source.open(), "rb") as file:
                assert os.pread(file.fileno(), 1 << 23, 0) == whole
        assert source.key == hashlib.sha256(whole).hexdigest()


def test_clips_are_read_as_they_are_asked_for(hub, tmp_path, clips, monkeypatch):
    """A parquet file whose last clip is broken gives all others first."""
    revision = hub.put(REPO, {SHARD: parquet(prompts(
        clips, audio=embedded([*sounds(clips)[:-1], None], NAMES)))})  # fmt: skip
    table = table_of(pointing(tmp_path, clips, revision=revision))
    sources = table.store.sources(clip for row in table.rows for clip in row.clips)
    keys = [next(sources).key for _ in range(ROWS - 1)]
    assert keys == [hashlib.sha256(data).hexdigest() for data in sounds(clips)[:-1]]
    with pytest.raises(SourceBroken, match="no sound in row 40"):
        next(sources)


def test_hub_clips_are_measured_by_real_children_and_found_in_the_cache(
    hub, tmp_path, clips, measure, local
):
    revision = hub.put(REPO, {SHARD: parquet(prompts(clips))})
    pointing(tmp_path, clips, revision=revision)
    with Decoders(jobs=2) as decoders:
        report = checked(tmp_path, decoders.measure)
    assert report.tasks[0].instances[0].model_dump() == local


def test_a_pointer_without_a_commit_is_not_followed(hub, tmp_path, clips, measure):
    hub.put(REPO, {SHARD: parquet(prompts(clips))})
    task = pointing(tmp_path, clips, revision="main")
    report = checked(tmp_path, measure)
    assert [rule for rule, _ in said(report)] == ["PTR103"]
    assert report.problems == []
    assert hub.requests == []
    with pytest.raises(SourceUnavailable):
        table_of(task)


def test_files_of_more_bytes_than_are_read_are_refused_before_they_come(
    hub, tmp_path, clips, measure, monkeypatch
):
    monkeypatch.setattr("validators.hub_source.MAX_BYTES", 10_000)
    report = check_files(hub, tmp_path, clips, measure, {SHARD: parquet(prompts(clips))})
    ((rule, message),) = said(report)
    assert rule == "PTR121"
    assert "1 files of 0.00 GiB" in message
    assert not [request for request in hub.requests if "/resolve/" in request.path]


def test_more_rows_than_are_read_are_refused(hub, tmp_path, clips, measure, monkeypatch):
    monkeypatch.setattr("validators.hub_source.MAX_HUB_ROWS", ROWS - 1)
    report = check_files(hub, tmp_path, clips, measure, {SHARD: parquet(prompts(clips))})
    assert said(report) == [("PTR121", "the split holds more than 39 rows, the most that are read")]


def test_more_files_than_are_listed_are_refused(hub, tmp_path, clips, measure, monkeypatch):
    monkeypatch.setattr("validators.hub_client.MAX_LISTED", 20)
    hub.page_size = 8
    report = check_files(hub, tmp_path, clips, measure, audio_folder(clips))
    ((rule, message),) = said(report)
    assert (rule, "more than 20 files and folders" in message) == ("PTR121", True)
    assert sum("/tree/" in request.path for request in hub.requests) <= 3


def test_a_check_listens_to_no_more_than_to_data_kept_locally(
    hub, tmp_path, clips, measure, monkeypatch
):
    monkeypatch.setattr("validators.budget.INSTANCE_SAMPLES", 20 * 2**15)
    revision = hub.put(REPO, {SHARD: parquet(prompts(clips))})
    pointing(tmp_path, clips, revision=revision)
    for _ in range(2):
        (problem,) = checked(tmp_path, measure).problems
        assert problem.kind == "limit"
        assert "only the first 21 of 40 clips of AnswerDetection_Prompts" in problem.message


def test_more_rows_than_a_task_may_have_are_refused_before_they_are_read(
    hub, tmp_path, clips, measure, monkeypatch
):
    monkeypatch.setattr("validators.budget.MAX_TASK_ROWS", ROWS - 1)
    revision = hub.put(REPO, {SHARD: parquet(prompts(clips)),
                              "data/test.other-0.parquet": parquet(prompts(clips))})  # fmt: skip
    second = "instances/Second.json"
    other = merge(second, {"dataset": {"split": "test.other"}})
    task = pointing(tmp_path, clips, revision=revision)
    copy(INSTANCE, second)(task)
    other(task)
    found = [finding for finding in checked(tmp_path, measure).findings if finding.rule == "PTR121"]
    assert [finding.path for finding in found] == [f"tasks/{TASK}/{second}"]


def test_the_hub_is_asked_with_time_limits(hub, tmp_path, clips):
    assert replace(Patience(), tries=1).silence <= 60
    with hub_client.session():
        from huggingface_hub import get_session

        timeout = get_session().timeout
    assert timeout.connect
    assert timeout.read
