"""Faults never hide each other: one run tells all of them."""

import pytest

from tests.flawless import (
    INSTANCE,
    METADATA,
    Edit,
    append,
    clip_path,
    column,
    merge,
    remove,
    replace,
    row,
    variant,
    write,
)
from tests.rules.cases import Case, assert_readable, run
from validators.engine import Options

LICENCE = replace(INSTANCE, '"CC-BY-4.0"', '"CC BY 4.0"')
SECTION = replace("README.md", "## Limitations", "## Limits")
ENTRY = append("references.bib", "\n@misc{open, title = {An entry\n")
REPEATED = append("instructions.txt", "say what the speaker answers {labels}\n")
LABEL = row(3, label="maybe")
CLIP = write(clip_path(5), b"RIFF" + b"\0" * 40)
STRAY = write("notes.txt", "")

FAULTS: dict[str, Edit] = {
    "SRC901": LICENCE,
    "DOC601": SECTION,
    "DOC611": ENTRY,
    "INS302": REPEATED,
    "DAT422": LABEL,
    "AUD503": CLIP,
    "FLD004": STRAY,
}


def codes(tmp_path, clips, measure, *edits: Edit) -> list[str]:
    """The codes of all findings, sorted; each of them readable."""
    _, report = run(Case("", edits), tmp_path, clips, measure)
    assert report.problems == []
    assert report.tasks[0].verdict == "fail"
    for finding in report.findings:
        assert_readable(finding)
    return sorted(finding.rule for finding in report.findings)


def test_all_faults_of_a_folder_are_told_in_one_run(tmp_path, clips, measure):
    assert codes(tmp_path, clips, measure, *FAULTS.values()) == sorted(FAULTS)


def test_a_syntax_error_in_task_json_hides_only_what_it_makes_unknown(tmp_path, clips, measure):
    syntax = replace("task.json", '"keywords"', "keywords")
    # Which labels there are is unknown now, so that no row can be blamed for its label.
    expected = sorted({"JSN805", *FAULTS} - {"DAT422"})
    assert codes(tmp_path, clips, measure, *FAULTS.values(), syntax) == expected


def test_a_syntax_error_in_an_instance_hides_no_fault_of_its_data(tmp_path, clips, measure):
    syntax = replace(INSTANCE, '"sampling": null,', '"sampling": null')
    expected = sorted({"JSN805", *FAULTS} - {"SRC901"})
    assert codes(tmp_path, clips, measure, *FAULTS.values(), syntax) == expected


def test_every_file_without_a_syntax(tmp_path, clips, measure):
    found = codes(
        tmp_path, clips, measure,
        write("task.json", "{"), write(INSTANCE, "["), write("README.md", b"\xff"),
        write("references.bib", "@misc{"), write("instructions.txt", ""), write(METADATA, '"'),
    )  # fmt: skip
    assert found == ["DAT402", "DOC601", "DOC601", "DOC601", "DOC611", "INS301", "JSN802",
                     "JSN805", "JSN805"]  # fmt: skip


def test_one_instance_without_data_does_not_hide_the_other(tmp_path, clips, measure):
    second = "instances/Second.json"
    edits = (
        lambda task: write(second, (task / INSTANCE).read_bytes())(task),
        merge(second, {"dataset": {"path": "data/Second"}}),
        LABEL,
    )
    assert codes(tmp_path, clips, measure, *edits) == ["DAT422", "PTR106"]


def test_many_faults_in_one_json_file_are_told_at_once(tmp_path, clips, measure):
    patch = {
        "title": 5, "dimension": "contents", "keywords": [], "languages": ["xx", "eng"],
        "metrics": ["accuracy", "wer"], "contributors": [{"github": "ada"}], "extra": 1,
        "superseded_by": "Nowhere",
    }  # fmt: skip
    expected = ["JSN811", "JSN812", "JSN813", "JSN815", "JSN816", "TSK201", "TSK202", "TSK205",
                "TSK213"]  # fmt: skip
    assert codes(tmp_path, clips, measure, merge("task.json", patch)) == expected


def test_many_faults_in_one_row_are_told_at_once(tmp_path, clips, measure):
    edits = (
        variant("audio and text"),
        column("file", lambda n: f"id{n}"),
        row(3, file="a/b", text="", label="maybe", file_name="clips/nowhere.wav"),
        remove(clip_path(3)),
    )
    assert codes(tmp_path, clips, measure, *edits) == ["DAT405", "DAT413", "DAT415", "DAT422"]


@pytest.mark.parametrize("code", FAULTS)
def test_select_and_ignore_leave_the_others_as_they_are(code, tmp_path, clips, measure):
    only = Case("", tuple(FAULTS.values()), options=Options(offline=True, select=(code,)))
    _, report = run(only, tmp_path / "only", clips, measure)
    assert [finding.rule for finding in report.findings] == [code]
    without = Case("", tuple(FAULTS.values()), options=Options(offline=True, ignore=(code,)))
    _, report = run(without, tmp_path / "without", clips, measure)
    assert sorted(finding.rule for finding in report.findings) == sorted(set(FAULTS) - {code})


def test_the_same_input_gives_the_same_bytes(tmp_path, clips, measure):
    case = Case("", tuple(FAULTS.values()))
    _, one = run(case, tmp_path / "one", clips, measure)
    _, two = run(case, tmp_path / "two", clips, measure)
    assert one.model_dump_json() == two.model_dump_json()


def test_an_empty_folder_is_told_what_it_needs(tmp_path, clips, measure):
    everything = ("task.json", "instances", "instructions.txt", "README.md", "references.bib",
                  "data")  # fmt: skip
    edits = tuple(remove(path) for path in everything)
    assert codes(tmp_path, clips, measure, *edits) == ["FLD002"] * 4 + ["FLD003"]
