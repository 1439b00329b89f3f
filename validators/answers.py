"""How the answers of a decode child follow one another on their way. Standard library only."""

import struct
from typing import Final

_LENGTH: Final = struct.Struct("<H")


def framed(answer: bytes) -> bytes:
    """An answer, of less than 64 KiB, as it is sent: behind its length."""
    return _LENGTH.pack(len(answer)) + answer


def cut(received: bytes) -> tuple[list[bytes], bytes]:
    """The whole answers at the beginning of what was received, and the rest."""
    answers = []
    at = 0
    while len(received) - at >= _LENGTH.size:
        (length,) = _LENGTH.unpack_from(received, at)
        end = at + _LENGTH.size + length
        if end > len(received):
            break
        answers.append(received[at + _LENGTH.size : end])
        at = end
    return answers, received[at:]
