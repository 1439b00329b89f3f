"""Taking back what was published: a whole instance, or single examples. History stays as it is."""

from collections.abc import Sequence
from pathlib import Path

from ci.content import Content
from ci.hub import Hub
from ci.parquet import facts, read, without
from ci.plan import Change, Edit, Kind
from ci.receipt import data_folder
from ci.state import State
from schema.manifest import Erratum, PublishedFile, PublishedInstance
from validators.render.words import counted


class YankError(Exception):
    """What was asked cannot be done."""


def retire(state: State, instance: str, reason: str) -> Edit:
    """Take an instance out of the head; nothing where it is out already.

    Raises:
        YankError: if there is no such instance.
    """
    entry = _entry(state, instance)
    if entry.status == "retired":
        return _unchanged(state, instance, f"retired before: {entry.reason}")
    gone = entry.model_copy(update={"status": "retired", "reason": reason, "files": []})
    return _replaced(state, gone, Change(instance, Kind.RETIRED, reason, writes=True), {})


def withdraw(state: State, hub: Hub, instance: str, errata: Sequence[Erratum], to: Path) -> Edit:
    """Take examples out of an instance; nothing where they are out already.

    Args:
        state: what is published.
        hub: where its rows are read.
        instance: full name.
        errata: the examples, each with its reason.
        to: folder for the old and the new rows, which stays until they are published.

    Raises:
        YankError: if the instance or an example is not there, or no row would stay.
        HubError: if the rows cannot be read.
    """
    entry = _entry(state, instance)
    if entry.status == "retired":
        raise YankError(f"{instance} is retired; there is no row to withdraw")
    known = {erratum.file for erratum in entry.errata}
    new = [erratum for erratum in errata if erratum.file not in known]
    if not new:
        return _unchanged(state, instance, "these examples were withdrawn before")
    old = [_fetched(hub, state, file, to / "old") for file in entry.files]
    less, sources = reduced(entry, old, new, to / "new")
    why = f"{counted(len(new), 'example')} withdrawn: {new[0].reason}"
    return _replaced(state, less, Change(instance, Kind.ROWS, why, writes=True), sources)


def reduced(
    entry: PublishedInstance, files: Sequence[Path], errata: Sequence[Erratum], scratch: Path
) -> tuple[PublishedInstance, dict[str, Path]]:
    """An instance without some examples, and where its files lie, by path in the repository.

    No clip is decoded.

    Raises:
        YankError: if an example is not there, or no row would stay.
    """
    folder = data_folder(entry.instance)
    try:
        written = without(files, [erratum.file for erratum in errata], scratch / folder)
        found = facts(written)
    except ValueError as error:
        raise YankError(f"{entry.instance}: {error}") from None
    sources = {f"{folder}{path.name}": path for path in written}
    changed = {
        "files": [_published(path, source) for path, source in sources.items()],
        "rows": found.rows,
        "minutes": found.minutes,
        "rows_sha256": found.rows_sha256,
        "samples_sha256": found.samples_sha256,
        "rounded_clips": found.rounded_clips,
        "errata": sorted([*entry.errata, *errata], key=lambda erratum: erratum.file),
    }
    return entry.model_copy(update=changed), sources


def file_ids(files: Sequence[Path]) -> frozenset[str]:
    """The file ids of published rows.

    Raises:
        YankError: if the files are none of ours.
    """
    try:
        return frozenset(str(row[0]) for row in read(files))
    except ValueError as error:
        raise YankError(str(error)) from None


def _published(path: str, source: Path) -> PublishedFile:
    content = Content.of_file(source)
    return PublishedFile(path=path, sha256=content.sha256, size=content.size)


def _fetched(hub: Hub, state: State, file: PublishedFile, scratch: Path) -> Path:
    assert state.commit is not None  # noqa: S101 - where there is an instance, there is a publish
    copy = scratch / file.path
    hub.download(file.path, state.commit, copy)
    if Content.of_file(copy).sha256 != file.sha256:
        raise YankError(f"{file.path} on the Hub is not what was published; run `verify`")
    return copy


def _entry(state: State, instance: str) -> PublishedInstance:
    for entry in state.manifest.instances:
        if entry.instance == instance:
            return entry
    raise YankError(f"{instance} was never published")


def _unchanged(state: State, instance: str, why: str) -> Edit:
    return Edit(tuple(state.manifest.instances), (Change(instance, Kind.NOTHING, why),))


def _replaced(
    state: State, entry: PublishedInstance, change: Change, sources: dict[str, Path]
) -> Edit:
    instances = [
        entry if other.instance == entry.instance else other for other in state.manifest.instances
    ]
    return Edit(tuple(instances), (change,), sources)
