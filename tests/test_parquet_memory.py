"""Clips of parquet files in memory that a child shares: what it may say and do, and what comes."""

import contextlib
import json
import os
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.on_hub import parquet
from tests.test_parquet_reading import script, source
from validators.parquet import ParquetFiles, ParquetSource
from validators.parquet_answers import ParquetError
from validators.parquet_frames import SHARED_BYTES
from validators.parquet_memory import new_memory, taken

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the system has no files in memory; clips come in frames"
)


@contextlib.contextmanager
def shared(data: bytes) -> Iterator[int]:
    """Memory that a child has put these bytes into."""
    memory = new_memory()
    assert memory is not None
    try:
        os.pwrite(memory, data, 0)
        yield memory
    finally:
        os.close(memory)


def test_clips_are_cut_out_of_the_memory_by_their_lengths():
    with shared(b"onetwothree") as memory:
        assert taken(memory, b"[3, null, 3, 0, 5]") == [b"one", None, b"two", b"", b"three"]
        assert taken(memory, b"[%d]" % SHARED_BYTES) == [b"onetwothree".ljust(SHARED_BYTES, b"\0")]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"3",
        b"{}",
        b"[]",
        b"[-1]",
        b"[1.0]",
        b"[true]",
        b'["1"]',
        b"[[1]]",
        b"[1e999]",
        b"[" * 100_000,
        b"[%d]" % (SHARED_BYTES + 1),
        b"[%d, 1]" % SHARED_BYTES,
        b"[1, %d]" % -(2**63),
        b"[%d, %d]" % (2**64, -(2**64)),
        json.dumps([0] * 1_025).encode(),
    ],
)
def test_lengths_that_do_not_lie_in_the_memory_are_refused(payload):
    with shared(b"") as memory, pytest.raises(ValueError, match=r"clip|Expecting|nested"):
        taken(memory, payload)


@given(st.binary(max_size=40) | st.lists(st.none() | st.integers()).map(json.dumps).map(str.encode))
def test_whatever_is_said_it_is_refused_or_no_more_than_the_memory_holds(payload):
    with shared(b"") as memory, contextlib.suppress(ValueError):
        assert sum(len(clip or b"") for clip in taken(memory, payload)) <= SHARED_BYTES


def test_memory_that_a_child_has_cut_is_found_out_and_nobody_dies():
    with shared(b"12345") as memory:
        os.ftruncate(memory, 4)
        assert taken(memory, b"[2, 2]") == [b"12", b"34"]
        with pytest.raises(ValueError, match="shorter"):
            taken(memory, b"[2, 3]")


SIZES = [0, 1, SHARED_BYTES, 5, SHARED_BYTES - 1, 2, SHARED_BYTES + 1, 3, 1_000_000, 1_000_000, 7]


def of_all_sizes() -> list[bytes | None]:
    """Clips that fill the memory, do not fit into it, or are none at all."""
    clips: list[bytes | None] = [bytes([65 + n]) * size for n, size in enumerate(SIZES)]
    clips[4:4] = [None]
    return [None, *clips, None, *([b"short"] * 1_100), None]


def test_clips_of_all_sizes_come_in_order(tmp_path):
    clips = of_all_sizes()
    data = parquet({"audio": clips}, row_group_size=300, use_dictionary=False)
    file = source(tmp_path / "f", data)
    with ParquetFiles() as files:
        assert list(files.clips(file, "audio", range(len(clips)))) == list(enumerate(clips))
        odd = range(1, len(clips), 2)
        assert list(files.clips(file, "audio", odd)) == [(row, clips[row]) for row in odd]
        pieces = ParquetSource(len(data), pread=lambda offset, count: data[offset:][:count])
        assert list(files.clips(pieces, "audio", [0, 4])) == [(0, None), (4, clips[4])]


def test_where_the_system_has_no_files_in_memory_clips_come_in_frames(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "memfd_create")
    clips = of_all_sizes()
    file = source(tmp_path / "f", parquet({"audio": clips}))
    with ParquetFiles() as files:
        assert list(files.clips(file, "audio", range(len(clips)))) == list(enumerate(clips))


def test_no_more_than_the_memory_holds_is_held_at_a_time(tmp_path):
    clips = [os.urandom(1 << 16)] * 512
    file = source(tmp_path / "f", parquet({"audio": clips}))
    with ParquetFiles() as files:
        tracemalloc.start()
        try:
            for _, data in files.clips(file, "audio", range(512)):
                assert data == clips[0]
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 2 * SHARED_BYTES


# -- files that are mapped ------------------------------------------------------------------------


@pytest.mark.parametrize("mapped", [0, 1_000, 1 << 40])
def test_clips_are_the_same_whether_a_file_is_mapped_or_read(tmp_path, mapped):
    clips = of_all_sizes()
    options = {"use_dictionary": False, "data_page_size": 1, "row_group_size": 300}
    for compression in ("none", "zstd"):
        file = source(
            tmp_path / "f",
            parquet({"audio": clips, "n": clips}, compression=compression, **options),
        )
        child = script(tmp_path, f"parquet_child._MAPPED_BYTES = {mapped}")
        with ParquetFiles(child=child) as files:
            for column in ("audio", "n"):
                found = files.clips(file, column, range(len(clips)))
                assert list(found) == list(enumerate(clips))


def test_a_file_of_which_a_part_is_missing_is_refused(tmp_path):
    """The footer is whole, and says of clips that they lie behind the end of the file."""
    clips = [os.urandom(10_000) for _ in range(100)]
    data = parquet({"audio": clips}, compression="none", use_dictionary=False)
    for kept in (0, 4, 5_000):
        file = source(tmp_path / "f", data[:kept] + data[-1_000:])
        with ParquetFiles() as files:
            assert files.schema(file).rows == 100
            with pytest.raises(ParquetError):
                list(files.clips(file, "audio", range(100)))


def test_a_file_that_is_cut_while_it_is_read_is_refused(tmp_path):
    """Whoever has mapped it dies of that, which is the child."""
    clips = [os.urandom(SHARED_BYTES // 2) for _ in range(20)]
    data = parquet({"audio": clips}, compression="none", use_dictionary=False, row_group_size=20)
    file = source(tmp_path / "f", data)
    with ParquetFiles() as files:
        several = files.clips(file, "audio", range(20))
        assert next(several) == (0, clips[0])
        os.truncate(tmp_path / "f", 100)
        with pytest.raises(ParquetError):
            list(several)


# -- children that were taken over ----------------------------------------------------------------

HOSTILE = """
import mmap
from validators.parquet_frames import frame
class Clips:
    def __init__(self, channel, descriptors):
        self.channel, self.memory = channel, descriptors[1]
        self.map = mmap.mmap(self.memory, {size})
    def say(self, payload):
        self.channel.sendall(frame(b"m", payload))
        assert self.channel.recv(1) == b"t"
def answer(channel, request, descriptors):
    if len(descriptors) < 2:
        channel.sendall(frame(b"m", b"[1]"))
        return
    clips = Clips(channel, descriptors)
    {deed}
    channel.sendall(frame(b"d"))
parquet_child.answer = answer
"""


def hostile(folder: Path, deed: str) -> Path:
    """A child that answers with this deed, done to `clips`."""
    return script(folder, HOSTILE.format(size=SHARED_BYTES, deed=deed))


@pytest.fixture
def three(tmp_path: Path) -> ParquetSource:
    """A file of three clips."""
    return source(tmp_path / "f", parquet({"audio": [b"1", b"2", b"3"]}))


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ("clips.say(b'[1, 1]')", "sensible"),
        ("clips.say(b'[1, 1, 1, 1]')", "sensible"),
        ("clips.say(b'[1, 1, 1]'); clips.say(b'[null]')", "sensible"),
        (f"clips.say(b'[1, {SHARED_BYTES}]')", "sensible"),
        ("clips.say(b'[-1, 1, 1]')", "sensible"),
        ("clips.say(b'[]')", "sensible"),
        ("os.ftruncate(clips.memory, 0); clips.say(b'[1, 1, 1]')", "sensible"),
        (f"os.ftruncate(clips.memory, {SHARED_BYTES + 1}); clips.say(b'[1, 1, 1]')", "status 1"),
        ("channel.sendall(frame(b'm', bytes(5_000_000)))", "sensible"),
    ],
)
def test_a_child_that_lies_about_what_it_shares_is_not_believed(tmp_path, three, deed, words):
    with (
        ParquetFiles(child=hostile(tmp_path, deed)) as files,
        pytest.raises(ParquetError, match=words),
    ):
        list(files.clips(three, "audio", [0, 1, 2]))


def in_pieces(file: ParquetSource) -> ParquetSource:
    """As long a file of zeros, which the parent reads."""
    return ParquetSource(file.size, pread=lambda _offset, count: bytes(count))


@pytest.mark.parametrize(
    "ask",
    [
        lambda files, file: files.schema(file),
        lambda files, file: list(files.rows(file, ["audio"], 9)),
        lambda files, file: list(files.clips(in_pieces(file), "audio", [0])),
    ],
)
def test_who_was_given_no_memory_cannot_say_that_clips_lie_there(tmp_path, three, ask):
    deed = "parquet_child.answer = lambda channel, *_: channel.sendall(b'm\\0\\0\\0\\3[1]')"
    with (
        ParquetFiles(child=script(tmp_path, deed)) as files,
        pytest.raises(ParquetError, match="sensible"),
    ):
        ask(files, three)


def test_who_shared_memory_for_clips_cannot_use_it_for_a_file_in_pieces(tmp_path, three):
    deed = "clips.map[:3] = b'abc'; clips.say(b'[1, 1, 1]')"
    with ParquetFiles(child=hostile(tmp_path, deed)) as files:
        found = list(files.clips(three, "audio", [0, 1, 2]))
        assert found == [(0, b"a"), (1, b"b"), (2, b"c")]
        with pytest.raises(ParquetError, match="sensible"):
            list(files.clips(in_pieces(three), "audio", [0]))


def test_what_a_child_writes_after_it_has_sent_changes_nothing(tmp_path, three):
    deed = "clips.map[:3] = b'abc'; clips.say(b'[1, 1, 1]'); clips.map[:3] = b'xyz'"
    with ParquetFiles(child=hostile(tmp_path, deed)) as files:
        several = files.clips(three, "audio", [0, 1, 2])
        first = next(several)
        assert [first, *several] == [(0, b"a"), (1, b"b"), (2, b"c")]


def test_a_child_that_does_not_listen_is_given_up(tmp_path):
    file = source(tmp_path / "f", parquet({"audio": [None] * 10_000}))
    deed = "[channel.sendall(frame(b'm', b'[null]')) for _ in range(10_000)]; time.sleep(600)"
    with (
        ParquetFiles(child=hostile(tmp_path, deed), wall_seconds=0.3) as files,
        pytest.raises(ParquetError, match=r"did not listen for 0\.3 s"),
    ):
        list(files.clips(file, "audio", range(10_000)))


# -- deaths ---------------------------------------------------------------------------------------


def dying(folder: Path, marks: Path, call: int) -> Path:
    """A child that dies when it is about to send clips for this time, unless one has before."""
    return script(
        folder,
        f"""
from validators import parquet_memory
send, sent = parquet_memory.Outbox.send, []
def dying(self):
    sent.append(1)
    if len(sent) == {call} and not os.listdir({str(marks)!r}):
        os.mknod(os.path.join({str(marks)!r}, "died"))
        os.kill(os.getpid(), signal.SIGSEGV)
    send(self)
parquet_memory.Outbox.send = dying
parquet_child.limit_process = lambda _: None
""",
    )


@pytest.mark.parametrize("call", [1, 2, 3])
def test_what_a_child_died_with_is_asked_of_its_successor_and_nothing_comes_twice(tmp_path, call):
    """Clips of 0.9 MB: two lie in the memory at a time."""
    clips = [bytes([n]) * 900_000 for n in range(6)]
    file = source(tmp_path / "f", parquet({"audio": clips}, use_dictionary=False))
    marks = tmp_path / "marks"
    marks.mkdir()
    with ParquetFiles(child=dying(tmp_path, marks, call)) as files:
        assert list(files.clips(file, "audio", range(6))) == list(enumerate(clips))
    assert len(list(marks.iterdir())) == 1
