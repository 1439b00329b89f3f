"""The model of a review sheet: what one reviewer exports from the page to listen to.

`python -m validators.listen` makes the page, `ci.review` takes the sheets in. The rubric stands in
docs/rubric.md.
"""

from typing import Annotated, Literal

from pydantic import Field

from schema.fields import FileId, Form, InstanceName, SchemaVersion, Sha256, Strict, TaskName
from schema.instance import Revision
from schema.report import Count

RUBRIC = 1
"""Version of the rubric; scores given by different versions are not compared."""

ACCOUNT_PATTERN = r"^[A-Za-z0-9](-?[A-Za-z0-9])*$"
MAX_ACCOUNT = 39
MAX_NOTE = 2000

Account = Annotated[str, Form(ACCOUNT_PATTERN, "a GitHub user name", MAX_ACCOUNT)]
Note = Annotated[str, Field(max_length=MAX_NOTE)]
Score = Annotated[int, Field(ge=1, le=5)]


class Review(Strict):
    """A person's approving review of the pull request."""

    account: str
    """GitHub user name."""
    commit: Revision
    """The head of the pull request that was reviewed."""


class ExampleReview(Strict):
    """What a reviewer says of one example. null: nothing was said."""

    instance: InstanceName
    file: FileId
    """File id of the example, unique in its instance."""
    verdict: Literal["ok", "bad"] | None
    """bad: this example should not be published as it is."""
    consistent: Score | None
    """The answer is what one hears."""
    clear: Score | None
    """The instruction says what to do."""
    relevant: Score | None
    """The example tests what the task says that it tests."""
    note: Note = ""


class ReviewSheet(Strict):
    """One reviewer's verdicts on the examples that a page showed.

    It counts for exactly one state of the task: that of the two digests.
    """

    schema_version: SchemaVersion
    rubric: Annotated[int, Field(ge=1, le=RUBRIC)]
    """Version of the rubric that the scores are by."""
    task: TaskName
    folder_sha256: Sha256
    """The folder's digest, as docs/task_format.md defines it."""
    report_sha256: Sha256
    """Of the bytes of the JSON report on this task alone, as the approval holds it."""
    validator: Annotated[str, Field(min_length=1, max_length=40)]
    """Version of the check, and so of its rules."""
    reviewer: Account
    """GitHub user name of whoever listened; counted only with an approving review by it."""
    seed: Count
    """Of the draw of the examples that were shown."""
    shown: Count
    """How many examples the page showed."""
    examples: Annotated[list[ExampleReview], Field(min_length=1)]
    """Those of which something was said, in the order of the page; each once."""
    note: Note = ""
    """On the task as a whole."""


class Estimate(Strict):
    """A coefficient with the 95 % interval of its bootstrap; null where it is undefined."""

    value: float | None
    low: float | None
    high: float | None


class Rated(Strict):
    """An example, by the names that the manifest has for it."""

    instance: InstanceName
    file: FileId


class ReviewOutcome(Strict):
    """What two or more reviewers together say of one state of a task."""

    schema_version: SchemaVersion
    rubric: Annotated[int, Field(ge=1, le=RUBRIC)]
    task: TaskName
    folder_sha256: Sha256
    report_sha256: Sha256
    pull_request: Annotated[int, Field(ge=1)]
    reviews: Annotated[list[Review], Field(min_length=2)]
    """Whose sheets were counted, each with the head that the same account approved."""
    examples: Count
    """That two or more of them judged."""
    agreement: Estimate
    """Share of pairs of verdicts on the same example that are equal."""
    ac1: Estimate
    """Gwet's AC1 of the verdicts (Gwet 2008, doi:10.1348/000711006X126600)."""
    alpha: dict[Literal["consistent", "clear", "relevant"], Estimate]
    """Krippendorff's ordinal alpha of each score of the rubric."""
    bad: list[Rated]
    """Judged bad by most of those who judged them."""
    disputed: list[Rated]
    """Judged unlike, or scored two or more apart."""
