"""The way of the tasks to the Hub and to whoever loads them, in a few minutes and in private.

python -m scripts.demo

Starts the test Hub, publishes every task of this repository there, changes one, publishes again,
publishes once more, verifies, and loads. What it says, it has looked up; where something else comes
of it, it stops. Works in a temporary clone of the repository: what is not committed is not shown.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from huggingface_hub import HfApi
from huggingface_hub.hf_api import RepoFile

from schema.canonical import DATASET_REPO
from scripts.loopback import client, clone, commit, empty_hub

CHANGED: Final = "SpokenDigitRecognition"
BEFORE: Final = "Which digit does the speaker say?"
AFTER: Final = "Which digit does the caller say?"
LOADED: Final = (f"{CHANGED}_TelephonePrompts", "SpeakerVerification_TelephonePrompts")
_LOAD: Final = """\
import io, sys
import soundfile
from datasets import Audio, load_dataset

repo, revision, *instances = sys.argv[1:]
for instance in instances:
    rows = load_dataset(repo, instance, split="test", revision=revision)
    clips = [name for name, feature in rows.features.items() if isinstance(feature, Audio)]
    for name in clips:
        rows = rows.cast_column(name, Audio(decode=False))
    row = rows[0]
    heard = (soundfile.info(io.BytesIO(row[name]["bytes"])) for name in clips)
    print(f"load_dataset({repo!r}, {instance!r},")
    print(f"             split='test', revision={revision!r})")
    print(f"  {len(rows)} examples of {', '.join(rows.column_names)}; the first:")
    print(" ", " and ".join(f"{one.duration:.2f} s at {one.samplerate} Hz" for one in heard))
    print(f"  {row['instruction']} -> {row['label']}")
"""
_ASKED: Final = """\
import sys
from datasets import load_dataset

repo, instance, *wordings = sys.argv[1:]
for revision in ("publish-1", "publish-2"):
    rows = load_dataset(repo, instance, split="test", revision=revision)
    for words in wordings:
        asked = sum(words in text for text in rows["instruction"])
        print(f"{revision}: {words!r} is asked {asked} times")
"""


class DemoError(Exception):
    """Something did not come out as it must; the message says what."""


@dataclass(frozen=True)
class Stage:
    """Where the demo plays: a Hub, and a clone of the repository."""

    api: HfApi
    clone: Path
    environment: Mapping[str, str]

    def command(self, *arguments: str) -> str:
        """Run a command of the project in the clone, with its words on the screen.

        Raises:
            DemoError: it failed.
        """
        say(f"   $ python -m {' '.join(arguments)}")
        told = self.python("-m", *arguments)
        say("".join(f"     {line}\n" for line in told.splitlines()).rstrip("\n"))
        return told

    def python(self, *arguments: str) -> str:
        """What a Python process in the clone prints.

        Raises:
            DemoError: it failed.
        """
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.clone, env=dict(self.environment),
            stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        if done.returncode:
            what = "the program" if arguments[0] == "-c" else " ".join(arguments[1:])
            raise DemoError(f"{what} ended with exit code {done.returncode}")
        return done.stdout

    def commits(self) -> list[str]:
        """The commits of the dataset repository, the newest first."""
        found = self.api.list_repo_commits(DATASET_REPO, repo_type="dataset")
        return [commit.commit_id for commit in found]

    def files(self, revision: str) -> dict[str, tuple[str, int]]:
        """By path: what identifies the content of a file, and its size."""
        entries = self.api.list_repo_tree(
            DATASET_REPO, recursive=True, revision=revision, repo_type="dataset"
        )
        return {
            entry.path: (entry.lfs.sha256 if entry.lfs else entry.blob_id, entry.size)
            for entry in entries
            if isinstance(entry, RepoFile)
        }


def say(text: str) -> None:
    """A line of the story, at once."""
    print(text, flush=True)


def main() -> int:
    """Tell the story; returns 1 if it ends otherwise than it must, 2 if it cannot begin."""
    try:
        with tempfile.TemporaryDirectory(prefix="demo-") as folder, stage(Path(folder)) as here:
            tell(here)
    except DemoError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """An empty test Hub with a dataset repository, and a clone of what is committed."""
    here = clone(folder / "clone")
    with empty_hub(folder / "store") as api:
        yield Stage(api, here, client(str(api.endpoint), folder / "home"))


def tell(here: Stage) -> None:
    """The story, in six steps.

    Raises:
        DemoError: something did not come out as it must.
    """
    say(f"A Hub on this machine, {here.api.endpoint}, with an empty {DATASET_REPO};")
    say("a clone of this repository without what takes its data from the real Hub.\n")
    began = here.commits()
    first = publish_everything(here, began)
    second = publish_a_change(here, first)
    say("3. Publish once more: there is nothing to do.")
    here.command("ci.publish", "push")
    if here.commits() != second:
        raise DemoError("the third publish made a commit")
    say("   -> No commit.\n")
    say("4. Prove that the Hub holds what was reviewed: every file, every row, the card.")
    here.command("ci.publish", "verify", "--deep")
    say("\n5. Load two instances, pinned, as anybody does.")
    load(here, _LOAD, DATASET_REPO, "publish-2", *LOADED)
    say("\n6. What was published before is still there, byte for byte, under its tag.")
    load(here, _ASKED, DATASET_REPO, LOADED[0], BEFORE, AFTER)


def publish_everything(here: Stage, began: list[str]) -> list[str]:
    """Publish all tasks; the commits afterwards."""
    tasks = [path for path in (here.clone / "tasks").iterdir() if (path / "task.json").exists()]
    say(f"1. Check, build and publish all {len(tasks)} tasks.")
    here.command("ci.publish", "push")
    commits = here.commits()
    if commits[1:] != began:
        raise DemoError(f"{len(commits) - len(began)} commits, not one")
    rows = {path: size for path, (_, size) in here.files(commits[0]).items() if is_rows(path)}
    megabytes = sum(rows.values()) / 1e6
    say(f"   -> One commit: {len(rows)} configurations, {megabytes:.0f} MB of rows, the card.\n")
    return commits


def publish_a_change(here: Stage, first: list[str]) -> list[str]:
    """Change a task, publish it; the commits afterwards."""
    file = here.clone / "tasks" / CHANGED / "instructions.txt"
    text = file.read_text(encoding="utf-8")
    if text.count(BEFORE) != 1:
        raise DemoError(f"{CHANGED} does not say {BEFORE!r}; change the demo with it")
    file.write_text(text.replace(BEFORE, AFTER), encoding="utf-8")
    commit(here.clone, "reword an instruction")
    say(f"2. Somebody rewords an instruction of {CHANGED}; it is merged, and published.")
    here.command("ci.publish", "push")
    commits = here.commits()
    if commits[1:] != first:
        raise DemoError(f"{len(commits) - len(first)} commits, not one")
    before, after = here.files(first[0]), here.files(commits[0])
    changed = sorted(path for path in before | after if before.get(path) != after.get(path))
    rows = [path for path in changed if is_rows(path)]
    if [path.split("/")[1] for path in rows] != [LOADED[0]]:
        raise DemoError(f"the rows of {', '.join(rows)} changed")
    others = [path for path in changed if not is_rows(path)]
    say(f"   -> One commit: the rows of {LOADED[0]},")
    say(f"      and of the rest only what speaks of them: {', '.join(others)}\n")
    return commits


def is_rows(path: str) -> bool:
    """Whether a file of the dataset repository holds rows."""
    return path.startswith("data/")


def load(here: Stage, program: str, *arguments: str) -> None:
    """Run a program with `datasets`, with its words on the screen."""
    for line in here.python("-c", program, *arguments).splitlines():
        say(f"   {line}")


if __name__ == "__main__":
    sys.exit(main())
