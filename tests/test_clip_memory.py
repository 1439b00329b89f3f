"""Memory in which decode children are handed clips: used again, and never by two children."""

import os
import random
import sys
from pathlib import Path

import pytest

from tests.sounds import encode, tone
from validators import audio
from validators.audio import Decoders
from validators.clip_memory import REUSED_BYTES, ClipMemory
from validators.clips import InMemory, bytes_clip

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the system has no files in memory; each clip is a new file"
)


def content(fd: int) -> bytes:
    return os.pread(fd, REUSED_BYTES + 1, 0)


def lent(memory: ClipMemory, data: bytes) -> int:
    fd = memory.lend(data)
    assert fd is not None
    return fd


def test_a_file_holds_what_was_lent_last_whatever_was_there_before():
    memory = ClipMemory()
    fd = lent(memory, b"first")
    for data in (b"", b"longer than the first", b"short", memoryview(bytes(REUSED_BYTES))):
        memory.give_back(fd)
        assert lent(memory, data) == fd
        assert content(fd) == data
    memory.close()


def test_what_a_child_does_to_a_file_is_gone_with_the_next_clip():
    memory = ClipMemory()
    fd = lent(memory, b"first")
    kept = os.dup(fd)
    for deed in (
        lambda: os.ftruncate(kept, 0),
        lambda: os.ftruncate(kept, 1 << 30),
        lambda: os.pwrite(kept, b"x" * 100, 3),
        lambda: os.lseek(kept, 50, os.SEEK_SET),
    ):
        deed()
        memory.give_back(fd)
        assert lent(memory, b"second") == fd
        assert content(fd) == b"second"
    os.close(kept)
    memory.close()


def test_what_was_not_given_back_is_not_lent_again():
    memory = ClipMemory()
    files = [lent(memory, bytes([n])) for n in range(9)]
    assert [content(fd) for fd in files] == [bytes([n]) for n in range(9)]
    memory.give_back(files[3])
    assert lent(memory, b"new") == files[3]
    assert lent(memory, b"other") not in files
    memory.close()
    for fd in files:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(fd)


def test_a_large_clip_has_a_file_of_its_own_as_has_each_where_there_is_no_memory(monkeypatch):
    memory = ClipMemory()
    assert memory.lend(bytes(REUSED_BYTES + 1)) is None
    monkeypatch.delattr(os, "memfd_create")
    assert memory.lend(b"short") is None
    fd = InMemory(b"short")()
    assert content(fd) == b"short"
    os.close(fd)


# -- with children --------------------------------------------------------------------------------

CHILD = f"""
import os, sys
from pathlib import Path
sys.path.insert(0, {str(audio.CHILD.parents[1])!r})
from validators import decode_child
real, kept = decode_child.measure, []
def measure(fd):
    kept.append(os.dup(fd))
    said = os.pread(fd, 20, 0)
    {{deed}}
    return real(fd)
sys.argv[1:] == ["--version"] and sys.exit(decode_child.main(sys.argv[1:]))
import socket
with socket.socket(fileno=int(sys.argv[1])) as channel:
    decode_child.serve(channel, measure)
"""


def child(folder: Path, deed: str) -> Path:
    """A child without limits that keeps all it was handed, and does this with it."""
    path = folder / "child.py"
    path.write_text(CHILD.format(deed=deed))
    return path


def test_children_are_handed_their_own_memory_again_and_no_other_childs(tmp_path):
    deed = (
        "return decode_child.Measurement(size=0, failure='empty', "
        "detail=f'{os.getpid()} {os.fstat(fd).st_ino}')"
    )
    files: dict[str, set[str]] = {}
    with Decoders(2, child=child(tmp_path, deed)) as decoders:
        for _, found in decoders.measure([bytes_clip(bytes(1_000))] * 300):
            pid, file = found.detail.split()
            files.setdefault(pid, set()).add(file)
    assert all(len(own) <= 8 for own in files.values())
    assert len(set().union(*files.values())) == sum(map(len, files.values()))


@pytest.mark.timeout(120)
def test_a_child_that_writes_to_all_it_was_handed_spoils_no_clip_of_another(tmp_path):
    """Those in its queue were spoiled, too; they are measured in a fresh child."""
    deed = """
    if said == b"spoil":
        for fd in kept:
            os.pwrite(fd, b"fLaC" * 100_000, 0)
        os.abort()
"""
    chance = random.Random(0)
    frames = [chance.randrange(1, 20_000) for _ in range(200)]
    tune = tone(2)
    clips = [bytes_clip(encode(tune[:count]), tag=count) for count in frames]
    for at in (5, 50, 51, 120):
        clips.insert(at, bytes_clip(b"spoil"))
    with Decoders(2, child=child(tmp_path, deed)) as decoders:
        found = list(decoders.measure(clips))
    crashed = [number for number, (_, one) in enumerate(found) if one.failure == "crashed"]
    assert crashed == [5, 50, 51, 120]
    assert [one.frames for clip, one in found if clip.tag] == frames


def test_a_child_that_writes_to_what_it_was_handed_spoils_its_own_answers_only(tmp_path):
    """The first child to come writes to all its files at each clip, and says of each that it is
    empty."""
    deed = f"""
    try:
        os.close(os.open({str(tmp_path / "taken over")!r}, os.O_CREAT | os.O_EXCL))
        Path({str(tmp_path / "taken over")!r}).write_text(str(os.getpid()))
    except FileExistsError: pass
    if Path({str(tmp_path / "taken over")!r}).read_text() == str(os.getpid()):
        for fd in kept:
            os.pwrite(fd, b"fLaC" * 1_000, 0)
        return decode_child.Measurement(size=0, failure="empty", detail="as I say")
"""
    tune = tone(2)
    clips = [bytes_clip(encode(tune[: 100 * n]), tag=100 * n) for n in range(1, 101)]
    with Decoders(2, child=child(tmp_path, deed)) as decoders:
        found = list(decoders.measure(clips))
    honest = [(clip.tag, one.frames) for clip, one in found if one.detail != "as I say"]
    assert 0 < len(honest) < len(clips)
    assert all(frames == tag for tag, frames in honest)
