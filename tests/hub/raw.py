"""Short ways for tests to ask: a client without any politeness, and the polite one."""

import http.client
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from huggingface_hub import hf_hub_download

from tests.hub.server import Hub


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    endpoint: str,
    method: str,
    path: str,
    *,
    token: str | None = None,
    body: Any = None,
    headers: dict[str, str] | None = None,
    timeout: float = 20,
) -> Answer:
    """Send one request on a connection of its own; no retry, no redirect.

    A `body` that is a dict goes as JSON, an iterator in chunks. `path` may be an absolute URL.
    Raises what http.client raises.
    """
    url = urlsplit(path if "://" in path else endpoint + path)
    assert url.hostname
    marks = dict(headers or {}) | ({"Authorization": f"Bearer {token}"} if token else {})
    if isinstance(body, dict):
        body = json.dumps(body).encode()
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=timeout)
    try:
        target = f"{url.path}?{url.query}" if url.query else url.path
        connection.request(method, target, body, marks)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def commit_body(parent: str | None = None, **files: str) -> bytes:
    """The lines of a commit that adds regular files."""
    header: dict[str, Any] = {"summary": "by hand"} | ({"parentCommit": parent} if parent else {})
    lines = [{"key": "header", "value": header}]
    lines += [{"key": "file", "value": {"path": p, "content": c}} for p, c in files.items()]
    return "\n".join(map(json.dumps, lines)).encode()


def download(hub: Hub, name: str, token: str | bool = False) -> bytes:
    """A file of org/data by the official client, which caches it."""
    path = hf_hub_download(
        "org/data", name, repo_type="dataset", endpoint=hub.endpoint, token=token
    )
    return Path(path).read_bytes()
