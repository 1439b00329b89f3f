"""RUN: the run itself: whether each waiver names a rule and is needed."""

import pytest

from tests.flawless import INSTANCE, Edit, merge, replace, write
from tests.rules.cases import (
    STATIC,
    Case,
    Table,
    at,
    clip,
    every,
    exact,
    judge,
    parameters,
    run,
    silent,
)
from validators.engine import Options

TASK_FILE = "task.json"


def waive(*rules: str, **members: str) -> Edit:
    """Waivers of these rules."""
    reason = {"reason": "Telephone calls, recorded at full scale."}
    return merge(TASK_FILE, {"waivers": [{"rule": rule, **members, **reason} for rule in rules]})


def no_result() -> Edit:
    """A task that SRC909 has something to say of."""
    return merge(INSTANCE, {"results": []})


NEEDED = silent("a waiver that is needed", no_result(), waive("SRC909"), excused=1)

CASES: Table = {
    "RUN701": [
        NEEDED,
        silent("the rule was not run, so nobody knows", waive("AUD512"),
               options=Options(offline=True, ignore=("AUD512",))),
        exact("nothing is clipped", waive("AUD512"), at=at(TASK_FILE, '"AUD512"'), says="AUD512"),
        exact("twice", no_result(), waive("SRC909", "SRC909"), excused=1,
              at=at(TASK_FILE, '"SRC909",\n      "reason": "Telephone calls, recorded at full '
                    'scale."\n    }\n  ]')),
        exact("of a note that is not given", waive("SRC909"), at=at(TASK_FILE, '"SRC909"')),
    ],
    "RUN702": [
        NEEDED,
        exact("a code that is none", waive("AUD999"), at=at(TASK_FILE, '"AUD999"')),
    ],
    "RUN703": [
        NEEDED,
        exact("a rule that no reason excuses", waive("SRC901"), at=at(TASK_FILE, '"SRC901"'),
              says="unknown-licence cannot be waived"),
        exact("a rule about waivers", waive("RUN701"), at=at(TASK_FILE, '"RUN701"')),
    ],
    "RUN704": [
        silent("an instance that is there", no_result(), waive("SRC909", instance="Prompts"),
               excused=1),
        exact("an instance that is not there", waive("AUD512", instance="Prompt"),
              at=at(TASK_FILE, '"AUD512"'), says=('"Prompt"', 'write "Prompts"')),
        exact("the full name", waive("AUD512", instance="AnswerDetection_Prompts"),
              at=at(TASK_FILE, '"AUD512"')),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "case"), parameters(CASES))
def test_case(code, case, tmp_path, clips, measure):
    judge(code, case, tmp_path, clips, measure)


@pytest.mark.parametrize(
    ("edits", "verdict"),
    [
        ((waive("AUD513"),), "pass"),
        ((waive("AUD513", instance="Prompts"),), "pass"),
        ((), "fail"),
        ((waive("AUD512"),), "fail"),
    ],
    ids=["the task", "the instance", "nobody", "another rule"],
)
def test_a_waived_error_does_not_fail_the_task(edits, verdict, tmp_path, clips, measure):
    case = Case("", edits, sounds=every(clip(silent_frames=16_000, peak=0.0)))
    _, report = run(case, tmp_path, clips, measure)
    assert report.tasks[0].verdict == verdict
    reason = "Telephone calls, recorded at full scale." if verdict == "pass" else None
    assert {f.waived for f in report.findings if f.rule == "AUD513"} == {reason}


def test_a_waiver_excuses_no_other_instance(tmp_path, clips, measure):
    second = "instances/Second.json"
    edits = (
        no_result(),
        lambda task: write(second, (task / INSTANCE).read_bytes())(task),
        merge(second, {"dataset": {"path": "data/Second"}}),
        waive("SRC909", instance="Second"),
    )
    _, report = run(Case("", edits, options=STATIC), tmp_path, clips, measure)
    waived = {f.instance: f.waived for f in report.findings if f.rule == "SRC909"}
    assert waived["AnswerDetection_Prompts"] is None
    assert waived["AnswerDetection_Second"] is not None


def test_a_rule_that_cannot_be_waived_is_not(tmp_path, clips, measure):
    edits = (replace(INSTANCE, '"CC-BY-4.0"', '"CC BY"'), waive("SRC901"))
    _, report = run(Case("", edits), tmp_path, clips, measure)
    assert {f.rule: f.waived for f in report.findings} == {"SRC901": None, "RUN703": None}
    assert report.tasks[0].verdict == "fail"
