"""DOC: README.md and references.bib."""

import pytest

from tests.flawless import INSTANCE, append, merge, replace, variant, write
from tests.rules.cases import STATIC, Case, Table, at, exact, judge, line, parameters, run, silent

README = "README.md"
BIB = "references.bib"
LIMITATIONS = """\
All clips are much shorter than a real call. A model could exploit that one speaker says every
answer in the same way.
"""


def limitations(text: str):
    """Another text below the last heading."""
    return replace(README, LIMITATIONS, text)


def entry(text: str):
    """One more entry, the third block of lines; README may speak of it."""
    return append(BIB, "\n" + text)


FIFTEEN = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"

CASES: Table = {
    "DOC601": [
        silent("more sections", append(README, "\n## Acknowledgements\n\nThanks.\n")),
        silent("another order and underlined headings",
               write(README, f"Limitations\n---\n{FIFTEEN}.\n\n## Data\n\n{FIFTEEN}.\n\n"
                             f"## Objective ##\n\n{FIFTEEN}.\n")),
        exact("a plural", replace(README, "## Objective", "## Objectives"), at=line(README, 1, 1),
              says='rename "Objectives" to "Objective"'),
        exact("a heading of the third level", replace(README, "## Data", "### Data"),
              at=line(README, 1, 1), says='"## Data" is missing'),
        exact("a heading in a code block", replace(README, "## Data", "```\n## Data\n```"),
              at=line(README, 1, 1)),
        exact("empty", write(README, ""), at=[line(README, 1, 1)] * 3),
    ],
    "DOC602": [
        silent("15 words", limitations(f"{FIFTEEN}.\n")),
        silent("prose below a deeper heading", limitations(f"### Speakers\n\n{FIFTEEN}.\n")),
        exact("14 words", limitations(FIFTEEN.removesuffix(" fifteen") + ".\n"),
              at=at(README, "## Limitations"), says=("14 words", "at least 15")),
        exact("no sentence", limitations(f"{FIFTEEN}\n"), at=at(README, "## Limitations"),
              says="no sentence"),
        exact("nothing", limitations(""), at=at(README, "## Limitations"), says="0 words"),
        exact("a word", limitations("None.\n"), at=at(README, "## Limitations"), says="1 word and"),
        exact("a comment", limitations(f"<!-- {FIFTEEN}. -->\n"), at=at(README, "## Limitations")),
    ],
    "DOC603": [
        silent("a Spanish word", append(README, "One prompt says: todo bien.\n")),
        exact("to do", append(README, "Voices: TODO.\n"), at=at(README, "TODO")),
        exact("left open", append(README, "See [...] for more.\n"), at=at(README, "[...]")),
        # The section is not also blamed for being short: it will be written anew.
        exact("a section to be written", limitations("Describe the limits here.\n"),
              at=at(README, "Describe the")),
    ],
    "DOC611": [
        silent("comments and abbreviations",
               append(BIB, "\n@comment{no entry}\n@string{acl = {ACL}}\n% neither\n")),
        exact("braces that stay open", entry("@misc{open, title = {An entry,\n year = {2024}\n"),
              at=line(BIB, 7, 1)),
        exact("a key taken twice", entry("@misc{example2024prompts, author = {Ada}, "
              "title = {Other}, year = 2024}\n"), at=line(BIB, 7, 1), says="example2024prompts"),
        exact("a field twice", entry("@misc{twice, author = {Ada}, year = 2024, year = 2025}\n"),
              at=line(BIB, 7, 1), says="year"),
        exact("an entry without its sign", entry("misc{ada2024, author = {Ada}, year = 2024}\n"),
              at=line(BIB, 7, 1), says="@"),
    ],
    "DOC612": [
        silent("fields in capitals", replace(BIB, "author", "AUTHOR")),
        exact("no year", replace(BIB, "year   = {2024}", "note = {2024}"), at=line(BIB, 1, 1),
              says=("no year", "add year")),
        exact("an empty author", replace(BIB, "{Example, Ada}", "{}"), at=line(BIB, 1, 1),
              says="no author"),
        exact("nothing but a key", replace(BIB, "author", "editor"),
              replace(BIB, "title", "booktitle"), replace(BIB, "year", "date"), at=line(BIB, 1, 1),
              says="add author and title and year"),
    ],
    "DOC613": [
        silent("cited by a result only", replace(INSTANCE, '"example2024prompts"\n    }\n  ],',
               '"ada2024"\n    }\n  ],'), entry("@misc{ada2024, author = {Ada}, title = {Calls}, "
               "year = {2024}}\n")),
        exact("never cited", entry("@misc{ada2024, author = {Ada}, title = {Calls}, "
              "year = {2024}}\n"), at=line(BIB, 7, 1), says="ada2024"),
    ],
    "DOC604": [
        silent("the folder's name", replace(README, "# Answer detection", "# AnswerDetection")),
        silent("another case", replace(README, "# Answer detection", "# ANSWER detection.")),
        silent("no title", replace(README, "# Answer detection\n", "")),
        exact("the template's", replace(README, "# Answer detection", "# Task Name"),
              at=line(README, 1, 1), says=('"Task Name"', 'write "# Answer detection"')),
        exact("another task's", replace(README, "# Answer detection", "# Speaker verification"),
              at=line(README, 1, 1)),
    ],
    "DOC606": [
        silent("the same", append(README, "\nLabels: yes and no.\n")),
        silent("no list of labels", append(README, "\nOptions: turn left, turn right, stop.\n")),
        silent("no label set", variant("text"), append(README, "\nLabels: yes, no, maybe.\n")),
        exact("one more", append(README, "\nLabels: `yes`, `no`, `maybe`.\n"),
              at=at(README, "Labels: `yes`"), says="maybe is none of them"),
        exact("one less", merge("task.json", {"output": {"labels": ["yes", "no", "hold on"]}}),
              append(README, "\nThe labels are: yes, no.\n"), at=at(README, "The labels are"),
              also=("DAT433",), says="hold on is missing"),  # and it never occurs
        exact("in the description", merge("task.json", {"description":
              "Hear which answer is given. The options are: yes, no, maybe."}),
              at=at("task.json", '"Hear which answer'), says="maybe"),
    ],
    "DOC607": [
        silent("numbers", append(README, "\nIt has 1,234,567,890 samples of 2003-2010.\n")),
        silent("an address of a page", append(README, "\nSee https://example.org/@ada/0123456789.\n")),
        exact("a mail address", append(README, "\nWrite to ada.example@example.org for it.\n"),
              at=at(README, "Write to"), says="the mail address ada.example@example.org"),
        exact("a phone number", append(README, "\nCall +49 (30) 1234-5678 for it.\n"),
              at=at(README, "Call +49"), says="+49 (30) 1234-5678"),
        exact("a street", append(README, "\nVisit 12 Long Garden Lane for it.\n"),
              at=at(README, "Visit 12"), says="12 Long Garden Lane"),
        exact("in an instruction",
              append("instructions.txt", "Mail ada@example.org the reply: {labels}\n"),
              at=line("instructions.txt", 13, 1)),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "case"), parameters(CASES))
def test_case(code, case, tmp_path, clips, measure):
    judge(code, case, tmp_path, clips, measure)


@pytest.mark.parametrize("broken", [write(INSTANCE, "{"), merge(INSTANCE, {"sources": 5})])
def test_what_a_broken_instance_cites_is_not_called_unused(broken, tmp_path, clips, measure):
    case = Case("", (broken,), options=STATIC)
    _, report = run(case, tmp_path, clips, measure)
    assert "DOC613" not in {finding.rule for finding in report.findings}
