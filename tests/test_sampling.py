"""Drawing examples: the contract's order, shares and limit of minutes."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validators.sampling import draw, largest_remainder, order_key, within_minutes

FILES = [f"clip-{number}" for number in range(10)]


def test_the_order_is_the_contracts() -> None:
    assert order_key("clip-3", 7) == hashlib.sha256(b"7\x00clip-3").digest()
    by_hand = sorted(FILES, key=lambda file: hashlib.sha256(f"0\0{file}".encode()).hexdigest())
    assert draw(FILES, file=str, examples=4) == by_hand[:4]


def test_another_seed_is_another_draw() -> None:
    assert draw(FILES, file=str, examples=4) != draw(FILES, file=str, examples=4, seed=1)


@given(st.permutations(FILES))
def test_the_order_of_the_source_does_not_matter(files: list[str]) -> None:
    assert draw(files, file=str, examples=5) == draw(FILES, file=str, examples=5)


def test_fewer_rows_than_asked_for_are_all_drawn() -> None:
    assert sorted(draw(FILES, file=str, examples=99)) == FILES


@pytest.mark.parametrize(
    ("sizes", "seats", "expected"),
    [
        ({"a": 50, "b": 50}, 10, {"a": 5, "b": 5}),
        ({"a": 90, "b": 10}, 10, {"a": 9, "b": 1}),
        ({"a": 47, "b": 16, "c": 37}, 10, {"a": 5, "b": 1, "c": 4}),
        ({"b": 1, "a": 1}, 1, {"b": 0, "a": 1}),  # a tie: the stratum that sorts first
        ({"a": 1, "b": 1, "c": 1}, 2, {"a": 1, "b": 1, "c": 0}),
    ],
)
def test_largest_remainder(sizes: dict[str, int], seats: int, expected: dict[str, int]) -> None:
    assert largest_remainder(sizes, seats) == expected


@given(
    st.dictionaries(st.text(max_size=3), st.integers(1, 50), min_size=1, max_size=6),
    st.integers(0, 100),
)
def test_shares_add_up_and_are_within_one_of_the_quota(sizes: dict[str, int], seats: int) -> None:
    seats = min(seats, sum(sizes.values()))
    shares = largest_remainder(sizes, seats)
    assert sum(shares.values()) == seats
    for name, size in sizes.items():
        assert abs(shares[name] - seats * size / sum(sizes.values())) < 1
        assert shares[name] <= size


def test_strata_keep_their_shares() -> None:
    rows = [(f"{label}{number}", label) for label, size in (("a", 30), ("b", 10))
            for number in range(size)]  # fmt: skip
    drawn = draw(rows, file=lambda row: row[0], examples=8, stratum=lambda row: row[1])
    assert sorted(label for _, label in drawn) == ["a"] * 6 + ["b"] * 2
    assert drawn == sorted(drawn, key=lambda row: order_key(row[0], 0))


def test_minutes_stop_before_they_are_exceeded() -> None:
    rows = [("a", 30.0), ("b", 29.0), ("c", 2.0), ("d", 0.5)]
    kept = within_minutes(rows, lambda row: row[1], minutes=1)
    assert [name for name, _ in kept] == ["a", "b"]  # c exceeds, and d does not slip in behind it


def test_exactly_the_minutes_are_allowed() -> None:
    assert len(within_minutes([60.0, 0.0], lambda seconds: seconds, minutes=1)) == 2
