"""Writing: uploads, commits, tags and branches, and what is refused."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationCopy,
    CommitOperationDelete,
)
from huggingface_hub.errors import (
    HfHubHTTPError,
)

from tests.hub.accounts import WRITE
from tests.hub.raw import ask, commit_body
from tests.hub.server import Hub

API = "/api/datasets/org/data"
COMMIT = f"{API}/commit/main"
FILES = "/datasets/org/data/resolve/main"


@pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")  # the client's own
def test_a_large_upload_goes_in_parts(hub: Hub) -> None:
    hub.put("org/data", {})
    hub.part_size = 1000
    content = bytes(range(256)) * 10
    hub.api().create_commit(
        "org/data",
        [CommitOperationAdd("a.wav", content)],
        commit_message="large",
        repo_type="dataset",
    )
    assert hub.read("org/data", "a.wav") == content
    assert len([r for r in hub.requests if r.method == "PUT"]) == 3
    assert not list(hub.store.blobs.glob("*.0*"))


def test_bytes_with_another_hash_are_not_kept(hub: Hub) -> None:
    hub.put("org/data", {})
    oid = hashlib.sha256(b"right").hexdigest()
    batch = {"operation": "upload", "objects": [{"oid": oid, "size": 5}], "transfers": ["basic"]}
    answer = ask(
        hub.endpoint,
        "POST",
        "/datasets/org/data.git/info/lfs/objects/batch",
        token=WRITE,
        body=batch,
    )
    (wanted,) = answer.json["objects"]
    href = wanted["actions"]["upload"]["href"]
    assert ask(hub.endpoint, "PUT", href, body=b"wrong").status == 400
    assert not hub.store.blob(oid).exists()
    assert ask(hub.endpoint, "PUT", href, body=b"right").status == 200
    assert hub.store.blob(oid).read_bytes() == b"right"


def test_a_commit_of_a_large_file_that_nobody_sent_is_refused(hub: Hub) -> None:
    before = hub.put("org/data", {})
    lines = [
        '{"key": "header", "value": {"summary": "x"}}',
        f'{{"key": "lfsFile", "value": {{"path": "a.wav", "oid": "{"0" * 64}", "size": 1}}}}',
    ]
    answer = ask(hub.endpoint, "POST", COMMIT, token=WRITE, body="\n".join(lines).encode())
    assert (answer.status, hub.head("org/data").oid) == (400, before)


@pytest.mark.parametrize("path", ["/a", "a//b", "../a", "a/./b", ".git/config", ""])
def test_a_path_outside_the_repository_is_refused(path: str, hub: Hub) -> None:
    before = hub.put("org/data", {})
    answer = ask(hub.endpoint, "POST", COMMIT, token=WRITE, body=commit_body(None, **{path: "x"}))
    assert (answer.status, hub.head("org/data").oid) == (400, before)


@pytest.mark.parametrize(
    "card", ["---\na: [\n---\n", "---\n- a\n---\n", "---\nconfigs: 1\n---\n", "---\ntags: 1\n---\n"]
)
def test_a_card_with_broken_metadata_is_refused_and_told_before(card: str, hub: Hub) -> None:
    before = hub.put("org/data", {})
    told = ask(hub.endpoint, "POST", "/api/validate-yaml", body={"content": card})
    assert (told.status, len(told.json["errors"])) == (400, 1)
    content = base64.b64encode(card.encode()).decode()
    lines = (
        '{"key": "header", "value": {"summary": "x"}}\n{"key": "file", "value": {"path": '
        f'"README.md", "encoding": "base64", "content": "{content}"}}}}'
    )
    answer = ask(hub.endpoint, "POST", COMMIT, token=WRITE, body=lines.encode())
    assert (answer.status, hub.head("org/data").oid) == (400, before)


def test_a_card_tells_what_the_repository_is(hub: Hub) -> None:
    card = b"---\nlicense: mit\ntags: [speech]\nreleased: 2026-11-25\n---\n# Data\n"
    hub.put("org/data", {"README.md": card})
    info = hub.api().dataset_info("org/data")
    assert info.tags == ["license:mit", "speech"]
    assert info.card_data
    assert info.card_data["released"] == "2026-11-25"


def test_files_and_folders_are_deleted_in_the_same_commit(hub: Hub) -> None:
    hub.put("org/data", {"a/b.txt": b"", "a/c.txt": b"", "d.txt": b""})
    hub.api().create_commit(
        "org/data",
        [
            CommitOperationDelete("a/"),
            CommitOperationDelete("d.txt"),
            CommitOperationAdd("e.txt", b""),
        ],
        commit_message="tidy",
        repo_type="dataset",
    )
    assert sorted(hub.head("org/data").tree) == [".gitattributes", "e.txt"]


def test_a_large_file_is_copied_without_its_bytes(hub: Hub) -> None:
    hub.put("org/data", {"a.wav": b"RIFF", "b.txt": b"b"})
    hub.api().create_commit(
        "org/data",
        [CommitOperationCopy("a.wav", "c/a.wav"), CommitOperationCopy("b.txt", "c/b.txt")],
        commit_message="copy",
        repo_type="dataset",
    )
    assert (hub.read("org/data", "c/a.wav"), hub.read("org/data", "c/b.txt")) == (b"RIFF", b"b")
    assert not [r for r in hub.requests if r.path.startswith("/blobs/")]


def test_a_huge_file_is_listed_with_its_size(hub: Hub) -> None:
    hub.put_huge("org/data", "data/a.parquet", 2**40)
    (info,) = hub.api(False).get_paths_info("org/data", "data/a.parquet", repo_type="dataset")
    assert info.size == 2**40
    head = ask(hub.endpoint, "HEAD", f"{FILES}/data/a.parquet")
    assert head.headers["X-Linked-Size"] == str(2**40)


def test_a_commit_on_a_stale_parent_is_refused_with_412(hub: Hub) -> None:
    first = hub.put("org/data", {"a.txt": b"1"})
    hub.put("org/data", {"a.txt": b"2"})
    body = commit_body(first, **{"a.txt": "3"})
    assert ask(hub.endpoint, "POST", COMMIT, token=WRITE, body=body).status == 412
    assert hub.read("org/data", "a.txt") == b"2"


def test_of_many_commits_on_one_parent_one_is_made(hub: Hub) -> None:
    parent = hub.put("org/data", {})

    def race(number: int) -> int:
        body = commit_body(parent, **{f"{number}.txt": "x"})
        return ask(hub.endpoint, "POST", COMMIT, token=WRITE, body=body).status

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(race, range(24)))
    assert sorted(codes) == [200] + [412] * 23
    assert hub.head("org/data").parent == parent
    assert list(hub.head("org/data").tree) == [".gitattributes", f"{codes.index(200)}.txt"]


def test_of_many_commits_without_a_parent_none_is_lost(hub: Hub) -> None:
    hub.put("org/data", {})

    def add(number: int) -> int:
        body = commit_body(None, **{f"{number:02}.txt": "x"})
        return ask(hub.endpoint, "POST", COMMIT, token=WRITE, body=body).status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(add, range(24))) == {200}
    assert len(hub.history("org/data")) == 26
    assert len(hub.head("org/data").tree) == 25


def test_the_same_calls_give_the_same_commit_ids(tmp_path: Path) -> None:
    def made(folder: Path) -> str:
        with Hub(folder) as hub:
            hub.put("org/data", {"a.txt": b"1"})
            return hub.put("org/data", {"a.txt": b"2", "b.wav": b"x"})

    assert made(tmp_path / "one") == made(tmp_path / "two")


def test_tags_and_branches_name_commits_and_do_not_move(hub: Hub) -> None:
    first = hub.put("org/data", {"a.txt": b"1"}, tag="v1")
    second = hub.put("org/data", {"a.txt": b"2"})
    where = {"repo_id": "org/data", "repo_type": "dataset"}
    api = hub.api()
    with pytest.raises(HfHubHTTPError, match="409"):
        api.create_tag(**where, tag="v1", revision=second)
    api.create_branch(**where, branch="old/state", revision="v1")
    refs = api.list_repo_refs(**where)
    assert [(ref.name, ref.target_commit) for ref in refs.tags] == [("v1", first)]
    assert [(b.name, b.target_commit) for b in refs.branches] == [
        ("main", second),
        ("old/state", first),
    ]
    for name in ("v1", "refs/tags/v1", "old/state", first):
        assert api.dataset_info("org/data", revision=name).sha == first
    api.delete_tag(**where, tag="v1")
    api.delete_branch(**where, branch="old/state")
    with pytest.raises(HfHubHTTPError, match="404"):
        api.dataset_info("org/data", revision="v1")


@pytest.mark.parametrize("name", ["", "a b", "../x", "a..b", "-x", "x.lock", "a/"])
def test_a_tag_with_a_name_that_git_refuses_is_refused(name: str, hub: Hub) -> None:
    hub.put("org/data", {})
    answer = ask(hub.endpoint, "POST", f"{API}/tag/main", token=WRITE, body={"tag": name})
    assert (answer.status, hub.tags("org/data")) == (400, {})


def test_a_pull_request_leaves_main_alone(hub: Hub) -> None:
    head = hub.put("org/data", {"a.txt": b"1"})
    done = hub.api().create_commit(
        "org/data",
        [CommitOperationAdd("a.txt", b"2")],
        commit_message="proposal",
        repo_type="dataset",
        create_pr=True,
    )
    assert done.pr_revision == "refs/pr/1"
    assert hub.head("org/data").oid == head
    assert hub.read("org/data", "a.txt", "refs/pr/1") == b"2"


def test_a_squashed_branch_has_one_commit_with_the_same_files(hub: Hub) -> None:
    hub.put("org/data", {"a.txt": b"1"}, tag="v1")
    hub.put("org/data", {"b.txt": b"2"})
    hub.api().super_squash_history("org/data", repo_type="dataset")
    (only,) = hub.history("org/data")
    assert sorted(only.tree) == [".gitattributes", "a.txt", "b.txt"]
    assert len(hub.history("org/data", "v1")) == 2
