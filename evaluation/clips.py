"""A published clip, decoded by libsndfile: no torchcodec, no ffmpeg.

The only module of `evaluation` that imports soundfile and numpy, and only once a clip is decoded.
It decodes what was checked, decoded and encoded again before it was published, not what strangers
sent in.
"""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip as it is heard.

    Attributes:
        samples: float32 of shape (frames, channels), also where there is one channel; from -1 up
            to, and without, 1. Published clips have 16 bits, so that each sample is a whole
            multiple of 1/32768 and nothing is rounded.
        rate: frames per second (Hz), that of the source.
        name: the name of the clip's file in its row.
    """

    samples: "npt.NDArray[np.float32]"
    rate: int
    name: str

    @property
    def seconds(self) -> float:
        """How long it is, in seconds."""
        return len(self.samples) / self.rate


def decode(data: bytes, name: str) -> Clip:
    """The clip in the bytes of a file.

    Raises:
        ValueError: they are no sound that libsndfile reads.
    """
    import soundfile  # noqa: PLC0415 - brings numpy; who lists instances needs neither

    try:
        samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ValueError(f"{name} cannot be decoded: {error}") from error
    return Clip(samples, rate, name)
