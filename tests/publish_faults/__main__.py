"""`python -m tests.publish_faults`: what may go wrong in a publish, all of it, and the totals."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.publish_faults import kills, rivals, table
from tests.publish_faults.world import short_session


def main() -> int:
    """Run everything once and print the totals; 1 where something broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.publish_faults", description=__doc__)
    parser.add_argument("--races", type=int, default=200, metavar="N", help="default: 200")
    options = parser.parse_args()
    broken: list[str] = []
    with rivals.polite(), short_session():
        _faults(broken)
        _kills(broken)
        _races(options.races, broken)
    print(f"broken: {len(broken)}", *broken, sep="\n  ")
    return int(bool(broken))


def _faults(broken: list[str]) -> None:
    ends: Counter[str] = Counter()
    start = time.monotonic()
    for point in table.points():
        with _scratch() as scratch:
            outcome = table.run(point, scratch)
        ends[outcome.first] += 1
        broken += [f"{point}: {fault}" for fault in outcome.broken]
    ended = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    print(f"faults: {ends.total()} points; the first run ended {ended}{_took(start)}", flush=True)


def _kills(broken: list[str]) -> None:
    count = 0
    start = time.monotonic()
    with kills.nursery() as born:
        for kill in kills.all_kills():
            with _scratch() as scratch:
                killed, faults = kills.run(kill, born, scratch)
            if not killed:
                break  # there are no more requests
            count += 1
            broken += [f"{kill}: {fault}" for fault in faults]
    print(f"SIGKILL: {count} points{_took(start)}", flush=True)


def _races(count: int, broken: list[str]) -> None:
    orders = set()
    start = time.monotonic()
    for seed in range(count):
        with _scratch() as scratch:
            order, faults = rivals.race(seed, scratch)
        orders.add(order)
        broken += [f"race {seed} ({order}): {fault}" for fault in faults]
    print(f"two publishers: {count} races, {len(orders)} orders{_took(start)}", flush=True)


def _took(start: float) -> str:
    return f" ({time.monotonic() - start:.1f} s)"


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


if __name__ == "__main__":
    sys.exit(main())
