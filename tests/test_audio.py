"""The supervisor: real children, really killed; no clip is lost, doubled or out of order."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import sounds
from tests.sounds import clip, encode, tone
from validators import audio
from validators.audio import Decoders
from validators.cache import Cache
from validators.clips import ClipSource, DecoderError, bytes_clip, file_clip

ROOT = Path(__file__).resolve().parent.parent
WAV = encode(tone())

# The real child, to which clips with these contents happen as they might to a broken libsndfile.
FAULTY_CHILD = f"""
import ctypes, importlib.util, os, signal, sys, time
spec = importlib.util.spec_from_file_location("decode_child", {str(audio.CHILD)!r})
decode_child = importlib.util.module_from_spec(spec)
spec.loader.exec_module(decode_child)
decode_child.CPU_SECONDS = 1
jobs = 0
real_sniff = decode_child.sniff

def sniff(fd):
    global jobs
    jobs += 1
    what = os.pread(fd, 20, 0)
    if what == b"segfault": ctypes.string_at(0)
    if what == b"segfault if not new" and jobs > 1: ctypes.string_at(0)
    if what == b"abort": os.abort()
    if what == b"exit": os._exit(3)
    if what == b"exception": raise RuntimeError("a bug of ours")
    if what == b"hang": time.sleep(3600)
    if what == b"burn":
        while True: pass
    if what == b"memory": bytearray(2 << 30)
    if what == b"malloc": decode_child.np.ones(2 << 28)
    if what == b"write": open("/tmp/written", "w").write("x" * 100000)
    if what == b"fork":
        if not os.fork(): time.sleep(3600)
        time.sleep(3600)
    if what == b"report":
        files = len(os.listdir("/proc/self/fd"))
        seen = [*sorted(os.environ), os.getcwd(), str(files)]
        raise decode_child._Refused("empty", " ".join(seen))
    return real_sniff(fd)

class Nonsense:
    def to_bytes(self): return b'{{"size": 1}}'

real_measure = decode_child.measure
def measure(fd):
    return Nonsense() if os.pread(fd, 20, 0) == b"nonsense" else real_measure(fd)

decode_child.sniff = sniff
sys.argv[1:] == ["--version"] and sys.exit(decode_child.main(sys.argv[1:]))
decode_child.limit_process()
import socket
with socket.socket(fileno=int(sys.argv[1])) as channel:
    decode_child.serve(channel, measure)
"""


@pytest.fixture(scope="module")
def faulty_child(tmp_path_factory):
    path = tmp_path_factory.mktemp("child") / "faulty_child.py"
    path.write_text(FAULTY_CHILD)
    return path


@pytest.fixture(scope="module")
def decoders():
    with Decoders(2) as decoders:
        yield decoders


@pytest.fixture(scope="module")
def faulty(faulty_child):
    with Decoders(2, child=faulty_child) as decoders:
        yield decoders


def failures(decoders: Decoders, *contents: bytes) -> list[str | None]:
    return [found.failure for _, found in decoders.measure(map(bytes_clip, contents))]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0] != "Z"
    except OSError:
        return False


def open_descriptors() -> list[str]:
    return sorted(entry.name for entry in Path("/proc/self/fd").iterdir())


def numbered(count: int) -> list[ClipSource]:
    """Clips that differ in length, each with its number of frames as tag."""
    return [clip(encode(tone()[: 100 + n]), tag=100 + n) for n in range(count)]


# -- measuring ------------------------------------------------------------------------------------


def test_results_come_in_the_order_of_the_clips(decoders):
    results = list(decoders.measure(numbered(200)))
    assert [source.tag for source, _ in results] == list(range(100, 300))
    assert all(source.tag == found.frames for source, found in results)


def test_a_long_clip_holds_up_none_of_the_others(decoders):
    long = encode(sounds.speech(60), encoding="opus")
    results = decoders.measure([clip(long), *numbered(100)])
    assert [found.failure for _, found in results] == [None] * 101


def test_one_call_has_children_of_its_own():
    [(source, found)] = audio.measure([bytes_clip(WAV, tag="a")], jobs=1)
    assert (source.tag, found.frames) == ("a", 16_000)


def test_no_clips(decoders):
    assert list(decoders.measure([])) == []


def test_children_are_started_for_work_only():
    with Decoders(4) as decoders:
        assert decoders.pids == []
        assert failures(decoders, WAV) == [None]
        assert len(decoders.pids) == 1


def test_children_start_before_the_first_clip_is_drawn():
    started = []

    class Clips:
        def __length_hint__(self) -> int:
            return 2

        def __iter__(self):
            started.append(len(decoders.pids))
            return iter([clip(WAV), clip(b"")])

    with Decoders(4) as decoders:
        assert len(list(decoders.measure(Clips()))) == 2
    assert started == [2]


def test_no_child_starts_for_clips_that_the_cache_may_know(tmp_path):
    with Cache(tmp_path) as cache, Decoders(1, cache=cache) as decoders:
        list(decoders.measure([clip(WAV)]))
    with Cache(tmp_path) as cache, Decoders(1, cache=cache) as decoders:
        list(decoders.measure([clip(WAV)]))
        assert decoders.pids == []


def test_clips_are_drawn_as_needed(decoders):
    drawn = 0

    def clips():
        nonlocal drawn
        for drawn, source in enumerate(numbered(300)):  # noqa: B007 - looked at outside
            yield source

    results = decoders.measure(clips())
    next(results)
    assert drawn < 100
    results.close()


def test_a_file_is_measured_by_what_it_holds(decoders, tmp_path):
    path = tmp_path / "clip.mp3"
    path.write_bytes(WAV)
    [(_, found)] = decoders.measure([file_clip(path)])
    assert (found.content, found.frames) == ("wav", 16_000)


def test_what_is_no_regular_file_is_unreadable(decoders, tmp_path):
    (tmp_path / "good.wav").write_bytes(WAV)
    (tmp_path / "link.wav").symlink_to("good.wav")
    (tmp_path / "folder.wav").mkdir()
    os.mkfifo(tmp_path / "pipe.wav")
    names = ["good.wav", "link.wav", "folder.wav", "pipe.wav", "gone.wav"]
    found = [m for _, m in decoders.measure(file_clip(tmp_path / name) for name in names)]
    assert [one.failure for one in found] == [None, *["unreadable"] * 4]
    assert [one.detail for one in found[1:]] == [
        "is a symbolic link",
        "is not a regular file",
        "is not a regular file",
        "No such file or directory",
    ]


def test_failures_of_the_bytes_pass_through(decoders):
    wide = sounds.wav_with(WAV, channels=9)
    contents = (b"", b"<html>", WAV[:30], wide, WAV)
    expected = ["empty", "unknown-content", "undecodable", "refused-header", None]
    assert failures(decoders, *contents) == expected


def test_an_early_end_leaves_decoders_usable(decoders):
    for _ in range(3):
        results = decoders.measure(numbered(100))
        next(results)
        results.close()
    assert failures(decoders, WAV) == [None]


def test_an_error_of_the_caller_leaves_decoders_usable(decoders):
    def clips():
        yield from numbered(10)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(decoders.measure(clips()))
    assert failures(decoders, WAV) == [None]


def test_one_measure_at_a_time(decoders):
    first = decoders.measure(numbered(2))
    next(first)
    with pytest.raises(RuntimeError, match="already"):
        next(decoders.measure(numbered(2)))
    first.close()


# -- children that die ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "failure", "detail"),
    [
        (b"segfault", "crashed", "the decoder died by SIGSEGV"),
        (b"abort", "crashed", "the decoder died by SIGABRT"),
        (b"exit", "crashed", "the decoder ended with status 3"),
        (b"exception", "crashed", "the decoder ended with status 1"),
        (b"nonsense", "crashed", "the decoder gave no sensible answer"),
        (b"burn", "timeout", "more than 10 s of CPU time"),
        (b"memory", "memory", "more than 1024 MiB of memory"),
        (b"malloc", "memory", "more than 1024 MiB of memory"),
    ],
)
@pytest.mark.timeout(60)
def test_a_fault_is_that_of_its_clip_alone(faulty, content, failure, detail):
    clips = [*numbered(12), bytes_clip(content), *numbered(12)]
    found = [measurement for _, measurement in faulty.measure(clips)]
    assert (found[12].failure, found[12].detail) == (failure, detail)
    assert [one.frames for one in found] == [*range(100, 112), 0, *range(100, 112)]


@pytest.mark.parametrize("content", [b"hang", b"fork"])
def test_who_hangs_is_given_up(faulty_child, content):
    with Decoders(1, child=faulty_child, wall_seconds=1) as decoders:
        clips = [bytes_clip(WAV), bytes_clip(content), bytes_clip(WAV)]
        found = [measurement for _, measurement in decoders.measure(clips)]
    assert [one.failure for one in found] == [None, "timeout", None]
    assert found[1].detail == "no result within 1 s"


def test_many_faults_at_once(faulty):
    contents = [WAV, b"segfault", b"exit", WAV, b"", b"memory", b"segfault", WAV, b"abort", WAV] * 3
    crash = "crashed"
    assert failures(faulty, *contents) == [
        *(None, crash, crash, None, "empty", "memory", crash, None, crash, None)
    ] * 3  # fmt: skip


def test_a_clip_is_not_blamed_for_a_death_that_a_fresh_child_survives(faulty):
    assert failures(faulty, WAV, b"segfault if not new", WAV) == [None, "unknown-content", None]


def test_children_can_do_little(faulty):
    [(_, found)] = faulty.measure([bytes_clip(b"report")])
    # LC_CTYPE is Python's doing. Descriptors: three standard ones, the socket, the clip, the list.
    assert found.detail.replace("LC_CTYPE ", "") == (
        "OMP_NUM_THREADS OPENBLAS_NUM_THREADS VECLIB_MAXIMUM_THREADS / 6"
    )
    assert failures(faulty, b"write") == ["crashed"]
    assert audio.sandboxed() is (sys.platform == "linux")


@pytest.mark.timeout(120)
def test_killing_children_at_random_changes_nothing():
    chance = random.Random(0)
    results = []
    with Decoders(2) as decoders:
        for result in decoders.measure(numbered(200)):
            results.append(result)
            if len(results) % 20 == 0 and decoders.pids:
                os.kill(chance.choice(decoders.pids), signal.SIGKILL)
    assert [(source.tag, found.frames) for source, found in results] == [
        (frames, frames) for frames in range(100, 300)
    ]


def test_idle_children_may_die(decoders):
    assert failures(decoders, WAV) == [None]
    for pid in decoders.pids:
        os.kill(pid, signal.SIGKILL)
    assert failures(decoders, WAV, WAV) == [None, None]


def test_no_zombies_and_no_descriptors_are_left(faulty_child):
    before = open_descriptors()
    with Decoders(2, child=faulty_child) as decoders:
        assert failures(decoders, WAV, b"segfault", WAV)[1] == "crashed"
        pids = decoders.pids
    assert pids
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert open_descriptors() == before


def test_children_die_with_their_parent(faulty_child):
    program = f"""
import sys
from pathlib import Path
from validators.audio import Decoders
from validators.clips import bytes_clip
decoders = Decoders(1, child=Path({str(faulty_child)!r}))
list(decoders.measure([bytes_clip(b"warm")]))
results = decoders.measure([bytes_clip(b"")] * 20 + [bytes_clip(b"hang")])
next(results)
print(decoders.pids[0], flush=True)
list(results)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.kill()
    until = time.monotonic() + 10
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert not is_alive(pid)


def test_children_that_cannot_start_are_no_finding(tmp_path):
    child = tmp_path / "child.py"
    child.write_text("import no_such_decoder\n")
    with Decoders(2, child=child) as decoders:
        decoders.start()  # which does not matter
        with pytest.raises(DecoderError, match="no_such_decoder"):
            list(decoders.measure(numbered(3)))


def test_samples_are_hashed_where_it_is_asked_for_and_all_else_is_the_same():
    with Decoders(1) as plain, Decoders(1, hashing=True) as hashing:
        for (_, found), (_, hashed) in zip(
            plain.measure(numbered(3)), hashing.measure(numbered(3)), strict=True
        ):
            assert found.pcm_sha256 == ""
            assert len(hashed.pcm_sha256) == 64
            assert hashed._replace(pcm_sha256="") == found


def test_a_cache_does_not_serve_whoever_needs_hashes(tmp_path):
    with Cache(tmp_path) as cache, pytest.raises(ValueError, match="without hashes"):
        Decoders(1, cache=cache, hashing=True)


def test_at_least_one_child():
    with pytest.raises(ValueError, match="at least 1"):
        Decoders(0)


# -- the parent's own house -----------------------------------------------------------------------


def test_the_parent_imports_no_decoder():
    program = (
        "import sys; from validators import audio, cache, clips, measurement;"
        "[m] = audio.measure([clips.bytes_clip(b'RIFF')], jobs=1);"
        "assert m[1].failure == 'unknown-content';"
        "print(sorted({'numpy', 'soundfile', 'cffi', 'threading'} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "numpy" not in shown.stdout
    assert "soundfile" not in shown.stdout


def test_measurements_are_found_in_the_cache(decoders, tmp_path):
    clips = [clip(WAV), clip(b""), bytes_clip(encode(tone(2)))]
    with Cache(tmp_path) as cache, Decoders(1, cache=cache) as first:
        fresh = [found for _, found in first.measure(clips)]
    with Cache(tmp_path) as cache, Decoders(1, cache=cache) as second:
        again = [found for _, found in second.measure(clips[:2])]
        assert second.pids == []  # nothing was decoded
        assert cache.get_many([sounds.key_of(encode(tone(2)))]) == {}  # it had no key
    assert again == fresh[:2]


def test_faults_of_the_machine_are_not_cached(faulty_child, tmp_path):
    with Cache(tmp_path) as cache, Decoders(1, cache=cache, child=faulty_child) as decoders:
        clips = [clip(b"segfault"), clip(b"memory"), ClipSource("00", lambda: os.open("/no", 0))]
        found = [measurement for _, measurement in decoders.measure(clips)]
        assert [one.failure for one in found] == ["crashed", "memory", "unreadable"]
        assert cache.get_many([str(source.key) for source in clips]) == {}


@pytest.mark.torture
def test_mutated_files_leave_the_children_alive(decoders):
    chance = random.Random(0)
    good = [encode(sounds.speech(0.5), encoding=encoding) for encoding in sounds.ENCODINGS]

    def clips():
        for n in range(10_000):
            data = bytearray(good[n % len(good)])
            for _ in range(chance.randint(1, 30)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            yield bytes_clip(bytes(data))

    kinds = {found.failure for _, found in decoders.measure(clips())}
    assert kinds <= {None, "undecodable", "unknown-content", "refused-header"}
