"""NBR: a task beside the other tasks of the repository."""

from pathlib import Path

import pytest

from tests.flawless import INSTANCE, TASK, Edit, clip_path, make_task, merge, write
from tests.rules.cases import Table, at, exact, judge, line, parameters, silent

OTHER_WORDS = "".join(
    f"{words}: {{labels}}.\n"
    for words in ("Do you hear agreement or refusal", "A voice was recorded", "Mark the reply",
                  "Your turn to judge", "File this call", "Was it granted", "Sort the messages",
                  "The menu waits", "One button was meant", "Give its meaning", "Rule on it")
)  # fmt: skip
OTHER_SOURCE = {
    "name": "Another Corpus", "url": "https://example.org/another", "license": "CC-BY-4.0",
    "cite": "example2024prompts",
}  # fmt: skip


def beside(name: str, *edits: Edit) -> Edit:
    """Put another flawless task, edited, beside the task, with clips of its own."""

    def edit(task: Path) -> None:
        clips = task / "data/Prompts/clips"
        other = make_task(task.parents[1], clips, name)
        for path in sorted((other / "data").rglob("c*.*")):
            content = path.read_bytes()
            path.unlink()
            path.write_bytes(content + b"\0")
        for one in (write("instructions.txt", OTHER_WORDS), *edits):
            one(other)

    return edit


def shared(number: int) -> Edit:
    """A clip of the other task is one of this."""

    def edit(other: Path) -> None:
        own = other.parent / TASK / clip_path(number)
        (other / clip_path(number)).write_bytes(own.read_bytes())

    return edit


CASES: Table = {
    "NBR401": [
        silent("another name", beside("SpeakerCounting")),
        exact("a letter less", beside("AnswerDetecton"), at=at(""), says="tasks/AnswerDetecton"),
        exact("another case", beside("Answerdetection"), at=at("")),
    ],
    "NBR402": [
        silent("five of twelve", beside("SpeakerCounting", write("instructions.txt", OTHER_WORDS +
               "".join(f"{p}: {{labels}}.\n" for p in ("Say what the speaker answers",
               "Which answer do you hear", "Listen and name the reply",
               "What does the caller reply", "Decide what was answered"))))),
        exact("all of them", beside("SpeakerCounting", lambda other: (other / "instructions.txt")
              .write_bytes((other.parent / TASK / "instructions.txt").read_bytes())),
              at=line("instructions.txt", 1, 1), says="12 of 12"),
    ],
    "NBR403": [
        silent("clips of its own", beside("SpeakerCounting")),
        exact("one clip of the same source", beside("SpeakerCounting", shared(3)),
              at=at(clip_path(3)), says="1 clip"),
    ],
    "NBR404": [
        silent("clips of its own",
               beside("SpeakerCounting", merge(INSTANCE, {"sources": [OTHER_SOURCE]}))),
        exact("one clip of another source", beside("SpeakerCounting", shared(3),
              merge(INSTANCE, {"sources": [OTHER_SOURCE]})), at=at(clip_path(3))),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "case"), parameters(CASES))
def test_neighbours(code, case, tmp_path, clips, measure):
    judge(code, case, tmp_path, clips, measure)
