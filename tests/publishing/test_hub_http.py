"""The client below huggingface_hub: each request ends, and its trouble is told at once."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ci.http_client import StrictClient
from ci.trouble import Conflict, Patience, Trouble


@contextmanager
def answering(answer: "Answer") -> Iterator[str]:
    """The address of a server that gives this answer to every GET."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer.give(self)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        answer.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


class Answer:
    """What the server says: a status, headers, and a body that may come in drops."""

    def __init__(self, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.headers = headers or {}
        self.over = threading.Event()

    def give(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(self.status)
        for name, value in {"Content-Length": "2", **self.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(b"{}")


class Drops(Answer):
    """A body of which a byte comes every now and then, and that never ends."""

    def give(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while not self.over.wait(0.02):
            try:
                handler.wfile.write(b".")
            except OSError:
                return


def trouble_with(answer: Answer, **limits: float) -> Trouble:
    patience = Patience(**({"connect": 2.0, "silence": 2.0, "whole": 5.0} | limits))  # type: ignore[arg-type]
    with (
        answering(answer) as url,
        StrictClient(patience) as client,
        pytest.raises(Trouble) as caught,
    ):
        client.get(f"{url}/path?secret=of-a-signed-address", timeout=None)
    return caught.value


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_trouble(status: int) -> None:
    trouble = trouble_with(Answer(status))
    assert str(trouble) == f"GET /path: the Hub answers {status}"
    assert trouble.wait is None


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 409, 412, 416])
def test_what_will_not_pass_is_an_answer(status: int) -> None:
    with answering(Answer(status)) as url, StrictClient(Patience()) as client:
        assert client.get(url).status_code == status


def test_a_number_of_seconds_to_wait_is_read() -> None:
    trouble = trouble_with(Answer(429, {"Retry-After": "37"}))
    assert trouble.wait == 37
    assert "it asks to wait 37 s" in str(trouble)


def test_a_date_to_wait_for_is_read() -> None:
    trouble = trouble_with(Answer(503, {"Retry-After": formatdate(time.time() + 60, usegmt=True)}))
    assert trouble.wait is not None
    assert 50 < trouble.wait <= 60


def test_the_end_of_the_hubs_own_limit_is_read() -> None:
    assert trouble_with(Answer(429, {"RateLimit": '"api";r=0;t=55'})).wait == 55


@pytest.mark.parametrize("nonsense", ["", "soon", "-5", "1e9", "9" * 40])
def test_nonsense_about_waiting_is_no_wait(nonsense: str) -> None:
    assert trouble_with(Answer(429, {"Retry-After": nonsense})).wait is None


def test_a_body_that_never_ends_is_given_up() -> None:
    trouble = trouble_with(Drops(), whole=0.2)
    assert str(trouble) == "GET /path: the answer takes too long"


def test_a_body_that_breaks_off_is_trouble() -> None:
    trouble = trouble_with(Answer(200, {"Content-Length": "50"}))
    assert str(trouble) == "GET /path: the connection was lost"


def test_nobody_at_the_address_is_trouble() -> None:
    with StrictClient(Patience(connect=1)) as client, pytest.raises(Trouble, match="reached"):
        client.get("http://127.0.0.1:9/")


def test_tries_are_bounded_and_waits_grow() -> None:
    waits: list[float] = []
    calls = []

    def call() -> None:
        calls.append(1)
        raise Trouble("no")

    with pytest.raises(Trouble):
        Patience(tries=4, first_wait=2, longest_wait=7, sleep=waits.append).keep_trying(call)
    assert len(calls) == 4
    assert waits == [2, 4, 7]


def test_the_wait_that_is_asked_for_is_kept_or_not_begun() -> None:
    waits: list[float] = []
    patience = Patience(longest_wait=300, sleep=waits.append)
    patience.wait(1, Trouble("a while", wait=299))
    with pytest.raises(Trouble, match="a day"):
        patience.wait(1, Trouble("a day", wait=86_400))
    assert waits == [299]


def test_what_is_no_trouble_is_not_tried_again() -> None:
    calls = []

    def call() -> None:
        calls.append(1)
        raise Conflict("no")

    with pytest.raises(Conflict):
        Patience().keep_trying(call)
    assert len(calls) == 1
