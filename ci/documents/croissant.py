"""croissant.json: the dataset as machines read it, in Croissant 1.0 by the mlcroissant library.

The format: https://docs.mlcommons.org/croissant/docs/croissant-spec.html. Addresses name the tag
of the publish, which never moves, so the sums hold for ever.
"""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ci.documents.citation import PAPER
from ci.documents.front_matter import PRETTY_NAME
from ci.documents.licensing import LICENCE_PATH
from schema.licences import LICENCES
from schema.manifest import Manifest, PublishedColumn, PublishedFile, PublishedInstance
from validators.render.escape import json_text, visible

if TYPE_CHECKING:
    from mlcroissant import (  # type: ignore[import-untyped]
        Context,
        Field,
        FileObject,
        RecordSet,
    )

CROISSANT_PATH = "croissant.json"
CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
_PARQUET = "application/x-parquet"


def croissant(manifest: Manifest, entries: Sequence[PublishedInstance]) -> str:
    """The dataset in JSON-LD: a file and a record set for each instance.

    An instance of several files has a record set for each, as mlcroissant reads no record set from
    several files that are named one by one, which alone lets each have its sha256.

    Args:
        manifest: names repository and serial.
        entries: the published instances.
    """
    import mlcroissant as mlc  # noqa: PLC0415 - about a second of importing

    context = mlc.Context(conforms_to=CONFORMS_TO)
    home = f"https://huggingface.co/datasets/{manifest.repo_id}"
    revision = f"{home}/resolve/publish-{manifest.serial}"
    metadata = mlc.Metadata(
        ctx=context,
        name=PRETTY_NAME,
        description="A benchmark of speech models that follow instructions: each record set is a"
        " task on one dataset, with clips, an instruction and the right answer in every row.",
        url=home,
        version=f"{manifest.serial}.0.0",
        license=_licences(entries) or None,
        cite_as=PAPER,
        keywords=["speech", "benchmark", "instruction following", "evaluation"],
        distribution=[
            _file(context, file, f"{revision}/{file.path}")
            for entry in entries
            for file in entry.files
        ],
        record_sets=[record for entry in entries for record in _record_sets(context, entry)],
    )
    found: dict[str, Any] = metadata.to_json()
    found.setdefault("license", f"{revision}/{LICENCE_PATH}")
    return json_text(json.dumps(found, indent=1, ensure_ascii=False)) + "\n"


def _licences(entries: Sequence[PublishedInstance]) -> list[str]:
    parts = {part for e in entries for part in e.declared_instance.license.split(" AND ")}
    return [
        f"https://spdx.org/licenses/{part}.html" if part in LICENCES else part
        for part in sorted(parts)
    ]


def _file(context: "Context", file: PublishedFile, address: str) -> "FileObject":
    from mlcroissant import FileObject  # noqa: PLC0415

    return FileObject(
        ctx=context,
        id=file.path,
        name=file.path,
        content_url=address,
        content_size=f"{file.size} B",
        encoding_formats=[_PARQUET],
        sha256=file.sha256,
    )


def _record_sets(context: "Context", entry: PublishedInstance) -> "Iterator[RecordSet]":
    from mlcroissant import RecordSet  # noqa: PLC0415

    for file in entry.files:
        part = f"/{file.path.rpartition('/')[2].removesuffix('.parquet')}"
        name = entry.instance + (part if len(entry.files) > 1 else "")
        yield RecordSet(
            ctx=context,
            id=name,
            name=name,
            description=visible(entry.declared_task.description),
            fields=[_field(context, name, file, column) for column in entry.columns],
        )


def _field(
    context: "Context", record_set: str, file: PublishedFile, column: PublishedColumn
) -> "Field":
    from mlcroissant import DataType, Extract, Field, Source, Transform  # noqa: PLC0415

    sound = column.type == "audio"
    types = {
        "string": DataType.TEXT, "float64": DataType.FLOAT64, "audio": DataType.AUDIO_OBJECT,
    }  # fmt: skip
    return Field(
        ctx=context,
        id=f"{record_set}/{column.name}",
        name=column.name,
        data_types=[types[column.type]],
        source=Source(
            ctx=context,
            file_object=file.path,
            extract=Extract(ctx=context, column=column.name),
            # The cell holds the bytes of a FLAC file and its name.
            transforms=[Transform(ctx=context, json_path="bytes")] if sound else [],
        ),
    )
