"""Which examples are shown: those that show the most, the same ones for the same seed."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from validators.listening.choice import Candidate, Choice, choose, shares

TEN = [Candidate(f"f{n}", ("yes" if n % 2 else "no",), None, 1.0 + n, -20.0 - n) for n in range(10)]


def reasons(candidates: list[Candidate], count: int, seed: int = 0) -> dict[str, tuple[str, ...]]:
    chosen = choose(candidates, count, seed)
    return {candidates[one.index].file: one.reasons for one in chosen}


def test_the_extremes_are_shown() -> None:
    found = reasons(TEN, 6)
    assert found["f0"] == ("shortest", "loudest")
    assert found["f9"] == ("longest", "quietest")
    assert len(found) == 6


def test_what_could_not_be_decoded_is_no_extreme() -> None:
    broken = Candidate("broken", ("no",), None, None, None)
    assert "shortest" not in reasons([*TEN, broken], 11)["broken"]


def test_every_answer_is_shown_where_there_is_room() -> None:
    many = [Candidate(f"f{n}", (f"label{n % 8}",)) for n in range(800)]
    shown = choose(many, 24, 0)
    assert {answer for one in shown for answer in many[one.index].answers} == {
        f"label{n}" for n in range(8)
    }


def test_of_many_answers_at_most_a_third_is_there_for_its_answer() -> None:
    many = [Candidate(f"f{n}", (f"label{n}",), None, float(n), float(n)) for n in range(500)]
    assert Counter(why for one in choose(many, 24, 0) for why in one.reasons)["each answer"] == 8


def test_an_example_with_two_answers_stands_for_both() -> None:
    pairs = [Candidate("both", ("noise", "echo")), *(Candidate(f"f{n}", ()) for n in range(20))]
    found = reasons(pairs, 3)
    assert found["both"] == ("each answer",)


def test_the_least_and_the_greatest_number_are_shown() -> None:
    numbers = [Candidate(f"f{n}", (), float(n * n)) for n in range(30)]
    found = reasons(numbers, 6)
    assert found["f0"] == ("least answer",)
    assert found["f29"] == ("greatest answer",)


def test_flagged_examples_come_first_the_worst_rules_before_the_others() -> None:
    flagged = [
        Candidate("note", flags=(("note", "DAT400"),)),
        *(Candidate(f"w{n}", flags=(("warning", "AUD512"),)) for n in range(9)),
        Candidate("error", flags=(("warning", "AUD512"), ("error", "DAT422"))),
        *(Candidate(f"f{n}") for n in range(30)),
    ]
    shown = list(reasons(flagged, 24).items())
    assert shown[0] == ("error", ("flagged",))
    assert shown[1][0].startswith("w")
    assert shown[2] == ("note", ("flagged",))
    assert sum("flagged" in why for _, why in shown) == 8


def test_flagged_examples_leave_room_for_others() -> None:
    flagged = [Candidate(f"f{n}", flags=(("error", "DAT422"),)) for n in range(100)]
    assert Counter(why for one in choose(flagged, 24, 0) for why in one.reasons) == {
        "flagged": 8,
        "drawn": 16,
    }


def test_another_seed_draws_others() -> None:
    plain = [Candidate(f"f{n}") for n in range(1_000)]
    one, other = set(reasons(plain, 24, 0)), set(reasons(plain, 24, 1))
    assert len(one & other) < 8


candidates = st.lists(
    st.builds(
        Candidate,
        st.text(max_size=5),
        st.lists(st.sampled_from(["a", "b", "c"]), max_size=2).map(tuple),
        st.none() | st.floats(-10, 10),
        st.none() | st.floats(0, 10),
        st.none() | st.floats(-60, 0),
        st.lists(st.tuples(st.sampled_from(["error", "note"]), st.just("DAT422"))).map(tuple),
    ),
    max_size=40,
    unique_by=lambda one: one.file,
)


@given(candidates, st.integers(0, 30), st.integers(0, 3))
def test_as_many_as_asked_for_are_shown_each_once_with_a_reason(
    found: list[Candidate], count: int, seed: int
) -> None:
    chosen = choose(found, count, seed)
    assert len(chosen) == min(count, len(found))
    assert len({one.index for one in chosen}) == len(chosen)
    assert all(one.reasons for one in chosen)


@given(candidates, st.randoms())
def test_the_order_of_the_rows_changes_nothing(
    found: list[Candidate], shuffler: random.Random
) -> None:
    def named(rows: list[Candidate], chosen: list[Choice]) -> list[tuple[str, tuple[str, ...]]]:
        return [(rows[one.index].file, one.reasons) for one in chosen]

    others = list(found)
    shuffler.shuffle(others)
    assert named(found, choose(found, 8, 0)) == named(others, choose(others, 8, 0))


def test_instances_share_the_page() -> None:
    assert shares(24, 1) == [24]
    assert shares(24, 5) == [5, 5, 5, 5, 4]
    assert shares(2, 3) == [1, 1, 0]
    assert shares(24, 0) == []
