"""The model of `task.json`: what a task is."""

from typing import Annotated, Literal

from pydantic import Field

from schema.fields import (
    Form,
    InputName,
    InstanceStem,
    Label,
    LanguageTag,
    Name,
    RuleCode,
    SchemaLink,
    SchemaVersion,
    Sentence,
    Strict,
    TaskName,
)
from schema.vocabulary import DimensionName, MetricName

MAX_LABELS = 1000

Labels = Annotated[list[Label], Field(min_length=2, max_length=MAX_LABELS)]


class Classification(Strict):
    """Exactly one of the labels is right."""

    type: Literal["classification"]
    labels: Labels | None
    """The answers to choose from, in the order in which a model reads them. null, for data on the
    Hub only: whatever the dataset holds at its commit."""


class Multilabel(Strict):
    """Any number of the labels is right, none included."""

    type: Literal["multilabel"]
    labels: Labels | None
    """The answers to choose from, in the order in which a model reads them. null, for data on the
    Hub only: whatever the dataset holds at its commit."""


class Number(Strict):
    """The answer is a number."""

    type: Literal["number"]
    unit: Name
    """What the number counts, e.g. "dB" or "years"."""
    minimum: float | None = None
    """The least possible answer, in `unit`."""
    maximum: float | None = None
    """The greatest possible answer, in `unit`."""


class Text(Strict):
    """The answer is a text."""

    type: Literal["text"]


class Audio(Strict):
    """The answer is a clip."""

    type: Literal["audio"]


Output = Annotated[Classification | Multilabel | Number | Text | Audio, Field(discriminator="type")]


class Contributor(Strict):
    """Somebody who gave work to the task."""

    name: Name
    """As it should be read on the task's card."""
    github: Annotated[str, Form(r"^[A-Za-z0-9](-?[A-Za-z0-9])*$", "a GitHub user name", 39)] | (
        None
    ) = None
    """GitHub user name."""
    orcid: (
        Annotated[
            str,
            Form(
                r"^[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$",
                "an ORCID such as 0000-0002-1825-0097",
                19,
            ),
        ]
        | None
    ) = None
    """ORCID identifier."""


class Waiver(Strict):
    """Excuses one rule for this task, or for one instance of it."""

    rule: RuleCode
    """The rule's code."""
    instance: InstanceStem | None = None
    """The file stem of the instance; left out: the whole task."""
    reason: Sentence
    """Why the rule does not hold here, for the reviewer and for readers years later."""


class Task(Strict):
    """What a task is. Its name is its folder's name, and stands nowhere inside."""

    schema_link: SchemaLink = None
    schema_version: SchemaVersion
    """The version of this format."""
    title: Annotated[
        str,
        Form(r"\S", "a title of 1 to 40 characters", 40),
        Field(examples=["Spoken term detection"]),
    ]
    """Fits a plot legend: at most 40 characters."""
    description: Annotated[
        Sentence, Field(examples=["Hear whether a given word is spoken in the recording."])
    ]
    """One or two plain sentences that a non-expert understands."""
    dimension: DimensionName
    """Which of the six abilities the task measures."""
    keywords: Annotated[
        list[Name], Field(min_length=1, examples=[["keyword spotting", "term detection"]])
    ]
    """Words that somebody would search for."""
    languages: Annotated[list[LanguageTag], Field(examples=[["en"], ["en-US", "fr-CA"], []])]
    """BCP-47 tags of the languages in clips and texts; empty where there is no language."""
    inputs: Annotated[list[InputName], Field(min_length=1, examples=[["audio"], ["audio", "text"]])]
    """The columns that a model is given, in order; counting starts at the second."""
    output: Annotated[Output, Field(examples=[{"type": "classification", "labels": ["yes", "no"]}])]
    """What a model answers."""
    metrics: Annotated[list[MetricName], Field(min_length=1, examples=[["accuracy"]])]
    """The first is the headline."""
    contributors: Annotated[
        list[Contributor],
        Field(min_length=1, examples=[[{"name": "Ada Example", "github": "ada-example"}]]),
    ]
    """Who gave the task."""
    waivers: Annotated[
        list[Waiver],
        Field(examples=[[{"rule": "AUD512", "reason": "Telephone calls recorded at full scale."}]]),
    ] = []
    """Excused rules, each with its reason; an unused one is a finding."""
    superseded_by: TaskName | None = None
    """The task that replaces this one: a task is retired, never deleted."""
