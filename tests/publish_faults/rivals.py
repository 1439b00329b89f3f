"""Two publishers at once, their requests interleaved in every way that a seed can think of."""

import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import ci.hub_access
from ci.http_client import StrictClient
from tests.hub.server import Hub as HubServer
from tests.publish_faults.world import (
    REPO,
    built,
    faults_of,
    manifest_at,
    patience,
    prepare,
    published,
    writes_seen,
)

START = {"Old_A": "a"}
PAIRS: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
    ({"New_B": "b"}, {"New_C": "c"}),
    ({"New_B": "b", "Old_A": "a2"}, {"New_C": "c"}),
    ({"New_B": "b"}, {"New_B": "b"}),
    ({"Old_A": "a2"}, {"New_B": "b", "New_C": "c"}),
)
"""What each of the two has built. Where both have built the same, one commit is enough."""


class Turns:
    """Lets one of several threads go on at a time, chosen by a seeded die."""

    def __init__(self, seed: int, count: int) -> None:
        self._die = random.Random(seed)
        self._changed = threading.Condition()
        self._awaited = count
        self._waiting: list[str] = []
        self._turn: str | None = None
        self.order: list[str] = []

    def wait(self, name: str) -> None:
        """Return when it is this thread's turn; all others then wait or have ended."""
        with self._changed:
            self._waiting.append(name)
            self._deal()
            self._changed.wait_for(lambda: self._turn == name)
            self._turn = None
            self._waiting.remove(name)
            self.order.append(name)

    def end(self) -> None:
        """This thread takes no more turns."""
        with self._changed:
            self._awaited -= 1
            self._deal()

    def _deal(self) -> None:
        if self._waiting and len(self._waiting) == self._awaited and self._turn is None:
            self._turn = self._die.choice(sorted(self._waiting))
            self._changed.notify_all()


_turns: Turns | None = None
"""Of the race that is run now: the client is one for the process, as huggingface_hub has it."""


class _PoliteClient(StrictClient):
    """A client that waits for its thread's turn before each request."""

    def send(self, request: Any, **options: Any) -> Any:  # type: ignore[override]
        name = threading.current_thread().name
        if _turns is not None and name.startswith("rival "):
            _turns.wait(name)
        return super().send(request, **options)


@contextmanager
def polite() -> Iterator[None]:
    """Let a session that is begun inside use the client that waits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ci.hub_access, "StrictClient", _PoliteClient)
        yield


@dataclass
class Rival:
    """One of the two publishers, and how it ended."""

    wanted: Mapping[str, str]
    error: BaseException | None = None


def race(seed: int, scratch: Path) -> tuple[str, list[str]]:
    """Run one race: the order of requests as a text, and what is broken after it.

    Inside of a session inside of `polite`.
    """
    global _turns  # noqa: PLW0603 - see there
    rivals = [Rival(wanted) for wanted in PAIRS[seed % len(PAIRS)]]
    with HubServer(scratch / "store") as server:
        prepare(server)
        published(server, built(scratch, START), patience())
        _turns = turns = Turns(seed, len(rivals))
        threads = [
            threading.Thread(
                target=_run, args=(server, rival, scratch, turns), name=f"rival {number}"
            )
            for number, rival in enumerate(rivals)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        _turns = None
        broken = [f"a publisher ended with {r.error!r}" for r in rivals if r.error is not None]
        everything = {**START, **rivals[0].wanted, **rivals[1].wanted}
        serial = 2 if rivals[0].wanted == rivals[1].wanted else 3
        broken += faults_of(server, everything, serial)
        broken += _history_faults(server, serial)
        server.requests.clear()
        for rival in rivals:
            published(server, built(scratch, rival.wanted), patience())
        if writes_seen(server):
            broken.append(f"resumes wrote {writes_seen(server)} times")
        broken += [f"the server broke: {crash}" for crash in server.crashes]
    return "".join(name[-1] for name in turns.order), broken


def _run(server: HubServer, rival: Rival, scratch: Path, turns: Turns) -> None:
    try:
        published(server, built(scratch, rival.wanted), patience(tries=6))
    except BaseException as error:
        rival.error = error
    finally:
        turns.end()


def _history_faults(server: HubServer, serial: int) -> list[str]:
    """Instances that an earlier publish had, and a later one has lost."""
    found = []
    for number in range(2, serial + 1):
        before = {e.instance for e in manifest_at(server, f"publish-{number - 1}").instances}
        after = {e.instance for e in manifest_at(server, f"publish-{number}").instances}
        if before - after:
            found.append(f"publish-{number} of {REPO} lost {sorted(before - after)}")
    return found
