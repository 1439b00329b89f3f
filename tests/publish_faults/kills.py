"""SIGKILL before and after each request of a publish, then one resume.

One process imports everything once; each publish that is killed runs in a fork of its own.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import ci.hub_access
from ci.http_client import StrictClient
from ci.hub import Hub
from ci.publishing import publish
from tests.hub.server import Hub as HubServer
from tests.publish_faults.table import AFTER, BEFORE
from tests.publish_faults.world import (
    CANARY,
    REPO,
    WRITES,
    built,
    card,
    faults_of,
    patience,
    prepare,
    published,
    short_session,
)

When = Literal["before", "after"]


@dataclass(frozen=True)
class Kill:
    """Where the publisher dies: before or after its request `number`, counted from 1."""

    number: int
    when: When

    def __str__(self) -> str:
        return f"SIGKILL {self.when} request {self.number}"


class _DyingClient(StrictClient):
    """A client whose process dies at a stated request."""

    at = Kill(0, "before")
    sent = 0

    def send(self, request: Any, **options: Any) -> Any:  # type: ignore[override]
        _DyingClient.sent += 1
        mine = _DyingClient.sent == self.at.number
        if mine and self.at.when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        response = super().send(request, **options)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return response


class Nursery:
    """Starts publishers that die when they are told to."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.publish_faults.kills"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def publish(self, endpoint: str, scratch: Path, wanted: Mapping[str, str], kill: Kill) -> int:
        """The exit status of a publisher; minus 9 where it was killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = [endpoint, str(scratch), dict(wanted), kill.number, kill.when]
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextmanager
def nursery() -> Iterator[Nursery]:
    """A nursery that is closed at the end."""
    opened = Nursery()
    try:
        yield opened
    finally:
        opened.close()


def all_kills() -> Iterator[Kill]:
    """Before and after each request, without an end: a publish has as many as it has."""
    for number in itertools.count(1):
        yield Kill(number, "before")
        yield Kill(number, "after")


def run(kill: Kill, born: Nursery, scratch: Path) -> tuple[bool, list[str]]:
    """Kill a publish, resume, resume again: whether it was killed, and what is broken then.

    Inside of a session.
    """
    with HubServer(scratch / "store") as server:
        prepare(server)
        published(server, built(scratch, BEFORE), patience())
        mine = server.connections
        status = born.publish(server.endpoint, scratch, AFTER, kill)
        server.wait_for_end_of_others(mine)
        killed = status == -signal.SIGKILL
        broken = [] if killed or status == 0 else [f"the publisher ended with {status}"]
        editor = built(scratch, AFTER)
        published(server, editor, patience())
        broken += faults_of(server, AFTER, serial=2)
        server.requests.clear()
        published(server, editor, patience())
        if writes := [str(seen) for seen in server.requests if seen.method in WRITES]:
            broken.append(f"the next resume wrote: {', '.join(writes)}")
        # Whoever dies in the middle of an upload has gone away, as the server then says.
        crashes = [crash for crash in server.crashes if "the client went away" not in crash]
        broken += [f"the server broke: {crash}" for crash in crashes]
    return killed, broken


def _serve_orders() -> None:
    for line in sys.stdin:
        endpoint, scratch, wanted, number, when = json.loads(line)
        child = os.fork()
        if child == 0:
            _publish_and_die(endpoint, Path(scratch), wanted, Kill(number, when))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _publish_and_die(endpoint: str, scratch: Path, wanted: Mapping[str, str], kill: Kill) -> None:
    code = 1
    try:
        _DyingClient.at = kill
        ci.hub_access.StrictClient = _DyingClient  # type: ignore[misc]
        with short_session():
            hub = Hub(REPO, lambda: CANARY, endpoint=endpoint, patience=patience())
            publish(hub, built(scratch, wanted), card)
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    _serve_orders()
