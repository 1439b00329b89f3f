"""What the supervisor and the child that reads parquet say to each other. Standard library only.

parent -> child   a request: 4 bytes of length, then JSON; with it the descriptor of the file,
                  unless the parent reads it piece by piece (`size` alone then says that it is);
                  and if it asks for clips of a whole file, that of memory that both share, where
                  the system has such
child  -> parent  frames: a letter, 4 bytes of length, then so many bytes; READY comes first, and
                  each request ends with DONE or FAILED
parent -> child   after a PIECE: 4 bytes of length and these bytes of the file
                  after CLIPS: TAKEN, and only then the child may use the memory again
"""

import json
import struct
from typing import Any, Final

READY: Final = b"r"
SCHEMA: Final = b"s"  # JSON: what the footer says
CELLS: Final = b"c"  # JSON: rows in order, each a list of cells in the order of the columns asked
CLIP: Final = b"b"  # the bytes of the next cell that was asked for
NO_CLIP: Final = b"n"  # the next cell holds no bytes
CLIPS: Final = b"m"  # JSON: lengths of the next clips, side by side in the memory; null: no bytes
PIECE: Final = b"p"  # JSON: offset and length of a piece of the file that the child needs
TAKEN: Final = b"t"  # the clips of a CLIPS frame were copied
DONE: Final = b"d"
FAILED: Final = b"f"  # JSON: a kind of failure and a detail

HEAD: Final = struct.Struct(">cI")
LENGTH: Final = struct.Struct(">I")

MAX_COLUMNS: Final = 1_000
"""Leaf columns of a file; whoever has more has no table of examples."""
MAX_CELL_BYTES: Final = 1 << 16
"""Of a text, a list or a number, as JSON."""
MAX_CELLS_BYTES: Final = 1 << 26
"""Of all texts, lists and numbers that are read of a file, as JSON."""
MAX_FRAME_BYTES: Final = 1 << 22
"""Of any frame but a clip."""
MAX_CLIP_BYTES: Final = 192 << 20
"""Of one embedded clip: 15 minutes of 48 kHz stereo WAV have 173 MB."""
MAX_PIECE_BYTES: Final = 1 << 24
"""Of what a child may ask for at a time."""
SHARED_BYTES: Final = 1 << 21
"""Of the memory that clips are put into; a larger one has a frame of its own."""
MAX_METADATA_BYTES: Final = 1 << 20
"""Of the description of features that `datasets` writes into a file."""

MEMORY_BYTES: Final = 2 << 30
"""Address space of the child, which starts with about 0.15 GiB.

A page of a column is unpacked whole, and up to three times its size is needed for that. pyarrow
writes pages of up to 1,024 values, however large they are, and `datasets` row groups of 100 clips:
100 clips of half a minute of 48 kHz stereo WAV have 576 MB.
"""
CPU_SECONDS: Final = 120
"""For a file: 8 GiB of compressed clips unpack in about 30."""
WALL_SECONDS: Final = 60.0
"""Between two frames."""


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """A frame as it is sent."""
    return HEAD.pack(kind, len(payload)) + payload


def to_json(value: Any) -> bytes:
    """JSON in ASCII: lone surrogates, which parquet files of strangers hold, pass too."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
