"""From an instance's pointer to the rows of its source: whichever reader its data need."""

from collections.abc import Callable, Iterable

from validators.folder import InstanceFile
from validators.local_source import read_local
from validators.parquet import start_ahead
from validators.source import SourceTable, SourceUnavailable, is_local

Fetched = Callable[[int, int], None]
"""Told how many bytes of a file have come, of how many."""


def open_source(
    instance: InstanceFile, *, sound: bool = True, fetched: Fetched | None = None
) -> SourceTable:
    """Read the rows of an instance's source.

    Whatever path the pointer writes, local data stand in `data/<file stem>`: a rule reports a
    pointer that says otherwise, and the data are checked all the same. A dataset that is reached
    and cannot be read gives a table with the fault.

    Args:
        instance: the pointer to its data can be read, as `has_pointer` says.
        sound: whether clips will be asked for. If not, no more of a dataset on the Hub is fetched
            than its rows need.
        fetched: told of the progress of downloads.

    Raises:
        SourceUnavailable: the source cannot be read in this run.
    """
    if is_local(instance):
        return read_local(instance)
    if not has_pointer(instance):
        raise SourceUnavailable(f"the pointer in {instance.path} cannot be read")
    from validators.hub_source import read_hub  # noqa: PLC0415 - loads what talks to the Hub

    return read_hub(instance, sound=sound, fetched=fetched)


def expect_sources(instances: Iterable[InstanceFile]) -> None:
    """Start what reading these sources will need and what takes its time to start."""
    if any(has_pointer(instance) and not is_local(instance) for instance in instances):
        start_ahead()


def has_pointer(instance: InstanceFile) -> bool:
    """Whether the instance file says wholly where its data are."""
    if is_local(instance):
        return True
    needed = ("/dataset/repo_id", "/dataset/revision")
    return all(instance.value(pointer) is not None for pointer in needed)
