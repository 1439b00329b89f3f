"""What follows behind the sound that a header claims: more sound, or tags and padding."""

import os
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import sounds
from tests.hostile.crafted import chunk, mp3_with_frames, ogg_with_position
from tests.sounds import encode, speech
from validators import decode_child
from validators.measurement import Measurement
from validators.meter import HashingMeter

SOUND = speech(3)
STEREO = speech(1.5, 48_000, channels=2)
FLAC = encode(SOUND, encoding="flac-16")
GOOD = {name: encode(SOUND, encoding=name) for name in sounds.ENCODINGS}
APE = b"APETAGEX" + struct.pack("<IIII8x", 2_000, 32, 0, 0xA000_0000)
ID3V1 = b"TAG" + b"Title".ljust(124, b"\0") + b"\x0c"
LYRICS = b"LYRICSBEGIN" + b"la la " * 2_000 + b"LYRICS200"
COVER = b"\xff\xd8\xff\xe0" + bytes(range(255)) * 2_000  # what a picture looks like
BEHIND = {
    "ID3v1": ID3V1,
    "APE": APE,
    "APE with a cover, and ID3v1": APE + COVER + APE + ID3V1,
    "ID3v2": sounds.id3_tag(50_000),
    "Lyrics3": LYRICS + ID3V1,
    "padding": bytes(100_000),
}
CHUNKS = {
    "LIST": chunk(b"LIST", b"INFOISFT" + bytes(20_000)),
    "bext": chunk(b"bext", bytes(602 + 30_000)),
    "cue": chunk(b"cue ", bytes(28)) + chunk(b"smpl", bytes(36)) + chunk(b"id3 ", COVER[:30_000]),
    "an odd one": chunk(b"iXML", b"x" * 20_001) + b"\0" + chunk(b"LIST", bytes(20_000)),
    "an odd one that is not padded": chunk(b"iXML", b"x" * 20_001) + chunk(b"LIST", bytes(20_000)),
}


@pytest.fixture
def measured(tmp_path):
    def measure(data: bytes) -> Measurement:
        fd = sounds.descriptor(tmp_path / "clip", data)
        try:
            return decode_child.measure(fd, meter=HashingMeter)
        finally:
            os.close(fd)

    return measure


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("behind", BEHIND.values(), ids=BEHIND)
def test_tags_and_padding_are_no_sound(measured, name, behind):
    plain, found = measured(GOOD[name]), measured(GOOD[name] + behind)
    assert (found.failure, found.unclaimed) == (None, False)
    assert (found.frames, found.header_frames) == (plain.frames, plain.header_frames)
    assert found.pcm_sha256 == plain.pcm_sha256


@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS)
@pytest.mark.parametrize("frames", [48_000, 47_999])
def test_chunks_behind_the_samples_are_no_sound(measured, chunks, frames):
    data = encode(SOUND[:frames], encoding="WAV PCM_U8")  # libsndfile makes the length even
    found = measured(data + chunks)
    assert (found.failure, found.frames, found.unclaimed) == (None, frames, False)


@pytest.mark.parametrize("name", GOOD)
def test_honest_files_claim_all(measured, name):
    for data in (GOOD[name], encode(STEREO, 48_000, name), sounds.id3_tag(3_000) + GOOD[name]):
        if data[:3] != b"ID3" or name.startswith(("flac", "mp3")):
            assert (measured(data).failure, measured(data).unclaimed) == (None, False)


@pytest.mark.parametrize("claim", [1, 4_095, 4_096, 40_000, 47_999])
@pytest.mark.parametrize("name", ["flac-16", "flac-24"])
def test_flac_that_claims_less(measured, claim, name):
    found = measured(sounds.flac_with_total(GOOD[name], claim))
    assert (found.frames, found.header_frames, found.unclaimed) == (claim, claim, True)


def test_flac_that_claims_less_behind_a_tag_and_before_one(measured):
    data = sounds.flac_with_total(FLAC, 20_000)
    assert measured(sounds.id3_tag(3_000) + data + ID3V1).unclaimed


def test_flac_of_one_frame_more_in_stereo(measured):
    data = encode(STEREO, 48_000, "flac-16")
    assert measured(sounds.flac_with_total(data, 71_000)).unclaimed


def test_flac_that_claims_nothing_is_heard_to_its_end(measured):
    found = measured(sounds.flac_with_total(FLAC, 0))
    assert (found.frames, found.header_frames, found.unclaimed) == (48_000, None, False)


@pytest.mark.parametrize("claim", [0x80, 32_000, 90_000])
@pytest.mark.parametrize("behind", [b"", ID3V1, CHUNKS["LIST"]], ids=["", "tag", "chunk"])
def test_wav_that_claims_less(measured, claim, behind):
    found = measured(sounds.wav_with(GOOD["wav-16"], data=claim) + behind)
    assert (found.frames, found.unclaimed) == (claim // 2, True)


def test_a_tenth_of_a_second_of_wav_is_let_pass(measured):
    assert not measured(sounds.wav_with(GOOD["wav-16"], data=96_000 - 3_200)).unclaimed
    assert measured(sounds.wav_with(GOOD["wav-16"], data=96_000 - 3_202)).unclaimed


@pytest.mark.parametrize("frames", [10, 40, 80])
def test_mp3_that_claims_less(measured, frames):
    assert measured(mp3_with_frames(GOOD["mp3"], frames)).unclaimed


@pytest.mark.parametrize("name", ["vorbis", "opus"])
def test_ogg_that_claims_less(measured, name):
    assert measured(ogg_with_position(GOOD[name], 16_000)).unclaimed


@pytest.mark.parametrize("name", ["flac-16", "vorbis", "opus", "mp3"])
@pytest.mark.parametrize("between", [b"", ID3V1, sounds.id3_tag(70_000)], ids=["", "v1", "v2"])
def test_two_files_joined(measured, name, between):
    assert measured(GOOD[name] + between + GOOD[name]).unclaimed


def test_two_files_joined_that_fit_into_the_decoders_buffer(measured):
    short = encode(speech(0.2), encoding="flac-16")
    assert len(short) < 8_000
    assert measured(short + short).unclaimed


@pytest.mark.parametrize("seconds", [0.15, 0.29, 0.33, 0.35, 0.4])
def test_joined_files_are_seen_however_far_the_decoder_reads_ahead(measured, seconds):
    """libFLAC takes 8 KiB at a time: the second file may have been read with the first, or not."""
    short = encode(speech(seconds), encoding="flac-16")
    assert 4_000 < len(short) < 12_000
    for first in (short, encode(np.zeros(round(seconds * 16_000), np.int16), encoding="flac-16")):
        assert measured(first + short).unclaimed
        assert not measured(first).unclaimed


@given(tail=st.binary(max_size=2_000), name=st.sampled_from(sorted(GOOD)))
@settings(max_examples=150, deadline=None)
def test_no_tail_breaks_the_reader_or_is_taken_for_sound(tmp_path_factory, tail, name):
    fd = sounds.descriptor(tmp_path_factory.mktemp("clip") / "clip", GOOD[name] + tail)
    try:
        found = decode_child.measure(fd, meter=HashingMeter)
    finally:
        os.close(fd)
    assert found.failure is None
    assert not found.unclaimed
