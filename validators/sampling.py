"""Drawing examples as an instance's `sampling` declares: the same in check, build and publish."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

GRACE = 1e-6
"""Seconds by which a sum of floats may miss the true sum of durations."""


def order_key(file: str, seed: int) -> bytes:
    """What rows are ordered by: sha256 of the seed in decimal, a zero byte and the file id."""
    return hashlib.sha256(f"{seed}\0{file}".encode(errors="surrogatepass")).digest()


def draw(
    rows: Sequence[T],
    *,
    file: Callable[[T], str],
    examples: int,
    seed: int = 0,
    stratum: Callable[[T], str] | None = None,
) -> list[T]:
    """Draw `examples` rows, or all where there are fewer.

    Rows are ordered by `order_key`, so the draw does not depend on the order of the source. With
    strata, each gives its share by the largest remainder (ties: the stratum that sorts first).

    Returns:
        The drawn rows, in the order of the draw.
    """
    ordered = sorted(rows, key=lambda row: order_key(file(row), seed))
    if stratum is None or len(ordered) <= examples:
        return ordered[:examples]
    strata: dict[str, int] = defaultdict(int)
    for row in ordered:
        strata[stratum(row)] += 1
    left = largest_remainder(strata, examples)
    drawn = []
    for row in ordered:
        if left[stratum(row)] > 0:
            left[stratum(row)] -= 1
            drawn.append(row)
    return drawn


def largest_remainder(sizes: dict[str, int], seats: int) -> dict[str, int]:
    """Share out `seats` in proportion to `sizes` by the largest remainder (Hare quota)."""
    total = sum(sizes.values())
    shares = {name: seats * size // total for name, size in sizes.items()}
    rest = seats - sum(shares.values())
    by_remainder = sorted(sizes, key=lambda name: (-(seats * sizes[name] % total), name))
    return {name: share + (name in by_remainder[:rest]) for name, share in shares.items()}


def within_minutes(rows: Iterable[T], seconds: Callable[[T], float], minutes: float) -> list[T]:
    """The longest head of `rows` that lasts at most `minutes`."""
    kept, total = [], 0.0
    for row in rows:
        total += seconds(row)
        if total > minutes * 60 + GRACE:
            break
        kept.append(row)
    return kept
