"""Pydantic and `jsonschema` give one verdict on every document that the strict reader passes."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from referencing import Registry

from schema.export import MODELS, json_schema
from schema.fields import Strict, integer_fields
from schema.licences import LICENCES, permits
from schema.vocabulary import METRICS, metrics_for
from validators.document import Document

ROOT = Path(__file__).parents[1]

TASK: dict[str, Any] = {
    "$schema": "../../schema/task.schema.json",
    "schema_version": 1,
    "title": "Spoken term detection",
    "description": "Hear whether a given word is spoken in the recording.",
    "dimension": "content",
    "keywords": ["keyword spotting"],
    "languages": ["en", "fr-CA"],
    "inputs": ["audio", "text"],
    "output": {"type": "classification", "labels": ["yes", "no"]},
    "metrics": ["accuracy", "macro_f1"],
    "contributors": [
        {"name": "Ada Example", "github": "ada-example", "orcid": "0000-0002-1825-0097"}
    ],
    "waivers": [{"rule": "AUD512", "instance": "LJSpeech", "reason": "Telephone calls."}],
    "superseded_by": None,
}
NUMBER = TASK | {"output": {"type": "number", "unit": "dB", "minimum": -5, "maximum": 20.5}}
OPEN = TASK | {"output": {"type": "multilabel", "labels": None}}
TEXT = TASK | {"output": {"type": "text"}}

HUB: dict[str, Any] = {
    "schema_version": 1,
    "dataset": {
        "repo_id": "DynamicSuperb/SpokenTermDetection_LJSpeech",
        "revision": "956e6de86a7593c23ce7544416494bb49631c6e1",
        "config": "default",
        "split": "test",
    },
    "columns": {"label": "answer"},
    "labels": ["yes", "no"],
    "label_map": {"0": "no", "1": "yes"},
    "license": "CC-BY-4.0 AND LicenseRef-Other",
    "license_url": "https://example.org/licence",
    "sources": [
        {"name": "LJ", "url": "https://example.org", "license": "CC0-1.0", "cite": "ito2017"}
    ],
    "sampling": {
        "description": "Two hundred rows at random.",
        "examples": 200,
        "minutes": 12.5,
        "stratify_by": "label",
        "seed": 3,
    },
    "variant": "Gaussian",
    "groups": ["speaker"],
    "results": [{"system": "Whisper", "metric": "accuracy", "value": 0.5, "cite": "radford2023"}],
}
LOCAL = HUB | {"dataset": {"path": "data/LJSpeech"}, "sampling": None, "results": []}

GOOD = [("task", doc) for doc in (TASK, NUMBER, OPEN, TEXT)] + [
    ("instance", doc) for doc in (HUB, LOCAL)
]


NO_RETRIEVAL: Registry[Any] = Registry()
"""Without one of its own, `jsonschema` fetches what a schema refers to."""


def verdicts(name: str, raw: bytes) -> tuple[bool, bool] | None:
    """What pydantic and jsonschema say; None where the strict reader has refused the document."""
    document = Document("x.json", raw, MODELS[name], cap=1_000_000)
    if document.reading.defects or not document.reading.readable:
        return None
    return not document.issues, second_opinion(name).is_valid(document.reading.data)


@cache
def second_opinion(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema(MODELS[name]), registry=NO_RETRIEVAL)


def dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")


@pytest.mark.parametrize(("name", "document"), GOOD)
def test_good_documents_pass_both(name: str, document: dict[str, Any]) -> None:
    assert verdicts(name, dumped(document)) == (True, True)


BAD_TASKS = [
    {"schema_version": 2},
    {"schema_version": True},
    {"schema_version": "1"},
    {"title": ""},
    {"title": "x" * 41},
    {"title": " "},
    {"title": 3},
    {"description": "x" * 1001},
    {"dimension": "contents"},
    {"keywords": []},
    {"keywords": "content"},
    {"languages": ["english "]},
    {"languages": [None]},
    {"inputs": ["audio0"]},
    {"inputs": ["audio1"]},
    {"inputs": []},
    {"output": {"type": "classification"}},
    {"output": {"type": "classification", "labels": ["one"]}},
    {"output": {"type": "classification", "labels": ["a,b", "c"]}},
    {"output": {"type": "classification", "labels": [" a", "c"]}},
    {"output": {"type": "classification", "labels": ["a{", "c"]}},
    {"output": {"type": "classification", "labels": [str(i) for i in range(1001)]}},
    {"output": {"type": "number"}},
    {"output": {"type": "number", "unit": "dB", "minimum": "0"}},
    {"output": {"type": "number", "unit": "dB", "minimum": False}},
    {"output": {"type": "text", "labels": ["a", "b"]}},
    {"output": {"type": "image"}},
    {"output": {}},
    {"output": None},
    {"metrics": ["accuracy", 3]},
    {"metrics": ["Accuracy"]},
    {"contributors": [{"github": "ada"}]},
    {"contributors": [{"name": "Ada", "github": "-ada"}]},
    {"contributors": [{"name": "Ada", "orcid": "0000-0002-1825-009"}]},
    {"waivers": [{"rule": "AUD51", "reason": "because"}]},
    {"waivers": [{"rule": "AUD512", "reason": ""}]},
    {"superseded_by": "spoken term"},
    {"metric": ["accuracy"]},
]
BAD_INSTANCES = [
    {"dataset": {"repo_id": "LJSpeech", "revision": "a" * 40}},
    {"dataset": {"repo_id": "a/b", "revision": "main"}},
    {"dataset": {"repo_id": "a/b", "revision": "A" * 40}},
    {"dataset": {"repo_id": "a/b", "revision": "a" * 41}},
    {"dataset": {"repo_id": "a/b"}},
    {"dataset": {"repo_id": "a/b", "revision": "a" * 40, "path": "data/x"}},
    {"dataset": {}},
    {"dataset": "a/b"},
    {"columns": {"bad name": "x"}},
    {"columns": {"label": 3}},
    {"columns": []},
    {"labels": ["yes"]},
    {"label_map": {"0": "a,b"}},
    {"label_map": {"0": None}},
    {"license": "CC BY 4.0"},
    {"license": "CC-BY-4.0 OR MIT"},
    {"license": "NOASSERTION AND MIT"},
    {"license": None},
    {"license_url": "ftp://example.org"},
    {"license_url": "javascript:alert(1)"},
    {"sources": []},
    {"sources": [{"name": "a", "url": "https://example.org", "license": "MIT"}]},
    {"sampling": {"examples": 3}},
    {"sampling": {"description": "x", "examples": 0}},
    {"sampling": {"description": "x", "examples": 2.5}},
    {"sampling": {"description": "x", "minutes": 60.5}},
    {"sampling": {"description": "x", "minutes": 0}},
    {"sampling": {"description": "x", "seed": -1}},
    {"variant": ""},
    {"groups": ["a b"]},
    {"results": [{"system": "a", "metric": "accuracy", "value": "0.5", "cite": "x"}]},
    {"results": None},
]


@pytest.mark.parametrize("change", BAD_TASKS, ids=json.dumps)
def test_bad_tasks_fail_both(change: dict[str, Any]) -> None:
    assert verdicts("task", dumped(TASK | change)) == (False, False)


@pytest.mark.parametrize("change", BAD_INSTANCES, ids=json.dumps)
def test_bad_instances_fail_both(change: dict[str, Any]) -> None:
    assert verdicts("instance", dumped(HUB | change)) == (False, False)


@pytest.mark.parametrize("field", sorted(MODELS["task"].model_json_schema()["required"]))
def test_a_missing_field_fails_both(field: str) -> None:
    short = {key: value for key, value in TASK.items() if key != field}
    assert verdicts("task", dumped(short)) == (False, False)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"schema_version": 1.0}',
        b'{"schema_version": 1e0}',
        b'{"title": "Spoken\\u0007 term"}',
        b'{"title": "Spoken term\\n"}',
        b'{"title": "\\ud800"}',
        b'{"title": "a", "title": "b"}',
        b'{"value": NaN}',
    ],
)
def test_what_the_two_see_differently_is_refused_by_the_reader(raw: bytes) -> None:
    assert verdicts("task", raw) is None


@pytest.mark.parametrize("path", sorted(ROOT.glob("tasks/*/task.json")), ids=str)
def test_real_tasks_pass_both(path: Path) -> None:
    assert verdicts("task", path.read_bytes()) == (True, True)


@pytest.mark.parametrize("path", sorted(ROOT.glob("tasks/*/instances/*.json")), ids=str)
def test_real_instances_pass_both(path: Path) -> None:
    assert verdicts("instance", path.read_bytes()) == (True, True)


def nodes(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of all values of a document, the outermost included."""
    if not isinstance(value, dict | list):
        return [path]
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [path, *(found for key, item in inner for found in nodes(item, (*path, key)))]


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 2**53),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.sampled_from(["", " ", "yes", "audio", "accuracy", "a" * 40, "MIT", "x" * 201, "en", "1"]),
    st.text(max_size=12),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=4,
)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good document with up to three values replaced, deleted or added anywhere."""
    name, document = draw(st.sampled_from(GOOD))
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([path for path in nodes(document) if path]))
        parent = document
        for key in path[:-1]:
            parent = parent[key]
        match draw(st.sampled_from(["replace", "delete", "add"])):
            case "replace":
                parent[path[-1]] = draw(VALUES)
            case "delete":
                del parent[path[-1]]
            case "add" if isinstance(parent, dict):
                parent[draw(st.text(max_size=8))] = draw(VALUES)
    return name, dumped(document)


@given(mutated())
def test_mutated_documents_get_the_same_verdict(case: tuple[str, bytes]) -> None:
    found = verdicts(*case)
    assert found is None or found[0] == found[1]


def test_schemas_are_valid_and_closed() -> None:
    for model in MODELS.values():
        schema = json_schema(model)
        jsonschema.Draft202012Validator.check_schema(schema)
        for definition in (schema, *schema.get("$defs", {}).values()):
            assert definition.get("additionalProperties") is False


def test_fields_are_described_for_editors() -> None:
    for name in ("task", "instance"):
        schema = json_schema(MODELS[name])
        undescribed = [
            field
            for field, value in schema["properties"].items()
            if "description" not in value and field not in ("$schema",)
        ]
        assert undescribed == []


def test_integer_fields_are_found() -> None:
    assert integer_fields(MODELS["instance"]) == {"schema_version", "examples", "seed"}


def test_models_are_unchangeable_and_closed() -> None:
    for model in MODELS.values():
        assert issubclass(model, Strict)
        assert model.model_config["frozen"]
        assert model.model_config["extra"] == "forbid"


def test_metrics_of_the_contract() -> None:
    assert metrics_for("classification") == ["accuracy", "balanced_accuracy", "macro_f1"]
    assert metrics_for("multilabel") == ["macro_f1", "micro_f1", "exact_match"]
    assert metrics_for("number") == ["mae", "rmse", "pearson", "spearman"]
    assert metrics_for("text") == ["exact_match", "wer", "cer", "bleu", "chrf"]
    assert metrics_for("audio") == ["si_sdr", "stoi", "pesq"]


@pytest.mark.parametrize(
    ("metric", "value", "admitted"),
    [
        ("accuracy", 1, True), ("accuracy", 1.001, False), ("wer", 1.7, True), ("wer", -0.1, False),
        ("bleu", 100, True), ("bleu", 100.1, False), ("pearson", -1, True), ("si_sdr", -40, True),
    ],
)  # fmt: skip
def test_metric_ranges(metric: str, value: float, admitted: bool) -> None:
    assert METRICS[metric].admits(value) is admitted


@pytest.mark.parametrize(
    ("metric", "words"),
    [("accuracy", "0 to 1"), ("wer", "at least 0"), ("si_sdr", "any number"), ("bleu", "0 to 100")],
)
def test_metric_ranges_in_words(metric: str, words: str) -> None:
    assert METRICS[metric].range == words


@pytest.mark.parametrize(
    ("expression", "redistribution", "derivatives", "commercial"),
    [
        ("CC-BY-4.0", True, True, True),
        ("CC-BY-NC-4.0", True, True, False),
        ("CC-BY-ND-4.0", True, False, True),
        ("CC-BY-SA-3.0 AND CC-BY-NC-ND-2.0", True, False, False),
        ("CC-BY-4.0 AND LicenseRef-Other", None, None, None),
        ("CC-BY-NC-4.0 AND LicenseRef-Other", None, None, False),
        ("NOASSERTION", None, None, None),
    ],
)
def test_what_licences_permit(
    expression: str,
    redistribution: bool | None,
    derivatives: bool | None,
    commercial: bool | None,
) -> None:
    found = permits(expression)
    assert (found.redistribution, found.derivatives, found.commercial) == (
        redistribution, derivatives, commercial,
    )  # fmt: skip


def test_licences_are_spdx_identifiers() -> None:
    """Identifiers have SPDX's form; the list itself was read off spdx.org by hand."""
    for identifier in LICENCES:
        assert jsonschema.Draft202012Validator(
            {"pattern": r"^[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9]$"}
        ).is_valid(identifier)
