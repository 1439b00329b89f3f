"""The JSON Schemas (draft 2020-12) that are generated from the models and committed."""

import json
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from schema.instance import Instance
from schema.manifest import Manifest
from schema.release import Release
from schema.report import Report
from schema.review import ReviewSheet
from schema.task import Task

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MODELS: dict[str, type[BaseModel]] = {
    "task": Task,
    "instance": Instance,
    "report": Report,
    "manifest": Manifest,
    "release": Release,
    "review": ReviewSheet,
}


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The model's JSON Schema as editors and other tools read it."""
    schema: dict[str, Any] = _tidied(model.model_json_schema(by_alias=True))
    return {"$schema": DIALECT} | schema


def _tidied(node: Any) -> Any:
    """The schema as pydantic makes it, with two things put right wherever they stand.

    Descriptions come from docstrings, whose line breaks mean nothing to an editor. And keys that do
    not match a pattern must be refused: pydantic says so in words of its own only.
    """
    if isinstance(node, list):
        return [_tidied(item) for item in node]
    if not isinstance(node, dict):
        return node
    tidied = {key: _tidied(value) for key, value in node.items()}
    if isinstance(tidied.get("description"), str):
        tidied["description"] = " ".join(tidied["description"].split())
    if "patternProperties" in tidied and "propertyNames" in tidied:
        ((pattern, value),) = tidied.pop("patternProperties").items()
        tidied["propertyNames"]["pattern"] = pattern
        tidied["additionalProperties"] = value
    return tidied


def schema_text(model: type[BaseModel]) -> str:
    """The bytes of the committed file: two blanks, the final line ended."""
    return json.dumps(json_schema(model), indent=2, ensure_ascii=False) + "\n"


def integer_fields(model: type[BaseModel]) -> frozenset[str]:
    """Names of the fields that hold integers, in a model and the models inside it.

    JSON Schema takes `1.0` for an integer and pydantic does not, so the strict reader refuses it
    at these keys before either is asked.
    """
    found: set[str] = set()
    for name, field in model.model_fields.items():
        kinds = list(_kinds(field.annotation))
        if int in kinds:
            found.add(name)
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found |= integer_fields(kind)
    return frozenset(found)


def _kinds(annotation: Any) -> Iterator[Any]:
    """The plain types that an annotation is made of: `list[A | None]` gives A and None."""
    inner = get_args(annotation)
    if not inner:
        yield annotation
    for one in inner:
        yield from _kinds(one)
