"""What git holds at a commit: the digest of a task's folder as it is there."""

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path


class RevisionError(Exception):
    """git cannot say what was asked."""


def commit_id(root: Path, name: str = "HEAD") -> str:
    """The 40 hex digits of a commit.

    Raises:
        RevisionError: there is no such commit, or `root` is in no git repository.
    """
    if name.startswith("-"):
        raise RevisionError(f"{name} is no commit")
    return _git(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()


def digest_at(root: Path, commit: str, path: str) -> str:
    """The digest of the folder `path`, relative to `root`, at a commit.

    As `validators.tree.Tree.digest`: over regular files, no links.

    Raises:
        RevisionError: git cannot say.
    """
    listing = _git(root, "ls-tree", "-r", "-z", commit, "--", f"{path}/").split(b"\0")
    blobs = {}
    for line in filter(None, listing):
        about, _, name = line.partition(b"\t")
        mode, kind, blob = about.split()
        if kind == b"blob" and mode != b"120000":
            blobs[name.removeprefix(os.fsencode(path) + b"/")] = blob
    names = sorted(blobs)
    total = hashlib.sha256()
    for name, digest in zip(names, _digests(root, [blobs[name] for name in names]), strict=True):
        total.update(f"{digest}  ".encode() + name + b"\n")
    return total.hexdigest()


def _digests(root: Path, blobs: list[bytes]) -> Iterator[str]:
    """sha256 of the contents of blobs, which together are no larger than a task's folder may be."""
    answer = memoryview(_git(root, "cat-file", "--batch", input=b"\n".join([*blobs, b""])))
    at = 0
    for _ in blobs:
        end = at + bytes(answer[at : at + 128]).index(b"\n")
        size = int(bytes(answer[at:end]).split()[2])
        yield hashlib.sha256(answer[end + 1 : end + 1 + size]).hexdigest()
        at = end + 1 + size + 1


def _git(root: Path, *arguments: str, input: bytes = b"") -> bytes:  # noqa: A002 - subprocess's
    try:
        run = subprocess.run(
            ["git", "-C", str(root), *arguments], input=input, capture_output=True, check=True
        )
    except FileNotFoundError as error:
        raise RevisionError("git is not installed") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise RevisionError(said or f"git {arguments[0]} gives no answer here") from error
    return run.stdout


def is_shallow(root: Path) -> bool:
    """Whether commits are missing because the clone was made without its history.

    Raises:
        RevisionError: `root` is in no git repository.
    """
    return _git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
