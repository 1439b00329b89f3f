"""Instructions: which lines count as one, and how many a task needs."""

import math
import re
import unicodedata
from collections.abc import Iterable
from itertools import combinations

MIN_INSTRUCTIONS = 10
EXAMPLES_PER_INSTRUCTION = 20

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def normalised(text: str) -> str:
    """A line with case, blanks and punctuation taken off: what differs only there is one line.

    The sign and the point of a number are no punctuation: -5 dB is not 5 dB, nor 0.4 m 04 m.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = _NUMERIC.sub(lambda found: _KEPT[found.group()], folded)
    return "".join(
        letter for letter in kept if letter.isalnum() or letter in _SIGNS or _is_mark(letter)
    )


_NUMERIC = re.compile(r"(?<![\w)])[-+\u2212](?=\d)|(?<=\d)[.,](?=\d)")
_KEPT = {"-": "\ue000", "\u2212": "\ue000", "+": "\ue001", ".": "\ue002", ",": "\ue002"}
_SIGNS = frozenset(_KEPT.values())


def _is_mark(letter: str) -> bool:
    """True for vowel signs and other marks, which many scripts spell words with."""
    return unicodedata.category(letter).startswith("M")


def distinct(lines: Iterable[str]) -> int:
    """How many lines differ in more than case, blanks and punctuation; blank ones do not count."""
    return len({key for line in lines if (key := normalised(line))})


def required_instructions(examples: int) -> int:
    """The least number of distinct instructions for an instance of this many examples."""
    return max(MIN_INSTRUCTIONS, math.ceil(examples / EXAMPLES_PER_INSTRUCTION))


COMPARED_LINES = 400
"""Lines that are compared with one another: 80,000 pairs, a tenth of a second."""


def tokens(line: str) -> frozenset[str]:
    """The distinct words of an instruction, without case, punctuation and placeholders."""
    text = unicodedata.normalize("NFKC", PLACEHOLDER.sub(" ", line)).casefold()
    return frozenset(re.findall(r"[^\W_]+", text))


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of words that two instructions have in common: Jaccard index of their sets, 0 to 1."""
    both = len(one | other)
    return len(one & other) / both if both else 1.0


def effective_number(lines: Iterable[str]) -> float | None:
    """How many truly different instructions there are, between 1 and their number.

    The diversity of order 2 of Leinster and Cobbold (2012, Ecology 93(3), 477-489) with equal
    shares: one over the mean similarity of all pairs, each with itself included. Ten lines without
    a common word count ten, ten equal ones one. None without lines; of very many the first few
    hundred are taken.
    """
    sets = [tokens(line) for line in lines if normalised(line)][:COMPARED_LINES]
    if not sets:
        return None
    between = sum(similarity(one, other) for one, other in combinations(sets, 2))
    return len(sets) ** 2 / (len(sets) + 2 * between)
