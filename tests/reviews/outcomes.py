"""What can become of a reviewer's request in this repository's format.

Found, impossible and accepted are shown by a test, hub by the tests of its rule; waiting and
human are said.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from schema.report import Report
from tests.flawless import Edit, variant
from tests.rules.cases import OFFLINE, Case, Place
from tests.rules.pulls import PullCase
from validators.engine import Options
from validators.measurement import Measurement

Check = Callable[..., Report]
"""Makes the flawless task, with edits and options, and checks it."""


@dataclass(frozen=True)
class Found:
    """A rule names the fault: an edited task that has it, and its twin without a fault.

    The case says what was found and what is required, and how the hint begins.
    """

    code: str
    faulty: Case
    twin: Case


@dataclass(frozen=True)
class Impossible:
    """The fault cannot be expressed; the test shows what happens to whoever tries."""

    reason: str
    test: Callable[[Check], None]


@dataclass(frozen=True)
class Accepted:
    """What had to be changed then is read as it is: file ids and labels show how."""

    reason: str
    edits: tuple[Edit, ...]
    ids: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class FoundInPull:
    """A rule on pull requests names the fault: changes that have it, and their twin without."""

    code: str
    faulty: PullCase
    twin: PullCase


@dataclass(frozen=True)
class Waits:
    """The request speaks of a proposal, before there are files: people compare proposals."""

    reason: str


@dataclass(frozen=True)
class Hub:
    """The request speaks of data on the Hub: a rule that asks there finds it, if it is a fault.

    tests/rules/test_hub.py holds the rule's cases. A dataset's own name is none: it is kept.
    """

    code: str | None
    reason: str


@dataclass(frozen=True)
class Human:
    """The request is one that people are for; docs/review.md says what they look at."""

    reason: str


Outcome = Found | FoundInPull | Impossible | Accepted | Waits | Hub | Human


@dataclass(frozen=True)
class Request:
    """A line of requests.jsonl, from 1, with two of its fields, and what becomes of it."""

    line: int
    pr: int
    category: str
    outcome: Outcome


def found(
    code: str,
    *edits: Edit,
    at: Place | Iterable[Place],
    says: tuple[str, str, str],
    twin: tuple[Edit, ...] = (),
    of: str = "classification",
    also: tuple[str, ...] = (),
    sounds: dict[str, Measurement] | None = None,
    options: Options = OFFLINE,
) -> Found:
    """A fault that a rule names.

    Args:
        code: the rule.
        edits: put the fault into the flawless task.
        at: where the findings point.
        says: pieces of the message, what was found and what is required; how the hint begins.
        twin: the edits of the twin; none: the flawless task itself.
        of: the flawless variant that is edited.
        also: codes that the same fault cannot but give too.
        sounds: literal measurements, of the twin too.
        options: of the check.
    """
    places = (at,) if isinstance(at, Place) else tuple(at)
    *message, hint = says
    return Found(
        code,
        Case("", (variant(of), *edits), places, also, (*message, f"\n{hint}"), 0, sounds=sounds,
             options=options),
        Case("", (variant(of), *twin), sounds=sounds, options=options),
    )  # fmt: skip


def accepted(
    reason: str, *edits: Edit, ids: tuple[str, ...] = (), labels: tuple[str, ...] = ()
) -> Accepted:
    """What is read as it is: the first file ids, the first labels."""
    return Accepted(reason, edits, ids, labels)
