"""manifest.json as bytes, and back: one way to write it, and nothing else is read."""

import re

from pydantic import ValidationError

from schema.manifest import Manifest, PublishedInstance
from validators.render.escape import json_text

MANIFEST_CAP = 64 * 1024 * 1024
"""Bytes of manifest.json: a thousand instances of the largest lawful tasks."""
PUBLISH_TAG = re.compile(r"publish-([1-9][0-9]{0,8})")


class ManifestError(Exception):
    """The bytes are no manifest as this version writes it."""


def encode(manifest: Manifest) -> bytes:
    """The file's bytes: the same for the same manifest, every instance readable in a diff."""
    return (json_text(manifest.model_dump_json(by_alias=True, indent=2)) + "\n").encode()


def decode(raw: bytes, repo_id: str) -> Manifest:
    """The manifest of a repository, if it was written by `encode` and agrees with itself.

    Raises:
        ManifestError: if it is not so.
    """
    try:
        manifest = Manifest.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise ManifestError(f"at {where}: {first['msg']}") from None
    if encode(manifest) != raw:
        raise ManifestError("it is not written as the publisher writes it")
    if manifest.repo_id != repo_id:
        raise ManifestError(f"it is the manifest of {manifest.repo_id}")
    names = [entry.instance for entry in manifest.instances]
    if names != sorted(set(names)):
        raise ManifestError("its instances are not sorted, or one stands twice")
    for entry in manifest.instances:
        if fault := _fault(entry):
            raise ManifestError(f"{entry.instance}: {fault}")
    return manifest


def empty(repo_id: str) -> Manifest:
    """The manifest of a repository that nothing was published in."""
    return Manifest(schema_version=1, repo_id=repo_id, serial=0, instances=[])


def data_folder(instance: str) -> str:
    """The folder of an instance's files in the dataset repository, with a slash at its end."""
    return f"data/{instance}/"


def _fault(entry: PublishedInstance) -> str | None:
    """How a record contradicts itself."""
    if entry.instance != f"{entry.task}_{entry.stem}":
        return f"task {entry.task} and stem {entry.stem} give another name"
    retired = entry.status == "retired"
    if retired == bool(entry.files) or retired == (entry.reason is None):
        return f"it is {entry.status} with {len(entry.files)} files and reason {entry.reason!r}"
    folder = data_folder(entry.instance)
    paths = [file.path for file in entry.files]
    for path in paths:
        if not path.startswith(folder) or "/" in path.removeprefix(folder) or ".." in path:
            return f"the file {path} is not in {folder}"
    return "a file stands twice" if len(set(paths)) < len(paths) else None


def publish_tag(serial: int) -> str:
    """The tag of a publish."""
    return f"publish-{serial}"


def serial_of(tag: str) -> int | None:
    """The publish that a tag names; None for any other tag."""
    found = PUBLISH_TAG.fullmatch(tag)
    return int(found[1]) if found else None
