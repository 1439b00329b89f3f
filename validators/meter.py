"""Measures the samples of one clip, block by block; runs in a decode child.

Sound comes in at some 20 million samples a second, so what counts here is how often memory is
passed over, and whether what a pass needs is still in the cache of the core that decoded it.
"""

import functools
import hashlib
import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from validators.measurement import (
    BANDWIDTH_RANGE,
    BANDWIDTH_SECONDS,
    CLIPPED_RUN,
    FINE_SUBTYPES,
    SILENCE,
    WINDOWS_PER_SECOND,
)

# The largest magnitude that a format can hold on both sides; 16 bit unless said otherwise.
_FULL_SCALE: Final = {
    "PCM_U8": 127 / 128,
    "PCM_S8": 127 / 128,
    "ULAW": 32124 / 32768,
    "ALAW": 32256 / 32768,
}
_FULL_SCALE_16: Final = 32767 / 32768
# Samples that are summed at a time: their float64 fit the nearest cache that is not tiny.
_SUMMED_AT_ONCE: Final = 1 << 15

Samples = npt.NDArray[np.int16] | npt.NDArray[np.float32]


class _Workspace:
    """Buffers that are made once and serve every clip, for blocks of so many samples."""

    def __init__(self, samples: int) -> None:
        self.int16 = np.empty(samples, np.int16)
        self.float32 = np.empty(samples, np.float32)
        # One after the other use the same memory: less of it is more often in a cache.
        scratch = np.empty(max(samples // 2 + 1, _SUMMED_AT_ONCE), np.float64)
        self.float64 = scratch[:_SUMMED_AT_ONCE]
        self.magnitude_int16 = scratch.view(np.int16)
        self.magnitude_float32 = scratch.view(np.float32)
        self.ones = np.ones(_SUMMED_AT_ONCE, np.float64)


_workspace = functools.lru_cache(maxsize=8)(_Workspace)


@functools.lru_cache(maxsize=8)
def _starts(windows: int, samples: int) -> npt.NDArray[np.intp]:
    """Where so many windows of so many samples begin."""
    return np.arange(0, windows * samples, samples)


class Meter:
    """Measures a clip block by block, with as few passes over its samples as possible.

    `buffer`, shape (frames, channels), is where the next block is to be decoded into: a whole
    number of windows, of `sample_type`, which the sample format demands. Sums of 16-bit samples are
    exact in float64 (2**23 squares of 15 bits stay below 2**53; what longer clips lose is far below
    nine decimals), so that they are the same on every machine and for every block size; those of
    finer formats are rounded to nine decimals.
    """

    def __init__(self, rate: int, channels: int, subtype: str, block_samples: int) -> None:
        self._fine = subtype in FINE_SUBTYPES
        self.sample_type = "float32" if self._fine else "int16"
        self._unit = 1.0 if self._fine else 32768.0
        self._window = rate // WINDOWS_PER_SECOND
        frames = max(1, block_samples // channels // self._window) * self._window
        self._space = space = _workspace(max(block_samples, frames * channels))
        native: Samples = space.float32 if self._fine else space.int16
        self.buffer = native[: frames * channels].reshape(frames, channels)
        self.frames = 0
        self._starts = _starts(frames // self._window, self._window * channels)
        self._rate, self._channels = rate, channels
        self._energy = 0.0
        self._sums = np.zeros(channels)
        self._peak = 0.0
        self._nonfinite = 0
        self._clipping = _ClippingCounter(channels)
        # numpy compares integers with integers without making them float64 first.
        limit: Callable[[float], float] = float if self._fine else math.ceil
        self._full_scale = limit(_FULL_SCALE.get(subtype, _FULL_SCALE_16) * self._unit)
        self._silence = limit(SILENCE * self._unit)
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
        self._add_sums(block)
        magnitude = self._magnitude(samples)
        heard = self._loud_from is not None
        peak = self._add_windows(magnitude, len(block))
        if self._loud_from is not None and not heard:
            start = self._loud_from - self.frames
            stretch = block[start : start + BANDWIDTH_SECONDS * self._rate, 0]
            self._bandwidth = _bandwidth(stretch, self._rate)
        if peak >= self._full_scale or self._clipping.running:
            self._clipping.add(magnitude.reshape(block.shape) >= self._full_scale)
        if self._channels > 1:
            self._compare_channels(block, magnitude.reshape(block.shape))
        self.frames += len(block)

    def result(self) -> dict[str, Any]:
        """The measurements by their names in `Measurement`."""
        frames, rate, unit = self.frames, self._rate, self._unit
        samples = frames * self._channels
        leading = frames if self._loud_from is None else self._loud_from
        mean = max(self._sums.tolist(), key=abs) / (frames or 1)
        first, last = (self._edges[0], self._edges[-1]) if self._edges else (0.0, 0.0)
        return {
            "frames": frames,
            "peak": _rounded(self._peak / unit),
            "rms": _rounded(math.sqrt(self._energy / (samples or 1)) / unit),
            "dc": _rounded(mean / unit),
            "clipped": self._clipping.total(),
            "nonfinite": self._nonfinite,
            "silent_frames": self._silent_frames,
            "leading_silence": leading / rate,
            "trailing_silence": (frames - self._loud_to) / rate,
            "first_peak": _rounded(first / unit),
            "last_peak": _rounded(last / unit),
            "bandwidth": self._bandwidth,
            "identical_channels": self._identical and frames > 0,
            "silent_channel": any(self._sounding) and not all(self._sounding),
        }

    def _add_sums(self, block: Samples) -> None:
        """Count energy and sums in; samples that are not finite become 0 in `block`."""
        step = max(1, _SUMMED_AT_ONCE // self._channels) * self._channels
        ones, float64 = self._space.ones, self._space.float64
        samples = block.reshape(-1)
        for start in range(0, len(samples), step):
            part = samples[start : start + step]
            wide = float64[: len(part)]
            wide[:] = part
            energy = float(wide.dot(wide))
            if not math.isfinite(energy):
                bad = ~np.isfinite(part)
                self._nonfinite += int(np.count_nonzero(bad))
                part[bad] = 0
                wide[:] = part
                energy = float(wide.dot(wide))
            self._energy += energy
            if self._channels > 1:
                wide = wide.reshape(-1, self._channels)
                self._sums += ones[: len(wide)].dot(wide)  # quicker than a sum along an axis
            else:
                self._sums += np.add.reduce(wide)

    def _magnitude(self, samples: Samples) -> npt.NDArray[Any]:
        if self._fine:
            return np.abs(samples, out=self._space.magnitude_float32[: samples.size])
        # The magnitude of -32768 does not fit int16 but its bits are those of 32768 as uint16.
        return np.abs(samples, out=self._space.magnitude_int16[: samples.size]).view(np.uint16)

    def _add_windows(self, magnitude: npt.NDArray[Any], frames: int) -> float:
        """Silence, from the peak of each window, all channels together; the peak of all of them."""
        windows = -(-frames // self._window)
        peaks = np.maximum.reduceat(magnitude, self._starts[:windows])
        peak = float(np.maximum.reduce(peaks))
        self._edges = [self._edges[0] if self._edges else float(peaks[0]), float(peaks[-1])]
        self._peak = max(self._peak, peak)
        (loud,) = (peaks >= self._silence).nonzero()
        loud_frames = len(loud) * self._window
        if len(loud):
            if self._loud_from is None:
                self._loud_from = self.frames + int(loud[0]) * self._window
            end = min((int(loud[-1]) + 1) * self._window, frames)
            self._loud_to = self.frames + end
            if loud[-1] == len(peaks) - 1:  # the last window of a clip may be a short one
                loud_frames -= len(peaks) * self._window - frames
        self._silent_frames += frames - loud_frames
        return peak

    def _compare_channels(self, block: Samples, magnitude: npt.NDArray[Any]) -> None:
        """Look for what would make channels differ or sound, until it has been found."""
        if self._identical:
            self._identical = bool((block[:, 1:] == block[:, :1]).all())
        for channel, sounding in enumerate(self._sounding):
            if not sounding:
                self._sounding[channel] = bool(magnitude[:, channel].max() >= self._silence)


class HashingMeter(Meter):
    """Also hashes the samples as they are published, which takes as long as any measurement.

    No rule needs that; a build does.
    """

    def __init__(self, rate: int, channels: int, subtype: str, block_samples: int) -> None:
        super().__init__(rate, channels, subtype, block_samples)
        self._hash = hashlib.sha256(f"{rate} {channels}\n".encode())

    def add(self, block: Samples) -> None:
        """As of any meter; then `publish` takes the samples, those that are no numbers as 0."""
        super().add(block)
        self.publish(self._as_published(block.reshape(-1)))

    def publish(self, samples: memoryview) -> None:
        """Take the next samples as they are published: interleaved, little-endian, 16 bit."""
        self._hash.update(samples)

    def result(self) -> dict[str, Any]:
        """The measurements by their names in `Measurement`."""
        return super().result() | {"pcm_sha256": self.hexdigest()}

    def hexdigest(self) -> str:
        """What `Measurement.pcm_sha256` is defined as."""
        return self._hash.hexdigest()

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
_MANY_SPECTRA: Final = 16  # one second of 16 kHz
_RANGE: Final = np.float32(BANDWIDTH_RANGE)
_hann = functools.cache(lambda: np.hanning(_SPECTRUM).astype(np.float32))


class _SpectrumSpace:
    """Buffers for `count` spectra; new ones for each clip would cost as much as the spectra."""

    def __init__(self, count: int) -> None:
        self.stretches = np.empty((count, _SPECTRUM), np.float32)
        self.spectra = np.empty((count, _SPECTRUM // 2 + 1), np.complex64)


_spectrum_space = functools.lru_cache(maxsize=8)(_SpectrumSpace)


def _bandwidth(samples: Samples, rate: int) -> float:
    """Highest frequency within BANDWIDTH_RANGE of the strongest, in Hz; 0.0 where too few samples.

    The mean of power spectra of windowed stretches (Bartlett's method). Of many every fourth, of
    few every other one, because a spectrum costs as much as decoding what it shows: in the tasks of
    this repository that moves the frequency by 0.3 % on average. In float32, whose rounding lies
    another 60 dB below that range.
    """
    whole = len(samples) // _SPECTRUM
    if not whole:
        return 0.0
    step = 4 if whole >= _MANY_SPECTRA else 2
    cut = samples[: whole * _SPECTRUM].reshape(whole, _SPECTRUM)[::step]
    space = _spectrum_space(len(cut))
    np.multiply(cut, _hann(), out=space.stretches)
    # With a norm numpy stays in float32; without one it computes in float64, at twice the time.
    spectra = np.fft.rfft(space.stretches, norm="forward", out=space.spectra)  # type: ignore[arg-type]
    parts = spectra.view(np.float32)
    squares = np.add.reduce(np.multiply(parts, parts, out=parts), axis=0)
    power = squares[::2] + squares[1::2]
    (strong,) = (power > np.maximum.reduce(power) * _RANGE).nonzero()
    return float(round(int(strong[-1]) * rate / _SPECTRUM)) if len(strong) else 0.0


def _rounded(value: float) -> float:
    """Nine decimals, finer than 24 bits: the last bits of a sum depend on the processor."""
    return round(value * 1e9) / 1e9  # as `round(value, 9)`, which goes through a text
