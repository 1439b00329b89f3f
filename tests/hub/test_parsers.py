"""What the test Hub parses: ranges, shards of Xet, the metadata of a card."""

import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hub import card, xet
from tests.hub.messages import Request, Response, Slice
from tests.hub.transport import pieces, ranged

numbers = st.none() | st.integers(0, 40)


def asked(wanted: str, size: int) -> Response:
    request = Request("GET", "/", "/", {}, {"range": wanted}, iter(()), hub=None)  # type: ignore[arg-type]
    return ranged(request, Response(200, {}, Slice(Path("unread"), 0, size)))


@given(first=numbers, last=numbers, size=st.integers(0, 30))
def test_a_range_is_what_python_slices(first: int | None, last: int | None, size: int) -> None:
    wanted = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    whole = range(size)
    if first is not None:
        part = whole[first : None if last is None else last + 1]
    else:
        part = whole[max(0, size - last) :] if last is not None else whole
    answer = asked(wanted, size)
    if first is None and last is None:
        assert answer.status == 200
    elif not part:
        assert answer.status == 416
    else:
        assert isinstance(answer.body, Slice)
        assert (answer.status, answer.body.start, answer.length) == (206, part[0], len(part))
        assert answer.headers["Content-Range"] == f"bytes {part[0]}-{part[-1]}/{size}"


@given(wanted=st.text(max_size=20))
def test_whatever_a_range_says_it_is_answered(wanted: str) -> None:
    assert asked(wanted, 10).status in (200, 206, 416)


@given(body=st.binary(max_size=50), size=st.integers(1, 60), data=st.data())
def test_pieces_make_the_first_part_of_a_body(body: bytes, size: int, data: Any) -> None:
    limit = data.draw(st.integers(0, len(body)))
    assert b"".join(pieces(body, limit, size)) == body[:limit]


def test_a_shard_tells_hashes_and_sizes_of_its_files() -> None:
    words = struct.pack("<4Q", 1, 2, 3, 0xABC)
    sha256 = struct.pack("<4Q", 4, 5, 6, 7)
    shard = bytes(48)
    shard += words + struct.pack("<II8x", 0xC0000000, 2)
    shard += bytes(32) + struct.pack("<IIII", 0, 100, 0, 1)
    shard += bytes(32) + struct.pack("<IIII", 0, 23, 1, 2)
    shard += bytes(48) * 2 + sha256 + bytes(16)
    shard += b"\xff" * 32 + bytes(16)
    (found,) = xet.shard_files(shard)
    assert found == (
        "0000000000000004000000000000000500000000000000060000000000000007",
        "0000000000000001000000000000000200000000000000030000000000000abc",
        123,
    )


@given(shard=st.binary(max_size=400))
def test_a_shard_of_any_bytes_is_read_or_refused(shard: bytes) -> None:
    try:
        assert all(size >= 0 for _, _, size in xet.shard_files(shard))
    except ValueError as error:
        assert "ends within" in str(error)  # noqa: PT017 (either way is fine)


@given(content=st.text(max_size=60) | st.text("-\n: [a", max_size=60).map("---\n{}\n---\n".format))
def test_a_card_of_any_text_is_judged(content: str) -> None:
    errors, warnings = card.faults(content)
    assert not (errors and warnings)
    assert all(isinstance(text, str) for text in [*errors, *warnings])


@pytest.mark.parametrize(
    ("content", "errors", "warnings"),
    [
        ("# Title\n", 0, 1),
        ("---\n---\n", 0, 1),
        ("---\nlicense: mit\n---\n", 0, 0),
        ("---\r\nlicense: mit\r\n---\r\n", 0, 0),
        ("---\nlicense: mit\n", 0, 1),
        ("---\nlicense: [mit, 1]\n---\n", 1, 0),
        ("---\nconfigs:\n- config_name: a\n- config_name: b\n---\n", 0, 0),
        ("---\nconfigs:\n- config_name: a\n- config_name: a\n---\n", 1, 0),
        ("---\nconfigs:\n- data_files: x\n---\n", 1, 0),
        ("---\nreleased: 2026-13-01\n---\n", 1, 0),
        ("---\na: !!python/object:os.system {}\n---\n", 1, 0),
    ],
)
def test_what_of_a_card_is_refused(content: str, errors: int, warnings: int) -> None:
    found = card.faults(content)
    assert (len(found[0]), len(found[1])) == (errors, warnings)
