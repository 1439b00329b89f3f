"""SRC: instance files beyond their schema: licence, sources, columns, sampling, results."""

import json
from pathlib import Path

import pytest

from tests.flawless import (
    DATA,
    INSTANCE,
    Edit,
    all_of,
    column,
    merge,
    rename,
    rename_column,
    replace,
    variant,
    write,
)
from tests.rules.cases import STATIC, Case, Table, at, exact, judge, parameters, run, silent

LICENCE = '"license": "CC-BY-4.0"'


def instance(**fields: object) -> Edit:
    """Other fields of the instance file."""
    return merge(INSTANCE, fields)


def licence(own: str, of_source: str | None = None) -> Edit:
    """Another licence of the instance, and of its source."""
    return all_of(
        replace(INSTANCE, LICENCE, f'"license": "{of_source or own}"'),
        replace(INSTANCE, LICENCE, f'"license": "{of_source or own}"'),
        replace(INSTANCE, f'"license": "{of_source or own}"', f'"license": "{own}"'),
    )


def result(metric: str, value: float, cite: str = "example2024prompts") -> Edit:
    """Another prior result."""
    one = {"system": "Example Listener", "metric": metric, "value": value, "cite": cite}
    return instance(results=[one])


def sampling(**fields: object) -> Edit:
    """A sampling with a description in whole words."""
    return instance(sampling={"description": "All forty prompts of the corpus.", **fields})


def named(stem: str) -> Edit:
    """The instance and its data under another name."""
    return all_of(
        instance(dataset={"path": f"data/{stem}"}),
        rename(INSTANCE, f"instances/{stem}.json"),
        rename(DATA, f"data/{stem}"),
    )


def source(name: str) -> Edit:
    """The source of whatever instance there is, under another name."""

    def edit(task: Path) -> None:
        (path,) = (task / "instances").iterdir()
        replace(f"instances/{path.name}", "Example Prompts", name)(task)

    return edit


SPEAKER = column("speaker", lambda n: f"s{n % 4}")

OPEN = all_of(
    replace("task.json", '["yes", "no"]', "null"),
    merge("task.json", {"waivers": [{"rule": "TSK209", "reason": "Read at the commit."}]}),
)

CASES: Table = {
    "SRC901": [
        silent("two licences", licence("CC-BY-4.0 AND MIT", "CC-BY-4.0")),
        silent("one of its own", licence("LicenseRef-Prompts"),
               instance(license_url="https://example.org/licence")),
        exact("blanks for dashes", replace(INSTANCE, LICENCE, '"license": "CC BY 4.0"'),
              at=at(INSTANCE, '"CC BY 4.0"'), says='write "CC-BY-4.0" if that is meant'),
        exact("of a source", replace(INSTANCE, '"license": "CC-BY-4.0",\n      "cite"',
              '"license": "cc-by-4.0",\n      "cite"'), at=at(INSTANCE, '"cc-by-4.0"')),
        exact("a small and", replace(INSTANCE, LICENCE, '"license": "CC-BY-4.0 and MIT"'),
              at=at(INSTANCE, '"CC-BY-4.0 and'), says='joined by " AND "'),
        exact("OR", replace(INSTANCE, LICENCE, '"license": "CC-BY-4.0 OR MIT"'),
              at=at(INSTANCE, '"CC-BY-4.0 OR')),
        exact("research only", replace(INSTANCE, LICENCE, '"license": "research only"'),
              at=at(INSTANCE, '"research only"')),
        exact("unknown in part", replace(INSTANCE, LICENCE, '"license": "MIT AND NOASSERTION"'),
              at=at(INSTANCE, '"MIT AND')),
    ],
    "SRC902": [
        silent("established"),
        exact("of the instance", licence("NOASSERTION", "CC-BY-4.0"),
              at=at(INSTANCE, '"NOASSERTION"')),
        exact("of both", licence("NOASSERTION"),
              at=[at(INSTANCE, '"NOASSERTION",\n  "sources'),
                  at(INSTANCE, '"NOASSERTION",\n      "cite')]),
    ],
    "SRC903": [
        silent("with an address", licence("LicenseRef-Prompts"),
               instance(license_url="https://example.org/licence")),
        exact("without", licence("CC-BY-4.0 AND LicenseRef-Prompts", "CC-BY-4.0"),
              at=at(INSTANCE, '"CC-BY-4.0 AND Lic'), says="LicenseRef-Prompts has no license_url"),
        exact("of both", licence("LicenseRef-Prompts"),
              at=[at(INSTANCE, '"LicenseRef-Prompts",\n  "sources'),
                  at(INSTANCE, '"LicenseRef-Prompts",\n      "cite')]),
    ],
    "SRC905": [
        silent("an entry"),
        exact("a mistyped key", result("accuracy", 0.5, "example2023prompts"),
              at=at(INSTANCE, '"example2023prompts"'), says='write "example2024prompts"'),
        exact("no entry at all", write("references.bib", "% none yet\n"),
              at=[at(INSTANCE, '"example2024prompts"\n    }\n  ],\n  "sampling'),
                  at(INSTANCE, '"example2024prompts"\n    }\n  ]\n}')]),
    ],
    "SRC906": [
        silent("cited"),
        exact("not cited", replace(INSTANCE, '"example2024prompts"', "null"),
              at=at(INSTANCE, "null\n")),
    ],
    "SRC907": [
        silent("one of the task's", merge("task.json", {"metrics": ["macro_f1", "accuracy"]}),
               result("macro_f1", 0.5)),
        exact("another", result("balanced_accuracy", 0.5), at=at(INSTANCE, '"balanced_accuracy"'),
              says="accuracy, macro_f1"),
    ],
    "SRC908": [
        silent("the ends of the range", instance(results=[
            {"system": "Deaf", "metric": "accuracy", "value": 0, "cite": "example2024prompts"},
            {"system": "Perfect", "metric": "accuracy", "value": 1, "cite": "example2024prompts"},
        ])),
        silent("a word error rate above 1", variant("text"), result("wer", 1.2)),
        exact("in percent", result("accuracy", 62.44), at=at(INSTANCE, "62.44"),
              says=("62.44", "0 to 1")),
        exact("just above", result("accuracy", 1.0001), at=at(INSTANCE, "1.0001"), says="1.0001"),
        exact("below", variant("text"), result("wer", -0.1), at=at(INSTANCE, "-0.1"),
              says="at least 0"),
    ],
    "SRC909": [
        silent("one result"),
        exact("none", instance(results=[]), at=at(INSTANCE, "[]")),
    ],
    "SRC910": [
        silent("all of them, in order", instance(labels=["yes", "no"])),
        exact("another", instance(labels=["yes", "no", "nope"]), at=at(INSTANCE, '"nope"'),
              also=("DAT433",)),  # nor does it occur
        exact("another order", instance(labels=["no", "yes"]), at=at(INSTANCE, '[\n    "no"')),
        exact("twice", instance(labels=["yes", "no", "no"]), at=at(INSTANCE, '[\n    "yes"')),
        silent("where the task's are open", variant("hub"), OPEN, instance(labels=["no", "yes"]),
               excused=1, options=STATIC),
    ],
    "SRC911": [
        silent("both ways of writing", column("label", lambda n: "10"[n % 2]),
               instance(label_map={"1": "yes", "0": "no"})),
        exact("another", column("label", lambda n: "10"[n % 2]),
              instance(label_map={"1": "yes", "0": "nope"}), at=at(INSTANCE, '"nope"'),
              also=("DAT433",)),  # and "no" never occurs; no row is blamed
    ],
    "SRC912": [
        silent("labels of a choice", instance(labels=["yes", "no"])),
        exact("labels of a text", variant("text"), instance(labels=["yes", "no"]),
              at=at(INSTANCE, '[\n    "yes"')),
        exact("a map of numbers", variant("number"), instance(label_map={"1": "yes"}),
              at=at(INSTANCE, '{\n    "1"')),
    ],
    "SRC913": [
        silent("the source's own names", rename_column("label", "answer"),
               instance(columns={"label": "answer", "file": "file"})),
        exact("the wrong way round", instance(columns={"answer": "label"}),
              at=at(INSTANCE, '"answer"')),
        exact("mistyped", instance(columns={"labels": "label"}), at=at(INSTANCE, '"labels"'),
              says='write "label"'),
        exact("an input that the task has not", instance(columns={"audio2": "speech"}),
              at=at(INSTANCE, '"audio2"'), says="file, audio, label"),
    ],
    "SRC914": [
        silent("two columns", SPEAKER, column("gender", ""),
               instance(groups=["speaker", "gender"])),
        exact("the label", instance(groups=["label"]), at=at(INSTANCE, '"label"\n')),
        exact("the instruction", column("instruction", str), instance(groups=["instruction"]),
              at=at(INSTANCE, '"instruction"'), also=("DAT408",)),  # the note on such a column
        exact("an input to come", column("text2", str), instance(groups=["text2"]),
              at=at(INSTANCE, '"text2"')),
        exact("twice", SPEAKER, instance(groups=["speaker", "speaker"]),
              at=at(INSTANCE, '"speaker"\n')),
    ],
    "SRC915": [
        silent("a sentence", sampling()),
        exact("two words", sampling(description="random subset"), at=at(INSTANCE, '"random subset'),
              says="at least 5 words"),
    ],
    "SRC916": [
        silent("the label", sampling(examples=40, stratify_by="label")),
        silent("a group", SPEAKER, instance(groups=["speaker"]),
               sampling(examples=40, stratify_by="speaker")),
        exact("a column that is not declared", SPEAKER,
              sampling(examples=40, stratify_by="speaker"), at=at(INSTANCE, '"speaker"'),
              says='declare the column in groups'),
    ],
    "SRC917": [
        silent("all of them", licence("CC-BY-4.0 AND MIT", "CC-BY-4.0")),
        silent("the public domain asks for nothing", licence("CC-BY-4.0", "CC0-1.0")),
        exact("another", licence("MIT", "CC-BY-SA-4.0"), at=at(INSTANCE, '"MIT"'),
              says=("CC-BY-SA-4.0", 'add " AND CC-BY-SA-4.0"')),
        exact("unknown", licence("MIT", "NOASSERTION"), at=at(INSTANCE, '"MIT"'),
              also=("SRC902",), says="write NOASSERTION"),  # the source's licence is not known
    ],
    "SRC918": [
        silent("open, and told apart", variant("hub"), OPEN, instance(labels=["yes", "no"]),
               excused=1, options=STATIC),
        exact("open, and not", variant("hub"), OPEN, instance(labels=["yes", "no", "Yes!"]),
              excused=1, options=STATIC, at=at(INSTANCE, '"Yes!"')),
    ],
    "SRC923": [
        silent("open, and told apart", variant("hub"), OPEN, instance(labels=["yes", "no"]),
               excused=1, options=STATIC),
        exact("one holds another", variant("hub"), OPEN, instance(labels=["yes", "no", "oh yes"]),
              excused=1, options=STATIC, at=at(INSTANCE, '"oh yes"'), says='the label "yes"'),
    ],
    "SRC919": [
        silent("columns exchanged", variant("two clips"),
               instance(columns={"audio": "audio2", "audio2": "audio"})),
        exact("the answer among the inputs", variant("audio and text"),
              instance(columns={"text": "label"}), at=at(INSTANCE, '{\n    "text"'),
              says=('text and label are both read from "label"',)),
        exact("one clip for two", variant("two clips"), instance(columns={"audio2": "audio"}),
              at=at(INSTANCE, '{\n    "audio2"')),
    ],
    "SRC920": [
        silent("a source with more words", named("LJSPeech")),
        silent("as the source is spelt", named("LJSpeech"), source("LJ Speech")),
        silent("with a subset and another", named("LJSpeech-Test_VCTK"), source("LJSpeech")),
        exact("other capitals", named("LJSPeech"), source("LJ Speech"),
              at=at("instances/LJSPeech.json"), says=('"LJSPeech"', '"LJSpeech"')),
        exact("of the second dataset", named("VCTK_LJSPeech-Test"), source("LJSpeech"),
              at=at("instances/VCTK_LJSPeech-Test.json")),
    ],
    "SRC921": [
        silent("one in the headline among others", instance(results=[
            {"system": "Deaf", "metric": "macro_f1", "value": 0, "cite": "example2024prompts"},
            {"system": "Deaf", "metric": "accuracy", "value": 0, "cite": "example2024prompts"},
        ])),
        exact("none in the headline", result("macro_f1", 0.5),
              at=at(INSTANCE, '[\n    {\n      "system'), says=("macro_f1", "in accuracy")),
    ],
    "SRC922": [
        silent("joined", licence("CC-BY-4.0 AND CC-BY-NC-4.0", "CC-BY-NC-4.0")),
        silent("stricter than its source", licence("CC-BY-NC-4.0 AND CC-BY-4.0", "CC-BY-4.0")),
        exact("no commerce", licence("CC-BY-4.0", "CC-BY-NC-4.0"),
              at=at(INSTANCE, '"CC-BY-NC-4.0"'), says=("commercial use", "CC-BY-4.0")),
        exact("no changes", licence("CC-BY-4.0", "CC-BY-ND-4.0"),
              at=at(INSTANCE, '"CC-BY-ND-4.0"'), says="changed versions"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "case"), parameters(CASES))
def test_case(code, case, tmp_path, clips, measure):
    judge(code, case, tmp_path, clips, measure)


@pytest.mark.parametrize("task", [write("task.json", "{"), merge("task.json", {"inputs": 5})])
def test_a_fault_in_task_json_does_not_make_faults_of_a_right_instance(
    task, tmp_path, clips, measure
):
    right = (
        rename_column("file_name", "speech_file_name"),
        rename_column("label", "answer"),
        instance(columns={"audio": "speech", "label": "answer"}, labels=["yes", "no"]),
    )
    _, report = run(Case("", (*right, task)), tmp_path, clips, measure)
    assert {finding.rule for finding in report.findings} <= {"JSN805", "JSN813"}


@pytest.mark.parametrize("value", [5, ["yes"], None, "a, b"], ids=str)
def test_a_map_to_what_is_no_label_is_told_once_and_blames_no_row(value, tmp_path, clips, measure):
    bits = column("label", lambda n: "10"[n % 2])
    text = json.dumps({"0": "no", "1": value})
    mapped = replace(INSTANCE, '"license"', f'"label_map": {text},\n  "license"')
    _, report = run(Case("", (bits, mapped)), tmp_path, clips, measure)
    assert report.problems == []
    assert [f.rule for f in report.findings if f.severity == "error"] in (["JSN813"], ["JSN814"])
