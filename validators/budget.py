"""How much of a task is read and heard, so that none keeps a check busy for hours.

Counted in bytes, rows and samples, never in seconds: the same input ends in the same report on
every machine. All limits lie far beyond what a lawful task can hold.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from validators.folder import DATA_CAP, METADATA_CAP, InstanceFile, TaskFolder
from validators.local_source import LocalClips
from validators.measurement import MAX_SAMPLES, Measurement, Measurements
from validators.source import (
    METADATA_NAMES,
    SourceFault,
    SourceFaultKind,
    SourceTable,
    is_local,
)
from validators.tree import EntryKind, Tree

MAX_TASK_ROWS: Final = 100_000
"""Rows of all metadata files of a task. A kilobyte of memory each; 10 MB of lawful data hold a
tenth of them."""

INSTANCE_SAMPLES: Final = 8 * MAX_SAMPLES
"""Samples (frames times channels) of an instance. 60 minutes of 48 kHz stereo, the longest lawful
input, are a quarter: output clips may be as long again, and both may be twice too long and still be
measured. As Opus, the slowest format, this takes 56 s of one core."""
TASK_SAMPLES: Final = 64 * MAX_SAMPLES
"""Samples of all instances: 192 hours of 16 kHz, or 32 of 48 kHz stereo; as Opus 8 minutes."""
CLIP_SAMPLES: Final = 1 << 15
"""What a clip counts at least: to open one takes a millisecond, as decoding so many samples."""
_COSTLY: Final = frozenset({"crashed", "timeout", "memory"})


class Listening:
    """One walk over the clips of a task, in order, as long as its samples last.

    Serves twice: while clips are handed out, when only the first of them have been measured, and
    afterwards, when all have; the first walk gets at least as far as the second.
    """

    def __init__(self) -> None:
        self._uncounted: dict[str, str] = {}  # content hashes, each with the instance it counts for
        self._of_instance: Counter[str] = Counter()
        self._of_task = 0

    def covers(
        self, instance: str, key: str, sounds: Mapping[str, Measurement], *, known: bool
    ) -> bool:
        """Whether the next clip, of this content hash, is still listened to.

        `known`: the same content has come before, and counts once. In the first walk it has where
        it has been measured; what other tasks share then counts for one of them.
        """
        while self._uncounted:
            first = next(iter(self._uncounted))
            if (sound := sounds.get(first)) is None:
                break
            owner = self._uncounted.pop(first)
            samples = counted(sound)
            self._of_instance[owner] += samples
            self._of_task += samples
        if self._of_instance[instance] > INSTANCE_SAMPLES or self._of_task > TASK_SAMPLES:
            return False
        if not known:
            self._uncounted.setdefault(key, instance)
        return True


def counted(sound: Measurement) -> int:
    """Samples that a measurement counts as. A decoder that died has used up what one clip may."""
    if sound.failure in _COSTLY:
        return MAX_SAMPLES
    return max(sound.frames * sound.channels, CLIP_SAMPLES)


def last_for_all(sounds: Measurements) -> bool:
    """Whether the samples of any instance last for all clips of a run together: so it is as a rule,
    and no walk is needed."""
    return sounds.samples <= INSTANCE_SAMPLES


def not_heard(instance: str, heard: int, clips: int) -> str:
    """What is said of an instance whose samples did not last."""
    return (
        f"only the first {heard:,} of {clips:,} clips of {instance} were measured: a check listens "
        f"to {INSTANCE_SAMPLES:,} samples (frames times channels) of an instance and "
        f"{TASK_SAMPLES:,} of a task, and a clip that cannot be decoded in time counts as "
        f"{MAX_SAMPLES:,}; draw fewer examples, shorten the clips, or make two tasks"
    )


class Reading:
    """The metadata files of a task, in order, as long as bytes and rows last."""

    def __init__(self, folder: TaskFolder) -> None:
        self._folder = folder
        self._sizes = _metadata_sizes(folder)
        self._bytes = self._rows = 0

    def refusal(self, file: InstanceFile) -> SourceTable | None:
        """The table of a source that is not read, since those before it were too large."""
        self._bytes += sum(
            self._sizes.get(f"data/{file.stem}/{name}", 0) for name in METADATA_NAMES
        )
        if self._bytes <= DATA_CAP and self._rows <= MAX_TASK_ROWS:
            return None
        found = (
            f"{self._rows:,} rows; at most {MAX_TASK_ROWS:,}"
            if self._rows > MAX_TASK_ROWS
            else f"{self._bytes:,} bytes; at most {DATA_CAP:,}"
        )
        fault = (
            SourceFault(
                SourceFaultKind.UNREADABLE,
                f"the metadata file is not read: those of the task hold {found} are allowed",
                "upload the data to the Hub and point at the commit",
                file.at("/dataset/path"),
            )
            if is_local(file)
            else SourceFault(
                SourceFaultKind.TOO_LARGE,
                f"the dataset is not read: the instances before it hold {found} are allowed",
                "make two tasks of it, or point at smaller splits",
                file.at("/dataset/repo_id"),
            )
        )
        return SourceTable(
            file.task, f"{file.task}_{file.stem}", file, f"data/{file.stem}", fault.at,
            LocalClips(self._folder), faults=(fault,),
        )  # fmt: skip

    def spend(self, table: SourceTable) -> None:
        """Count what was read."""
        self._rows += len(table.rows) + len(table.faults)


def _metadata_sizes(folder: Tree) -> dict[str, int]:
    """Path to bytes of every metadata file."""
    return {
        entry.path: entry.size
        for entry in folder.entries
        if entry.path.endswith(METADATA_NAMES)
        and entry.path.rpartition("/")[2] in METADATA_NAMES
        and entry.kind is EntryKind.FILE
    }


def batches(folders: Iterable[Tree]) -> Iterator[list[Tree]]:
    """The folders in runs whose rows fit into memory together; as a rule one run holds them all."""
    batch: list[Tree] = []
    size = 0
    for folder in folders:
        own = sum(_metadata_sizes(folder).values())
        if batch and size + own > METADATA_CAP:
            yield batch
            batch, size = [], 0
        batch.append(folder)
        size += own
    if batch:
        yield batch
