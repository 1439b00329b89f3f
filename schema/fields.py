"""Building blocks of the models: strict closed objects, and texts of a stated form."""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

NAME_PATTERN = r"^[A-Z][A-Za-z0-9]*$"
"""A task's name, which is its folder's name."""

_PART = r"[A-Za-z0-9]+(-[A-Za-z0-9]+)?"
STEM_PATTERN = rf"^{_PART}(_{_PART})*$"
"""An instance's file stem: `<Dataset>[_<Dataset2>][-<Subset>]`."""

INPUT_PATTERN = r"^(audio|text)([2-9]|[1-9][0-9])?$"
"""An input column: `audio`, `audio2`, …, `text`, `text2`, …"""

REVISION_PATTERN = r"^[0-9a-f]{40}$"


class Strict(BaseModel):
    """A closed object: no unknown key, no coercion, unchangeable."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        defer_build=True,  # an unchanged task is reported without its models
    )


class Form(NamedTuple):
    """A text's form: a pattern, its length in characters, and the words that say what is required.

    One sentence serves twice: as the message of the check, and in the JSON Schema as
    `patternErrorMessage`, which editors show while one types.
    """

    pattern: str
    required: str
    max_length: int = 200

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(pattern=self.pattern, max_length=self.max_length, strict=True)
        return core_schema.custom_error_schema(
            text, custom_error_type="form", custom_error_message=self.required
        )

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return handler(core) | {"patternErrorMessage": f"required: {self.required}"}


# Not Literal[1], which takes `true` for 1.
SchemaVersion = Annotated[int, Field(ge=1, le=1)]
SchemaLink = Annotated[
    str | None,
    Field(alias="$schema", description="Relative path of the JSON Schema, so that editors help."),
]

Sentence = Annotated[
    str, Form(r"\S", "text of at most 1,000 characters that is not blank", max_length=1000)
]
Name = Annotated[str, Form(r"\S", "a name of at most 200 characters that is not blank")]
TaskName = Annotated[
    str, Form(NAME_PATTERN, "a task's name: letters and digits, beginning with a capital letter")
]
InstanceStem = Annotated[
    str, Form(STEM_PATTERN, "an instance's file stem such as LJSpeech or VCTK_MUSAN-Gaussian")
]
InputName = Annotated[
    str, Form(INPUT_PATTERN, 'an input column: "audio", "audio2", … or "text", "text2", …')
]
ColumnName = Annotated[
    str, Form(r"^[A-Za-z0-9_.-]+$", "a column's name: letters, digits, dot, dash and underscore")
]
Label = Annotated[
    str,
    Form(
        r"^[^\s,{}]([^,{}\n]*[^\s,{}])?$",
        "a label without comma, brace, line break, leading or trailing blank",
    ),
]
LanguageTag = Annotated[
    str,
    Form(r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", 'a BCP-47 language tag such as "en" or "fr-CA"'),
]
WebAddress = Annotated[
    str,
    Form(r"^https?://[^\s<>\"{}|\\^`]+$", "an address that begins with https:// or http://", 2000),
]
CiteKey = Annotated[
    str, Form(r"^[A-Za-z0-9_:.+/-]+$", "the key of an entry in references.bib, or null")
]
RuleCode = Annotated[str, Form(r"^[A-Z]{3}[0-9]{3}$", 'a rule\'s code such as "AUD512"')]


def integer_fields(model: type[BaseModel]) -> frozenset[str]:
    """Names of the fields that hold integers, in a model and the models inside it.

    JSON Schema takes `1.0` for an integer and pydantic does not, so the strict reader refuses it
    at these keys before either is asked.
    """
    return frozenset(
        name
        for inner in models_inside(model)
        for name, field in inner.model_fields.items()
        if int in _kinds(field.annotation)
    )


def models_inside(model: type[BaseModel]) -> list[type[BaseModel]]:
    """The models that the fields of a model hold, the innermost first and itself last."""
    found: dict[type[BaseModel], None] = {}
    for field in model.model_fields.values():
        for kind in _kinds(field.annotation):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found |= dict.fromkeys(models_inside(kind))
    return [*found, model]


def _kinds(annotation: Any) -> Iterator[Any]:
    """The plain types that an annotation is made of: `list[A | None]` gives A and None."""
    inner = get_args(annotation)
    if not inner:
        yield annotation
    for one in inner:
        yield from _kinds(one)


Sha256 = Annotated[str, Form(r"^[0-9a-f]{64}$", "a sha256 of 64 lower-case hex digits", 64)]
InstanceName = Annotated[
    str, Form(r"^[A-Z][A-Za-z0-9]*_[A-Za-z0-9_-]+$", "an instance's full name: <Task>_<stem>")
]
FileId = Annotated[str, Form(r"^[A-Za-z0-9._-]{1,64}$", "the file id of an example", 64)]
