"""The benchmark as a model meets it: examples in order, their clips as float32 arrays.

    from evaluation.data import load

    for example in load("SpokenDigitRecognition_TelephonePrompts", revision="2026.1"):
        answer = model(example.instruction, example.inputs["audio"].samples)

From the Hub at a revision, or from a folder that `python -m ci.build` or `ci.publish push --to`
wrote. Every file is compared with the manifest's hash before it is read. To import this module is
cheap; pyarrow, huggingface_hub and soundfile are imported when they are needed.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from evaluation.clips import Clip, decode
from schema.canonical import DATASET_REPO
from schema.manifest import (
    MANIFEST_PATH,
    Build,
    Manifest,
    PublishedColumn,
    PublishedFile,
    PublishedInstance,
)

BUILD_PATH: Final = "build.json"
_BATCH_ROWS: Final = 10  # that are held at once, with their clips' bytes


class DataError(Exception):
    """What was asked for is not there, or not what was published."""


@dataclass(frozen=True, slots=True)
class Example:
    """One question, and the right answer.

    Attributes:
        file: its id, unique in its instance.
        inputs: what a model is given besides the instruction, by column: clips `audio`, `audio2`,
            … and texts `text`, `text2`, ….
        instruction: what to do, in English.
        label: the right answer. classification and text: a string; number: a float; multilabel:
            the right labels; audio: a clip.
        groups: attributes for results by group, such as `speaker`.
    """

    file: str
    inputs: Mapping[str, Clip | str]
    instruction: str
    label: str | float | tuple[str, ...] | Clip
    groups: Mapping[str, str]


@dataclass(frozen=True)
class Benchmark:
    """The instances of one revision.

    Attributes:
        name: where they are, for messages.
        records: what the manifest says of each instance, by full name; also of retired ones.
    """

    name: str
    records: Mapping[str, PublishedInstance]
    _path: Callable[[PublishedFile], Path] = field(repr=False)

    @property
    def instances(self) -> list[str]:
        """The full names of the instances that can be loaded."""
        return [name for name, record in self.records.items() if record.status == "published"]

    def load(self, instance: str) -> Iterator[Example]:
        """The examples of an instance, in the order of its rows. Holds a few rows in memory.

        Raises:
            DataError: there is no such instance, it was retired, or a file cannot be had or is not
                what was published. The first two at once, the others on the way.
        """
        record = self.records.get(instance)
        if record is None:
            raise DataError(f"{self.name} has no {instance}; it has {', '.join(self.instances)}")
        if record.status == "retired":
            raise DataError(
                f"{instance} was retired: {record.reason} Name a revision from before to load it"
            )
        return self._examples(record)

    def _examples(self, record: PublishedInstance) -> Iterator[Example]:
        several = record.declared_task.output.type == "multilabel"
        for file in record.files:
            path = self._path(file)
            with path.open("rb") as opened:
                if hashlib.file_digest(opened, "sha256").hexdigest() != file.sha256:
                    raise DataError(f"{self.name}: {file.path} is not the file that was published")
            try:
                for row in _rows(path):
                    yield _example(row, record.columns, several)
            except ValueError as error:
                raise DataError(f"{self.name}: {file.path}: {error}") from error


def load(instance: str, *, revision: str, repo_id: str = DATASET_REPO) -> Iterator[Example]:
    """The examples of an instance on the Hub; see `Benchmark.load`.

    Raises:
        DataError: as `on_hub` and `Benchmark.load`.
    """
    return on_hub(revision, repo_id).load(instance)


def on_hub(revision: str, repo_id: str = DATASET_REPO) -> Benchmark:
    """The benchmark on the Hub. Files are kept in huggingface_hub's cache, and read from there
    when it is offline (HF_HUB_OFFLINE=1).

    Args:
        revision: a release, a tag `publish-<n>` or a commit. Scores are comparable at the same
            revision only, so that there is no default.
        repo_id: the dataset repository.

    Raises:
        DataError: there is no such revision, or the Hub cannot be reached.
    """

    def fetched(path: str) -> Path:
        from huggingface_hub import hf_hub_download  # noqa: PLC0415 - see the module's docstring
        from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415

        try:
            found = hf_hub_download(repo_id, path, repo_type="dataset", revision=revision)
        except (HfHubHTTPError, OSError, ValueError) as error:
            said = str(error).strip().splitlines()
            raise DataError(f"{repo_id} at {revision}: {path}: {' '.join(said[:3])}") from error
        return Path(found)

    records = _read(fetched(MANIFEST_PATH), Manifest)
    return Benchmark(f"{repo_id} at {revision}", records, lambda file: fetched(file.path))


def in_folder(folder: Path) -> Benchmark:
    """What a build left behind, or a dataset repository as a folder.

    Raises:
        DataError: the folder holds neither.
    """
    records = (
        _read(folder / MANIFEST_PATH, Manifest)
        if (folder / MANIFEST_PATH).exists()
        else _read(folder / BUILD_PATH, Build)
    )
    return Benchmark(str(folder), records, lambda file: folder / file.path)


def _read(path: Path, model: type[Manifest] | type[Build]) -> dict[str, PublishedInstance]:
    try:
        found = model.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise DataError(
            f"{path.name} is none that this version reads: {where}: {first['msg']}"
        ) from None
    return {record.instance: record for record in found.instances}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    import pyarrow as pa  # noqa: PLC0415 - see the module's docstring
    from pyarrow import parquet  # noqa: PLC0415

    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH_ROWS):
                yield from batch.to_pylist()
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error


def _example(row: dict[str, Any], columns: Sequence[PublishedColumn], several: bool) -> Example:
    cells = {column.name: _cell(row[column.name], column) for column in columns}
    names = list(cells)
    asked = names.index("instruction")
    label = tuple(json.loads(cells["label"])) if several else cells["label"]
    return Example(
        file=cells["file"],
        inputs={name: cells[name] for name in names[1:asked]},
        instruction=cells["instruction"],
        label=label,
        groups={name: cells[name] for name in names[asked + 2 :]},
    )


def _cell(value: Any, column: PublishedColumn) -> Any:
    return decode(value["bytes"], value["path"]) if column.type == "audio" else value
