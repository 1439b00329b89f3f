"""Freezing the whole benchmark under a name: a tag that never moves, and a record of it."""

import hashlib

from pydantic import TypeAdapter, ValidationError

from ci.hub import Hub
from ci.publishing import set_tag
from ci.receipt import encode
from ci.state import Documents
from ci.verify import Scope, verify
from schema.manifest import Manifest
from schema.release import Release, ReleasedInstance, ReleaseName

FOLDER = "releases"


class ReleaseError(Exception):
    """The head cannot be released under this name."""


def check_name(name: str) -> None:
    """Refuse what is no name of a release.

    Raises:
        ReleaseError: if it is none.
    """
    try:
        TypeAdapter(ReleaseName).validate_python(name)
    except ValidationError as error:
        raise ReleaseError(error.errors(include_url=False)[0]["msg"]) from None
    if name.endswith(".lock"):
        raise ReleaseError("git has no tag whose name ends in .lock")


def release(hub: Hub, documents: Documents, name: str, scope: Scope) -> Release:
    """Verify the head and give it the name; or, where the name is given, verify what has it.

    Args:
        hub: the repository.
        documents: makes the card from the manifest.
        name: of the release.
        scope: how to verify; its revision is not used.

    Raises:
        ReleaseError: if the revision is not as it should be, or the name is none.
        TagError: if somebody gave the name to another revision meanwhile.
        HubError: if the Hub does not let it happen.
    """
    check_name(name)
    given = name in hub.refs().tags
    proof = verify(hub, documents, Scope(name if given else None, scope.deep, scope.root))
    if proof.faults or proof.manifest is None:
        raise ReleaseError(f"{proof.commit} is not as it should be: {'; '.join(proof.faults[:20])}")
    if not any(entry.status == "published" for entry in proof.manifest.instances):
        raise ReleaseError("no instance is published")
    set_tag(hub, name, proof.commit)
    return record(proof.manifest, proof.commit, name)


def record(manifest: Manifest, commit: str, name: str) -> Release:
    """What is written to releases/<name>.json."""
    return Release(
        schema_version=1,
        name=name,
        repo_id=manifest.repo_id,
        commit=commit,
        serial=manifest.serial,
        manifest_sha256=hashlib.sha256(encode(manifest)).hexdigest(),
        instances=[
            ReleasedInstance(
                instance=entry.instance,
                rows=entry.rows,
                rows_sha256=entry.rows_sha256,
                samples_sha256=entry.samples_sha256,
                files=entry.files,
            )
            for entry in manifest.instances
            if entry.status == "published"
        ],
    )


def record_bytes(made: Release) -> bytes:
    """The bytes of releases/<name>.json."""
    return (made.model_dump_json(indent=2) + "\n").encode()
