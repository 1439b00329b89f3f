"""What a page shows of a clip: its first seconds in a form that browsers play, and two pictures.

The preview child packs it into shared memory, the supervisor takes it out again. The child may have
been taken over by what it decoded: so pictures come as bare grey values of a fixed number, and
every number is held to its range. The sound itself can only be handed on; it plays in a browser.
"""

import struct
from dataclasses import dataclass
from typing import Final, Literal

SoundType = Literal["audio/wav", "audio/mpeg"]

SECONDS: Final = 10
"""Seconds from the start of a clip that are shown."""
MAX_SAMPLES: Final = SECONDS * 48_000 * 2
"""Frames times channels that are shown at most; a clip beyond what rules allow is cut shorter."""
COLUMNS: Final = 480
"""Of both pictures, whatever the length of the clip."""
ROWS: Final = 128
"""Of the spectrogram; row 0 is the highest frequency."""
RANGE: Final = 70
"""Decibels below the strongest point of a spectrogram that are told apart."""
CAPACITY: Final = 2 * MAX_SAMPLES + (1 << 18)
"""Bytes that a packed preview can have: 16-bit samples, and ample room for the rest."""
MESSAGE: Final = struct.Struct("<I")
"""What the child is told: bytes that the exact samples may have; if they have more, it is MP3."""
CPU_SECONDS: Final = 20
"""CPU time for a preview: a clip is decoded and ten seconds of it are encoded, twice at most."""
WALL_SECONDS: Final = 40.0

_HEAD: Final = struct.Struct("<BIBI")  # type, sample rate, channels, frames
_TYPES: Final[tuple[SoundType, ...]] = ("audio/wav", "audio/mpeg")
_STARTS: Final = {"audio/wav": b"RIFF", "audio/mpeg": b"\xff"}
_MAX_RATE: Final = 192_000


@dataclass(frozen=True, slots=True)
class Preview:
    """The first seconds of a clip.

    Attributes:
        type: how `sound` is encoded. WAV holds the very samples that are published; MP3 does not.
        sample_rate: in Hz, the clip's own.
        channels: the clip's own number.
        frames: how many are in `sound`.
        peaks: for each column the least and the greatest sample of all channels, signed, full scale
            128: shape (COLUMNS, 2).
        spectrogram: grey values, 0 is RANGE below the strongest and less; shape (ROWS, COLUMNS),
            frequencies from 0 to half the sample rate.
        sound: the file that a browser plays.
    """

    type: SoundType
    sample_rate: int
    channels: int
    frames: int
    peaks: bytes
    spectrogram: bytes
    sound: bytes

    @property
    def seconds(self) -> float:
        """Length of what is shown."""
        return self.frames / self.sample_rate

    def extremes(self) -> list[tuple[int, int]]:
        """`peaks` as numbers from -128 to 127."""
        values = struct.unpack(f"{2 * COLUMNS}b", self.peaks)
        return list(zip(values[::2], values[1::2], strict=True))

    def packed(self) -> bytes:
        """As `unpacked` reads it."""
        kind = _TYPES.index(self.type)
        head = _HEAD.pack(kind, self.sample_rate, self.channels, self.frames)
        return head + self.peaks + self.spectrogram + self.sound

    @classmethod
    def unpacked(cls, data: bytes) -> "Preview":
        """Read what `packed` wrote; trusts nothing.

        Raises:
            ValueError: it is no preview.
        """
        pictures = _HEAD.size + 2 * COLUMNS
        sound = pictures + ROWS * COLUMNS
        if not sound < len(data) <= CAPACITY:
            raise ValueError(f"{len(data)} bytes cannot be a preview")
        kind, rate, channels, frames = _HEAD.unpack_from(data)
        if kind >= len(_TYPES) or not 0 < rate <= _MAX_RATE or not 0 < channels <= 8:
            raise ValueError("the head of the preview is none")
        if not 0 < frames <= MAX_SAMPLES:
            raise ValueError(f"{frames} frames cannot be in a preview")
        if not data.startswith(_STARTS[_TYPES[kind]], sound):
            raise ValueError(f"the sound is no {_TYPES[kind]}")
        return cls(
            _TYPES[kind], rate, channels, frames,
            data[_HEAD.size : pictures], data[pictures:sound], data[sound:],
        )  # fmt: skip
