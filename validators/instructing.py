"""Which row is given which instruction, and what it then reads."""

import hashlib
import re
from collections.abc import Mapping, Sequence

from validators.instructions import PLACEHOLDER


def assign(files: Sequence[str], count: int) -> list[int]:
    """The index of the instruction, 0 to `count` - 1, that each file id is given.

    The ids are ordered by sha256 of "instruction", a zero byte and the id, and that order is cut
    into `count` stretches whose lengths differ by at most one. So each instruction is used as often
    as the others; which one depends on nothing but the ids, whose hash knows no label; and one row
    more moves each cut by at most one row: at most `count` - 1 other rows are instructed anew.
    Dealing them out in turn would change nearly all rows after the new one.
    """
    order = sorted(range(len(files)), key=lambda row: (_hash(files[row]), files[row]))
    assigned = [0] * len(files)
    for rank, row in enumerate(order):
        assigned[row] = rank * count // len(files)
    return assigned


def _hash(file: str) -> bytes:
    return hashlib.sha256(b"instruction\0" + file.encode()).digest()


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with each `{name}` replaced by its value, in one pass.

    Raises:
        ValueError: a name has no value.
    """

    def value(found: re.Match[str]) -> str:
        if found.group(1) not in values:
            raise ValueError(f"there is nothing to put in the place of {found.group()}")
        return values[found.group(1)]

    return PLACEHOLDER.sub(value, template)
