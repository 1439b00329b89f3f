"""FLD: what stands in a task folder, and under which names."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from schema.fields import NAME_PATTERN, STEM_PATTERN
from validators.finding import Fault, Location, Severity
from validators.folder import DATA_CAP, MAX_INSTANCES, TaskFolder
from validators.registry import rule
from validators.source import AUDIO_EXTENSIONS, METADATA_NAMES
from validators.tree import MAX_ENTRIES, MAX_LEVELS, Entry, EntryKind, suffix_of

SUBSET_WORDS = re.compile(
    "clean|dev(elopment)?|eval(uation)?|other|subset|test(ing)?|train(ing)?|val(id|idation)?", re.I
)
REQUIRED_FILES = ("task.json", "instructions.txt", "README.md", "references.bib")
FOLDERS = ("instances", "data")
_PORTABLE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(?<!\.)")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for its devices, whatever follows the first dot."""
_FINE = re.compile(rf"(?!(?i:{_DEVICE.pattern})$){_PORTABLE.pattern}")


@rule("FLD001", severity=Severity.ERROR, since="0.1", waivable=False)
def malformed_task_name(folder: TaskFolder) -> Iterator[Fault]:
    """The folder's name is not a task's name.

    Why: the folder's name is the task's name, in every table and on the Hub.
    Bad: tasks/spoken_term_detection
    Good: tasks/SpokenTermDetection
    Fix: rename the folder to letters and digits, beginning with a capital letter.
    """
    if not re.fullmatch(NAME_PATTERN, folder.task):
        yield Fault(
            f'the folder is named "{folder.task}"; letters and digits are required, the first a '
            "capital letter",
            folder.at(""),
            "rename the folder, e.g. SpokenTermDetection",
        )


@rule("FLD002", severity=Severity.ERROR, since="0.1", waivable=False)
def missing_file(folder: TaskFolder) -> Iterator[Fault]:
    """A file that every task has is not there, or cannot be read.

    Why: each of task.json, instructions.txt, README.md and references.bib has a part of the task
    that no other file holds.
    Fix: add the file; docs/task_format.md says what stands in it.
    """
    if folder.kind is not EntryKind.FOLDER:
        return  # it is not-a-folder, and holds nothing
    linked = set(folder.entries.paths(EntryKind.LINK))
    others = {path.casefold(): path for path in folder.files if path not in REQUIRED_FILES}
    for name in REQUIRED_FILES:
        if folder.sha256_of(name) or name in linked:
            continue
        like = others.get(name.casefold())
        yield Fault(
            f"{name} {'cannot be read' if name in folder.files else 'is missing'}; "
            f"{', '.join(REQUIRED_FILES)} are required",
            folder.at(""),
            f'rename "{like}" to {name}' if like else f"add {name}",
        )


@rule("FLD003", severity=Severity.ERROR, since="0.1", waivable=False)
def no_instance(folder: TaskFolder) -> Iterator[Fault]:
    """The task has no instance.

    Why: a task without a dataset cannot be evaluated.
    Good: tasks/SpokenTermDetection/instances/LJSpeech.json
    Fix: add one file per dataset under instances/.
    """
    if not folder.instances and folder.kind is EntryKind.FOLDER:
        yield Fault(
            "instances/ holds no JSON file; at least one instance is required",
            folder.at(""),
            "add instances/<Dataset>.json",
        )


@rule("FLD004", severity=Severity.ERROR, since="0.1", waivable=False)
def stray_entry(folder: TaskFolder) -> Iterator[Fault]:
    """Something stands in the folder that the format does not know.

    Why: nothing in a task folder is executed or read but what the format names; scripts, archives
    and notes would only be dead weight for every user.
    Bad: tasks/SpokenTermDetection/prepare.py
    Fix: delete it; put a script that prepares data into a repository of its own and link it from
    README.md.
    """
    for entry in folder.entries:
        if entry.kind is not EntryKind.LINK and not _has_place(entry):
            yield Fault(
                f"{entry.path} has no place in a task folder; {', '.join(REQUIRED_FILES)}, "
                "instances/*.json and data/<file stem>/ with metadata and clips are known",
                folder.at(entry.path),
                "put it at instances/<Dataset>.json"
                if PurePosixPath(entry.path).name == "instance.json"  # as elsewhere it is called
                else "delete it",
            )


def _has_place(entry: Entry) -> bool:
    first, _, rest = entry.path.partition("/")
    if entry.kind is EntryKind.FOLDER:
        return first == "data" or entry.path == "instances"
    if entry.kind is not EntryKind.FILE:
        return False
    if first == "instances":
        return bool(rest) and "/" not in rest and rest.endswith(".json")
    if first == "data":
        return _is_data(rest)
    return entry.path in REQUIRED_FILES


def _is_data(path: str) -> bool:
    stem, _, inside = path.partition("/")
    return bool(stem and inside) and (
        inside in METADATA_NAMES or suffix_of(inside).lower() in AUDIO_EXTENSIONS
    )


@rule("FLD005", severity=Severity.ERROR, since="0.1", waivable=False)
def symbolic_link(folder: TaskFolder) -> Iterator[Fault]:
    """An entry is a symbolic link.

    Why: a link can point anywhere on the machine that checks it; it is never followed.
    Fix: put the file itself in its place.
    """
    for path in folder.entries.paths(EntryKind.LINK):
        yield Fault(
            f"{path} is a symbolic link; a regular file is required",
            folder.at(path),
            "put the file itself in its place",
        )


@rule("FLD006", severity=Severity.ERROR, since="0.1", waivable=False)
def malformed_instance_name(folder: TaskFolder) -> Iterator[Fault]:
    """An instance's file name is not of the form <Dataset>[_<Dataset2>][-<Subset>].json.

    Why: the file stem names the dataset, and together with the task's name the instance.
    Bad: instances/lj speech.json
    Good: instances/LJSpeech.json, instances/VCTK_MUSAN-Gaussian.json
    Fix: rename the file; a dataset keeps its own spelling.
    """
    for path in folder.files:
        if not path.endswith(".json"):
            continue
        stem = PurePosixPath(path).stem
        is_instance = PurePosixPath(path).match("instances/*.json")
        if is_instance and not re.fullmatch(STEM_PATTERN, stem):
            yield Fault(
                f'the file stem is "{stem}"; <Dataset>[_<Dataset2>][-<Subset>] of letters and '
                "digits is required",
                folder.at(path),
                "rename the file, e.g. LJSpeech.json or VCTK_MUSAN-Gaussian.json",
            )


@rule("FLD007", severity=Severity.ERROR, since="0.1", waivable=False)
def data_without_instance(folder: TaskFolder) -> Iterator[Fault]:
    """A folder under data/ belongs to no instance, or to one whose data are on the Hub.

    Why: data/<file stem>/ holds the data of instances/<file stem>.json and nothing else; what
    nobody reads, nobody checks.
    Fix: rename the folder to the instance's file stem, or delete it.
    """
    instances = {file.stem: file for file in folder.instances}
    unread = set(folder.stems) - set(instances)
    for path in folder.entries.paths(EntryKind.FOLDER):
        first, _, stem = path.partition("/")
        if first != "data" or not stem or "/" in stem:
            continue
        if stem in unread:
            continue  # of an instance too many
        instance = instances.get(stem)
        if instance is None:
            yield Fault(
                f"{path} belongs to no instance; instances/{stem}.json is required beside it",
                folder.at(path),
                "rename the folder to an instance's file stem, or delete it",
            )
        elif instance.value("/dataset/repo_id") is not None:
            yield Fault(
                f"{path} is not read: instances/{stem}.json points at the Hub; data in one "
                "place are required",
                folder.at(path),
                "delete the folder, or point at it",
            )


@rule("FLD008", severity=Severity.ERROR, since="0.1", waivable=False)
def too_much_data(folder: TaskFolder) -> Iterator[Fault]:
    """The data kept in the repository are too large.

    Why: everybody who clones the repository downloads them.
    Fix: upload the data to the Hub and point at the commit; or keep fewer examples.
    Limits: 10 MB a task, all of data/ together.
    """
    files = (entry for entry in folder.entries if entry.kind is EntryKind.FILE)
    size = sum(file.size for file in files if file.path.startswith("data/"))
    if size > DATA_CAP:
        yield Fault(
            f"data/ holds {size:,} bytes; at most {DATA_CAP:,} are allowed",
            folder.at("data"),
            "upload the data to the Hub and point at the commit",
        )


@rule("FLD009", severity=Severity.ERROR, since="0.1", waivable=False)
def unportable_name(folder: TaskFolder) -> Iterator[Fault]:
    """A file or folder has a name that not every system can hold, type or show.

    Why: names become parts of addresses and commands; blanks, accents, control characters, a
    leading dash or dot break one of them somewhere. A repository in which anything is named as a
    device of Windows (Con, Aux, Nul, Com1, ...) cannot be checked out there.
    Bad: data/LJSpeech/café 1.flac, tasks/Aux
    Good: data/LJSpeech/cafe-1.flac, tasks/AuxiliaryVerbDetection
    Fix: rename it to ASCII letters, digits, dot, dash and underscore.
    Limits: among the data 128 characters; 16 folders in one another, in which deeper ones are not
    looked at. Devices are con, prn, aux, nul, com0 to com9 and lpt0 to lpt9, in any case, whatever
    follows a dot.
    """
    if _DEVICE.fullmatch(folder.task):
        yield _device(folder.task, folder.at(""))
    for entry in folder.entries:
        if entry.kind is EntryKind.FILE and _FINE.fullmatch(entry.path.rpartition("/")[2]):
            continue  # as almost all
        first, *inside = entry.path.split("/")
        # Elsewhere names are fixed: what has another is malformed-instance-name or stray-entry.
        judged = (
            first == "data"
            and len(inside) >= 2
            and (entry.kind is EntryKind.FOLDER or _has_place(entry))
        )
        name = inside[-1] if inside else first
        if entry.kind is EntryKind.FOLDER and entry.path.count("/") >= MAX_LEVELS - 1:
            yield Fault(
                f"the folder lies {MAX_LEVELS} folders deep; fewer are required",
                folder.at(entry.path),
                "put what it holds further up",
            )
        elif _DEVICE.fullmatch(name):
            yield _device(name, folder.at(entry.path))
        elif judged and not _PORTABLE.fullmatch(name):
            yield Fault(
                f"the name {name!r} is not portable; ASCII letters, digits, dot, dash and "
                "underscore are required, at most 128, the first neither dot nor dash, the last no "
                "dot",
                folder.at(entry.path),
                "rename it",
            )


def _device(name: str, at: Location) -> Fault:
    return Fault(
        f"the name {name!r} is the one of a device on Windows; a name of its own is required",
        at,
        "rename it",
    )


@rule("FLD010", severity=Severity.ERROR, since="0.1", waivable=False)
def names_differ_in_case(folder: TaskFolder) -> Iterator[Fault]:
    """Two names differ only in upper and lower case.

    Why: on macOS and Windows they are one file, and a clone loses one of the two.
    Fix: rename one of them.
    """
    twins: dict[str, list[str]] = defaultdict(list)
    for entry in folder.entries:
        twins[entry.path.casefold()].append(entry.path)
    for paths in twins.values():
        if len(paths) > 1:
            yield Fault(
                f"{' and '.join(paths)} differ only in case; names that differ in more are "
                "required",
                folder.at(paths[1]),
                "rename one of them",
            )


@rule("FLD011", severity=Severity.ERROR, since="0.1", waivable=False)
def too_many_files(folder: TaskFolder) -> Iterator[Fault]:
    """The folder holds more files than the check looks at.

    Why: what is not looked at is not checked, and cannot pass.
    Fix: upload the data to the Hub and point at the commit.
    Limits: 20,000 files and folders.
    """
    if len(folder.entries) >= MAX_ENTRIES:
        yield Fault(
            f"the folder holds {len(folder.entries):,} entries or more; fewer than "
            f"{MAX_ENTRIES:,} are required",
            folder.at(""),
            "upload the data to the Hub and point at the commit",
        )


@rule("FLD012", severity=Severity.ERROR, since="0.1", waivable=False)
def not_a_folder(folder: TaskFolder) -> Iterator[Fault]:
    """What stands under tasks/ is no folder.

    Why: every entry of tasks/ is a task, and a task is a folder; a link is never followed.
    Fix: put the folder itself in its place, or delete the entry.
    """
    if folder.kind is not EntryKind.FOLDER:
        yield Fault(
            f"{folder.path} is a {folder.kind}; a folder is required",
            folder.at(""),
            "put the folder itself in its place, or delete the entry",
        )


@rule("FLD013", severity=Severity.ERROR, since="0.1")
def underscore_before_subset(folder: TaskFolder) -> Iterator[Fault]:
    """A subset is joined to its dataset by an underscore.

    Why: an underscore joins two datasets, a hyphen a dataset and its subset; a reader would look
    for a dataset of that name.
    Bad: instances/EMOSpeech_Test.json
    Good: instances/EMOSpeech-Test.json
    Fix: write a hyphen in the place of the underscore.
    Limits: test, train, dev, validation, evaluation, clean, other, subset and their like.
    """
    for instance in folder.instances:
        for part in instance.stem.split("_")[1:]:
            if SUBSET_WORDS.fullmatch(part):
                better = instance.stem.replace(f"_{part}", f"-{part}", 1)
                yield Fault(
                    f'the file stem is "{instance.stem}"; a hyphen is required between a dataset '
                    f'and its subset "{part}"',
                    folder.at(f"instances/{instance.stem}.json"),
                    f"rename the file to {better}.json",
                )


@rule("FLD014", severity=Severity.ERROR, since="0.1", waivable=False)
def too_many_instances(folder: TaskFolder) -> Iterator[Fault]:
    """The task has more instances than the check looks at.

    Why: what is not looked at is not checked, and cannot pass; and nobody runs a model on all.
    Fix: join datasets that differ in little to one instance with a group column, or make two tasks.
    Limits: 200 instances; the first of them by name are read.
    """
    if len(folder.stems) > MAX_INSTANCES:
        yield Fault(
            f"instances/ holds {len(folder.stems):,} files; at most {MAX_INSTANCES} are allowed",
            folder.at("instances"),
            "make two tasks, or join datasets to one instance with a group column",
        )
