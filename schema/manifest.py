"""The model of manifest.json: the receipt of a publish, and the only truth about what is published.

It stands in the canonical dataset repository, in the commit that published the data. The dataset
card is made from it alone, and so is the decision what the next publish has to do.
"""

from typing import Annotated, Literal

from pydantic import Field

from schema.fields import (
    CiteKey,
    ColumnName,
    FileId,
    Form,
    InstanceName,
    InstanceStem,
    Sentence,
    Sha256,
    Strict,
    TaskName,
)
from schema.instance import Instance, Revision
from schema.report import Count, InstanceReport
from schema.review import Review, ReviewOutcome
from schema.task import Task

MANIFEST_PATH = "manifest.json"
"""Of the manifest in the dataset repository."""

ROW_FORMAT = 1
"""Version of how examples become rows; a new one publishes every instance again."""


class PublishedFile(Strict):
    """A file of the dataset repository."""

    path: Annotated[str, Form(r"^[A-Za-z0-9._/-]+$", "a POSIX path in the dataset repository")]
    sha256: Sha256
    """Of the file's bytes. They hold pyarrow's version: compare rows_sha256 between versions."""
    size: Count
    """In bytes."""


class PublishedColumn(Strict):
    """A column of the published rows, in order."""

    name: ColumnName
    type: Literal["string", "float64", "audio"]


class Prose(Strict):
    """The sections of the task's README.md, as plain Markdown that was never rendered."""

    objective: str
    data: str
    limitations: str


class Erratum(Strict):
    """An example that was withdrawn after it was published."""

    file: FileId
    reason: Sentence


class ApprovalRecord(Strict):
    """What stands behind a published instance."""

    commit: Revision
    """Of the repository of tasks: where the folder with this digest stood."""
    folder_sha256: Sha256
    """The folder's digest, as docs/task_format.md defines it."""
    report_sha256: Sha256
    """Of the bytes of the complete JSON report on this folder."""
    validator: str
    """Version of the check that gave the report."""
    pull_request: Annotated[int, Field(ge=1)] | None = None
    """Number of the pull request, where one is known."""
    reviews: list[Review] = []
    """Approving reviews at its head."""
    heard: ReviewOutcome | None = None
    """What two or more reviewers said of the examples, where they listened with sheets."""


class PublishedInstance(Strict):
    """One instance, one configuration of the dataset repository."""

    instance: InstanceName
    """Full name, which is the configuration's name."""
    task: TaskName
    stem: InstanceStem
    status: Literal["published", "retired"]
    """retired: the data left the head; every revision that held them still does."""
    reason: Sentence | None = None
    """Why it was retired."""
    declared_task: Task
    """task.json as reviewed."""
    declared_instance: Instance
    """The instance file as reviewed; names the source and its commit."""
    prose: Prose
    references: dict[CiteKey, str]
    """BibTeX of every entry that the instance cites, by key."""
    row_format: Annotated[int, Field(ge=1)]
    columns: list[PublishedColumn]
    files: list[PublishedFile]
    """The parquet files of split test, in order; empty once retired."""
    rows: Count
    """After errata."""
    minutes: Annotated[float, Field(ge=0)]
    """Sum over rows of all input clips."""
    rows_sha256: Sha256
    """Over names, types and values of all rows, clips by the sha256 of their embedded bytes; see
    `ci.rows`. Can be checked without decoding."""
    samples_sha256: Sha256
    """As rows_sha256, clips by the hash of their samples (`Measurement.pcm_sha256`): the same
    whichever encoder wrote the bytes."""
    rounded_clips: Count
    """Clips whose samples were finer than 16 bits, and were rounded."""
    statistics: InstanceReport
    """What the check counted and measured, before errata."""
    errata: list[Erratum] = []
    approval: ApprovalRecord


class Manifest(Strict):
    """Everything that is or was published, sorted by name."""

    schema_version: Annotated[int, Field(ge=1, le=1)]
    repo_id: str
    """The dataset repository."""
    serial: Annotated[int, Field(ge=0)]
    """Counts the publishes; the tag of this one is `publish-<serial>`."""
    instances: list[PublishedInstance]


class Refused(Strict):
    """A task that was asked for and not built."""

    task: str
    reasons: Annotated[list[str], Field(min_length=1)]
    """One sentence each; they quote what strangers wrote."""


class Build(Strict):
    """What `python -m ci.build` made, in build.json beside it. Paths are those of the dataset
    repository, and the files stand there under the build's folder."""

    schema_version: Annotated[int, Field(ge=1, le=1)]
    commit: Revision
    """Of the repository of tasks."""
    versions: dict[str, str]
    """Of the libraries that the bytes depend on: pyarrow, soundfile, libsndfile."""
    instances: list[PublishedInstance]
    """Sorted by name; each with status published."""
    refused: list[Refused]
    """Empty unless the build was told to keep going."""
    superseded: list[TaskName]
    """Tasks that another one replaces, passed over where no task was named."""
