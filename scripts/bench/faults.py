"""The faults that are planted in the sound, and what the check must say of each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scripts.bench import sound

Writer = Callable[[Path], None]


@dataclass(frozen=True)
class FaultyClip:
    """A clip with a fault of its own.

    `rules` are those that name it; `write` makes its file; `label` is None where a label that is
    declared stands in its row.
    """

    name: str
    rules: tuple[str, ...]
    write: Writer | None
    label: str | None = None
    listed: bool = True
    """False where no row names it."""
    decodes: bool = True
    """False where the file would end a program that has no answer to it."""


def _samples(change: Callable[[sound.Samples], npt.NDArray[Any]], rate: int = sound.RATE) -> Writer:
    """A clip of speech after a change."""
    return lambda path: sound.write(path, change(sound.speech(4.0, 1_000_001)), rate)


def _bytes(change: Callable[[bytes], bytes]) -> Writer:
    """A FLAC file of speech after a change of its bytes."""

    def write(path: Path) -> None:
        sound.write(path, sound.speech(4.0, 1_000_002))
        path.write_bytes(change(path.read_bytes()))

    return write


def _late(samples: sound.Samples) -> sound.Samples:
    return np.concatenate([np.zeros(3 * sound.RATE, np.float32), samples])


def _clipped(samples: sound.Samples) -> sound.Samples:
    return np.clip(samples * 40, -1, 1)


def _stereo(left: float, right: float) -> Callable[[sound.Samples], npt.NDArray[Any]]:
    return lambda samples: np.stack([left * samples, right * samples], axis=1)


def _wav(path: Path) -> None:
    sound.write(path, sound.speech(3.0, 1_000_003), container="WAV")


def _copy(path: Path) -> None:
    sound.write(path, sound.clip(5))


def _html(path: Path) -> None:
    path.write_text("<!doctype html><title>404 Not Found</title>\n" * 100)


FAULTY_CLIPS: Final = (
    FaultyClip("clipped", ("AUD512", "AUD523"), _samples(_clipped)),
    FaultyClip("silent", ("AUD513",), _samples(np.zeros_like)),
    FaultyClip("offset", ("AUD514",), _samples(lambda samples: samples + np.float32(0.1))),
    FaultyClip("late", ("AUD516",), _samples(_late)),
    FaultyClip("soft", ("AUD523",), _samples(lambda samples: samples * np.float32(0.03))),
    FaultyClip("one-channel", ("AUD517",), _samples(_stereo(1, 0))),
    FaultyClip("twice-mono", ("AUD518",), _samples(_stereo(1, 1))),
    FaultyClip("slow", ("AUD508",), _samples(lambda samples: samples, rate=6_000)),
    FaultyClip("empty", ("AUD502",), _bytes(lambda _: b""), decodes=False),
    FaultyClip("page", ("AUD503",), _html, decodes=False),
    FaultyClip("wav", ("AUD504",), _wav),
    FaultyClip("cut", ("AUD501",), _bytes(lambda data: data[: len(data) // 2]), decodes=False),
    FaultyClip("header-only", ("AUD501",), _bytes(lambda data: data[:60]), decodes=False),
    FaultyClip("missing", ("DAT405",), None, decodes=False),
    FaultyClip("unlisted", ("DAT406",), _samples(lambda samples: samples[::-1]), listed=False),
    FaultyClip("unknown-label", ("DAT422",), _samples(lambda samples: 0.9 * samples), "twelve"),
    FaultyClip("no-label", ("DAT413",), _samples(lambda samples: 0.8 * samples), ""),
    # The id and the bytes of two clips that every folder has.
    FaultyClip("again/000003", ("DAT416",), _samples(lambda samples: 0.7 * samples)),
    FaultyClip("copied", ("DAT418",), _copy),
)
"""In a folder `faulty` of the clips."""

OF_ALL_CLIPS: Final = frozenset({"AUD521", "AUD522"})
"""Rules on an instance as a whole that the clips above must lead to."""

OF_SIZE: Final = frozenset({"FLD008", "DAT432", "INS301"})
"""Rules that may also speak: so much sound belongs on the Hub, is longer than an hour, and asks for
more instructions."""
