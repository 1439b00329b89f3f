"""Numbers about published instances, and where a new one stands among them."""

import pytest

from ci.summary import (
    Spread,
    Standing,
    by_task,
    chance,
    majority,
    published,
    retired,
    spread,
    spreads,
    standing,
    totals,
)
from tests.documents import manifests
from tests.documents.manifests import entry, manifest, without_numbers
from tests.render.reports import instance as statistics


def test_totals_count_tasks_and_languages_once() -> None:
    found = totals([entry(stem="A"), entry(stem="B"), entry("SpokenDigits")])
    assert (found.tasks, found.instances, found.examples) == (2, 3, 600)
    assert found.minutes == pytest.approx(25.29)
    assert found.languages == ("en-US",)


def test_retired_instances_are_not_published_ones() -> None:
    what = manifest(entry(stem="B"), manifests.retired(), entry(stem="A"))
    assert [e.stem for e in published(what)] == ["A", "B"]
    assert [e.stem for e in retired(what)] == ["Old"]
    assert list(by_task(published(what))) == ["EmotionRecognition"]


def test_chance_counts_the_labels_of_the_instance_before_those_of_the_task() -> None:
    assert chance(entry()) == pytest.approx(1 / 3)
    assert chance(entry(declared_instance={"labels": ["angry", "sad"]})) == 0.5
    open_set = {"output": {"type": "classification", "labels": None}}
    assert chance(entry(declared_task=open_set)) == pytest.approx(1 / 3)
    unknown = without_numbers("EmotionRecognition_CREMA-D")
    assert chance(entry(declared_task=open_set, statistics=unknown)) is None


def test_guessing_is_defined_for_one_right_label_only() -> None:
    several = {"output": {"type": "multilabel", "labels": ["a", "b"]}, "metrics": ["macro_f1"]}
    assert chance(entry(declared_task=several)) is None
    assert majority(entry(declared_task=several)) is None
    assert majority(entry()) == 0.665


def test_quartiles_are_interpolated_and_one_value_is_all_of_them() -> None:
    assert spread([4, 1, 2, 3]) == Spread(4, 1, 1.75, 2.5, 3.25, 4)
    assert spread([7]) == Spread(1, 7, 7, 7, 7, 7)
    assert spread([]) is None


def test_measures_that_nobody_knows_are_left_out() -> None:
    assert spreads([without_numbers("A_B")]) == {}
    assert spreads([without_numbers("A_B"), statistics("A_C")])["examples"].count == 1


def test_a_new_instance_stands_above_those_that_have_less() -> None:
    others = [statistics(f"A_D{n}", examples=n) for n in (100, 200, 200, 400)]
    found = standing(statistics("B_X", examples=200), others)
    assert found["examples"] == Standing(200.0, 1, Spread(4, 100, 175, 200, 250, 400))
    assert "examples" not in standing(without_numbers("B_X"), others)
    assert standing(statistics("B_X"), []) == {}
