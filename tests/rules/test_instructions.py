"""INS: instructions.txt, the sentences that tell a model what to do."""

from pathlib import Path

import pytest

from tests.flawless import (
    INSTANCE,
    append,
    instructions,
    make_task,
    merge,
    replace,
    rows,
    variant,
    write,
)
from tests.rules.cases import STATIC, Case, Table, exact, judge, line, parameters, run, silent
from validators.folder import TaskFolder
from validators.instructions import distinct, required_instructions
from validators.registry import rules
from validators.totals import InstructionNeed

FILE = "instructions.txt"
ONE_MORE = "Which reply is it: {labels}?\n"


def declared(examples: int):
    """A task whose data are on the Hub, with so many examples to be drawn there."""

    def edit(task: Path) -> None:
        variant("hub")(task)
        merge(INSTANCE, {"sampling": {
            "description": "Drawn at random from the test split.", "examples": examples,
        }})(task)  # fmt: skip

    return edit


def five_texts_a_clip(table):
    """Two hundred rows: each clip with five different texts."""
    return [
        r | {"file": f"{n}-{text}", "text": f"extension {text}"}
        for text in range(5)
        for n, r in enumerate(table)
    ]


CASES: Table = {
    "INS301": [
        silent("10", write(FILE, instructions(count=10))),
        exact("9", write(FILE, instructions(count=9)), at=line(FILE, 1, 1),
              says=("there are 9", "10 are required", "write 1 more")),
        exact("none", write(FILE, ""), at=line(FILE, 1, 1), says="there are 0"),
        silent("10 for 200 examples", declared(200), write(FILE, instructions(count=10)),
               options=STATIC),
        exact("10 for 201 examples", declared(201), write(FILE, instructions(count=10)),
              at=line(FILE, 1, 1), options=STATIC, says=("11 are required", "of 201 examples")),
        exact("10 for 201 rows", variant("audio and text"), rows(five_texts_a_clip),
              rows(lambda table: [*table, table[0] | {"file": "last", "text": "operator"}]),
              write(FILE, instructions("{text} {labels}", 10)), at=line(FILE, 1, 1),
              says="201 examples of AnswerDetection_Prompts"),
        silent("10 for 200 rows", variant("audio and text"), rows(five_texts_a_clip),
               write(FILE, instructions("{text} {labels}", 10))),
        exact("10 lines, two of them the same", write(FILE, instructions(count=9)),
              append(FILE, "say what the speaker answers -- {labels}\n"), at=line(FILE, 1, 1),
              also=("INS302",)),  # the tenth is the first
    ],
    "INS302": [
        silent("lines that differ in a word"),
        exact("the same line", append(FILE, instructions(count=1)), at=line(FILE, 13, 1),
              says="line 1"),
        exact("case, blanks and punctuation aside",
              append(FILE, "SAY what the  speaker answers - {labels}\n"), at=line(FILE, 13, 1)),
        exact("three times", append(FILE, ONE_MORE * 3), at=[line(FILE, 14, 1), line(FILE, 15, 1)]),
    ],
    "INS303": [
        silent("no line end at the end", append(FILE, ONE_MORE.rstrip())),
        exact("a blank line", append(FILE, "\n" + ONE_MORE), at=line(FILE, 13, 1)),
        exact("a blank line at the end", append(FILE, "\n"), at=line(FILE, 13, 1)),
        exact("a line of blanks", append(FILE, " \t\n" + ONE_MORE), at=line(FILE, 13, 1)),
        exact("a blank before", replace(FILE, "Which", " Which"), at=line(FILE, 2, 1)),
        exact("a blank behind", replace(FILE, "{labels}.", "{labels}. "), at=line(FILE, 1, 40)),
    ],
    "INS304": [
        silent("once, in the middle", append(FILE, "Choose from {labels} what fits.\n")),
        silent("none in a task of numbers", variant("number")),
        exact("left out", append(FILE, "Which of the two replies is it?\n"), at=line(FILE, 13, 1),
              says=("0 times", "1 is required")),
        exact("twice", append(FILE, "Is it {labels}? Say {labels}.\n"), at=line(FILE, 13, 1),
              says="2 times"),
        exact("in a task of text", variant("text"), append(FILE, "Write it down: {labels}\n"),
              at=line(FILE, 13, 1), says=("1 time;", "none is required", "text output")),
        # A placeholder that is almost {labels} is reported once, as unknown.
        exact("left out of every line", write(FILE, instructions("briefly")),
              at=[line(FILE, number, 1) for number in range(1, 13)]),
    ],
    "INS305": [
        silent("a text input", variant("audio and text")),
        exact("a name of one's own", append(FILE, "Is {word} spoken: {labels}?\n"),
              at=line(FILE, 13, 4), says=("{word}", "{labels} may stand in braces here")),
        exact("a text that is no input", append(FILE, "Is {text} spoken: {labels}?\n"),
              at=line(FILE, 13, 4)),
        exact("a mistyped placeholder", append(FILE, "Which is it: {label}?\n"),
              at=line(FILE, 13, 14), says="write {labels}"),
        exact("capitals", append(FILE, "Which is it: {Labels}?\n"), at=line(FILE, 13, 14)),
        exact("blanks inside", append(FILE, "Which is it: { labels }?\n"), at=line(FILE, 13, 14)),
        exact("a single brace", append(FILE, "Which is it: {labels}}?\n"), at=line(FILE, 13, 22)),
        exact("a brace that stays open", append(FILE, "Which {is it: {labels}?\n"),
              at=line(FILE, 13, 7)),
        exact("an empty pair", append(FILE, "Which {} is it: {labels}?\n"), at=line(FILE, 13, 7)),
        exact("in a task of text", variant("text"), append(FILE, "Write {word} down\n"),
              at=line(FILE, 13, 7), says="no placeholder"),
    ],
    "INS306": [
        silent("a Spanish word", append(FILE, "Is it todo o nada: {labels}?\n")),
        exact("to do", append(FILE, "TODO ask for the answer: {labels}\n"), at=line(FILE, 13, 1)),
        exact("left open", append(FILE, "Insert your instruction here: {labels}\n"),
              at=line(FILE, 13, 1), says="Insert your instruction here"),
    ],
    "INS311": [
        silent("three words", append(FILE, "Yes or no? {labels}\n")),
        silent("a placeholder counts", variant("audio and text"),
               append(FILE, "Is {text} spoken: {labels}?\n")),
        exact("one word", append(FILE, "Answer? {labels}\n"), at=line(FILE, 13, 1),
              says=("1 word beside {labels}", "at least 3")),
        exact("two words", append(FILE, "Detect answer: {labels}\n"), at=line(FILE, 13, 1)),
        exact("none", append(FILE, "{labels}\n"), at=line(FILE, 13, 1), says="0 words"),
    ],
    "INS308": [
        silent("all labels", append(FILE, "Say yes if the caller agrees, no if not: {labels}.\n")),
        silent("within a word", append(FILE, "Was it yesterday, or when was it? {labels}\n")),
        silent("labels of two letters", append(FILE, "There is no need to hurry: {labels}.\n")),
        exact("one of two", append(FILE, "Did the speaker say Yes? {labels}\n"),
              at=line(FILE, 13, 1), says='names "yes", one of 2'),
    ],
    "INS309": [
        silent("English", append(FILE, "Which of the two was it? {labels}\n")),
        silent("too short to tell", append(FILE, "Ja oder nein? {labels}\n")),
        exact("German", append(FILE, "Welche Antwort gibt der Sprecher hier? {labels}\n"),
              at=line(FILE, 13, 1)),
        exact("Russian", append(FILE, "Какой ответ даёт человек на записи? {labels}\n"),
              at=line(FILE, 13, 1)),
    ],
    "INS310": [
        silent("another side", append(FILE, "You are the exchange. Route the call: {labels}\n")),
        exact("a word more", append(FILE, "Now say what the speaker answers: {labels}.\n"),
              at=line(FILE, 13, 1), says=("83%", "line 1")),
        silent("three of four words", write(FILE, instructions()),
               append(FILE, "Say what the operator replies: {labels}.\n")),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "case"), parameters(CASES))
def test_case(code, case, tmp_path, clips, measure):
    judge(code, case, tmp_path, clips, measure)


@pytest.mark.parametrize(
    ("examples", "required"),
    [(0, 10), (32, 10), (200, 10), (201, 11), (220, 11), (221, 12), (10_000, 500)],
)
def test_one_instruction_for_every_twenty_examples_and_never_fewer_than_ten(examples, required):
    assert required_instructions(examples) == required


@pytest.mark.parametrize(("examples", "silent"), [(200, True), (201, False)])
def test_the_rule_on_literal_numbers(examples, silent, tmp_path, clips):
    task = make_task(tmp_path, clips)
    write(FILE, instructions(count=10))(task)
    file = TaskFolder(tmp_path, "tasks/AnswerDetection").instructions
    assert file is not None
    need = InstructionNeed("AnswerDetection", None, file, examples, "AnswerDetection_Prompts")
    assert (list(rules()["INS301"].check(need)) == []) is silent


def test_where_the_number_of_examples_is_not_known_the_rule_is_also_listed_as_skipped(
    tmp_path, clips, measure
):
    case = Case("unknown", (variant("hub"),), options=STATIC)
    _, report = run(case, tmp_path, clips, measure)
    assert "INS301" in report.tasks[0].rules_run
    assert "AnswerDetection_Prompts" in report.tasks[0].rules_skipped["INS301"]


def test_scripts_that_spell_with_marks_are_told_apart():
    assert distinct(["कि", "का", "की"]) == 3


@pytest.mark.parametrize(
    "broken",
    [replace("task.json", "{", "{,"), merge("task.json", {"inputs": ["audio", "words"]})],
    ids=["no JSON", "an unknown input"],
)
def test_a_fault_in_task_json_does_not_make_faults_of_right_instructions(
    broken, tmp_path, clips, measure
):
    word = append(FILE, "Is {word} spoken: {labels}?\n")
    case = Case("", (variant("audio and text"), word, broken), options=STATIC)
    _, report = run(case, tmp_path, clips, measure)
    own = [finding for finding in report.findings if finding.rule.startswith("INS")]
    assert [(finding.rule, finding.line) for finding in own] == [("INS305", 13)]
