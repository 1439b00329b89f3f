"""From an instance's pointer to the rows of its source: whichever reader its data need."""

from validators.folder import InstanceFile
from validators.local_source import read_local
from validators.source import SourceTable, SourceUnavailable, is_local


def open_source(instance: InstanceFile) -> SourceTable:
    """Read the rows of an instance's source.

    Whatever path the pointer writes, local data stand in `data/<file stem>`: a rule reports a
    pointer that says otherwise, and the data are checked all the same.

    Raises:
        SourceUnavailable: the source cannot be read in this run.
    """
    if not is_local(instance):
        raise SourceUnavailable("this version does not read datasets on the Hub yet")
    return read_local(instance)
