"""`--fix`: writes a task's files as they should be, where that is safe, and shows what it did.

What is safe is decided in `validators.tidy`. Files of clips are never touched, and of metadata
files only a byte order mark is taken off: they are data, and other things refer to them.
"""

import contextlib
import difflib
import os
import shutil
import stat
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from schema.instance import Instance
from schema.task import Task
from validators.folder import METADATA_CAP, TEXT_CAP, TaskFile, TaskFolder
from validators.render.escape import loggable
from validators.source import METADATA_NAMES
from validators.tidy import Tidied, tidy_instructions, tidy_json, tidy_table, tidy_text

LEFTOVER = ".fix-tmp"
"""How the name of a file ends that is being written; one that stays was never finished."""
MAX_SHOWN_LINES = 400
"""Lines of one file's difference that are shown; git shows the rest."""
_COLOURS = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m"}


class FixError(Exception):
    """Why nothing, or nothing more, was written."""


@dataclass(frozen=True)
class Change:
    """A file of a task folder as it stands, and as it should be; `path` is inside `folder`."""

    folder: str
    path: str
    before: bytes
    after: bytes
    mends: tuple[str, ...]

    @property
    def whole_path(self) -> str:
        """The path relative to the repository's root."""
        return f"{self.folder}/{self.path}"


def changes(root: Path, paths: Iterable[str]) -> list[Change]:
    """What `--fix` would change in these task folders.

    Raises:
        OSError: if a folder cannot be read.
    """
    return [change for path in paths for change in _changes_of(TaskFolder(root, path))]


def _changes_of(folder: TaskFolder) -> Iterator[Change]:
    labels: list[str] = []
    # task.json comes first: the labels of the instances follow the order that it ends up with.
    for path in sorted(folder.files, key=lambda path: (path != "task.json", path)):
        try:
            before = folder.read(path, TEXT_CAP) if _is_text(path) else _metadata(folder, path)
        except OSError:
            continue  # the check says what cannot be read
        if before is None:
            continue
        tidied = _tidied(path, before, labels)
        after = tidied.content if tidied else before
        if path == "task.json":
            labels = TaskFile(folder.task, path, after).labels
        if tidied and after != before:
            yield Change(folder.path, path, before, after, tidied.mends)


def _is_text(path: str) -> bool:
    return path in _TEXTS or _is_instance(path)


_TEXTS = ("task.json", "instructions.txt", "README.md", "references.bib")


def _is_instance(path: str) -> bool:
    return path.startswith("instances/") and path.endswith(".json") and path.count("/") == 1


def _metadata(folder: TaskFolder, path: str) -> bytes | None:
    parts = path.split("/")
    if len(parts) != 3 or parts[0] != "data" or parts[2] not in METADATA_NAMES:
        return None
    raw = folder.read(path, METADATA_CAP)
    return raw if len(raw) <= METADATA_CAP else None


def _tidied(path: str, raw: bytes, labels: Sequence[str]) -> Tidied | None:
    match path:
        case "task.json":
            return tidy_json(raw, Task)
        case "instructions.txt":
            return tidy_instructions(raw)
        case "README.md" | "references.bib":
            return tidy_text(raw)
    return tidy_json(raw, Instance, labels) if _is_instance(path) else tidy_table(raw)


# -- showing --------------------------------------------------------------------------------------


def shown(change: Change, *, color: bool) -> str:
    """What was mended in a file, and the difference line by line, fit for a terminal."""
    lines = [f"{loggable(change.whole_path)}: {loggable('; '.join(change.mends))}"]
    difference = [loggable(line.removesuffix("\n")) for line in _difference(change)]
    lines += [_painted(line) if color else line for line in difference[:MAX_SHOWN_LINES]]
    if len(difference) > MAX_SHOWN_LINES:
        lines.append(f"… {len(difference) - MAX_SHOWN_LINES:,} lines more; git diff shows all")
    return "\n".join(lines) + "\n"


def _difference(change: Change) -> Iterator[str]:
    before = change.before.decode(errors="backslashreplace").splitlines(keepends=True)
    after = change.after.decode(errors="backslashreplace").splitlines(keepends=True)
    for line in difflib.unified_diff(before, after, change.whole_path, change.whole_path):
        yield line
        if not line.endswith("\n"):
            yield "\\ no line end at the end of the file"


def _painted(line: str) -> str:
    colour = _COLOURS.get(line[:1], "")
    return f"{colour}{line}\x1b[0m" if colour else line


# -- what git holds -------------------------------------------------------------------------------


def not_in_git(root: Path, paths: Sequence[str]) -> list[str] | None:
    """Those of the files whose present content git does not hold, so that a fix could not be
    taken back; None where there is no git repository to ask.

    What was added (`git add`) is held: `git restore` brings it back.
    """
    git = shutil.which("git")
    if git is None:
        return None
    held = _git_files(git, root, paths)
    if held is None:
        return None
    modified = _git_files(git, root, paths, "--modified") or set()
    return [path for path in paths if path not in held or path in modified]


def _git_files(git: str, root: Path, paths: Sequence[str], *flags: str) -> set[str] | None:
    # No hook of the repository's own configuration is to run; paths are no patterns.
    command = [git, "--literal-pathspecs", "-c", "core.fsmonitor=false", "ls-files", "-z", *flags]
    run = subprocess.run([*command, "--", *paths], cwd=root, capture_output=True, check=False)
    if run.returncode:
        return None
    return {os.fsdecode(name) for name in run.stdout.split(b"\0") if name}


# -- writing --------------------------------------------------------------------------------------


def apply(root: Path, found: Iterable[Change]) -> None:
    """Write every change, each file at once or not at all.

    Raises:
        FixError: if a file cannot be written, or is another than it was; the files before it are
            written, it and those after it stay as they were.
    """
    for change in found:
        try:
            _replace(root / change.folder, change)
        except OSError as error:
            reason = error.strerror or str(error)
            raise FixError(f"cannot write {change.whole_path}: {reason}") from error


def _replace(folder: Path, change: Change) -> None:
    """Exchange a file for another in one step; no link is followed on the way."""
    *parents, name = change.path.split("/")
    with contextlib.ExitStack() as stack:
        parent = _opened_folder(stack, folder, parents)
        temporary = f".{name}{LEFTOVER}"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=parent)  # of a run that was killed
        stack.callback(_forget, temporary, parent)
        mode = _unchanged(name, parent, change)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(temporary, flags, 0o600, dir_fd=parent), "wb") as file:
            file.write(change.after)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)


def _opened_folder(stack: contextlib.ExitStack, folder: Path, parents: Sequence[str]) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(folder, flags)
    stack.callback(os.close, descriptor)
    for part in parents:
        descriptor = os.open(part, flags, dir_fd=descriptor)
        stack.callback(os.close, descriptor)
    return descriptor


def _forget(temporary: str, parent: int) -> None:
    with contextlib.suppress(OSError):
        os.unlink(temporary, dir_fd=parent)


def _unchanged(name: str, parent: int, change: Change) -> int:
    """The file's mode, if it is still the one that was read.

    Raises:
        OSError: if it is not.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, dir_fd=parent), "rb") as file:
        if file.read(len(change.before) + 1) != change.before:
            raise OSError("it was changed in the meantime")
        return stat.S_IMODE(os.fstat(file.fileno()).st_mode)
