"""Clips are encoded as they are published: 16-bit FLAC with the very samples that were measured."""

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ci.flac import read_head
from tests.conftest import FULL_STRENGTH
from tests.sounds import (
    Array,
    clip,
    encode,
    flac_with_total,
    id3_tag,
    int16,
    speech,
    tone,
    wav_with,
)
from validators.answers import framed
from validators.audio import Decoders
from validators.clips import file_clip
from validators.encoding import Encoders, EncodingError, comment, rounded
from validators.measurement import Measurement


@pytest.fixture(scope="module")
def encoders() -> Iterator[Encoders]:
    with Encoders(jobs=1) as shared:
        yield shared


def measured(decoders: Decoders, data: bytes) -> Measurement:
    ((_, sound),) = decoders.measure([clip(data)])
    return sound


def encoded(decoders: Decoders, encoders: Encoders, data: bytes) -> bytes:
    (flac,) = encoders.encode([(clip(data), measured(decoders, data))])
    return flac


def samples(data: bytes) -> Array:
    """All samples of a 16-bit FLAC file, decoded by soundfile's own way."""
    found, _ = soundfile.read(io.BytesIO(data), dtype="int16", always_2d=True)
    return found


@pytest.mark.parametrize("encoding", ["wav-16", "flac-16", "WAV PCM_U8", "WAV ULAW", "WAV ALAW"])
@pytest.mark.parametrize("channels", [1, 2])
def test_samples_of_at_most_16_bits_are_kept_exactly(
    decoders: Decoders, encoders: Encoders, encoding: str, channels: int
) -> None:
    data = encode(speech(channels=channels), 11_025, encoding)
    expected, rate = soundfile.read(io.BytesIO(data), dtype="int16", always_2d=True)
    flac = encoded(decoders, encoders, data)
    assert np.array_equal(samples(flac), expected)
    head = read_head(flac)
    assert (head.sample_rate, head.channels, head.frames) == (rate, channels, len(expected))


def test_every_16_bit_value_comes_through(decoders: Decoders, encoders: Encoders) -> None:
    every = np.arange(-32768, 32768, dtype=np.int16)
    assert np.array_equal(samples(encoded(decoders, encoders, encode(every)))[:, 0], every)


def test_finer_samples_are_rounded_half_to_even(decoders: Decoders, encoders: Encoders) -> None:
    halves = np.array([0.5, 1.5, 2.5, -0.5, -1.5, 0.49, 0.51, -2.5, 7.25]) / 32768
    data = encode(halves, encoding="wav-float")
    assert samples(encoded(decoders, encoders, data))[:, 0].tolist() == [
        0, 2, 2, 0, -2, 0, 1, -2, 7,
    ]  # fmt: skip


def test_samples_beyond_full_scale_are_held_to_the_range(
    decoders: Decoders, encoders: Encoders
) -> None:
    data = encode(np.array([1.5, -1.5, 1.0, -1.0]), encoding="wav-float")
    assert samples(encoded(decoders, encoders, data))[:, 0].tolist() == [
        32767, -32768, 32767, -32768,
    ]  # fmt: skip


def test_what_is_no_number_is_silence_as_it_was_measured(
    decoders: Decoders, encoders: Encoders
) -> None:
    data = encode(np.array([0.5, np.nan, np.inf, -np.inf, -0.5]), encoding="wav-float")
    assert samples(encoded(decoders, encoders, data))[:, 0].tolist() == [16384, 0, 0, 0, -16384]


@pytest.mark.parametrize("encoding", ["wav-24", "wav-float", "flac-24", "vorbis", "opus", "mp3"])
def test_all_formats_become_the_16_bits_that_were_measured(
    decoders: Decoders, encoders: Encoders, encoding: str
) -> None:
    data = encode(speech(channels=2), 48_000, encoding)
    sound = measured(decoders, data)
    flac = encoded(decoders, encoders, data)
    published = measured(decoders, flac)
    assert published.pcm_sha256 == sound.pcm_sha256 == read_head(flac).pcm_sha256
    assert (published.content, published.subtype) == ("flac", "PCM_16")
    assert (published.sample_rate, published.channels) == (48_000, 2)
    assert read_head(flac).source == (sound.content, sound.subtype)
    assert rounded(sound)


def test_what_has_16_bits_is_not_said_to_be_rounded(decoders: Decoders) -> None:
    assert not rounded(measured(decoders, encode(tone())))


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 12_345])
def test_the_sample_rate_is_the_sources(decoders: Decoders, encoders: Encoders, rate: int) -> None:
    flac = encoded(decoders, encoders, encode(tone(0.1, rate), rate))
    assert read_head(flac).sample_rate == soundfile.info(io.BytesIO(flac)).samplerate == rate


@pytest.mark.parametrize("frames", [1, 15, 16, 1151, 1152, 1153])
def test_clips_of_any_length_come_through(
    decoders: Decoders, encoders: Encoders, frames: int
) -> None:
    data = encode(tone()[:frames])
    assert len(samples(encoded(decoders, encoders, data))) == frames


def test_the_same_samples_give_the_same_bytes_from_any_container(
    decoders: Decoders, encoders: Encoders
) -> None:
    sounds = [encode(int16(1, -2, 3), encoding=name) for name in ("wav-16", "flac-16")]
    one, other = (encoded(decoders, encoders, data) for data in sounds)
    assert one.replace(b"wav/PCM_16", b"flac/PCM_16")[-64:] == other[-64:]
    assert encoded(decoders, encoders, sounds[0]) == one


def test_nothing_but_sound_travels_on(decoders: Decoders, encoders: Encoders) -> None:
    plain = encode(speech(), encoding="flac-16")
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", 16_000, 1, "PCM_16", format="WAV") as sound:
        sound.title = "secret-title"
        sound.comment = "/home/ada/secret-path"
        sound.write(speech())
    for data in (
        file.getvalue() + b"secret-tail",
        id3_tag(64).replace(bytes(8), b"secret-i", 1) + plain,
    ):
        assert b"secret-" in data
        flac = encoded(decoders, encoders, data)
        assert b"secret" not in flac
        assert comment(measured(decoders, data)).encode() in flac


def test_flac_of_unknown_length_is_given_its_length(decoders: Decoders, encoders: Encoders) -> None:
    data = flac_with_total(encode(tone(0.25), encoding="flac-16"), 0)
    assert read_head(encoded(decoders, encoders, data)).frames == 4_000


def test_clips_come_back_in_the_order_given(decoders: Decoders) -> None:
    lengths = [4_000 + 10 * number for number in range(60)]
    sounds = [encode(tone()[:length]) for length in lengths]
    work = [(clip(data), measured(decoders, data)) for data in sounds]
    with Encoders(jobs=2) as several:
        assert [read_head(flac).frames for flac in several.encode(work)] == lengths


def test_a_clip_that_is_not_what_was_measured_is_refused(
    decoders: Decoders, encoders: Encoders
) -> None:
    sound = measured(decoders, encode(tone()))
    with pytest.raises(EncodingError, match="other samples than the measured one"):
        list(encoders.encode([(clip(encode(tone(amplitude=0.25))), sound)]))


def test_a_clip_that_grew_since_it_was_measured_is_refused(
    decoders: Decoders, encoders: Encoders
) -> None:
    sound = measured(decoders, encode(int16(1, 2)))
    noise = np.random.default_rng(1).uniform(-1, 1, 200_000)
    with pytest.raises(EncodingError, match=r"ended with status|other samples"):
        list(encoders.encode([(clip(encode(noise)), sound)]))


def test_a_broken_clip_is_refused_and_the_next_is_encoded(
    decoders: Decoders, encoders: Encoders
) -> None:
    good = encode(tone())
    sound = measured(decoders, good)
    with pytest.raises(EncodingError, match="do not begin a clip"):
        list(encoders.encode([(clip(b"nothing of the kind"), sound)]))
    assert read_head(next(encoders.encode([(clip(good), sound)]))).frames == len(tone())


def test_a_clip_that_vanished_is_refused(
    decoders: Decoders, encoders: Encoders, tmp_path: Path
) -> None:
    sound = measured(decoders, encode(tone()))
    with pytest.raises(EncodingError, match="No such file"):
        list(encoders.encode([(file_clip(tmp_path / "gone.wav"), sound)]))


def test_a_lying_header_is_passed_over_as_it_was_measured(
    decoders: Decoders, encoders: Encoders
) -> None:
    data = wav_with(encode(tone(0.25)), data=1 << 30)
    assert read_head(encoded(decoders, encoders, data)).frames == 4_000


# -- children that do not do what they should -----------------------------------------------------

CHILD = """\
import os, socket, sys
sys.path.insert(0, {root!r})
from validators.measurement import Measurement
channel = socket.socket(fileno=int(sys.argv[1]))
channel.sendall(b"\\5\\0ready")
while True:
    comment, descriptors, _, _ = socket.recv_fds(channel, 128, 2)
    if not descriptors:
        break
    clip, memory = descriptors
    {body}
"""


def child(tmp_path: Path, body: str) -> Path:
    script = tmp_path / "child.py"
    root = str(Path(__file__).parents[1])
    script.write_text(CHILD.format(root=root, body=body.replace("\n", "\n    ")))
    return script


def claim(sound: Measurement) -> str:
    """A line of Python that answers with the measurement of a flawless encoding."""
    flac = sound._replace(content="flac", subtype="PCM_16")
    return f"channel.sendall({framed(flac.to_bytes())!r})"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("os._exit(3)", "ended with status 3"),
        ("os.abort()", "died by SIGABRT"),
        ('channel.sendall(b"\\3\\0???")', "no sensible answer"),
    ],
)
def test_a_child_that_fails_twice_fails_its_clip(
    decoders: Decoders, tmp_path: Path, body: str, words: str
) -> None:
    data = encode(tone())
    work = [(clip(data), measured(decoders, data))]
    with Encoders(child=child(tmp_path, body)) as encoders, pytest.raises(EncodingError) as error:
        list(encoders.encode(work))
    assert words in str(error.value)


def test_a_child_cannot_say_that_it_made_something_else_than_16_bit_flac(
    decoders: Decoders, tmp_path: Path
) -> None:
    data = encode(tone())
    sound = measured(decoders, data)
    body = f"channel.sendall({framed(sound.to_bytes())!r})"
    with Encoders(child=child(tmp_path, body)) as encoders, pytest.raises(EncodingError):
        list(encoders.encode([(clip(data), sound)]))


def test_what_a_child_hands_over_is_no_larger_than_the_memory_it_was_given(
    decoders: Decoders, tmp_path: Path
) -> None:
    """The parent reads the size of what is shared: a child may only make it smaller."""
    data = encode(int16(1, 2, 3))
    sound = measured(decoders, data)
    body = f"try: os.ftruncate(memory, 1 << 40)\nexcept OSError: pass\n{claim(sound)}"
    with Encoders(child=child(tmp_path, body)) as encoders, pytest.raises(EncodingError):
        list(encoders.encode([(clip(data), sound)]))


def test_no_descriptor_is_left_open(decoders: Decoders, tmp_path: Path) -> None:
    data = encode(tone())
    sound = measured(decoders, data)
    before = set(Path("/proc/self/fd").iterdir())
    for script in (child(tmp_path, "os._exit(3)"), None):
        with Encoders(**({"child": script} if script else {})) as encoders:
            work = encoders.encode([(clip(data), sound)] * 20)
            with contextlib.suppress(EncodingError):
                next(work)
            work.close()
    assert set(Path("/proc/self/fd").iterdir()) == before


def test_an_encode_child_may_do_no_more_than_a_decode_child(
    decoders: Decoders, encoders: Encoders
) -> None:
    """No environment, no file writes, a gigabyte of memory, sixteen files, no core dump."""
    encoded(decoders, encoders, encode(tone()))
    (child,), (decode_child,) = encoders.pids, decoders.pids
    wanted = ("Max file size", "Max address space", "Max open files", "Max core file size")
    limits, of_decode_child = (
        [line for line in Path(f"/proc/{pid}/limits").read_text().splitlines()
         if line.startswith(wanted)]
        for pid in (child, decode_child)
    )  # fmt: skip
    assert limits == of_decode_child
    assert [line.split()[-3] for line in limits] == ["0", "0", "16", str(1 << 30)]
    environment = Path(f"/proc/{child}/environ").read_text().split("\0")
    assert not [one for one in environment if one and not one.endswith("_THREADS=1")]


@pytest.mark.torture
def test_the_longest_lawful_clip_is_encoded_within_the_limits(decoders: Decoders) -> None:
    assert FULL_STRENGTH
    noise = np.random.default_rng(0).integers(-32768, 32767, (15 * 60 * 48_000, 2), np.int16)
    data = encode(noise, 48_000)
    sound = measured(decoders, data)
    with Encoders(jobs=1) as encoders:
        (flac,) = encoders.encode([(clip(data), sound)])
    assert read_head(flac).frames == len(noise)
