"""The model of releases/<name>.json: the whole benchmark, frozen under a name."""

from typing import Annotated

from pydantic import Field

from schema.fields import Form, InstanceName, Sha256, Strict
from schema.instance import Revision
from schema.manifest import PublishedFile
from schema.report import Count

ReleaseName = Annotated[
    str,
    Form(
        r"^v?[0-9]{1,4}([.-][a-z0-9]+)*$",
        "a release's name such as 2026.1 or v1.0-rc1: a number, then small letters and digits "
        "joined by dots or hyphens",
        64,
    ),
]


class ReleasedInstance(Strict):
    """One instance, as this release holds it for ever."""

    instance: InstanceName
    rows: Count
    rows_sha256: Sha256
    """As `PublishedInstance.rows_sha256`."""
    samples_sha256: Sha256
    """As `PublishedInstance.samples_sha256`."""
    files: list[PublishedFile]


class Release(Strict):
    """A revision of the dataset repository that results may be stated for. Tag and commit name the
    same; the commit cannot move."""

    schema_version: Annotated[int, Field(ge=1, le=1)]
    name: ReleaseName
    """Of the tag, and of this file."""
    repo_id: str
    """The dataset repository."""
    commit: Revision
    """Of the dataset repository."""
    serial: Annotated[int, Field(ge=1)]
    """Of the publish, which is also tagged `publish-<serial>`."""
    manifest_sha256: Sha256
    """Of manifest.json at that commit."""
    instances: list[ReleasedInstance]
    """Sorted by name; retired ones are left out."""
