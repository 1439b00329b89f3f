"""Take in what reviewers heard: `python -m ci.review SHEET ... --pull-request N`.

A sheet is what `python -m validators.listen` exports. It counts with an approving review of the
same account at the pull request's head, and for the state of the task that it was made of. What two
or more of them say together becomes part of the approval, the manifest and the card; docs/rubric.md
explains the scores.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from ci.agreement import gwets_ac1, ordinal_alpha, percent_agreement, table
from ci.github import GitHub, GitHubRefusal, GitHubTrouble, add_options
from schema.review import (
    Estimate,
    ExampleReview,
    Rated,
    Review,
    ReviewOutcome,
    ReviewSheet,
)
from validators.render.escape import loggable
from validators.strict_json import read_json

MAX_SHEET_BYTES: Final = 1 << 20
APART: Final = 2
"""Scores that lie so far apart are a dispute."""

Score = Literal["consistent", "clear", "relevant"]
SCORES: Final[tuple[Score, ...]] = ("consistent", "clear", "relevant")
Key = tuple[str, str]
"""Instance and file id of an example."""


class ReviewError(Exception):
    """The sheets cannot be counted; the message says which and why."""


def read_sheet(path: Path) -> ReviewSheet:
    """A sheet from its file, read as a stranger's.

    Raises:
        ReviewError: it is no sheet.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        raw = file.read(MAX_SHEET_BYTES + 1)
    reading = read_json(raw, cap=MAX_SHEET_BYTES)
    if reading.defects:
        raise ReviewError(f"{path.name}: {reading.defects[0].message}")
    try:
        sheet = ReviewSheet.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(map(str, first["loc"]))
        raise ReviewError(f"{path.name}: {where}: {first['msg']}") from None
    keys = [(one.instance, one.file) for one in sheet.examples]
    if len(set(keys)) != len(keys):
        raise ReviewError(f"{path.name}: an example stands twice; each once is required")
    return sheet


def outcome(
    sheets: Sequence[ReviewSheet], approvals: Mapping[str, str], head: str, pull_request: int
) -> ReviewOutcome:
    """What the sheets say together.

    Args:
        sheets: of any order; two reviewers at least.
        approvals: account to the commit that it approved.
        head: of the pull request.
        pull_request: its number.

    Raises:
        ReviewError: a sheet does not count, or they are too few or of different states.
    """
    first = sheets[0]
    for sheet in sheets:
        _check_counts(sheet, first, approvals, head)
    ordered = sorted(sheets, key=lambda sheet: sheet.reviewer.casefold())
    names = [sheet.reviewer.casefold() for sheet in ordered]
    if len(set(names)) != len(names):
        raise ReviewError("a reviewer has two sheets; one each is required")
    if len(names) < 2:
        raise ReviewError(f"{len(names)} reviewer; two at least are required")
    rated = _rated(ordered)
    verdicts = table([[_verdict(one) for one in row] for row in rated.values()])
    return ReviewOutcome(
        schema_version=1,
        rubric=first.rubric,
        task=first.task,
        folder_sha256=first.folder_sha256,
        report_sha256=first.report_sha256,
        pull_request=pull_request,
        reviews=[Review(account=sheet.reviewer, commit=head) for sheet in ordered],
        examples=sum(_times(map(_verdict, row)) >= 2 for row in rated.values()),
        agreement=percent_agreement(verdicts),
        ac1=gwets_ac1(verdicts),
        alpha={
            score: ordinal_alpha(table([[_score(x, score) for x in row] for row in rated.values()]))
            for score in SCORES
        },
        bad=[_named(key) for key, row in rated.items() if _mostly_bad(row)],
        disputed=[_named(key) for key, row in rated.items() if _disputed(row)],
    )


def _check_counts(
    sheet: ReviewSheet, first: ReviewSheet, approvals: Mapping[str, str], head: str
) -> None:
    who = sheet.reviewer
    accounts = {account.casefold(): commit for account, commit in approvals.items()}
    approved = accounts.get(who.casefold())
    if approved is None:
        raise ReviewError(f"{who} does not approve of the pull request; an approval is required")
    if approved != head:
        raise ReviewError(f"{who} approved {approved[:10]}; the head is {head[:10]}")
    for name, about in (
        ("task", "task"), ("folder_sha256", "state of the folder"), ("report_sha256", "report"),
        ("rubric", "rubric"),
    ):  # fmt: skip
        if getattr(sheet, name) != getattr(first, name):
            raise ReviewError(f"the sheets of {first.reviewer} and {who} speak of another {about}")


# -- examples -------------------------------------------------------------------------------------


Row = Sequence[ExampleReview | None]
"""What each reviewer says of one example, in the reviewers' order."""


def _rated(sheets: Sequence[ReviewSheet]) -> dict[Key, Row]:
    """Every example of which somebody said something, sorted."""
    said = [{(one.instance, one.file): one for one in sheet.examples} for sheet in sheets]
    keys = sorted({key for of_reviewer in said for key in of_reviewer})
    return {key: [of_reviewer.get(key) for of_reviewer in said] for key in keys}


def _verdict(one: ExampleReview | None) -> float | None:
    return None if one is None or one.verdict is None else float(one.verdict == "ok")


def _score(one: ExampleReview | None, score: Score) -> float | None:
    value: int | None = None if one is None else getattr(one, score)
    return None if value is None else float(value)


def _times(values: Iterator[float | None]) -> int:
    return sum(value is not None for value in values)


def _mostly_bad(row: Row) -> bool:
    verdicts = [value for one in row if (value := _verdict(one)) is not None]
    return bool(verdicts) and sum(verdicts) < len(verdicts) / 2


def _disputed(row: Row) -> bool:
    verdicts = {value for one in row if (value := _verdict(one)) is not None}
    if len(verdicts) > 1:
        return True
    scores = [[v for one in row if (v := _score(one, score)) is not None] for score in SCORES]
    return any(max(known) - min(known) >= APART for known in scores if known)


def _named(key: Key) -> Rated:
    return Rated(instance=key[0], file=key[1])


# -- the command line -----------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Returns 1 if the sheets do not count, 2 if GitHub or a file could not be asked."""
    options = _parser().parse_args(arguments)
    token = os.environ.get("GITHUB_TOKEN", "")
    if not token:
        print("error: GITHUB_TOKEN is not set; reading is all that it must be able to do",
              file=sys.stderr)  # fmt: skip
        return 2
    try:
        sheets = [read_sheet(path) for path in options.sheets]
        with GitHub(options.repository, token, api=options.api) as github:
            head = github.head(options.pull_request)
            approvals = github.approvals(options.pull_request)
        found = outcome(sheets, approvals, head, options.pull_request)
    except ReviewError as error:
        print(f"error: {loggable(str(error))}", file=sys.stderr)
        return 1
    except (OSError, GitHubTrouble, GitHubRefusal) as error:
        print(f"error: {loggable(str(error))}", file=sys.stderr)
        return 2
    text = json.dumps(found.model_dump(mode="json"), indent=2) + "\n"
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    print(_told(found))
    return 0


def _told(found: ReviewOutcome) -> str:
    lines = [
        f"{found.task}: {len(found.reviews)} reviewers, {found.examples} examples judged by two "
        "or more",
        f"  equal verdicts    {_shown(found.agreement)}",
        f"  Gwet's AC1        {_shown(found.ac1)}",
        *(f"  alpha, {score:11}{_shown(estimate)}" for score, estimate in found.alpha.items()),
    ]
    for title, rated in (("judged bad", found.bad), ("disputed", found.disputed)):
        lines.append(f"  {title}: {len(rated)}")
        lines += [f"    {one.instance} {one.file}" for one in rated]
    return "\n".join(lines)


def _shown(estimate: Estimate) -> str:
    if estimate.value is None:
        return "undefined: too few ratings, or all of them the same"
    return f"{estimate.value:.2f}  (95 %: {estimate.low:.2f} to {estimate.high:.2f})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ci.review",
        description="Count reviewers' sheets: how far they agree, and on which examples they do "
        "not.",
    )
    parser.add_argument("sheets", nargs="+", type=Path, metavar="SHEET", help="exported JSON files")
    parser.add_argument("--pull-request", type=int, required=True, metavar="N")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write the outcome there, for `ci.build`"
    )
    add_options(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
