"""Which examples of an instance are worth a reviewer's time. Pure functions."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

SEVERITIES: Final = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the choice goes by.

    Attributes:
        file: the example's file id.
        answers: the labels that are right; empty where the answer is no label.
        size: of an answer that is no label: the number itself, or the length of the text.
        seconds: of its input clips; None where one could not be decoded.
        level: of its first input clip in dBFS, pauses not counted; None where there is none.
        flags: severity and code of each finding about it.
    """

    file: str
    answers: tuple[str, ...] = ()
    size: float | None = None
    seconds: float | None = None
    level: float | None = None
    flags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """An example that is shown, by its place among the candidates, and why."""

    index: int
    reasons: tuple[str, ...]


def shares(total: int, instances: int) -> list[int]:
    """How many examples each instance is given; the first ones get what is left over."""
    each, more = divmod(total, instances) if instances else (0, 0)
    return [each + (place < more) for place in range(instances)]


def choose(candidates: Sequence[Candidate], count: int, seed: int) -> list[Choice]:
    """At most `count` examples: those that rules have flagged, a third at most; the extremes; one
    of each answer, a third at most; and others drawn by `seed`.

    The same candidates and seed give the same choice, in whichever order the candidates stand.
    """
    drawn = sorted(range(len(candidates)), key=lambda i: _rank(seed, candidates[i].file))
    picked: dict[int, list[str]] = {}

    def pick(index: int, reason: str, room: int = count) -> None:
        if index in picked:
            picked[index].append(reason)
        elif len(picked) < min(count, room):
            picked[index] = [reason]

    third = max(1, count // 3)
    for index in _flagged(candidates, drawn):
        pick(index, "flagged", third)
    for reason, index in _extremes(candidates, drawn):
        pick(index, reason)
    room = len(picked) + third
    seen = {answer for index in picked for answer in candidates[index].answers}
    for index in drawn:
        new = [answer for answer in candidates[index].answers if answer not in seen]
        if new and index not in picked:
            pick(index, "each answer", room)
            seen.update(new)
    for index in drawn:
        if len(picked) >= count:
            break
        if index not in picked:
            pick(index, "drawn")
    return [Choice(index, tuple(dict.fromkeys(reasons))) for index, reasons in picked.items()]


def _rank(seed: int, file: str) -> tuple[bytes, str]:
    """A draw that depends on the seed and the file id alone, as that of sampling does."""
    name = file.encode("utf-8", "surrogatepass")
    return hashlib.sha256(b"listen\0%d\0" % seed + name).digest(), file


def _flagged(candidates: Sequence[Candidate], drawn: Iterable[int]) -> Iterator[int]:
    """Examples with findings: the first of each rule, the worst rules first, then the second..."""
    by_rule: dict[tuple[int, str], list[int]] = defaultdict(list)
    for index in drawn:
        if candidates[index].flags:
            severity, code = min(candidates[index].flags, key=_badness)
            by_rule[_badness((severity, code))].append(index)
    for turn in zip_longest(*(by_rule[rule] for rule in sorted(by_rule))):
        yield from (index for index in turn if index is not None)


def _badness(flag: tuple[str, str]) -> tuple[int, str]:
    return SEVERITIES.index(flag[0]), flag[1]


def _extremes(candidates: Sequence[Candidate], drawn: Sequence[int]) -> Iterator[tuple[str, int]]:
    """The examples at both ends of what can be ordered, with the words for it."""
    for low, high, name in (
        ("shortest", "longest", "seconds"),
        ("quietest", "loudest", "level"),
        ("least answer", "greatest answer", "size"),
    ):
        known = [(getattr(candidates[i], name), i) for i in drawn]
        ordered = [(value, i) for value, i in known if value is not None]
        if ordered:
            yield low, min(ordered, key=lambda pair: pair[0])[1]
            yield high, max(ordered, key=lambda pair: pair[0])[1]
