"""Reviewers' sheets count with their approvals, and say how far they agree."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci.agreement import gwets_ac1, ordinal_alpha, percent_agreement, table
from ci.review import main
from schema.review import ReviewOutcome
from tests.ci.bot_stage import HEAD, NEXT
from tests.github.server import Fault, GitHubServer
from tests.github.state import NAME, OWNER

INSTANCE = "SpeakerCounting_VCTK"


def example(file: str, verdict: str | None = "ok", *scores: int, note: str = "") -> dict[str, Any]:
    consistent, clear, relevant = scores or (5, 5, 5)
    return {
        "instance": INSTANCE, "file": file, "verdict": verdict, "consistent": consistent,
        "clear": clear, "relevant": relevant, "note": note,
    }  # fmt: skip


def sheet(reviewer: str, *examples: dict[str, Any], **changes: Any) -> dict[str, Any]:
    whole = {
        "schema_version": 1, "rubric": 1, "task": "SpeakerCounting", "folder_sha256": "1" * 64,
        "report_sha256": "2" * 64, "validator": "0.1.0", "reviewer": reviewer, "seed": 0,
        "shown": 24, "examples": list(examples) or [example("a"), example("b"), example("c")],
        "note": "",
    }  # fmt: skip
    return whole | changes


class Desk:
    """A pull request, and sheets on the desk."""

    def __init__(self, github: GitHubServer, folder: Path) -> None:
        self.github, self.folder = github, folder
        self.pull = github.state.open_pull(7, HEAD)
        self.paths: list[str] = []

    def put(self, content: dict[str, Any] | str, approves: str | None = "APPROVED") -> None:
        path = self.folder / f"{len(self.paths)}.json"
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        self.paths.append(str(path))
        if approves and isinstance(content, dict):
            self.pull.review(content["reviewer"], approves)

    def count(self) -> int:
        places = ["--pull-request", "7", "--output", str(self.folder / "outcome.json")]
        where = ["--api", self.github.api, "--repository", f"{OWNER}/{NAME}"]
        return main([*self.paths, *places, *where])

    @property
    def outcome(self) -> ReviewOutcome:
        return ReviewOutcome.model_validate_json((self.folder / "outcome.json").read_bytes())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("GITHUB_TOKEN", "any")
    with GitHubServer() as github:
        yield Desk(github, tmp_path)


def test_two_sheets_with_their_approvals_count(desk: Desk, capsys: Any) -> None:
    desk.put(sheet("bea", example("a"), example("b", "bad", 1, 3, 4), example("c")))
    desk.put(sheet("Ada", example("a"), example("b", "bad", 2, 3, 4), example("c", "ok", 3, 5, 5)))
    assert desk.count() == 0
    found = desk.outcome
    assert [review.account for review in found.reviews] == ["Ada", "bea"]
    assert {review.commit for review in found.reviews} == {HEAD}
    assert (found.examples, found.agreement.value, found.ac1.value) == (3, 1.0, 1.0)
    assert [one.file for one in found.bad] == ["b"]
    assert [one.file for one in found.disputed] == ["c"]
    assert "2 reviewers, 3 examples" in capsys.readouterr().out


def test_an_example_that_one_reviewer_judged_is_not_counted_as_agreed_on(desk: Desk) -> None:
    desk.put(sheet("ada", example("a"), example("b", None)))
    desk.put(sheet("bea", example("a"), example("b"), example("d", "bad")))
    assert desk.count() == 0
    assert desk.outcome.examples == 1
    assert [one.file for one in desk.outcome.bad] == ["d"]


REFUSED = {
    "one sheet alone": ([sheet("ada")], "two at least"),
    "no approval": ([sheet("ada"), sheet("bea")], "does not approve"),
    "two sheets of one": ([sheet("ada"), sheet("ADA")], "has two sheets"),
    "another state": ([sheet("ada"), sheet("bea", folder_sha256="3" * 64)], "state of the folder"),
    "another report": ([sheet("ada"), sheet("bea", report_sha256="3" * 64)], "another report"),
    "another task": ([sheet("ada"), sheet("bea", task="StressDetection")], "another task"),
    "an example twice": ([sheet("ada"), sheet("bea", example("a"), example("a"))], "stands twice"),
    "a score of 6": ([sheet("ada"), sheet("bea", example("a", "ok", 6, 1, 1))], "consistent"),
    "an unknown key": ([sheet("ada"), sheet("bea", more=1)], "more"),
    "not JSON": ([sheet("ada"), "{"], "1.json"),
    "a key twice": ([sheet("ada"), '{"task": "A", "task": "B"}'], "task"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_sheets_that_do_not_count_are_refused_with_the_reason(
    desk: Desk, case: str, capsys: Any
) -> None:
    sheets, said = REFUSED[case]
    for content in sheets:
        desk.put(content, None if case == "no approval" else "APPROVED")
    assert desk.count() == 1
    assert said in capsys.readouterr().err
    assert not (desk.folder / "outcome.json").exists()


@pytest.mark.parametrize("state", ["CHANGES_REQUESTED", "DISMISSED"])
def test_an_approval_that_was_taken_back_counts_no_more(desk: Desk, state: str) -> None:
    desk.put(sheet("ada"))
    desk.put(sheet("bea"))
    desk.pull.review("bea", state)
    assert desk.count() == 1


def test_a_comment_after_an_approval_leaves_it_standing(desk: Desk) -> None:
    desk.put(sheet("ada"))
    desk.put(sheet("bea"))
    desk.pull.review("bea", "COMMENTED")
    assert desk.count() == 0


def test_an_approval_of_an_older_head_does_not_count(desk: Desk, capsys: Any) -> None:
    desk.put(sheet("ada"))
    desk.put(sheet("bea"))
    desk.pull.head = NEXT
    assert desk.count() == 1
    assert "approved aaaaaaaaaa; the head is bbbbbbbbbb" in capsys.readouterr().err


def test_trouble_of_github_is_no_fault_of_the_sheets(desk: Desk) -> None:
    desk.put(sheet("ada"))
    desk.put(sheet("bea"))
    desk.github.faults.append(Fault("GET", "/reviews", 1000, 404))
    assert desk.count() == 2


# Krippendorff's and Gwet's own example: twelve units, four observers, five values. The values are
# those that K. L. Gwet prints for it (Handbook of Inter-Rater Reliability, 4th ed. 2014).
OBSERVED = [
    [1, 1, None, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
    [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [None, 5, 5, 5], [None, None, 1, 1],
    [None, None, 3, None],
]  # fmt: skip


def test_the_coefficients_are_those_of_the_literature() -> None:
    ratings = table(OBSERVED)
    assert percent_agreement(ratings).value == pytest.approx(0.8182, abs=1e-4)
    assert gwets_ac1(ratings).value == pytest.approx(0.7754, abs=1e-4)
    assert ordinal_alpha(ratings).value == pytest.approx(0.8154, abs=1e-4)


def test_where_all_say_ok_ac1_is_one_and_alpha_is_undefined() -> None:
    ratings = table([[1, 1], [1, 1], [1, 1]])
    assert gwets_ac1(ratings).value == 1.0
    assert ordinal_alpha(ratings).value is None


RATINGS = st.lists(
    st.lists(st.none() | st.integers(1, 5), min_size=3, max_size=3), min_size=1, max_size=8
)


@given(RATINGS)
@settings(max_examples=25, deadline=None)
def test_every_interval_holds_between_its_ends_or_is_undefined(rows: list[Any]) -> None:
    for coefficient in (percent_agreement, gwets_ac1, ordinal_alpha):
        found = coefficient(table(rows), resamples=50)
        assert (found.value is None) == (found.low is None) == (found.high is None)
        if found.value is not None:
            assert -5 <= found.low <= found.high <= 1
            assert found == coefficient(table(rows), resamples=50)
