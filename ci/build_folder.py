"""What a build left behind, taken by the publisher only if it is whole and stands on what was
reviewed. No sound is opened here: this is where the token is."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from ci.plan import Edit, merged
from ci.publishing import Editor
from ci.receipt import MANIFEST_CAP, data_folder
from ci.state import State
from ci.yank import file_ids, reduced
from schema.instance import Instance
from schema.manifest import Build, PublishedFile, PublishedInstance
from schema.task import Task
from validators.folder import TEXT_CAP
from validators.tree import Tree, open_inside

BUILD_PATH = "build.json"


class BuildFolderError(Exception):
    """The build is not what it says, or not of what was reviewed."""


@dataclass(frozen=True)
class BuildFolder:
    """A build: its records, and where its files lie."""

    folder: Path
    build: Build

    def sources(self) -> dict[str, Path]:
        """The files of rows, by path in the dataset repository."""
        return {
            file.path: self.folder / file.path
            for entry in self.build.instances
            for file in entry.files
        }


def load(folder: Path, root: Path) -> BuildFolder:
    """Read a build, compare every file's hash, and compare the records with the reviewed folders.

    Args:
        folder: where `python -m ci.build` wrote.
        root: of the repository of tasks, as it was merged.

    Raises:
        BuildFolderError: if anything differs.
        OSError: if it cannot be read.
    """
    with os.fdopen(open_inside(folder, BUILD_PATH), "rb") as file:
        raw = file.read(MANIFEST_CAP + 1)
    try:
        build = Build.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise BuildFolderError(f"{BUILD_PATH} at {where}: {first['msg']}") from None
    faults = [*_file_faults(folder, build), *_review_faults(build.instances, root)]
    if faults:
        raise BuildFolderError("; ".join(faults[:20]))
    return BuildFolder(folder, build)


def _file_faults(folder: Path, build: Build) -> Iterator[str]:
    known = {BUILD_PATH}
    for entry in build.instances:
        for file in entry.files:
            inside = file.path.removeprefix(data_folder(entry.instance))
            if inside == file.path or "/" in inside or file.path in known:
                yield f"{file.path} is no place for a file of {entry.instance}"
            elif why := _file_fault(folder, file):
                yield f"{file.path}: {why}"
            known.add(file.path)
    for path in sorted(set(_all_files(folder)) - known):
        yield f"{path} is there, and {BUILD_PATH} does not name it"


def _file_fault(folder: Path, file: PublishedFile) -> str:
    try:
        with os.fdopen(open_inside(folder, file.path), "rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
            size = opened.tell()
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}"
    return "" if (digest, size) == (file.sha256, file.size) else "it is not what was built"


def _all_files(folder: Path) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):  # follows no link
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        for name in (*files, *links):
            yield (Path(parent) / name).relative_to(folder).as_posix()


def _review_faults(instances: Sequence[PublishedInstance], root: Path) -> Iterator[str]:
    """How records differ from the folders that were reviewed and merged."""
    digests: dict[str, str | None] = {}
    for entry in instances:
        folder = f"tasks/{entry.task}"
        if entry.task not in digests:
            digests[entry.task] = _digest(root, folder)
        if entry.status != "published" or entry.instance != f"{entry.task}_{entry.stem}":
            yield f"{entry.instance}: the record contradicts itself"
        elif digests[entry.task] != entry.approval.folder_sha256:
            yield f"{entry.instance}: it was built from another {folder} than the one here"
        elif entry.declared_task != Task.model_validate_json(_read(root, folder, "task.json")):
            yield f"{entry.instance}: its task.json is not the one in {folder}"
        elif entry.declared_instance != Instance.model_validate_json(
            _read(root, folder, f"instances/{entry.stem}.json")
        ):
            yield f"{entry.instance}: its instance file is not the one in {folder}"


def _digest(root: Path, folder: str) -> str | None:
    try:
        return Tree(root, folder).digest
    except OSError:
        return None


def _read(root: Path, folder: str, path: str) -> bytes:
    with os.fdopen(open_inside(root / folder, path), "rb") as file:
        return file.read(TEXT_CAP + 1)


# -- what to publish of it ------------------------------------------------------------------------


def editor(built: BuildFolder | None, revive: Sequence[str], scratch: Path) -> Editor:
    """What to publish: what is published, with what was built in place of it.

    Examples that were withdrawn before are left out of what was built.

    Args:
        built: a build; None: nothing was built.
        revive: retired instances that may come back.
        scratch: folder that stays until all is published.
    """

    def edit(state: State) -> Edit:
        if built is None:
            instances, changes = merged(state.manifest.instances, [], revive)
            return Edit(instances, changes)
        sources = built.sources()
        published = {entry.instance: entry for entry in state.manifest.instances}
        entries = []
        for entry in built.build.instances:
            less, replaced = _without_errata(entry, published.get(entry.instance), built, scratch)
            entries.append(less)
            sources |= replaced
        instances, changes = merged(state.manifest.instances, entries, revive)
        return Edit(instances, changes, sources)

    return edit


def _without_errata(
    built: PublishedInstance, published: PublishedInstance | None, build: BuildFolder, scratch: Path
) -> tuple[PublishedInstance, dict[str, Path]]:
    """What was built, without the examples that were withdrawn meanwhile."""
    known = {erratum.file for erratum in built.errata}
    missing = [
        erratum for erratum in (published.errata if published else ()) if erratum.file not in known
    ]
    if not missing:
        return built, {}
    files = [build.folder / file.path for file in built.files]
    there = file_ids(files)
    inside = [erratum for erratum in missing if erratum.file in there]
    # An example that the source no longer has stays withdrawn, should it ever come back.
    errata = sorted([*built.errata, *missing], key=lambda erratum: erratum.file)
    less, sources = reduced(built, files, inside, scratch) if inside else (built, {})
    return less.model_copy(update={"errata": errata}), sources
