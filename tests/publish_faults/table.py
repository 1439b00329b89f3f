"""The fault table: each request of a publish, spoiled in each way, once and for as long as it runs;
then one resume, which must end with one commit, and another, which must write nothing."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ci.publishing import DriftError, Editor, TagError
from ci.state import StateError
from ci.trouble import HubError
from tests.hub.faults import Fault
from tests.hub.server import Hub as HubServer
from tests.publish_faults.world import (
    REPO,
    built,
    faults_of,
    patience,
    prepare,
    published,
    writes_seen,
)

REQUESTS = {
    "refs": ("GET", r"/refs$"),
    "tree": ("GET", r"/tree/"),
    "read the manifest": ("GET", r"/resolve/.*/manifest\.json$"),
    "preupload": ("POST", r"/preupload/"),
    "LFS batch": ("POST", r"/objects/batch$"),
    "LFS upload": ("PUT", r"^/blobs/"),
    "LFS verify": ("POST", r"/lfs-verify$"),
    "card's metadata": ("POST", r"/validate-yaml$"),
    "commit": ("POST", r"/commit/"),
    "read back": ("GET", r"/resolve/.*/README\.md$"),
    "read back from the store": ("GET", r"^/blobs/"),
    "tag": ("POST", r"/tag/"),
}
"""Every kind of request that a publish makes, in order: method and path."""
SLOW = {Fault.HANG: 0.6, Fault.SLOW_BODY: 0.4}
BEFORE = {"Old_A": "a", "Old_B": "b"}
AFTER = {"Old_A": "a", "Old_B": "b2", "New_C": "c", "New_D": "d"}
LASTING = (False, True)


@dataclass(frozen=True)
class Point:
    """One cell of the table."""

    request: str
    fault: Fault
    lasts: bool
    """Until the first run has ended; else only one request is spoiled."""

    def __str__(self) -> str:
        return f"{self.request} x {self.fault.name}{', lasting' if self.lasts else ''}"


def points() -> Iterator[Point]:
    """All cells that can be: a tag can only be elsewhere when one is set."""
    for request in REQUESTS:
        for fault in Fault:
            if fault is Fault.TAG_ELSEWHERE and request != "tag":
                continue
            for lasts in LASTING:
                yield Point(request, fault, lasts)


def first_end(point: Point, found: str) -> str:
    """How the first run has to end; `found` where both ends are right.

    One fault is got over by itself, unless it says that no patience helps; one that stays is not,
    unless the request had its effect.
    """
    if point.fault is Fault.TAG_ELSEWHERE:
        return "TagError"
    if point.fault.status in (401, 403, 404, 416):
        return "Refused"
    if point.fault.status in (409, 412):
        if point.request == "commit":
            return "Conflict" if point.lasts else "published"
        if point.request == "tag":
            return "Trouble" if point.lasts else "published"
        return found  # whether the request was one of the commit's
    if not point.lasts:
        return "published"
    if point.fault.takes_effect or point.request == "LFS verify":
        return found  # the second upload finds the file in the store, and has nothing to verify
    return "Trouble"


@dataclass(frozen=True)
class Outcome:
    """What became of a point."""

    first: str
    """How the first run ended: published, or the kind of the error."""
    broken: tuple[str, ...]
    """What is not as it must be; empty where all is right."""


def run(point: Point, scratch: Path) -> Outcome:
    """Publish under the fault, resume, resume again. Inside of a session."""
    with HubServer(scratch / "store") as server:
        prepare(server)
        published(server, built(scratch, BEFORE), patience())
        editor = built(scratch, AFTER)
        method, path = REQUESTS[point.request]
        rule = server.faults.add(
            point.fault, method=method, path=path,
            times=math.inf if point.lasts else 1, seconds=SLOW.get(point.fault, 1),
        )  # fmt: skip
        server.requests.clear()
        first = _ended(lambda: published(server, editor, patience()))
        broken = [] if rule.hits else ["the fault never struck"]
        if first != (expected := first_end(point, first)):
            broken.append(f"the first run ended with {first}, not {expected}")
        server.faults.clear()
        if point.fault is Fault.TAG_ELSEWHERE:
            broken += _person_removes_the_tag(server, editor)
        resumed = _ended(lambda: published(server, editor, patience()))
        if resumed != "published":
            broken.append(f"resume ended with {resumed}")
        broken += faults_of(server, AFTER, serial=2)
        server.requests.clear()
        again = _ended(lambda: published(server, editor, patience()))
        if again != "published" or writes_seen(server):
            broken.append(f"the next resume ended with {again} after {writes_seen(server)} writes")
        broken += [f"the server broke: {crash}" for crash in server.crashes]
    return Outcome(first, tuple(broken))


def _person_removes_the_tag(server: HubServer, editor: Editor) -> list[str]:
    server.requests.clear()
    refused = _ended(lambda: published(server, editor, patience()))
    broken = [] if refused == "StateError" else [f"a tag elsewhere ended with {refused}"]
    if writes_seen(server):
        broken.append("something was written under a tag that is elsewhere")
    server.store.delete_ref(REPO, "refs/tags/publish-2")
    return broken


def _ended(call: Callable[[], object]) -> str:
    try:
        call()
    except (HubError, DriftError, StateError, TagError) as error:
        return type(error).__name__
    return "published"
