"""The bot on a stage: a stand-in for GitHub, a fork's pull request, runs of the check."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci.comment import WORKFLOW, main
from tests.github.server import GitHubServer
from tests.github.state import NAME, OWNER, Pull
from tests.render.reports import finding, report, task

HEAD, NEXT = "a" * 40, "b" * 40
TASK = "EmotionRecognition"
FILES = [
    {"filename": f"tasks/{TASK}/task.json", "status": "added"},
    {"filename": f"tasks/{TASK}/instances/CREMA-D.json", "status": "added"},
]
TOKEN = "gh-canary-5e1f"  # noqa: S105 - a word that must come up nowhere


def failing() -> bytes:
    """The report of a task with a revision that is not pinned."""
    return report(finding()).model_dump_json(by_alias=True).encode()


def passing() -> bytes:
    """The report of a task without a fault."""
    return report(tasks=[task(verdict="pass")]).model_dump_json(by_alias=True).encode()


@dataclass
class Stage:
    """What the tests move."""

    github: GitHubServer
    folder: Path

    def pull(self, number: int = 7, head: str = HEAD, **more: Any) -> Pull:
        """A fork's pull request with a new task."""
        return self.github.state.open_pull(number, head, **{"files": list(FILES)} | more)

    def checked(self, run: int, content: bytes, **members: bytes) -> None:
        """A run of the check leaves its report behind."""
        self.github.state.leave_artifact(run, {"report.json": content} | members)

    def answer(self, run: int, head: str = HEAD, pause: str = "0", **changes: Any) -> int:
        """Run the bot after a run of the check; returns its exit code."""
        payload = {
            "id": run, "event": "pull_request", "path": WORKFLOW, "conclusion": "failure",
            "head_sha": head, "head_branch": "my-task",
            "head_repository": {"owner": {"login": "contributor"}},
        }  # fmt: skip
        event = self.folder / "event.json"
        event.write_text(json.dumps({"workflow_run": payload | changes}), encoding="utf-8")
        tasks = self.folder / "tasks"
        (tasks / "SpeakerCounting").mkdir(parents=True, exist_ok=True)
        places = ["--event", str(event), "--tasks", str(tasks), "--api", self.github.api]
        manifest = ["--manifest", str(self.folder / "manifest.json")]  # there or not
        return main([*places, *manifest, "--repository", f"{OWNER}/{NAME}", "--pause", pause])

    @property
    def comments(self) -> list[str]:
        """What the bot has said of pull request 7."""
        return self.github.state.said(7)
