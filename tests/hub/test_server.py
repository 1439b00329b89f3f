"""The server itself, as clients of every kind meet it."""

import base64
import hashlib
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import pytest
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationCopy,
    CommitOperationDelete,
    hf_hub_download,
)
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
)

from tests.hub.accounts import EXPIRED, READ, STRANGER, WRITE
from tests.hub.raw import ask, commit_body
from tests.hub.server import Hub
from tests.hub.store import StoreError, git_sha1

ROOT = Path(__file__).parents[2]
API = "/api/datasets/org/data"
COMMIT = f"{API}/commit/main"
FILES = "/datasets/org/data/resolve/main"


def download(hub: Hub, name: str, token: str | bool = False) -> bytes:
    path = hf_hub_download(
        "org/data", name, repo_type="dataset", endpoint=hub.endpoint, token=token
    )
    return Path(path).read_bytes()


# Reading and writing


def test_what_was_put_is_what_a_client_downloads(hub: Hub) -> None:
    files = {"README.md": b"# Data\n", "data/a.parquet": b"PAR1" * 9}
    hub.put("org/data", files)
    assert {name: download(hub, name) for name in files} == files
    assert hub.tokens_seen() == {None}


def test_large_files_come_from_another_host_without_the_token(hub: Hub) -> None:
    hub.put("org/data", {"a.wav": b"RIFF"}, private=True)
    assert download(hub, "a.wav", WRITE) == b"RIFF"
    seen = [(r.host, r.token) for r in hub.requests]
    assert seen == [("127.0.0.1", WRITE), ("localhost", None)]


def test_an_address_of_a_large_file_is_good_only_as_it_was_given(hub: Hub) -> None:
    hub.put("org/data", {"a.wav": b"RIFF"}, private=True)
    assert ask(hub.endpoint, "GET", f"{FILES}/a.wav").status == 401
    address = ask(hub.endpoint, "HEAD", f"{FILES}/a.wav", token=READ).headers["Location"]
    assert ask(hub.endpoint, "GET", address).body == b"RIFF"
    assert ask(hub.endpoint, "GET", address.partition("?")[0]).status == 403


def test_blobs_are_named_by_their_content(hub: Hub) -> None:
    hub.put("org/data", {"a.txt": b"what is up, doc?", "b.txt": b"what is up, doc?", "c.wav": b"x"})
    tree = {entry["path"]: entry for entry in ask(hub.endpoint, "GET", f"{API}/tree/main").json}
    # The example of the chapter on git's objects in "Pro Git".
    assert (
        tree["a.txt"]["oid"] == tree["b.txt"]["oid"] == "bd9dbf5aae1a3862dd1526723246b20206e5fc37"
    )
    assert tree["c.wav"]["lfs"]["oid"] == hashlib.sha256(b"x").hexdigest()
    pointer = ask(hub.endpoint, "GET", "/datasets/org/data/raw/main/c.wav").body
    assert git_sha1(pointer) == tree["c.wav"]["oid"]
    assert len(pointer) == tree["c.wav"]["lfs"]["pointerSize"]
    assert len([path for path in hub.store.blobs.iterdir() if path.is_file()]) == 3


@pytest.mark.parametrize(
    ("wanted", "status", "body", "content_range"),
    [
        ("bytes=0-0", 206, b"0", "bytes 0-0/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=-4", 206, b"6789", "bytes 6-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
def test_ranges_of_a_file(
    wanted: str, status: int, body: bytes, content_range: str | None, hub: Hub
) -> None:
    hub.put("org/data", {"a.txt": b"0123456789", "b.wav": b"0123456789"})
    large = ask(hub.endpoint, "GET", f"{FILES}/b.wav").headers["Location"]
    for path in (f"{FILES}/a.txt", large):
        answer = ask(hub.endpoint, "GET", path, headers={"Range": wanted})
        assert (answer.status, answer.body) == (status, body)
        assert answer.headers["Content-Range"] == content_range


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=5-4", "bytes=-0"])
def test_a_range_beyond_the_end_is_416(wanted: str, hub: Hub) -> None:
    hub.put("org/data", {"a.txt": b"0123456789"})
    answer = ask(hub.endpoint, "GET", f"{FILES}/a.txt", headers={"Range": wanted})
    assert (answer.status, answer.headers["Content-Range"]) == (416, "bytes */10")


def test_head_tells_what_get_tells_without_the_body(hub: Hub) -> None:
    commit = hub.put("org/data", {"a.txt": b"0123456789"})
    head = ask(hub.endpoint, "HEAD", f"{FILES}/a.txt")
    whole = ask(hub.endpoint, "GET", f"{FILES}/a.txt")
    assert (head.body, whole.body) == (b"", b"0123456789")
    for name in ("ETag", "X-Repo-Commit", "Content-Length"):
        assert head.headers[name] == whole.headers[name]
    assert head.headers["X-Repo-Commit"] == commit


def test_a_connection_serves_many_requests_and_chunked_bodies(hub: Hub) -> None:
    hub.put("org/data", {})
    connection = HTTPConnection("127.0.0.1", hub.port)
    marks = {"Authorization": f"Bearer {WRITE}"}
    for name in ("a.txt", "b.txt", "c.txt"):
        lines = commit_body(None, **{name: name}).splitlines(keepends=True)
        connection.request("POST", COMMIT, iter(lines), marks, encode_chunked=True)
        assert connection.getresponse().read().startswith(b'{"success": true')
    connection.close()
    assert hub.read("org/data", "c.txt") == b"c.txt"
    assert len(hub.history("org/data")) == 5


def test_a_body_that_is_refused_does_not_spoil_the_connection(hub: Hub) -> None:
    hub.put("org/data", {"a.txt": b"a"})
    connection = HTTPConnection("127.0.0.1", hub.port)
    connection.request("POST", COMMIT, b"x" * 100_000)
    refused = connection.getresponse()
    assert (refused.status, bool(refused.read())) == (401, True)
    connection.request("GET", f"{FILES}/a.txt")
    assert connection.getresponse().read() == b"a"
    connection.close()


def test_long_trees_and_histories_come_in_pages(hub: Hub) -> None:
    for number in range(5):
        hub.put("org/data", {f"{number}/{name}.txt": b"" for name in "abc"})
    hub.page_size = 4
    tree = hub.api().list_repo_tree("org/data", repo_type="dataset", recursive=True)
    assert len([entry.path for entry in tree]) == 1 + 5 + 15
    assert len(hub.api().list_repo_commits("org/data", repo_type="dataset")) == 6
    assert len([r for r in hub.requests if "/tree/" in r.path]) == 6


def test_a_tree_lists_one_folder_or_all(hub: Hub) -> None:
    hub.put("org/data", {"a/b/c.txt": b"", "a/d.txt": b"", "e.txt": b""})

    def paths(where: str) -> list[str]:
        return [e["path"] for e in ask(hub.endpoint, "GET", f"{API}/tree/main{where}").json]

    assert paths("") == [".gitattributes", "a", "e.txt"]
    assert paths("/a") == ["a/b", "a/d.txt"]
    assert paths("/a?recursive=true") == ["a/b", "a/b/c.txt", "a/d.txt"]
    missing = ask(hub.endpoint, "GET", f"{API}/tree/main/zzz")
    assert (missing.status, missing.headers["X-Error-Code"]) == (404, "EntryNotFound")


def test_paths_are_looked_up_by_form_and_by_json(hub: Hub) -> None:
    hub.put("org/data", {"a/ü.txt": b"1", "b.txt": b"2"})
    for body, kind in (
        (b"paths=a&paths=a%2F%C3%BC.txt&paths=nothing", "application/x-www-form-urlencoded"),
        (b'{"paths": ["a", "a/\\u00fc.txt", "nothing"]}', "application/json"),
    ):
        marks = {"Content-Type": kind}
        found = ask(hub.endpoint, "POST", f"{API}/paths-info/main", body=body, headers=marks).json
        assert [entry["path"] for entry in found] == ["a", "a/ü.txt"]


def test_expanded_entries_name_the_commit_that_touched_them_last(hub: Hub) -> None:
    hub.put("org/data", {"a.txt": b"1", "b/c.txt": b"1"}, message="both")
    hub.put("org/data", {"a.txt": b"2"}, message="one")
    tree = ask(hub.endpoint, "GET", f"{API}/tree/main?expand=true").json
    assert {entry["path"]: entry["lastCommit"]["title"] for entry in tree} == {
        ".gitattributes": "initial commit",
        "a.txt": "one",
        "b": "both",
    }


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


# Commits and refs


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


# Who may do what


def test_private_and_missing_repositories_cannot_be_told_apart(hub: Hub) -> None:
    hub.put("org/private", {"a.txt": b""}, private=True)
    for token, status in ((None, 401), (STRANGER, 404)):
        private, missing = (
            ask(hub.endpoint, "GET", f"/api/datasets/org/{name}", token=token)
            for name in ("private", "missing")
        )
        assert (private.status, private.body) == (missing.status, missing.body)
        assert (private.status, private.headers["X-Error-Code"]) == (status, "RepoNotFound")
    assert hub.api(READ).dataset_info("org/private").private


def test_a_gated_repository_shows_its_files_and_keeps_them(hub: Hub) -> None:
    hub.put("org/data", {"a.txt": b"kept"}, gated="manual")
    assert hub.api(False).dataset_info("org/data").gated == "manual"
    assert hub.api(False).list_repo_files("org/data", repo_type="dataset")
    for token in (False, STRANGER):
        with pytest.raises(GatedRepoError):
            download(hub, "a.txt", token)
    hub.store.change("org/data", allowed=["stranger"])
    assert download(hub, "a.txt", STRANGER) == b"kept"


def test_a_renamed_repository_is_found_under_its_old_name(hub: Hub) -> None:
    hub.put("org/data", {"a.txt": b"a", "b.wav": b"b"})
    hub.api().move_repo("org/data", "org/moved", repo_type="dataset")
    assert hub.api().dataset_info("org/data").id == "org/moved"
    assert (download(hub, "a.txt"), download(hub, "b.wav")) == (b"a", b"b")
    redirect = ask(hub.endpoint, "GET", f"{API}/tree/main?recursive=true")
    assert (redirect.status, redirect.headers["Location"]) == (
        307,
        "/api/datasets/org/moved/tree/main?recursive=true",
    )


def test_a_disabled_repository_says_so(hub: Hub) -> None:
    hub.put("org/data", {"a.txt": b""}, disabled=True)
    with pytest.raises(DisabledRepoError):
        hub.api().dataset_info("org/data")


def test_a_deleted_repository_is_gone_and_its_name_free(hub: Hub) -> None:
    hub.put("org/data", {"a.txt": b""})
    hub.api().delete_repo("org/data", repo_type="dataset")
    with pytest.raises(RepositoryNotFoundError):
        hub.api().dataset_info("org/data")
    hub.api().create_repo("org/data", repo_type="dataset")
    assert list(hub.head("org/data").tree) == [".gitattributes"]


@pytest.mark.parametrize(
    ("token", "status"),
    [(None, 401), ("hf_unknown", 401), (EXPIRED, 401), (READ, 403), (STRANGER, 403), (WRITE, 200)],
)
def test_only_a_token_that_may_write_writes(token: str | None, status: int, hub: Hub) -> None:
    before = hub.put("org/data", {})
    calls = {
        COMMIT: commit_body(None, **{"a.txt": "x"}),
        f"{API}/tag/main": {"tag": "v1"},
        f"{API}/branch/b": {},
        f"{API}/preupload/main": {"files": []},
        "/datasets/org/data.git/info/lfs/objects/batch": {"operation": "upload", "objects": []},
        "/api/repos/create": {"type": "dataset", "name": "other", "organization": "org"},
    }
    for path, body in calls.items():
        assert ask(hub.endpoint, "POST", path, token=token, body=body).status == status, path
    assert (hub.head("org/data").oid == before) is (status != 200)


def test_a_new_token_is_known_at_once_and_every_use_is_recorded(hub: Hub) -> None:
    hub.accounts.add("hf_canary", "canary", namespaces=frozenset({"org"}))
    assert hub.api("hf_canary").whoami()["orgs"][0]["name"] == "org"
    hub.put("org/data", {"a.txt": b""}, private=True)
    download(hub, "a.txt", "hf_canary")
    assert hub.tokens_seen() == {"hf_canary"}


# The process


def test_a_new_server_on_the_same_store_keeps_everything(tmp_path: Path) -> None:
    with Hub(tmp_path) as hub:
        commit = hub.put("org/data", {"a.txt": b"a", "b.wav": b"b"}, tag="v1", private=True)
        hub.put("org/old", {})
        hub.store.move("org/old", "org/new")
        history = hub.history("org/data")
    with Hub(tmp_path) as hub:
        assert hub.history("org/data") == history
        assert hub.tags("org/data") == {"v1": commit}
        assert hub.read("org/data", "b.wav") == b"b"
        assert hub.store.ids() == ["org/data", "org/new"]
        assert ask(hub.endpoint, "GET", API).status == 401
        assert hub.api().dataset_info("org/old").id == "org/new"


def test_two_servers_cannot_use_one_store(tmp_path: Path) -> None:
    with Hub(tmp_path), pytest.raises(StoreError, match="another server uses"):
        Hub(tmp_path)


def test_a_client_that_holds_its_connection_does_not_keep_the_server_up(tmp_path: Path) -> None:
    with Hub(tmp_path) as hub:
        connection = HTTPConnection("127.0.0.1", hub.port, timeout=20)
        connection.request("GET", "/api/whoami-v2")
        assert connection.getresponse().read()
    assert connection.sock.recv(1) == b""
    connection.close()


def command(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.hub", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_prints_its_endpoint_and_ends_on_a_signal(tmp_path: Path) -> None:
    for name in (signal.SIGTERM, signal.SIGINT):
        with command("--store", str(tmp_path / "store")) as process:
            assert process.stdout
            endpoint = process.stdout.readline().strip()
            answer = ask(endpoint, "GET", "/api/whoami-v2", token=WRITE)
            assert answer.json["name"] == "owner"
            process.send_signal(name)
            assert process.wait(20) == 0


def test_the_command_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    start = (
        "import subprocess, sys; subprocess.Popen([sys.executable, '-m', 'tests.hub'])"
        "; sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", start],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        endpoint = parent.stdout.readline().strip()
        assert ask(endpoint, "GET", "/api/whoami-v2", token=WRITE).status == 200
        os.kill(parent.pid, signal.SIGKILL)
        # The pipe closes when the last process that holds it, the server, has ended.
        assert parent.stdout.read() == ""


def test_the_command_says_why_it_cannot_start(tmp_path: Path) -> None:
    with Hub(tmp_path) as hub:
        for arguments in (["--store", str(tmp_path)], ["--port", str(hub.port)]):
            with command(*arguments) as process:
                _, error = process.communicate(timeout=20)
                assert process.returncode == 2
                assert error.startswith("cannot start: ")
