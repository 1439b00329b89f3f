"""What is measured, of which sounds, and what is refused."""

import contextlib
import math
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import sounds
from tests.sounds import encode, int16, speech, tone
from validators import decode_child
from validators.measurement import LASTING_FAILURES, MAX_SAMPLES, Measurement
from validators.meter import HashingMeter

WAV = encode(tone())
FLAC = encode(tone(), encoding="flac-16")
MP3 = encode(tone(), encoding="mp3")


@pytest.fixture
def measured(tmp_path):
    def measure(data: bytes, **options: int) -> Measurement:
        fd = sounds.descriptor(tmp_path / "clip", data)
        try:
            return decode_child.measure(fd, meter=HashingMeter, **options)
        finally:
            os.close(fd)

    return measure


# -- amplitude ------------------------------------------------------------------------------------


def test_a_tone(measured):
    found = measured(WAV)
    assert (found.content, found.subtype, found.failure) == ("wav", "PCM_16", None)
    assert (found.sample_rate, found.channels, found.frames) == (16_000, 1, 16_000)
    assert found.duration == 1.0
    assert found.size == len(WAV) == 32_044
    assert found.peak == pytest.approx(0.5, abs=1e-4)
    assert found.rms == pytest.approx(0.5 / 2**0.5, abs=1e-4)
    assert found.dc == pytest.approx(0.0, abs=1e-4)
    assert (found.clipped, found.nonfinite, found.silent_frames) == (0, 0, 0)


def test_the_most_negative_sample_is_full_scale(measured):
    found = measured(encode(int16(0, -32768, 0, 0)))
    assert (found.peak, found.rms, found.dc) == (1.0, 0.5, -0.25)


def test_dc_is_that_of_the_worst_channel_with_its_sign(measured):
    found = measured(encode(np.column_stack([tone() + 0.01, tone() - 0.1])))
    assert found.dc == pytest.approx(-0.1, abs=1e-4)


def test_floats_above_full_scale_keep_their_peak(measured):
    assert measured(encode(tone(amplitude=3.0), encoding="wav-float")).peak > 2.9


def test_nonfinite_samples_are_counted_and_left_out(measured):
    samples = tone()
    samples[:3] = np.nan, np.inf, -np.inf
    found = measured(encode(samples, encoding="wav-float"))
    assert found.nonfinite == 3
    assert found.decoded
    assert found.rms == pytest.approx(0.5 / 2**0.5, abs=1e-3)


def test_all_nan(measured):
    found = measured(encode(np.full(1000, np.nan), encoding="wav-float"))
    assert (found.nonfinite, found.peak, found.silent) == (1000, 0.0, True)


# -- clipping -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("samples", "clipped"),
    [
        ((0, 32767, 0, 32767, 32767, 0), 0),  # peaks of a normalised export
        ((0, 32767, 32767, 32767, 0), 3),
        ((-32768, -32768, -32767, 0, 32767), 3),
        ((32767,) * 7, 7),
        ((0, 32766, 32766, 32766, 0), 0),
    ],
)
def test_clipping_is_three_in_a_row(measured, samples, clipped):
    assert measured(encode(int16(*samples))).clipped == clipped


def test_clipped_runs_do_not_cross_channels(measured):
    assert measured(encode(int16([32767, 0], [32767, 0], [0, 32767], [0, 32767]))).clipped == 0
    assert measured(encode(int16([32767, 0], [32767, 0], [32767, 0], [0, 0]))).clipped == 3


@pytest.mark.parametrize("lead", range(156, 164))
def test_clipped_runs_cross_blocks(measured, lead):
    samples = int16(*[0] * lead, *[32767] * 5, *[0] * 400)
    assert measured(encode(samples), block_samples=160).clipped == 5


def test_a_run_may_last_several_blocks(measured):
    samples = int16(*[0] * 100, *[32767] * 500, *[0] * 100)
    found = measured(encode(samples), block_samples=160)
    assert (found.clipped, found.clipped_fraction) == (500, 500 / 700)


@pytest.mark.parametrize("encoding", ["WAV ULAW", "WAV ALAW", "WAV PCM_U8", "WAV PCM_24"])
def test_full_scale_is_what_the_format_can_hold(measured, encoding):
    samples = np.concatenate([tone(), np.full(10, 1.0)])
    assert measured(encode(samples, encoding=encoding)).clipped >= 10


# -- silence and channels -------------------------------------------------------------------------


def test_silence_around_a_tone(measured):
    samples = np.concatenate([np.zeros(8000), tone(), np.zeros(4000)])
    found = measured(encode(samples, encoding="flac-16"))
    assert (found.leading_silence, found.trailing_silence) == (0.5, 0.25)
    assert found.silent_frames == 12_000
    assert not found.silent
    assert found.active_rms == pytest.approx(0.5 / 2**0.5, abs=1e-3)


def test_the_last_window_may_be_a_short_one(measured):
    found = measured(encode(int16(*[0] * 320, *[5000] * 7)))
    assert (found.leading_silence, found.trailing_silence, found.silent_frames) == (0.02, 0, 320)


@pytest.mark.parametrize(("sample", "silent"), [(0, True), (32, True), (33, False), (-33, False)])
def test_silence_ends_at_minus_60_dbfs(measured, sample, silent):
    found = measured(encode(int16(*[sample] * 1000)))
    assert found.silent is silent
    assert found.leading_silence == found.trailing_silence == (1000 / 16_000 if silent else 0)


def test_silence_is_none_of_no_frames(measured):
    found = measured(encode(int16()))
    assert (found.decoded, found.frames, found.silent, found.duration) == (True, 0, False, 0.0)


def test_channels(measured):
    left, right, nothing = tone(), speech(1)[:, 0], np.zeros(16_000)
    kinds = [
        (found.identical_channels, found.silent_channel)
        for pair in ((left, right), (left, left), (left, nothing), (nothing, nothing))
        if (found := measured(encode(np.column_stack(pair), encoding="flac-16")))
    ]
    assert kinds == [(False, False), (True, False), (False, True), (True, False)]


def test_one_channel_is_not_identical_to_itself(measured):
    found = measured(encode(np.zeros(100)))
    assert not found.identical_channels
    assert not found.silent_channel


# -- the samples' hash ----------------------------------------------------------------------------


def test_the_same_sound_has_one_hash_in_every_lossless_form(measured):
    samples = np.round(speech() * 32768).astype(np.int16)
    fine = samples / 32768
    hashes = {
        measured(data).pcm_sha256
        for data in (
            encode(samples),
            encode(samples, encoding="flac-16"),
            encode(fine, encoding="wav-24"),
            encode(fine, encoding="flac-24"),
            encode(fine, encoding="wav-float"),
        )
    }
    assert len(hashes) == 1


def test_rate_and_channels_are_part_of_the_hash(measured):
    mono, stereo = int16(1, 2, 3, 4), int16([1, 2], [3, 4])
    found = [measured(encode(mono)), measured(encode(mono, rate=8000)), measured(encode(stereo))]
    assert len({one.pcm_sha256 for one in found}) == 3


def test_the_hash_is_as_documented(measured):
    expected = "d5b3ffa6b58100d417efcabae172c4c93afca624a7193b55d0fde31943db97c8"
    assert sounds.key_of(b"16000 1\n\x01\x00\xff\xff") == expected
    assert measured(encode(int16(1, -1))).pcm_sha256 == expected


# -- blocks: the trap of MP3 and Opus -------------------------------------------------------------


@pytest.mark.parametrize("encoding", sounds.ENCODINGS)
@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (48_000, 2)])
def test_blockwise_decoding_equals_decoding_at_once(tmp_path, encoding, rate, channels):
    sound = encode(speech(3, rate, channels=channels), rate, encoding)
    path = tmp_path / "clip"
    path.write_bytes(sound)
    whole, _ = soundfile.read(path, dtype="float32", always_2d=True)
    blocks = []
    block = np.empty((1024, channels), np.float32)
    with decode_child.Stream(path) as stream:
        while len(part := stream.read(out=block)):
            blocks.append(part.copy())
    assert np.concatenate(blocks).shape == whole.shape
    tolerance = 1e-6 if encoding == "mp3" else 0.0
    np.testing.assert_allclose(np.concatenate(blocks), whole, rtol=0, atol=tolerance)


@given(
    samples=st.lists(st.sampled_from([0, 1, -40, 20_000, 32767, -32768]), max_size=600),
    channels=st.integers(1, 3),
    block_windows=st.integers(1, 4),
)
@settings(max_examples=100, deadline=None)
def test_the_size_of_blocks_does_not_matter(tmp_path_factory, samples, channels, block_windows):
    whole = samples[: len(samples) // channels * channels]
    data = encode(np.array(whole, np.int16).reshape(-1, channels), 4_000)
    fd = sounds.descriptor(tmp_path_factory.mktemp("clip") / "clip", data)
    try:
        small = decode_child.measure(fd, block_samples=40 * channels * block_windows)
        assert small == decode_child.measure(fd)
    finally:
        os.close(fd)


# -- what the first bytes say ---------------------------------------------------------------------

MPEG_LAYER_2 = b"\xff\xfd\x90\xc4" + bytes(400)
OGG_FLAC = b"OggS\0\2" + bytes(20) + b"\1\x33\x7fFLAC" + bytes(60)


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (WAV, "wav"),
        (FLAC, "flac"),
        (MP3, "mp3"),
        (encode(tone(), encoding="vorbis"), "vorbis"),
        (encode(tone(), encoding="opus"), "opus"),
        (encode(tone(), encoding="WAVEX PCM_16"), "wav"),
        (sounds.id3_tag(1000) + MP3, "mp3"),
        (sounds.id3_tag(300_000) + MP3, "mp3"),
        (sounds.id3_tag(1000) + FLAC, "flac"),
        (sounds.id3_tag(1000) + WAV, None),
        (encode(tone(), encoding="AIFF PCM_16"), None),
        (encode(tone(), encoding="CAF PCM_16"), None),
        (encode(tone(), encoding="RF64 PCM_16"), None),
        (encode(tone(), encoding="AU PCM_16"), None),
        (encode(tone(), encoding="W64 PCM_16"), None),
        (b"RIFX" + WAV[4:], None),
        (b"RIFF\x24\x7d\x00\x00AVI LIST" + bytes(100), None),
        (MPEG_LAYER_2, None),
        (OGG_FLAC, None),
        (b"OggS", None),
        (b"ID3", None),
        (b"\xff", None),
        (b"#EXTM3U\nhttp://example.org/a.mp3\n", None),
        (b"<!doctype html><title>404</title>", None),
        (b"version https://git-lfs.github.com/spec/v1\n", None),
        (b"PK\x03\x04" + bytes(100), None),
        (b"\x1f\x8b\x08" + bytes(100), None),
        (b"\x7fELF" + bytes(100), None),
        (bytes(1000), None),
    ],
)
def test_content(measured, data, content):
    found = measured(data)
    assert found.content == content
    assert found.failure == (None if content else "unknown-content")


def test_a_refused_start_is_shown_as_numbers(measured):
    assert measured(b"\x1b[2J").detail == "bytes 1b 5b 32 4a do not begin a clip"


# -- headers and hostile files --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "header_frames", "frames"),
    [
        (WAV, 16_000, 16_000),
        (sounds.wav_with(WAV, data=0xFFFF_FFF0), 2_147_483_640, 16_000),
        (sounds.wav_with(WAV, data=0xFFFF_FFFF), None, 16_000),
        (sounds.wav_with(WAV, data=0), None, 0),
        (encode(int16()), 0, 0),
        (WAV[:20_000], 16_000, 9_978),
        (encode(np.ones((9, 2)), encoding="WAV PCM_24"), 9, 9),
        (FLAC, 16_000, 16_000),
        (sounds.flac_with_total(FLAC, 0), None, 16_000),
        (sounds.flac_with_total(FLAC, 20_000), 20_000, 16_000),
        (MP3, 16_000, 16_000),
    ],
)
def test_what_the_header_claims(measured, data, header_frames, frames):
    found = measured(data)
    assert found.failure is None
    assert (found.header_frames, found.frames) == (header_frames, frames)
    assert found.missing_frames == max(0, (header_frames or 0) - frames)


def test_a_truncated_mp3_misses_frames(measured):
    found = measured(MP3[: len(MP3) // 2])
    assert found.header_frames == 16_000
    assert found.missing_frames > 5_000


THIRTY_DAYS = 30 * 24 * 3600 * 16_000
SILENT_8_CHANNELS = encode(np.zeros((960, 8), np.int16), 96_000, "flac-16")


@pytest.mark.parametrize(
    ("data", "failure"),
    [
        (b"", "empty"),
        (FLAC[:42], None),  # a header alone decodes to nothing
        (FLAC[:132], "undecodable"),
        (FLAC[: len(FLAC) // 2], "undecodable"),
        (FLAC[:3000] + bytes(100) + FLAC[3100:], "undecodable"),
        (WAV[:30], "undecodable"),
        (sounds.wav_with(WAV, channels=0), "undecodable"),
        (sounds.wav_with(WAV, channels=65_535), "undecodable"),
        (sounds.wav_with(WAV, channels=9), "refused-header"),
        (sounds.wav_with(WAV, rate=0), "undecodable"),
        (sounds.wav_with(WAV, rate=2**32 - 1), "undecodable"),
        (sounds.wav_with(WAV, rate=384_000), "refused-header"),
        (sounds.wav_with(WAV, rate=3_999), "refused-header"),
        (sounds.wav_with(WAV, rate=4_000), None),
        (sounds.flac_with_total(FLAC[:132], THIRTY_DAYS), "refused-header"),
        (sounds.flac_with_total(FLAC, 2**36 - 1), "refused-header"),
        (sounds.flac_with_total(SILENT_8_CHANNELS, 600 * 96_000), "refused-header"),
        (sounds.flac_with_total(SILENT_8_CHANNELS, MAX_SAMPLES // 8), None),
        (encode(tone(), encoding="opus")[:2000], "undecodable"),
    ],
)
@pytest.mark.timeout(10)
def test_hostile_files(measured, data, failure):
    found = measured(data)
    assert found.failure == failure
    assert found.decoded is (failure is None)
    assert bool(found.detail) is (failure is not None)
    assert found.lasting


def test_sixteen_minutes_are_measured(measured):
    found = measured(encode(np.zeros(16 * 60 * 8000, np.int16), 8000, "flac-16"))
    assert (found.duration, found.silent) == (960.0, True)


def test_what_the_header_keeps_silent_about_is_counted(measured, monkeypatch):
    monkeypatch.setattr(decode_child, "MAX_SAMPLES", 8_000)
    found = measured(sounds.flac_with_total(FLAC, 0))
    assert found.failure == "refused-header"
    assert found.detail == "holds at least 16000 samples in all channels; at most 8000"


@pytest.mark.torture
def test_a_real_bomb(measured):
    data = encode(np.zeros((600 * 96_000, 8), np.int16), 96_000, "flac-16")
    assert len(data) < 1_000_000
    assert measured(data).failure == "refused-header"
    assert measured(sounds.flac_with_total(data, 0)).failure == "refused-header"


@pytest.mark.torture
@pytest.mark.parametrize("encoding", sounds.ENCODINGS)
def test_mutated_files_end_in_a_measurement(tmp_path, encoding):
    """In this process; `validators.audio` has the same files decoded in children."""
    good = encode(speech(0.5), encoding=encoding)
    random = np.random.default_rng(0)
    for _ in range(250):
        data = bytearray(good)
        for place in random.integers(0, len(data), random.integers(1, 30)):
            data[place] = random.integers(0, 256)
        fd = sounds.descriptor(Path(tmp_path) / "clip", bytes(data))
        found = decode_child.measure(fd)
        os.close(fd)
        assert Measurement.from_bytes(found.to_bytes()) == found


# -- the record -----------------------------------------------------------------------------------


def test_a_measurement_survives_its_record(measured):
    for data in (WAV, FLAC, b"", b"<html>", sounds.flac_with_total(FLAC, 0)):
        found = measured(data)
        assert Measurement.from_bytes(found.to_bytes()) == found


GOOD = Measurement(size=1, subtype="PCM_16", detail="broken").to_bytes()
HASHED = Measurement(size=1, subtype="PCM_16", detail="broken", pcm_sha256="0f" * 32).to_bytes()
TEXTS = b"PCM_16\nbroken"
NUMBERS = GOOD.removesuffix(TEXTS)
CONTENT, FAILURE, HEADER_FRAMES, PEAK = 8, 9, 18, 31  # places in NUMBERS
DIGEST_BYTES = len(NUMBERS) - 1


def changed(place: int, *values: int) -> bytes:
    record = bytearray(NUMBERS)
    record[place : place + len(values)] = bytes(values)
    return bytes(record) + TEXTS


def test_a_record_has_room_for_a_hash_only_where_there_is_one():
    assert len(HASHED) == len(GOOD) + 32
    assert NUMBERS[:-1] + b"\x20" + b"\x0f" * 32 + TEXTS == HASHED


def test_the_changes_below_change_what_they_say():
    assert GOOD[DIGEST_BYTES] == 0
    assert Measurement.from_bytes(changed(CONTENT, 1)).content == "wav"
    assert Measurement.from_bytes(changed(FAILURE, 1)).failure == "empty"
    assert Measurement.from_bytes(changed(HEADER_FRAMES, *b"\7" + bytes(7))).header_frames == 7
    assert Measurement.from_bytes(changed(PEAK, *struct.pack("<d", 0.5))).peak == 0.5


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"[]",
        NUMBERS,
        NUMBERS[:-1],
        changed(CONTENT, 6),
        changed(FAILURE, 9),
        changed(HEADER_FRAMES, *struct.pack("<q", -2)),
        changed(PEAK, *struct.pack("<d", math.nan)),
        changed(PEAK, *struct.pack("<d", math.inf)),
        changed(DIGEST_BYTES, 1),
        changed(DIGEST_BYTES, 32),
        NUMBERS[:-1] + b"\x1f" + bytes(31) + TEXTS,
        NUMBERS[:-1] + b"\x20" + bytes(31),
        NUMBERS[:-1] + b"\x20" + bytes(32),
        NUMBERS + b"PCM_16 broken",
        NUMBERS + b"PCM_16\nbroken\n",
        NUMBERS + b"PCM_16\n\x1b[2J",
        NUMBERS + b"PCM_16\n\xff",
        NUMBERS + b"PCM_16\n" + b"x" * 201,
    ],
)
def test_what_is_no_measurement_is_refused(record):
    with pytest.raises(ValueError, match=r"."):
        Measurement.from_bytes(record)


@pytest.mark.parametrize(
    "changes",
    [{"size": -1}, {"frames": 1 << 32}, {"pcm_sha256": "none"}, {"pcm_sha256": "0f" * 31}],
)
def test_what_nobody_measures_makes_no_record(changes):
    with pytest.raises(ValueError, match=r"."):
        Measurement(**({"size": 1} | changes)).to_bytes()


@given(st.one_of(st.binary(max_size=300), st.binary(min_size=len(NUMBERS), max_size=300)))
def test_no_bytes_break_the_reader(data):
    with contextlib.suppress(ValueError):
        found = Measurement.from_bytes(data)
        assert all(map(math.isfinite, (found.peak, found.rms, found.bandwidth)))
        assert found.detail.isprintable()


@given(st.binary(max_size=300), st.binary(max_size=120))
def test_a_record_with_any_numbers_and_texts_is_read_or_refused(numbers, texts):
    with contextlib.suppress(ValueError):
        Measurement.from_bytes((numbers + NUMBERS)[: len(NUMBERS)] + texts)


def test_only_properties_of_the_bytes_last():
    assert {"empty", "unknown-content", "undecodable", "refused-header"} == LASTING_FAILURES
    assert not Measurement(size=1, failure="crashed").lasting
    assert Measurement(size=1).lasting
