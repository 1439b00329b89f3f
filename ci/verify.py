"""Does a revision of the dataset repository hold exactly what its manifest says, and what was
reviewed? Trusts nothing but the bytes and git."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ci.content import Difference
from ci.hub import Hub
from ci.parquet import facts
from ci.publishing import DOCUMENT_CAP
from ci.receipt import MANIFEST_CAP, ManifestError, decode, publish_tag
from ci.revision import RevisionError, commit_id, digest_at, is_shallow
from ci.state import Documents, deviations, expected
from ci.trouble import Missing
from schema.manifest import MANIFEST_PATH, Manifest, PublishedInstance


@dataclass(frozen=True)
class Scope:
    """What a verification looks at.

    Attributes:
        revision: a tag or a commit; None: the head, which must also be the last publish.
        deep: read all rows, and hash them again.
        root: of the git repository of tasks, where there is one.
    """

    revision: str | None = None
    deep: bool = False
    root: Path | None = None


@dataclass(frozen=True)
class Proof:
    """What a verification came to."""

    commit: str
    manifest: Manifest | None
    faults: tuple[str, ...]
    """What is not as it should be, in words."""
    notes: tuple[str, ...]
    """What could not be looked at here, or does not count."""
    files: int
    """That were compared."""


def verify(hub: Hub, documents: Documents, scope: Scope) -> Proof:
    """Compare a revision with its manifest, with the card made from it, and with git.

    Raises:
        Missing: if there is no such revision.
        HubError: if the Hub cannot be read.
    """
    refs = hub.refs()
    commit = refs.head if scope.revision is None else refs.tags.get(scope.revision, scope.revision)
    files = hub.files(commit)
    try:
        manifest = decode(hub.read(MANIFEST_PATH, commit, MANIFEST_CAP), hub.repo_id)
    except (Missing, ManifestError) as error:
        fault = f"{MANIFEST_PATH} cannot be used: {error}"
        return Proof(commit, None, (fault,), (), len(files))
    faults, notes = list(_tag_faults(manifest, commit, refs.tags)), []
    made = documents(manifest)
    found = list(deviations(hub, commit, files, expected(manifest, made)))
    found += _served_otherwise(hub, commit, made, found)
    if scope.revision is not None and not faults:
        # An old publish keeps the card that was made for it; its rows are what counts.
        notes = [
            f"{gap.path}: this version would write it otherwise"
            for gap in found
            if gap.path in made
        ]
        found = [gap for gap in found if gap.path not in made]
    faults += [f"{gap.path}: {_WORDS[gap.what]}" for gap in sorted(found)]
    if scope.deep:
        for entry in manifest.instances:
            faults += _row_faults(hub, commit, entry)
    for fault, counts in _approval_faults(manifest, scope.root):
        (faults if counts else notes).append(fault)
    return Proof(commit, manifest, tuple(faults), tuple(notes), len(files))


_WORDS = {
    "added": "it is there, and neither the manifest nor the card has it",
    "removed": "it is not there",
    "changed": "its content is another",
}


def _tag_faults(manifest: Manifest, commit: str, tags: Mapping[str, str]) -> Iterator[str]:
    tag = publish_tag(manifest.serial)
    target = tags.get(tag)
    if target is None:
        yield f"tag {tag} is missing; `push` sets it if all else is right"
    elif target != commit:
        yield f"tag {tag} stands at {target}, not at {commit}"


def _served_otherwise(
    hub: Hub, commit: str, made: Mapping[str, bytes], known: list[Difference]
) -> Iterator[Difference]:
    """Files of the card whose bytes are others than the Hub's list says."""
    for path in sorted(made.keys() - {gap.path for gap in known}):
        if hub.read(path, commit, DOCUMENT_CAP) != made[path]:
            yield Difference(path, "changed")


def _row_faults(hub: Hub, commit: str, entry: PublishedInstance) -> Iterator[str]:
    """What the rows themselves say otherwise than the manifest."""
    if not entry.files:
        return
    with tempfile.TemporaryDirectory(prefix="verify-") as scratch:
        copies = [Path(scratch) / file.path for file in entry.files]
        try:
            for file, copy in zip(entry.files, copies, strict=True):
                hub.download(file.path, commit, copy)
            found = facts(copies)
        except (Missing, ValueError) as error:
            yield f"{entry.instance}: its rows cannot be read: {error}"
            return
    for name in ("columns", "rows", "minutes", "rows_sha256", "samples_sha256", "rounded_clips"):
        if getattr(found, name) != getattr(entry, name):
            yield f"{entry.instance}: {name} of the rows is another than in the manifest"


def _approval_faults(manifest: Manifest, root: Path | None) -> Iterator[tuple[str, bool]]:
    """Whether git holds what was approved; False marks what cannot be known here."""
    if root is None:
        yield "there is no git repository of tasks here: approvals were not compared", False
        return
    digests: dict[tuple[str, str], str | None] = {}
    for entry in manifest.instances:
        key = entry.approval.commit, f"tasks/{entry.task}"
        if key not in digests:
            digests[key] = _digest_at(root, *key)
        if digests[key] is None:
            shallow = is_shallow(root)
            why = "this clone is shallow" if shallow else "this clone does not have it"
            yield f"{entry.instance}: {key[1]} at {key[0]} was not compared; {why}", not shallow
        elif digests[key] != entry.approval.folder_sha256:
            yield f"{entry.instance}: {key[1]} at {key[0]} is not what was approved", True


def _digest_at(root: Path, commit: str, folder: str) -> str | None:
    try:
        return digest_at(root, commit_id(root, commit), folder)
    except RevisionError:
        return None
