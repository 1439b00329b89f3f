"""Which lines count as one, and how many a task needs."""

import pytest

from validators.instructions import (
    distinct,
    effective_number,
    normalised,
    required_instructions,
    similarity,
    tokens,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is said? {labels}", "what  is said: {labels}"),
        ("Yes", "yes!"),
        ("wood-knock", "wood knock"),
        ("Straße", "STRASSE"),
        ("café", "cafe\u0301"),
        ("A.", "a"),
    ],
)
def test_these_are_the_same(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("-5 dB", "5 dB"),
        ("-5", "+5"),
        ("0.4 m", "04 m"),
        ("1.5", "15"),
        ("resume", "résumé"),
        ("\u0915\u093f", "\u0915\u0940"),  # Hindi ki and kii differ in a vowel sign alone
    ],
)
def test_these_are_not(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


def test_blank_lines_and_repetitions_do_not_count() -> None:
    assert distinct(["a b", "A B!", "", "...", "c"]) == 2


@pytest.mark.parametrize(
    ("examples", "required"), [(0, 10), (32, 10), (200, 10), (201, 11), (220, 11), (221, 12)]
)
def test_one_for_every_twenty_and_never_fewer_than_ten(examples: int, required: int) -> None:
    assert required_instructions(examples) == required


def test_similarity_is_the_share_of_common_words() -> None:
    one, other = tokens("Say what is heard: {labels}."), tokens("say WHAT is said")
    assert one == {"say", "what", "is", "heard"}
    assert similarity(one, other) == 3 / 5
    assert similarity(tokens("a b"), tokens("c d")) == 0


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (["a b", "c d", "e f"], 3.0),
        (["a b", "a b", "a b"], 1.0),
        (["a b", "b c"], 1.5),  # a third of the words in common: 4 / (2 + 2/3)
        ([""], None),
    ],
)
def test_the_effective_number(lines: list[str], number: float | None) -> None:
    assert effective_number(lines) == (number if number is None else pytest.approx(number))
