"""Measurements that are held packed come back as they were."""

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
