"""NBR: what two tasks of the repository must not have in common."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from validators.finding import Fault, Severity
from validators.folder import TaskFolder
from validators.neighbours import Neighbours, clip_digests, instruction_set, source_names
from validators.registry import rule

NAME_LIMIT = 0.92
BORROWED_SHARE = 0.5


@rule("NBR401", severity=Severity.WARNING, since="0.1")
def nearly_taken_name(folder: TaskFolder) -> Iterator[Fault]:
    """The task's name is nearly that of another.

    Why: two names that differ in a letter are one to most readers, and are mixed up in tables.
    Bad: SpeechTextMatching and SpeechTestMatching
    Fix: choose another name; or add an instance to the task that is there.
    Limits: 92 % of the letters alike (Ratcliff and Obershelp's measure, as difflib has it).
    """
    for other in sorted(folder.siblings - {folder.task}):
        alike = SequenceMatcher(None, folder.task.casefold(), other.casefold())
        # The quick ones are upper bounds of the ratio, which takes eight times as long.
        bounds = (alike.real_quick_ratio, alike.quick_ratio, alike.ratio)
        if all(bound() >= NAME_LIMIT for bound in bounds):
            yield Fault(
                f"the name is nearly that of tasks/{other}; a name of its own is required",
                folder.at(""),
                "choose another name, or add an instance to that task",
            )


@rule("NBR402", severity=Severity.WARNING, since="0.1")
def borrowed_instructions(beside: Neighbours) -> Iterator[Fault]:
    """The instructions are those of another task.

    Why: the same sentences ask for the same; then it is one task, or one of the two asks wrongly.
    Fix: write instructions of your own, or add an instance to the task that is there.
    Limits: half of the lines, compared without case, blanks and punctuation.
    """
    instructions, own = beside.folder.instructions, instruction_set(beside.folder)
    for other in beside.others:
        shared = own & instruction_set(other)
        if instructions and shared and len(shared) >= BORROWED_SHARE * len(own):
            yield Fault(
                f"{len(shared)} of {len(own)} instructions are those of "
                f"{other.path}; less than half is required",
                instructions.at(),
                "write instructions of your own",
            )


def _shared_clips(beside: Neighbours) -> Iterator[tuple[TaskFolder, list[str], bool]]:
    """Each other task that holds clips of this one: which, and whether both name the source."""
    own = clip_digests(beside.folder)
    for other in beside.others:
        paths = sorted(own[digest] for digest in own.keys() & clip_digests(other).keys())
        if paths:
            named = bool(source_names(beside.folder) & source_names(other))
            yield other, paths, named


@rule("NBR403", severity=Severity.NOTE, since="0.1")
def shared_clips(beside: Neighbours) -> Iterator[Fault]:
    """Clips are those of another task that names the same source.

    Why: it is allowed, since one recording can be asked about in many ways; but scores of the two
    tasks are then not independent.
    Fix: nothing need be done.
    Limits: clips are compared by their bytes.
    """
    for other, paths, named in _shared_clips(beside):
        if named:
            yield Fault(
                f"{len(paths)} clips are those of {other.path}, from the same source",
                beside.folder.at(paths[0]),
                "leave it, or draw other clips",
            )


@rule("NBR404", severity=Severity.WARNING, since="0.1")
def unattributed_clips(beside: Neighbours) -> Iterator[Fault]:
    """Clips are those of another task, which names other sources.

    Why: one recording has one origin; one of the two tasks states it wrongly, and perhaps its
    licence too.
    Fix: find out where the clips come from, and correct the sources of one of the two.
    Limits: clips are compared by their bytes.
    """
    for other, paths, named in _shared_clips(beside):
        if not named:
            yield Fault(
                f"{len(paths)} clips are those of {other.path}, which names other sources; the "
                "same are required",
                beside.folder.at(paths[0]),
                "correct the sources of one of the two",
            )
