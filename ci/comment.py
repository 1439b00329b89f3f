"""The bot's answer to a pull request: a comment that is edited in place, a check run, labels.

python -m ci.comment --event "$GITHUB_EVENT_PATH"

Runs when the check of a pull request has ended, with a token that can write, and with nothing of
the pull request on disk: its result comes through the API, into memory. Says nothing of a commit
that is not the head any more. Running it again changes nothing.
"""

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from ci.artifact import MAX_ZIP_BYTES, NAME, ArtifactError, Result, read_artifact
from ci.changed import scope_findings
from ci.comment_text import (
    About,
    Outcome,
    flip_comment,
    flip_mark,
    look_comment,
    report_comment,
    summary_line,
    told,
    trouble_comment,
)
from ci.github import (
    CheckRun,
    Comment,
    GitHub,
    GitHubRefusal,
    GitHubTrouble,
    Pull,
    add_options,
)
from schema.manifest import Manifest
from schema.report import Finding, InstanceReport
from validators.pull_request import PullRequest
from validators.render.escape import shortened, visible
from validators.render.findings import faults
from validators.render.github import varied
from validators.report import assemble

WORKFLOW: Final = ".github/workflows/validate.yml"
BOT: Final = "github-actions[bot]"
CHECK: Final = "tasks"
CONFIRMED: Final = "confirmed"
"""The label of a proposal that a maintainer has agreed to."""
LABELS: Final = ("new-task", "changes-task", "needs-author", "ready-for-review", "touches-code")
MAX_ANNOTATIONS: Final = 200
TRIES: Final = 3
_PROPOSAL: Final = re.compile(r"\bproposal:?\s*#([0-9]{1,9})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Run:
    """The run of the check that has ended, as GitHub tells of it."""

    id: int
    workflow: str
    conclusion: str
    head: str
    owner: str
    branch: str

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Run | None":
        """The run in the payload of a workflow_run event; None if no pull request began it.

        Raises:
            KeyError, TypeError: it is no such payload.
        """
        run = event["workflow_run"]
        if run["event"] != "pull_request" or run["head_repository"] is None:
            return None
        workflow = str(run["path"]).partition("@")[0]
        return cls(
            int(run["id"]), workflow, str(run["conclusion"]), str(run["head_sha"]),
            str(run["head_repository"]["owner"]["login"]), str(run["head_branch"]),
        )  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """All that the bot has to say of a pull request at one commit."""

    outcome: Outcome
    comment: str | None
    """None: there is nothing to be said, for nothing that is checked is changed."""
    title: str
    labels: frozenset[str]
    findings: Sequence[Finding] = ()


@dataclass(frozen=True)
class Bot:
    """The bot in one repository.

    Args:
        github: the repository.
        tasks: the task folders of the base branch.
        published: statistics of what is published, for comparison.
        say: told what was done, a line each; never a stranger's word.
        author: the account whose comments are the bot's own.
    """

    github: GitHub
    tasks: frozenset[str]
    published: Sequence[InstanceReport] = ()
    say: Callable[[str], None] = print
    author: str = BOT

    def answer(self, run: Run) -> None:
        """Answer every open pull request whose head this run has checked.

        Raises:
            GitHubTrouble, GitHubRefusal: something could not be read or written. What was written
                stays, and running again goes on from there.
        """
        if run.conclusion in ("cancelled", "skipped"):
            self.say("the run was cancelled: another one tells")
            return
        pulls = [p for p in self.github.pulls(run.owner, run.branch) if p.head == run.head]
        if not pulls:
            self.say("no open pull request has this head: nothing is written")
        for pull in pulls:
            self._write(pull, self._made(pull, run))

    # -- what to say ------------------------------------------------------------------------------

    def _made(self, pull: Pull, run: Run) -> Answer:
        change = self._change(pull)
        scope = list(scope_findings(change))
        if not change.touched and not change.stray:
            return Answer("look", None, "no task is changed", _labels(change, "look"))
        if change.outside or run.workflow != WORKFLOW:
            outcome, text = look_comment(assemble([], scope, []), pull.head)
            return Answer(outcome, text, "a maintainer has to look", _labels(change, outcome))
        try:
            result = self._result(run)
        except ArtifactError as error:
            outcome, text = trouble_comment(pull.head, str(error))
            return Answer(outcome, text, str(error), _labels(change, outcome))
        report = assemble(
            result.report.tasks, [*result.report.findings, *scope], result.report.problems
        )
        outcome, text = report_comment(report, About(pull.head, result.mends, self.published))
        ranked = varied([*faults(report, "error"), *faults(report, "warning")])
        return Answer(outcome, text, summary_line(report), _labels(change, outcome), ranked)

    def _change(self, pull: Pull) -> PullRequest:
        changes = tuple(self.github.changes(pull.number))
        change = PullRequest(changes, self.tasks)
        if not change.new:
            return change
        named = _PROPOSAL.search(pull.body)
        labels = self.github.labels_of(int(named[1])) if named else None
        return PullRequest(changes, self.tasks, proposal=CONFIRMED in (labels or ()))

    def _result(self, run: Run) -> Result:
        found = [one for one in self.github.artifacts(run.id, NAME) if not one.expired]
        if len(found) != 1:
            raise ArtifactError("it left no result behind" if not found else "it left two results")
        data = self.github.download(found[0], MAX_ZIP_BYTES)
        if data is None:
            raise ArtifactError("its result is too large to be read")
        return read_artifact(data)

    # -- saying it --------------------------------------------------------------------------------

    def _write(self, pull: Pull, answer: Answer) -> None:
        own = [c for c in self.github.comments(pull.number) if c.author == self.author]
        mine = [comment for comment in own if told(comment.body)]
        if answer.comment and [_plain(c.body) for c in mine] == [_plain(answer.comment)]:
            self.say("nothing has changed: nothing is written")
            return
        for step in self._steps(pull, answer, own, mine):
            if self.github.head(pull.number) != pull.head:
                self.say("the head has moved on: nothing more is written")
                return
            step()
        self.say(f"pull request {pull.number}: {answer.outcome}")

    def _steps(
        self, pull: Pull, answer: Answer, own: Sequence[Comment], mine: Sequence[Comment]
    ) -> Iterator[Callable[[], None]]:
        """The writes, each by itself. The comment is last: where it is right, all of it is."""
        github, number = self.github, pull.number
        if missing := sorted(answer.labels - pull.labels):
            yield partial(github.add_labels, number, missing)
        for label in sorted((pull.labels & set(LABELS)) - answer.labels):
            yield partial(github.remove_label, number, label)
        if answer.comment is None:
            return
        yield partial(github.write_check_run, _check_run(pull.head, answer))
        for surplus in mine[1:]:
            yield partial(github.delete_comment, surplus.id)
        if mine and (before := told(mine[0].body)) and before.outcome != answer.outcome:
            mark = flip_mark(answer.outcome, pull.head)
            if not any(mark in comment.body for comment in own):
                body = flip_comment(answer.outcome, pull.head)
                yield partial(github.create_comment, number, body)
        if mine:
            yield partial(github.edit_comment, mine[0].id, answer.comment)
        else:
            yield partial(github.create_comment, number, answer.comment)


def _plain(body: str) -> str:
    """A comment's text, however GitHub keeps its line ends."""
    return body.replace("\r\n", "\n").strip()


def _labels(change: PullRequest, outcome: Outcome) -> frozenset[str]:
    wanted = {
        "new-task": bool(change.new),
        "changes-task": bool(change.changed),
        "needs-author": outcome == "fail",
        "ready-for-review": outcome == "pass",
        "touches-code": bool(change.outside),
    }
    return frozenset(label for label, right in wanted.items() if right)


def _check_run(head: str, answer: Answer) -> CheckRun:
    conclusions = {"pass": "success", "fail": "failure"}
    return CheckRun(
        CHECK, head, conclusions.get(answer.outcome, "neutral"), answer.title,
        "The comment on the pull request says it all.",
        [_annotation(found) for found in answer.findings[:MAX_ANNOTATIONS]],
    )  # fmt: skip


def _annotation(found: Finding) -> dict[str, Any]:
    line = found.line or 1
    level = {"error": "failure", "warning": "warning", "note": "notice"}[found.severity]
    words = f"{visible(shortened(found.message))}\nhint: {visible(shortened(found.hint))}"
    return {
        "path": shortened(found.path, 500), "start_line": line, "end_line": line,
        "annotation_level": level, "title": f"{found.rule} {found.name}", "message": words,
    }  # fmt: skip


# -- the command line -----------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Returns 2 where GitHub could not be asked or said no; running again is safe."""
    options = _parser().parse_args(arguments)
    token = os.environ.get("GITHUB_TOKEN", "")
    if not token:
        print("error: GITHUB_TOKEN is not set", file=sys.stderr)
        return 2
    try:
        run = Run.of(json.loads(options.event.read_bytes()))
        published = _published(options.manifest)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"error: the event cannot be read: {type(error).__name__}", file=sys.stderr)
        return 2
    if run is None:
        print("no pull request began this run: nothing is written")
        return 0
    tasks = frozenset(path.name for path in options.tasks.iterdir() if path.is_dir())
    with GitHub(options.repository, token, api=options.api, pause=options.pause) as github:
        return _persistent(lambda: Bot(github, tasks, published).answer(run), options.pause)


def _persistent(answer: Callable[[], None], pause: float) -> int:
    """Answer, and again after trouble: what is there is read anew, so that nothing is doubled."""
    for attempt in range(TRIES):
        try:
            answer()
        except GitHubTrouble as trouble:
            print(f"GitHub: {trouble}", file=sys.stderr)
            if attempt + 1 < TRIES:
                time.sleep(pause * 5 * 2**attempt)
        except GitHubRefusal as refusal:
            print(f"error: GitHub refuses {refusal}", file=sys.stderr)
            return 2
        else:
            return 0
    print("error: GitHub could not be asked; run this job again", file=sys.stderr)
    return 2


def _published(manifest: Path | None) -> list[InstanceReport]:
    """Statistics of what is published; none where the manifest is not there or of another form."""
    if manifest is None or not manifest.is_file():
        return []
    try:
        published = Manifest.model_validate_json(manifest.read_bytes()).instances
    except ValidationError:
        print("the manifest of what is published cannot be read: nothing is compared")
        return []
    return [one.statistics for one in published if one.status == "published"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ci.comment", description=__doc__.partition("\n")[0]
    )
    parser.add_argument(
        "--event", type=Path, required=True, metavar="FILE", help="payload of the workflow_run"
    )
    add_options(parser)
    parser.add_argument(
        "--tasks", type=Path, default=Path("tasks"), metavar="DIR",
        help="the task folders of the base branch; default: tasks",
    )  # fmt: skip
    parser.add_argument(
        "--manifest", type=Path, metavar="FILE",
        help="manifest of what is published, to compare statistics with",
    )  # fmt: skip
    parser.add_argument(
        "--pause", type=float, default=1.0, metavar="SECONDS",
        help="before a second try; grows with each; default: 1",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    sys.exit(main())
