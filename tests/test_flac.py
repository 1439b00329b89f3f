"""The head of a published clip is read without decoding it, and only what we wrote is taken."""

import io

import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from ci.flac import FlacHead, read_head
from tests.sounds import Array, encode, tone

HASH = "98c0b675566cedce54751530dbc32703d1524a5a9cd6806865caab230e304e00"
COMMENT = f"pcm_sha256={HASH} source=wav/PCM_24"


def flac(samples: Array, comment: str | None = COMMENT, subtype: str = "PCM_16") -> bytes:
    file = io.BytesIO()
    channels = samples.shape[1] if samples.ndim > 1 else 1
    with soundfile.SoundFile(file, "w", 44_100, channels, subtype, format="FLAC") as sound:
        if comment is not None:
            sound.comment = comment
        sound.write(samples)
    return file.getvalue()


GOOD = flac(tone())


def test_the_head_says_all_that_is_published_of_a_clip() -> None:
    head = read_head(GOOD)
    assert head == FlacHead(44_100, 1, 16_000, HASH, ("wav", "PCM_24"))
    assert head.seconds == 16_000 / 44_100


def test_channels_are_counted() -> None:
    assert read_head(flac(tone().reshape(-1, 2))).channels == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no FLAC file"),
        (b"fLaC", "no FLAC file"),
        (encode(tone()), "no FLAC file"),
        (b"ID3" + GOOD, "no FLAC file"),
        (GOOD[:20], "no FLAC file"),
        (flac(tone(), subtype="PCM_24"), "not of 16 bits"),
        (flac(tone(), comment=None), "other comments"),
        (flac(tone(), comment="a clip"), "hash of its samples"),
        (flac(tone(), comment=f"{COMMENT} and more"), "hash of its samples"),
        (GOOD.replace(b"wav/PCM_24", b"wav/../../x"[:10]), "hash of its samples"),
        (GOOD[:4] + b"\x02\x00\x00\x04abcd" + GOOD[4:], "no FLAC file"),
    ],
)
def test_what_we_did_not_write_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_head(data)


def test_a_picture_or_a_second_comment_is_refused() -> None:
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", 44_100, 1, "PCM_16", format="FLAC") as sound:
        sound.comment = COMMENT
        sound.artist = "Ada"
        sound.write(tone())
    with pytest.raises(ValueError, match="other comments"):
        read_head(file.getvalue())


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for start in (b"", b"fLaC", GOOD[:42]):
        with pytest.raises(ValueError):  # noqa: PT011 - which words is not the point
            read_head(start + data[:200])


@given(st.integers(0, 250), st.integers(0, 255))
def test_a_changed_byte_gives_a_head_or_a_refusal(place: int, value: int) -> None:
    changed = bytearray(GOOD)
    changed[place] = value
    try:
        head = read_head(bytes(changed))
    except ValueError:
        return
    assert head.sample_rate > 0
    assert len(head.pcm_sha256) == 64
