"""PUL: a pull request as a whole. Its cases are changes, not edits of a folder."""

import pytest

from tests.rules.cases import at, parameters
from tests.rules.pulls import PullCase, judge_pull, pull

NEW = ("+tasks/AccentRating/task.json", "+tasks/AccentRating/instances/VCTK.json")

CASES = {
    "PUL001": [
        pull("one new task", *NEW),
        pull("two new tasks", *NEW, "+tasks/ZebraDetection/task.json",
             at=(at("tasks/ZebraDetection"),), says=("tasks/AccentRating",)),
        pull("three new tasks", *NEW, "+tasks/B/task.json", "+tasks/C/task.json",
             at=(at("tasks/B"), at("tasks/C"))),
    ],
    "PUL002": [
        pull("code alone", "~validators/audio.py", "+docs/new.md"),
        pull("a task with its scores", *NEW, "+results/Whisper.json"),
        pull("a task and a workflow", *NEW, "~.github/workflows/validate.yml",
             at=(at(".github/workflows/validate.yml"),), says=("modified",)),
        pull("a name that only looks like tasks/", *NEW, "+tasks2/x", at=(at("tasks2/x"),)),
    ],
    "PUL003": [
        pull("an instance is taken out", "-tasks/SpeakerCounting/instances/VCTK.json"),
        pull("a task is deleted", "-tasks/SpeakerCounting/task.json",
             "-tasks/SpeakerCounting/README.md", at=(at("tasks/SpeakerCounting"),),
             says=("superseded_by",)),
        pull("a new file goes again", *NEW, "-tasks/Unknown/task.json"),
    ],
    "PUL004": [
        pull("one task is changed", "~tasks/SpeakerCounting/task.json"),
        pull("two tasks are changed", "~tasks/StressDetection/task.json",
             "~tasks/SpeakerCounting/README.md", at=(at("tasks/StressDetection"),),
             says=("tasks/SpeakerCounting",)),
        pull("another is changed beside a new one", *NEW, "~tasks/SpeakerCounting/README.md",
             at=(at("tasks/SpeakerCounting"),), says=("tasks/AccentRating",)),
    ],
    "PUL005": [
        pull("a proposal is named", *NEW, proposal=True),
        pull("not known", *NEW),
        pull("a task that is there", "~tasks/SpeakerCounting/README.md", proposal=False),
        pull("none is named", *NEW, proposal=False, at=(at("tasks/AccentRating"),)),
    ],
    "PUL006": [
        pull("a file in its folder", *NEW),
        pull("a file in tasks/ goes", "-tasks/README.md"),
        pull("a file in tasks/", "+tasks/README.md", at=(at("tasks/README.md"),)),
        pull("tasks/ becomes a link", "+tasks", at=(at("tasks"),)),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "case"), parameters(CASES))
def test_pull_requests(code: str, case: PullCase) -> None:
    judge_pull(code, case)
