"""A clip to be measured: what the engine, which names it, and the decoders share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class DecoderError(Exception):
    """The decode children cannot do their work: a problem of this run, not of any clip."""


@dataclass(frozen=True, slots=True)
class ClipSource:
    """A clip to be measured.

    Attributes:
        key: sha256 of the file's bytes in hex: what the cache goes by. None: not cached.
        open: gives a new read-only descriptor of the bytes each time; it may raise OSError, and is
            called again when a child died. Whoever calls it closes the descriptor.
        tag: the caller's own, handed back untouched.
    """

    key: str | None
    open: Callable[[], int]
    tag: Any = None
