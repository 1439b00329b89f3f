"""HTTP/1.1 on loopback: connections that stay open, chunked bodies, ranges, faults on the wire."""

import contextlib
import re
import socket
import sys
import threading
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.hub.faults import Fault, Rule, refusal, tag_elsewhere, wrong_etag
from tests.hub.messages import HubError, Request, Response, Slice, dispatch

if TYPE_CHECKING:
    from tests.hub.server import Hub

CHUNK = 2**18


class Server(ThreadingHTTPServer):
    """One thread per connection; `stop` ends them all."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, hub: "Hub") -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.hub = hub
        self.stopping = threading.Event()
        self.connections: set[socket.socket] = set()
        self.guard = threading.Lock()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self.guard:
            self.connections.add(request)
        super().process_request_thread(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self.guard:
            self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """A client that went away is none of our trouble; anything else is the test's."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            self.hub.crashes.append(traceback.format_exc())

    def stop(self) -> None:
        """End the loop, every wait and every open connection."""
        self.stopping.set()
        self.shutdown()
        with self.guard:
            for connection in self.connections:
                close(connection)
        self.server_close()


def close(connection: socket.socket) -> None:
    """Close both directions; a client that went away first is fine."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    """Reads a request, lets the API answer or a fault, and writes the answer."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class' name)
        """Requests are recorded, not printed."""

    def answer_request(self) -> None:
        url = urlsplit(self.path)
        request = Request(
            self.command,
            self.path,
            url.path,
            parse_qs(url.query, keep_blank_values=True),
            {name.lower(): value for name, value in self.headers.items()},
            self._body(),
            self.server.hub,
            self.headers.get("Host", ""),
        )
        record = self.server.hub.record(request)
        rule = self.server.hub.faults.match(request)
        try:
            if self.server.hub.on_request:
                self.server.hub.on_request(request)
            response = self._response(request, rule)
        except Exception:  # whatever breaks in this server must fail the test, not hang its client
            self.server.hub.crashes.append(traceback.format_exc())
            response = HubError(500, "the test Hub is broken").response
        for _ in request.chunks:
            pass
        record.status = response.status if response else None
        record.fault = rule.kind if rule else None
        if response is None or (rule and rule.kind is Fault.LOST_ANSWER):
            self._hang_up()
        else:
            self._send(request, response, rule)
        if self.server.hub.on_answer:
            self.server.hub.on_answer(request, response)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer_request  # noqa: N815

    def _response(self, request: Request, rule: Rule | None) -> Response | None:
        """What to answer; None to close the connection without a word."""
        if rule and rule.kind.status:
            return refusal(rule)
        if rule and rule.kind in (Fault.HANG, Fault.DROPPED):
            if rule.kind is Fault.HANG:
                self.server.stopping.wait(rule.seconds)
            return None
        if rule and rule.kind is Fault.TAG_ELSEWHERE:
            tag_elsewhere(request)
        response = ranged(request, dispatch(request))
        return wrong_etag(response) if rule and rule.kind is Fault.WRONG_ETAG else response

    def _body(self) -> Iterator[bytes]:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            while size := int(self.rfile.readline().split(b";")[0], 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return
        left = int(self.headers.get("Content-Length") or 0)
        while left:
            chunk = self.rfile.read(min(left, CHUNK))
            if not chunk:
                raise ConnectionError("the client went away")
            left -= len(chunk)
            yield chunk

    def _hang_up(self) -> None:
        self.close_connection = True
        close(self.connection)

    def _send(self, request: Request, response: Response, rule: Rule | None) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value.encode("ascii", "replace").decode())
        self.send_header("Content-Length", str(response.length))
        self.end_headers()
        if request.method == "HEAD":
            return
        kind = rule.kind if rule else None
        limit = response.length // 2 if kind is Fault.TRUNCATED else response.length
        pause = rule.seconds / 8 if rule and kind is Fault.SLOW_BODY else 0
        size = max(1, -(-response.length // 8)) if pause else CHUNK
        for chunk in pieces(response.body, limit, size):
            self.server.stopping.wait(pause)
            self.wfile.write(chunk)
        if kind is Fault.TRUNCATED:
            self._hang_up()


def pieces(body: bytes | Slice, limit: int, size: int) -> Iterator[bytes]:
    """The first `limit` bytes of a body, in pieces of `size`."""
    if isinstance(body, bytes):
        yield from (body[at : min(at + size, limit)] for at in range(0, limit, size))
        return
    with body.path.open("rb") as file:
        file.seek(body.start)
        left = limit
        while left and (chunk := file.read(min(size, left))):
            left -= len(chunk)
            yield chunk


def ranged(request: Request, response: Response) -> Response:
    """The part that the client's Range header asks for: 206, or 416 beyond the end."""
    wanted = request.headers.get("range", "")
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted)
    body = response.body
    if response.status != 200 or not isinstance(body, Slice) or not match or match[0] == "bytes=-":
        return response
    size = body.length
    if match[1]:
        start, end = int(match[1]), min(int(match[2] or size - 1), size - 1)
    else:
        start, end = max(0, size - int(match[2])), size - 1
    if start > end:
        headers = {"Content-Range": f"bytes */{size}"}
        return HubError(416, "Range Not Satisfiable", headers=headers).response
    headers = response.headers | {"Content-Range": f"bytes {start}-{end}/{size}"}
    return Response(206, headers, Slice(body.path, start, end - start + 1))
