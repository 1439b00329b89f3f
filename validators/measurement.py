"""The measurements of one clip: all that rules ever see of its sound.

Plain scalars, nothing imported beyond the standard library: this module is on the path of
`--static` and `--help`, where numpy must not be imported, and the decode child shares it.
"""

import functools
import math
import os
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple, get_args

Content = Literal["wav", "flac", "vorbis", "opus", "mp3"]
Failure = Literal[
    "empty",  # 0 bytes
    "unknown-content",  # the first bytes are of no format that a clip may have
    "undecodable",  # the decoder found the bytes broken, at once or on the way
    "refused-header",  # claims (or, where the header is silent, holds) more than any clip may
    "crashed",  # the decoder died, twice, on this clip
    "timeout",  # more CPU time or wall time than a clip may cost
    "memory",  # more memory than a clip may cost
    "unreadable",  # the file could not be opened: says nothing about its bytes
]

# The failures that the same bytes always give; the others may be the machine's doing.
LASTING_FAILURES: Final[frozenset[Failure]] = frozenset(
    {"empty", "unknown-content", "undecodable", "refused-header"}
)

# libsndfile's names of the sample formats of more than 16 bits or of floats, which are published
# rounded to 16; all others are read as 16-bit integers, exactly.
FINE_SUBTYPES: Final = frozenset(
    {"PCM_24", "PCM_32", "FLOAT", "DOUBLE", "VORBIS", "OPUS", "MPEG_LAYER_III"}
)

# Hard limits of the decoder, not the rules' limits: a clip of 16 minutes must still be measured, so
# that a rule can say that it is too long. What claims more than these is not decoded at all.
MAX_CHANNELS: Final = 8
MIN_SAMPLE_RATE: Final = 4_000  # Hz
MAX_SAMPLE_RATE: Final = 192_000  # Hz
MAX_SAMPLES: Final = 2 * (15 * 60 * 48_000 * 2)  # frames times channels; twice the longest clip
CPU_SECONDS: Final = 10  # a clip; 15 minutes of stereo Opus, the slowest lawful clip, take 3.5
WALL_SECONDS: Final = 20.0  # a clip
ENCODE_CPU_SECONDS: Final = 40  # a clip: decoded, encoded, and decoded again
ENCODE_WALL_SECONDS: Final = 80.0  # a clip
COMMENT_BYTES: Final = 128  # of the comment in a published clip, filled up with blanks
MEMORY_BYTES: Final = 1 << 30  # address space of a decode child; it starts with about 0.11 GiB

# Definitions of the measurements.
SILENCE: Final = 0.001  # -60 dBFS: a window is silent when every sample of it stays below
WINDOWS_PER_SECOND: Final = 100  # 10 ms windows, counted from the start of the clip
BANDWIDTH_SECONDS: Final = 2
BANDWIDTH_RANGE: Final = (
    1e-7  # -70 dB of power: above it lies speech, below it the floor of 16 bits
)
CLIPPED_RUN: Final = 3  # full-scale samples in a row; one or two: the peak of a normalised clip

_MAX_TEXT: Final = 200
_MOST_WAITING: Final = 1 << 17  # bytes of records in memory: those of about an hour of speech


class Measurement(NamedTuple):
    """What one decoding of one clip found. Amplitudes are relative to full scale, which is 1.0.

    After a failure only `size`, `content`, `detail` and what the header said hold values; `frames`
    then says how far decoding came, in whole blocks.
    """

    size: int  # bytes of the file
    content: Content | None = None  # what the first bytes say, whatever the file is called
    failure: Failure | None = None
    detail: str = ""  # one short sentence on the failure, the same on every machine

    sample_rate: int = 0  # Hz
    channels: int = 0
    subtype: str = ""  # libsndfile's name of the sample format, e.g. PCM_16, FLOAT, VORBIS
    # Frames that the header claims. None: it does not say (FLAC with total 0; WAV whose data chunk
    # says 0 or 0xFFFFFFFF before more bytes, as streaming encoders write; MP3 without a Xing, Info
    # or VBRI tag, where libsndfile estimates). For Ogg: the last page's position, never too high.
    header_frames: int | None = None
    frames: int = 0  # frames decoded
    unclaimed: bool = False  # more sound follows than the header claims; it was not decoded

    peak: float = 0.0  # largest magnitude; above 1.0 only in float and lossy formats
    rms: float = 0.0  # over all channels
    dc: float = 0.0  # mean of the channel whose mean is farthest from 0, with its sign
    clipped: int = 0  # samples at full scale in runs of at least CLIPPED_RUN in one channel
    nonfinite: int = 0  # NaN and infinite samples; measured as 0 in everything else
    silent_frames: int = 0  # frames in silent windows
    leading_silence: float = 0.0  # seconds of silent windows before the first that is not
    trailing_silence: float = 0.0  # seconds; both are the whole duration when all is silent
    identical_channels: bool = False  # two or more channels, all equal sample by sample
    # Largest magnitude in the first and in the last 10 ms: near the clip's own peak where it was
    # cut in the middle of a sound.
    first_peak: float = 0.0
    last_peak: float = 0.0
    # Highest frequency, in Hz, within BANDWIDTH_RANGE of the strongest, in the first channel, over
    # at most BANDWIDTH_SECONDS from the first window that is not silent; 0.0 for shorter clips.
    bandwidth: float = 0.0
    silent_channel: bool = False  # a channel stays below SILENCE throughout, another does not
    # sha256 over "<sample rate> <channels>\n" and the samples as published: interleaved
    # little-endian 16-bit, finer ones rounded half to even and held to the range. The same sound as
    # WAV and as FLAC, 16 or 24 bit, has one hash. Only where it is asked for, as a build does.
    pcm_sha256: str = ""

    @property
    def decoded(self) -> bool:
        """Whether the whole clip was decoded and every measurement holds."""
        return self.failure is None

    @property
    def lasting(self) -> bool:
        """Whether the same bytes would always give this result, so that it may be cached."""
        return self.failure is None or self.failure in LASTING_FAILURES

    @property
    def duration(self) -> float:
        """Decoded length in seconds; 0.0 where there is no sample rate."""
        return self.frames / self.sample_rate if self.sample_rate else 0.0

    @property
    def missing_frames(self) -> int:
        """Frames that the header claims and the file does not hold; 0 where it claims nothing."""
        return max(0, (self.header_frames or 0) - self.frames)

    @property
    def clipped_fraction(self) -> float:
        """Share of samples that are clipped, 0.0 to 1.0."""
        samples = self.frames * self.channels
        return self.clipped / samples if samples else 0.0

    @property
    def silent(self) -> bool:
        """Whether the clip has frames and all of them are in silent windows."""
        return 0 < self.frames == self.silent_frames

    @property
    def active_rms(self) -> float:
        """RMS over the windows that are not silent; 0.0 where all are.

        Silent windows hold next to no energy: the whole clip's is spread over the others.
        """
        active = self.frames - self.silent_frames
        return self.rms * math.sqrt(self.frames / active) if active else 0.0

    def to_bytes(self) -> bytes:
        """The fields as a record that `from_bytes` reads: less than half a kilobyte.

        Raises:
            ValueError: a field holds what no decoder measures.
        """
        digest = bytes.fromhex(self.pcm_sha256)
        if len(digest) not in _DIGEST_BYTES:
            raise ValueError("no hash of samples")
        try:
            record = _RECORD.pack(
                self.size,
                _CONTENTS.index(self.content),
                _FAILURES.index(self.failure),
                self.sample_rate,
                self.channels,
                _UNKNOWN if self.header_frames is None else self.header_frames,
                *_measured_of(self),
                len(digest),
            )
        except struct.error as error:
            raise ValueError(f"no number of a clip: {error}") from error
        return record + digest + f"{self.subtype}\n{self.detail}".encode("ascii")

    @classmethod
    def from_bytes(cls, record: bytes) -> "Measurement":
        """Read what `to_bytes` wrote.

        Trusts nothing: a decode child may have been taken over by what it decoded, and a cache may
        be anybody's.

        Raises:
            ValueError: it is not a measurement.
        """
        try:
            sound = _read(record)
        except (struct.error, IndexError) as error:
            raise ValueError(f"not a record: {error}") from error
        if not all(map(math.isfinite, _measured_of(sound))) or (sound.header_frames or 0) < 0:
            raise ValueError("a number that nothing can have")
        return sound


def plain_text(text: str) -> str:
    """`text` on one line in printable ASCII, held to a length that a report can show."""
    words = "".join(c if c.isascii() and c.isprintable() else " " for c in text).split()
    return " ".join(words)[:_MAX_TEXT]


_CONTENTS: Final[tuple[Content | None, ...]] = (None, *get_args(Content))
_FAILURES: Final[tuple[Failure | None, ...]] = (None, *get_args(Failure))
_UNKNOWN: Final = -1  # the header does not say how many frames there are

# A record: the fields in order, with the length of the hash in its place; then hash and texts.
_DIGEST_BYTES: Final = (0, 32)
_MEASURED: Final = Measurement._fields[
    Measurement._fields.index("frames") : Measurement._fields.index("pcm_sha256")
]
_measured_of: Final[Callable[[Measurement], tuple[float, ...]]] = attrgetter(*_MEASURED)
_LETTERS: Final = {int: "I", float: "d", bool: "?"}
_RECORD: Final = struct.Struct(
    f"<QBBIIq{''.join(_LETTERS[Measurement.__annotations__[name]] for name in _MEASURED)}B"
)


def _read(record: bytes) -> Measurement:
    """The measurement of a record whose numbers are known to be such as can be."""
    size, content, failure, rate, channels, header_frames, *measured, digest_bytes = (
        _RECORD.unpack_from(record)
    )
    texts = _RECORD.size + digest_bytes
    if digest_bytes not in _DIGEST_BYTES:
        raise ValueError("not the hash of a record")
    subtype, detail = _texts(record[texts:])
    return Measurement._make(
        (
            size, _CONTENTS[content], _FAILURES[failure], detail, rate, channels, subtype,
            None if header_frames == _UNKNOWN else header_frames,
            *measured, record[_RECORD.size : texts].hex(),
        )
    )  # fmt: skip


@functools.lru_cache(maxsize=64)  # most clips have the same: thousands are held at a time
def _texts(tail: bytes) -> tuple[str, str]:
    """Subtype and detail from the end of a record.

    Raises:
        ValueError: they are not such texts.
    """
    texts = tail.decode("ascii").split("\n")
    if len(texts) != 2 or not all(len(text) <= _MAX_TEXT and _is_plain(text) for text in texts):
        raise ValueError("not the texts of a record")
    return texts[0], texts[1]


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


class Measurements(Mapping[str, Measurement]):
    """Measurements by name, held as records; each is made anew when it is read.

    Of thousands only the last wait in memory, the others in a file without a name; where none can
    be written, they stay. `samples` is what whoever adds them counts: how much has been heard.
    """

    def __init__(self) -> None:
        self._places: dict[str, int] = {}  # where the record begins, and its length in 16 bits
        self._recent = bytearray()
        self._put_away = 0  # bytes of the records before those
        self._file = -1
        self._waiting = _MOST_WAITING
        self.samples = 0

    def add(self, name: str, sound: Measurement) -> None:
        """Keep a measurement; one of the same name gives way."""
        record = sound.to_bytes()
        self._places[name] = (self._put_away + len(self._recent)) << 16 | len(record)
        self._recent += record
        if len(self._recent) >= self._waiting:
            self._put_recent_away()

    def __getitem__(self, name: str) -> Measurement:
        place = self._places[name]
        at, length = place >> 16, place & 0xFFFF
        if at < self._put_away:
            return _read(os.pread(self._file, length, at))
        start = at - self._put_away
        return _read(bytes(self._recent[start : start + length]))

    def get(self, name: str, default: Any = None) -> Any:
        """As of any mapping, without an exception for each name that is not there."""
        return self[name] if name in self._places else default

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __del__(self) -> None:
        if self._file >= 0:
            os.close(self._file)

    def _put_recent_away(self) -> None:
        try:
            if self._file < 0:
                self._file = _file_without_name()
            if os.pwrite(self._file, self._recent, self._put_away) < len(self._recent):
                raise OSError("the disk is full")
        except OSError:
            self._waiting *= 2  # tried again some time
            return
        self._put_away += len(self._recent)
        self._recent.clear()


def _file_without_name() -> int:
    """A descriptor of an empty file that ends with it."""
    import tempfile  # noqa: PLC0415 - loads much that --static can spare

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


class Renamed(Mapping[str, Measurement]):
    """Measurements under other names; nothing is held twice.

    Args:
        sounds: the measurements.
        present: gives the present name of a new one.
        names: gives all new names, also such as nothing has been measured of.
    """

    def __init__(
        self,
        sounds: Measurements,
        present: Callable[[str], str],
        names: Callable[[], Iterable[str]],
    ) -> None:
        self._sounds = sounds
        self._present = present
        self._names = names

    def __getitem__(self, name: str) -> Measurement:
        return self._sounds[self._present(name)]

    def get(self, name: str, default: Any = None) -> Any:
        """As of any mapping, without an exception for each name that is not there."""
        return self._sounds.get(self._present(name), default)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._present(name) in self._sounds

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._names() if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
