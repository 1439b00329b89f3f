"""Reading strangers' text and JSON: size first, UTF-8 only, nothing ambiguous, every place known.

Python's own reader accepts what must not pass here: duplicate keys (the last wins), NaN, numbers
that overflow, UTF-16, lone surrogates. Each is a `Defect` with its line and column.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import tree_sitter
import tree_sitter_json

MAX_DEPTH = 32
MAX_INTEGER = 2**53
"""Beyond it, JSON readers that hold numbers as doubles lose digits (RFC 8259, section 6)."""


class DefectKind(StrEnum):
    """The ways in which a file can be badly written."""

    TOO_LARGE = "too large"
    NOT_UTF8 = "not UTF-8"
    HIDDEN_CHARACTER = "hidden character"
    LINE_ENDS = "line ends"
    SYNTAX = "syntax"
    DUPLICATE_KEY = "duplicate key"
    NUMBER = "number"
    DEPTH = "depth"


class Place(NamedTuple):
    """Line and column, in characters, both counted from 1."""

    line: int
    column: int


START = Place(1, 1)


class Defect(NamedTuple):
    """One way in which a file is badly written, and what is required instead."""

    kind: DefectKind
    message: str
    hint: str
    place: Place = START
    pointer: str | None = None


class TextReading(NamedTuple):
    """A file's text (None where it cannot be read as text) and its defects."""

    text: str | None
    defects: tuple[Defect, ...] = ()


class JsonReading(NamedTuple):
    """A file's JSON value, the place of every value by JSON Pointer, and its defects.

    `readable` is False where there is no value to speak of; `data` is then None.
    """

    readable: bool
    data: Any = None
    places: Mapping[str, Place] = MappingProxyType({})
    defects: tuple[Defect, ...] = ()


# C0 and C1 controls but tab and newline, soft hyphen, zero-width and bidirectional controls, line
# and paragraph separators, byte order mark, tags, noncharacters and surrogates: nothing that a
# reader cannot see. The zero-width joiners U+200C and U+200D stay: Persian and Indic scripts are
# spelt with them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)


def hidden_character(text: str) -> str | None:
    """The first character that a reader cannot see, as `U+202E`, or None."""
    found = _HIDDEN.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


def read_text(raw: bytes, *, cap: int) -> TextReading:
    """Read bytes as UTF-8 text with LF line ends.

    Args:
        raw: the file's bytes, or at least its first `cap` + 1 bytes.
        cap: the most bytes that are allowed.
    """
    if len(raw) > cap:
        return TextReading(None, (_too_large(cap),))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return TextReading(None, (_not_utf8(raw, error),))
    return TextReading(text.replace("\r\n", "\n"), tuple(_text_defects(text)))


def _too_large(cap: int) -> Defect:
    return Defect(
        DefectKind.TOO_LARGE,
        f"the file is larger than {cap:,} bytes, the most that is allowed",
        "shorten the file",
    )


def _not_utf8(raw: bytes, error: UnicodeDecodeError) -> Defect:
    before = raw[: error.start]
    line_start = before.rfind(b"\n") + 1
    place = Place(before.count(b"\n") + 1, len(before[line_start:].decode("utf-8")) + 1)
    return Defect(
        DefectKind.NOT_UTF8,
        f"byte 0x{raw[error.start]:02x} is not UTF-8 text; UTF-8 is required",
        "save the file as UTF-8",
        place,
    )


def _text_defects(text: str) -> Iterator[Defect]:
    if text.startswith("\ufeff"):
        yield Defect(
            DefectKind.NOT_UTF8,
            "the file begins with a byte order mark; UTF-8 without one is required",
            "save the file as UTF-8 without BOM",
        )
    if (position := text.find("\r\n")) >= 0:
        yield Defect(
            DefectKind.LINE_ENDS,
            "lines end in CR LF; LF is required",
            "save the file with Unix line ends",
            place_of(text, position),
        )
    seen: set[str] = set()
    for found in _HIDDEN.finditer(text.replace("\r\n", "\n\n"), 1 if text[:1] == "\ufeff" else 0):
        if found.group() in seen:
            continue
        seen.add(found.group())
        yield Defect(
            DefectKind.HIDDEN_CHARACTER,
            f"U+{ord(found.group()):04X} is a character that readers cannot see; none is allowed",
            "delete the character",
            place_of(text, found.start()),
        )
    if (lone := text.replace("\r\n", "\n\n").find("\r")) >= 0:
        yield Defect(
            DefectKind.LINE_ENDS,
            "a carriage return stands alone; LF is required at line ends",
            "save the file with Unix line ends",
            place_of(text, lone),
        )


def place_of(text: str, position: int) -> Place:
    """Line and column of the character at `position`, counted from 0."""
    return Place(text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position))


def read_json(raw: bytes, *, cap: int, integers: frozenset[str] = frozenset()) -> JsonReading:
    """Read bytes as strict JSON.

    Args:
        raw: the file's bytes, or at least its first `cap` + 1 bytes.
        cap: the most bytes that are allowed.
        integers: keys whose numbers must be written without a fraction. JSON Schema takes `1.0`
            for an integer where pydantic does not, so neither may see it.
    """
    reading = read_text(raw, cap=cap)
    if reading.text is None:
        return JsonReading(readable=False, defects=reading.defects)
    text = reading.text.removeprefix("\ufeff")
    try:
        data = _loads(text)
    except _Unreadable as error:
        return JsonReading(readable=False, defects=(*reading.defects, error.defect))
    walk = _Walk(text, integers)
    return JsonReading(True, data, walk.places, (*reading.defects, *walk.defects))


class _Unreadable(Exception):  # noqa: N818 - carries a defect, is none of its own
    def __init__(self, defect: Defect) -> None:
        self.defect = defect


_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"?|[\[{]|[\]}]|-?Infinity|NaN', re.DOTALL)


def _loads(text: str) -> Any:
    """The value of a text whose depth and constants were found harmless first."""
    depth = 0
    for token in _TOKEN.finditer(text):
        if token.group() in "[{":
            depth += 1
        elif token.group() in "]}":
            depth -= 1
        elif not token.group().startswith('"'):
            raise _Unreadable(_no_number(token.group(), place_of(text, token.start())))
        if depth > MAX_DEPTH:
            raise _Unreadable(
                Defect(
                    DefectKind.DEPTH,
                    f"values are nested more than {MAX_DEPTH} deep, the most that is allowed",
                    "write the value without so many brackets",
                    place_of(text, token.start()),
                )
            )
    try:
        # Long integers are held as floats: Python refuses to convert thousands of digits, and the
        # walk below reports the number at its place.
        return json.loads(text, parse_int=_integer)
    except json.JSONDecodeError as error:
        place = Place(error.lineno, error.colno)
        raise _Unreadable(
            Defect(
                DefectKind.SYNTAX,
                f"this is not JSON: {_SYNTAX.get(error.msg, error.msg)}",
                "mend the syntax",
                place,
            )
        ) from None


_SYNTAX = {
    "Invalid control character at": "a text is not closed on its line",
    "Unterminated string starting at": "a text that begins here is not closed",
    "Extra data": "more follows after the end",
}
"""What Python's reader says in words for programmers."""


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= 20 else float(digits)


def _no_number(token: str, place: Place, pointer: str | None = None) -> Defect:
    return Defect(
        DefectKind.NUMBER,
        f"{token if len(token) <= 24 else token[:20] + '…'} is not a number that JSON can hold "
        "exactly; a finite decimal number is required",
        "write a finite decimal number",
        place,
        pointer,
    )


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_json.language()))


# The grammar does not know the plus sign of an exponent, and would make two values of `1e+3`.
_PLUS = re.compile(rb'"(?:\\.|[^"\\])*"|[eE]\+', re.DOTALL)


def _minus(found: re.Match[bytes]) -> bytes:
    return found.group() if found.group().startswith(b'"') else b"e-"


class _Walk:
    """Walks the syntax tree of a text that is known to be JSON, and notes places and defects."""

    def __init__(self, text: str, integers: frozenset[str]) -> None:
        self.places: dict[str, Place] = {}
        self.defects: list[Defect] = []
        self._raw = text.encode()
        self._lines = self._raw.split(b"\n")
        self._last = (0, 0, 0)  # row, byte and character of the last place
        self._integers = integers
        for root in _parser().parse(_PLUS.sub(_minus, self._raw)).root_node.named_children:
            self._value(root, "")

    def _place(self, node: tree_sitter.Node) -> Place:
        row, column = node.start_point
        # Counted on from the place before: a file may be one line of a quarter of a megabyte.
        last_row, start, characters = self._last
        if row != last_row or column < start:
            start, characters = 0, 0
        characters += len(self._lines[row][start:column].decode())
        self._last = (row, column, characters)
        return Place(row + 1, characters + 1)

    def _value(self, node: tree_sitter.Node, pointer: str) -> None:
        self.places[pointer] = self._place(node)
        match node.type:
            case "object":
                for pair in node.named_children:
                    self._pair(pair, pointer)
            case "array":
                for index, item in enumerate(node.named_children):
                    self._value(item, f"{pointer}/{index}")
            case "number":
                self._number(self._source(node), pointer)
            case "string":
                self._string(node, pointer)

    def _source(self, node: tree_sitter.Node) -> str:
        return self._raw[node.start_byte : node.end_byte].decode()

    def _pair(self, pair: tree_sitter.Node, parent: str) -> None:
        key_node, value_node = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if key_node is None or value_node is None:
            return
        key = str(json.loads(self._source(key_node)))
        pointer = f"{parent}/{escape_token(key)}"
        place = self._place(key_node)
        self._string(key_node, pointer)
        if pointer in self.places:
            self.defects.append(
                Defect(
                    DefectKind.DUPLICATE_KEY,
                    f'the key "{key}" stands twice in one object; once is required',
                    "delete one of the two",
                    place,
                    pointer,
                )
            )
        self._value(value_node, pointer)
        self.places[key_pointer(pointer)] = place

    def _number(self, source: str, pointer: str) -> None:
        whole = source.lstrip("-").isdigit()
        value = _integer(source) if whole else float(source)
        if not math.isfinite(value) or (whole and abs(value) > MAX_INTEGER):
            self.defects.append(_no_number(source, self.places[pointer], pointer))
        elif (
            isinstance(value, float)
            and value.is_integer()
            and pointer.rpartition("/")[2] in self._integers
        ):
            self.defects.append(
                Defect(
                    DefectKind.NUMBER,
                    f"{source} is written with a fraction; a whole number is required",
                    f"write {int(value)}",
                    self.places[pointer],
                    pointer,
                )
            )

    def _string(self, node: tree_sitter.Node, pointer: str) -> None:
        source = self._source(node)
        if "\\" not in source:
            return  # what stands there unescaped was judged with the text
        value = json.loads(source)
        hidden = hidden_character(value) or next((c for c in "\n\r\t" if c in value), None)
        if hidden:
            self.defects.append(
                Defect(
                    DefectKind.HIDDEN_CHARACTER,
                    f"the text holds {hidden if len(hidden) > 1 else f'U+{ord(hidden):04X}'}, "
                    "written as an escape; one line of visible characters is required",
                    "delete the escape",
                    self._place(node),
                    pointer,
                )
            )


def escape_token(key: str) -> str:
    """A key as a token of a JSON Pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def key_pointer(pointer: str) -> str:
    """Where the place of a member's key, not of its value, is kept.

    `~` is followed by 0 or 1 in every real pointer, so this can be none of them.
    """
    return pointer + "~key"
