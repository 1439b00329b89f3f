"""`--watch`: what changed is checked again, soon, and Ctrl-C ends it with the last exit code."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.flawless import TASK, append, make_task, merge
from validators.check import main
from validators.watch import watch, worst

ROOT = Path(__file__).parents[1]
SOON = 20.0
"""Seconds to wait at most; the machine that runs the tests may be busy."""


@pytest.fixture
def repository(tmp_path: Path, clips: Path) -> Path:
    make_task(tmp_path, clips)
    make_task(tmp_path, clips, "OtherDetection")
    return tmp_path


class Rounds:
    """What a watch is made of, for rounds that a test plays: each does something, then looks."""

    def __init__(self, root: Path, *rounds: object) -> None:
        self.root = root
        self.rounds = iter(rounds)
        self.runs: list[list[str]] = []
        self.codes: dict[str, int] = {}

    def find(self) -> list[str]:
        return sorted(f"tasks/{path.name}" for path in (self.root / "tasks").iterdir())

    def run(self, changed: Sequence[str]) -> dict[str, int]:
        self.runs.append(list(changed))
        return {path: self.codes.get(path, 0) for path in changed}

    def play(self, monkeypatch: pytest.MonkeyPatch) -> int:
        def pause(_: float) -> None:
            step = next(self.rounds, None)
            if step is None:
                raise KeyboardInterrupt
            step()  # type: ignore[operator]

        monkeypatch.setattr(time, "sleep", pause)
        return watch(self.root, self.find, self.run)


def test_only_what_changed_is_checked_again(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = f"tasks/{TASK}", "tasks/OtherDetection"
    rounds = Rounds(
        repository,
        lambda: None,
        lambda: append("README.md", "More.\n")(repository / other),
        lambda: None,
        (repository / one / "data/Prompts/clips/c01.wav").unlink,
    )
    assert rounds.play(monkeypatch) == 0
    assert rounds.runs == [[one, other], [other], [one]]


def test_a_folder_may_go_and_come(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = repository / "tasks" / TASK, repository / "tasks" / "OtherDetection"
    away = repository / "away"
    rounds = Rounds(
        repository, lambda: other.rename(away), lambda: away.rename(other), lambda: one.rename(away)
    )
    rounds.codes = {"tasks/OtherDetection": 2, f"tasks/{TASK}": 1}
    assert rounds.play(monkeypatch) == 2, "what is gone counts no more"
    assert rounds.runs == [
        [f"tasks/{TASK}", "tasks/OtherDetection"],
        ["tasks/OtherDetection"],
    ]


def test_a_change_during_the_check_is_seen_in_the_next_round(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = Rounds(repository, lambda: None, lambda: None)
    first = rounds.run

    def run(changed: Sequence[str]) -> dict[str, int]:
        if not rounds.runs:
            append("README.md", "More.\n")(repository / "tasks" / TASK)
        return first(changed)

    rounds.run = run  # type: ignore[method-assign]
    rounds.play(monkeypatch)
    assert rounds.runs[1:] == [[f"tasks/{TASK}"]]


@pytest.mark.parametrize(("codes", "code"), [([0, 2, 1], 1), ([0, 2], 2), ([0], 0), ([], 0)])
def test_the_worst_code_counts(codes: list[int], code: int) -> None:
    assert worst(codes) == code


def test_interrupted_before_anything_was_checked(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: Sequence[str]) -> dict[str, int]:
        raise KeyboardInterrupt

    assert watch(repository, lambda: [f"tasks/{TASK}"], interrupted) == 2


@pytest.mark.parametrize(
    "more", [["--output", "x.json"], ["--format", "json"], ["--fix"], ["--fix", "--allow-dirty"]]
)
def test_what_does_not_go_with_watch(
    more: list[str], repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--watch", *more, str(repository / "tasks")])
    assert stop.value.code == 2
    assert "--watch prints to the terminal only" in capsys.readouterr().err


class Watching:
    """A real watch in a child process, and what it prints."""

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int) -> None:
        self.process = process
        self.descriptor = descriptor
        self.text = ""

    def until(self, words: str) -> str:
        """What was printed since the last time, up to these words."""
        end = time.monotonic() + SOON
        while words not in self.text and time.monotonic() < end:
            try:
                self.text += os.read(self.descriptor, 65_536).decode(errors="replace")
            except BlockingIOError:
                time.sleep(0.02)
            except OSError:
                break
        assert words in self.text, self.text
        before, _, self.text = self.text.partition(words)
        return before

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=SOON)


@contextmanager
def watching(repository: Path, *arguments: str, terminal: bool = False) -> Iterator[Watching]:
    parent, child = pty.openpty() if terminal else os.pipe()
    os.set_blocking(parent, False)
    process = subprocess.Popen(
        [sys.executable, "-m", "validators.check", "--watch", "--static", *arguments],
        cwd=repository, stdout=child, stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
    )  # fmt: skip
    os.close(child)
    try:
        yield Watching(process, parent)
    finally:
        process.kill()
        process.wait()
        os.close(parent)


def test_a_fault_comes_and_goes(repository: Path) -> None:
    with watching(repository) as watched:
        assert "2 tasks" in watched.until("watching; Ctrl-C ends")
        merge("task.json", {"metrics": ["wer"]})(repository / "tasks" / TASK)
        printed = watched.until("watching; Ctrl-C ends")
        assert "TSK205" in printed
        assert "OtherDetection" not in printed
        assert "\x1b" not in printed
        assert watched.end() == 1


def test_a_new_task_is_found_and_a_mended_one_ends_with_0(repository: Path, clips: Path) -> None:
    merge("task.json", {"metrics": ["wer"]})(repository / "tasks" / TASK)
    with watching(repository) as watched:
        watched.until("watching; Ctrl-C ends")
        merge("task.json", {"metrics": ["accuracy"]})(repository / "tasks" / TASK)
        assert "incomplete" in watched.until("watching; Ctrl-C ends")
        staging = make_task(repository / "staging", clips, "ThirdDetection")
        staging.rename(repository / "tasks" / "ThirdDetection")
        assert "ThirdDetection" in watched.until("watching; Ctrl-C ends")
        assert watched.end() == 0


def test_a_person_sees_a_clean_screen(repository: Path) -> None:
    with watching(repository, f"tasks/{TASK}", terminal=True) as watched:
        assert "\x1b[2J" in watched.until("watching; Ctrl-C ends")
        assert watched.end() == 0
