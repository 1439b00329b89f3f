"""Reading: files and their ranges, trees in pages, hashes that name content."""

import hashlib
from http.client import HTTPConnection

import pytest

from tests.hub.accounts import READ, WRITE
from tests.hub.raw import ask, commit_body, download
from tests.hub.repository import git_sha1
from tests.hub.server import Hub

API = "/api/datasets/org/data"
COMMIT = f"{API}/commit/main"
FILES = "/datasets/org/data/resolve/main"


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
