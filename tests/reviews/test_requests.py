"""Every request of a reviewer is found, or it is said why not."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.reviews.outcomes import (
    Accepted,
    Found,
    FoundInPull,
    Hub,
    Human,
    Impossible,
    Outcome,
    Waits,
)
from tests.reviews.table import TABLE
from tests.rules.cases import Case, judge, run
from tests.rules.pulls import judge_pull
from tests.rules.test_hub import CASES as ON_THE_HUB
from validators.examples import read_examples
from validators.folder import TaskFolder
from validators.opening import open_source

REQUESTS = [json.loads(text) for text in Path(__file__).with_name("requests.jsonl").open()]
FOR_A_CHECK = ("static", "data", "repo")
NOT_FOUND_MAX = 2
"""Those that speak of a proposal, before there is a pull request, and no others."""


def of_kind(kind: type[Outcome]) -> list:
    """A parameter for each line of one kind."""
    return [
        pytest.param(request.outcome, id=f"{request.line}-{request.pr}-{request.category}")
        for request in TABLE
        if isinstance(request.outcome, kind)
    ]


def distinct(kind: type[Outcome]) -> list:
    """A parameter for each outcome of one kind; builders that lines share come once."""
    return list({id(p.values[0]): p for p in of_kind(kind)}.values())


@pytest.fixture
def check(tmp_path, clips, measure):
    """Check the flawless task with edits, any number of times."""
    seen = iter(range(10))

    def checked(*edits):
        return run(Case("", edits), tmp_path / str(next(seen)), clips, measure)[1]

    return checked


def test_the_table_names_every_line_once_and_in_order():
    assert [request.line for request in TABLE] == list(range(1, len(REQUESTS) + 1))
    assert len(REQUESTS) == 177
    for request, line in zip(TABLE, REQUESTS, strict=True):
        assert (request.pr, request.category) == (line["pr"], line["category"]), request.line


def test_what_becomes_of_a_request_agrees_with_who_could_catch_it():
    for request, line in zip(TABLE, REQUESTS, strict=True):
        kinds = {"hub": Hub, "human": Human}.get(line["catchable"])
        assert isinstance(
            request.outcome, kinds or Found | FoundInPull | Impossible | Accepted | Waits
        ), request
        assert line["catchable"] in {"hub", "human", *FOR_A_CHECK}


def test_only_what_speaks_of_a_proposal_alone_is_not_found():
    waiting = [request for request in TABLE if isinstance(request.outcome, Waits)]
    assert len(waiting) == NOT_FOUND_MAX
    assert Counter(request.category for request in waiting) == {"naming": 1, "task-duplicate": 1}


@pytest.mark.parametrize("outcome", of_kind(FoundInPull))
def test_a_request_on_a_pull_request_is_found_and_its_twin_is_silent(outcome):
    assert outcome.faulty.places
    assert len(outcome.faulty.says) == 3
    judge_pull(outcome.code, outcome.faulty)
    judge_pull(outcome.code, outcome.twin)


def test_what_speaks_of_the_hub_is_found_by_a_rule_that_asks_there():
    codes = [request.outcome.code for request in TABLE if isinstance(request.outcome, Hub)]
    assert {code for code in codes if code} <= set(ON_THE_HUB)
    assert codes.count(None) == 2


@pytest.mark.parametrize("outcome", of_kind(Found))
def test_a_request_is_found_with_what_is_required_and_how_to_mend_it(
    outcome, tmp_path, clips, measure
):
    assert len(outcome.faulty.says) == 3
    judge(outcome.code, outcome.faulty, tmp_path, clips, measure)


@pytest.mark.parametrize("outcome", distinct(Found))
def test_its_flawless_twin_gives_no_finding(outcome, tmp_path, clips, measure):
    judge(outcome.code, outcome.twin, tmp_path, clips, measure)


@pytest.mark.parametrize("outcome", of_kind(Impossible))
def test_what_is_impossible_cannot_be_expressed(outcome, check):
    outcome.test(check)


@pytest.mark.parametrize("outcome", of_kind(Accepted))
def test_what_is_accepted_is_read_right_and_gives_no_finding(outcome, tmp_path, clips, measure):
    task, report = run(Case("", outcome.edits), tmp_path, clips, measure)
    assert report.findings == []
    assert report.problems == []
    (file,) = TaskFolder(tmp_path, f"tasks/{task.name}").instances
    rows = [*read_examples(open_source(file)).rows]
    assert tuple(row.file for row in rows[: len(outcome.ids)]) == outcome.ids
    assert tuple(row.label for row in rows[: len(outcome.labels)]) == outcome.labels
    assert outcome.ids or outcome.labels


def test_reasons_are_phrases_without_a_full_stop():
    for request in TABLE:
        reason = getattr(request.outcome, "reason", "a rule finds it")
        assert len(reason.split()) >= 4, request
        assert not reason.endswith("."), request
