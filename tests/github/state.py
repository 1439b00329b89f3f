"""What GitHub knows of one repository, and the rules that its API description does not tell."""

import io
import itertools
import zipfile
from dataclasses import dataclass, field
from typing import Any

OWNER = "dynamic-superb"
NAME = "dynamic-superb-tasks"
BOT = {"login": "github-actions[bot]", "id": 41898282, "type": "Bot"}
MAX_TEXT = 65_536
_numbers = itertools.count(1)


class Refused(Exception):  # noqa: N818 - what the API says
    """A request that GitHub does not take."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Pull:
    """A pull request; `head` is a commit of the fork's branch."""

    number: int
    head: str
    owner: str = "contributor"
    branch: str = "my-task"
    state: str = "open"
    body: str = ""
    files: list[dict[str, str]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    reviews: list[dict[str, Any]] = field(default_factory=list)

    def review(self, account: str, state: str = "APPROVED", commit: str | None = None) -> None:
        """Somebody reviews the head, or another commit."""
        of = {"user": {"login": account}, "state": state, "commit_id": commit or self.head}
        self.reviews.append(of)


@dataclass
class State:
    """Pull requests, comments, check runs, labels and artifacts."""

    pulls: dict[int, Pull] = field(default_factory=dict)
    issues: dict[int, list[str]] = field(default_factory=dict)
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    check_runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    artifacts: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    blobs: dict[int, bytes] = field(default_factory=dict)

    # -- made by the tests ------------------------------------------------------------------------

    def open_pull(self, number: int, head: str, **more: Any) -> Pull:
        """A pull request from a fork."""
        self.pulls[number] = Pull(number, head, **more)
        return self.pulls[number]

    def leave_artifact(self, run: int, members: dict[str, bytes], name: str = "report") -> None:
        """What a workflow run uploads."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        self.leave_bytes(run, packed.getvalue(), name)

    def leave_bytes(self, run: int, data: bytes, name: str = "report") -> None:
        """An artifact that is these bytes."""
        number = next(_numbers)
        self.blobs[number] = data
        self.artifacts.setdefault(run, []).append(
            {"id": number, "name": name, "size_in_bytes": len(data), "expired": False}
        )

    def say(self, number: int, body: str, login: str, kind: str = "User") -> int:
        """A comment by somebody."""
        made = next(_numbers)
        self.comments[made] = {
            "id": made, "issue": number, "body": body, "user": {"login": login, "type": kind}
        }  # fmt: skip
        return made

    def said(self, number: int, login: str = BOT["login"]) -> list[str]:  # type: ignore[assignment]
        """The comments of somebody, the bot's by default."""
        own = [c for c in self.comments.values() if c["issue"] == number]
        return [c["body"] for c in own if c["user"]["login"] == login]

    # -- asked by the bot -------------------------------------------------------------------------

    def pull(self, number: int) -> Pull:
        if number not in self.pulls:
            raise Refused(404, "Not Found")
        return self.pulls[number]

    def labels(self, number: int) -> list[str]:
        if number in self.pulls:
            return self.pulls[number].labels
        if number not in self.issues:
            raise Refused(404, "Not Found")
        return self.issues[number]

    def create_comment(self, number: int, body: Any) -> dict[str, Any]:
        self.labels(number)
        made = self.say(number, _text(body), str(BOT["login"]), "Bot")
        return self.comments[made]

    def edit_comment(self, made: int, body: Any) -> dict[str, Any]:
        if made not in self.comments:
            raise Refused(404, "Not Found")
        self.comments[made]["body"] = _text(body)
        return self.comments[made]

    def remove_label(self, number: int, label: str) -> None:
        if label not in self.labels(number):
            raise Refused(404, "Label does not exist")
        self.labels(number).remove(label)

    def write_check_run(self, made: int | None, asked: dict[str, Any]) -> dict[str, Any]:
        if made is None:
            made = next(_numbers)
            if asked.get("status") == "completed" and "conclusion" not in asked:
                raise Refused(422, "conclusion is required where status is completed")
            self.check_runs[made] = {"id": made, "annotations": []}
        run = self.check_runs[made]
        output = asked.get("output", {})
        annotations = output.get("annotations", [])
        if len(annotations) > 50:
            raise Refused(422, "annotations: no more than 50 items")
        if any(len(output.get(name, "")) > MAX_TEXT - 1 for name in ("summary", "text")):
            raise Refused(422, "output: too long")
        run["annotations"] += annotations
        run |= {key: value for key, value in asked.items() if key != "output"}
        run["title"] = output.get("title", run.get("title"))
        return run


def _text(body: Any) -> str:
    if not isinstance(body, str) or not body.strip():
        raise Refused(422, "body cannot be blank")
    if len(body) > MAX_TEXT:
        raise Refused(422, f"body is too long (maximum is {MAX_TEXT} characters)")
    return body
