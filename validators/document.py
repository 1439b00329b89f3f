"""A JSON file of a task folder, judged against its model, with the place of every value."""

import json
from collections.abc import Iterator
from enum import StrEnum
from functools import cache, cached_property
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError

from schema.descriptions import descriptions
from schema.fields import integer_fields
from validators.finding import Location
from validators.strict_json import JsonReading, escape_token, key_pointer, read_json

_MISSING = object()


class IssueKind(StrEnum):
    """The ways in which a value can differ from its schema."""

    MISSING_FIELD = "missing field"
    UNKNOWN_FIELD = "unknown field"
    WRONG_TYPE = "wrong type"
    WRONG_FORM = "wrong form"
    UNKNOWN_VALUE = "unknown value"
    OUT_OF_RANGE = "out of range"


class Issue(NamedTuple):
    """One difference from the schema: where, what stands there, what is required.

    `unseen` is the object that could not be looked into, where its kind is missing or unknown.
    """

    kind: IssueKind
    pointer: str
    found: str
    required: str
    unseen: str | None = None


class Located(NamedTuple):
    """A value and its place. The value has the type that the schema demands of it."""

    value: Any
    at: Location
    pointer: str

    @property
    def position(self) -> int:
        """The position in its list, for a value that stands in one."""
        return int(self.pointer.rpartition("/")[2])

    @property
    def key(self) -> str:
        """The key under which it stands, for a member of an object."""
        return _unescaped(self.pointer.rpartition("/")[2])


class Document:
    """A JSON file: what it says, where, and how it differs from its model.

    Rules ask it for values by pointer and are given only what fits the schema: one wrong field
    never hides the faults of another.
    """

    def __init__(self, path: str, raw: bytes, model: type[BaseModel], cap: int) -> None:
        self.path = path
        self.model = model
        self.reading: JsonReading = read_json(raw, cap=cap, integers=_integers_of(model))

    @cached_property
    def issues(self) -> tuple[Issue, ...]:
        """All differences from the model, in the order of the model's fields."""
        return tuple(issue for issue in self._differences if not self._is_defect(issue.pointer))

    @cached_property
    def _differences(self) -> tuple[Issue, ...]:
        """The issues, and those of values that the strict reader has reported already."""
        if not self.reading.readable:
            return ()
        try:
            self.model.model_validate(self.reading.data)
        except ValidationError as error:
            return tuple(_issue(one, self.reading.data, self.model) for one in error.errors())
        return ()

    def _is_defect(self, pointer: str) -> bool:
        """True if the strict reader has reported this value already."""
        return any(defect.pointer == pointer for defect in self.reading.defects)

    @cached_property
    def _spoiled(self) -> frozenset[str]:
        absent = (IssueKind.MISSING_FIELD, IssueKind.UNKNOWN_FIELD)
        spoiled = {issue.pointer for issue in self._differences if issue.kind not in absent}
        # Without its kind, nothing in an object of several kinds was held against a schema.
        return frozenset(spoiled | {one.unseen for one in self._differences if one.unseen})

    def at(self, pointer: str = "") -> Location:
        """The place of a value, or of the innermost object that would hold it."""
        place, inner = None, pointer
        while place is None and inner:
            place = self.reading.places.get(inner)
            inner = inner.rpartition("/")[0]
        place = place or self.reading.places.get("")
        line, column = (place.line, place.column) if place else (1, 1)
        return Location(self.path, line, column, pointer or None)

    def fields_of(self, pointer: str) -> list[str]:
        """The fields that an object may have, of all its kinds where there are several."""
        models = [self.model]
        for token in pointer.split("/")[1:]:
            if not token.isdigit():
                models = [inner for model in models for inner in _models_of_field(model, token)]
        return list(dict.fromkeys(name for model in models for name in _fields(model)))

    def at_key(self, pointer: str) -> Location:
        """The place of a member's key."""
        place = self.reading.places.get(key_pointer(pointer))
        return Location(self.path, place.line, place.column, pointer) if place else self.at(pointer)

    def value(self, pointer: str, default: Any = None) -> Any:
        """The value at `pointer` if it is there and fits the schema, else `default`."""
        return next((located.value for located in self.find(pointer)), default)

    def find(self, *patterns: str) -> Iterator[Located]:
        """All values that fit the schema, by pointer; `*` stands for every item or member."""
        for pattern in patterns:
            tokens = pattern.split("/")[1:]
            yield from self._find(self.reading.data, "", tokens)

    def _find(self, value: Any, pointer: str, tokens: list[str]) -> Iterator[Located]:
        if pointer in self._spoiled:
            return
        if not tokens:
            yield Located(value, self.at(pointer), pointer)
            return
        for key in _keys(value) if tokens[0] == "*" else tokens[:1]:
            inner = _member(value, key)
            if inner is not _MISSING:
                yield from self._find(inner, f"{pointer}/{key}", tokens[1:])


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """The annotations of a model's fields, by their names in JSON."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _models_of_field(model: type[BaseModel], name: str) -> Iterator[type[BaseModel]]:
    yield from _models(_fields(model).get(name))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models in a type such as `list[Source]` or `Number | Text`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


@cache
def _integers_of(model: type[BaseModel]) -> frozenset[str]:
    return integer_fields(model)


def _keys(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [escape_token(key) for key in value]
    return [str(index) for index in range(len(value))] if isinstance(value, list) else []


def _unescaped(token: str) -> str:
    """A token of a JSON Pointer as the key that it stands for (RFC 6901)."""
    return token.replace("~1", "/").replace("~0", "~")


def _member(value: Any, token: str) -> Any:
    if isinstance(value, dict):
        return value.get(_unescaped(token), _MISSING)
    if isinstance(value, list) and token.isdigit() and int(token) < len(value):
        return value[int(token)]
    return _MISSING


_KINDS = {
    "missing": IssueKind.MISSING_FIELD,
    "extra_forbidden": IssueKind.UNKNOWN_FIELD,
    "form": IssueKind.WRONG_FORM,
    "literal_error": IssueKind.UNKNOWN_VALUE,
    "union_tag_invalid": IssueKind.UNKNOWN_VALUE,
    "too_short": IssueKind.OUT_OF_RANGE,
    "too_long": IssueKind.OUT_OF_RANGE,
    "greater_than": IssueKind.OUT_OF_RANGE,
    "greater_than_equal": IssueKind.OUT_OF_RANGE,
    "less_than_equal": IssueKind.OUT_OF_RANGE,
    "union_tag_not_found": IssueKind.MISSING_FIELD,
}


def _issue(detail: Any, data: Any, model: type[BaseModel]) -> Issue:
    kind = _KINDS.get(detail["type"], IssueKind.WRONG_TYPE)
    pointer, value, name = _resolve(detail["loc"], data, kind)
    unseen = None
    if detail["type"].startswith("union_tag"):  # said of the object, meant of its type
        unseen = pointer
        pointer, value = f"{pointer}/type", _member(value, "type")
    if _is_of_key(detail["loc"], data):  # said of the member, meant of its key
        return Issue(kind, pointer, f"the key {shown(detail['loc'][-2])}", str(detail["msg"]))
    if kind is IssueKind.WRONG_FORM and not isinstance(value, str):
        return Issue(IssueKind.WRONG_TYPE, pointer, shown(value), "a text")
    required = _required(detail, kind, name, model)
    measured = kind is IssueKind.WRONG_FORM and "characters" in required
    return Issue(
        kind, pointer, shown(value) + (_length(value) if measured else ""), required, unseen
    )


def _is_of_key(loc: tuple[Any, ...], data: Any) -> bool:
    """True if pydantic speaks of a key; a file may hold a member of the name `[key]` itself."""
    for part in loc[:-1]:
        inner = _member(data, escape_token(str(part)))
        data = data if inner is _MISSING else inner
    return loc[-1:] == ("[key]",) and _member(data, "[key]") is _MISSING


def _length(text: str) -> str:
    return f" ({len(text):,} characters)"


def _resolve(loc: tuple[Any, ...], data: Any, kind: IssueKind) -> tuple[str, Any, str]:
    """Pointer and value of an error's location, and the last field's name.

    Pydantic names the member of a union on the way, which is no part of the file.
    """
    pointer, value, name = "", data, ""
    for position, part in enumerate(loc):
        token = escape_token(str(part))
        inner = _member(value, token)
        last = position == len(loc) - 1
        if inner is _MISSING and not (last and kind is IssueKind.MISSING_FIELD):
            continue
        pointer, value = f"{pointer}/{token}", inner
        name = name if isinstance(part, int) else str(part)
    return pointer, value, name


_TYPES = {
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
}


def _required(detail: Any, kind: IssueKind, name: str, model: type[BaseModel]) -> str:
    """What the schema demands, in words."""
    limits = detail.get("ctx", {})
    match detail["type"]:
        case "form":
            return str(detail["msg"])
        case "literal_error":
            choices = str(limits["expected"]).replace(" or ", ", ").replace("'", '"')
            return f"one of {choices}" if ", " in choices else choices
        case "union_tag_invalid":
            return "one of " + str(limits["expected_tags"]).replace("'", '"')
        case "too_short":
            return f"at least {limits['min_length']}"
        case "too_long":
            return f"at most {limits['max_length']:,}"
        case "greater_than":
            return f"more than {limits['gt']:g}"
        case "greater_than_equal":
            return f"at least {limits['ge']:g}"
        case "less_than_equal":
            return f"at most {limits['le']:g}"
    if kind is IssueKind.MISSING_FIELD and name in model.model_fields:
        return " ".join(descriptions(model).get(name, "").split())
    return _TYPES.get(detail["type"], "")


def shown(value: Any, limit: int = 60) -> str:
    """A value of a JSON file as a message quotes it: JSON, on one line, not too long."""
    if value is _MISSING:
        return "nothing"
    match value:
        case list():
            return f"a list of {len(value)}"
        case dict():
            return "an object"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else text[: limit - 2] + '…"'
