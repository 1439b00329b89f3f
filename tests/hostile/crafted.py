"""Sounds, archives and foreign files that are made byte by byte, to deceive."""

import gzip
import io
import pickle
import struct
import tarfile
import zipfile
from functools import cache

import numpy as np

from tests import sounds
from tests.sounds import encode, tone

THIRTY_DAYS = 30 * 24 * 3600 * 16_000
WAV = encode(tone())
FLAC = encode(tone(), encoding="flac-16")
MP3 = encode(tone(), encoding="mp3")
OPUS = encode(tone(), encoding="opus")
VORBIS = encode(tone(), encoding="vorbis")
LONG_OPUS = encode(sounds.speech(5), encoding="opus")  # several pages
LONG_VORBIS = encode(sounds.speech(5), encoding="vorbis")
BY_FORMAT = {"wav": WAV, "flac": FLAC, "mp3": MP3, "opus": OPUS, "ogg": VORBIS}


# -- RIFF -----------------------------------------------------------------------------------------


def chunk(name: bytes, body: bytes, claim: int | None = None) -> bytes:
    """A RIFF chunk, which may lie about its size."""
    return name + struct.pack("<I", len(body) if claim is None else claim) + body


def riff(*chunks: bytes, claim: int | None = None) -> bytes:
    """A WAV file of these chunks."""
    body = b"WAVE" + b"".join(chunks)
    return chunk(b"RIFF", body, claim)


FMT = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 16_000, 32_000, 2, 16))
DATA = chunk(b"data", WAV[44:])


def fmt(
    tag: int = 1, channels: int = 1, rate: int = 16_000, align: int = 2, bits: int = 16
) -> bytes:
    """A format chunk with any numbers."""
    return chunk(
        b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * 2 % 2**32, align, bits)
    )


# -- FLAC -----------------------------------------------------------------------------------------


def _table(polynomial: int, bits: int) -> list[int]:
    top, mask = 1 << bits - 1, (1 << bits) - 1
    table = []
    for byte in range(256):
        value = byte << bits - 8
        for _ in range(8):
            value = (value << 1 ^ (polynomial if value & top else 0)) & mask
        table.append(value)
    return table


_CRC8, _CRC16, _CRC32 = _table(0x07, 8), _table(0x8005, 16), _table(0x04C1_1DB7, 32)


def _crc(table: list[int], bits: int, data: bytes) -> int:
    value, mask = 0, (1 << bits) - 1
    for byte in data:
        value = (value << 8 & mask) ^ table[value >> bits - 8 ^ byte]
    return value


def _utf8_number(number: int) -> bytes:
    """A frame's number as FLAC writes it: like UTF-8."""
    return chr(number).encode("utf-8", "surrogatepass")


@cache
def silent_flac(frames: int, channels: int = 8, *, block: int = 4_096, total: int = -1) -> bytes:
    """A FLAC file at 96 kHz of silence: 36 bytes hold `block` frames of all channels.

    `total` is what its header claims, if not the truth.
    """
    head = struct.pack(">HH6s", block, block, bytes(6))
    numbers = 96_000 << 44 | channels - 1 << 41 | 15 << 36 | (frames if total < 0 else total)
    streaminfo = head + numbers.to_bytes(8, "big") + bytes(16)
    parts = [b"fLaC\x80\x00\x00\x22", streaminfo]
    subframes = b"\x00\x00\x00" * channels  # constant, of value 0
    code = {4_096: 12, 32_768: 15}[block]
    for number in range(frames // block):
        # fixed block size, 96 kHz, 16 bits
        header = bytes((0xFF, 0xF8, code << 4 | 11, channels - 1 << 4 | 4 << 1))
        header += _utf8_number(number)
        header += bytes([_crc(_CRC8, 8, header)])
        frame = header + subframes
        parts.append(frame + _crc(_CRC16, 16, frame).to_bytes(2, "big"))
    return b"".join(parts)


def flac_block(kind: int, claim: int, body: bytes = b"") -> bytes:
    """A FLAC file with a metadata block that claims a size, after the first."""
    return FLAC[:4] + b"\x00" + FLAC[5:42] + bytes([0x80 | kind]) + claim.to_bytes(3, "big") + body


# -- Ogg ------------------------------------------------------------------------------------------


def ogg_page(serial: int, packet: bytes, *, flags: int = 2, position: int = 0) -> bytes:
    """One page of one packet of at most 254 bytes."""
    head = b"OggS\x00" + struct.pack("<BqIII", flags, position, serial, 0, 0)
    page = head + bytes([1, len(packet)]) + packet
    crc = _crc(_CRC32, 32, page)
    return page[:22] + struct.pack("<I", crc) + page[26:]


def opus_head(channels: int = 1, rate: int = 16_000) -> bytes:
    """The first packet of an Opus stream."""
    return b"OpusHead" + struct.pack("<BBHIhB", 1, channels, 312, rate, 0, 0)


def ogg_with_position(data: bytes, position: int) -> bytes:
    """An Ogg file whose last page claims another position."""
    last = data.rfind(b"OggS")
    page = data[last : last + 6] + struct.pack("<q", position) + data[last + 14 :]
    page = page[:22] + bytes(4) + page[26:]
    return data[:last] + page[:22] + struct.pack("<I", _crc(_CRC32, 32, page)) + page[26:]


def mp3_with_frames(data: bytes, frames: int) -> bytes:
    """An MP3 file whose length tag claims so many frames."""
    at = max(data.find(b"Xing"), data.find(b"Info")) + 8
    return data[:at] + struct.pack(">I", frames) + data[at + 4 :]


def imitations(extension: str) -> bytes:
    """A tenth of a megabyte that begins like frames, pages or chunks again and again."""
    frame = FLAC.index(b"\xff\xf8")
    piece = {
        "wav": b"\xffLIST", "flac": FLAC[frame : frame + 6], "mp3": MP3[:2], "ogg": b"OggS",
        "opus": b"OggS",
    }[extension]  # fmt: skip
    return piece * (100_000 // len(piece))


# -- what is no sound -----------------------------------------------------------------------------


class _Pickled:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, ("touch /tmp/pwned-by-a-pickle",)


def zip_file(**members: bytes) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name.replace("__", "../"))
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def tar_file(name: str, target: str) -> bytes:
    """A tar archive with a link that leads elsewhere."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = tarfile.SYMTYPE, target
        archive.addfile(member)
    return file.getvalue()


def numpy_file() -> bytes:
    """An array of objects, which numpy reads by unpickling."""
    file = io.BytesIO()
    np.save(file, np.array([_Pickled()], object), allow_pickle=True)
    return file.getvalue()


# A parquet file's end: a footer that claims 2 GB, and the magic.
PARQUET = b"PAR1" + bytes(100) + struct.pack("<I", 2**31 - 1) + b"PAR1"

FOREIGN = {
    "html": b"<!doctype html><title>404 Not Found</title>\n",
    "m3u8": b"#EXTM3U\n#EXTINF:10,\nhttp://169.254.169.254/latest/meta-data\n",
    "pls": b"[playlist]\nFile1=http://example.org/a.mp3\nNumberOfEntries=1\n",
    "asx": b'<asx version="3.0"><entry><ref href="file:///etc/passwd"/></entry></asx>',
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "aiff": encode(tone(), encoding="AIFF PCM_16"),
    "caf": encode(tone(), encoding="CAF PCM_16"),
    "alac in caf": encode(tone(), encoding="CAF ALAC_16"),
    "au": encode(tone(), encoding="AU PCM_16"),
    "w64": encode(tone(), encoding="W64 PCM_16"),
    "rf64": encode(tone(), encoding="RF64 PCM_16"),
    "rifx": b"RIFX" + WAV[4:],
    "avi": b"RIFF\x24\x7d\x00\x00AVI LIST" + bytes(100),
    "mp4": b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00" + bytes(100),
    "matroska": b"\x1a\x45\xdf\xa3" + bytes(100),
    "asf": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + bytes(100),
    "amr": b"#!AMR\n" + bytes(100),
    "midi": b"MThd\x00\x00\x00\x06" + bytes(100),
    "mpeg layer 2": b"\xff\xfd\x90\xc4" + bytes(400),
    "flac in ogg": b"OggS\x00\x02" + bytes(20) + b"\x01\x33\x7fFLAC" + bytes(60),
    "theora in ogg": ogg_page(1, b"\x80theora" + bytes(40)),
    "speex in ogg": ogg_page(1, b"Speex   1.2" + bytes(70)),
    "zip": zip_file(a=b"a"),
    "tar": tar_file("a", "/etc/passwd"),
    "gzip": gzip.compress(WAV, mtime=0),
    "bzip2": b"BZh91AY&SY" + bytes(50),
    "xz": b"\xfd7zXZ\x00" + bytes(50),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(50),
    "parquet": PARQUET,
    "arrow": b"ARROW1\x00\x00" + bytes(50),
    "pickle": pickle.dumps(_Pickled()),
    "numpy": numpy_file(),
    "sqlite": b"SQLite format 3\x00" + bytes(100),
    "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(100),
    "pdf": b"%PDF-1.7\n",
    "ps": b"%!PS-Adobe\n(/etc/passwd) (r) file\n",
    "elf": b"\x7fELF" + bytes(100),
    "pe": b"MZ" + bytes(100),
    "script": b"#!/bin/sh\ntouch /tmp/pwned-by-a-script\n",
    "git lfs pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
    "escape sequence": b"\x1b]0;pwned\x07\x1b[2J",
    "zeros": bytes(1000),
    "id3 alone": sounds.id3_tag(1000),
    "id3 before wav": sounds.id3_tag(1000) + WAV,
}
"""Files of other formats that a clip's name may hide."""
