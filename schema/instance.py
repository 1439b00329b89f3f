"""The model of `instances/<stem>.json`: a task on one dataset."""

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from schema.fields import (
    REVISION_PATTERN,
    CiteKey,
    ColumnName,
    Form,
    Label,
    Name,
    SchemaLink,
    SchemaVersion,
    Sentence,
    Strict,
    WebAddress,
)
from schema.licences import LicenceExpression
from schema.task import MAX_LABELS
from schema.vocabulary import MetricName

Revision = Annotated[str, Form(REVISION_PATTERN, "a commit id of 40 lower-case hex digits")]


class HubPointer(Strict):
    """A dataset on the Hugging Face Hub, at exactly one commit."""

    repo_id: Annotated[
        str,
        Form(
            r"^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*$",
            "the dataset's id on the Hub, owner/name",
            193,
        ),
        Field(examples=["DynamicSuperb/SpokenTermDetection_LJSpeech"]),
    ]
    """Owner and name on the Hub, e.g. "DynamicSuperb/SpokenTermDetection_LJSpeech"."""
    revision: Annotated[Revision, Field(examples=["956e6de86a7593c23ce7544416494bb49631c6e1"])]
    """The commit: 40 hex digits from the dataset's history on the Hub, never a branch or tag."""
    config: Name | None = None
    """The configuration, where the dataset has several."""
    split: Name = "test"
    """The source split to read."""


class LocalPointer(Strict):
    """Small data kept in the repository, inside the task's folder."""

    path: Annotated[
        str,
        Form(r"\S", "the path of a folder inside the task's folder: data/<file stem>", 300),
        Field(examples=["data/LJSpeech"]),
    ]
    """data/<file stem of the instance>, relative to the task's folder."""


def _kind_of_pointer(value: Any) -> str:
    has_path = "path" in value if isinstance(value, dict) else hasattr(value, "path")
    return "local" if has_path else "hub"


Pointer = Annotated[
    Annotated[HubPointer, Tag("hub")] | Annotated[LocalPointer, Tag("local")],
    Discriminator(_kind_of_pointer),
]


class Source(Strict):
    """A corpus that clips come from."""

    name: Name
    """The corpus's name as its authors write it."""
    url: Annotated[WebAddress, Field(examples=["https://keithito.com/LJ-Speech-Dataset/"])]
    """Where the corpus is found."""
    license: LicenceExpression
    """The licence of the corpus."""
    cite: CiteKey | None
    """Key of its entry in references.bib; null where there is nothing to cite."""


class Sampling(Strict):
    """How the examples were drawn from the source. With numbers, our code draws."""

    description: Sentence
    """How it was or is drawn, in words."""
    examples: Annotated[int, Field(ge=1)] | None = None
    """How many examples to draw."""
    minutes: Annotated[float, Field(gt=0, le=60)] | None = None
    """Stop before this many minutes over all input clips are exceeded."""
    stratify_by: ColumnName | None = None
    """Column whose shares are kept, e.g. "label"."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Rows are ordered by sha256 of seed, a zero byte and the file id."""


class Result(Strict):
    """A prior published result of a system."""

    system: Name
    """The system's name as published."""
    metric: MetricName
    """One of the task's metrics."""
    value: float
    """In the metric's own range: accuracy from 0 to 1."""
    cite: CiteKey
    """Key of its source in references.bib."""


class Instance(Strict):
    """A task on one dataset. Its name is `<folder>_<file stem>`, and stands nowhere inside."""

    schema_link: SchemaLink = None
    schema_version: SchemaVersion
    """The version of this format."""
    dataset: Pointer
    """Where the examples are: a dataset on the Hub at a commit, or a folder of this task."""
    columns: Annotated[dict[ColumnName, Name], Field(examples=[{"label": "speaker_id"}])] = {}
    """Canonical column name to name in the source; left out: the same name."""
    labels: Annotated[list[Label], Field(min_length=2, max_length=MAX_LABELS)] | None = None
    """This instance's label set: a subset of the task's, in the task's order."""
    label_map: Annotated[
        Annotated[dict[str, Label], Field(max_length=MAX_LABELS)] | None,
        Field(examples=[{"0": "no", "1": "yes"}]),
    ] = None
    """Source value to label; then every value that occurs must be in it."""
    license: Annotated[LicenceExpression, Field(examples=["CC-BY-4.0", "CC-BY-4.0 AND MIT"])]
    """The licence of what is published."""
    license_url: WebAddress | None = None
    """Where the text of a LicenseRef-… licence is found."""
    sources: Annotated[list[Source], Field(min_length=1)]
    """Every corpus that the clips come from."""
    sampling: Sampling | None
    """How the examples are drawn; null: the whole source split."""
    variant: Annotated[Name | None, Field(examples=["Gaussian", "SmallRoom"])] = None
    """A variation that counts as a task of its own, e.g. a noise type or a room size."""
    groups: Annotated[list[ColumnName], Field(examples=[["speaker", "gender"]])] = []
    """Columns that describe an example, for disaggregated results, e.g. "speaker"."""
    results: Annotated[
        list[Result],
        Field(
            examples=[
                [{"system": "Whisper", "metric": "accuracy", "value": 0.5, "cite": "radford2023"}]
            ]
        ),
    ]
    """Prior published results; empty where there are none."""
