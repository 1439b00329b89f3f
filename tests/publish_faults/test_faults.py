"""A seeded part of the fault table, of the kills and of the races; all of it under torture."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import FULL_STRENGTH
from tests.publish_faults import kills, rivals, table
from tests.publish_faults.world import short_session

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")  # the library's
SEED = 20261125
POINTS = list(table.points())
MUST = [
    table.Point("commit", fault, lasts=False)
    for fault in (table.Fault.LOST_ANSWER, table.Fault.DROPPED, table.Fault.PRECONDITION_FAILED)
]
SOME = POINTS if FULL_STRENGTH else [*MUST, *random.Random(SEED).sample(POINTS, 24)]
RACES = 200 if FULL_STRENGTH else 8


@pytest.fixture(scope="module", autouse=True)
def _session() -> Iterator[None]:
    with rivals.polite(), short_session():
        yield


@pytest.fixture(scope="module")
def born() -> Iterator[kills.Nursery]:
    with kills.nursery() as opened:
        yield opened


def test_the_table_has_more_than_sixty_points() -> None:
    assert len(POINTS) > 400
    assert len({point.request for point in POINTS}) == len(table.REQUESTS)


@pytest.mark.parametrize("point", SOME, ids=str)
def test_one_resume_mends_what_a_fault_left(point: table.Point, tmp_path: Path) -> None:
    assert table.run(point, tmp_path).broken == ()


@pytest.mark.parametrize("number", [8, 9, 10, 13])
@pytest.mark.parametrize("when", ["before", "after"])
def test_one_resume_mends_what_a_kill_left(
    number: int, when: kills.When, born: kills.Nursery, tmp_path: Path
) -> None:
    assert kills.run(kills.Kill(number, when), born, tmp_path) == (True, [])


@pytest.mark.torture
def test_one_resume_mends_what_any_kill_left(
    born: kills.Nursery, tmp_path_factory: pytest.TempPathFactory
) -> None:
    points = 0
    for kill in kills.all_kills():
        killed, broken = kills.run(kill, born, tmp_path_factory.mktemp("kill"))
        assert broken == [], kill
        if not killed:
            break
        points += 1
    assert points > 30


@pytest.mark.parametrize("seed", range(RACES))
def test_two_publishers_lose_nothing_and_double_nothing(seed: int, tmp_path: Path) -> None:
    order, broken = rivals.race(seed, tmp_path)
    assert {*order} == {"0", "1"}
    assert broken == []
