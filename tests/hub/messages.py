"""A request, its answer, and which function of the API makes one from the other."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from tests.hub.accounts import Account
from tests.hub.repository import InvalidError

if TYPE_CHECKING:
    from tests.hub.server import Hub


@dataclass
class Request:
    """What a client asks for: `target` is path and query as sent, `chunks` the body, read once."""

    method: str
    target: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    chunks: Iterator[bytes]
    hub: "Hub"
    host: str = ""

    @cached_property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    @cached_property
    def json(self) -> Any:
        """The body as JSON. Raises HubError 400."""
        try:
            return json.loads(self.body or b"{}")
        except ValueError as error:
            raise HubError(400, f"the body is not JSON: {error}") from error

    @cached_property
    def form(self) -> dict[str, list[str]]:
        """The body as a form, every value a list; from JSON too."""
        if "json" in self.headers.get("content-type", ""):
            return {k: v if isinstance(v, list) else [v] for k, v in self.json.items()}
        return parse_qs(self.body.decode(), keep_blank_values=True)

    def flag(self, name: str) -> bool:
        """Whether the query says `name=true` in one of the ways in use."""
        return self.query.get(name, [""])[0].lower() in ("1", "true")

    @property
    def token(self) -> str | None:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else None

    @cached_property
    def account(self) -> Account | None:
        """Who asks, None without a token. Raises HubError 401 for a token that does not count."""
        if self.token is None:
            return None
        account = self.hub.accounts.by_token.get(self.token)
        if account is None:
            raise HubError(401, "Invalid credentials in Authorization header")
        if account.expired:
            raise expired_token()
        return account


@dataclass
class Slice:
    """A part of a file on disk, as a body."""

    path: Path
    start: int
    length: int


@dataclass
class Response:
    """An answer. A `Slice` is a whole file until the transport applies the client's range."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Slice = b""

    @property
    def length(self) -> int:
        return self.body.length if isinstance(self.body, Slice) else len(self.body)


class HubError(Exception):
    """An answer that refuses, with the headers that clients branch on."""

    def __init__(
        self,
        status: int,
        message: str,
        code: str = "",
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        marks = {"X-Error-Message": " ".join(message.split())} | (
            {"X-Error-Code": code} if code else {}
        )
        self.response = answer({"error": message} | more, status, marks | (headers or {}))


def expired_token() -> HubError:
    """What the Hub says to a token that was good once."""
    return HubError(401, 'User Access Token "test" is expired')


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON."""
    marks = {"Content-Type": "application/json; charset=utf-8"} | (headers or {})
    return Response(status, marks, json.dumps(value, ensure_ascii=False).encode())


Endpoint = Callable[..., Response]
ROUTES: list[tuple[str, re.Pattern[str], Endpoint]] = []
PARTS = {"repo": r"[^/]+/[^/]+", "path": r".*"}


def route(method: str, template: str) -> Callable[[Endpoint], Endpoint]:
    """Answer requests for a path like /api/datasets/{repo}/tree/{rev}; {name} becomes an argument.

    A part is one URL-quoted segment, except {repo}, which is two, and {path}, which is the rest.
    """
    pattern = re.sub(
        r"\\\{(\w+)\\\}",
        lambda m: f"(?P<{m[1]}>{PARTS.get(m[1], '[^/]+')})",
        re.escape(template),
    )

    def add(endpoint: Endpoint) -> Endpoint:
        ROUTES.append((method, re.compile(pattern), endpoint))
        return endpoint

    return add


def dispatch(request: Request) -> Response:
    """The answer of the first route that fits; HEAD is answered as GET is."""
    method = "GET" if request.method == "HEAD" else request.method
    for wanted, pattern, endpoint in ROUTES:
        match = pattern.fullmatch(request.path)
        if wanted == method and match:
            parts = {name: unquote(part) for name, part in match.groupdict().items()}
            try:
                return endpoint(request, **parts)
            except HubError as error:
                return error.response
            except InvalidError as error:
                return HubError(400, str(error)).response
    return HubError(404, f"Cannot {request.method} {request.path}").response
