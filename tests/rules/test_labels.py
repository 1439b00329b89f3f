"""DAT: the labels of an instance, and how many examples there are of each and of all."""

import pytest

from tests.flawless import (
    DATA,
    INSTANCE,
    METADATA,
    Edit,
    all_of,
    clip_name,
    clip_path,
    column,
    keep,
    merge,
    remove,
    row,
    rows,
    variant,
    without_column,
    write,
)
from tests.rules.cases import Case, Table, at, clip, every, exact, judge, parameters, run, silent
from tests.rules.test_data import DATASET, JSONL, TEXT, example, instance, jsonl, jsonl_row


def yes(count: int) -> Edit:
    """So many rows are labelled yes, the others no."""
    return column("label", lambda n: "yes" if n <= count else "no")


def three_labels(first: int) -> Edit:
    """Three labels, the first so many times, the others as often as each other."""
    return all_of(
        merge("task.json", {"output": {"labels": ["yes", "no", "unsure"]}}),
        column("label", lambda n: "yes" if n <= first else ("no", "unsure")[n % 2]),
    )


CASES: Table = {
    "DAT421": [
        silent("all mapped", column("label", lambda n: "10"[n % 2]),
               instance(label_map={"0": "no", "1": "yes"})),
        silent("booleans of JSON", variant("jsonl"), lambda task: (task / JSONL).write_text(
               (task / JSONL).read_text().replace('"yes"', "true").replace('"no"', "false")) and
               None, instance(label_map={"true": "yes", "false": "no"})),
        exact("a value left out", column("label", lambda n: "10"[n % 2]), row(3, label="2"),
              instance(label_map={"0": "no", "1": "yes"}), at=example(3), says='"2"'),
        exact("a label as it is", column("label", lambda n: "10"[n % 2]), row(3, label="yes"),
              instance(label_map={"0": "no", "1": "yes"}), at=example(3)),
    ],
    "DAT422": [
        silent("declared labels"),
        exact("a mistyped label", row(3, label="yess"), at=example(3),
              says=('"yess"', "2 declared labels", 'write "yes"')),
        exact("another case", row(3, label="Yes"), at=example(3)),
        exact("a blank behind", row(3, label="yes "), at=example(3)),
        exact("one of a set", variant("multilabel"), row(3, label='["noise", "hum"]'),
              at=example(3), says='"hum"'),
        exact("not of this instance",
              merge("task.json", {"output": {"labels": ["yes", "no", "so"]}}),
              instance(labels=["yes", "no"]), row(3, label="so"), at=example(3)),
    ],
    "DAT423": [
        silent("numbers in all their forms", variant("number"), row(1, label="-0"),
               row(2, label="1e1"), row(3, label=".5"), row(4, label="+3")),
        silent("a list in JSON", variant("multilabel"), variant("jsonl"), jsonl(3, label=["echo"])),
        exact("a unit", variant("number"), row(3, label="12 dB"), at=example(3), says='"12 dB"'),
        exact("a decimal comma", variant("number"), row(3, label="1,5"), at=example(3)),
        exact("no number", variant("number"), row(3, label="nan"), at=example(3)),
        exact("true", variant("number"), variant("jsonl"), jsonl(3, label=True), at=jsonl_row(3)),
        exact("labels between semicolons", variant("multilabel"), row(3, label="noise;echo"),
              at=example(3), says="a JSON array"),
        exact("a single label", variant("multilabel"), row(3, label='"noise"'), at=example(3)),
        exact("a number for a text", variant("text"), variant("jsonl"), jsonl(3, label=5),
              at=jsonl_row(3)),
        exact("a text for a clip", variant("audio output"), without_column("label_file_name"),
              column("label", clip_name), at=[example(n) for n in range(1, 41)],
              says="a clip is required"),
        exact("a bomb of brackets", variant("multilabel"), row(3, label="[" * 5_000),
              at=example(3)),
    ],
    "DAT424": [
        silent("in order", variant("multilabel")),
        exact("another order", variant("multilabel"), row(3, label='["echo", "noise"]'),
              at=example(3), says='required: ["noise", "echo"]'),
        exact("twice", variant("multilabel"), row(3, label='["echo", "echo"]'), at=example(3)),
    ],
    "DAT425": [
        silent("the ends", variant("number"), row(1, label="0"), row(2, label="40")),
        exact("above", variant("number"), row(3, label="40.1"), at=example(3),
              says=("40.1", "0 to 40 is required")),
        exact("below", variant("number"), row(3, label="-0.1"), at=example(3)),
        exact("above, with no least", variant("number"), merge("task.json", {"output":
              {"minimum": None}}), row(3, label="41"), at=example(3), says="at most 40 is"),
    ],
    "DAT431": [
        silent("32", keep(32)),
        exact("31", keep(31), at=DATASET, says=("31", "at least 32", "add 1 or more")),
        exact("a header only", write(METADATA, "file_name,label\n"), remove(f"{DATA}/clips"),
              at=DATASET, says="there are 0"),
        exact("31 after sampling", instance(sampling={
              "description": "Drawn at random with seed 0.", "examples": 31}), at=DATASET),
    ],
    "DAT432": [
        silent("60.0 minutes: 40 of 90 s", sounds=every(clip(90.0))),
        exact("60.1 minutes", at=DATASET, sounds=every(clip(90.15)), says=("60.10", "at most 60")),
        silent("60 minutes whose sum is not exact: 500 of 7.2 s in small",
               sounds=every(clip(90.0)) | {clip_path(1): clip(90.1), clip_path(2): clip(89.9)}),
        exact("a clip used twice counts twice", variant("two clips"), at=DATASET,
              sounds=every(clip(45.1))),
        silent("an answer is not counted", variant("audio output"), sounds=every(clip(90.0))),
        silent("cut by sampling", instance(sampling={
               "description": "The first hour in random order.", "minutes": 60}),
               sounds=every(clip(91.0))),
    ],
    "DAT433": [
        silent("each label occurs"),
        exact("one never", merge("task.json", {"output": {"labels": ["yes", "no", "unsure"]}}),
              at=DATASET, says=("1 of 3 labels never occurs: unsure", '"labels"')),
        exact("in a set", variant("multilabel"), column("label", "[]"),
              row(1, label='["noise"]'), also=("DAT434",), at=DATASET),  # nearly all are empty
        silent("not of this instance", instance(labels=["yes", "no"]),
               merge("task.json", {"output": {"labels": ["yes", "no", "unsure"]}})),
    ],
    "DAT434": [
        silent("80 % of two", yes(32)),
        exact("82.5 % of two", yes(33), at=DATASET, says=("82.50%", "at most 80%", "2 labels")),
        silent("50 % of three", three_labels(20)),
        exact("52.5 % of three", three_labels(21), at=DATASET, says=("52.50%", "at most 50%")),
        silent("numbers have no majority", variant("number"), column("label", "5")),
    ],
    "DAT435": [
        silent("as many as there are", instance(sampling={
               "description": "All forty prompts of the corpus.", "examples": 40})),
        exact("more than there are", instance(sampling={
              "description": "All forty prompts of the corpus.", "examples": 41}),
              at=at(INSTANCE, "41"), says=("41", "holds 40")),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "case"), parameters(CASES))
def test_case(code, case, tmp_path, clips, measure):
    judge(code, case, tmp_path, clips, measure)


def test_a_sum_of_many_equal_clips_is_not_found_too_long_for_its_last_digit(
    tmp_path, clips, measure
):
    """500 clips of 7.2 s last an hour, and their sum in binary a little more."""
    many = (
        TEXT,
        rows(lambda t: [r | {"file": f"{n}-{r['label']}-{k}", "text": f"{n} {k}"}
                        for k in range(500 // 40 + 1) for n, r in enumerate(t)][:500]),
        write("instructions.txt",
              "".join(f"The number is {n}: {{text}} {{labels}}\n" for n in range(25))),
    )  # fmt: skip
    _, report = run(Case("", many, sounds=every(clip(7.2))), tmp_path, clips, measure)
    (counted,) = report.tasks[0].instances
    assert (counted.examples, counted.minutes) == (500, 60.0)
    assert report.findings == []
