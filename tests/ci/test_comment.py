"""The bot answers, once, of the head, and repeats nothing that was forged."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ci.bot_stage import FILES, HEAD, NEXT, TASK, TOKEN, Stage, failing, passing
from tests.documents.manifests import entry, manifest
from tests.github.api import Asked
from tests.github.server import Fault, GitHubServer, now
from tests.render.reports import finding, report


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    with GitHubServer() as github:
        yield Stage(github, tmp_path)


def test_a_fault_is_answered_with_a_comment_a_check_run_and_labels(stage: Stage) -> None:
    pull = stage.pull()
    stage.checked(1, failing())
    assert stage.answer(1) == 0
    (comment,) = stage.comments
    assert comment.startswith("**fail**: `tasks/EmotionRecognition` fails with 1 error.\n")
    assert "[PTR103](https://github.com/" in comment
    assert f"commit `{HEAD[:10]}`" in comment
    assert "| clips in s |" in comment
    assert sorted(pull.labels) == ["needs-author", "new-task"]
    (run,) = stage.github.state.check_runs.values()
    assert (run["head_sha"], run["conclusion"]) == (HEAD, "failure")
    (annotation,) = run["annotations"]
    assert annotation["path"] == "tasks/EmotionRecognition/instances/CREMA-D.json"
    assert annotation["start_line"] == 6


def test_fifty_runs_leave_one_comment_and_an_unchanged_one_costs_six_calls(stage: Stage) -> None:
    stage.pull(body="Proposal: #3")
    stage.github.state.issues[3] = ["confirmed"]
    for run in range(1, 51):
        stage.checked(run, failing())
        written = len(stage.github.writes)
        called = len(stage.github.records)
        assert stage.answer(run) == 0
        if run > 1:
            assert len(stage.github.writes) == written
            assert len(stage.github.records) - called <= 6 + 1  # the store of the zip file
    assert len(stage.comments) == 1


def test_the_data_are_compared_with_all_that_is_published(stage: Stage) -> None:
    published = manifest(*(entry(f"Task{n}") for n in range(4)))
    (stage.folder / "manifest.json").write_text(published.model_dump_json(by_alias=True))
    stage.pull()
    stage.checked(1, passing())
    assert stage.answer(1) == 0
    assert "among 4 published instances, percentiles: examples 100th" in stage.comments[0]


def test_a_manifest_of_another_form_costs_nothing_but_the_comparison(stage: Stage) -> None:
    (stage.folder / "manifest.json").write_text('{"schema_version": 9}')
    stage.pull()
    stage.checked(1, passing())
    assert stage.answer(1) == 0
    assert stage.comments[0].startswith("**pass**")


def test_a_verdict_that_flips_is_told_in_a_short_new_comment(stage: Stage) -> None:
    pull = stage.pull()
    stage.checked(1, failing())
    stage.answer(1)
    pull.head = NEXT
    stage.checked(2, passing())
    assert stage.answer(2, head=NEXT) == 0
    assert stage.answer(2, head=NEXT) == 0
    edited, flip = stage.comments
    assert edited.startswith("**pass**")
    assert flip.startswith("The check passes now")
    assert sorted(pull.labels) == ["new-task", "ready-for-review"]


def test_a_result_of_an_older_head_writes_nothing(stage: Stage) -> None:
    stage.pull(head=NEXT)
    stage.checked(1, failing())
    assert stage.answer(1) == 0
    assert not stage.github.writes


def test_a_head_that_moves_in_a_hundred_races_is_not_written_to(stage: Stage) -> None:
    draw = random.Random(5)
    late = []
    for number in range(100):
        pull = stage.pull(number=100 + number, branch=f"race-{number}")
        stage.checked(number + 1, failing())
        left = draw.randrange(1, 16)

        def move(asked: Asked, pull=pull) -> None:
            nonlocal left
            left -= 1
            if pull.head == NEXT and asked.method != "GET":
                late.append(asked.path)
            if left == 0 and asked.method == "GET":
                pull.head = NEXT

        stage.github.before = move
        assert stage.answer(number + 1, head_branch=f"race-{number}") == 0
    assert late == []


def test_a_comment_with_a_forged_mark_is_somebody_elses(stage: Stage) -> None:
    stage.pull()
    forged = f"**pass** <!-- dynamic-superb report: pass, head {HEAD} -->"
    stage.github.state.say(7, forged, "contributor")
    stage.checked(1, failing())
    stage.answer(1)
    assert stage.github.state.said(7, "contributor") == [forged]
    assert len(stage.comments) == 1


def test_a_comment_that_came_twice_is_there_once_again(stage: Stage) -> None:
    stage.pull()
    stage.checked(1, failing())
    stage.answer(1)
    stage.github.state.say(7, stage.comments[0], "github-actions[bot]", "Bot")
    assert stage.answer(1) == 0
    assert len(stage.comments) == 1


@pytest.mark.parametrize(
    "path", [".github/workflows/validate.yml", "validators/check.py", "Makefile", "tasks2/x"]
)
def test_a_verdict_of_a_pull_request_that_may_judge_itself_is_not_repeated(
    stage: Stage, path: str
) -> None:
    pull = stage.pull(files=[*FILES, {"filename": path, "status": "modified"}])
    stage.checked(1, passing())
    assert stage.answer(1) == 0
    (comment,) = stage.comments
    assert comment.startswith("**a maintainer has to look**")
    assert "PUL002" in comment
    assert "touches-code" in pull.labels
    assert "ready-for-review" not in pull.labels
    (run,) = stage.github.state.check_runs.values()
    assert run["conclusion"] == "neutral"


def test_a_run_of_another_workflow_is_not_believed(stage: Stage) -> None:
    stage.pull()
    stage.checked(1, passing())
    assert stage.answer(1, path=".github/workflows/mine.yml") == 0
    assert stage.comments[0].startswith("**a maintainer has to look**")


def test_a_file_renamed_into_tasks_counts_where_it_came_from(stage: Stage) -> None:
    moved = {
        "filename": f"tasks/{TASK}/README.md", "previous_filename": "README.md",
        "status": "renamed",
    }  # fmt: skip
    stage.pull(files=[*FILES, moved])
    stage.checked(1, passing())
    stage.answer(1)
    assert stage.comments[0].startswith("**a maintainer has to look**")


def test_a_change_of_code_alone_gets_a_label_and_no_comment(stage: Stage) -> None:
    pull = stage.pull(files=[{"filename": "docs/design.md", "status": "modified"}])
    assert stage.answer(1) == 0
    assert stage.answer(1) == 0
    assert (stage.comments, pull.labels) == ([], ["touches-code"])
    assert len(stage.github.writes) == 1


def test_what_is_wrong_with_the_pull_request_makes_a_passing_task_fail(stage: Stage) -> None:
    stage.pull(files=[*FILES, {"filename": "tasks/SpeakerCounting/task.json", "status": "removed"}])
    stage.checked(1, passing())
    stage.answer(1)
    assert stage.comments[0].startswith("**fail**")
    assert "PUL003" in stage.comments[0]


def test_a_proposal_that_nobody_confirmed_is_noted(stage: Stage) -> None:
    stage.pull(body="Proposal: #3")
    stage.github.state.issues[3] = []
    stage.checked(1, passing())
    stage.answer(1)
    assert stage.comments[0].startswith("**pass**")
    assert "PUL005" in stage.comments[0]


@pytest.mark.parametrize("data", [b"", b"no zip", b"x" * 2_000_000], ids=["empty", "text", "huge"])
def test_a_result_that_cannot_be_read_is_trouble_of_ours(stage: Stage, data: bytes) -> None:
    stage.pull()
    stage.github.state.leave_bytes(1, data)
    assert stage.answer(1) == 0
    assert stage.comments[0].startswith("**not checked**")
    assert "says nothing about your contribution" in stage.comments[0]


def test_a_check_that_left_nothing_behind_is_trouble_of_ours(stage: Stage) -> None:
    stage.pull()
    assert stage.answer(1) == 0
    assert stage.comments[0].startswith("**not checked**")


def test_a_run_that_was_cancelled_says_nothing(stage: Stage) -> None:
    stage.pull()
    assert stage.answer(1, conclusion="cancelled") == 0
    assert stage.github.records == []


def test_only_the_pull_request_with_this_head_is_answered(stage: Stage) -> None:
    stage.pull()
    stage.pull(number=8, head=NEXT, owner="somebody-else")
    stage.checked(1, failing())
    stage.answer(1)
    assert stage.github.state.said(8) == []


def test_two_hundred_annotations_go_in_four_requests(stage: Stage) -> None:
    stage.pull()
    many = [finding(line=n, message=f"fault {n}") for n in range(1, 301)]
    stage.checked(1, report(*many).model_dump_json().encode())
    assert stage.answer(1) == 0
    (run,) = stage.github.state.check_runs.values()
    assert len(run["annotations"]) == 200
    assert len([one for one in stage.github.writes if "check-runs" in one.path]) == 4


def test_files_and_comments_beyond_the_first_page_are_read(stage: Stage) -> None:
    many = [{"filename": f"tasks/{TASK}/data/x/{n}.flac", "status": "added"} for n in range(150)]
    code = {"filename": "validators/audio.py", "status": "modified"}
    stage.pull(files=[*FILES, *many, code])
    for number in range(130):
        stage.github.state.say(7, f"comment {number}", "somebody")
    stage.checked(1, passing())
    stage.answer(1)
    stage.answer(1)
    (comment,) = stage.comments
    assert comment.startswith("**a maintainer has to look**")


def test_mends_are_shown_where_the_fault_is_mechanical(stage: Stage) -> None:
    stage.pull()
    fixable = finding(rule="JSN803", message="CR LF ends a line", path=f"tasks/{TASK}/task.json")
    diff = b"--- a\n+++ b\n-x \n+x\n```\n@everyone\n"
    stage.checked(1, report(fixable).model_dump_json().encode(), **{"mends.diff": diff})
    stage.answer(1)
    assert "--fix" in stage.comments[0]
    assert "\n````diff\n--- a\n" in stage.comments[0]


def test_the_token_goes_to_the_api_and_to_no_other_host(stage: Stage) -> None:
    stage.pull()
    stage.checked(1, failing())
    stage.answer(1)
    tokens = {record.path.split("/")[1]: record.token for record in stage.github.records}
    assert tokens == {"repos": f"token {TOKEN}", "blobs": None}


TROUBLE = {
    "429": Fault(status=429),
    "429 with Retry-After": Fault(status=429, headers={"Retry-After": "0"}),
    "secondary rate limit": Fault(status=403, headers={"Retry-After": "0"}),
    "spent rate limit": Fault(
        status=403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(now())}
    ),
    "500": Fault(status=500),
    "502": Fault(status=502),
    "503": Fault(status=503),
    "dropped": Fault(),
    "hangs, then hangs up": Fault(hang=0.05),
    "applied, but the answer is lost": Fault(lost=True),
}
REQUESTS = {
    "the pull requests": ("GET", "/pulls$"),
    "the files": ("GET", "/files"),
    "the artifacts": ("GET", "/artifacts$"),
    "the zip file": ("GET", "/zip"),
    "the store": ("GET", "/blobs"),
    "the comments": ("GET", "/comments"),
    "the head": ("GET", "/pulls/7$"),
    "a label": ("POST", "/labels"),
    "the check run": ("POST", "/check-runs"),
    "the comment": ("POST", "/comments"),
}


@pytest.mark.parametrize("times", [1, 1000], ids=["once", "always"])
@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("request_kind", REQUESTS)
def test_every_trouble_ends_in_an_answer_or_exit_2(
    stage: Stage, request_kind: str, trouble: str, times: int, capfd: pytest.CaptureFixture[str]
) -> None:
    stage.pull()
    stage.checked(1, failing())
    method, path = REQUESTS[request_kind]
    kind = TROUBLE[trouble]
    stage.github.faults.append(
        Fault(method, path, times, kind.status, kind.headers, kind.lost, kind.hang)
    )
    code = stage.answer(1)
    if times == 1:
        assert code == 0
    stage.github.faults.clear()
    assert stage.answer(1) == 0
    assert len(stage.comments) == 1
    assert stage.comments[0].startswith("**fail**")
    written = len(stage.github.writes)
    assert stage.answer(1) == 0
    assert len(stage.github.writes) == written
    printed = capfd.readouterr()
    assert TOKEN not in printed.out + printed.err


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_a_no_of_github_is_told_and_ends_with_2(
    stage: Stage, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    stage.pull()
    stage.checked(1, failing())
    stage.github.faults.append(Fault("POST", "/comments", 1000, status))
    assert stage.answer(1) == 2
    assert str(status) in capfd.readouterr().err


def test_without_a_token_nothing_is_asked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    assert stage.answer(1) == 2
    assert "GITHUB_TOKEN is not set" in capfd.readouterr().err
    assert stage.github.records == []


def test_an_event_that_is_none_ends_with_2(stage: Stage) -> None:
    assert stage.answer(1, head_repository={"owner": 3}) == 2
