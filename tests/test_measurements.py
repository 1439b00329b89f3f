"""Measurements that are held packed come back as they were."""

import os
import string
import sys
import tempfile
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validators.measurement import Content, Failure, Measurement, Measurements, Renamed

DECODED = Measurement(
    size=85_576, content="flac", sample_rate=16_000, channels=1, subtype="PCM_16",
    header_frames=80_000, frames=80_000, peak=0.5, rms=0.1, dc=-0.0, silent_frames=160,
    leading_silence=0.01, first_peak=1e-9, bandwidth=7_999.5, silent_channel=True,
    pcm_sha256="0f" * 32,
)  # fmt: skip


@pytest.mark.parametrize(
    "sound",
    [
        DECODED,
        Measurement(size=0, failure="empty", detail="the file has no bytes"),
        Measurement(size=5 << 30, content="wav", header_frames=None),
        Measurement(size=1, header_frames=0),
        Measurement(size=1, header_frames=1 << 62, pcm_sha256="00" * 32),
    ],
)
def test_a_measurement_comes_back_as_it_was(sound):
    held = Measurements()
    held.add("a", DECODED)
    held.add("b", sound)
    assert repr(held["b"]) == repr(sound)
    assert held["a"] == DECODED


PLAIN = st.text(string.ascii_letters + string.digits + " .,:_", max_size=200)
ANY = {  # by the type of a field
    int: st.integers(0, (1 << 32) - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    str: PLAIN,
    int | None: st.none() | st.integers(0, (1 << 63) - 1),
    Content | None: st.sampled_from((None, *get_args(Content))),
    Failure | None: st.sampled_from((None, *get_args(Failure))),
}
HASHES = st.just("") | st.binary(min_size=32, max_size=32).map(bytes.hex)
FIELDS = {name: ANY[kind] for name, kind in Measurement.__annotations__.items()}


@given(st.builds(Measurement, **FIELDS | {"pcm_sha256": HASHES}))
def test_any_measurement_survives_its_record_with_and_without_a_hash(sound):
    assert Measurement.from_bytes(sound.to_bytes()) == sound


def test_under_other_names_nothing_is_held_twice_or_made_up():
    held = Measurements()
    held.add("a", DECODED)
    held.add("b", Measurement(size=0, failure="empty"))
    names = {"clips/1.flac": "b", "clips/2.flac": "b", "clips/3.flac": "not measured"}
    renamed = Renamed(held, lambda name: names.get(name, ""), lambda: names)
    assert (list(renamed), len(renamed)) == (["clips/1.flac", "clips/2.flac"], 2)
    assert renamed["clips/2.flac"].failure == "empty"
    assert "a" not in renamed
    assert "clips/3.flac" not in renamed
    assert renamed.get("clips/3.flac") is None


def _many(count):
    return {f"{n:064x}": DECODED._replace(size=n) for n in range(count)}


def test_thousands_wait_in_a_file_and_come_back_in_any_order():
    held, sounds = Measurements(), _many(3_000)
    for name, sound in sounds.items():
        held.add(name, sound)
        assert held[name] == sound
    for name in sorted(sounds, key=lambda name: sounds[name].size * 7_919 % 3_000):
        assert held[name] == sounds[name]
    assert list(held) == list(sounds)


def test_one_of_the_same_name_gives_way_wherever_the_first_one_waits():
    held, sounds = Measurements(), _many(2_000)
    for name, sound in sounds.items():
        held.add(name, sound)
    first, *_, last = sounds
    for name in (first, last):
        held.add(name, Measurement(size=7, failure="empty"))
        assert held[name].failure == "empty"
    assert len(held) == 2_000


@pytest.mark.parametrize("broken", ["TemporaryFile", "pwrite"])
def test_where_no_file_can_be_written_nothing_is_lost(broken, monkeypatch):
    def refuse(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(tempfile if broken == "TemporaryFile" else os, broken, refuse)
    held, sounds = Measurements(), _many(3_000)
    for name, sound in sounds.items():
        held.add(name, sound)
    assert dict(held) == sounds


def test_no_file_stays_open():
    def open_files():
        return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0

    before = open_files()
    held = Measurements()
    for name, sound in _many(3_000).items():
        held.add(name, sound)
    del held
    assert open_files() == before
