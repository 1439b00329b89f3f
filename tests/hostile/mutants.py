"""Mutated sounds in every allowed format, the same for the same seed."""

import random
import struct
from collections.abc import Iterator
from functools import cache

from tests import sounds
from tests.sounds import encode, speech

NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)
KNOWN_FAILURES = frozenset({None, "empty", "undecodable", "unknown-content", "refused-header"})
"""What a mutated sound may end in: never a crash, a timeout, or more memory than is allowed."""


@cache
def _good(encoding: str, seed: int) -> bytes:
    rate, channels = ((16_000, 1), (48_000, 2))[seed]
    return encode(speech(0.3, rate, seed, channels), rate, encoding)


def sound_of(seed: int) -> tuple[str, bytes]:
    """The mutated sound of a seed, and the format that it was: all formats come in turn."""
    encoding = list(sounds.ENCODINGS)[seed % len(sounds.ENCODINGS)]
    chance = random.Random(seed)
    data = _good(encoding, chance.randrange(2))
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = mutated(data, chance)
    return encoding, data


def sounds_of(seeds: range) -> Iterator[tuple[int, str, bytes]]:
    """Seed, format and bytes of several."""
    for seed in seeds:
        yield seed, *sound_of(seed)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Bytes flipped, cut, put in, put twice, or a number among them replaced; often in the head."""
    content = bytearray(data)
    end = len(content) if chance.random() < 0.5 else min(len(content), 96)
    if not end:
        return chance.randbytes(chance.choice((0, 1, 4, 100)))
    place = chance.randrange(end)
    length = chance.choice((1, 2, 4, 16, 300))
    match chance.randrange(8):
        case 0 | 1:
            for _ in range(chance.choice((1, 3, 30))):
                content[chance.randrange(end)] ^= 1 << chance.randrange(8)
        case 2:
            form = chance.choice(("<H", ">H", "<I", ">I"))
            number = chance.choice(NUMBERS) & (0xFFFF if form[1] == "H" else 0xFFFF_FFFF)
            content[place : place + struct.calcsize(form)] = struct.pack(form, number)
        case 3:
            del content[place:]
        case 4:
            del content[place : place + length]
        case 5:
            content[place:place] = chance.randbytes(length)
        case 6:
            content[place:place] = content[place : place + length] * chance.choice((1, 50))
        case 7:
            content[place : place + length] = bytes([chance.choice((0, 0xFF))]) * length
    return bytes(content)
