"""Previews of strangers' clips, made in child processes with limits.

with Previewers(jobs=2, exact_bytes=100_000) as previewers:
    for clip, preview in previewers.previews(clips):
        ...
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from validators.audio import Job
from validators.clips import ClipSource
from validators.making import Makers
from validators.measurement import Measurement
from validators.preview import CAPACITY, CPU_SECONDS, MESSAGE, WALL_SECONDS, Preview

CHILD: Final = Path(__file__).with_name("preview_child.py")


class Previewers(Makers):
    """Up to `jobs` preview children, for any number of `previews`.

    Args:
        jobs: children at most.
        exact_bytes: up to how many bytes a clip's own samples are shown as they are.
        child: the script that a child runs; the tests have their own.
    """

    _cpu_seconds = CPU_SECONDS

    def __init__(self, jobs: int = 1, *, exact_bytes: int, child: Path = CHILD) -> None:
        super().__init__(jobs, child=child, wall_seconds=WALL_SECONDS)
        self._exact_bytes = exact_bytes

    def previews(self, clips: Iterable[ClipSource]) -> Iterator[tuple[ClipSource, Preview | str]]:
        """Each clip with its preview, or with one sentence on why there is none, in order.

        Raises:
            DecoderError: children cannot be started.
        """
        for job, result in self._finished(clips):
            if job.made:
                yield job.source, Preview.unpacked(job.made)
            else:
                why = result.detail or result.failure or "it holds no samples"
                yield job.source, f"the clip cannot be shown: {why}"

    def _message(self, job: Job) -> bytes:  # noqa: ARG002 - the same for all
        return MESSAGE.pack(self._exact_bytes)

    def _capacity(self, job: Job) -> int:  # noqa: ARG002
        return CAPACITY

    def _checked(self, job: Job, result: Measurement, made: bytes) -> Measurement:  # noqa: ARG002
        if result.frames or made:
            Preview.unpacked(made)
        return result
