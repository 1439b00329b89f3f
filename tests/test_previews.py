"""Previews: what a page shows of a clip is the clip; a hostile child is believed nothing."""

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from tests.sounds import ENCODINGS, clip, encode, int16, speech, tone
from validators.clips import bytes_clip
from validators.listening.charts import png
from validators.preview import CAPACITY, COLUMNS, MAX_SAMPLES, ROWS, Preview
from validators.previews import Previewers

NONSENSE_CHILD = """
import mmap, os, socket, sys
sys.path.insert(0, {root!r})
from validators.answers import framed
from validators.decode_child import READY, measure
with socket.socket(fileno=int(sys.argv[1])) as channel:
    channel.sendall(framed(READY))
    while True:
        _, fds, _, _ = socket.recv_fds(channel, 4, 2)
        if not fds: break
        sound = measure(fds[0])
        os.ftruncate(fds[1], {size})
        channel.sendall(framed(sound.to_bytes()))
        for fd in fds: os.close(fd)
"""


@pytest.fixture(scope="module")
def exact() -> Iterator[Previewers]:
    with Previewers(1, exact_bytes=10_000_000) as shared:
        yield shared


@pytest.fixture(scope="module")
def small() -> Iterator[Previewers]:
    with Previewers(1, exact_bytes=0) as shared:
        yield shared


def preview(previewers: Previewers, data: bytes) -> Preview:
    ((_, found),) = previewers.previews([clip(data)])
    assert isinstance(found, Preview), found
    return found


def why_not(previewers: Previewers, data: bytes) -> str:
    ((_, found),) = previewers.previews([bytes_clip(data)])
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
def test_every_format_is_shown_with_the_samples_that_are_published(
    exact: Previewers, encoding: str
) -> None:
    found = preview(exact, encode(speech(channels=2), 48_000, encoding))
    samples, rate = soundfile.read(io.BytesIO(found.sound), dtype="int16")
    assert (found.type, rate, samples.shape[1]) == ("audio/wav", 48_000, 2)
    assert (found.sample_rate, found.channels, found.frames) == (48_000, 2, len(samples))


def test_sixteen_bits_are_kept_exactly(exact: Previewers) -> None:
    samples = int16(*range(-32768, 32768, 7))
    played, _ = soundfile.read(io.BytesIO(preview(exact, encode(samples)).sound), dtype="int16")
    assert np.array_equal(played, samples)


def test_what_would_be_too_large_is_shown_as_mp3(small: Previewers) -> None:
    found = preview(small, encode(speech(5.0)))
    assert found.type == "audio/mpeg"
    assert soundfile.info(io.BytesIO(found.sound)).samplerate == 16_000
    assert found.seconds == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("rate", "channels", "heard"),
    [(10_000, 1, (11_025, 1)), (16_000, 3, (16_000, 1)), (96_000, 2, (48_000, 2)),
     (4_000, 1, (8_000, 1))],
)  # fmt: skip
def test_mp3_is_given_what_it_can_hold(
    small: Previewers, rate: int, channels: int, heard: tuple[int, int]
) -> None:
    seconds = np.arange(rate) / rate
    wave = 0.5 * np.sin(2 * np.pi * 1_000 * seconds)
    found = preview(small, encode(np.stack([wave] * channels, axis=1), rate))
    assert (found.sample_rate, found.channels) == (rate, channels)
    played, played_rate = soundfile.read(io.BytesIO(found.sound), always_2d=True)
    assert (played_rate, played.shape[1]) == heard
    spectrum = np.abs(np.fft.rfft(played[:, 0]))
    assert np.argmax(spectrum) / len(played) * played_rate == pytest.approx(1_000, abs=5)
    assert np.abs(played).max() == pytest.approx(0.5, abs=0.1)


def test_a_long_clip_is_cut_to_ten_seconds(exact: Previewers) -> None:
    found = preview(exact, encode(tone(12.0, 8_000), 8_000))
    assert found.seconds == 10.0
    assert soundfile.info(io.BytesIO(found.sound)).frames == 80_000


def test_a_clip_beyond_any_lawful_rate_is_cut_shorter(exact: Previewers) -> None:
    found = preview(exact, encode(tone(6.0, 192_000), 192_000))
    assert found.frames == MAX_SAMPLES
    assert found.seconds == 5.0


def test_the_waveform_shows_full_scale_and_silence(exact: Previewers) -> None:
    half = np.concatenate([np.zeros(8_000), np.sign(tone(0.5))])
    extremes = preview(exact, encode(half)).extremes()
    assert extremes[: COLUMNS // 2 - 1] == [(0, 0)] * (COLUMNS // 2 - 1)
    assert min(low for low, _ in extremes) == -128
    assert max(high for _, high in extremes) == 127


def test_the_spectrogram_shows_a_tone_where_it_lies(exact: Previewers) -> None:
    seconds = np.arange(16_000) / 16_000
    found = preview(exact, encode(0.5 * np.sin(2 * np.pi * 2_000 * seconds)))
    middle = [found.spectrogram[row * COLUMNS + COLUMNS // 2] for row in range(ROWS)]
    loudest = middle.index(255)
    assert 8_000 * (1 - loudest / ROWS) == pytest.approx(2_000, abs=80)
    assert middle[5] == 0  # 7.7 kHz


@pytest.mark.parametrize("frames", [1, 2, 100, COLUMNS - 1, COLUMNS, COLUMNS + 1])
def test_clips_of_any_length_are_shown(exact: Previewers, frames: int) -> None:
    found = preview(exact, encode(tone()[:frames]))
    assert found.frames == frames
    assert len(found.spectrogram) == ROWS * COLUMNS


def test_silence_has_a_picture_without_anything(exact: Previewers) -> None:
    assert set(preview(exact, encode(np.zeros(1_000))).spectrogram) == {0}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "the file holds 0 bytes"),
        (b"<html>", "bytes 3c 68 74 6d do not begin a clip"),
        (encode(np.zeros(0)), "it holds no samples"),
        (encode(speech(), encoding="flac-16")[:9_000], "flac decoder lost sync"),
    ],
    ids=["empty", "html", "no samples", "truncated"],
)
def test_what_cannot_be_decoded_is_said(exact: Previewers, data: bytes, why: str) -> None:
    assert why in why_not(exact, data)


def test_clips_come_back_in_order_and_none_is_lost(exact: Previewers) -> None:
    clips = [clip(encode(tone()[: 500 + n]), tag=500 + n) for n in range(30)]
    found = [(source.tag, one) for source, one in exact.previews(clips)]
    assert [tag for tag, _ in found] == list(range(500, 530))
    assert all(isinstance(one, Preview) and one.frames == tag for tag, one in found)


@pytest.mark.parametrize("size", [0, 10, CAPACITY])
def test_a_child_that_hands_over_no_preview_is_believed_nothing(tmp_path: Path, size: int) -> None:
    child = tmp_path / "child.py"
    child.write_text(NONSENSE_CHILD.format(root=str(Path(__file__).parents[1]), size=size))
    with Previewers(1, exact_bytes=0, child=child) as previewers:
        assert "gave no sensible answer" in why_not(previewers, encode(tone()))


WHOLE = Preview("audio/wav", 16_000, 1, 16_000, bytes(2 * COLUMNS), bytes(ROWS * COLUMNS), b"RIFF")


def test_a_preview_is_read_as_it_was_written() -> None:
    assert Preview.unpacked(WHOLE.packed()) == WHOLE


@pytest.mark.parametrize(
    "head",
    [(2, 16_000, 1, 1), (0, 0, 1, 1), (0, 200_000, 1, 1), (0, 16_000, 0, 1), (0, 16_000, 9, 1),
     (0, 16_000, 1, 0), (0, 16_000, 1, MAX_SAMPLES + 1), (1, 16_000, 1, 1)],
)  # fmt: skip
def test_a_head_that_cannot_be_is_refused(head: tuple[int, ...]) -> None:
    packed = WHOLE.packed()
    with pytest.raises(ValueError, match=r"preview|no audio/mpeg"):
        Preview.unpacked(struct.pack("<BIBI", *head) + packed[struct.calcsize("<BIBI") :])


@given(st.binary(max_size=200), st.integers(0, 70_000))
def test_no_bytes_do_more_than_be_refused(data: bytes, padding: int) -> None:
    try:
        found = Preview.unpacked(data + bytes(padding))
    except ValueError:
        return
    assert len(found.extremes()) == COLUMNS


def test_a_png_is_what_the_standard_says() -> None:
    grey = bytes(range(12))
    image = png(grey, 4, 3)
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    at, chunks = 8, {}
    while at < len(image):
        (length,) = struct.unpack_from(">I", image, at)
        kind, body = image[at + 4 : at + 8], image[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", image, at + 8 + length)[0] == zlib.crc32(kind + body)
        chunks[kind] = body
        at += 12 + length
    assert struct.unpack(">IIBBBBB", chunks[b"IHDR"]) == (4, 3, 8, 0, 0, 0, 0)
    rows = zlib.decompress(chunks[b"IDAT"])
    assert rows == b"".join(b"\0" + grey[y * 4 : y * 4 + 4] for y in range(3))
