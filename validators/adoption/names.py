"""From old names and pointers to ours: facts are cleaned, never guessed; what differs is noted."""

import re
from collections import defaultdict
from collections.abc import Iterable

from schema.fields import REVISION_PATTERN, STEM_PATTERN
from schema.seed import RENAMED, name_here
from schema.training import VARIANTS
from validators.adoption.notes import Notebook
from validators.adoption.old import OldInstance, OldTask
from validators.newtask.draft import stem_of, task_name_of
from validators.rules.folder import SUBSET_WORDS

REPO_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")
_ADDRESS = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/datasets/", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-fA-F]+")
COMMIT_DIGITS = 40


def task_name(task: OldTask) -> str | None:
    """The task's name here; None where none can be made of it."""
    name = task_name_of(task.name)
    if name != task.name:
        task.notes.add(
            "task-renamed",
            f'"{task.name}" is called "{name}": letters and digits only, the first a capital'
            if name else f'"{task.name}" can be no name: letters and digits are required',
        )  # fmt: skip
    return name


def is_foreign(task: OldTask, instance: OldInstance) -> bool:
    """True if an instance is another task's, as others of the folder are this one's."""
    fitting = [one for one in task.instances if name_here(one.name).startswith(f"{task.name}_")]
    return bool(fitting) and instance not in fitting and "_" in instance.name


def stem(task: OldTask, instance: OldInstance, notes: Notebook) -> str | None:
    """The instance's file stem: what follows the task in its name."""
    written = instance.name
    if instance.label != "." and written != instance.folder.name:
        notes.add(
            "name-and-folder-differ",
            f'name is "{written}" and the folder is "{instance.folder.name}"; the name was taken',
        )
    name = name_here(written)
    if written in RENAMED:
        notes.add("alias", f'"{written}" is called "{name}" here')
    rest = name.partition("_")[2]
    if name.startswith(f"{task.name}_"):
        rest = name.removeprefix(f"{task.name}_")
    elif name != task.name:
        notes.add("task-and-instance-differ", f'name is "{written}" and the task is "{task.name}"')
    if not rest:
        notes.add("dataset-not-named", f'"{written}" names no dataset; rename the instance file')
    made = stem_of(rest.strip("_ -")) if rest else None
    if made != rest and made:
        notes.add("stem-changed", f'"{rest}" is called "{made}"')
    return _with_subset(made, notes) if made else None


def _with_subset(name: str, notes: Notebook) -> str:
    first, *others = name.split("_")
    if any(SUBSET_WORDS.fullmatch(part) for part in others):
        better = "_".join([first, *others])
        for part in others:
            if SUBSET_WORDS.fullmatch(part):
                better = better.replace(f"_{part}", f"-{part}", 1)
        if re.match(STEM_PATTERN, better):
            notes.add(
                "subset-after-underscore", f'"{name}" is called "{better}": a hyphen joins a subset'
            )
            return better
    return name


def variant(name: str, notes: Notebook) -> str | None:
    """The variation that an instance's name ends in, if the benchmark counts it as a task."""
    ending = name.rpartition("-")[2] if "-" in name else ""
    if ending not in VARIANTS:
        return None
    notes.add("variant", f'"{ending}" is taken for the variant; delete it if it is a mere subset')
    return ending


# -- the pointer ----------------------------------------------------------------------------------


def repo_id(instance: OldInstance, notes: Notebook) -> str | None:
    """The dataset's id on the Hub; None where path is none."""
    written = instance.text("path")
    path = _ADDRESS.sub("", written.strip()).strip("/")
    path = "/".join(path.split("/")[:2]) if _ADDRESS.search(written) else path
    if not written.strip():
        return None
    if not REPO_ID.fullmatch(path):
        notes.add("path-unusable", f'path is "{written}"; owner/name is required')
        return None
    if path != written:
        notes.add("path-cleaned", f'"{written}" was read as "{path}"')
    name = path.partition("/")[2]
    if name != instance.name:
        notes.add("name-and-path-differ", f'name is "{instance.name}" and path is "{path}"')
    return path


def revision(instance: OldInstance, notes: Notebook) -> str | None:
    """The commit; None where version is none. Nothing is cut off and nothing looked up."""
    written = instance.text("version")
    text = written.strip()
    if not text:
        notes.add("version-missing", "version is missing; the commit's 40 digits are required")
        return None
    if re.match(REVISION_PATTERN, text.lower()):
        if text.lower() != written:
            notes.add("version-cleaned", f'"{written}" was read as "{text.lower()}"')
        return text.lower()
    if not _HEX.fullmatch(text):
        notes.add("version-unusable", f'version is "{written}"; a commit is required, no branch')
    elif len(text) > COMMIT_DIGITS:
        code = "version-64-digits" if len(text) == 64 else "version-unusable"
        notes.add(code, f'version is "{written}", {len(text)} digits; 40 are required')
    else:
        notes.add("version-short", f'version is "{written}", {len(text)} digits; 40 are required')
    return None


Pointer = tuple[str, str]
"""Dataset and commit."""


def shared_pointers(pointers: Iterable[tuple[Notebook, Pointer]]) -> None:
    """Note commits that stand beside two datasets, and datasets of two instances."""
    commits: dict[str, dict[str, None]] = defaultdict(dict)
    places: dict[Pointer, list[Notebook]] = defaultdict(list)
    for notes, (dataset, commit) in pointers:
        commits[commit][dataset] = None
        places[dataset, commit].append(notes)
    for (dataset, commit), books in places.items():
        others = [other for other in commits[commit] if other != dataset]
        for notes in books:
            if others:
                notes.add(
                    "commit-of-two-datasets",
                    f"{commit} stands beside {dataset} and {', '.join(others)}: one was copied",
                )
            rest = [book.where for book in books if book is not notes]
            if rest:
                notes.add("dataset-of-two-instances", f"{dataset} is also that of {rest[0]}")
