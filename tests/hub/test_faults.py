"""Every fault as a client without retries sees it, and what the Hub has done meanwhile."""

import http.client
import math
import re
import socket
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest
from huggingface_hub import CommitOperationAdd, hf_hub_download
from huggingface_hub.errors import HfHubHTTPError

from tests.hub.accounts import WRITE
from tests.hub.faults import Fault
from tests.hub.messages import Request
from tests.hub.raw import Answer, ask, commit_body
from tests.hub.server import Hub

FILE = "/datasets/org/data/resolve/main/a.txt"
COMMIT = "/api/datasets/org/data/commit/main"
TAG = "/api/datasets/org/data/tag/main"
CONTENT = b"0123456789"


@pytest.fixture
def head(hub: Hub) -> str:
    """A repository with one file; the commit that main names."""
    return hub.put("org/data", {"a.txt": CONTENT})


def commit(hub: Hub, parent: str | None = None, **options: float) -> Answer:
    body = commit_body(parent, **{"b.txt": "new"})
    return ask(hub.endpoint, "POST", COMMIT, token=WRITE, body=body, **options)


def statuses() -> list[Fault]:
    return [kind for kind in Fault if kind.status]


@pytest.mark.parametrize("kind", statuses(), ids=lambda kind: kind.name)
def test_a_status_is_answered_and_nothing_is_done(kind: Fault, hub: Hub, head: str) -> None:
    hub.faults.add(kind, method="POST", path="/commit/")
    answer = commit(hub)
    assert answer.status == kind.status
    assert answer.headers["X-Error-Message"] == answer.json["error"]
    assert hub.head("org/data").oid == head
    assert commit(hub).status == 200
    assert hub.requests[-2].fault is kind
    assert hub.requests[-1].fault is None


@pytest.mark.parametrize("kind", list(Fault), ids=lambda kind: kind.name)
def test_a_kind_tells_whether_the_request_takes_effect(kind: Fault, hub: Hub, head: str) -> None:
    hub.faults.add(kind, seconds=0.05)
    with suppress(http.client.HTTPException):
        commit(hub)
    assert (hub.head("org/data").oid != head) == kind.takes_effect


def test_the_page_explains_every_kind() -> None:
    page = (Path(__file__).parents[2] / "docs" / "test_hub.md").read_text(encoding="utf-8")
    table = page.partition("| fault |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([A-Z_]{3,})`", table)) == {kind.name for kind in Fault}


def test_a_rate_limit_may_say_when_to_come_back(hub: Hub, head: str) -> None:
    read = partial(ask, hub.endpoint, "GET", FILE)
    for kind in (
        Fault.RATE_LIMITED,
        Fault.RATE_LIMITED_RETRY_AFTER,
        Fault.RATE_LIMITED_HEADER,
    ):
        hub.faults.add(kind, seconds=7)
    silent, retry_after, header = (read().headers for _ in range(3))
    assert (silent["Retry-After"], silent["RateLimit"]) == (None, None)
    assert (retry_after["Retry-After"], retry_after["RateLimit"]) == ("7", None)
    assert (header["Retry-After"], header["RateLimit"]) == (None, '"api";r=0;t=7')


def test_the_official_client_obeys_the_rate_limit_header(hub: Hub, head: str) -> None:
    hub.faults.add(Fault.RATE_LIMITED_HEADER, path="/refs", seconds=55)
    with pytest.raises(HfHubHTTPError, match="Retry after 55 seconds"):
        hub.api().list_repo_refs("org/data", repo_type="dataset")


def test_an_expired_token_says_that_it_has_expired(hub: Hub, head: str) -> None:
    hub.faults.add(Fault.EXPIRED_TOKEN)
    assert "expired" in commit(hub).json["error"]


def test_a_dropped_request_has_no_effect(hub: Hub, head: str) -> None:
    hub.faults.add(Fault.DROPPED)
    with pytest.raises(http.client.RemoteDisconnected):
        commit(hub)
    assert hub.head("org/data").oid == head


def test_a_lost_answer_hides_that_the_commit_was_made(hub: Hub, head: str) -> None:
    hub.faults.add(Fault.LOST_ANSWER)
    with pytest.raises(http.client.RemoteDisconnected):
        commit(hub, parent=head)
    assert hub.head("org/data").parent == head
    assert commit(hub, parent=head).status == 412


def test_a_request_that_hangs_has_no_effect(hub: Hub, head: str) -> None:
    hub.faults.add(Fault.HANG, seconds=60)
    with pytest.raises(TimeoutError):
        commit(hub, timeout=0.2)
    assert hub.head("org/data").oid == head


def test_a_hang_ends_with_a_closed_connection(hub: Hub, head: str) -> None:
    hub.faults.add(Fault.HANG, seconds=0.05)
    with pytest.raises(http.client.RemoteDisconnected):
        commit(hub)


def test_a_truncated_body_ends_before_its_length(hub: Hub, head: str) -> None:
    hub.faults.add(Fault.TRUNCATED, path="a.txt")
    with pytest.raises(http.client.IncompleteRead) as short:
        ask(hub.endpoint, "GET", FILE)
    assert (short.value.partial, short.value.expected) == (b"01234", 5)


def test_a_truncated_answer_comes_after_the_effect(hub: Hub, head: str) -> None:
    hub.faults.add(Fault.TRUNCATED)
    with pytest.raises(http.client.IncompleteRead):
        commit(hub)
    assert hub.head("org/data").parent == head


def test_a_wrong_etag_names_other_bytes(hub: Hub, head: str) -> None:
    hub.put("org/data", {"b.wav": b"RIFF"})
    for name, mark in (("a.txt", "ETag"), ("b.wav", "X-Linked-ETag")):
        path = f"/datasets/org/data/resolve/main/{name}"
        right = ask(hub.endpoint, "HEAD", path).headers[mark]
        hub.faults.add(Fault.WRONG_ETAG, method="HEAD")
        wrong = ask(hub.endpoint, "HEAD", path).headers[mark]
        assert wrong != right
        assert len(wrong) == len(right)


def test_a_slow_body_comes_whole_and_in_pieces(hub: Hub, head: str) -> None:
    hub.faults.add(Fault.SLOW_BODY, seconds=0.2)
    connection = socket.create_connection(("127.0.0.1", hub.port))
    connection.sendall(f"GET {FILE} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    received = b""
    reads = 0
    while not received.endswith(CONTENT):
        received += connection.recv(2**16)
        reads += 1
    connection.close()
    assert reads > 2


def test_a_tag_may_be_put_elsewhere_by_somebody_quicker(hub: Hub, head: str) -> None:
    newer = hub.put("org/data", {"a.txt": b"newer"})
    hub.faults.add(Fault.TAG_ELSEWHERE, path="/tag/")
    answer = ask(hub.endpoint, "POST", TAG, token=WRITE, body={"tag": "v1"})
    assert answer.status == 409
    assert hub.tags("org/data") == {"v1": head}
    assert hub.head("org/data").oid == newer


def test_exist_ok_of_the_official_client_hides_a_tag_that_is_elsewhere(hub: Hub, head: str) -> None:
    newer = hub.put("org/data", {"a.txt": b"newer"})
    hub.faults.add(Fault.TAG_ELSEWHERE, path="/tag/")
    hub.api().create_tag("org/data", tag="v1", revision=newer, repo_type="dataset", exist_ok=True)
    assert hub.tags("org/data") == {"v1": head}


def test_rules_count_skip_and_choose(hub: Hub, head: str) -> None:
    rule = hub.faults.add(Fault.SERVER_ERROR, method="GET|HEAD", path=r"a\.txt$", skip=1, times=2)
    codes = [ask(hub.endpoint, "GET", FILE).status for _ in range(5)]
    assert codes == [200, 500, 500, 200, 200]
    assert rule.hits == 2
    hub.faults.add(Fault.UNAVAILABLE, times=math.inf)
    assert {ask(hub.endpoint, "GET", FILE).status for _ in range(5)} == {503}
    hub.faults.clear()
    assert ask(hub.endpoint, "GET", FILE).status == 200


def test_the_host_of_large_files_has_faults_too(hub: Hub, head: str) -> None:
    hub.put("org/data", {"b.wav": b"RIFF"})
    rule = hub.faults.add(Fault.SERVER_ERROR, path="^/blobs/", times=1)
    moved = ask(hub.endpoint, "GET", "/datasets/org/data/resolve/main/b.wav")
    assert ask(hub.endpoint, "GET", moved.headers["Location"]).status == 500
    assert ask(hub.endpoint, "GET", moved.headers["Location"]).body == b"RIFF"
    assert rule.hits == 1


def test_the_official_client_asks_again_for_a_body_that_was_cut(hub: Hub, tmp_path: Path) -> None:
    content = bytes(range(256)) * 400
    hub.put("org/data", {"b.wav": content})
    hub.faults.add(Fault.TRUNCATED, method="GET", path="^/blobs/")
    path = hf_hub_download("org/data", "b.wav", repo_type="dataset", endpoint=hub.endpoint)
    assert Path(path).read_bytes() == content
    assert len([r for r in hub.requests if r.path.startswith("/blobs/")]) == 2


def test_a_hook_may_act_between_two_requests_of_a_client(hub: Hub, head: str) -> None:
    def somebody_commits(request: Request) -> None:
        if request.path == COMMIT:
            hub.on_request = None
            hub.put("org/data", {"c.txt": b"quicker"})

    hub.on_request = somebody_commits
    with pytest.raises(HfHubHTTPError, match="412"):
        hub.api().create_commit(
            "org/data",
            [CommitOperationAdd("b.txt", b"slower")],
            commit_message="slower",
            repo_type="dataset",
            parent_commit=head,
        )
    assert sorted(hub.head("org/data").tree) == [".gitattributes", "a.txt", "c.txt"]


def test_a_hook_may_hold_one_client_back_while_another_passes(hub: Hub, head: str) -> None:
    goes_on, held = Event(), Event()

    def hold_the_first(request: Request) -> None:
        if request.headers.get("x-client") == "first":
            held.set()
            assert goes_on.wait(20)

    hub.on_request = hold_the_first
    codes: dict[str, int] = {}

    def race(name: str) -> None:
        body = commit_body(head, **{f"{name}.txt": name})
        marks = {"X-Client": name}
        answer = ask(hub.endpoint, "POST", COMMIT, token=WRITE, body=body, headers=marks)
        codes[name] = answer.status

    first = Thread(target=race, args=("first",))
    first.start()
    assert held.wait(20)
    race("second")
    goes_on.set()
    first.join()
    assert codes == {"first": 412, "second": 200}


def test_what_breaks_in_the_server_is_kept_for_the_test_to_see(hub: Hub, head: str) -> None:
    def broken(_: Request) -> None:
        raise ZeroDivisionError

    hub.on_request = broken
    assert ask(hub.endpoint, "GET", FILE).status == 500
    hub.on_request = None
    (crash,) = hub.crashes
    hub.crashes.clear()
    assert "ZeroDivisionError" in crash
