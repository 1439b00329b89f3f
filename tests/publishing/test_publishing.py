"""The way of a publish against a real server: what is written, what is not, what is refused."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ci.content import Difference
from ci.hub import Hub
from ci.plan import Kind
from ci.publishing import DriftError, Editor, MismatchError, TagError, plan_of, publish
from ci.receipt import encode
from ci.state import StateError, read_state
from ci.trouble import Refused
from schema.manifest import MANIFEST_PATH
from tests.hub.messages import Request
from tests.hub.server import Hub as HubServer
from tests.publish_faults.world import (
    CANARY,
    REPO,
    built,
    card,
    faults_of,
    manifest_at,
    patience,
    prepare,
    published,
    rows_of,
    writes_seen,
)

FILE_A = "data/Old_A/test-00000-of-00001.parquet"


def publish_all(server: HubServer, tmp_path: Path, wanted: dict[str, str], **more: object) -> None:
    published(server, built(tmp_path, wanted), patience(), **more)  # type: ignore[arg-type]


def sent(server: HubServer, method: str, part: str) -> int:
    return sum(seen.method == method and part in seen.path for seen in server.requests)


def test_a_first_publish_is_one_commit_with_everything_and_a_tag(
    server: HubServer, tmp_path: Path
) -> None:
    publish_all(server, tmp_path, {"Old_A": "a", "Old_B": "b"})
    assert faults_of(server, {"Old_A": "a", "Old_B": "b"}, serial=1) == []
    assert sent(server, "POST", "/commit/") == 1


def test_publishing_the_same_again_writes_nothing(server: HubServer, tmp_path: Path) -> None:
    publish_all(server, tmp_path, {"Old_A": "a"})
    server.requests.clear()
    publish_all(server, tmp_path, {"Old_A": "a"})
    assert writes_seen(server) == 0
    assert len(server.requests) == 3


def test_one_changed_instance_uploads_its_own_rows_only(server: HubServer, tmp_path: Path) -> None:
    publish_all(server, tmp_path, {"Old_A": "a", "Old_B": "b"})
    server.requests.clear()
    publish_all(server, tmp_path, {"Old_A": "a2"})
    assert faults_of(server, {"Old_A": "a2", "Old_B": "b"}, serial=2) == []
    assert sent(server, "PUT", "/blobs/") == 1
    assert server.read(REPO, FILE_A, "publish-1") == rows_of("a")


def test_only_the_stated_token_is_ever_sent(server: HubServer, tmp_path: Path) -> None:
    publish_all(server, tmp_path, {"Old_A": "a"})
    assert server.tokens_seen() <= {CANARY, None}


def test_a_card_that_would_be_made_otherwise_is_published_alone(
    server: HubServer, tmp_path: Path
) -> None:
    publish_all(server, tmp_path, {"Old_A": "a"})
    server.requests.clear()
    hub = Hub(REPO, lambda: CANARY, endpoint=server.endpoint, patience=patience())
    done = publish(hub, built(tmp_path, {"Old_A": "a"}), lambda m: {**card(m), "NEW.md": b"new\n"})
    assert done.plan.documents == ("NEW.md",)
    assert done.tag == "publish-2"
    assert sent(server, "PUT", "/blobs/") == 0
    assert server.read(REPO, "NEW.md") == b"new\n"


# -- edited by hand -------------------------------------------------------------------------------


def forged_manifest(server: HubServer) -> bytes:
    manifest = manifest_at(server)
    return encode(manifest.model_copy(update={"serial": manifest.serial + 1}))


EDITS: dict[str, Callable[[HubServer], tuple[dict[str, bytes], list[str]]]] = {
    "README.md changed": lambda _: ({"README.md": b"---\nlicense: mit\n---\nmine\n"}, []),
    f"{FILE_A} changed": lambda _: ({FILE_A: rows_of("x")}, []),
    f"{FILE_A} removed": lambda _: ({}, [FILE_A]),
    "extra.txt added": lambda _: ({"extra.txt": b"hello"}, []),
    f"{MANIFEST_PATH} changed": lambda server: ({MANIFEST_PATH: forged_manifest(server)}, []),
    "assets/plot.png changed": lambda _: ({"assets/plot.png": b"\x89PNG\r\n\x1a\n\0?"}, []),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_by_hand_is_named_and_never_overwritten(
    edit: str, server: HubServer, tmp_path: Path
) -> None:
    publish_all(server, tmp_path, {"Old_A": "a"})
    files, gone = EDITS[edit](server)
    server.put(REPO, files, delete=gone, message="by hand")
    path, _, what = edit.partition(" ")
    server.requests.clear()
    for wanted in ({"Old_A": "a"}, {"Old_A": "a2"}):
        with pytest.raises(DriftError) as refused:
            publish_all(server, tmp_path, wanted, overwrite=["something else"])
        assert refused.value.drift == (Difference(path, what),)
    assert writes_seen(server) == 0


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_by_hand_is_undone_where_its_file_is_named(
    edit: str, server: HubServer, tmp_path: Path
) -> None:
    publish_all(server, tmp_path, {"Old_A": "a", "Old_B": "b"})
    files, gone = EDITS[edit](server)
    server.put(REPO, files, delete=gone, message="by hand")
    publish_all(server, tmp_path, {"Old_B": "b"}, overwrite=[edit.partition(" ")[0]])
    assert faults_of(server, {"Old_A": "a", "Old_B": "b"}, serial=2) == []
    server.requests.clear()
    publish_all(server, tmp_path, {"Old_B": "b"}, overwrite=[edit.partition(" ")[0]])
    assert writes_seen(server) == 0


def test_an_edit_that_somebody_took_back_is_no_drift(server: HubServer, tmp_path: Path) -> None:
    publish_all(server, tmp_path, {"Old_A": "a"})
    before = server.read(REPO, "README.md")
    server.put(REPO, {"README.md": b"---\nlicense: mit\n---\n"}, message="by hand")
    server.put(REPO, {"README.md": before}, message="by hand")
    server.requests.clear()
    publish_all(server, tmp_path, {"Old_A": "a"})
    assert writes_seen(server) == 0


def test_the_hubs_own_file_is_nobodys_drift(server: HubServer, tmp_path: Path) -> None:
    publish_all(server, tmp_path, {"Old_A": "a"})
    server.put(REPO, {".gitattributes": b"*.parquet filter=lfs\n"}, message="by hand")
    publish_all(server, tmp_path, {"Old_A": "a2"})
    assert manifest_at(server).serial == 2


def test_a_card_that_was_there_before_the_first_publish_is_not_overwritten(
    server: HubServer, tmp_path: Path
) -> None:
    server.put(REPO, {"README.md": b"---\nlicense: mit\n---\nmine\n"})
    with pytest.raises(DriftError, match="by hand"):
        publish_all(server, tmp_path, {"Old_A": "a"})
    publish_all(server, tmp_path, {"Old_A": "a"}, overwrite=["README.*"])
    assert faults_of(server, {"Old_A": "a"}, serial=1) == []


# -- broken off, lost, late -----------------------------------------------------------------------


def test_a_publish_without_its_tag_is_read_back_and_tagged(
    server: HubServer, tmp_path: Path
) -> None:
    publish_all(server, tmp_path, {"Old_A": "a"})
    publish_all(server, tmp_path, {"Old_A": "a2"})
    server.store.delete_ref(REPO, "refs/tags/publish-2")
    done = published(server, built(tmp_path, {"Old_A": "a2"}), patience())
    assert done.plan.unfinished
    assert not done.plan.commits
    assert (done.commit, done.tag) == (server.head(REPO).oid, "publish-2")
    assert faults_of(server, {"Old_A": "a2"}, serial=2) == []


def test_a_publish_without_its_tag_is_finished_before_the_next(
    server: HubServer, tmp_path: Path
) -> None:
    publish_all(server, tmp_path, {"Old_A": "a"})
    server.store.delete_ref(REPO, "refs/tags/publish-1")
    publish_all(server, tmp_path, {"Old_B": "b"})
    assert faults_of(server, {"Old_A": "a", "Old_B": "b"}, serial=2) == []


def test_a_commit_that_comes_late_is_not_made_twice(server: HubServer, tmp_path: Path) -> None:
    publish_all(server, tmp_path, {"Old_A": "a"})
    second = threading.Event()
    commits: list[str] = []

    def hold_the_first(request: Request) -> None:
        if "/commit/" in request.path:
            commits.append(request.path)
            if len(commits) == 1:
                second.wait(5)
            else:
                second.set()

    server.on_request = hold_the_first
    publish_all(server, tmp_path, {"Old_A": "a2"})
    server.on_request = None
    assert len(commits) == 2
    assert faults_of(server, {"Old_A": "a2"}, serial=2) == []


def test_a_tag_on_the_wrong_commit_is_never_moved(server: HubServer, tmp_path: Path) -> None:
    publish_all(server, tmp_path, {"Old_A": "a"})
    first = server.head(REPO).oid
    server.store.new_ref(REPO, "refs/tags/publish-2", first)
    server.requests.clear()
    with pytest.raises(StateError, match=r"tag publish-2 points to .* which is publish 1"):
        publish_all(server, tmp_path, {"Old_A": "a2"})
    assert writes_seen(server) == 0
    assert server.tags(REPO)["publish-2"] == first


def test_a_tag_that_names_no_publish_is_told(server: HubServer, tmp_path: Path) -> None:
    server.store.new_ref(REPO, "refs/tags/publish-7", "main")
    with pytest.raises(StateError, match="publish-7 points to"):
        publish_all(server, tmp_path, {"Old_A": "a"})


def test_other_tags_are_none_of_our_business(server: HubServer, tmp_path: Path) -> None:
    for name in ("publish-x", "publish-01", "2026.1", "a/publish-3"):
        server.store.new_ref(REPO, f"refs/tags/{name}", "main")
    publish_all(server, tmp_path, {"Old_A": "a"})
    assert manifest_at(server, "publish-1").serial == 1


def test_what_reads_back_otherwise_gets_no_tag(server: HubServer, tmp_path: Path) -> None:
    def swap(request: Request, _: object) -> None:
        if "/commit/" in request.path:
            entry = server.head(REPO).tree["README.md"]
            server.store.blob(entry.oid).write_bytes(b"#" * entry.size)

    server.on_answer = swap
    with pytest.raises(MismatchError) as refused:
        publish_all(server, tmp_path, {"Old_A": "a"})
    assert refused.value.found == (Difference("README.md", "changed"),)
    assert server.tags(REPO) == {}


def test_a_rival_with_the_tag_of_ours_elsewhere_is_an_error(
    server: HubServer, tmp_path: Path
) -> None:
    def rival(request: Request) -> None:
        if "/tag/" in request.path:
            server.store.new_ref(REPO, "refs/tags/publish-1", server.history(REPO)[-1].oid)
            server.on_request = None

    server.on_request = rival
    with pytest.raises(TagError, match="never moved"):
        publish_all(server, tmp_path, {"Old_A": "a"})


def test_no_repository_is_told_with_what_to_do(tmp_path: Path, server: HubServer) -> None:
    hub = Hub("bench/nowhere", lambda: CANARY, endpoint=server.endpoint, patience=patience())
    with pytest.raises(Refused, match="there is no such repository"):
        read_state(hub, card)


# -- the plan -------------------------------------------------------------------------------------


def kinds(server: HubServer, editor: Editor) -> dict[str, Kind]:
    hub = Hub(REPO, lambda: CANARY, endpoint=server.endpoint, patience=patience())
    state = read_state(hub, card)
    plan = plan_of(state, editor(state), card, REPO)
    return {change.instance: change.kind for change in plan.changes}


def test_a_plan_names_what_becomes_of_each_instance_and_writes_nothing(
    server: HubServer, tmp_path: Path
) -> None:
    publish_all(server, tmp_path, {"Old_A": "a", "Old_B": "b", "Old_C": "c"})
    server.requests.clear()
    found = kinds(server, built(tmp_path, {"Old_A": "a", "Old_B": "b2", "New_D": "d"}))
    assert found == {
        "Old_A": Kind.NOTHING, "Old_B": Kind.ROWS, "Old_C": Kind.KEPT, "New_D": Kind.NEW,
    }  # fmt: skip
    assert writes_seen(server) == 0


def test_two_repositories_get_the_same_bytes(tmp_path: Path, server: HubServer) -> None:
    publish_all(server, tmp_path, {"Old_A": "a", "Old_B": "b"})
    with HubServer(tmp_path / "other") as other:
        prepare(other)
        publish_all(other, tmp_path, {"Old_A": "a", "Old_B": "b"})
        assert other.head(REPO).tree == server.head(REPO).tree
