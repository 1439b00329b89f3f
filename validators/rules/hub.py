"""PTR: what a pointer to the Hub leads to. Network trouble is no finding, but a problem of ours."""

from collections.abc import Iterator

from validators.finding import Fault, Severity
from validators.registry import rule
from validators.source import SourceFaultKind, SourceTable


def _faults(source: SourceTable, kind: SourceFaultKind) -> Iterator[Fault]:
    for fault in source.faults:
        if fault.kind is kind:
            yield Fault(fault.message, fault.at, fault.hint)


@rule("PTR111", severity=Severity.ERROR, since="0.1", waivable=False)
def gated_dataset(source: SourceTable) -> Iterator[Fault]:
    """The dataset may be read only by those who asked for it.

    Why: the benchmark is checked and published without anybody's token, and everybody who doubts a
    score must be able to look at its examples.
    Fix: ask the dataset's owners to open it, or choose data that are open.
    """
    return _faults(source, SourceFaultKind.GATED)


@rule("PTR112", severity=Severity.ERROR, since="0.1", waivable=False)
def missing_dataset(source: SourceTable) -> Iterator[Fault]:
    """The dataset does not exist, or is private.

    Why: sources are read without a token, and to who has none the Hub does not tell the two apart.
    Fix: correct the id, or make the dataset public.
    """
    return _faults(source, SourceFaultKind.MISSING)


@rule("PTR113", severity=Severity.ERROR, since="0.1", waivable=False)
def renamed_dataset(source: SourceTable) -> Iterator[Fault]:
    """The dataset has another name by now.

    Why: the old name leads on only until somebody else takes it.
    Fix: write the present name, which the message says.
    """
    return _faults(source, SourceFaultKind.RENAMED)


@rule("PTR114", severity=Severity.ERROR, since="0.1", waivable=False)
def missing_revision(source: SourceTable) -> Iterator[Fault]:
    """The dataset has no such commit.

    Why: the commit says which examples are meant; without it nobody knows.
    Fix: copy the commit id from the dataset's history on the Hub.
    """
    return _faults(source, SourceFaultKind.NO_REVISION)


@rule("PTR115", severity=Severity.ERROR, since="0.1", waivable=False)
def empty_dataset(source: SourceTable) -> Iterator[Fault]:
    """The dataset holds no data at this commit, or the split no row.

    Why: without data there is nothing to evaluate.
    Fix: point at a commit and a split that hold data.
    """
    return _faults(source, SourceFaultKind.EMPTY)


@rule("PTR116", severity=Severity.ERROR, since="0.1", waivable=False)
def script_based_dataset(source: SourceTable) -> Iterator[Fault]:
    """The dataset is made by a script.

    Why: a stranger's program is not run to read data; the Hub's own loader refuses it too.
    Bad: prompts.py in the dataset ada-example/prompts
    Good: data/test-00000-of-00001.parquet
    Fix: point at a commit that holds the data themselves, e.g. converted to parquet.
    """
    return _faults(source, SourceFaultKind.SCRIPT)


@rule("PTR117", severity=Severity.ERROR, since="0.1", waivable=False)
def unnamed_configuration(source: SourceTable) -> Iterator[Fault]:
    """The dataset has several configurations, and the pointer names none.

    Why: nobody but its author knows which one is meant.
    Good: "config": "clean"
    Fix: name one of those that the message lists.
    """
    return _faults(source, SourceFaultKind.NO_CONFIG)


@rule("PTR118", severity=Severity.ERROR, since="0.1", waivable=False)
def unknown_configuration(source: SourceTable) -> Iterator[Fault]:
    """The dataset has no configuration of this name.

    Why: the pointer leads nowhere.
    Fix: name one of those that the message lists.
    Limits: configurations are those of README.md at the commit; where it names none, the folders
    that parquet or metadata files stand in.
    """
    return _faults(source, SourceFaultKind.UNKNOWN_CONFIG)


@rule("PTR119", severity=Severity.ERROR, since="0.1", waivable=False)
def missing_split(source: SourceTable) -> Iterator[Fault]:
    """The dataset has no split of this name.

    Why: the pointer leads nowhere. Where it names no split, "test" is meant.
    Fix: name one of those that the message lists.
    """
    return _faults(source, SourceFaultKind.NO_SPLIT)


@rule("PTR121", severity=Severity.ERROR, since="0.1", waivable=False)
def oversized_dataset(source: SourceTable) -> Iterator[Fault]:
    """The split is larger than what a check can read.

    Why: everybody who checks the task would have to fetch it.
    Fix: upload the examples that are meant as a dataset of their own, or draw fewer.
    Limits: 100,000 files and folders in the dataset; 1,000 parquet files of 8 GiB together and
    100,000 rows in the split; 5 MB a metadata file; clips of 192 MiB and of 8 GiB together.
    """
    return _faults(source, SourceFaultKind.TOO_LARGE)


@rule("PTR122", severity=Severity.ERROR, since="0.1", waivable=False)
def foreign_data_files(source: SourceTable) -> Iterator[Fault]:
    """The data lie in archives, pickles or other files that are not opened.

    Why: an archive can unpack to anything, and a pickle is a program.
    Bad: clips.zip, features.pkl
    Fix: point at a commit that holds the data as parquet, e.g. written by push_to_hub.
    """
    return _faults(source, SourceFaultKind.FOREIGN_FILES)


@rule("PTR123", severity=Severity.ERROR, since="0.1", waivable=False)
def unknown_layout(source: SourceTable) -> Iterator[Fault]:
    """The data are neither parquet files nor an AudioFolder.

    Why: two layouts are read by all tools alike; from others each guesses rows and splits its own
    way.
    Good: data/test-00000-of-00001.parquet; test/metadata.csv beside its clips
    Fix: point at a commit that holds the data as parquet, e.g. written by push_to_hub.
    """
    return _faults(source, SourceFaultKind.NO_LAYOUT)


@rule("PTR124", severity=Severity.ERROR, since="0.1", waivable=False)
def unreadable_dataset(source: SourceTable) -> Iterator[Fault]:
    """A file of the dataset cannot be read, or not within bounds.

    Why: what one program cannot read safely, others should not have to try.
    Fix: point at a commit whose files can be read.
    Limits: 1 GiB of memory and 120 s of CPU time a parquet file; 1,000 columns; 64 KiB for a cell
    that is no clip and 64 MiB for all of them; 256 KiB of YAML in README.md, without aliases.
    """
    return _faults(source, SourceFaultKind.BROKEN)
