"""`python -m tests.hostile`: the totals of hostile inputs, malformed folders and mutated sounds."""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.flawless import make_clips, make_task
from tests.hostile.corpus import Hostile, by_kind, judge
from tests.hostile.folders import malformed
from tests.hostile.mutants import KNOWN_FAILURES, sounds_of
from tests.hostile.running import (
    assert_calm,
    delete,
    no_network,
    peak_memory,
    remembering,
    run_check,
)
from validators.audio import Decoders, bytes_clip
from validators.engine import Measurer


def main() -> int:
    """Run everything once and print the totals; 1 where something broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--folders", type=int, default=500, metavar="N", help="default: 500")
    parser.add_argument("--sounds", type=int, default=500, metavar="N", help="default: 500")
    parser.add_argument("--slow-only", action="store_true", help="of the corpus, the large inputs")
    options = parser.parse_args()
    broken: list[str] = []
    with tempfile.TemporaryDirectory() as scratch, Decoders(1) as decoders, no_network() as calls:
        root, clips = Path(scratch), Path(scratch) / "clips"
        clips.mkdir()
        make_clips(clips)
        measure = remembering(decoders)
        for kind, items in by_kind():
            chosen = [item for item in items if item.slow or not options.slow_only]
            passed = sum(_passes(item, root / "task", clips, measure, broken) for item in chosen)
            print(f"{kind}: {passed} of {len(chosen)} hostile inputs end in their code")
        codes = _folders(options.folders, root / "task", clips, measure, broken)
        print(f"malformed folders: {options.folders} tried, {codes}")
        ends = _sounds(options.sounds, decoders, broken)
        print(f"mutated sounds: {options.sounds} tried, {ends}")
        broken += calls
    print(f"largest memory: {peak_memory() // 1_000_000} MB; calls to the network: {len(calls)}")
    print("\n".join(broken), file=sys.stderr)
    return 1 if broken else 0


def _passes(item: Hostile, root: Path, clips: Path, measure: Measurer, broken: list[str]) -> bool:
    item.edit(make_task(root, clips, item.task))
    try:
        run = run_check(root, measure)
        assert_calm(run)
        judge(item, run)
    except Exception as error:
        broken.append(f"{item.kind}: {item.name}: {type(error).__name__} {error}"[:2_000])
        return False
    finally:
        delete(root)
    return True


def _folders(count: int, root: Path, clips: Path, measure: Measurer, broken: list[str]) -> str:
    codes: Counter[int] = Counter()
    times = [0.0]
    for seed in range(count):
        _, done = malformed(seed, root, clips)
        start = time.perf_counter()
        try:
            run = run_check(root, measure)
            assert_calm(run)
            codes[run.code] += 1
        except Exception as error:
            broken.append(f"folder {seed}: {done}: {type(error).__name__} {error}"[:2_000])
        times.append(time.perf_counter() - start)
        shutil.rmtree(root)
    slowest = [f"{seconds * 1000:.0f} ms" for seconds in sorted(times)[-len(times) // 100 :]]
    by_code = ", ".join(f"exit {code}: {number}" for code, number in sorted(codes.items()))
    return f"{by_code or 'none'}; p99 {slowest[0]}, slowest {slowest[-1]}"


def _sounds(count: int, decoders: Decoders, broken: list[str]) -> str:
    ends: Counter[str] = Counter()
    clips = (bytes_clip(data, tag=seed) for seed, _, data in sounds_of(range(count)))
    for source, found in decoders.measure(clips):
        ends[found.failure or "decoded"] += 1
        if found.failure not in KNOWN_FAILURES:
            broken.append(f"sound {source.tag}: {found.failure} {found.detail}")
    return ", ".join(f"{end}: {number}" for end, number in ends.most_common()) or "none"


if __name__ == "__main__":
    sys.exit(main())
