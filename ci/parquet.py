"""Published rows as parquet files: written, read back, and what can be told of them undecoded.

The only module of `ci` that imports pyarrow. The bytes depend on the rows and on pyarrow's version,
which they carry, and on nothing else; what is compared between versions is the hashes of `Facts`.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from ci.flac import read_head
from ci.rows import PublishedClip, Row, RowsHash, Value
from schema.manifest import PublishedColumn
from validators.measurement import FINE_SUBTYPES

# A reader holds a row group in memory; the Hub's viewer wants few rows of sound in each.
GROUP_ROWS: Final = 100
GROUP_BYTES: Final = 16 << 20
BATCH_ROWS: Final = 10  # that pyarrow holds at once beside the row group
SHARD_BYTES: Final = 450 << 20
MAX_GROUP_BYTES: Final = 512 << 20
"""Of a row group that is read: the longest clips of a row come on top of GROUP_BYTES."""

_AUDIO: Final = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
_TYPES: Final[dict[str, pa.DataType]] = {
    "string": pa.string(), "float64": pa.float64(), "audio": _AUDIO,
}  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What published rows say of themselves; see the fields of `PublishedInstance`."""

    columns: list[PublishedColumn]
    rows: int
    minutes: float
    rows_sha256: str
    samples_sha256: str
    rounded_clips: int


def write(rows: Iterable[Row], columns: Sequence[PublishedColumn], folder: Path) -> list[Path]:
    """Write rows to `folder`/test-00000-of-0000N.parquet, ..., and name the files in order.

    Holds one row group in memory.

    Raises:
        ValueError: there is no row.
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = [
        _write_shard(shard, columns, folder / f"test-{number:05}.part")
        for number, shard in enumerate(_shards(_groups(rows)))
    ]
    if not parts:
        raise ValueError("there is no row to publish")
    return [
        part.rename(folder / f"test-{number:05}-of-{len(parts):05}.parquet")
        for number, part in enumerate(parts)
    ]


def read(files: Sequence[Path]) -> Iterator[Row]:
    """The rows of parquet files that `write` wrote. Holds one row group in memory.

    Raises:
        ValueError: a file is none, or holds what published rows never hold.
    """
    for file in files:
        with _opened(file) as parquet:
            columns = _columns(parquet.schema_arrow)
            for group in range(parquet.num_row_groups):
                if parquet.metadata.row_group(group).total_byte_size > MAX_GROUP_BYTES:
                    raise ValueError(f"{file.name} holds a row group of too many bytes")
                for batch in parquet.iter_batches(BATCH_ROWS, [group]):
                    yield from _rows(columns, batch)


def columns_in(files: Sequence[Path]) -> list[PublishedColumn]:
    """The columns of parquet files, which must be the same in all.

    Raises:
        ValueError: they differ, or a file is none of ours.
    """
    found = []
    for file in files:
        with _opened(file) as parquet:
            found.append(_columns(parquet.schema_arrow))
    if not found or any(columns != found[0] for columns in found):
        raise ValueError("the files do not have the same columns")
    return found[0]


def facts(files: Sequence[Path]) -> Facts:
    """Everything that rows tell without decoding a clip, which is more than one might think: clips
    carry the hash of their samples. Holds one row group in memory.

    Raises:
        ValueError: as `read`; or a clip is not as it is published.
    """
    columns = columns_in(files)
    inputs = [column.type == "audio" and column.name != "label" for column in columns]
    by_bytes, by_samples = RowsHash(columns), RowsHash(columns)
    seconds, rows, rounded = 0.0, 0, 0
    for row in read(files):
        bytes_values: list[Any] = []
        sample_values: list[Any] = []
        for value, is_input in zip(row, inputs, strict=True):
            if not isinstance(value, PublishedClip):
                bytes_values.append(value)
                sample_values.append(value)
                continue
            head = read_head(value.data)
            bytes_values.append([value.path, hashlib.sha256(value.data).hexdigest()])
            sample_values.append(head.pcm_sha256)
            rounded += head.source[1] in FINE_SUBTYPES
            seconds += head.seconds if is_input else 0.0
        by_bytes.add(bytes_values)
        by_samples.add(sample_values)
        rows += 1
    return Facts(
        columns, rows, round(seconds / 60, 6), by_bytes.hexdigest(), by_samples.hexdigest(), rounded
    )


def without(files: Sequence[Path], errata: Iterable[str], folder: Path) -> list[Path]:
    """Write the rows again without those of the file ids in `errata`, decoding nothing.

    Gives the same bytes as a build that left them out.

    Raises:
        ValueError: a file id is not there, none is left, or as `read`.
        OSError: a file cannot be written.
    """
    unseen, columns = set(errata), columns_in(files)
    gone = frozenset(unseen)

    def kept() -> Iterator[Row]:
        for row in read(files):
            if row[0] in gone:
                unseen.discard(str(row[0]))
            else:
                yield row

    written = write(kept(), columns, folder)
    if unseen:
        for file in written:
            file.unlink()
        raise ValueError(f"no row has the file id {', '.join(sorted(unseen))}")
    return written


# -- writing --------------------------------------------------------------------------------------


def _size(row: Row) -> int:
    return sum(
        len(value.data) if isinstance(value, PublishedClip) else len(str(value)) for value in row
    )


def _groups(rows: Iterable[Row]) -> Iterator[tuple[list[Row], int]]:
    """Rows in row groups, each with its size in bytes."""
    group: list[Row] = []
    size = 0
    for row in rows:
        more = _size(row)
        if group and (len(group) == GROUP_ROWS or size + more > GROUP_BYTES):
            yield group, size
            group, size = [], 0
        group.append(row)
        size += more
    if group:
        yield group, size


def _shards(groups: Iterator[tuple[list[Row], int]]) -> Iterator[Iterator[list[Row]]]:
    """Row groups in shards; each shard must be used up before the next is asked for."""
    waiting = next(groups, None)

    def shard() -> Iterator[list[Row]]:
        nonlocal waiting
        size = 0
        while waiting is not None and (not size or size + waiting[1] <= SHARD_BYTES):
            group, more = waiting
            size += more
            waiting = None
            yield group
            del group
            waiting = next(groups, None)

    while waiting is not None:
        yield shard()


def _write_shard(
    groups: Iterator[list[Row]], columns: Sequence[PublishedColumn], file: Path
) -> Path:
    schema = _schema(columns)
    # FLAC cannot be compressed, and nobody searches for a clip by its bytes.
    clips = [column.name for column in columns if column.type == "audio"]
    others = [column.name for column in columns if column.type != "audio"]
    codecs = dict.fromkeys((*others, *(f"{name}.path" for name in clips)), "SNAPPY")
    codecs |= dict.fromkeys((f"{name}.bytes" for name in clips), "NONE")
    with pq.ParquetWriter(
        file, schema, version="2.6", data_page_version="1.0", compression=codecs,
        use_dictionary=others, write_statistics=others, store_schema=True,
        write_batch_size=BATCH_ROWS,
    ) as writer:  # fmt: skip
        for group in groups:
            arrays = [
                _array(column, [row[place] for row in group])
                for place, column in enumerate(columns)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), len(group))
    return file


def _array(column: PublishedColumn, values: list[Value]) -> pa.Array:
    if column.type != "audio":
        return pa.array(values, _TYPES[column.type])
    clips = [value for value in values if isinstance(value, PublishedClip)]
    data = pa.array([clip.data for clip in clips], pa.binary())
    paths = pa.array([clip.path for clip in clips], pa.string())
    return pa.StructArray.from_arrays([data, paths], fields=list(_AUDIO))


def _schema(columns: Sequence[PublishedColumn]) -> pa.Schema:
    """With the features of the `datasets` library in its metadata, so that it knows the clips."""
    features = {column.name: _feature(column.type) for column in columns}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    return pa.schema([(column.name, _TYPES[column.type]) for column in columns], metadata)


def _feature(kind: Literal["string", "float64", "audio"]) -> dict[str, Any]:
    if kind == "audio":
        # datasets before version 4 mixes two channels to one unless told not to; later ones do
        # not know the key, and pass over it.
        return {"mono": False, "_type": "Audio"}
    return {"dtype": kind, "_type": "Value"}


# -- reading --------------------------------------------------------------------------------------


@contextmanager
def _opened(file: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(file) as parquet:
            yield parquet
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"{file.name} is no parquet file: {error}") from error


def _rows(columns: Sequence[PublishedColumn], batch: pa.RecordBatch) -> Iterator[Row]:
    values = (_values(*of_one) for of_one in zip(columns, batch.columns, strict=True))
    return zip(*values, strict=True)


def _columns(schema: pa.Schema) -> list[PublishedColumn]:
    names = {kind: name for name, kind in _TYPES.items()}
    return [
        PublishedColumn.model_validate({"name": field.name, "type": names.get(field.type)})
        for field in schema
    ]


def _values(column: PublishedColumn, array: pa.Array) -> list[Value]:
    if column.type != "audio":
        return _filled(column, array)
    if array.null_count:
        raise ValueError(f"the column {column.name} has a row without a clip")
    data, paths = (_filled(column, array.field(name)) for name in ("bytes", "path"))
    return [PublishedClip(clip, path) for clip, path in zip(data, paths, strict=True)]


def _filled(column: PublishedColumn, array: pa.Array) -> list[Any]:
    if array.null_count:
        raise ValueError(f"the column {column.name} has a row without a value")
    values: list[Any] = array.to_pylist()
    return values
