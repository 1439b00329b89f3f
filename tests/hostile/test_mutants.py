"""Mutated sounds in every allowed format, through real children: each is answered."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests import sounds
from tests.conftest import FULL_STRENGTH
from tests.hostile.mutants import KNOWN_FAILURES, sounds_of
from tests.sounds import encode, tone
from validators.audio import Decoders
from validators.clips import bytes_clip
from validators.measurement import MEMORY_BYTES

COUNT, AT_ONCE = (10_000 if FULL_STRENGTH else 500), 250


@pytest.mark.parametrize("first", range(0, COUNT, AT_ONCE))
def test_every_mutated_sound_is_answered(first: int) -> None:
    tried: Counter[str] = Counter()
    formats = {}

    def clips():
        for seed, encoding, data in sounds_of(range(first, first + AT_ONCE)):
            formats[seed] = encoding
            yield bytes_clip(data, tag=seed)
        yield bytes_clip(encode(tone()), tag=-1)

    with Decoders(1) as decoders:
        for source, found in decoders.measure(clips()):
            if source.tag < 0:
                assert found.frames == 16_000, "a mutated sound spoilt a good one"
                break
            tried[formats[source.tag]] += 1
            assert found.failure in KNOWN_FAILURES, (source.tag, found)
        status = Path(f"/proc/{decoders.pids[0]}/status").read_text()
    assert sum(tried.values()) == AT_ONCE
    assert set(tried) == set(sounds.ENCODINGS)
    assert max(tried.values()) - min(tried.values()) <= 1
    peak = re.search(r"VmPeak:\s+(\d+) kB", status)
    assert peak
    assert int(peak[1]) * 1024 <= MEMORY_BYTES
