"""Are the datasets that instances point at still there, under their name, open, at the commit?"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ci.listing import Entry
from validators.http_client import Trouble
from validators.hub_client import HubDataset, Refusal, session

GIVE_UP = 3
"""Datasets in a row that could not be asked about; after that the others are not asked about."""


class State(StrEnum):
    """What became of a pointer."""

    RIGHT = "right"
    WRONG = "wrong"
    """The dataset is there, and the commit is none of its."""
    GATED = "gated"
    """Only some may read it."""
    VANISHED = "vanished"
    """There is no such dataset, or it is private: the Hub does not tell these apart."""
    RENAMED = "renamed"
    UNREACHABLE = "unreachable"
    """It could not be asked about; says nothing about the pointer."""

    @property
    def is_broken(self) -> bool:
        """True if a person has to mend the pointer."""
        return self not in (State.RIGHT, State.UNREACHABLE)


_STATES = {
    "gated": (State.GATED, "only some may read it"),
    "missing": (State.VANISHED, "no such dataset, or a private one"),
    "renamed": (State.RENAMED, "it is called otherwise now"),
    "revision": (State.WRONG, "the commit is not in the dataset's history"),
}


@dataclass(frozen=True)
class Answer:
    """What the Hub says of the pointer of an instance."""

    entry: Entry
    state: State
    detail: str = ""

    @property
    def line(self) -> str:
        """The answer on one line; with strangers' words, not escaped."""
        hub = self.entry.hub
        pointer = f"{hub.repo_id}@{hub.revision}" if hub else ""
        said = f"  ({self.detail})" if self.detail else ""
        return f"{self.state:11}  {self.entry.name}  {pointer}{said}"


Ask = Callable[[str, str], None]
"""Raises Refusal or Trouble for a dataset and a commit."""


def ask_hub(repo_id: str, revision: str) -> None:
    """Ask the Hub, without any token. Inside of `session()` only."""
    HubDataset(repo_id, revision).check_access()


def audit(entries: Sequence[Entry], ask: Ask = ask_hub) -> Iterator[Answer]:
    """The state of every pointer to the Hub, in the order of the entries; each is asked once."""
    known: dict[tuple[str, str], tuple[State, str]] = {}
    in_vain = 0
    with session():
        for entry in entries:
            if entry.hub is None:
                continue
            pointer = (entry.hub.repo_id, entry.hub.revision)
            if pointer not in known and in_vain < GIVE_UP:
                known[pointer] = _state(*pointer, ask)
                in_vain = in_vain + 1 if known[pointer][0] is State.UNREACHABLE else 0
            not_asked = (State.UNREACHABLE, "not asked: the Hub did not answer before")
            yield Answer(entry, *known.get(pointer, not_asked))


def _state(repo_id: str, revision: str, ask: Ask) -> tuple[State, str]:
    try:
        ask(repo_id, revision)
    except Refusal as refusal:
        state, meaning = _STATES.get(refusal.kind, (State.VANISHED, "it cannot be read"))
        if state is State.RENAMED:
            meaning = f"it is {refusal.detail} now"
        elif refusal.detail != refusal.kind and refusal.detail:
            meaning = refusal.detail
        return state, meaning
    except Trouble as trouble:
        return State.UNREACHABLE, str(trouble)
    return State.RIGHT, ""


def totals(answers: Sequence[Answer], instances: int) -> str:
    """One line that counts."""
    states = Counter(answer.state for answer in answers)
    counts = ", ".join(f"{states[state]} {state}" for state in State if states[state])
    here = instances - len(answers)
    return f"{len(answers)} pointers: {counts or 'none'}; {here} instances have their data here"


def exit_code(answers: Sequence[Answer]) -> int:
    """1 where a pointer is broken, else 2 where one could not be asked about, else 0."""
    if any(answer.state.is_broken for answer in answers):
        return 1
    return 2 if any(answer.state is State.UNREACHABLE for answer in answers) else 0
