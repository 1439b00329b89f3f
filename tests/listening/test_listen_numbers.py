"""What the page counts, by numbers that can be checked by hand."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.flawless import make_task, noise, sound, variant
from tests.listening.pages import view_of
from validators.engine import Measurer
from validators.listening.numbers import Numbers, Spread, histogram, numbers, spread


def numbers_of(root: Path, measure: Measurer) -> Numbers:
    (view,) = view_of(root, measure, clips=0).instances
    assert view.stats is not None
    return numbers(view.stats)


def test_a_histogram_counts_every_value_once() -> None:
    found = histogram([0.0, 1.0, 1.4, 2.0, 10.0], bins=5)
    assert found is not None
    assert (found.low, found.high, found.median) == (0.0, 10.0, 1.4)
    assert found.counts == (3, 1, 0, 0, 1)


def test_equal_values_stand_in_the_middle() -> None:
    found = histogram([2.0, 2.0], bins=5)
    assert found is not None
    assert found.counts == (0, 0, 2, 0, 0)


def test_no_values_make_no_histogram() -> None:
    assert histogram([]) is None
    assert spread([]) is None


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50))
def test_no_value_falls_out_of_a_histogram(values: list[float]) -> None:
    found = histogram(values)
    assert found is not None
    assert sum(found.counts) == len(values)


def test_a_spread_is_extremes_quartiles_and_median() -> None:
    assert spread([5.0, 1.0, 2.0, 3.0, 4.0]) == Spread(1.0, 2.0, 3.0, 4.0, 5.0)
    assert spread([7.0]) == Spread(7.0, 7.0, 7.0, 7.0, 7.0)


def test_lengths_and_levels_are_counted_for_each_answer(
    tmp_path: Path, clips: Path, measure: Measurer
) -> None:
    make_task(tmp_path, clips)
    found = numbers_of(tmp_path, measure)
    assert [(row.answer, row.count) for row in found.answers] == [("yes", 20), ("no", 20)]
    assert found.seconds == pytest.approx([0.2] * 40)
    assert len(found.levels) == 40
    assert not found.shortcut


def test_answers_that_length_tells_are_called_a_shortcut(
    tmp_path: Path, clips: Path, measure: Measurer
) -> None:
    task = make_task(tmp_path, clips)
    for number in range(1, 20, 2):
        path = f"data/Prompts/clips/c{number:02}.wav"
        sound(path, noise(number, 0.5))(task)
    found = numbers_of(tmp_path, measure)
    assert found.telling["length"] == pytest.approx(0.31, abs=0.02)
    assert found.shortcut


@pytest.mark.parametrize(
    ("name", "sizes"),
    [("number", [n - 0.5 for n in range(1, 41)]), ("text", [3.0] * 40), ("audio output", [])],
)
def test_answers_that_are_no_labels_are_measured(
    tmp_path: Path, clips: Path, measure: Measurer, name: str, sizes: list[float]
) -> None:
    variant(name)(make_task(tmp_path, clips))
    found = numbers_of(tmp_path, measure)
    assert sorted(found.sizes) == sizes
    assert not found.answers


def test_of_two_clips_the_lengths_are_summed(
    tmp_path: Path, clips: Path, measure: Measurer
) -> None:
    variant("two clips")(make_task(tmp_path, clips))
    assert numbers_of(tmp_path, measure).seconds == pytest.approx([0.4] * 40)
