"""Walk from clips to a committed task as CONTRIBUTING says, and print what each step took.

python -m scripts.walk [--set-up]: in a fresh clone below a temporary folder, which ends with it.
What a person thinks, types and asks others takes no time here: these are the computer's seconds.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.walk.facts import SOURCE, STEM, TASK, WAIVER, fill_in, recordings, settle

ROOT = Path(__file__).parents[2]
FOLDER = f"tasks/{TASK}"


class StepError(Exception):
    """A step did not end as it must; the message holds what it printed."""


@dataclass
class Walk:
    """A clone, and the seconds that steps took in it."""

    clone: Path
    python: str
    seconds: dict[str, float] = field(default_factory=dict)

    def step(self, name: str, does: Callable[[], None]) -> None:
        """Do a step and note its time."""
        start = time.monotonic()
        does()
        self.seconds[name] = time.monotonic() - start

    def run(self, *command: str, ends: int = 0) -> str:
        """Run a command in the clone, with nobody at the terminal.

        Raises:
            StepError: if it ends otherwise than it must.
        """
        done = subprocess.run(
            command, cwd=self.clone, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False, env={**os.environ, "HF_HUB_OFFLINE": "1"},
        )  # fmt: skip
        if done.returncode != ends:
            said = f"{' '.join(command)} ended with {done.returncode}, not {ends}"
            raise StepError(f"{said}\n{done.stdout}{done.stderr}")
        return done.stdout

    def check(self, *options: str, ends: int = 0) -> str:
        """Check the new task."""
        return self.run(self.python, "-m", "validators.check", *options, FOLDER, ends=ends)


def walk(folder: Path, *, set_up: bool = False) -> Walk:
    """Walk the steps in a clone below `folder`.

    Raises:
        StepError: if a step does not end as CONTRIBUTING says.
    """
    clone, clips = folder / "clone", folder / "recordings"
    one = Walk(clone, ".venv/bin/python" if set_up else sys.executable)
    recordings(ROOT / SOURCE, clips)
    one.step("clone", lambda: _clone(clone))
    if set_up:
        one.step("set up: make check", lambda: _said(one.run("make", "check")))
    new = (one.python, "-m", "validators.new", TASK, "--from-folder", str(clips))
    one.step("2. make the folder", lambda: _said(one.run(*new, "--dataset", STEM)))
    one.step("3 to 6. fill in, write", lambda: fill_in(clone / FOLDER, ROOT / SOURCE))
    one.step("7. git add, --fix", lambda: _fix(one))
    one.step("7. settle a warning", lambda: settle(clone / FOLDER))
    one.step("7. check again", lambda: _passes(one.check("--offline")))
    one.step("8. commit", lambda: _commit(one))
    one.step("the pull request's check", lambda: _passes(one.check("--no-cache")))
    return one


def _clone(clone: Path) -> None:
    command = [
        "git",
        "clone",
        "--quiet",
        "--no-local",
        "--depth",
        "1",
        f"file://{ROOT}",
        str(clone),
    ]
    subprocess.run(command, check=True, capture_output=True)


def _said(text: str) -> None:
    if not text.strip():
        raise StepError("a step said nothing")


def _fix(one: Walk) -> None:
    one.run("git", "add", FOLDER)
    said = one.check("--offline", "--fix")
    if f"{FOLDER} passes with 1 warning." not in said or WAIVER["rule"] not in said:
        raise StepError(said)


def _passes(text: str) -> None:
    if f"{FOLDER} passes." not in text:
        raise StepError(text)


def _commit(one: Walk) -> None:
    one.run("git", "add", FOLDER)
    who = ("-c", "user.name=Ada Example", "-c", "user.email=ada@example.org")
    one.run("git", *who, "commit", "--quiet", "-m", f"add {TASK}")
    changed = one.run("git", "show", "--format=", "--name-only", "HEAD").splitlines()
    if not all(path.startswith(f"{FOLDER}/") for path in changed):
        raise StepError(f"more than the task was committed: {changed}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Walk, and print the table; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.walk", description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--set-up", action="store_true", help="set up an environment of its own, "
                        "which downloads the requirements")  # fmt: skip
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="walk-") as folder:
        try:
            one = walk(Path(folder), set_up=options.set_up)
        except (StepError, subprocess.CalledProcessError, OSError) as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    print("| step | seconds |\n|---|---|")
    for name, seconds in one.seconds.items():
        print(f"| {name} | {seconds:.1f} |")
    print(f"| all | {sum(one.seconds.values()):.1f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
