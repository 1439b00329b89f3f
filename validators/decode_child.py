"""Decodes and measures clips for `validators.audio`, in a process that can do little else.

Strangers' bytes meet libsndfile here and nowhere else, and libsndfile is assumed to be vulnerable:
the process has an empty environment, its output goes to /dev/null, and after its imports it gives
up memory, files, CPU time and, where it may, the network. Run as
`python -I decode_child.py <descriptor of a socket>`:

    parent -> child   one byte and one file descriptor a clip (SCM_RIGHTS)
    child  -> parent  one line when ready, then one `Measurement.to_json` line a clip, in order
"""

import contextlib
import functools
import hashlib
import math
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import soundfile

# `python -I` knows no path to this repository; what is shared is fetched by hand.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from validators.measurement import (
    BANDWIDTH_RANGE,
    BANDWIDTH_SECONDS,
    CLIPPED_RUN,
    CPU_SECONDS,
    FINE_SUBTYPES,
    MAX_CHANNELS,
    MAX_SAMPLE_RATE,
    MAX_SAMPLES,
    MEMORY_BYTES,
    MIN_SAMPLE_RATE,
    SILENCE,
    WINDOWS_PER_SECOND,
    Content,
    Failure,
    Measurement,
    plain_text,
)
from validators.sandbox import allow_cpu_seconds, limit_process
from validators.unclaimed import Heard, more_follows

del sys.path[0]

READY: Final = b"ready\n"

# Samples (frames times channels) that are decoded at a time: 8 s of 16 kHz speech in one call,
# while the working buffers still fit the caches of one core.
BLOCK_SAMPLES: Final = 1 << 17

# --------------------------------------------------------------------------------------------
# What the file says it is, read without libsndfile

_HEAD_BYTES: Final = 512  # an Ogg page's header is 27 + 255 bytes, then comes the codec's name
_MAX_CHUNKS: Final = 256  # of a RIFF file before its data
_UNKNOWN_LENGTHS: Final = (0, 0xFFFF_FFFF)  # what an encoder writes that cannot seek back
_NO_LENGTH: Final = 1 << 62  # libsndfile says 2**63 - 1 where the header does not say


def sniff(fd: int) -> Content | None:
    """The format that the first bytes of the file `fd` belong to; None if a clip may not have it.

    AIFF, CAF, RF64, RIFX, Ogg with another codec, playlists, archives and text are all None. An
    ID3v2 tag is passed over before MP3 and FLAC, where taggers put it; any other file with one is
    None.
    """
    head, tagged = _head(fd)
    if not tagged and head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "wav"
    if not tagged and head.startswith(b"OggS"):
        return _ogg_codec(head)
    return _flac_or_mp3(head)


def _head(fd: int) -> tuple[bytes, bool]:
    """The first bytes of the sound, and whether an ID3v2 tag was passed over to get there."""
    head = os.pread(fd, _HEAD_BYTES, 0)
    if not head.startswith(b"ID3"):
        return head, False
    return os.pread(fd, _HEAD_BYTES, _after_id3(head)), True


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
# The largest magnitude that a format can hold on both sides; 16 bit unless said otherwise.
_FULL_SCALE: Final = {
    "PCM_U8": 127 / 128,
    "PCM_S8": 127 / 128,
    "ULAW": 32124 / 32768,
    "ALAW": 32256 / 32768,
}
_FULL_SCALE_16: Final = 32767 / 32768

Samples = npt.NDArray[np.int16] | npt.NDArray[np.float32]


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


def measure(
    fd: int, block_samples: int = BLOCK_SAMPLES, meter: "type[Meter] | None" = None
) -> Measurement:
    """Decode the file open at `fd` once and measure it.

    Memory is constant: 28 bytes for each of `block_samples`, and what the codec needs. `meter` is
    the class that measures, where it shall do more than `Meter`.
    """
    known: dict[str, Any] = {"size": os.fstat(fd).st_size}
    try:
        known["content"] = content = _checked_content(fd, known["size"])
        os.lseek(fd, 0, os.SEEK_SET)
        with Stream(fd, closefd=False) as sound, np.errstate(all="ignore"):
            known.update(_header(sound, content, fd, known["size"]))
            _check_header(sound, content, known["subtype"])
            known.update(_read(sound, known, block_samples, meter or Meter))
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
    sound: Stream, known: dict[str, Any], block_samples: int, make_meter: "type[Meter]"
) -> dict[str, Any]:
    """Decode block by block into one buffer; the measurements of the whole."""
    rate, channels, claimed = sound.samplerate, sound.channels, sound.frames
    meter = make_meter(rate, channels, known["subtype"], block_samples)
    # libFLAC fails at what is no frame, and a tag may follow the last one.
    exactly = known["content"] == "flac" and claimed < _NO_LENGTH
    while True:
        room = claimed - meter.frames if exactly else len(meter.buffer)
        block = sound.read(out=meter.buffer[:room])
        meter.add(block)
        known["frames"] = meter.frames
        _check_budget(meter.frames, channels, "holds at least")  # where the header is silent
        if len(block) < len(meter.buffer) and (not len(block) or meter.frames >= claimed):
            return meter.result()


def _more_follows(sound: Stream, known: dict[str, Any], fd: int) -> bool:
    """Whether the header claims a length, and the file holds more sound than that."""
    if known["header_frames"] is None:
        return False
    head = os.pread(fd, _HEAD_BYTES, 0)
    return more_follows(
        known["content"],
        Heard(
            fd,
            size=known["size"],
            start=_after_id3(head) if head.startswith(b"ID3") else 0,
            position=os.lseek(fd, 0, os.SEEK_CUR),
            rate=sound.samplerate,
            frame_bytes=_BYTES_PER_SAMPLE.get(known["subtype"], 0) * sound.channels,
            frames=known["frames"],
        ),
    )


# --------------------------------------------------------------------------------------------
# Measuring


class _Workspace:
    """Buffers that are made once and serve every clip. Each holds `samples` values."""

    def __init__(self, samples: int) -> None:
        self.int16 = np.empty(samples, np.int16)
        self.float32 = np.empty(samples, np.float32)
        self.magnitude_int16 = np.empty(samples, np.int16)
        self.magnitude_float32 = np.empty(samples, np.float32)
        self.float64 = np.empty(samples, np.float64)
        self.ones = np.ones(samples, np.float64)


_workspace = functools.lru_cache(maxsize=8)(_Workspace)


class Meter:
    """Measures a clip block by block, with as few passes over its samples as possible.

    `buffer`, shape (frames, channels), is where the next block is to be decoded into: a whole
    number of windows, int16 or float32 as the sample format demands. Sums of 16-bit samples are
    exact in float64 (2**17 squares of 15 bits stay below 2**53), so that they are the same on every
    machine and for every block size; those of finer formats are rounded to nine decimals.
    """

    def __init__(self, rate: int, channels: int, subtype: str, block_samples: int) -> None:
        self._fine = subtype in FINE_SUBTYPES
        self._unit = 1.0 if self._fine else 32768.0
        self._window = rate // WINDOWS_PER_SECOND
        frames = max(1, block_samples // channels // self._window) * self._window
        self._space = space = _workspace(max(block_samples, frames * channels))
        native: Samples = space.float32 if self._fine else space.int16
        self.buffer = native[: frames * channels].reshape(frames, channels)
        self.frames = 0
        self._rate, self._channels = rate, channels
        self._hash = hashlib.sha256(f"{rate} {channels}\n".encode())
        self._energy = 0.0
        self._sums = [0.0] * channels
        self._peak = 0.0
        self._nonfinite = 0
        self._clipping = _ClippingCounter(channels)
        self._full_scale = _FULL_SCALE.get(subtype, _FULL_SCALE_16) * self._unit
        self._silent_frames = 0
        self._edges: list[float] = []  # peak of the first window, then of the last one so far
        self._bandwidth = 0.0
        self._loud_from: int | None = None  # first frame of the first window that is not silent
        self._loud_to = 0  # end of the last one
        self._identical = channels > 1
        self._sounding = [channels == 1] * channels  # channels that have been above SILENCE

    def add(self, block: Samples) -> None:
        """Count a block in, which is (a part of) `buffer`; shape (frames, channels)."""
        if not len(block):
            return
        samples = block.reshape(-1)
        by_channel = self._sums_of(block)
        self.publish(self._as_published(samples))
        magnitude = self._magnitude(samples)
        heard = self._loud_from is not None
        peak = self._add_windows(magnitude, len(block))
        if self._loud_from is not None and not heard:
            start = self._loud_from - self.frames
            stretch = by_channel[0][start : start + BANDWIDTH_SECONDS * self._rate]
            self._bandwidth = _bandwidth(stretch, self._rate)
        if peak >= self._full_scale or self._clipping.running:
            self._clipping.add(magnitude.reshape(block.shape) >= self._full_scale)
        if self._channels > 1:
            self._compare_channels(by_channel)
        self.frames += len(block)

    def publish(self, samples: memoryview) -> None:
        """Take the next samples as they are published: interleaved, little-endian, 16 bit."""
        self._hash.update(samples)

    def result(self) -> dict[str, Any]:
        """The measurements by their names in `Measurement`."""
        frames, rate = self.frames, self._rate
        samples = frames * self._channels
        leading = frames if self._loud_from is None else self._loud_from
        mean = max(self._sums, key=abs) / (frames or 1)
        some, every = any(self._sounding), all(self._sounding)
        return {
            "frames": frames,
            "peak": _rounded(self._peak / self._unit),
            "rms": _rounded(math.sqrt(self._energy / (samples or 1)) / self._unit),
            "dc": _rounded(mean / self._unit),
            "clipped": self._clipping.total(),
            "nonfinite": self._nonfinite,
            "silent_frames": self._silent_frames,
            "leading_silence": leading / rate,
            "trailing_silence": (frames - self._loud_to) / rate,
            "first_peak": _rounded(self._edges[0] / self._unit) if self._edges else 0.0,
            "last_peak": _rounded(self._edges[-1] / self._unit) if self._edges else 0.0,
            "bandwidth": self._bandwidth,
            "identical_channels": self._identical and frames > 0,
            "silent_channel": some and not every,
            "pcm_sha256": self._hash.hexdigest(),
        }

    def _sums_of(self, block: Samples) -> npt.NDArray[np.float64]:
        """Add to the sums; the block as float64 of shape (channels, frames), 0 where not finite."""
        flat = self._space.float64[: block.size]
        by_channel = flat.reshape(self._channels, len(block))
        np.copyto(by_channel, block.T)
        energy = float(np.dot(flat, flat))
        if not math.isfinite(energy):
            bad = ~np.isfinite(block)
            self._nonfinite += int(np.count_nonzero(bad))
            block[bad] = 0
            np.copyto(by_channel, block.T)
            energy = float(np.dot(flat, flat))
        self._energy += energy
        ones = self._space.ones[: len(block)]  # a product with ones is quicker than a sum
        for channel, row in enumerate(by_channel):
            self._sums[channel] += float(np.dot(row, ones))
        return by_channel

    def _as_published(self, samples: Samples) -> memoryview:
        """The samples as 16 bit."""
        if not self._fine:
            return samples.astype("<i2", copy=False).data
        scaled = self._space.magnitude_float32[: samples.size]
        np.multiply(samples, np.float32(32768), out=scaled)
        np.rint(scaled, out=scaled)
        np.clip(scaled, -32768, 32767, out=scaled)
        published = self._space.int16[: samples.size]
        np.copyto(published, scaled, casting="unsafe")
        return published.astype("<i2", copy=False).data

    def _magnitude(self, samples: Samples) -> npt.NDArray[Any]:
        if self._fine:
            return np.abs(samples, out=self._space.magnitude_float32[: samples.size])
        # The magnitude of -32768 does not fit int16 but its bits are those of 32768 as uint16.
        return np.abs(samples, out=self._space.magnitude_int16[: samples.size]).view(np.uint16)

    def _add_windows(self, magnitude: npt.NDArray[Any], frames: int) -> float:
        """Silence, from the peak of each window, all channels together; the peak of all of them."""
        whole, rest = divmod(frames, self._window)
        step = self._window * self._channels
        peaks = magnitude[: whole * step].reshape(whole, step).max(axis=1)
        if rest:
            peaks = np.append(peaks, magnitude[whole * step :].max())
        peak = float(peaks.max())
        self._edges = [self._edges[0] if self._edges else float(peaks[0]), float(peaks[-1])]
        self._peak = max(self._peak, peak)
        loud = np.flatnonzero(peaks >= SILENCE * self._unit)
        loud_frames = len(loud) * self._window
        if len(loud):
            if self._loud_from is None:
                self._loud_from = self.frames + int(loud[0]) * self._window
            end = min((int(loud[-1]) + 1) * self._window, frames)
            self._loud_to = self.frames + end
            if rest and loud[-1] == whole:
                loud_frames += rest - self._window
        self._silent_frames += frames - loud_frames
        return peak

    def _compare_channels(self, by_channel: npt.NDArray[np.float64]) -> None:
        """Look for what would make channels differ or sound, until it has been found."""
        if self._identical:
            self._identical = bool((by_channel[1:] == by_channel[0]).all())
        for channel, row in enumerate(by_channel):
            if not self._sounding[channel]:
                peak = max(row.max(), -row.min())
                self._sounding[channel] = bool(peak >= SILENCE * self._unit)


class _ClippingCounter:
    """Counts full-scale samples in runs of at least CLIPPED_RUN, across the borders of blocks."""

    def __init__(self, channels: int) -> None:
        self._count = 0
        self._open = [0] * channels  # length of the run that the last block ended in

    @property
    def running(self) -> bool:
        """Whether a run may go on in the next block."""
        return any(self._open)

    def add(self, at_full_scale: npt.NDArray[np.bool_]) -> None:
        """Count a block, shape (frames, channels)."""
        for channel in range(len(self._open)):
            self._add_channel(channel, at_full_scale[:, channel])

    def _add_channel(self, channel: int, at_full_scale: npt.NDArray[np.bool_]) -> None:
        edges = np.flatnonzero(np.diff(at_full_scale, prepend=False, append=False))
        runs: list[int] = (edges[1::2] - edges[::2]).tolist()
        carried, self._open[channel] = self._open[channel], 0
        if at_full_scale[0]:
            runs[0] += carried
        else:
            self._finish(carried)
        if at_full_scale[-1]:
            self._open[channel] = runs.pop()
        for run in runs:
            self._finish(run)

    def _finish(self, run: int) -> None:
        if run >= CLIPPED_RUN:
            self._count += run

    def total(self) -> int:
        """Samples counted, the runs at the very end included."""
        return self._count + sum(run for run in self._open if run >= CLIPPED_RUN)


_SPECTRUM: Final = 1024  # samples a spectrum; at 8 kHz a bin is 8 Hz wide, at 48 kHz 47 Hz
_hann = functools.cache(lambda: np.hanning(_SPECTRUM).astype(np.float32))


class _SpectrumSpace:
    """Buffers for `count` spectra; new ones for each clip would cost as much as the spectra."""

    def __init__(self, count: int) -> None:
        self.stretches = np.empty((count, _SPECTRUM), np.float32)
        self.spectra = np.empty((count, _SPECTRUM // 2 + 1), np.complex64)


_spectrum_space = functools.lru_cache(maxsize=8)(_SpectrumSpace)


def _bandwidth(samples: npt.NDArray[np.float64], rate: int) -> float:
    """Highest frequency within BANDWIDTH_RANGE of the strongest, in Hz; 0.0 where too few samples.

    The mean of power spectra of windowed stretches (Bartlett's method), every other one because a
    spectrum costs as much as decoding what it shows; in float32, whose rounding lies another 60 dB
    below that range.
    """
    whole = len(samples) // _SPECTRUM
    if not whole:
        return 0.0
    cut = samples[: whole * _SPECTRUM].reshape(whole, _SPECTRUM)[::2]
    space = _spectrum_space(len(cut))
    np.multiply(cut, _hann(), out=space.stretches, casting="same_kind")
    spectra = np.fft.rfft(space.stretches, out=space.spectra)  # type: ignore[arg-type]  # complex64
    parts = spectra.view(np.float32)
    power = np.einsum("ij,ij->j", parts, parts).reshape(-1, 2).sum(axis=1)
    strong = np.flatnonzero(power > power.max() * np.float32(BANDWIDTH_RANGE))
    return float(round(int(strong[-1]) * rate / _SPECTRUM)) if len(strong) else 0.0


def _rounded(value: float) -> float:
    """Nine decimals, finer than 24 bits: the last bits of a sum depend on the processor."""
    return round(value, 9) + 0.0  # no minus zero


# --------------------------------------------------------------------------------------------
# The process


def serve(channel: socket.socket, measure: Callable[[int], Measurement] = measure) -> None:
    """Answer jobs until the parent closes its end."""
    channel.sendall(READY)
    while True:
        _, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
        if not descriptors:
            return
        try:
            allow_cpu_seconds(CPU_SECONDS)
            answer = measure(descriptors[0]).to_json()
        finally:
            os.close(descriptors[0])
        channel.sendall(answer.encode() + b"\n")


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
    channel.sendall(READY)
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, message_bytes, 2)
        if not descriptors:
            return
        try:
            allow_cpu_seconds(cpu_seconds)
            clip, memory = descriptors
            answer = make(clip, memory, message).to_json()
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        channel.sendall(answer.encode() + b"\n")


def main(arguments: list[str], serve: Callable[[socket.socket], None] = serve) -> int:
    """Entry point: `<descriptor>` of the socket, or `--version` to see whether the imports work."""
    if arguments == ["--version"]:
        print(f"soundfile {soundfile.__version__}, libsndfile {soundfile.__libsndfile_version__}")
        return 0
    limit_process()
    with socket.socket(fileno=int(arguments[0])) as channel, contextlib.suppress(ConnectionError):
        serve(channel)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
