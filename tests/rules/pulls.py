"""Cases of the rules on pull requests: changes, not edits of a folder."""

from collections import Counter
from dataclasses import dataclass, field

from ci.changed import scope_findings
from tests.rules.cases import Case, Place
from validators.pull_request import Change, PullRequest, Status

BASE = frozenset({"SpeakerCounting", "StressDetection", "SpeechDetection"})


@dataclass(frozen=True)
class PullCase(Case):
    """A pull request and what must be said of it."""

    pull: PullRequest = field(default=PullRequest((), BASE))


def pull(name: str, *changes: str, at: tuple[Place, ...] = (), proposal: bool | None = None,
         says: tuple[str, ...] = ()) -> PullCase:  # fmt: skip
    """Each change is `+path`, `~path` or `-path`."""
    statuses: dict[str, Status] = {"+": "added", "~": "modified", "-": "removed"}
    made = tuple(Change(change[1:], statuses[change[0]]) for change in changes)
    return PullCase(name, (), at, says=says, pull=PullRequest(made, BASE, proposal))


def judge_pull(code: str, case: PullCase) -> None:
    """Hold what is found against what must be said."""
    found = list(scope_findings(case.pull))
    assert Counter(one.rule for one in found) == Counter(code for _ in case.places)
    assert sorted(one.path for one in found) == sorted(place.path for place in case.places)
    for piece in case.says:
        assert any(piece in f"{one.message}\n{one.hint}" for one in found)
