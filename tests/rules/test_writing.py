"""JSN: how files are written, and whether JSON files fit their schemas."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.flawless import (
    INSTANCE,
    INSTANCE_JSON,
    TASK_JSON,
    append,
    merge,
    replace,
    variant,
    write,
)
from tests.rules.cases import (
    STATIC,
    Case,
    Table,
    assert_readable,
    at,
    exact,
    judge,
    line,
    parameters,
    run,
    silent,
)
from validators.registry import rules
from validators.rules.writing import CLAIMED

TASK_FILE = "task.json"
TITLE = '"Answer detection"'


def title(text: str):
    """Another title, written as JSON writes it."""
    return replace(TASK_FILE, TITLE, json.dumps(text, ensure_ascii=False))


def padded(path: str, size: int):
    """Fill a file with line ends up to a size in bytes."""

    def edit(task: Path) -> None:
        content = (task / path).read_bytes()
        (task / path).write_bytes(content + b"\n" * (size - len(content)))

    return edit


def laid_out(path: str, indent: str | int | None = None):
    """A JSON file with another indent, or none."""

    def edit(task: Path) -> None:
        data = json.loads((task / path).read_bytes())
        (task / path).write_text(json.dumps(data, indent=indent))

    return edit


def nested(depth: int) -> str:
    """A value in so many brackets."""
    return "[" * depth + "]" * depth


def every_text_file(old: bytes, new: bytes):
    """Replace bytes in all files that are written by hand."""
    names = (TASK_FILE, INSTANCE, "instructions.txt", "README.md", "references.bib")

    def edit(task: Path) -> None:
        for name in names:
            (task / name).write_bytes((task / name).read_bytes().replace(old, new))

    return edit


CASES: Table = {
    "JSN801": [
        silent("256,000 bytes", padded("README.md", 256_000)),
        exact("a byte more", padded("README.md", 256_001), at=line("README.md", 1, 1),
              also=("DOC601",) * 3, says="256,000"),  # none of it is read
        exact("references.bib", padded("references.bib", 256_001), at=line("references.bib", 1, 1),
              also=("SRC905",) * 2),  # nor can a key be found in it
    ],
    "JSN802": [
        silent("accents", title("Répondre oui, 答え")),
        exact("Latin-1 in the README", replace("README.md", "Voice", b"Voix pr\xe9f\xe9r\xe9e"),
              at=line("README.md", 6, 19), also=("DOC601",) * 3, says="0xe9"),
        exact("a byte order mark", replace("README.md", b"#", b"\xef\xbb\xbf#"),
              at=line("README.md", 1, 1), says="byte order mark"),
        exact("one before JSON", replace(TASK_FILE, b"{", b"\xef\xbb\xbf{"),
              at=line(TASK_FILE, 1, 1)),
        exact("one before the instructions", replace("instructions.txt", b"S", b"\xef\xbb\xbfS"),
              at=line("instructions.txt", 1, 1)),
        exact("one before the references", replace("references.bib", b"@", b"\xef\xbb\xbf@"),
              at=line("references.bib", 1, 1)),
        exact("UTF-16", write("README.md", "# Title\n".encode("utf-16")),
              at=line("README.md", 1, 1), also=("DOC601",) * 3),
    ],
    "JSN803": [
        silent("the joiners that Persian and Hindi are spelt with",
               title("\u0645\u06cc\u200c\u062e\u0648 \u0915\u094d\u200d\u0937")),
        exact("a blank without width", title("Answer\u200b detection"),
              at=at(TASK_FILE, "\u200b"), says="U+200B"),
        exact("text that runs backwards", replace("README.md", "Voice", "\u202eVoice"),
              at=at("README.md", "\u202e"), says="U+202E"),
        exact("one of many", replace("instructions.txt", "\n", "\u200b\n"),
              replace("instructions.txt", "hear", "he\u200bar"),
              at=at("instructions.txt", "\u200b")),
        exact("an escaped line break", replace(TASK_FILE, "Answer d", "Answer\\nd"),
              at=at(TASK_FILE, '"Answer\\nd'), says="U+000A"),
        exact("an escaped null", replace(INSTANCE, "Example Prompts", "Example\\u0000Prompts"),
              at=at(INSTANCE, '"Example\\u0000'), says="U+0000"),
        exact("a lone surrogate", replace(TASK_FILE, "Answer d", "Answer\\ud800 d"),
              at=at(TASK_FILE, '"Answer\\ud800')),
    ],
    "JSN804": [
        silent("Unix line ends"),
        exact("Windows line ends in every file", every_text_file(b"\n", b"\r\n"),
              at=[at(path, "\n") for path in
                  (TASK_FILE, INSTANCE, "instructions.txt", "README.md", "references.bib")]),
        exact("a carriage return that stands alone",
              replace("README.md", "a speaker", "a\rspeaker"), at=line("README.md", 5, 69)),
    ],
    "JSN805": [
        silent("no comma too many"),
        exact("a comma too many", replace(TASK_FILE, '"Answer detection",', '"Answer detection",,'),
              at=at(TASK_FILE, ',\n  "description"')),
        exact("a comment", replace(TASK_FILE, "{", "{ // what it is"), at=at(TASK_FILE, "// what")),
        exact("a quote too few", replace(TASK_FILE, TITLE, '"Answer detection'),
              at=line(TASK_FILE, 4, 30), says="not closed"),
        exact("cut off", replace(TASK_FILE, '}\n  ]\n}\n', ""), at=line(TASK_FILE, 20, 5)),
        exact("empty", write(TASK_FILE, ""), at=line(TASK_FILE, 1, 1)),
        # The data are there to be checked, whatever the pointer says.
        exact("an instance", replace(INSTANCE, '"sampling": null,', '"sampling": null'),
              at=at(INSTANCE, '"results"')),
        exact("two values", append(TASK_FILE, "{}"), at=at(TASK_FILE, "{}")),
    ],
    "JSN806": [
        silent("the same key in two objects"),
        exact("a key twice", replace(TASK_FILE, "{", '{\n  "title": "Another",'),
              at=at(TASK_FILE, '"title": "Answer'), says='"title"'),
        exact("twice, once with an escape",
              replace(TASK_FILE, "{", '{\n  "t\\u0069tle": "Another",'),
              at=at(TASK_FILE, '"title"')),
    ],
    "JSN807": [
        silent("a fraction where one may stand", replace(INSTANCE, "0.75", "1.0")),
        exact("NaN", replace(INSTANCE, "0.75", "NaN"), at=at(INSTANCE, "NaN")),
        exact("too large for a double", replace(INSTANCE, "0.75", "1e999"),
              at=at(INSTANCE, "1e999"), also=("SRC908",)),
        exact("an integer with a fraction", replace(TASK_FILE, '"schema_version": 1',
              '"schema_version": 1.0'), at=at(TASK_FILE, "1.0"), says="write 1"),
        exact("beyond 2^53", merge(INSTANCE, {"sampling": {
              "description": "All forty of them, in another order.", "seed": 2**53 + 1}}),
              at=at(INSTANCE, str(2**53 + 1))),
    ],
    "JSN808": [
        silent("the format's four levels"),
        exact("33 deep", replace(TASK_FILE, TITLE, nested(32)), at=line(TASK_FILE, 4, 43),
              says="32"),
        exact("a bomb", write(TASK_FILE, nested(100_000)), at=line(TASK_FILE, 1, 33)),
    ],
    "JSN811": [
        silent("optional fields left out", replace(TASK_FILE, '"$schema": '
               '"../../schema/task.schema.json",', ""), merge(INSTANCE, {"$schema": None})),
        exact("no description", merge(TASK_FILE, {"description": None}), at=line(TASK_FILE, 1, 1),
              says="One or two plain sentences"),
        exact("no cite in a source", replace(INSTANCE, ',\n      "cite": "example2024prompts"', ""),
              at=at(INSTANCE, '{\n      "name"'), says="sources[0].cite"),
        exact("no sampling", merge(INSTANCE, {"schema_version": 1}),
              replace(INSTANCE, '"sampling": null,', ""), at=line(INSTANCE, 1, 1)),
        exact("no type of output", replace(TASK_FILE, '"type": "classification",', ""),
              at=at(TASK_FILE, "{\n    \n"), says="output.type"),
        exact("no revision", variant("hub"), merge(INSTANCE, {"dataset": {"revision": None}}),
              at=at(INSTANCE, '{\n    "repo_id"'), options=STATIC, says="dataset.revision"),
    ],
    "JSN812": [
        silent("every optional field", merge(TASK_FILE, {"waivers": [], "superseded_by": None}),
               merge(INSTANCE, {"variant": "Quiet", "groups": [], "columns": {}})),
        exact("a mistyped field", replace(TASK_FILE, '"languages"', '"metric": [],\n  "languages"'),
              at=at(TASK_FILE, '"metric":'), says='rename it to "metrics"'),
        exact("a mistyped field of a source",
              replace(INSTANCE, '"name"', '"licence": "MIT",\n      "name"'),
              at=at(INSTANCE, '"licence"'), says='rename it to "license"'),
        exact("a split of local data", merge(INSTANCE, {"dataset": {"split": "test"}}),
              at=at(INSTANCE, '"split"')),
        exact("a name that stands nowhere", merge(TASK_FILE, {"name": "AnswerDetection"}),
              at=at(TASK_FILE, '"name": "AnswerDetection"')),
        exact("labels of a text", variant("text"),
              merge(TASK_FILE, {"output": {"labels": ["yes", "no"]}}),
              at=at(TASK_FILE, '"labels"')),
    ],
    "JSN813": [
        silent("the types of the format"),
        exact("a text for a list", replace(TASK_FILE, '["en"]', '"en"'), at=at(TASK_FILE, '"en"'),
              says=("a list is required", "write a list")),
        exact("a number for a text", replace(TASK_FILE, TITLE, "5"), at=at(TASK_FILE, "5,")),
        exact("a text for a number", replace(INSTANCE, "0.75", '"0.75"'),
              at=at(INSTANCE, '"0.75"'), says="a number is required"),
        exact("a text for the output", merge(TASK_FILE, {"output": "classification"}),
              at=at(TASK_FILE, '"classification"'),
              says="an object is required"),
        exact("a list for the file", write(TASK_FILE, "[]\n"), at=line(TASK_FILE, 1, 1)),
        exact("true for a version", replace(TASK_FILE, '"schema_version": 1',
              '"schema_version": true'), at=at(TASK_FILE, "true")),
    ],
    "JSN814": [
        silent("40 characters of title", title("x" * 40)),
        exact("41 characters of title", title("x" * 41), at=at(TASK_FILE, '"xxx'),
              says=("41 characters", "1 to 40 characters")),
        exact("a blank title", title(" "), at=at(TASK_FILE, '" "')),
        exact("a label with a comma",
              merge(TASK_FILE, {"output": {"labels": ["yes", "no", "a, b"]}}),
              at=at(TASK_FILE, '"a, b"')),
        exact("a label that ends in a blank",
              merge(TASK_FILE, {"output": {"labels": ["yes", "no", "other "]}}),
              at=at(TASK_FILE, '"other "')),
        exact("a label with a brace",
              merge(TASK_FILE, {"output": {"labels": ["yes", "no", "{other}"]}}),
              at=at(TASK_FILE, '"{other}"')),
        exact("counting from the first", variant("two clips"),
              merge(TASK_FILE, {"inputs": ["audio", "audio2", "audio1"]}),
              at=at(TASK_FILE, '"audio1"')),
        exact("an address without a scheme", replace(INSTANCE, "https://example", "www.example"),
              at=at(INSTANCE, '"www.')),
        exact("a column's name with a blank", merge(INSTANCE, {"columns": {"the label": "label"}}),
              at=at(INSTANCE, '"the label"'), says='"the label"'),
    ],
    "JSN815": [
        silent("known values"),
        exact("an unknown dimension", replace(TASK_FILE, '"content"', '"contents"'),
              at=at(TASK_FILE, '"contents"'), says='write "content"'),
        exact("an unknown metric", merge(TASK_FILE, {"metrics": ["accuracy", "f1"]}),
              at=at(TASK_FILE, '"f1"')),
        exact("an unknown output", merge(TASK_FILE, {"output": {"type": "class"}}),
              at=at(TASK_FILE, '"class"')),
    ],
    "JSN816": [
        silent("two labels, the fewest"),
        exact("another version", replace(TASK_FILE, '"schema_version": 1', '"schema_version": 2'),
              at=at(TASK_FILE, "2,"), says="at most 1"),
        exact("no keyword", merge(TASK_FILE, {"keywords": []}), at=at(TASK_FILE, "[],"),
              says="at least 1"),
        exact("no contributor", merge(TASK_FILE, {"contributors": []}), at=at(TASK_FILE, "[]")),
        exact("one label", merge(TASK_FILE, {"output": {"labels": ["yes"]}}),
              at=at(TASK_FILE, "[\n      \"yes\"")),
        exact("1,001 labels", merge(TASK_FILE, {"output": {"labels": [
              "yes", "no", *(f"other {n}" for n in range(999))]}}),
              at=at(TASK_FILE, "[\n      \"yes\""), says="at most 1,000"),
        exact("more minutes than allowed", merge(INSTANCE, {"sampling": {
              "description": "The first minutes of the whole set.", "minutes": 60.5}}),
              at=at(INSTANCE, "60.5"), says="at most 60"),
        exact("no example", merge(INSTANCE, {"sampling": {
              "description": "None of the rows of the set at all.", "examples": 0}}),
              at=at(INSTANCE, "0\n  }")),
    ],
    "JSN817": [
        silent("the right links"),
        exact("another depth", replace(TASK_FILE, "../../schema", "../schema"),
              at=at(TASK_FILE, '"../schema')),
        exact("the other schema", replace(INSTANCE, "instance.schema", "task.schema"),
              at=at(INSTANCE, '"../../..'), says="instance.schema.json"),
    ],
    "JSN818": [
        silent("everything, in Spanish", title("Todo o nada")),
        exact("a description to do", merge(TASK_FILE, {"description":
              "TODO describe in two sentences what is asked."}), at=at(TASK_FILE, '"TODO')),
        exact("a name to fill in", replace(INSTANCE, "Example Prompts", "<name of the dataset>"),
              at=at(INSTANCE, '"<name')),
    ],
    "JSN819": [
        silent("tabs", laid_out(TASK_FILE, indent="\t")),
        exact("on one line", laid_out(TASK_FILE), at=line(TASK_FILE, 1, 1),
              says=("11 fields stand on one line", "let --fix do it")),
        exact("at the left margin", laid_out(INSTANCE, indent=0), at=line(INSTANCE, 1, 1),
              says="7 fields stand at the left margin"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "case"), parameters(CASES))
def test_case(code, case, tmp_path, clips, measure):
    judge(code, case, tmp_path, clips, measure)


def test_differences_that_are_left_to_other_rules_are_left_to_rules_that_exist():
    assert set(CLAIMED.values()) <= set(rules())


OTHERS: tuple[Any, ...] = (None, True, 5, 0.5, "?!", [], {}, ["?!"], {"?!": 5}, [[]], -1)


def places_of(value: Any, pointer: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The way to every value of a JSON file."""
    if not isinstance(value, dict | list):
        return [pointer]
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [pointer, *(way for key, item in inner for way in places_of(item, (*pointer, key)))]


def changed(text: str, way: tuple[str | int, ...], new: Any) -> str:
    """A JSON text with another value in one place."""
    data = json.loads(text)
    if not way:
        return json.dumps(new)
    inner = data
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = new
    return json.dumps(data, indent=1)


@pytest.mark.parametrize("other", OTHERS, ids=str)
@pytest.mark.parametrize("path", [TASK_FILE, INSTANCE])
def test_every_value_of_another_kind_is_told_readably(path, other, tmp_path, clips, measure):
    """No place and no kind of value makes a message without its value, or a rule crash."""
    text = TASK_JSON if path == TASK_FILE else INSTANCE_JSON
    for number, way in enumerate(places_of(json.loads(text))):
        case = Case("", (write(path, changed(text, way, other)),), options=STATIC)
        _, report = run(case, tmp_path / str(number), clips, measure)
        assert report.problems == []
        for finding in report.findings:
            assert_readable(finding)
