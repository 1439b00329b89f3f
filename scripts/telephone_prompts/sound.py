"""Signal work on mono clips of 8 kHz: float64 arrays of shape (samples,), full scale 1.0."""

import io

import numpy as np
import numpy.typing as npt
import soundfile

RATE = 8000
"""Samples a second of every clip that this package reads or writes."""

FRAME = RATE // 50
"""20 ms, the grid on which activity is measured."""

Signal = npt.NDArray[np.float64]
Pcm = npt.NDArray[np.int16]


def decode(content: bytes) -> Pcm:
    """The samples of a WAV file, shape (samples,)."""
    samples, rate = soundfile.read(io.BytesIO(content), dtype="int16", always_2d=True)
    if rate != RATE or samples.shape[1] != 1:
        raise ValueError(f"{rate} Hz, {samples.shape[1]} channels; {RATE} Hz mono is required")
    return np.ascontiguousarray(samples[:, 0])


def encode(samples: Pcm) -> bytes:
    """A 16-bit FLAC file; the same bytes always with the pinned soundfile."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, RATE, format="FLAC", subtype="PCM_16", compression_level=1.0)
    return buffer.getvalue()


def to_signal(samples: Pcm) -> Signal:
    """16-bit samples as numbers between -1 and 1."""
    return samples / 32768.0


def to_pcm(wave: Signal) -> Pcm:
    """Round to 16 bit; refuse what would clip."""
    peak = float(np.abs(wave).max())
    if peak >= 0.999:
        raise ValueError(f"the peak is {peak:.3f} of full scale; leave head room")
    return np.round(wave * 32768.0).astype(np.int16)


def level(wave: Signal) -> float:
    """Root mean square over the whole clip, in dB relative to full scale."""
    return float(10 * np.log10(np.mean(wave**2) + 1e-12))


def at_level(wave: Signal, target: float) -> Signal:
    """The clip scaled so that its level is `target` dB relative to full scale."""
    return wave * _gain(target - level(wave))


def noise_at(speech: Signal, noise: Signal, snr: float) -> Signal:
    """The noise scaled so that speech over noise is `snr` dB in mean power over the clip."""
    return noise * _gain(level(speech) - level(noise) - snr)


def _gain(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def active_frames(wave: Signal) -> npt.NDArray[np.intp]:
    """Indices of the 20 ms frames within 35 dB of the loudest one and above -60 dB."""
    frames = wave[: len(wave) // FRAME * FRAME].reshape(-1, FRAME)
    levels = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    return np.flatnonzero(levels > max(levels.max() - 35, -60.0))


def without_offset(wave: Signal, cutoff: float) -> Signal:
    """Subtract the moving mean under a Hann window whose first null is at `cutoff` Hz."""
    half = round(RATE / cutoff)
    window = np.hanning(2 * half + 1)
    padded = np.pad(wave, half, mode="reflect")
    return wave - np.convolve(padded, window / window.sum(), mode="valid")


def low_pass(wave: Signal, cutoff: float) -> Signal:
    """A windowed sinc of 127 taps; `cutoff` in Hz."""
    taps = np.arange(-63, 64)
    kernel = np.sinc(2 * cutoff / RATE * taps) * np.hamming(127)
    return np.convolve(wave, kernel / kernel.sum(), mode="same")


def white_noise(samples: int, seed: int) -> Signal:
    """Gaussian noise of unit variance, from a generator whose stream numpy has frozen."""
    return np.random.RandomState(seed).standard_normal(samples)


def pink_noise(samples: int, seed: int) -> Signal:
    """Gaussian noise whose power falls by 3 dB an octave above 60 Hz, nothing below."""
    spectrum = np.fft.rfft(white_noise(samples, seed))
    frequencies = np.fft.rfftfreq(samples, 1 / RATE)
    audible = frequencies >= 60.0
    spectrum[audible] /= np.sqrt(frequencies[audible])
    spectrum[~audible] = 0.0
    return np.fft.irfft(spectrum, samples)


def reverberate(wave: Signal, t60: float, seed: int) -> Signal:
    """Convolve with noise that decays by 60 dB in `t60` seconds, cut to the clip's length.

    The tail begins 4 ms after the direct sound and holds as much energy as that.
    """
    length = round(t60 * RATE)
    tail = white_noise(length, seed) * 10 ** (-3 * np.arange(length) / length)
    tail[: RATE // 250] = 0.0
    response = tail / np.sqrt(np.sum(tail**2))
    response[0] = 1.0
    return np.convolve(wave, response)[: len(wave)]


def drop_out(wave: Signal, starts: list[int], length: int) -> Signal:
    """Silence `length` samples at each start, as a line does that loses packets."""
    dropped = wave.copy()
    for start in starts:
        dropped[start : start + length] = 0.0
    return dropped
