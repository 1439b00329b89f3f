"""`python -m tests.hostile`: the totals of hostile inputs, malformed folders and mutated sounds.

Prints how long they took, too; only a person judges that, and `scripts.bench`, which reads --times.
"""

import argparse
import gc
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
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
from validators.audio import Decoders
from validators.clips import bytes_clip
from validators.engine import Measurer


def main() -> int:
    """Run everything once and print the totals; 1 where something broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--folders", type=int, default=500, metavar="N", help="default: 500")
    parser.add_argument("--sounds", type=int, default=500, metavar="N", help="default: 500")
    parser.add_argument("--slow-only", action="store_true", help="of the corpus, the large inputs")
    parser.add_argument("--times", type=Path, metavar="FILE", help="write seconds there, as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, Decoders(1) as decoders, no_network() as calls:
        root, clips = Path(scratch), Path(scratch) / "clips"
        clips.mkdir()
        make_clips(clips)
        trial = Trial(root / "task", clips, remembering(decoders))
        for kind, items in by_kind():
            chosen = [item for item in items if item.slow or not options.slow_only]
            passed = sum(trial.passes(item) for item in chosen)
            print(f"{kind}: {passed} of {len(chosen)} hostile inputs end in their code")
        print(f"slowest: {trial.slowest()}")
        print(f"malformed folders: {options.folders} tried, {trial.folders(options.folders)}")
        ends = _sounds(options.sounds, decoders, trial.broken)
        print(f"mutated sounds: {options.sounds} tried, {ends}")
        broken = trial.broken + calls
    if options.times:
        times = {"inputs": trial.input_seconds, "folders": trial.folder_seconds}
        options.times.write_text(json.dumps(times), encoding="utf-8")
    print(f"largest memory: {peak_memory() // 1_000_000} MB; calls to the network: {len(calls)}")
    print("\n".join(broken), file=sys.stderr)
    return 1 if broken else 0


@dataclass
class Trial:
    """What was tried, how long each check took on the wall, and what broke."""

    root: Path
    clips: Path
    measure: Measurer
    broken: list[str] = field(default_factory=list)
    input_seconds: dict[str, float] = field(default_factory=dict)
    folder_seconds: list[float] = field(default_factory=list)

    def passes(self, item: Hostile) -> bool:
        """Whether a hostile input ends in its code."""
        item.edit(make_task(self.root, self.clips, item.task))
        if item.slow:
            gc.collect()  # what earlier checks left; as a rule each is a process of its own
        start = time.perf_counter()
        try:
            run = run_check(self.root, self.measure)
            self.input_seconds[f"{item.kind}: {item.name}"] = time.perf_counter() - start
            assert_calm(run)
            judge(item, run)
        except Exception as error:
            self.broken.append(f"{item.kind}: {item.name}: {type(error).__name__} {error}"[:2_000])
            return False
        finally:
            delete(self.root)
        return True

    def slowest(self) -> str:
        """The three inputs that took longest."""
        names = sorted(self.input_seconds, key=self.input_seconds.__getitem__, reverse=True)[:3]
        return "; ".join(f"{name} {self.input_seconds[name]:.2f} s" for name in names)

    def folders(self, count: int) -> str:
        """How so many malformed folders end."""
        codes: Counter[int] = Counter()
        for seed in range(count):
            _, done = malformed(seed, self.root, self.clips)
            start = time.perf_counter()
            try:
                run = run_check(self.root, self.measure)
                self.folder_seconds.append(time.perf_counter() - start)
                assert_calm(run)
                codes[run.code] += 1
            except Exception as error:
                self.broken.append(f"folder {seed}: {done}: {type(error).__name__} {error}"[:2_000])
            shutil.rmtree(self.root)
        ordered = sorted(self.folder_seconds) or [0.0]
        p99 = ordered[-1 - len(ordered) // 100]
        by_code = ", ".join(f"exit {code}: {number}" for code, number in sorted(codes.items()))
        return f"{by_code or 'none'}; p99 {p99 * 1000:.0f} ms, slowest {ordered[-1] * 1000:.0f} ms"


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
