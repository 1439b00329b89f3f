"""The model of a review sheet: what one reviewer exports from the page to listen to.

`python -m validators.listen` makes the page, `ci.review` takes the sheets in. The rubric stands in
docs/rubric.md.
"""

from typing import Annotated, Literal

from pydantic import Field

from schema.fields import Form, SchemaVersion, Strict, TaskName
from schema.manifest import FileId, InstanceName, Sha256
from schema.report import Count

RUBRIC = 1
"""Version of the rubric; scores given by different versions are not compared."""

ACCOUNT_PATTERN = r"^[A-Za-z0-9](-?[A-Za-z0-9])*$"
MAX_ACCOUNT = 39
MAX_NOTE = 2000

Account = Annotated[str, Form(ACCOUNT_PATTERN, "a GitHub user name", MAX_ACCOUNT)]
Note = Annotated[str, Field(max_length=MAX_NOTE)]
Score = Annotated[int, Field(ge=1, le=5)]


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
