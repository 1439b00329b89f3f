"""The story of a contribution, told by the bot: `make demo-review`.

A task comes in broken, is mended in two pushes, and passes; a stale result arrives late. The check
and the bot are the real ones; GitHub is the stand-in of the tests, on loopback.
"""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from ci import comment
from tests.github.server import GitHubServer
from tests.github.state import NAME, OWNER, Pull

ROOT = Path(__file__).parents[1]
TASK = "SpokenDigitRecognition"
NUMBER = 7


def main() -> int:
    """Play the story; returns 1 if it does not end as it should."""
    with tempfile.TemporaryDirectory() as folder, GitHubServer() as github:
        story = _Story(Path(folder), github)
        story.push("a new task is proposed, with five faults", _break)
        story.push("three of them are mended", _mend_some)
        story.push("the others are mended, too", _mend_all)
        story.late("the result of the first push arrives late")
        print("\nThe comment in full, as it stands now:\n")
        print(story.comment)
        return int(not story.comment.startswith("**pass**"))


def first_comment() -> str:
    """The bot's answer to the first push."""
    with (
        tempfile.TemporaryDirectory() as folder,
        GitHubServer() as github,
        contextlib.redirect_stdout(io.StringIO()),
    ):
        story = _Story(Path(folder), github)
        story.push("", _break)
        return story.comment


class _Story:
    def __init__(self, folder: Path, github: GitHubServer) -> None:
        self._folder, self._github = folder, github
        self._task = folder / "head" / "tasks" / TASK
        shutil.copytree(ROOT / "tasks" / TASK, self._task)
        (folder / "tasks").mkdir()
        files = sorted(path for path in self._task.rglob("*") if path.is_file())
        names = [path.relative_to(folder / "head").as_posix() for path in files]
        self._pull: Pull = github.state.open_pull(
            NUMBER, "", body="Proposal: #3",
            files=[{"filename": name, "status": "added"} for name in names],
        )  # fmt: skip
        github.state.issues[3] = ["proposal", "confirmed"]
        self._pushes = 0

    @property
    def comment(self) -> str:
        """The bot's one comment."""
        return self._github.state.said(NUMBER)[0]

    def push(self, title: str, change: Callable[[Path], None]) -> None:
        """A push: the folder changes, the check runs, the bot answers."""
        change(self._task)
        self._pushes += 1
        self._pull.head = _commit(self._pushes)
        left = {"report.json": self._checked(), "mends.diff": self._mends()}
        self._github.state.leave_artifact(self._pushes, {k: v for k, v in left.items() if v})
        self._answer(title, self._pushes)

    def late(self, title: str) -> None:
        """The bot is started for a commit that is not the head any more."""
        self._answer(title, 1)

    def _checked(self) -> bytes:
        report = self._folder / "report.json"
        command = [sys.executable, "-m", "validators.check", "--no-cache", "--format", "json"]
        subprocess.run([*command, "--output", str(report), str(self._task)], cwd=ROOT, check=False)
        return report.read_bytes()

    def _mends(self) -> bytes:
        """What --fix would change, as the workflow finds it: in a copy."""
        mended = self._folder / "mended" / "tasks" / TASK
        shutil.copytree(self._task, mended, dirs_exist_ok=True)
        command = [sys.executable, "-m", "validators.check", "--static", "--fix", "--allow-dirty"]
        subprocess.run([*command, str(mended)], cwd=ROOT, check=False, capture_output=True)
        places = [str(path.parents[1].relative_to(self._folder)) for path in (self._task, mended)]
        compare = ["git", "diff", "--no-index", "--no-prefix", "--", *places]
        return subprocess.run(compare, cwd=self._folder, check=False, capture_output=True).stdout

    def _answer(self, title: str, run: int) -> None:
        event = self._folder / "event.json"
        about = {
            "id": run, "event": "pull_request", "path": comment.WORKFLOW, "conclusion": "success",
            "head_sha": _commit(run), "head_branch": "my-task",
            "head_repository": {"owner": {"login": "contributor"}},
        }  # fmt: skip
        event.write_text(json.dumps({"workflow_run": about}), encoding="utf-8")
        print(f"\n== {title}", flush=True)
        os.environ["GITHUB_TOKEN"] = "any"  # noqa: S105 - the stand-in takes any
        before = len(self._github.writes)
        comment.main([
            "--event", str(event), "--tasks", str(self._folder / "tasks"), "--api",
            self._github.api, "--repository", f"{OWNER}/{NAME}",
        ])  # fmt: skip
        print(f"   requests that write: {len(self._github.writes) - before}")
        print(f"   comments of the bot: {len(self._github.state.said(NUMBER))}")
        print(f"   labels: {', '.join(sorted(self._pull.labels))}")
        print(f"   first line: {self.comment.splitlines()[0]}")


def _commit(push: int) -> str:
    return f"{push:040x}"


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise ValueError(f"{path.name} does not hold {old!r}")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


_CLIP = "data/TelephonePrompts/clips/fr-0003.flac"


def _break(task: Path) -> None:
    _edit(task / "task.json", '"accuracy"', '"wer"')
    _edit(task / "instances" / "TelephonePrompts.json", '"CC-BY-SA-3.0 AND', '"CC BY-SA 3.0 AND')
    _edit(task / "README.md", "## Limitations", "## Limits")
    _edit(task / "instructions.txt", ".\n", ".  \r\n")
    (task / _CLIP).write_bytes((task / _CLIP).read_bytes()[:1000])


def _mend_some(task: Path) -> None:
    _edit(task / "task.json", '"wer"', '"accuracy"')
    _edit(task / "README.md", "## Limits", "## Limitations")
    _edit(task / "instructions.txt", ".  \n", ".\n")


def _mend_all(task: Path) -> None:
    _edit(task / "instances" / "TelephonePrompts.json", '"CC BY-SA 3.0 AND', '"CC-BY-SA-3.0 AND')
    shutil.copyfile(ROOT / "tasks" / TASK / _CLIP, task / _CLIP)


if __name__ == "__main__":
    sys.exit(main())
