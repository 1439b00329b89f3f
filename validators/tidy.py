"""The form in which a task's files are written, and the mends that need no person.

Pure functions from bytes to bytes. What a mend may touch is chosen so that no answer of a task
changes: prose, spelling of our own vocabulary, layout. What data are joined by (labels, columns,
paths, file ids, citation keys), licences and numbers stay exactly as they were written.
"""

import copy
import difflib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from schema.instance import Instance
from schema.task import Task
from validators.document import IssueKind, Located
from validators.folder import TEXT_CAP, JsonFile
from validators.instructions import PLACEHOLDER, normalised
from validators.languages import is_registered, standard_form
from validators.strict_json import (
    MAX_INTEGER,
    DefectKind,
    escape_token,
    hidden_character,
    read_text,
)

SCHEMA_LINKS: dict[type[BaseModel], str] = {
    Task: "../../schema/task.schema.json",
    Instance: "../../../schema/instance.schema.json",
}
NEAR = 0.8
"""How alike a mistyped name and the known one must be (difflib's ratio)."""
APART = 0.1
"""How much less alike every other known name must be."""
ROUNDS = 8
"""Mends may lead to others (a renamed field shows its values); the format is 4 levels deep."""

BOM = b"\xef\xbb\xbf"
_ZERO_WIDTH = re.compile("[\u200b\u2060\ufeff]")
_HARD_BREAK = re.compile(r"\S {2,}$")
_PROSE = (
    "/title", "/description", "/keywords/*", "/contributors/*/name", "/waivers/*/reason",
    "/output/unit", "/sampling/description", "/sources/*/name", "/results/*/system",
)  # fmt: skip


@dataclass(frozen=True)
class Tidied:
    """A file as it should be written, and what was mended, in words."""

    content: bytes
    mends: tuple[str, ...] = ()


# -- JSON -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Numeral:
    """A number exactly as it was written."""

    source: str


def json_text(data: Any, model: type[BaseModel]) -> str:
    """JSON as the repository's files have it: two blanks, the schema's order, UTF-8 unescaped."""
    text = _written(data, "") + "\n"
    ordered = _ordered(data, "", _file(text.encode(), model))
    return _written(ordered, "") + "\n"


def tidy_json(
    raw: bytes, model: type[BaseModel], labels: Sequence[str] | None = None
) -> Tidied | None:
    """A JSON file as it should be written; None where it must not be touched.

    Args:
        raw: the file's bytes.
        model: what the file is to be.
        labels: the task's labels, whose order an instance's labels follow.
    """
    file = _file(raw, model)
    kinds = {defect.kind for defect in file.reading.defects}
    if not file.reading.readable or DefectKind.DUPLICATE_KEY in kinds:
        return None
    mends: list[str] = []
    if raw.startswith(BOM):
        mends.append("removed the byte order mark")
    if DefectKind.LINE_ENDS in kinds:
        mends.append("ended the lines with LF")
    data = _read(raw)
    for _ in range(ROUNDS):
        found = [said for mend in _MENDS for said in mend(data, file)]
        found += _order_labels(data, file, labels or ())
        if not found:
            break
        mends += found
        file = _file(_written(data, "").encode(), model)
    content = (_written(_ordered(data, "", file), "") + "\n").encode()
    if not mends and content != raw:
        mends.append("laid it out anew")
    return Tidied(content, tuple(dict.fromkeys(mends)))


def _file(raw: bytes, model: type[BaseModel]) -> JsonFile:
    return JsonFile("", "", raw, model)


def _read(raw: bytes) -> Any:
    text = raw.removeprefix(BOM).decode()
    return json.loads(text, parse_int=Numeral, parse_float=Numeral)


def _written(value: Any, indent: str) -> str:
    deeper = indent + "  "
    match value:
        case Numeral():
            return value.source
        case str():
            return _quoted(value)
        case dict() if value:
            members = (f"{_quoted(k)}: {_written(v, deeper)}" for k, v in value.items())
            return "{" + _lines(members, deeper) + f"\n{indent}}}"
        case list() if value:
            return "[" + _lines((_written(v, deeper) for v in value), deeper) + f"\n{indent}]"
    return json.dumps(value)


def _lines(items: Iterable[str], indent: str) -> str:
    return ",".join(f"\n{indent}{item}" for item in items)


def _quoted(text: str) -> str:
    """A JSON string; only what a reader could not see is escaped."""
    shown = json.dumps(text, ensure_ascii=False)
    return "".join(_escaped(letter) if hidden_character(letter) else letter for letter in shown)


def _escaped(letter: str) -> str:
    return json.dumps(letter)[1:-1] if letter != "\x7f" else "\\u007f"


def _ordered(value: Any, pointer: str, file: JsonFile) -> Any:
    """The same value with the fields of every object in the schema's order, unknown ones last."""
    if isinstance(value, list):
        return [_ordered(item, f"{pointer}/{i}", file) for i, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    known = [name for name in file.fields_of(pointer) if name in value]
    names = [*known, *(name for name in value if name not in known)]
    return {n: _ordered(value[n], f"{pointer}/{escape_token(n)}", file) for n in names}


def _parent(data: Any, pointer: str) -> tuple[Any, Any]:
    """The object or list that holds a value, and its key in it."""
    *parents, last = [t.replace("~1", "/").replace("~0", "~") for t in pointer.split("/")[1:]]
    for token in parents:
        data = data[int(token)] if isinstance(data, list) else data[token]
    return data, int(last) if isinstance(data, list) else last


def only_near(word: str, known: Sequence[str]) -> str | None:
    """The one known name that a mistyped one can mean; None where none or several are near."""
    folded = re.sub(r"[\s-]+", "_", word.strip().casefold())
    if folded in known:
        return folded
    ranked = sorted(
        ((difflib.SequenceMatcher(None, folded, name).ratio(), name) for name in known),
        reverse=True,
    )
    if not ranked or ranked[0][0] < NEAR:
        return None
    apart = len(ranked) == 1 or ranked[1][0] <= ranked[0][0] - APART
    return ranked[0][1] if apart else None


Mend = Callable[[Any, JsonFile], Iterator[str]]
"""Changes the data of a file in place, and says what it did."""


def _mend_numbers(data: Any, file: JsonFile) -> Iterator[str]:
    """`1.0` where a whole number is due."""
    for defect in file.reading.defects:
        if defect.kind is not DefectKind.NUMBER or defect.pointer is None:
            continue
        holder, key = _parent(data, defect.pointer)
        source = holder[key].source
        if not source.lstrip("-").isdigit() and abs(value := float(source)) <= MAX_INTEGER:
            holder[key] = Numeral(str(int(value)))
            yield f"wrote {source} as {holder[key].source}"


def _rename_fields(data: Any, file: JsonFile) -> Iterator[str]:
    """A mistyped field, where one known field is near, is not there yet, and fits the value."""
    targets: dict[str, list[str]] = {}
    for issue in file.issues:
        if issue.kind is IssueKind.UNKNOWN_FIELD:
            parent, _, name = issue.pointer.rpartition("/")
            known = file.fields_of(parent)
            near = None if name in known else only_near(name, known)
            if near:
                targets.setdefault(f"{parent}/{near}", []).append(issue.pointer)
    for new, olds in targets.items():
        holder, name = _parent(data, new)
        _, old = _parent(data, olds[0])
        if len(olds) == 1 and name not in holder and _fits_as(data, file, olds[0], new):
            _rename(holder, old, name)
            yield f'renamed the field "{old}" to "{name}"'


def _rename(holder: dict[str, Any], old: str, new: str) -> None:
    members = [(new if name == old else name, value) for name, value in holder.items()]
    holder.clear()
    holder.update(members)


def _fits_as(data: Any, file: JsonFile, old: str, new: str) -> bool:
    trial = copy.deepcopy(data)
    holder, name = _parent(trial, old)
    _rename(holder, name, _parent(trial, new)[1])
    after = _file(_written(trial, "").encode(), file.model)
    return all(issue.pointer != new for issue in after.issues)


def _mend_vocabulary(data: Any, file: JsonFile) -> Iterator[str]:
    """A mistyped dimension, output or metric, where one known value is near."""
    for issue in file.issues:
        if issue.kind is not IssueKind.UNKNOWN_VALUE:
            continue
        holder, key = _parent(data, issue.pointer)
        old = holder[key] if isinstance(holder, list) else holder.get(key)
        choices = issue.required.removeprefix("one of ").replace('"', "").split(", ")
        near = only_near(old, choices) if isinstance(old, str) else None
        if near:
            holder[key] = near
            yield f'wrote "{old}" as "{near}"'


def _texts(file: JsonFile, *patterns: str) -> Iterator[Located]:
    """The texts at these places, where the file's model has such fields."""
    known = file.fields_of("")
    own = [pattern for pattern in patterns if pattern.split("/")[1] in known]
    return (found for found in file.find(*own) if isinstance(found.value, str))


def _mend_tags(data: Any, file: JsonFile) -> Iterator[str]:
    for tag in _texts(file, "/languages/*"):
        if is_registered(tag.value) and (standard := standard_form(tag.value)) != tag.value:
            holder, key = _parent(data, tag.pointer)
            holder[key] = standard
            yield f'wrote the language "{tag.value}" as "{standard}"'


def _drop_repeated(data: Any, file: JsonFile) -> Iterator[str]:
    for field in ("keywords", "languages", "metrics"):
        seen: set[str] = set()
        repeated = []
        for entry in _texts(file, f"/{field}/*"):
            if entry.value.casefold() in seen:
                repeated.append(entry)
            seen.add(entry.value.casefold())
        for entry in reversed(repeated):
            del data[field][entry.position]
            yield f'removed the repeated "{entry.value}" of {field}'


def _mend_link(data: Any, file: JsonFile) -> Iterator[str]:
    link, right = file.value("/$schema"), SCHEMA_LINKS[file.model]
    if link is not None and link != right:
        data["$schema"] = right
        yield f'wrote $schema as "{right}"'


def _mend_prose(data: Any, file: JsonFile) -> Iterator[str]:
    for text in _texts(file, *_PROSE):
        clean, said = _clean(text.value)
        if clean != text.value and clean.strip():
            holder, key = _parent(data, text.pointer)
            holder[key] = clean
            yield from said


_MENDS: tuple[Mend, ...] = (
    _mend_numbers, _rename_fields, _mend_vocabulary, _mend_tags, _mend_link, _mend_prose,
)  # fmt: skip


def _order_labels(data: Any, file: JsonFile, labels: Sequence[str]) -> list[str]:
    """An instance's labels into the task's order; nothing where one is not the task's.

    Repeated entries are dropped here as well: positions must not move under the other mends.
    """
    said = list(_drop_repeated(data, file)) if file.model is Task else []
    own = [label.value for label in file.find("/labels/*")]
    written = data.get("labels") if isinstance(data, dict) else None
    if file.model is not Instance or not own or own != written or not set(own) <= set(labels):
        return said
    ordered = [label for label in labels if label in own]
    if own != ordered:
        data["labels"] = ordered
        said.append("put the labels into the task's order")
    return said


# -- text -----------------------------------------------------------------------------------------


def tidy_text(raw: bytes) -> Tidied | None:
    """A file of prose or BibTeX; None where it is no text that may be touched."""
    return _tidied(raw, _tidy_lines, split_at_cr=True)  # as CommonMark does


def tidy_instructions(raw: bytes) -> Tidied | None:
    """instructions.txt: every line an instruction of its own."""
    # Among lines that end in LF, a CR may stand inside an instruction: who knows what was meant?
    return _tidied(raw, _tidy_instructions, split_at_cr=b"\n" not in raw)


def tidy_table(raw: bytes) -> Tidied:
    """A metadata file: data, of which only a byte order mark is no part."""
    if raw.startswith(BOM):
        return Tidied(raw.removeprefix(BOM), ("removed the byte order mark",))
    return Tidied(raw)


LineMend = Callable[[list[str]], tuple[list[str], list[str]]]


def _tidied(raw: bytes, mend: LineMend, *, split_at_cr: bool) -> Tidied | None:
    reading = read_text(raw, cap=TEXT_CAP)
    if reading.text is None:
        return None
    mends = []
    text = reading.text
    if text.startswith("\ufeff"):
        mends.append("removed the byte order mark")
        text = text.removeprefix("\ufeff")
    if split_at_cr:
        text = text.replace("\r", "\n")
    if b"\r\n" in raw or (split_at_cr and b"\r" in raw):
        mends.append("ended the lines with LF")
    text, said = _clean(text)
    lines, more = mend(text.split("\n"))
    while lines and not lines[-1]:
        lines.pop()
    content = "".join(f"{line}\n" for line in lines).encode()
    if not (mends or said or more) and content != raw:
        more.append("ended the file with one line end")
    return Tidied(content, tuple(dict.fromkeys([*mends, *said, *more])))


def _clean(text: str) -> tuple[str, list[str]]:
    """The text without zero-width characters and in Unicode's normal form C."""
    said = []
    seen = _ZERO_WIDTH.sub("", text)
    if seen != text:
        said.append("removed zero-width characters")
    clean = unicodedata.normalize("NFC", seen)
    if clean != seen:
        said.append("wrote letters in Unicode's normal form (NFC)")
    return clean, said


def _tidy_lines(lines: list[str]) -> tuple[list[str], list[str]]:
    """Blanks at line ends removed; two after a word are a line break in Markdown, and stay."""
    tidy = [line if _HARD_BREAK.search(line) else line.rstrip(" \t") for line in lines]
    return tidy, ["removed blanks at line ends"] if tidy != lines else []


def _tidy_instructions(lines: list[str]) -> tuple[list[str], list[str]]:
    said = []
    bare = [line.strip() for line in lines]
    if bare != lines:
        said.append("removed blanks around lines")
    full = [line for line in bare if line]
    if len(full) < len(bare) - (not bare[-1]):
        said.append("removed blank lines")
    kept: dict[object, str] = {}
    for line in full:
        # A line that only its placeholders tell from an earlier one may be the better of the two.
        key = (normalised(line), *PLACEHOLDER.findall(line)) if normalised(line) else line
        kept.setdefault(key, line)
    if len(kept) < len(full):
        said.append("removed repeated instructions, of which the first stays")
    return list(kept.values()), said
