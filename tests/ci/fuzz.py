"""Throw changed artifacts at their reader: `python -m tests.ci.fuzz --count 1000000`.

Seeded mutations of good zip files and of the JSON in them. Prints how often it was read, refused,
and the most time and memory that it took; whatever else comes out of the reader ends the run.
"""

import argparse
import random
import resource
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterator

from ci.artifact import ArtifactError, read_artifact
from tests.ci.test_artifact import report, zipped
from tests.render.reports import failing

TOKENS = [
    b"[" * 500, b"{" * 500, b"\xff\xfe", b"\x00", b"1e999", b"NaN", b"-0", b"9" * 400, b'"',
    b"\\u0000", b"\\ud800", b"null", b"true", b"{}", b"[]", b'"rule":"XXX000"',
    b"PK\x05\x06", b"PK\x01\x02", b"\xff\xff\xff\xff", b"\x00\x00\x00\x80",
]  # fmt: skip


def mutated(draw: random.Random, data: bytes) -> bytes:
    """The bytes with one to six changes."""
    out = bytearray(data)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(out) + 1)
        match draw.randrange(5):
            case 0 if at < len(out):
                out[at] = draw.randrange(256)
            case 1:
                out[at:at] = draw.choice(TOKENS)
            case 2:
                del out[at : at + draw.randint(1, 40)]
            case 3:
                start = draw.randrange(len(out) + 1)
                out[at:at] = out[start : start + draw.randint(1, 80)]
            case 4 if at < len(out):
                out[at] ^= 1 << draw.randrange(8)
        if not out:
            out = bytearray(b"P")
    return bytes(out)


def artifacts(seed: int, count: int) -> Iterator[bytes]:
    """That many artifacts, of each kind about as many."""
    draw = random.Random(seed)
    texts = [report(), failing().model_dump_json().encode()]
    packed = [zipped(("report.json", text)) for text in texts]
    for number in range(count):
        if number % 2:
            yield mutated(draw, draw.choice(packed))
        else:
            text = mutated(draw, draw.choice(texts))
            yield zipped(("report.json", text), method=zipfile.ZIP_STORED)


def run(seed: int, count: int) -> tuple[Counter[str], float]:
    """What became of them, and the most CPU seconds that one took."""
    found: Counter[str] = Counter()
    longest = 0.0
    for data in artifacts(seed, count):
        begin = time.process_time()
        try:
            read_artifact(data)
        except ArtifactError:
            found["refused"] += 1
        else:
            found["read"] += 1
        longest = max(longest, time.process_time() - begin)
    return found, longest


def main() -> int:
    """Print the totals."""
    parser = argparse.ArgumentParser(prog="python -m tests.ci.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    found, longest = run(options.seed, options.count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"{options.count:,} artifacts: {found['read']:,} read, {found['refused']:,} refused")
    print(f"longest {1000 * longest:.0f} ms, largest process {peak:.0f} MB, nothing else came out")
    return 0


if __name__ == "__main__":
    sys.exit(main())
