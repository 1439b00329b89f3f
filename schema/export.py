"""The JSON Schemas (draft 2020-12) that are generated from the models and committed."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from schema.instance import Instance
from schema.report import Report
from schema.task import Task

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MODELS: dict[str, type[BaseModel]] = {"task": Task, "instance": Instance, "report": Report}


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
    """Names of the fields that hold integers.

    JSON Schema takes `1.0` for an integer and pydantic does not, so the strict reader refuses it
    at these keys before either is asked.
    """
    return frozenset(_integers(json_schema(model)))


def _integers(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _integers(item)
    elif isinstance(node, dict):
        for name, field in node.get("properties", {}).items():
            if _is_integer(field):
                yield name
        for value in node.values():
            yield from _integers(value)


def _is_integer(field: dict[str, Any]) -> bool:
    options = [field, *field.get("anyOf", [])]
    return any(
        option.get("type") == "integer" or isinstance(option.get("const"), int)
        for option in options
    )
