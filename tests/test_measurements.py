"""Measurements that are held packed come back as they were."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from validators.measurement import Measurement, Measurements, Renamed

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
