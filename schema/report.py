"""The model of the check's report, which every renderer, the bot and the publisher read."""

from typing import Annotated, Literal

from pydantic import Field

from schema.fields import RuleCode, SchemaVersion, Strict

Verdict = Literal["pass", "fail", "incomplete"]
SeverityName = Literal["error", "warning", "note"]
ProblemKind = Literal["unreachable", "crash", "limit"]
Count = Annotated[int, Field(ge=0)]


class Quantiles(Strict):
    """Durations of an instance's input clips in seconds; quantiles are linearly interpolated."""

    shortest: float
    p05: float
    p25: float
    median: float
    p75: float
    p95: float
    longest: float


class InstanceReport(Strict):
    """What was counted and measured of an instance. null: it was not measured in this run."""

    instance: str
    """The instance's full name."""
    examples: Count | None
    """Rows after sampling."""
    minutes: float | None
    """Sum over rows of all input clips; a clip used twice counts twice."""
    durations: Quantiles | None
    """Of the input clips, in seconds."""
    labels: dict[str, Count] | None
    """How often each label occurs, in declared order; null where the output has no labels."""
    majority_share: float | None
    """The share of the most frequent label: what guessing it always would score."""
    sample_rates: dict[str, Count] | None
    """Sample rate in Hz to number of input clips."""
    channels: dict[str, Count] | None
    """Number of channels to number of input clips."""
    distinct_instructions: Count | None
    """Instructions that differ in more than case, blanks and punctuation."""
    effective_instructions: float | None
    """How many instructions without a common word would be as diverse; never above the number."""


class TaskReport(Strict):
    """What became of one task."""

    task: str
    path: str
    """Of the folder, relative to the repository's root."""
    verdict: Verdict
    digest: str
    """sha256 over the folder's files, as docs/task_format.md defines it."""
    rules_run: list[RuleCode]
    rules_skipped: dict[RuleCode, str]
    """Code to reason: what did not run has not passed."""
    instances: list[InstanceReport]


class Finding(Strict):
    """One thing that a rule found."""

    rule: RuleCode
    name: str
    """The rule's name in kebab case."""
    severity: SeverityName
    task: str
    instance: str | None
    """Full name of the instance, or null where the finding is about the task."""
    path: str
    """Of the file, relative to the repository's root."""
    line: Annotated[int, Field(ge=1)] | None
    """Counted from 1."""
    column: Annotated[int, Field(ge=1)] | None
    """In characters, counted from 1."""
    pointer: str | None
    """JSON Pointer (RFC 6901) of the value inside its file."""
    example: str | None
    """File id of the example."""
    message: str
    """What was found and what is required, both with their value."""
    hint: str
    """One imperative sentence: how to mend it."""
    url: str
    """The rule's page, relative to the repository's root."""
    waived: str | None
    """The reason of the waiver that excuses this finding, or null."""


class Problem(Strict):
    """The check could not do its work. It says nothing about the task."""

    kind: ProblemKind
    task: str
    instance: str | None
    rule: RuleCode | None
    message: str


class Report(Strict):
    """All that a run of the check has to say: sorted, without clock or host name."""

    schema_version: SchemaVersion
    validator: str
    """Version of the check."""
    tasks: list[TaskReport]
    findings: list[Finding]
    problems: list[Problem]
