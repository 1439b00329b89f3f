"""Whether more sound follows in a file than its header claims: no decoder of ours plays it.

Others may play it, and a model would then hear what nobody checked. Found by the bytes that frames,
pages and chunks begin with, after decoding and without libsndfile. Trailing tags (ID3v1, ID3v2,
APE, Lyrics3), padding and RIFF chunks hold no sound and are none of it.
"""

import os
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from validators.measurement import Content

TOLERANCE: Final = 0.1
"""Seconds that may follow in a WAV or Ogg file, and about what four frames of MP3 last."""

HEAD_BYTES: Final = 1 << 10
"""The start of a file that tells its format; in FLAC, most metadata blocks and the first frame."""

_WINDOW: Final = 1 << 16
# Hostile bytes imitate headers without end. Looking has one: more follows then, whatever it is.
_MOST_CHUNKS: Final = 10_000
_MOST_IMITATIONS: Final = 1_000


class Heard(NamedTuple):
    """What was decoded: as many frames as the header claims, and where that left the file."""

    fd: int
    size: int  # bytes of the file
    start: int  # where the sound begins, behind an ID3v2 tag
    head: bytes  # the first HEAD_BYTES from there on
    position: int  # how far the decoder read; a buffer may lie behind what it decoded
    rate: int  # Hz
    frame_bytes: int  # of WAV: samples of one frame in all channels
    frames: int


def more_follows(content: Content, heard: Heard) -> bool:
    """Whether sound follows behind what the header claims."""
    return _MORE[content](heard)


# -- WAV ------------------------------------------------------------------------------------------

_TAGS: Final = (b"TAG", b"ID3", b"APETAGEX", b"LYRICSBEGIN")


def _after_wav(heard: Heard) -> bool:
    """Bytes behind the data chunk that are neither chunks nor a tag nor zeros."""
    at = _after_data(heard)
    if at is None:
        return False
    rest = heard.size - at
    if rest <= TOLERANCE * heard.rate * heard.frame_bytes:
        return False
    if os.pread(heard.fd, 16, at).startswith(_TAGS):
        return False
    return any(part.strip(b"\0") for _, part in _windows(heard, at))


def _after_data(heard: Heard) -> int | None:
    """Where the chunks behind the samples end; None where the samples go on to the file's end."""
    at, samples = 12, False
    for _ in range(_MOST_CHUNKS):
        name, claim = _chunk(heard, at)
        if not re.fullmatch(rb"[\x20-\x7e]{4}", name) or at + 8 + claim > heard.size:
            return at if samples else None
        samples = samples or name == b"data"
        padded = at + 8 + claim + claim % 2
        # Many programs leave the byte out that makes a length even.
        bare = claim % 2 and not re.fullmatch(rb"[\x20-\x7e]{4}", _chunk(heard, padded)[0])
        at = padded - 1 if bare else padded
    return at if samples else None


def _chunk(heard: Heard, at: int) -> tuple[bytes, int]:
    header = os.pread(heard.fd, 8, at)
    return header[:4], int.from_bytes(header[4:], "little")


# -- FLAC -----------------------------------------------------------------------------------------

_FLAC_MARK: Final = b"fLaC"
_FLAC_START: Final = re.compile(b"fLaC[\x00\x80]\x00\x00\x22")  # and the head of STREAMINFO
_FLAC_TAIL: Final = 1 << 14
_FLAC_AHEAD: Final = 1 << 13  # what libFLAC reads ahead
_FLAC_BUFFER: Final = 1 << 16  # more than libFLAC reads ahead and a frame of speech together
_MOST_FLAC_IMITATIONS: Final = 16  # each costs a check sum of up to half a megabyte
_LONGEST_FLAC_FRAME: Final = 1 << 19  # 65,535 frames of 24 bit in two channels, uncompressed
_BLOCK_SIZES: Final = {1: 192, **{code: 144 << code for code in range(2, 6)},
                       **{code: 1 << code for code in range(8, 16)}}  # fmt: skip


def _table(polynomial: int, bits: int) -> list[int]:
    """A table for a cyclic redundancy check, byte by byte."""
    top, mask = 1 << bits - 1, (1 << bits) - 1
    table = []
    for byte in range(256):
        value = byte << bits - 8
        for _ in range(8):
            value = (value << 1 ^ (polynomial if value & top else 0)) & mask
        table.append(value)
    return table


_CRC8: Final = _table(0x07, 8)
_CRC16: Final = _table(0x8005, 16)


def _after_flac(heard: Heard) -> bool:
    """A frame that begins behind what was read, or ends behind the last sample that is claimed, or
    another file.

    RFC 9639, sections 8 and 9. A frame is believed where its check sum holds. Not seen: frames with
    forged numbers that fit into the 8 KiB which libFLAC reads ahead.
    """
    first = _first_flac_frame(heard)
    like = _near_start(heard, first)
    block_size = int.from_bytes(heard.head[10:12], "big")
    if len(like) < 4 or _ends_as_claimed(heard, like, block_size):
        return False
    near = max(first, heard.position - _FLAC_BUFFER)
    if next(_places(heard, _FLAC_START, near), None) is not None:
        return True
    begins = re.compile(re.escape(like[:2]))
    imitations = 0
    for at in _places(heard, begins, near):
        last = _last_frame(os.pread(heard.fd, 16, at), like, block_size)
        if last is None or (at < heard.position and last <= heard.frames):
            continue
        imitations += 1
        if _is_whole(heard, at, begins) or imitations > _MOST_FLAC_IMITATIONS:
            return True
    return False


def _ends_as_claimed(heard: Heard, like: bytes, block_size: int) -> bool:
    """Whether the file was read to its end, and its last frame ends with the last one claimed.

    As honest files do; it takes a tenth of the time of looking at all frames near the end.
    """
    if heard.position < heard.size:
        return False
    tail = os.pread(heard.fd, _FLAC_TAIL, max(0, heard.size - _FLAC_TAIL))
    # Another file, which libFLAC read ahead; from the end on is twice as fast.
    if tail.rfind(_FLAC_MARK, max(1, len(tail) - _FLAC_AHEAD)) >= 0:
        return False
    at = tail.rfind(like[:2])
    while at >= 0 and (last := _last_frame(tail[at : at + 16], like, block_size)) is None:
        at = tail.rfind(like[:2], 0, at + 1)
    return at >= 0 and last == heard.frames


def _near_start(heard: Heard, at: int) -> bytes:
    """Four bytes of the file, which mostly lie in its head."""
    near = at - heard.start
    if near + 4 <= len(heard.head):
        return heard.head[near : near + 4]
    return os.pread(heard.fd, 4, at)


def _first_flac_frame(heard: Heard) -> int:
    """Where the metadata blocks end."""
    at = heard.start + 4
    while True:
        block = _near_start(heard, at)
        at += 4 + int.from_bytes(block[1:], "big")
        if len(block) < 4 or block[0] & 0x80:
            return at


def _last_frame(header: bytes, like: bytes, fixed_size: int) -> int | None:
    """How many frames of sound end with the FLAC frame of this header; None if it is none."""
    if len(header) < 6 or (header[2] ^ like[2]) & 0x0F or (header[3] ^ like[3]) & 0x0F:
        return None  # another sample rate or size
    number, at = _coded_number(header)
    size_code, rate_code = header[2] >> 4, header[2] & 0x0F
    if number is None or not size_code or header[3] >> 4 > 10:
        return None
    wide = {6: 1, 7: 2}.get(size_code, 0)
    size = int.from_bytes(header[at : at + wide], "big") + 1 if wide else _BLOCK_SIZES[size_code]
    at += wide + {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if len(header) <= at or _crc8(header[:at]) != header[at]:
        return None
    return number + size if header[1] & 1 else number * fixed_size + size


def _coded_number(header: bytes) -> tuple[int | None, int]:
    """The number of a frame, written like UTF-8 of up to seven bytes, and where it ends."""
    first = header[4]
    ones = 8 - (first ^ 0xFF).bit_length()
    end = 4 + max(ones, 1)
    rest = header[5:end]
    if ones in (1, 8) or any(byte & 0xC0 != 0x80 for byte in rest):
        return None, end
    number = first & 0x7F >> ones
    for byte in rest:
        number = number << 6 | byte & 0x3F
    return number, end


def _is_whole(heard: Heard, at: int, begins: re.Pattern[bytes]) -> bool:
    """Whether a frame's check sum holds where another frame begins or the file ends."""
    data = os.pread(heard.fd, _LONGEST_FLAC_FRAME, at)
    total = done = 0
    for end in (*(match.start() for match in begins.finditer(data, 1)), len(data)):
        total = _crc16(data[done:end], total)
        done = end
        if total == 0 and end > 6:
            return True
    return False


def _crc8(data: bytes) -> int:
    value = 0
    for byte in data:
        value = _CRC8[value ^ byte]
    return value


def _crc16(data: bytes, value: int) -> int:
    for byte in data:
        value = (value << 8 & 0xFF00) ^ _CRC16[value >> 8 ^ byte]
    return value


# -- Ogg ------------------------------------------------------------------------------------------

_OGG_PAGE: Final = re.compile(b"OggS")
_FIRST_PAGE: Final = 2  # flag of a page that begins a stream


def _after_ogg(heard: Heard) -> bool:
    """A second stream, or a last page that claims an earlier end than the page before.

    RFC 3533, section 6. A last page may cut samples off its own packets, not off others.
    """
    before = last = -1
    playing, tolerance = False, 0.0
    for flags, position, rate in _ogg_pages(heard):
        tolerance = TOLERANCE * rate
        if flags & _FIRST_PAGE:
            if playing:
                return True
            continue
        playing = True
        if position >= 0:  # -1: no packet ends on this page
            before, last = last, position
    return 0 <= last < before - tolerance


def _ogg_pages(heard: Heard) -> Iterator[tuple[int, int, int]]:
    """Flags and position of each page, and the rate that positions are counted at."""
    at, imitations = 0, 0
    rate = heard.rate
    while imitations < _MOST_IMITATIONS:
        header = os.pread(heard.fd, 27 + 255, at)
        if header[:4] != b"OggS" or len(header) < 27:
            found = next(_places(heard, _OGG_PAGE, at + 1), None)
            if found is None:
                return
            at = found
            imitations += 1
            continue
        segments = header[27 : 27 + header[26]]
        at += 27 + len(segments)
        if os.pread(heard.fd, 8, at) == b"OpusHead":
            rate = 48_000  # RFC 7845, section 4
        yield header[5], int.from_bytes(header[6:14], "little", signed=True), rate
        at += sum(segments)


# -- MP3 ------------------------------------------------------------------------------------------

_MP3_FRAMES: Final = 4
_BIT_RATES: Final = {  # kbit/s of layer III, by whether it is MPEG-1
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MP3_RATES: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000),
                     0: (11_025, 12_000, 8_000)}  # fmt: skip


def _after_mp3(heard: Heard) -> bool:
    """Frames in a row behind those that were read, of the same kind as the first."""
    like = os.pread(heard.fd, 4, heard.start)
    if len(like) < 4:
        return False
    kind = re.escape(bytes((like[1] | 1, like[1] & 0xFE)))  # with a check sum, or without
    for count, at in enumerate(_places(heard, re.compile(b"\xff[" + kind + b"]"), heard.position)):
        if _frames_begin(heard, at, like) or count > _MOST_IMITATIONS:
            return True
    return False


def _frames_begin(heard: Heard, at: int, like: bytes) -> bool:
    for _ in range(_MP3_FRAMES):
        length = _mp3_frame_bytes(os.pread(heard.fd, 4, at), like)
        if not length:
            return False
        at += length
    return at <= heard.size


def _mp3_frame_bytes(header: bytes, like: bytes) -> int:
    """The length of a frame in bytes; 0 where no frame of the same version and rate begins."""
    if len(header) < 4 or header[0] != 0xFF or (header[1] ^ like[1]) & 0xFE:
        return 0
    if (header[2] ^ like[2]) & 0x0C or not 0 < header[2] >> 4 < 15:
        return 0
    version, mpeg1 = header[1] >> 3 & 3, header[1] & 8 != 0
    bit_rate = _BIT_RATES[mpeg1][header[2] >> 4] * 1000
    rate = _MP3_RATES[version][header[2] >> 2 & 3]
    return (144 if mpeg1 else 72) * bit_rate // rate + (header[2] >> 1 & 1)


# -- all ------------------------------------------------------------------------------------------

_MORE: Final[dict[Content, Callable[[Heard], bool]]] = {
    "wav": _after_wav,
    "flac": _after_flac,
    "vorbis": _after_ogg,
    "opus": _after_ogg,
    "mp3": _after_mp3,
}
_OVERLAP: Final = 7  # a beginning of eight bytes may lie across two pieces


def _windows(heard: Heard, at: int) -> Iterator[tuple[int, bytes]]:
    """The file from `at` to its end in pieces, each with its place."""
    while part := os.pread(heard.fd, _WINDOW, at):
        yield at, part
        at += len(part)


def _places(heard: Heard, begins: re.Pattern[bytes], at: int) -> Iterator[int]:
    """Where two to eight bytes stand from `at` on."""
    before = b""
    for place, part in _windows(heard, at):
        window = before + part
        for match in begins.finditer(window):
            yield place - len(before) + match.start()
        before = window[-_OVERLAP:]
