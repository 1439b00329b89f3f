"""The strict reader: what it refuses, and where it says each value stands."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validators.strict_json import (
    MAX_DEPTH,
    DefectKind,
    Place,
    escape_token,
    key_pointer,
    place_of,
    read_json,
    read_text,
)

CAP = 1_000_000


def kinds(raw: bytes, cap: int = CAP, integers: frozenset[str] = frozenset()) -> list[str]:
    return [defect.kind.value for defect in read_json(raw, cap=cap, integers=integers).defects]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"{}", []),
        (b' {"a": [1, -2.5, 1e3, true, null, "\xc3\xa9"]}\n', []),
        (b"", ["syntax"]),
        (b"{", ["syntax"]),
        (b'{"a": 1,}', ["syntax"]),
        (b"{} {}", ["syntax"]),
        (b"// comment\n{}", ["syntax"]),
        (b"{'a': 1}", ["syntax"]),
        (b"[01]", ["syntax"]),
        (b'["\t"]', ["syntax"]),
        (b'["\x00"]', ["syntax", "hidden character"]),
        (b'{"a": 1, "a": 2}', ["duplicate key"]),
        (b'{"a": {"b": 1, "b": 1}, "c": [{"d": 1, "d": 2}]}', ["duplicate key"] * 2),
        (b'{"a": 1, "\\u0061": 2}', ["duplicate key"]),
        (b"[NaN]", ["number"]),
        (b"[-Infinity]", ["number"]),
        (b'["NaN", "Infinity"]', []),
        (b"[1e999]", ["number"]),
        (b"[-1e999]", ["number"]),
        (b"[9007199254740992]", []),
        (b"[9007199254740993]", ["number"]),
        (b"[" + b"1" * 5000 + b"]", ["number"]),
        (b"\xef\xbb\xbf{}", ["not UTF-8"]),
        ("{}".encode("utf-16"), ["not UTF-8"]),
        (b'{"a": "\xff"}', ["not UTF-8"]),
        (b'["\xed\xa0\x80"]', ["not UTF-8"]),
        (b'["\\ud800"]', ["hidden character"]),
        (b'["\\ud83d\\ude00"]', []),
        (b'["\\u0000"]', ["hidden character"]),
        (b'["a\\nb"]', ["hidden character"]),
        (b'{"\\u202e": 1}', ["hidden character"]),
        ('["\u200b"]'.encode(), ["hidden character"]),
        ('["\u202e"]'.encode(), ["hidden character"]),
        (
            b'["\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae"]',
            [],
        ),  # Persian needs the zero-width non-joiner
        (b"{\r\n}", ["line ends"]),
        (b"{\r}", ["line ends"]),
        (b"[" * 100_000, ["depth"]),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), ["depth"]),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, []),
        (b'"' + b"[" * 100 + b'"', []),
    ],
)
def test_defects(raw: bytes, expected: list[str]) -> None:
    assert sorted(kinds(raw)) == sorted(expected)


def test_size_is_judged_before_anything_else() -> None:
    assert kinds(b"{" * 11, cap=10) == ["too large"]
    assert kinds(b"[" + b" " * 8 + b"]", cap=10) == []


def test_a_fraction_is_refused_where_an_integer_is_due() -> None:
    raw = b'{"seed": 1.0, "value": 1.0, "x": {"seed": 2e0}, "y": {"seed": 2.5}}'
    reading = read_json(raw, cap=CAP, integers=frozenset({"seed"}))
    assert [defect.pointer for defect in reading.defects] == ["/seed", "/x/seed"]
    assert reading.defects[0].hint == "write 1"


def test_every_value_has_its_place() -> None:
    raw = '{\n  "é": [1,\n    {"b/c~d": "x"}]\n}'.encode()
    places = read_json(raw, cap=CAP).places
    assert places[""] == Place(1, 1)
    assert places["/é"] == Place(2, 8)
    assert places[key_pointer("/é")] == Place(2, 3)
    assert places["/é/0"] == Place(2, 9)
    assert places["/é/1/b~1c~0d"] == Place(3, 15)


def test_columns_count_characters() -> None:
    assert read_json('["éé", 1e999]'.encode(), cap=CAP).defects[0].place == Place(1, 8)


def test_a_syntax_error_is_placed() -> None:
    reading = read_json(b'{\n  "a": 1,\n}', cap=CAP)
    assert not reading.readable
    assert reading.defects[0].place in (Place(2, 9), Place(3, 1))  # Python 3.13 names the comma


def test_bytes_that_are_not_utf8_are_placed() -> None:
    assert read_json(b'{\n "\xc3\xa9": "\xff"}', cap=CAP).defects[0].place == Place(2, 8)


def test_text_is_read_with_unix_line_ends() -> None:
    reading = read_text(b"a\r\nb\n", cap=CAP)
    assert reading.text == "a\nb\n"
    assert [(defect.kind, defect.place) for defect in reading.defects] == [
        (DefectKind.LINE_ENDS, Place(1, 2))
    ]


def test_each_hidden_character_is_reported_once() -> None:
    reading = read_text("a\u200bb\u200bc\u202e".encode(), cap=CAP)
    assert [defect.place for defect in reading.defects] == [Place(1, 2), Place(1, 6)]


@pytest.mark.parametrize(
    ("position", "place"), [(0, Place(1, 1)), (2, Place(1, 3)), (3, Place(2, 1)), (4, Place(2, 2))]
)
def test_places_in_text(position: int, place: Place) -> None:
    assert place_of("ab\ncd", position) == place


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)  # fmt: skip


@given(JSON, st.sampled_from([None, 2]))
def test_what_is_read_is_what_was_written(value: object, indent: int | None) -> None:
    raw = json.dumps(value, ensure_ascii=False, indent=indent).encode(errors="surrogatepass")
    reading = read_json(raw, cap=CAP)
    if reading.readable:
        assert reading.data == value
        assert set(pointers(value)) <= set(reading.places)
    else:
        assert reading.defects


def pointers(value: object, pointer: str = "") -> list[str]:
    found = [pointer]
    if isinstance(value, dict):
        for key, item in value.items():
            found += pointers(item, f"{pointer}/{escape_token(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += pointers(item, f"{pointer}/{index}")
    return found


@given(st.binary(max_size=200))
def test_no_bytes_raise(raw: bytes) -> None:
    read_json(raw, cap=150)


@given(st.text(alphabet='{}[]",:\\\n\r\t 01eE.-+ntfuaNIy"\u200b\ud800', max_size=60))
def test_no_text_raises(text: str) -> None:
    reading = read_json(text.encode(errors="surrogatepass"), cap=CAP)
    assert reading.readable or reading.defects
