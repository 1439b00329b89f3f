"""Parquet files in a child with limits: what it reads, and what hostile files cannot do to it."""

import contextlib
import os
import random
import socket
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import FULL_STRENGTH
from tests.on_hub import AUDIO, embedded, parquet
from validators.clips import DecoderError
from validators.http_client import Trouble
from validators.parquet import ParquetFiles, ParquetSource, borrowed, start_ahead
from validators.parquet_answers import ParquetError, TooManyRows, embedded_of
from validators.parquet_frames import MAX_CELL_BYTES, MAX_CLIP_BYTES

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def reader() -> Iterator[ParquetFiles]:
    """One child for all files; a start costs half a second."""
    with ParquetFiles() as files:
        yield files


def source(path: Path, data: bytes | None = None) -> ParquetSource:
    """A file on disk, written first if there are bytes."""
    if data is not None:
        path.write_bytes(data)
    return ParquetSource(path.stat().st_size, open=lambda: os.open(path, os.O_RDONLY))


def everything(reader: ParquetFiles, file: ParquetSource, most: int = 10_000) -> list[Any]:
    """Schema, all rows of all columns, and all clips."""
    schema = reader.schema(file)
    rows = list(reader.rows(file, list(schema.columns), most))
    for name, is_clips in schema.columns.items():
        if is_clips:
            rows += list(reader.clips(file, name, range(len(rows))))
    return rows


def test_a_column_says_what_it_holds_and_cells_come_as_json_has_them(reader, tmp_path):
    table = {
        "text": ["a", None],
        "number": pa.array([1, -1], pa.int8()),
        "single": pa.array([0.1, float("nan")], pa.float32()),
        "double": [0.1, float("inf")],
        "flag": [True, False],
        "several": [["a", "b"], []],
        "inside": pa.array([{"x": 1, "y": ["z"]}, None]),
        "day": pa.array([0, 1], pa.date32()),
        "audio": embedded([b"RIFF", None], ["1.wav", "2.wav"]),
        "bare": [b"123", None],
    }
    file = source(tmp_path / "f", parquet(table, {"label": 1}))
    schema = reader.schema(file)
    assert [name for name, clips in schema.columns.items() if clips] == ["audio", "bare"]
    assert schema.rows == 2
    assert schema.features == '{"info": {"features": {"label": 1}}}'
    first, second = reader.rows(file, list(table), 10)
    assert first[:-2] == ["a", 1, 0.1, 0.1, True, ["a", "b"], {"x": 1, "y": ["z"]}, "1970-01-01"]
    assert second[:-2] == [None, -1, "nan", "inf", False, [], None, "1970-01-02"]
    assert (embedded_of(first[-2]), embedded_of(second[-2])) == (("1.wav", None), ("2.wav", None))
    assert list(reader.clips(file, "audio", [0, 1])) == [(0, b"RIFF"), (1, None)]
    assert list(reader.clips(file, "bare", [0, 1])) == [(0, b"123"), (1, None)]


def test_every_kind_of_cell_is_read(reader, tmp_path):
    """Also those that pyarrow would make with numpy or pandas, if it had them."""
    table = {
        "half": pa.array([0.5, None], pa.float16()),
        "decimal": pa.array([Decimal("1.50"), None], pa.decimal128(5, 2)),
        "second": pa.array([0, None], pa.timestamp("s", tz="UTC")),
        "nanosecond": pa.array([1_000, None], pa.timestamp("ns")),
        "time": pa.array([61_000, None], pa.time32("ms")),
        "span": pa.array([1_500, None], pa.duration("ms")),
        "label": pa.array(["a", None]).dictionary_encode(),
        "large": pa.array(["a", None], pa.large_string()),
        "pair": pa.array([[1, 2], None], pa.list_(pa.int16(), 2)),
        "vector": pa.array([[0.1, 0.5], None], pa.large_list(pa.float32())),
        "map": pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int8())),
        "short": pa.array([b"abcd", None], pa.binary(4)),
        "none": pa.array([None, None], pa.null()),
        "unsigned": pa.array([2**64 - 1, None], pa.uint64()),
    }
    file = source(tmp_path / "f", parquet(table))
    first, second = reader.rows(file, list(table), 10)
    assert dict(zip(table, first, strict=True)) == {
        "half": 0.5,
        "decimal": "1.50",
        "second": "1970-01-01 00:00:00+00:00",
        "nanosecond": "1970-01-01 00:00:00.000001",
        "time": "00:01:01",
        "span": "0:00:01.500000",
        "label": "a",
        "large": "a",
        "pair": [1, 2],
        "vector": [0.1, 0.5],
        "map": ["('k', 1)"],
        "short": "4 bytes",
        "none": None,
        "unsigned": 2**64 - 1,
    }
    assert second == [None] * len(table)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_child_loads_no_numpy(reader, tmp_path):
    reader.schema(source(tmp_path / "f", parquet({"n": [1]})))
    loaded = Path(f"/proc/{reader.pid}/maps").read_text()
    assert "pyarrow" in loaded
    assert "numpy" not in loaded


def test_a_reader_that_was_started_ahead_serves_whoever_comes_next(tmp_path, monkeypatch):
    waiting: list[ParquetFiles] = []
    monkeypatch.setattr("validators.parquet._waiting", waiting)
    start_ahead()
    start_ahead()
    (early,) = waiting
    pid = early.pid
    assert pid is not None
    try:
        with borrowed() as files:
            assert waiting == []
            assert files.schema(source(tmp_path / "f", parquet({"n": [1]}))).rows == 1
            assert files.pid == pid
        assert waiting == [early]
    finally:
        early.close()


def test_the_footer_tells_embedded_clips_from_clips_elsewhere(reader, tmp_path):
    for data, expected in (([b"a", b"b"], True), ([None, None], False), ([b"a", None], None)):
        table = {"audio": embedded(data, ["1.wav", "2.wav"])}
        file = source(tmp_path / "f", parquet(table))
        rows = [embedded_of(cell) for (cell,) in reader.rows(file, ["audio"], 10)]
        assert rows == [("1.wav", expected), ("2.wav", expected)]


def test_rows_and_clips_of_many_row_groups_come_in_order(reader, tmp_path):
    data = [bytes([number % 256]) * number for number in range(1_000)]
    table = {"n": range(1_000), "audio": embedded(data, [None] * 1_000)}
    file = source(tmp_path / "f", parquet(table, row_group_size=77))
    assert [n for (n,) in reader.rows(file, ["n"], 1_000)] == list(range(1_000))
    wanted = [0, 1, 76, 77, 500, 998, 999]
    assert list(reader.clips(file, "audio", wanted)) == [(n, data[n]) for n in wanted]
    assert list(reader.rows(file, [], 1_000)) == [[]] * 1_000


def test_more_rows_than_are_read_are_refused(reader, tmp_path):
    file = source(tmp_path / "f", parquet({"n": range(1_000)}, row_group_size=100))
    assert len(list(reader.rows(file, ["n"], 1_000))) == 1_000
    with pytest.raises(TooManyRows, match="more than 999 rows"):
        list(reader.rows(file, ["n"], 999))


def test_of_a_file_in_pieces_only_those_that_are_needed_are_asked_for(reader, tmp_path):
    clips = [os.urandom(10_000) for _ in range(500)]
    table = {"file": [str(n) for n in range(500)], "audio": clips, "label": ["yes"] * 500}
    data = parquet(table, row_group_size=100, use_dictionary=False)
    asked: list[tuple[int, int]] = []

    def pread(offset: int, count: int) -> bytes:
        asked.append((offset, count))
        return data[offset : offset + count]

    file = ParquetSource(len(data), pread=pread)
    assert reader.schema(file).rows == 500
    assert len(list(reader.rows(file, ["file", "label"], 1_000))) == 500
    assert len(asked) < 15, asked
    assert sum(count for _, count in asked) < len(data) / 5
    assert list(reader.clips(file, "audio", [499])) == [(499, clips[499])]


# -- limits ---------------------------------------------------------------------------------------


def test_a_terabyte_in_a_few_kilobytes_is_refused(reader, tmp_path):
    """A dictionary of one value of a megabyte, which a million rows name."""
    values = pa.DictionaryArray.from_arrays(pa.array([0] * 1_000_000, pa.int32()), ["a" * 2**20])
    data = parquet({"text": values, "audio": values.cast(pa.dictionary(pa.int32(), pa.binary()))})
    assert len(data) < 120_000
    file = source(tmp_path / "f", data)
    with pytest.raises(ParquetError, match="a cell of more than 65,536 bytes"):
        list(reader.rows(file, ["text"], 2_000_000))
    several = reader.clips(file, "audio", range(1_000_000))  # as many as one takes, one by one
    assert len(next(several)[1] or b"") == 2**20
    several.close()


def test_small_cells_that_unpack_to_gigabytes_are_refused(reader, tmp_path):
    values = pa.DictionaryArray.from_arrays(pa.array([0] * 90_000, pa.int32()), ["a" * 60_000])
    file = source(tmp_path / "f", parquet({"text": values}))
    with pytest.raises(ParquetError, match="cells of more than 67,108,864 bytes"):
        list(reader.rows(file, ["text"], 100_000))


def test_a_cell_that_is_no_clip_is_capped(reader, tmp_path):
    for cell in ("a" * (MAX_CELL_BYTES - 2), ["a"] * (MAX_CELL_BYTES // 4 - 1)):
        file = source(tmp_path / "f", parquet({"x": [cell]}))
        assert list(reader.rows(file, ["x"], 10)) == [[cell]]
    for cell in ("a" * MAX_CELL_BYTES, ["a"] * (MAX_CELL_BYTES // 4 + 1)):
        file = source(tmp_path / "f", parquet({"x": [cell]}))
        with pytest.raises(ParquetError, match="a cell of more than"):
            list(reader.rows(file, ["x"], 10))


@pytest.mark.torture
def test_the_longest_lawful_clip_fits_and_a_larger_one_is_refused(reader, tmp_path):
    quarter_of_an_hour = 15 * 60 * 48_000 * 2 * 2 + 44
    file = source(tmp_path / "f", parquet({"audio": [bytes(quarter_of_an_hour)]}))
    assert [len(data) for _, data in reader.clips(file, "audio", [0])] == [quarter_of_an_hour]
    file = source(tmp_path / "f", parquet({"audio": [bytes(MAX_CLIP_BYTES + 1)]}))
    with pytest.raises(ParquetError, match="a clip of 201,326,593 bytes; at most 201,326,592"):
        list(reader.clips(file, "audio", [0]))


def test_a_row_group_larger_than_the_child_may_grow_is_read_piece_by_piece(tmp_path):
    """448 MiB of address space, 260 of which libraries take, for a row group of 200 MB; or, at full
    strength, 640 MiB for one of a gigabyte."""
    size = 50_000
    rows, memory = (20_000, 640 << 20) if FULL_STRENGTH else (4_000, 448 << 20)
    schema = pa.schema([("audio", AUDIO)])
    block = os.urandom(size)
    with pq.ParquetWriter(tmp_path / "f", schema, compression="none", use_dictionary=False) as file:
        clips = [block[n % 1_000 :] + block[: n % 1_000] for n in range(rows)]
        file.write_table(
            pa.table({"audio": embedded(clips, [f"{n}.wav" for n in range(rows)])}),
            row_group_size=rows,
        )
    child = script(tmp_path, f"parquet_child.MEMORY_BYTES = {memory}")
    with ParquetFiles(child=child) as files:
        whole = source(tmp_path / "f")
        assert len(list(files.rows(whole, ["audio"], rows))) == rows
        for row, data in files.clips(whole, "audio", range(rows)):
            assert data == clips[row]


def test_ten_thousand_columns_are_refused(reader, tmp_path):
    file = source(tmp_path / "f", parquet({f"c{n}": [1] for n in range(10_000)}))
    with pytest.raises(ParquetError, match="10,000 columns; at most 1,000"):
        reader.schema(file)


def test_deep_nesting_is_an_error_or_a_value_and_no_crash(reader, tmp_path):
    kind = pa.int64()
    value: Any = 1
    for _ in range(100):
        kind, value = pa.list_(kind), [value]
    file = source(tmp_path / "f", parquet({"deep": pa.array([value], kind)}))
    with contextlib.suppress(ParquetError):
        assert everything(reader, file) == [[value]]


# -- files that lie -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("nothing", b""),
        ("a mark only", b"PAR1PAR1"),
        ("a footer longer than the file", b"PAR1" + b"\xff\xff\xff\x7fPAR1"),
        ("zeros", bytes(1_000)),
        ("a page of HTML", b"<html>" * 100),
        ("an encrypted footer", b"PARE" + bytes(100) + b"\x10\0\0\0PARE"),
    ],
)
def test_what_is_no_parquet_is_refused(reader, tmp_path, name, data):
    with pytest.raises(ParquetError):
        reader.schema(source(tmp_path / "f", data))


def test_a_file_that_ends_early_is_refused(reader, tmp_path):
    data = parquet({"n": range(1_000)})
    for length in (len(data) - 1, len(data) // 2, 4):
        with pytest.raises(ParquetError):
            everything(reader, source(tmp_path / "f", data[:length]))


def varint(number: int) -> bytes:
    """A number as Thrift's compact protocol writes it: zigzag, then seven bits a byte."""
    number <<= 1
    parts = []
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])


def with_footer(data: bytes, old: bytes, new: bytes) -> bytes:
    """The same file with other numbers in its footer."""
    length = int.from_bytes(data[-8:-4], "little")
    start = len(data) - 8 - length
    footer = data[start:-8]
    assert old in footer
    footer = footer.replace(old, new)
    return data[:start] + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def test_a_footer_that_claims_fewer_rows_gives_those(reader, tmp_path):
    data = parquet({"n": range(5_000)}, write_statistics=False)
    file = source(tmp_path / "f", with_footer(data, varint(5_000), varint(4_999)))
    assert everything(reader, file) == [[n] for n in range(4_999)]


@pytest.mark.parametrize("claim", [5_001, 2**40, 2**62])
def test_a_footer_that_claims_more_rows_is_found_out(reader, tmp_path, claim):
    """2**40 rows of a byte each would be a terabyte."""
    data = parquet({"n": range(5_000), "audio": [b"RIFF"] * 5_000}, write_statistics=False)
    file = source(tmp_path / "f", with_footer(data, varint(5_000), varint(claim)))
    with pytest.raises(ParquetError):
        everything(reader, file)


def test_mutated_files_are_read_or_refused_and_nothing_else_happens(reader, tmp_path):
    table = {"file": [str(n) for n in range(50)], "label": [n % 3 for n in range(50)],
             "audio": embedded([os.urandom(50) for _ in range(50)], ["a.wav"] * 50)}  # fmt: skip
    data = parquet(table, row_group_size=20)
    chance = random.Random(20261125)
    messages = []
    for _ in range(3_000 if FULL_STRENGTH else 150):
        mutant = bytearray(data)
        where = (
            chance.randrange(len(data)) if chance.random() < 0.5 else -chance.randrange(1, 1_500)
        )
        for place in range(chance.randrange(1, 4)):
            mutant[where - place] = chance.choice((0, 255, 127, 128, chance.randrange(256)))
        try:
            everything(reader, source(tmp_path / "f", bytes(mutant)), 1_000)
        except ParquetError as error:
            messages.append(str(error))
    assert len(messages) > 20
    assert all(message.isprintable() and len(message) < 250 for message in messages)


# -- deaths ---------------------------------------------------------------------------------------


def script(folder: Path, *lines: str) -> Path:
    """A child like ours, in which these lines have changed something."""
    path = folder / "child.py"
    path.write_text(
        "import os, signal, sys, time\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from validators import parquet_child\n"
        + "\n".join(lines)
        + "\nsys.exit(parquet_child.main(sys.argv[1:]))\n"
    )
    return path


def dies(mark: Path, times: int, deed: str) -> str:
    """Lines that let a child die when it sends its second clip, this many times."""
    return f"""
send_clip, sent = parquet_child._Reader._send_clip, []
def dying(self, cell):
    sent.append(1)
    deaths = len(os.listdir({str(mark)!r}))
    if len(sent) == 2 and deaths < {times}:
        os.mknod(os.path.join({str(mark)!r}, str(deaths)))
        {deed}
    send_clip(self, cell)
parquet_child._Reader._send_clip = dying
parquet_child.limit_process = lambda _: None
"""


@pytest.fixture
def clips_file(tmp_path: Path) -> ParquetSource:
    """Three clips."""
    return source(tmp_path / "f", parquet({"audio": [b"1", b"2", b"3"]}))


def test_a_child_that_dies_once_is_replaced_and_nothing_comes_twice(tmp_path, clips_file):
    marks = tmp_path / "marks"
    marks.mkdir()
    child = script(tmp_path, dies(marks, 1, "os.kill(os.getpid(), signal.SIGSEGV)"))
    with ParquetFiles(child=child) as files:
        found = list(files.clips(clips_file, "audio", [0, 1, 2]))
    assert found == [(0, b"1"), (1, b"2"), (2, b"3")]
    assert len(list(marks.iterdir())) == 1


def test_a_child_that_dies_again_is_the_files_fault(tmp_path, clips_file):
    marks = tmp_path / "marks"
    marks.mkdir()
    child = script(tmp_path, dies(marks, 9, "os.kill(os.getpid(), signal.SIGSEGV)"))
    with ParquetFiles(child=child) as files, pytest.raises(ParquetError, match="died by SIGSEGV"):
        list(files.clips(clips_file, "audio", [0, 1, 2]))
    assert len(list(marks.iterdir())) == 2


def test_a_child_that_says_nothing_is_given_up(tmp_path, clips_file):
    marks = tmp_path / "marks"
    marks.mkdir()
    child = script(tmp_path, dies(marks, 9, "time.sleep(600)"))
    with (
        ParquetFiles(child=child, wall_seconds=0.3) as files,
        pytest.raises(ParquetError, match=r"gave no answer within 0\.3 s"),
    ):
        list(files.clips(clips_file, "audio", [0, 1, 2]))


@pytest.mark.parametrize(
    "nonsense",
    [
        "b'x' + bytes(4)",
        "b's' + bytes((255,) * 4)",
        "b's' + bytes((0, 0, 0, 1)) + b'x'",
        "b's' + bytes((0, 0, 0, 2)) + b'{}'",
        "b'f' + bytes((0, 0, 0, 2)) + b'[]'",
        "b'p' + bytes((0, 0, 0, 8)) + b'[0, 999]'",
        "b'p' + bytes((0, 0, 0, 9)) + b'[-1, 1.5]'",
        "b'd' + bytes(4)",
    ],
)
def test_a_child_that_was_taken_over_is_not_believed(tmp_path, clips_file, nonsense):
    line = f"parquet_child.answer = lambda channel, *_: channel.sendall({nonsense})"
    with (
        ParquetFiles(child=script(tmp_path, line), wall_seconds=0.5) as files,
        pytest.raises(ParquetError, match=r"sensible|answer"),
    ):
        files.schema(clips_file)


def test_a_child_that_cannot_start_is_a_problem_with_its_reason(tmp_path, clips_file):
    child = tmp_path / "child.py"
    child.write_text("import there_is_no_pyarrow_here\n")
    with (
        ParquetFiles(child=child) as files,
        pytest.raises(DecoderError, match="No module named 'there_is_no_pyarrow_here'"),
    ):
        files.schema(clips_file)


def test_trouble_on_the_way_to_a_piece_ends_the_reading_and_the_child(tmp_path):
    def pread(offset: int, count: int) -> bytes:
        raise Trouble("the Hub gives no answer")

    with ParquetFiles() as files:
        with pytest.raises(Trouble):
            files.schema(ParquetSource(1_000, pread=pread))
        assert files.schema(source(tmp_path / "f", parquet({"n": [1]}))).rows == 1


def test_the_child_ends_with_its_reader(tmp_path, clips_file):
    files = ParquetFiles()
    several = files.clips(clips_file, "audio", [0, 1, 2])
    next(several)
    pid = files.pid
    assert pid is not None
    files.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_child_has_no_network_and_no_files(tmp_path):
    """What it could reach is judged from inside: a socket, and a file to write."""
    lines = f"""
def look(channel, request, descriptor):
    try:
        open({str(tmp_path / "written")!r}, "w").write("x" * 10)
    except OSError: pass
    import socket
    try:
        socket.create_connection(("127.0.0.1", int(request["size"])), timeout=5)
    except OSError: pass
    os.kill(os.getpid(), signal.SIGTERM)
parquet_child.answer = look
"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        (tmp_path / "f").write_bytes(b"")
        file = ParquetSource(server.getsockname()[1], open=lambda: os.open(tmp_path / "f", 0))
        with (
            ParquetFiles(child=script(tmp_path, lines)) as files,
            pytest.raises(ParquetError, match=r"SIGTERM|SIGXFSZ"),
        ):
            files.schema(file)
        if os.geteuid() == 0:  # only root may take the network away
            with pytest.raises(TimeoutError):
                server.accept()
    written = tmp_path / "written"
    assert not written.exists() or written.read_bytes() == b""
