"""The JSON Schemas (draft 2020-12) that are generated from the models and committed."""

import json
from typing import Any

from pydantic import BaseModel

from schema.descriptions import descriptions
from schema.fields import models_inside
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
    for inner in models_inside(model):
        for name, text in descriptions(inner).items():
            inner.model_fields[name].description = text
        inner.model_rebuild(force=True)
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
