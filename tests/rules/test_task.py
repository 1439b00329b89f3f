"""TSK: task.json beyond what its schema can say."""

import pytest

from tests.flawless import INSTANCE, Edit, all_of, column, merge, replace, variant, write
from tests.rules.cases import STATIC, Table, at, exact, judge, parameters, silent

TASK_FILE = "task.json"


def task(**fields: object) -> Edit:
    """Other fields of task.json."""
    return merge(TASK_FILE, fields)


def labels(*names: str) -> Edit:
    """Other labels, each in turn the right one."""

    return all_of(
        task(output={"labels": list(names)}), column("label", lambda n: names[n % len(names)])
    )


def neighbour(name: str) -> Edit:
    """A second task folder."""
    return write(f"../{name}/README.md", "# Another\n")


CASES: Table = {
    "TSK201": [
        silent("Mandarin, Swiss German, signs of none", task(languages=["cmn", "gsw-CH", "zxx"])),
        silent("no language", task(languages=[])),
        exact("a name for a tag", task(languages=["en", "mandarin"]),
              at=at(TASK_FILE, '"mandarin"')),
        exact("an unregistered tag", task(languages=["xx"]), at=at(TASK_FILE, '"xx"')),
        exact("a country for a language", task(languages=["en", "jp"]),
              at=at(TASK_FILE, '"jp"')),
    ],
    "TSK202": [
        silent("standard forms", task(languages=["en", "en-US", "zh-Hant-TW", "yue", "nb"])),
        exact("three letters where two do", task(languages=["eng"]), at=at(TASK_FILE, '"eng"'),
              says='write "en"'),
        exact("a region in lower case", task(languages=["en-us"]), at=at(TASK_FILE, '"en-us"'),
              says='write "en-US"'),
        exact("a tag of old", task(languages=["iw"]), at=at(TASK_FILE, '"iw"'), says='"he"'),
    ],
    "TSK203": [
        silent("two clips", variant("two clips")),
        silent("clip and text", variant("audio and text")),
        silent("ten clips", task(inputs=["audio", *(f"audio{n}" for n in range(2, 11))]),
               options=STATIC),
        exact("the third for the second", task(inputs=["audio", "audio3"]), options=STATIC,
              at=at(TASK_FILE, '"audio3"'), says='"audio2" is required'),
        exact("the second before the first", task(inputs=["audio2", "audio"]), options=STATIC,
              at=[at(TASK_FILE, '"audio2"'), at(TASK_FILE, '"audio"\n')]),
        exact("the same twice", task(inputs=["audio", "text", "text"]), options=STATIC,
              at=at(TASK_FILE, '"text"\n')),
    ],
    "TSK204": [
        silent("clip and text", variant("audio and text")),
        exact("text only", task(inputs=["text"]), options=STATIC,
              at=at(TASK_FILE, '[\n    "text"')),
    ],
    "TSK205": [
        silent("a text's word error rate", variant("text")),
        silent("F1 of several labels", variant("multilabel")),
        exact("word errors of labels", task(metrics=["accuracy", "wer"]),
              at=at(TASK_FILE, '"wer"'), says=("classification", 'take "accuracy"')),
        exact("accuracy of several labels", variant("multilabel"),
              task(metrics=["macro_f1", "accuracy"]), at=at(TASK_FILE, '"accuracy"')),
        exact("exact match of one label", task(metrics=["accuracy", "exact_match"]),
              at=at(TASK_FILE, '"exact_match"')),
    ],
    "TSK206": [
        silent("different entries"),
        exact("a keyword in capitals", task(keywords=["answers", "Answers"]),
              at=at(TASK_FILE, '"Answers"')),
        exact("a metric", task(metrics=["accuracy", "macro_f1", "accuracy"]),
              at=at(TASK_FILE, '"accuracy"\n')),
        exact("a person", task(contributors=[{"name": "Ada"}, {"name": "ada"}]),
              at=at(TASK_FILE, '"ada"')),
        exact("a language", task(languages=["en", "en"]), at=at(TASK_FILE, '"en"\n')),
    ],
    "TSK207": [
        silent("signs only", labels("+", "-", "?")),
        silent("Hindi words that differ in a vowel sign", labels("की", "का", "कि")),
        silent("an accent makes another word", labels("ou", "où")),
        exact("another case", labels("yes", "no", "Yes"), at=at(TASK_FILE, '"Yes"'),
              says='"yes" and "Yes"'),
        exact("a full stop", labels("yes", "no", "no."), at=at(TASK_FILE, '"no."')),
        exact("a blank", labels("back ground", "background"), at=at(TASK_FILE, '"background"')),
        exact("the same", task(output={"labels": ["yes", "no", "yes"]}),
              at=at(TASK_FILE, '"yes"\n')),
    ],
    "TSK208": [
        silent("from 0 to 40", variant("number")),
        silent("below only", variant("number"), task(output={"maximum": None})),
        exact("upside down", variant("number"), task(output={"minimum": 41}), options=STATIC,
              at=at(TASK_FILE, "41"), says=("minimum is 41", "maximum is 40")),
        exact("a single number", variant("number"), task(output={"minimum": 40}), options=STATIC,
              at=at(TASK_FILE, "40")),
    ],
    "TSK209": [
        silent("labels listed"),
        exact("open, on the Hub", variant("hub"),
              replace(TASK_FILE, '["yes", "no"]', "null"),
              at=at(TASK_FILE, "null"), options=STATIC),
    ],
    "TSK210": [
        silent("labels listed"),
        exact("open, in the repository", replace(TASK_FILE, '["yes", "no"]', "null"),
              at=at(INSTANCE, '"data/Prompts"'), also=("TSK209",)),  # which warns of any null
    ],
    "TSK211": [
        silent("a check digit of 10, written X",
               replace(TASK_FILE, "0000-0002-1825-0097", "0000-0002-1694-233X")),
        exact("two digits exchanged", replace(TASK_FILE, "1825", "8125"),
              at=at(TASK_FILE, '"0000-0002'), says="0000-0002-8125-0097"),
        exact("X for 7", replace(TASK_FILE, "0097", "009X"), at=at(TASK_FILE, '"0000-0002')),
    ],
    "TSK212": [
        silent("five words", task(description="Hear what the speaker answers.")),
        exact("four words", task(description="Hear what speakers answer."),
              at=at(TASK_FILE, '"Hear'), says="at least 5"),
        exact("a name", task(description="keyword spotting"), at=at(TASK_FILE, '"keyword sp')),
    ],
    "TSK213": [
        silent("another task", neighbour("AnswerRecognition"),
               task(superseded_by="AnswerRecognition")),
        exact("a task that is not there", neighbour("AnswerRecognition"),
              task(superseded_by="AnswersRecognition"), at=at(TASK_FILE, '"AnswersRecognition"'),
              says='write "AnswerRecognition"'),
        exact("itself", task(superseded_by="AnswerDetection"), at=at(TASK_FILE, '"AnswerDet')),
    ],
    "TSK214": [
        silent("words in common", labels("guitar string", "string quartet")),
        silent("a part of a word", labels("art", "cart")),
        silent("a whole number", labels("4 m", "8 m")),
        exact("one in another", labels("wood knock", "door wood knock"),
              at=at("task.json", '"door wood knock"'), says='holds the label "wood knock"'),
        exact("or", labels("door or wood knock", "rain"), at=at("task.json", '"door or'),
              says="reads like two"),
        exact("a slash", labels("hall/church", "rain"), at=at("task.json", '"hall/church"')),
        exact("decimals", labels("0.4m", "12 m"), at=at("task.json", '"0.4m"'), says='"0.4"'),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "case"), parameters(CASES))
def test_case(code, case, tmp_path, clips, measure):
    judge(code, case, tmp_path, clips, measure)
