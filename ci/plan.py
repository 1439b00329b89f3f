"""What a publish would do, decided from the Hub's manifest and from what was built."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ci.content import Difference
from schema.manifest import PublishedInstance


class Kind(StrEnum):
    """What becomes of an instance."""

    NOTHING = "nothing"
    NEW = "new instance"
    ROWS = "new rows"
    CARD = "card only"
    RETIRED = "retired"
    KEPT = "kept"
    """It was not built this time, and stays as it is."""
    UNBUILT = "would be built"
    """Its folder is another than the published one; only a build tells what follows from that."""


WRITES = frozenset({Kind.NEW, Kind.ROWS, Kind.CARD})


@dataclass(frozen=True)
class Change:
    """What becomes of one instance, and why."""

    instance: str
    kind: Kind
    why: str
    writes: bool = False


@dataclass(frozen=True)
class Edit:
    """The instances as they should be published, and what that changes."""

    instances: tuple[PublishedInstance, ...]
    changes: tuple[Change, ...]
    sources: Mapping[str, Path] = field(default_factory=dict)
    """Where the files of rows lie that the Hub may not have, by path in the repository."""

    @property
    def writes(self) -> bool:
        """True where the manifest becomes another."""
        return any(change.writes for change in self.changes)


@dataclass(frozen=True)
class Plan:
    """What a publish would do to the repository as it is now."""

    repo_id: str
    head: str
    serial: int
    """Of the last publish."""
    changes: tuple[Change, ...]
    documents: tuple[str, ...]
    """Files of the card that would become others, though the manifest stays."""
    drift: tuple[Difference, ...]
    """What was done by hand since the last publish."""
    unfinished: bool
    """The last publish was broken off before its tag, which comes first."""
    commits: bool
    """True where a commit would be made."""


def merged(
    published: Sequence[PublishedInstance],
    built: Sequence[PublishedInstance],
    revive: Iterable[str] = (),
) -> tuple[tuple[PublishedInstance, ...], tuple[Change, ...]]:
    """The instances after a publish of what was built, and what becomes of each.

    Args:
        published: those of the Hub's manifest.
        built: those of a build.
        revive: retired instances that may come back.
    """
    before = {entry.instance: entry for entry in published}
    after = {entry.instance: entry for entry in built}
    wanted = frozenset(revive)
    results = [
        _one(before.get(name), after.get(name), name in wanted)
        for name in sorted(before.keys() | after.keys())
    ]
    return tuple(entry for entry, _ in results), tuple(change for _, change in results)


def _one(
    published: PublishedInstance | None, built: PublishedInstance | None, revive: bool
) -> tuple[PublishedInstance, Change]:
    if built is None:
        assert published is not None  # noqa: S101 - one of both has the name
        if published.status == "retired":
            return published, Change(published.instance, Kind.RETIRED, published.reason or "")
        return published, Change(published.instance, Kind.KEPT, "it was not built this time")
    name = built.instance
    if published is None:
        return built, Change(name, Kind.NEW, f"{built.rows:,} rows", writes=True)
    if published.status == "retired":
        if revive:
            return built, Change(name, Kind.NEW, "brought back on request", writes=True)
        return published, Change(name, Kind.RETIRED, f"stays out: {published.reason}")
    if _same_rows(published, built):
        # The Hub's own files stay: the same rows, written by another pyarrow, are other bytes.
        kept = built.model_copy(update={"files": published.files})
        if why := _differing(published, built):
            return kept, Change(name, Kind.CARD, why, writes=True)
        return published, Change(name, Kind.NOTHING, "the same rows from the same folder")
    return built, Change(name, Kind.ROWS, _rows_why(published, built), writes=True)


def _same_rows(published: PublishedInstance, built: PublishedInstance) -> bool:
    return (published.rows_sha256, published.row_format) == (built.rows_sha256, built.row_format)


def _differing(published: PublishedInstance, built: PublishedInstance) -> str:
    """What of the card changes, in words; empty where the folder is the same.

    A new version of the check on the same folder is no reason to publish again.
    """
    if published.approval.folder_sha256 == built.approval.folder_sha256:
        return ""
    parts = {
        "task.json": published.declared_task != built.declared_task,
        f"instances/{built.stem}.json": published.declared_instance != built.declared_instance,
        "README.md": published.prose != built.prose,
        "references.bib": published.references != built.references,
    }
    changed = ", ".join(part for part, differs in parts.items() if differs)
    return f"{changed or 'the folder'} changed, the rows did not"


def _rows_why(published: PublishedInstance, built: PublishedInstance) -> str:
    if published.row_format != built.row_format:
        return f"rows are written in format {built.row_format} now"
    if published.rows != built.rows:
        return f"{published.rows:,} rows become {built.rows:,}"
    return f"{built.rows:,} rows with other values"
