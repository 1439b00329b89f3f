"""Decodes clips and has them measured for `validators.audio`, in a process that can do little else.

Strangers' bytes meet libsndfile here and nowhere else, and libsndfile is assumed to be vulnerable:
the process has an empty environment, its output goes to /dev/null, and after its imports it gives
up memory, files, CPU time and, where it may, the network. Run as
`python -I decode_child.py <descriptor of a socket>`:

    parent -> child   one byte and one file descriptor a clip (SCM_RIGHTS)
    child  -> parent  READY, then one `Measurement.to_bytes` a clip, in order; all `framed`
"""

import contextlib
import os
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile

# `python -I` knows no path to this repository; what is shared is fetched by hand.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from validators.answers import framed
from validators.measurement import (
    CPU_SECONDS,
    MAX_CHANNELS,
    MAX_SAMPLE_RATE,
    MAX_SAMPLES,
    MEMORY_BYTES,
    MIN_SAMPLE_RATE,
    Content,
    Failure,
    Measurement,
    plain_text,
)
from validators.meter import HashingMeter, Meter
from validators.sandbox import allow_cpu_seconds, limit_process
from validators.unclaimed import HEAD_BYTES, Heard, more_follows

del sys.path[0]

READY: Final = b"ready"

# Samples (frames times channels) that are decoded at a time: 8 s of 16 kHz speech in one call,
# while the working buffers still fit the caches of one core.
BLOCK_SAMPLES: Final = 1 << 17

# --------------------------------------------------------------------------------------------
# What the file says it is, read without libsndfile

_MAX_CHUNKS: Final = 256  # of a RIFF file before its data
_UNKNOWN_LENGTHS: Final = (0, 0xFFFF_FFFF)  # what an encoder writes that cannot seek back
_NO_LENGTH: Final = 1 << 62  # libsndfile says 2**63 - 1 where the header does not say


def sniff(fd: int) -> Content | None:
    """The format that the first bytes of the file `fd` belong to; None if a clip may not have it.

    AIFF, CAF, RF64, RIFX, Ogg with another codec, playlists, archives and text are all None. An
    ID3v2 tag is passed over before MP3 and FLAC, where taggers put it; any other file with one is
    None.
    """
    head, start = _head(fd)
    if not start and head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "wav"
    if not start and head.startswith(b"OggS"):
        return _ogg_codec(head)
    return _flac_or_mp3(head)


def _head(fd: int) -> tuple[bytes, int]:
    """The first bytes of the sound, and where they stand: 0, or behind an ID3v2 tag."""
    head = os.pread(fd, HEAD_BYTES, 0)
    if not head.startswith(b"ID3"):
        return head, 0
    start = _after_id3(head)
    return os.pread(fd, HEAD_BYTES, start), start


def _after_id3(head: bytes) -> int:
    """Where the ID3v2 tag ends that `head` starts with."""
    if len(head) < 10:
        return len(head)
    size = 0
    for byte in head[6:10]:  # seven bits each
        size = size << 7 | byte & 0x7F
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _ogg_codec(head: bytes) -> Content | None:
    """The codec of the first packet of the first page."""
    packet = head[27 + head[26] :] if len(head) > 27 else b""
    if packet.startswith(b"\x01vorbis"):
        return "vorbis"
    return "opus" if packet.startswith(b"OpusHead") else None


def _flac_or_mp3(head: bytes) -> Content | None:
    if head.startswith(b"fLaC"):
        return "flac"
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, sample_rate = head[2] >> 4, head[2] >> 2 & 3
    lawful = version != 1 and layer == 1 and bit_rate not in (0, 15) and sample_rate != 3
    return "mp3" if lawful else None


def wav_data_bytes(fd: int, size: int) -> int | None:
    """Bytes that the data chunk of a WAV file claims; None where it leaves that open or is missing.

    libsndfile clamps this number to the file silently, and a truncated file then looks whole.
    """
    at = 12
    for _ in range(_MAX_CHUNKS):
        header = os.pread(fd, 8, at)
        if len(header) < 8:
            return None
        claim = int.from_bytes(header[4:], "little")
        if header[:4] == b"data":
            return None if claim in _UNKNOWN_LENGTHS and size > at + 8 else claim
        at += 8 + claim + claim % 2
    return None


# --------------------------------------------------------------------------------------------
# Decoding

_FORMATS: Final[dict[Content, tuple[str, ...]]] = {
    "wav": ("WAV", "WAVEX"),
    "flac": ("FLAC",),
    "vorbis": ("OGG",),
    "opus": ("OGG",),
    "mp3": ("MP3",),
}
_BYTES_PER_SAMPLE: Final = {
    "PCM_U8": 1,
    "PCM_16": 2,
    "PCM_24": 3,
    "PCM_32": 4,
    "FLOAT": 4,
    "DOUBLE": 8,
    "ULAW": 1,
    "ALAW": 1,
}


class _Refused(Exception):  # noqa: N818 - not an error of ours
    """The clip's measurement ends here."""

    def __init__(self, failure: Failure, detail: str) -> None:
        self.failure: Failure = failure
        self.detail = detail


class Stream(soundfile.SoundFile):  # type: ignore[misc]  # soundfile's types do not reach mypy
    """A SoundFile that never seeks.

    soundfile seeks to where it already is after each read, which gives wrong samples in MP3 and
    Opus and fails in FLAC of unknown length; it does so only in files that say they can seek.
    """

    def seekable(self) -> bool:
        return False


def measure(fd: int, block_samples: int = BLOCK_SAMPLES, meter: type[Meter] = Meter) -> Measurement:
    """Decode the file open at `fd` once and measure it.

    Memory is constant: 12 bytes for each of `block_samples`, and what the codec needs. `meter` is
    the class that measures, where it shall do more than `Meter`.
    """
    known: dict[str, Any] = {"size": os.fstat(fd).st_size}
    try:
        known["content"] = content = _checked_content(fd, known["size"])
        os.lseek(fd, 0, os.SEEK_SET)
        with Stream(fd, closefd=False) as sound, np.errstate(all="ignore"):
            known.update(_header(sound, content, fd, known["size"]))
            _check_header(sound, content, known["subtype"])
            known.update(_read(sound, known, block_samples, meter))
            known["unclaimed"] = _more_follows(sound, known, fd)
    except _Refused as refused:
        known.update(failure=refused.failure, detail=refused.detail)
    except soundfile.LibsndfileError as error:
        detail = plain_text(error.error_string).removesuffix(".")
        # libsndfile's own malloc met the limit of RLIMIT_AS.
        known.update(failure="memory" if "malloc" in detail else "undecodable", detail=detail)
    except MemoryError:
        known.update(failure="memory", detail=f"more than {MEMORY_BYTES >> 20} MiB of memory")
    return Measurement(**known)


def _checked_content(fd: int, size: int) -> Content:
    if size == 0:
        raise _Refused("empty", "the file holds 0 bytes")
    content = sniff(fd)
    if content is None:
        start = os.pread(fd, 4, 0).hex(" ")
        raise _Refused("unknown-content", f"bytes {start} do not begin a clip")
    return content


def _header(sound: Stream, content: Content, fd: int, size: int) -> dict[str, Any]:
    subtype = sound.subtype
    frames: int | None = sound.frames if 0 <= sound.frames < _NO_LENGTH else None
    if content == "wav" and subtype in _BYTES_PER_SAMPLE:
        data = wav_data_bytes(fd, size)
        frames = None if data is None else data // (_BYTES_PER_SAMPLE[subtype] * sound.channels)
    elif content == "mp3" and not _has_length_tag(fd):
        frames = None
    return {
        "sample_rate": sound.samplerate,
        "channels": sound.channels,
        "subtype": subtype,
        "header_frames": frames,
    }


def _has_length_tag(fd: int) -> bool:
    """Whether the first frame of an MP3 file carries the number of frames."""
    head, _ = _head(fd)
    return any(tag in head[:64] for tag in (b"Xing", b"Info", b"VBRI"))


def _check_header(sound: Stream, content: Content, subtype: str) -> None:
    """Hold what libsndfile read from the header, before it decodes anything, to the hard limits."""
    if sound.format not in _FORMATS[content] or (
        content in ("vorbis", "opus") and subtype != content.upper()
    ):
        detail = f"begins like {content}, opens as {sound.format} {subtype}"
        raise _Refused("unknown-content", detail)
    if not 1 <= sound.channels <= MAX_CHANNELS:
        raise _Refused("refused-header", f"{sound.channels} channels; at most {MAX_CHANNELS}")
    if not MIN_SAMPLE_RATE <= sound.samplerate <= MAX_SAMPLE_RATE:
        raise _Refused(
            "refused-header",
            f"sample rate {sound.samplerate} Hz; {MIN_SAMPLE_RATE} to {MAX_SAMPLE_RATE} Hz",
        )
    # libsndfile's number, not the WAV header's own: that one is held to the bytes that there are.
    if sound.frames < _NO_LENGTH:
        _check_budget(sound.frames, sound.channels, "claims")


def _check_budget(frames: int, channels: int, verb: str) -> None:
    if frames * channels > MAX_SAMPLES:
        raise _Refused(
            "refused-header",
            f"{verb} {frames * channels} samples in all channels; at most {MAX_SAMPLES}",
        )


def _read(
    sound: Stream, known: dict[str, Any], block_samples: int, make_meter: type[Meter]
) -> dict[str, Any]:
    """Decode block by block into one buffer; the measurements of the whole."""
    rate, channels, claimed = sound.samplerate, sound.channels, sound.frames
    meter = make_meter(rate, channels, known["subtype"], block_samples)
    # libFLAC fails at what is no frame, and a tag may follow the last one.
    exactly = known["content"] == "flac" and claimed < _NO_LENGTH
    while True:
        room = claimed - meter.frames if exactly else len(meter.buffer)
        frames = sound.buffer_read_into(meter.buffer[:room], meter.sample_type)
        block = meter.buffer[:frames]
        meter.add(block)
        known["frames"] = meter.frames
        _check_budget(meter.frames, channels, "holds at least")  # where the header is silent
        if frames < len(meter.buffer) and (not frames or meter.frames >= claimed):
            return meter.result()


def _more_follows(sound: Stream, known: dict[str, Any], fd: int) -> bool:
    """Whether the header claims a length, and the file holds more sound than that."""
    if known["header_frames"] is None:
        return False
    head, start = _head(fd)
    return more_follows(
        known["content"],
        Heard(
            fd,
            size=known["size"],
            start=start,
            head=head,
            position=os.lseek(fd, 0, os.SEEK_CUR),
            rate=sound.samplerate,
            frame_bytes=_BYTES_PER_SAMPLE.get(known["subtype"], 0) * sound.channels,
            frames=known["frames"],
        ),
    )


# --------------------------------------------------------------------------------------------
# The process


def serve(channel: socket.socket, measure: Callable[[int], Measurement] = measure) -> None:
    """Answer jobs until the parent closes its end."""
    channel.sendall(framed(READY))
    while True:
        _, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
        if not descriptors:
            return
        try:
            allow_cpu_seconds(CPU_SECONDS)
            answer = measure(descriptors[0]).to_bytes()
        finally:
            os.close(descriptors[0])
        channel.sendall(framed(answer))


def serve_making(
    channel: socket.socket,
    make: Callable[[int, int, bytes], Measurement],
    message_bytes: int,
    cpu_seconds: int,
) -> None:
    """`serve` for children that make something of a clip.

    With each comes a message and a second descriptor, of memory that the parent made; `make` fills
    it and cuts it to the length of what is there.
    """
    channel.sendall(framed(READY))
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, message_bytes, 2)
        if not descriptors:
            return
        try:
            allow_cpu_seconds(cpu_seconds)
            clip, memory = descriptors
            answer = make(clip, memory, message).to_bytes()
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        channel.sendall(framed(answer))


def main(arguments: list[str], answer: Callable[[socket.socket], None] = serve) -> int:
    """Entry point: `<descriptor>` of the socket, or `--version` to see whether the imports work.

    `<descriptor> --hash`: measurements hold the hash of the samples, too.
    """
    if arguments == ["--version"]:
        print(f"soundfile {soundfile.__version__}, libsndfile {soundfile.__libsndfile_version__}")
        return 0
    limit_process()
    if arguments[1:] == ["--hash"]:
        answer = partial(serve, measure=partial(measure, meter=HashingMeter))
    with socket.socket(fileno=int(arguments[0])) as channel, contextlib.suppress(ConnectionError):
        answer(channel)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
