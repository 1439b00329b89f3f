"""Clips as they are published, 16-bit FLAC, made in child processes with limits.

    with Encoders(jobs=2) as encoders:
        for flac in encoders.encode((clip, measurement) for ...):
            ...

Every clip is encoded anew, also one that is 16-bit FLAC already: a stranger's file may carry tags,
pictures, paths of somebody's machine and bytes that no decoder looks at, and what we hand on to
everybody's decoder shall have been written by ours. Its samples are the same.
"""

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Final

from validators.audio import Job
from validators.clips import ClipSource
from validators.making import Makers
from validators.measurement import (
    COMMENT_BYTES,
    ENCODE_CPU_SECONDS,
    ENCODE_WALL_SECONDS,
    FINE_SUBTYPES,
    Measurement,
)

CHILD: Final = Path(__file__).with_name("encode_child.py")
_FLAC_HEAD: Final = 1 << 16  # bytes of a FLAC file before its frames, on the safe side


class EncodingError(Exception):
    """A clip that was measured could not be encoded, or did not keep its samples."""


def comment(sound: Measurement) -> str:
    """What stands as comment in a published clip: the hash of its samples and the sample format
    that they come from, e.g. `pcm_sha256=<64 hex digits> source=wav/PCM_24`.

    So both are known of a published clip without decoding it.
    """
    return f"pcm_sha256={sound.pcm_sha256} source={sound.content}/{sound.subtype}"


def rounded(sound: Measurement) -> bool:
    """Whether the clip's samples are finer than 16 bits, so that they are rounded."""
    return sound.subtype in FINE_SUBTYPES


class Encoders(Makers):
    """Up to `jobs` encode children, for any number of `encode`s.

    Args:
        jobs: children at most.
        child: the script that a child runs; the tests have their own.
    """

    _cpu_seconds = ENCODE_CPU_SECONDS

    def __init__(self, jobs: int = 1, *, child: Path = CHILD) -> None:
        super().__init__(jobs, child=child, wall_seconds=ENCODE_WALL_SECONDS)

    def encode(self, clips: Iterable[tuple[ClipSource, Measurement]]) -> Generator[bytes]:
        """The FLAC file of each clip, in the order given.

        Each was decoded again, and has the very samples that were measured. `clips` is drawn from
        as needed, so that a few clips are held at a time.

        Raises:
            EncodingError: a clip could not be encoded; those before it were yielded.
            DecoderError: children cannot be started.
        """
        sources = (ClipSource(None, clip.open, sound) for clip, sound in clips)
        for job, result in self._finished(sources):
            if not result.decoded:
                raise EncodingError(result.detail or str(result.failure))
            yield job.made

    def _message(self, job: Job) -> bytes:
        return comment(job.source.tag).encode().ljust(COMMENT_BYTES)

    def _capacity(self, job: Job) -> int:
        """What the FLAC file can have at most: 16 bits a sample, even where nothing can be saved,
        an eighth of a byte for the heads of frames, and the head of the file."""
        sound: Measurement = job.source.tag
        samples = sound.frames * sound.channels
        return 2 * samples + samples // 8 + _FLAC_HEAD

    def _checked(self, job: Job, result: Measurement, made: bytes) -> Measurement:  # noqa: ARG002
        """Take the encoded clip, if it is what was measured."""
        if _samples(result) != _samples(job.source.tag):
            detail = "the encoded clip has other samples than the measured one"
            return Measurement(size=job.size, failure="undecodable", detail=detail)
        if (result.content, result.subtype) != ("flac", "PCM_16"):
            raise ValueError(f"encoded as {result.content} {result.subtype}")
        return result


def _samples(sound: Measurement) -> tuple[int, int, int, str]:
    return sound.sample_rate, sound.channels, sound.frames, sound.pcm_sha256
