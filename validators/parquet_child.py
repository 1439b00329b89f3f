"""Reads parquet for `validators.parquet`, in a process that can do little else.

Strangers' parquet files meet pyarrow here and nowhere else. The process has the limits of a decode
child, and reads in small batches: numbers in a footer decide nothing but how many rows are decoded
at a time, and whether clips are mapped. Run as `python -I parquet_child.py <descriptor of a
socket>`; validators.parquet_frames says what is spoken.
"""

import contextlib
import json
import math
import os
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

# pyarrow does without numpy where there is none. To load it takes longer than all of pyarrow.
if __name__ == "__main__":
    sys.modules["numpy"] = None  # type: ignore[assignment]

import pyarrow as pa
import pyarrow.parquet as pq

# `python -I` knows no path to this repository; what is shared is fetched by hand.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from validators.measurement import plain_text
from validators.parquet_bytes import File, Pieces, mapped, receive
from validators.parquet_frames import (
    CELLS,
    CPU_SECONDS,
    DONE,
    FAILED,
    LENGTH,
    MAX_CELL_BYTES,
    MAX_CELLS_BYTES,
    MAX_CLIP_BYTES,
    MAX_COLUMNS,
    MAX_FRAME_BYTES,
    MAX_METADATA_BYTES,
    MEMORY_BYTES,
    READY,
    SCHEMA,
    frame,
    to_json,
)
from validators.parquet_memory import Outbox
from validators.sandbox import allow_cpu_seconds, limit_process

del sys.path[0]

_ROWS_AT_ONCE: Final = 256
_CLIPS_AT_ONCE: Final = 64
# Of clips that are unpacked at a time, as far as the footer knows: what stays in a core's cache.
_BYTES_AT_ONCE: Final = 1 << 17
# Of clips after which malloc gives back what it holds in pieces, or memory grows with their number.
# To do so after each small row group took three times as long as to read it.
_RELEASED_BYTES: Final = 1 << 22
_BUFFER_BYTES: Final = 1 << 20  # of a column that is read ahead
_MAPPED_BYTES: Final = 1 << 25  # of a column's part in a row group that is mapped, not read
_FEATURES: Final = b"huggingface"  # where `datasets` describes the columns


class _Refused(Exception):  # noqa: N818 - not an error of ours
    """Reading the file ends here."""

    def __init__(self, kind: str, detail: str) -> None:
        self.kind = kind
        self.detail = detail


# --------------------------------------------------------------------------------------------
# Schema


class _Reader:
    """Answers one request about one file, which may be open at a descriptor."""

    def __init__(
        self,
        file: Any,
        send: Callable[[bytes, bytes], None],
        outbox: Outbox,
        descriptor: int | None,
    ) -> None:
        self._send = send
        self._outbox = outbox
        self._descriptor = descriptor
        self._file = pq.ParquetFile(file, buffer_size=_BUFFER_BYTES, pre_buffer=False)
        leaves = self._file.metadata.num_columns
        if leaves > MAX_COLUMNS:
            raise _Refused("too much", f"{leaves:,} columns; at most {MAX_COLUMNS:,}")
        self._leaves = {self._file.schema.column(number).path: number for number in range(leaves)}
        self._fields: dict[str, pa.Field] = {field.name: field for field in self._file.schema_arrow}
        if len(self._fields) < len(self._file.schema_arrow):
            raise _Refused("unreadable", "two columns have one name")

    def schema(self) -> None:
        """Say what the footer says: it is the parent's to doubt it."""
        metadata = self._file.metadata
        features = (self._file.schema_arrow.metadata or {}).get(_FEATURES, b"")
        if len(features) > MAX_METADATA_BYTES:
            features = b""
        columns = [[name, _is_audio(field.type)] for name, field in self._fields.items()]
        groups = [metadata.row_group(g).num_rows for g in range(metadata.num_row_groups)]
        described = {
            "columns": columns,
            "features": features.decode(errors="replace"),
            "groups": groups,
        }
        self._send(SCHEMA, to_json(described))

    # ----------------------------------------------------------------------------------------
    # Cells

    def cells(self, names: list[str], most_rows: int) -> None:
        """Send the rows: of a column of clips only their names, and whether they are embedded."""
        total = 0
        for rows in self._rows(names, most_rows):
            for payload in _payloads(rows):  # soon: the parent reads them meanwhile
                total += len(payload)
                if total > MAX_CELLS_BYTES:
                    raise _Refused(
                        "too much", f"cells of more than {MAX_CELLS_BYTES:,} bytes in all"
                    )
                self._send(CELLS, payload)

    def _rows(self, names: list[str], most_rows: int) -> Iterator[list[Any]]:
        """The rows, some at a time."""
        count = 0
        for group in range(self._file.num_row_groups):
            embedded = {name: self._embedded(group, name) for name in names}
            claimed = self._file.metadata.row_group(group).num_rows
            there = 0
            for batch in self._batches(group, names):
                there += batch.num_rows
                count += batch.num_rows
                if count > most_rows:
                    raise _Refused("rows", f"it holds more than {most_rows:,} rows")
                columns = [self._values(batch, name, embedded[name]) for name in names]
                yield [[column[at] for column in columns] for at in range(batch.num_rows)]
            if names and there != claimed:
                raise _Refused(
                    "unreadable", f"row group {group} claims {claimed} rows and holds {there}"
                )

    def _batches(self, group: int, names: list[str]) -> Iterator[Any]:
        leaves = [leaf for name in names if (leaf := self._leaf(name)) is not None]
        return self._file.iter_batches(  # type: ignore[no-any-return]
            batch_size=_ROWS_AT_ONCE, row_groups=[group], columns=leaves, use_threads=False
        )

    def _leaf(self, name: str) -> str | None:
        """What is read of a column for its cells: of clips only names, if they have any."""
        kind = self._fields[name].type
        if not _is_audio(kind):
            return name
        return f"{name}.path" if _child(kind, "path") is not None else None

    def _values(self, batch: Any, name: str, embedded: bool | None) -> list[Any]:
        if self._leaf(name) is None:
            return [[None, embedded]] * int(batch.num_rows)
        column = batch.column(batch.schema.get_field_index(name))
        if pa.types.is_string(column.type):
            return column.to_pylist()  # type: ignore[no-any-return]
        if not _is_audio(self._fields[name].type):
            return [_plain(value, column.type) for value in column.to_pylist()]
        return [
            None if value is None else [value.get("path"), embedded] for value in column.to_pylist()
        ]

    def _embedded(self, group: int, name: str) -> bool | None:
        """Whether the footer says of a column of clips that all, or none, hold their bytes."""
        if not _is_audio(self._fields[name].type):
            return None
        chunk = self._chunk(group, f"{name}.bytes")
        nulls = chunk.statistics.null_count if chunk and chunk.statistics else None
        if nulls == self._file.metadata.row_group(group).num_rows:
            return False
        return True if nulls == 0 else None

    # ----------------------------------------------------------------------------------------
    # Clips

    def clips(self, name: str, rows: list[int]) -> None:
        """Send the bytes of a column in these rows, which are given in ascending order."""
        wanted = iter([*rows, -1])
        row = next(wanted)
        start = 0
        kind = self._fields[name].type
        leaf = f"{name}.bytes" if pa.types.is_struct(kind) else name
        file = self._for_clips(leaf)
        unpacked = 0
        for group in range(self._file.num_row_groups):
            end = start + self._file.metadata.row_group(group).num_rows
            if not start <= row < end:
                start = end
                continue
            at = start
            for batch in self._clip_batches(file, group, leaf):
                unpacked += batch.nbytes
                column = batch.column(0)
                if pa.types.is_struct(column.type):
                    column = column.field("bytes")
                while at <= row < at + len(column):
                    self._send_clip(column[row - at])
                    row = next(wanted)
                at += len(column)
                del column, batch
                if not at <= row < end:
                    break
            start = end
            if unpacked >= _RELEASED_BYTES:
                pa.default_memory_pool().release_unused()
                unpacked = 0
        self._outbox.send()
        if row != -1:
            raise _Refused("unreadable", f"there is no row {row}")

    def _clip_batches(self, file: pq.ParquetFile, group: int, leaf: str) -> Iterator[Any]:
        chunk = self._chunk(group, leaf)
        size = chunk.total_uncompressed_size if chunk else _BYTES_AT_ONCE
        average = max(1, size // max(1, self._file.metadata.row_group(group).num_rows))
        rows = max(1, min(_CLIPS_AT_ONCE, _BYTES_AT_ONCE // average))
        return file.iter_batches(  # type: ignore[no-any-return]
            batch_size=rows, row_groups=[group], columns=[leaf], use_threads=False
        )

    def _chunk(self, group: int, leaf: str) -> Any:
        """What the footer says of a leaf column in a row group; None if there is no such."""
        number = self._leaves.get(leaf)
        return None if number is None else self._file.metadata.row_group(group).column(number)

    def _for_clips(self, leaf: str) -> pq.ParquetFile:
        """The file, mapped where that takes little of the memory: clips are then copied less."""
        groups = range(self._file.num_row_groups)
        chunks = [chunk for group in groups if (chunk := self._chunk(group, leaf))]
        largest = max((chunk.total_compressed_size for chunk in chunks), default=0)
        if self._descriptor is None or largest > _MAPPED_BYTES:
            return self._file
        size = os.fstat(self._descriptor).st_size
        file = pa.PythonFile(File(partial(mapped, self._descriptor), size), mode="r")
        return pq.ParquetFile(file, metadata=self._file.metadata, buffer_size=0, pre_buffer=False)

    def _send_clip(self, cell: Any) -> None:
        if not cell.is_valid:
            self._outbox.put(None, 0)
            return
        if isinstance(cell, pa.DictionaryScalar):
            cell = cell.value
        data = cell.as_buffer()
        if data.size > MAX_CLIP_BYTES:
            raise _Refused("too much", f"a clip of {data.size:,} bytes; at most {MAX_CLIP_BYTES:,}")
        self._outbox.put(data, data.size)


def _child(kind: Any, name: str) -> Any:
    index = kind.get_field_index(name) if pa.types.is_struct(kind) else -1
    return kind.field(index).type if index >= 0 else None


def _is_binary(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_audio(kind: Any) -> bool:
    """Whether a column holds clips: bytes, or a struct of bytes and perhaps a path."""
    return _is_binary(kind) or ((inner := _child(kind, "bytes")) is not None and _is_binary(inner))


def _plain(value: Any, kind: Any) -> Any:
    """A value as JSON can say it."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return _shortest(value) if pa.types.is_float32(kind) else value
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, list):
        inner = getattr(kind, "value_type", kind)
        return [_plain(item, inner) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item, pa.null()) for key, item in value.items()}
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return str(value)


def _shortest(value: float) -> float:
    """The shortest decimal that is the same number in 32 bits: 0.1, not 0.10000000149011612."""
    single = struct.Struct("f")
    for digits in range(6, 9):
        short = float(f"{value:.{digits}g}")
        if single.pack(short) == single.pack(value):
            return short
    return value


def _payloads(rows: list[list[Any]]) -> Iterator[bytes]:
    """The rows as JSON, in as few frames as may be."""
    whole = to_json(rows)
    if len(whole) <= MAX_CELL_BYTES:  # and so is each cell
        yield whole
        return
    waiting: list[bytes] = []
    size = 0
    for row in rows:
        line = b"[" + b",".join(map(_encoded, row)) + b"]"
        if len(line) > MAX_FRAME_BYTES // 2:
            raise _Refused("too much", f"a row of more than {MAX_FRAME_BYTES // 2:,} bytes")
        if size + len(line) > MAX_FRAME_BYTES // 2:
            yield b"[" + b",".join(waiting) + b"]"
            waiting, size = [], 0
        waiting.append(line)
        size += len(line) + 1
    yield b"[" + b",".join(waiting) + b"]"


def _encoded(cell: Any) -> bytes:
    text = to_json(cell)
    if len(text) > MAX_CELL_BYTES:
        raise _Refused("too much", f"a cell of more than {MAX_CELL_BYTES:,} bytes that is no clip")
    return text


# --------------------------------------------------------------------------------------------
# The process


def answer(channel: socket.socket, request: dict[str, Any], descriptors: list[int]) -> None:
    """Read a file as a request asks, and send the frames."""

    def send(kind: bytes, payload: bytes) -> None:
        channel.sendall(frame(kind, payload))

    try:
        if not descriptors:
            size = int(request["size"])
            file: Any = pa.PythonFile(File(Pieces(channel, size).pread, size), mode="r")
        else:  # which copies less than a file of Python's would
            file = pa.OSFile(f"/dev/fd/{descriptors[0]}", "rb")
        whole, memory, *_ = [*descriptors, None, None]
        reader = _Reader(file, send, Outbox(channel, memory), whole)
        match request["want"]:
            case "schema":
                reader.schema()
            case "cells":
                reader.cells(request["columns"], request["most"])
            case "clips":
                reader.clips(request["column"], request["rows"])
        send(DONE, b"")
    except _Refused as refused:
        send(FAILED, to_json([refused.kind, refused.detail]))
    except MemoryError:  # pyarrow's own is one
        detail = f"asks for more than {MEMORY_BYTES >> 20} MiB of memory"
        send(FAILED, to_json(["memory", detail]))
    except ConnectionError:
        raise
    # What pyarrow says of a broken file, in whichever of its layers it notices.
    except (pa.ArrowException, OSError, ValueError, LookupError, TypeError, AttributeError) as bad:
        send(FAILED, to_json(["unreadable", plain_text(str(bad)).removesuffix(".")]))
    except RecursionError:
        send(FAILED, to_json(["unreadable", "nested too deeply"]))


def serve(channel: socket.socket) -> None:
    """Answer requests until the parent closes its end."""
    channel.sendall(frame(READY))
    while True:
        head, descriptors, _, _ = socket.recv_fds(channel, LENGTH.size, 2)
        if not head:
            return
        try:
            head += receive(channel, LENGTH.size - len(head))
            request = json.loads(receive(channel, LENGTH.unpack(head)[0]))
            allow_cpu_seconds(CPU_SECONDS)
            answer(channel, request, descriptors)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)


def main(arguments: list[str]) -> int:
    """Entry point: `<descriptor>` of the socket, or `--version` to see whether the imports work."""
    if arguments == ["--version"]:
        print(f"pyarrow {pa.__version__}")
        return 0
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    limit_process(MEMORY_BYTES)
    with socket.socket(fileno=int(arguments[0])) as channel, contextlib.suppress(ConnectionError):
        serve(channel)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
