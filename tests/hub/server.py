"""A Hub on loopback: the server, what it has seen, and short ways to fill it."""

import hashlib
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

from tests.hub import files, trusted
from tests.hub.accounts import WRITE, Accounts
from tests.hub.api import ATTRIBUTES
from tests.hub.faults import Fault, Faults
from tests.hub.messages import Request, Response, answer
from tests.hub.repository import MAIN, Commit, Entry, ExistsError, Settings
from tests.hub.store import Store
from tests.hub.transport import Server

if TYPE_CHECKING:
    from huggingface_hub import HfApi

PAGE_SIZE = 1000


@dataclass
class Recorded:
    """A request that came, and how it was answered; a status of None is a closed connection."""

    method: str
    path: str
    host: str
    token: str | None
    range: str | None
    query: dict[str, list[str]]
    status: int | None = None
    fault: Fault | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"


class Hub:
    """A Hub-compatible server for datasets, in a thread of this process.

    `faults` spoils requests. `on_request` is called, in the server's thread, before each request
    has any effect, and `on_answer` after the answer was sent: a test that interleaves two clients
    hooks in there. `requests` lists all that came, `crashes` what broke in this server itself.
    """

    def __init__(self, store: Path, port: int = 0) -> None:
        self.store = Store(store)
        self.accounts = Accounts()
        self.faults = Faults()
        self.requests: list[Recorded] = []
        self.crashes: list[str] = []
        self.on_request: Callable[[Request], object] | None = None
        self.on_answer: Callable[[Request, Response | None], object] | None = None
        self.workflow_claims = dict(trusted.WORKFLOW)
        self.trusted_publishers: dict[str, dict[str, str]] = {}
        self.page_size = PAGE_SIZE
        self.part_size = 64 * 2**20
        self.secret = secrets.token_bytes(16)
        try:
            self._server = Server(port, self)
        except OSError:
            self.store.close()
            raise
        self.port: int = self._server.server_address[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.blob_endpoint = f"http://localhost:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self._thread.join()
        self.store.close()

    # For the endpoints

    def record(self, request: Request) -> Recorded:
        """Remember a request."""
        recorded = Recorded(
            request.method,
            request.path,
            request.host.partition(":")[0],
            request.token,
            request.headers.get("range"),
            request.query,
        )
        self.requests.append(recorded)
        return recorded

    def page(self, request: Request, items: list[Any]) -> Response:
        """A page of a list, with a Link to the next."""
        start = int(request.query.get("cursor", ["0"])[0])
        limit = min(int(request.query.get("limit", [self.page_size])[0]), self.page_size)
        headers = {"X-Total-Count": str(len(items))}
        if start + limit < len(items):
            query = urlencode(request.query | {"cursor": [str(start + limit)]}, doseq=True)
            headers["Link"] = f'<{self.endpoint}{request.path}?{query}>; rel="next"'
        return answer(items[start : start + limit], headers=headers)

    # For clients

    def environment(
        self, folder: Path, token: str | None = None, *, xet: bool = False
    ) -> dict[str, str]:
        """This process' environment for a client of its own, which keeps its things in `folder`.

        The client sees this Hub only: no token, cache or proxy of the person who runs the tests.
        """
        ours = {
            "HF_ENDPOINT": self.endpoint,
            "HF_HOME": str(folder / "hf_home"),
            "HF_HUB_DISABLE_XET": "0" if xet else "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "HF_HUB_DISABLE_UPDATE_CHECK": "1",
            "NO_PROXY": "127.0.0.1,localhost",
        }
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("HF_", "HUGGING", "HUGGINGFACE_", "XDG_CACHE"))
        }
        return kept | ours | ({"HF_TOKEN": token} if token else {})

    def api(self, token: str | bool | None = WRITE) -> "HfApi":
        """A client in this process; pass `token=False` for none."""
        from huggingface_hub import HfApi

        return HfApi(endpoint=self.endpoint, token=token)

    def trust(self, repo_id: str, **claims: str) -> dict[str, str]:
        """Make the job of `workflow_claims` a trusted publisher; gives its environment.

        `claims` are what the repository demands, by default just what the job has.
        """
        self.trusted_publishers[repo_id] = claims or dict(self.workflow_claims)
        return trusted.environment(self.endpoint, repo_id)

    # Without a client

    def put(
        self,
        repo_id: str,
        files: Mapping[str, bytes] | None = None,
        *,
        delete: Iterable[str] = (),
        revision: str = MAIN,
        message: str = "Update",
        author: str = "owner",
        tag: str | None = None,
        lfs: bool | None = None,
        **settings: Any,
    ) -> str:
        """One commit of these files, in a repository that is made if need be; gives its id.

        `settings` are private, gated, disabled, allowed. Which files go to LFS is decided as the
        Hub decides, unless `lfs` says it for all.
        """
        with suppress(ExistsError):
            self.store.create(repo_id, author, Settings(), ATTRIBUTES)
        if settings:
            self.store.change(repo_id, **settings)
        head = self.head(repo_id, revision)
        blobs = {path: self._blob(head, path, data, lfs) for path, data in (files or {}).items()}
        gone = set(delete)

        def edit(tree: dict[str, Entry]) -> dict[str, Entry]:
            return {path: entry for path, entry in tree.items() if path not in gone} | blobs

        ref = self.store.repository(repo_id).branch_ref(revision)
        commit = self.store.commit(repo_id, ref, edit, title=message, author=author)
        if tag:
            self.store.new_ref(repo_id, f"refs/tags/{tag}", commit.oid)
        return commit.oid

    def put_huge(self, repo_id: str, path: str, size: int) -> str:
        """One commit of an LFS file of zeros that is as large as wanted and takes no space.

        Its hash is made up: whoever downloads it and checks will find that out.
        """
        self.put(repo_id)
        entry = Entry(hashlib.sha256(f"{size} zeros".encode()).hexdigest(), size, lfs=True)
        with self.store.blob(entry.oid).open("wb") as file:
            file.truncate(size)
        commit = self.store.commit(
            repo_id, MAIN, lambda tree: tree | {path: entry}, title="Huge", author="owner"
        )
        return commit.oid

    def _blob(self, head: Commit, path: str, data: bytes, lfs: bool | None) -> Entry:
        if lfs is None:
            lfs = files.goes_to_lfs(self.store, head, path, len(data), data[:512])
        return self.store.add_blob([data], lfs=lfs)

    def head(self, repo_id: str, revision: str = MAIN) -> Commit:
        """The commit that a revision names, with its tree."""
        return self.store.repository(repo_id).commit_at(revision)

    def history(self, repo_id: str, revision: str = MAIN) -> list[Commit]:
        """All commits of a branch, newest first."""
        return list(self.store.repository(repo_id).history(revision))

    def tags(self, repo_id: str) -> dict[str, str]:
        """Tag -> commit id."""
        prefix = "refs/tags/"
        refs = self.store.repository(repo_id).refs
        return {r.removeprefix(prefix): oid for r, oid in refs.items() if r.startswith(prefix)}

    def read(self, repo_id: str, path: str, revision: str = MAIN) -> bytes:
        """A file's bytes. Raises KeyError if it is not there."""
        entry = self.head(repo_id, revision).tree[path]
        return self.store.blob(entry.oid).read_bytes()

    @property
    def connections(self) -> frozenset[socket.socket]:
        """Connections that are served now."""
        with self._server.guard:
            return frozenset(self._server.connections)

    def wait_for_end_of_others(
        self, those: frozenset[socket.socket], seconds: float = 10.0
    ) -> None:
        """Return once none but those connections is served: what a client left behind that was
        killed is done then.

        Raises:
            TimeoutError: some still are after so many seconds.
        """
        end = time.monotonic() + seconds
        while self.connections - those:
            if time.monotonic() > end:
                raise TimeoutError("a connection is served without end")
            time.sleep(0.01)

    def tokens_seen(self) -> set[str | None]:
        """Every token that a request bore; None stands for requests without."""
        return {recorded.token for recorded in self.requests}
