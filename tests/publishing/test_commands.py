"""The commands on a task that was really built, with the real card, against a real server."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from ci.build_folder import BUILD_PATH
from ci.parquet import read
from ci.revision import commit_id
from schema.canonical import DATASET_REPO
from schema.export import json_schema
from schema.manifest import MANIFEST_PATH
from schema.release import Release
from tests.hub.accounts import WRITE
from tests.hub.test_contract import need_a_local_xet_store
from tests.publish_faults.world import writes_seen
from tests.publishing.conftest import Publisher, commit_all, git

INSTANCE = "AnswerDetection_Prompts"
ROWS = f"data/{INSTANCE}/test-00000-of-00001.parquet"


def test_a_plan_says_what_has_to_be_built_and_then_what_will_be_published(
    publisher: Publisher,
) -> None:
    code, told, _ = publisher("plan", "--format", "json")
    plan = json.loads(told)
    assert code == 0
    assert plan["build"] == ["AnswerDetection"]
    assert plan["instances"][0]["change"] == "would be built"
    code, told, _ = publisher("plan", "--from", str(publisher.benchmark.build))
    assert code == 0
    assert "new instance  40 rows" in told
    assert "one commit, then the tag publish-1" in told
    publisher.push()
    code, told, _ = publisher("plan")
    assert code == 0
    assert "its folder is the published one" in told
    assert told.endswith("nothing to do\n")


def test_a_dry_run_writes_nothing(publisher: Publisher) -> None:
    publisher.server.requests.clear()
    code, told, _ = publisher("push", "--from", str(publisher.benchmark.build), "--dry-run")
    assert code == 0
    assert told.endswith("dry run: nothing was written\n")
    assert writes_seen(publisher.server) == 0


def test_nothing_is_built_where_the_hub_holds_the_folder(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.push()
    code, told, _ = publisher("build", "--to", str(tmp_path / "build"))
    assert code == 0
    assert "nothing to build" in told
    publisher.server.requests.clear()
    code, told, _ = publisher("push", "--from", str(tmp_path / "build"))
    assert code == 0
    assert "nothing was written" in told
    assert writes_seen(publisher.server) == 0


def test_a_local_folder_holds_the_bytes_that_a_push_sends(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.push()
    publisher.server.requests.clear()
    to = tmp_path / "local"
    code, _, _ = publisher("push", "--from", str(publisher.benchmark.build), "--to", str(to))
    assert code == 0
    assert publisher.server.requests == []
    there = {p.relative_to(to).as_posix(): p.read_bytes() for p in to.rglob("*") if p.is_file()}
    tree = set(publisher.server.head(DATASET_REPO).tree) - {".gitattributes"}
    assert there == {path: publisher.server.read(DATASET_REPO, path) for path in tree}
    code, _, errors = publisher("push", "--from", str(publisher.benchmark.build), "--to", str(to))
    assert code == 2
    assert "is there and not empty" in errors


def test_large_files_may_lie_in_xet(publisher: Publisher, tmp_path: Path) -> None:
    need_a_local_xet_store(tmp_path / "probe")
    server, build = publisher.server, str(publisher.benchmark.build)
    for arguments in (["push", "--from", build], ["verify", "--deep"]):
        run = publisher.benchmark.run(
            server, *arguments, home=tmp_path / "home", HF_TOKEN=WRITE, HF_HUB_DISABLE_XET="0"
        )
        assert (run.returncode, run.stderr) == (0, "")
    assert any("/xet-write-token/" in seen.path for seen in server.requests)


def test_what_could_not_be_built_is_said_again_by_the_push(
    publisher: Publisher, tmp_path: Path
) -> None:
    build = copied(publisher, tmp_path)
    edit_json(build / BUILD_PATH, lambda made: made["refused"].append(REFUSED))
    code, told, errors = publisher("push", "--from", str(build))
    assert code == 1
    assert "published: " in told
    assert errors == "refused: Other: the licence is NOASSERTION\n"


REFUSED = {"task": "Other", "reasons": ["the licence is NOASSERTION"]}


def test_a_build_is_published_whole_or_not_named(publisher: Publisher) -> None:
    with pytest.raises(SystemExit) as usage:
        publisher("push", "AnswerDetection", "--from", str(publisher.benchmark.build))
    assert usage.value.code == 2


# -- builds that are not what they say ------------------------------------------------------------


def copied(publisher: Publisher, tmp_path: Path) -> Path:
    build = tmp_path / "build"
    shutil.copytree(publisher.benchmark.build, build)
    return build


def edit_json(path: Path, change: Callable[[dict], object]) -> None:  # type: ignore[type-arg]
    content = json.loads(path.read_bytes())
    change(content)
    path.write_text(json.dumps(content))


def record_of(made: dict) -> dict:  # type: ignore[type-arg]
    return made["instances"][0]  # type: ignore[no-any-return]


def linked(build: Path) -> None:
    (build / ROWS).rename(build.parent / "elsewhere")
    (build / ROWS).symlink_to(build.parent / "elsewhere")


FORGERIES: dict[str, tuple[Callable[[Path], object], str]] = {
    "other rows": (
        lambda build: (build / ROWS).write_bytes(b"PAR1" * 100),
        "it is not what was built",
    ),
    "no rows": (lambda build: (build / ROWS).unlink(), "it cannot be read"),
    "a link": (linked, "it cannot be read"),
    "one file more": (
        lambda build: (build / "data" / "more.parquet").write_bytes(b""),
        "data/more.parquet is there, and build.json does not name it",
    ),
    "a record of another folder": (
        lambda build: edit_json(
            build / BUILD_PATH,
            lambda made: record_of(made)["approval"].update(folder_sha256="0" * 64),
        ),
        "it was built from another tasks/AnswerDetection than the one here",
    ),
    "a record with another licence": (
        lambda build: edit_json(
            build / BUILD_PATH,
            lambda made: record_of(made)["declared_instance"].update(license="CC0-1.0"),
        ),
        "its instance file is not the one in tasks/AnswerDetection",
    ),
    "a record with another title": (
        lambda build: edit_json(
            build / BUILD_PATH, lambda made: record_of(made)["declared_task"].update(title="Mine")
        ),
        "its task.json is not the one in tasks/AnswerDetection",
    ),
    "a file of another instance": (
        lambda build: edit_json(
            build / BUILD_PATH,
            lambda made: record_of(made)["files"][0].update(path="data/Other_A/x.parquet"),
        ),
        "data/Other_A/x.parquet is no place for a file of AnswerDetection_Prompts",
    ),
    "a retired record": (
        lambda build: edit_json(
            build / BUILD_PATH, lambda made: record_of(made).update(status="retired")
        ),
        "the record contradicts itself",
    ),
    "no record": (lambda build: (build / BUILD_PATH).write_text("{"), "build.json at the whole"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_build_that_is_not_what_was_reviewed_is_refused(
    forgery: str, publisher: Publisher, tmp_path: Path
) -> None:
    build = copied(publisher, tmp_path)
    change, words = FORGERIES[forgery]
    change(build)
    publisher.server.requests.clear()
    code, told, errors = publisher("push", "--from", str(build))
    assert (code, told) == (1, "")
    assert words in errors
    assert publisher.server.requests == []


# -- verify ---------------------------------------------------------------------------------------


def test_what_was_published_is_proved_down_to_the_rows(publisher: Publisher) -> None:
    publisher.push()
    for arguments in ([], ["--deep"], ["--revision", "publish-1"]):
        code, told, errors = publisher("verify", *arguments)
        assert (code, errors) == (0, "")
        assert "1 instance and" in told
        assert "as they should be" in told


WRONG: dict[str, tuple[dict[str, bytes], list[str], str]] = {
    "README.md": ({"README.md": b"---\nlicense: mit\n---\n"}, [], "its content is another"),
    "eval.yaml": ({}, ["eval.yaml"], "it is not there"),
    ROWS: ({ROWS: b"PAR1"}, [], "its content is another"),
    "extra.parquet": ({"extra.parquet": b"PAR1"}, [], "neither the manifest nor the card has it"),
    MANIFEST_PATH: ({MANIFEST_PATH: b"{}"}, [], "cannot be used"),
}


@pytest.mark.parametrize("path", WRONG)
def test_a_file_that_is_not_as_it_should_be_is_named(path: str, publisher: Publisher) -> None:
    publisher.push()
    files, gone, words = WRONG[path]
    publisher.server.put(DATASET_REPO, files, delete=gone)
    code, told, _ = publisher("verify")
    assert code == 1
    assert any(line.startswith(f"fault: {path}") and words in line for line in told.splitlines())
    assert publisher("verify", "--revision", "publish-1")[0] == 0


def test_bytes_that_are_not_what_the_hubs_list_says_are_found(publisher: Publisher) -> None:
    publisher.push()
    head = publisher.server.head(DATASET_REPO)
    for path, deep in (("README.md", []), (ROWS, ["--deep"])):
        blob = publisher.server.store.blob(head.tree[path].oid)
        right = blob.read_bytes()
        blob.write_bytes(b"#" * len(right))
        code, told, _ = publisher("verify", *deep)
        blob.write_bytes(right)
        assert code == 1
        assert told.startswith("fault: ")


def test_a_publish_without_its_tag_is_a_fault(publisher: Publisher) -> None:
    publisher.push()
    publisher.server.store.delete_ref(DATASET_REPO, "refs/tags/publish-1")
    code, told, _ = publisher("verify")
    assert code == 1
    assert "fault: tag publish-1 is missing; `push` sets it" in told


def test_a_revision_that_is_not_there_is_told(publisher: Publisher) -> None:
    code, _, errors = publisher("verify", "--revision", "0" * 40)
    assert code == 2
    assert "the Hub answers 404" in errors


def test_an_approval_that_git_does_not_know_is_a_fault(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.push()
    clone = tmp_path / "other"
    shutil.copytree(publisher.benchmark.root, clone, symlinks=True)
    shutil.rmtree(clone / ".git")
    monkeypatch.chdir(clone)
    code, told, _ = publisher("verify")
    assert code == 0
    assert "note: there is no git repository of tasks here" in told
    git(clone, "init", "--quiet")
    (clone / "tasks" / "AnswerDetection" / "README.md").write_text("Another.\n")
    commit_all(clone)
    code, told, _ = publisher("verify")
    assert code == 1
    assert "was not compared; this clone does not have it" in told


def test_an_approval_of_another_folder_is_a_fault(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path / "other"
    shutil.copytree(publisher.benchmark.root, clone, symlinks=True)
    (clone / "tasks" / "AnswerDetection" / "README.md").write_text("Another.\n")
    commit_all(clone)
    build = copied(publisher, tmp_path)
    commit = commit_id(clone)
    edit_json(build / BUILD_PATH, lambda made: record_of(made)["approval"].update(commit=commit))
    assert publisher("push", "--from", str(build))[0] == 0
    monkeypatch.chdir(clone)
    code, told, _ = publisher("verify")
    assert code == 1
    assert f"tasks/AnswerDetection at {commit} is not what was approved" in told


# -- yank -----------------------------------------------------------------------------------------


def test_a_retired_instance_leaves_the_head_and_stays_in_history(publisher: Publisher) -> None:
    publisher.push()
    yank = ["yank", INSTANCE, "--reason", "Labels were swapped."]
    assert publisher(*yank)[0] == 0
    (entry,) = publisher.manifest().instances
    assert (entry.status, entry.reason, entry.files) == ("retired", "Labels were swapped.", [])
    assert ROWS not in publisher.server.head(DATASET_REPO).tree
    assert ROWS in publisher.server.head(DATASET_REPO, "publish-1").tree
    assert f"config_name: {INSTANCE}".encode() not in publisher.server.read(
        DATASET_REPO, "README.md"
    )
    assert publisher("verify", "--deep")[0] == 0
    publisher.server.requests.clear()
    code, told, _ = publisher(*yank)
    assert code == 0
    assert "nothing was written" in told
    assert writes_seen(publisher.server) == 0


def test_a_retired_instance_comes_back_only_on_request(publisher: Publisher) -> None:
    publisher.push()
    publisher("yank", INSTANCE, "--reason", "Labels were swapped.")
    publisher.push()
    assert publisher.manifest().instances[0].status == "retired"
    publisher.push("--revive", INSTANCE)
    assert publisher.manifest().instances[0].status == "published"
    assert publisher.manifest().serial == 3
    assert publisher("verify", "--deep")[0] == 0


def rows_in(publisher: Publisher, tmp_path: Path, revision: str = "main") -> dict[str, tuple]:  # type: ignore[type-arg]
    copy = tmp_path / f"{revision}.parquet"
    copy.write_bytes(publisher.server.read(DATASET_REPO, ROWS, revision))
    return {str(row[0]): tuple(row[1:]) for row in read([copy])}


def test_withdrawn_examples_leave_the_rows_and_no_other_row_changes(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.push()
    before = rows_in(publisher, tmp_path)
    gone = sorted(before)[3:5]
    examples = [part for file in gone for part in ("--example", file)]
    yank = ["yank", INSTANCE, *examples, "--reason", "A name is heard."]
    code, told, _ = publisher(*yank)
    assert code == 0
    assert "2 examples withdrawn: A name is heard." in told
    assert rows_in(publisher, tmp_path) == {f: row for f, row in before.items() if f not in gone}
    (entry,) = publisher.manifest().instances
    assert [(erratum.file, erratum.reason) for erratum in entry.errata] == [
        (file, "A name is heard.") for file in gone
    ]
    assert (entry.rows, entry.statistics.examples) == (38, 40)
    assert publisher("verify", "--deep")[0] == 0
    for again in (yank, ["push", "--from", str(publisher.benchmark.build)]):
        publisher.server.requests.clear()
        assert publisher(*again)[0] == 0
        assert writes_seen(publisher.server) == 0
    assert rows_in(publisher, tmp_path, "publish-1") == before


def test_what_cannot_be_yanked_is_told(publisher: Publisher) -> None:
    publisher.push()
    for arguments, words in (
        (["Other_A"], "Other_A was never published"),
        ([INSTANCE, "--example", "nobody"], "no row has the file id nobody"),
    ):
        code, _, errors = publisher("yank", *arguments, "--reason", "No.")
        assert code == 1
        assert words in errors
    with pytest.raises(SystemExit) as usage:
        publisher("yank", INSTANCE, "--reason", " ")
    assert usage.value.code == 2


# -- release --------------------------------------------------------------------------------------


def test_a_release_is_a_tag_that_stays_and_a_record_for_people(publisher: Publisher) -> None:
    publisher.push()
    commit = publisher.server.head(DATASET_REPO).oid
    record = publisher.benchmark.root / "releases" / "2026.1.json"
    try:
        code, told, _ = publisher("release", "2026.1", "--deep")
        assert code == 0
        assert "propose releases/2026.1.json in a pull request" in told
        first = record.read_bytes()
        jsonschema.Draft202012Validator(json_schema(Release)).validate(json.loads(first))
        made = Release.model_validate_json(first)
        assert (made.commit, made.serial) == (commit, 1)
        assert [one.rows for one in made.instances] == [40]
        publisher("yank", INSTANCE, "--reason", "Labels were swapped.")
        publisher.server.requests.clear()
        assert publisher("release", "2026.1")[0] == 0
        assert writes_seen(publisher.server) == 0
        assert record.read_bytes() == first
        assert publisher.server.tags(DATASET_REPO)["2026.1"] == commit
        record.write_text("{}")
        code, _, errors = publisher("release", "2026.1")
        assert code == 1
        assert "nothing was written over it" in errors
    finally:
        shutil.rmtree(record.parent)


@pytest.mark.parametrize("name", ["main", "publish-1", "2026.1.lock", "../x", "V1", "1 ", "1" * 40])
def test_what_is_no_name_of_a_release_is_refused(name: str, publisher: Publisher) -> None:
    publisher.push()
    publisher.server.requests.clear()
    code, _, errors = publisher("release", name)
    assert code == 1
    assert errors.startswith("error: ")
    assert publisher.server.requests == []


def test_what_is_not_as_it_should_be_is_not_released(publisher: Publisher) -> None:
    publisher.push()
    publisher.server.put(DATASET_REPO, {"extra.txt": b"x"})
    code, _, errors = publisher("release", "2026.1")
    assert code == 1
    assert "extra.txt: it is there" in errors
    assert "2026.1" not in publisher.server.tags(DATASET_REPO)


def test_a_drift_is_told_with_what_to_do(publisher: Publisher) -> None:
    publisher.push()
    publisher.server.put(DATASET_REPO, {"README.md": b"---\nlicense: mit\n---\n"})
    code, told, errors = publisher("push", "--from", str(publisher.benchmark.build))
    assert (code, told) == (1, "")
    assert "drift: README.md was changed by hand" in errors
    assert "--overwrite 'README.md'" in errors
    publisher.push("--overwrite", "README.md")
    assert publisher("verify")[0] == 0
