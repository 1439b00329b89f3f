"""The stand-in's server: HTTP on loopback, pages, faults, and a record of what was asked."""

import contextlib
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.github.api import Asked, Said, answer
from tests.github.state import State


@dataclass
class Fault:
    """Spoils the next `times` requests that fit.

    `status` is an answer without effect, with `headers`; `lost` has its effect and hangs up;
    neither: hangs up at once, after `hang` seconds.
    """

    method: str = ".*"
    path: str = ""
    times: float = 1
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False
    hang: float = 0
    hits: int = 0

    def fits(self, method: str, path: str) -> bool:
        return bool(re.fullmatch(self.method, method) and re.search(self.path, path))


@dataclass(frozen=True)
class Record:
    """A request that came."""

    method: str
    path: str
    token: str | None
    status: int | None

    @property
    def writes(self) -> bool:
        return self.method != "GET"


class GitHubServer:
    """Runs in a thread; `with` starts and ends it."""

    def __init__(self) -> None:
        self.state = State()
        self.faults: list[Fault] = []
        self.records: list[Record] = []
        self.before: Callable[[Asked], None] | None = None
        self.shown: str | None = None
        self._stop = threading.Event()
        outer = self

        class Handler(_Handler):
            github = outer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True)

    @property
    def api(self) -> str:
        """Its address, or that of a proxy before it."""
        return self.shown or self.own

    @property
    def own(self) -> str:
        """Its own address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "GitHubServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()

    def wait(self, seconds: float) -> None:
        """Wait, but not beyond the server's end."""
        self._stop.wait(seconds)

    @property
    def writes(self) -> list[Record]:
        """The requests that changed something or tried to."""
        return [record for record in self.records if record.writes]

    def fault_for(self, method: str, path: str) -> Fault | None:
        """The fault that spoils a request, counted."""
        for fault in self.faults:
            if fault.hits < fault.times and fault.fits(method, path):
                fault.hits += 1
                return fault
        return None


class _Handler(BaseHTTPRequestHandler):
    github: GitHubServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet an answer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def _answer(self) -> None:
        url = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = self.headers.get("Authorization")
        query = dict(parse_qsl(url.query))
        asked = Asked(
            self.command, url.path, query, json.loads(raw or b"null"), token,
            self.github.api, self.github.own,
        )  # fmt: skip
        if self.github.before:
            self.github.before(asked)
        fault = self.github.fault_for(self.command, url.path)
        said = None
        if fault is None or fault.lost:
            said = self._blob(url.path) or answer(self.github.state, asked)
        elif fault.status:
            said = Said(fault.status, {"message": "trouble"})
        status = said.status if said else None
        self.github.records.append(Record(self.command, url.path, token, status))
        if said is None or (fault and fault.lost):
            self.github.wait(fault.hang if fault else 0)
            self.close_connection = True
            return
        self._send(asked, said, fault.headers if fault else {})

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815

    def _blob(self, path: str) -> Said | None:
        found = re.fullmatch(r"/blobs/(\d+)", path)
        return Said(200, raw=self.github.state.blobs[int(found[1])]) if found else None

    def _send(self, asked: Asked, said: Said, headers: dict[str, str]) -> None:
        body, link = said.body, ""
        if said.items is not None:
            size, page = int(asked.query.get("per_page", 30)), int(asked.query.get("page", 1))
            body = said.items[(page - 1) * size : page * size]
            if page * size < len(said.items):
                query = urlencode(asked.query | {"page": page + 1})
                link = f'<{asked.base}{asked.path}?{query}>; rel="next"'
        raw = said.raw if said.raw is not None else json.dumps(body).encode()
        raw = b"" if said.status in (204, 302) else raw
        self.send_response(said.status)
        for name, value in {"Link": link, "Location": said.location, **headers}.items():
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(raw)


def now() -> int:
    """Seconds since 1970, as the reset of a rate limit is told."""
    return int(time.time())
