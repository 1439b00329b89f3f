"""Answers of a decode child arrive as they were sent, however the socket cuts them."""

from hypothesis import given
from hypothesis import strategies as st

from validators.answers import cut, framed


def received(pieces: list[bytes]) -> tuple[list[bytes], bytes]:
    answers: list[bytes] = []
    rest = b""
    for piece in pieces:
        found, rest = cut(rest + piece)
        answers += found
    return answers, rest


def test_answers_are_cut_off_at_their_lengths() -> None:
    assert framed(b"ready") == b"\x05\x00ready"
    assert cut(b"\x05\x00ready\x00\x00\x02\x00ab\x03\x00a") == (
        [b"ready", b"", b"ab"],
        b"\x03\x00a",
    )
    assert cut(b"\x05") == ([], b"\x05")


@given(st.lists(st.binary(max_size=300), max_size=10), st.integers(1, 50))
def test_answers_come_whole_however_they_are_cut(answers: list[bytes], size: int) -> None:
    sent = b"".join(map(framed, answers))
    pieces = [sent[start : start + size] for start in range(0, len(sent), size)]
    assert received(pieces) == (answers, b"")


@given(st.lists(st.binary(max_size=20), max_size=20))
def test_whatever_arrives_nothing_is_lost(pieces: list[bytes]) -> None:
    answers, rest = received(pieces)
    assert b"".join(map(framed, answers)) + rest == b"".join(pieces)
