"""What the head of a published clip says: read without decoding, and refused unless it is ours."""

import re
from dataclasses import dataclass

_STREAMINFO, _COMMENTS = 0, 4
_COMMENT = re.compile(rb"comment=pcm_sha256=([0-9a-f]{64}) source=([a-z0-9]+)/([A-Z0-9_]+)")


@dataclass(frozen=True, slots=True)
class FlacHead:
    """The head of a clip as `validators.encoding` writes it.

    Attributes:
        sample_rate: in Hz.
        frames: samples in each channel.
        pcm_sha256: as `Measurement.pcm_sha256`, from the comment.
        source: content and sample format that the samples come from, e.g. `("wav", "PCM_24")`.
    """

    sample_rate: int
    channels: int
    frames: int
    pcm_sha256: str
    source: tuple[str, str]

    @property
    def seconds(self) -> float:
        """Duration."""
        return self.frames / self.sample_rate


def read_head(data: bytes) -> FlacHead:
    """Read the head of a FLAC file (RFC 9639, section 8).

    Raises:
        ValueError: it is no 16-bit FLAC file with nothing but stream information and our comment.
    """
    blocks, at, last = [], 4, not data.startswith(b"fLaC")
    while not last and at + 4 <= len(data):
        last, kind = data[at] >= 128, data[at] & 127
        end = at + 4 + int.from_bytes(data[at + 1 : at + 4], "big")
        blocks.append((kind, data[at + 4 : end]))
        at = end
    if [kind for kind, _ in blocks] != [_STREAMINFO, _COMMENTS] or len(blocks[0][1]) != 34:
        raise ValueError("the clip is no FLAC file as it is published")
    # 20 bits of sample rate, 3 of channels - 1, 5 of bits - 1, 36 of frames
    stream = int.from_bytes(blocks[0][1][10:18], "big")
    if (stream >> 36 & 31) + 1 != 16:
        raise ValueError("the clip is not of 16 bits")
    (comment,) = _comments(blocks[1][1])
    found = _COMMENT.fullmatch(comment)
    if found is None or not stream >> 44:
        raise ValueError("the clip does not carry the hash of its samples")
    digest, content, subtype = (part.decode() for part in found.groups())
    return FlacHead(
        stream >> 44, (stream >> 41 & 7) + 1, stream & (1 << 36) - 1, digest, (content, subtype)
    )


def _comments(block: bytes) -> list[bytes]:
    """The comments of a Vorbis comment block, whose lengths are little-endian.

    Raises:
        ValueError: their number is not one, or lengths do not fit.
    """
    vendor = int.from_bytes(block[:4], "little")
    count = int.from_bytes(block[4 + vendor : 8 + vendor], "little")
    length = int.from_bytes(block[8 + vendor : 12 + vendor], "little")
    comment = block[12 + vendor :]
    if count != 1 or len(comment) != length:
        raise ValueError("the clip carries other comments than ours")
    return [comment]
