"""The terminal report, letter by letter."""

import os
import re
from pathlib import Path

import pytest

from schema.report import Finding, Report
from tests.render.reports import (
    INSTANCE_JSON,
    TASK_JSON,
    clipped,
    failing,
    finding,
    instance,
    passing,
    problem,
    report,
    task,
    unmeasured,
)
from validators.render import render

SGR = re.compile(r"\x1b\[[0-9;]*m")

FAILING_80 = """\
tasks/DigitRecognition    pass  instructions 12 (8.5 effective)
    Asterisk-En  330 examples  4.2 min  median 2.50 s  majority 10.0%   8 kHz
tasks/EmotionRecognition  fail  instructions 12 (8.5 effective)
    CREMA-D      200 examples  8.4 min  median 2.50 s  majority 66.5%  16 kHz
    RAVDESS      not measured
    1 finding waived: AUD512 (shouted speech; the source is recorded like this)
    3 rules skipped: needs the network (DAT201, DAT202, DAT203)

tasks/EmotionRecognition/instances/CREMA-D.json
  warning  AUD512 clipped-audio, 40 times
    1001_DFA: 1.3% of samples are at full scale (limit 1%)
    1002_DFA: 1.5% of samples are at full scale (limit 1%)
    1003_DFA: 1.6% of samples are at full scale (limit 1%)
    and 37 more: 1004_DFA, 1005_DFA, 1006_DFA, 1007_DFA, 1008_DFA, 1009_DFA, ...
    hint: export again with head room, or leave this example out

tasks/EmotionRecognition/instances/CREMA-D.json:6:17
  error  PTR103 unpinned-revision
    revision is "main"; a 40-digit commit id is needed
    6 |     "revision": "main"
      |                 ^
    hint: copy the commit id from the dataset's history on the Hub

tasks/EmotionRecognition/instructions.txt  error  INS101 too-few-instructions
    7 distinct instructions; 10 are needed for 200 examples
    hint: add 3 instructions in words of their own

tasks/EmotionRecognition/task.json:9:15  error  TSK204 metric-does-not-fit
    metric "wer" does not fit the output "classification"; it takes accuracy,
    balanced_accuracy or macro_f1
    9 |   "metrics": ["wer"]
      |               ^
    hint: write "accuracy" first

note  RES101 no-prior-result: no prior result is given; reviewers always ask for
    one
    tasks/EmotionRecognition/instances/CREMA-D.json

What the check could not do (this says nothing about the tasks)
    unreachable  EmotionRecognition_RAVDESS PTR201: the Hub answered 503 three
      times

2 tasks: 1 passes, 1 fails; 3 errors, 40 warnings and 1 problem.
Next: mend the errors and check again; --explain prints the page of a rule.
    python -m validators.check tasks/EmotionRecognition
    python -m validators.check --explain PTR103
"""

FAILING_120 = """\
tasks/DigitRecognition    pass  instructions 12 (8.5 effective)
    Asterisk-En  330 examples  4.2 min  median 2.50 s  majority 10.0%   8 kHz
tasks/EmotionRecognition  fail  instructions 12 (8.5 effective)
    CREMA-D      200 examples  8.4 min  median 2.50 s  majority 66.5%  16 kHz
    RAVDESS      not measured
    1 finding waived: AUD512 (shouted speech; the source is recorded like this)
    3 rules skipped: needs the network (DAT201, DAT202, DAT203)

tasks/EmotionRecognition/instances/CREMA-D.json  warning  AUD512 clipped-audio, 40 times
    1001_DFA: 1.3% of samples are at full scale (limit 1%)
    1002_DFA: 1.5% of samples are at full scale (limit 1%)
    1003_DFA: 1.6% of samples are at full scale (limit 1%)
    and 37 more: 1004_DFA, 1005_DFA, 1006_DFA, 1007_DFA, 1008_DFA, 1009_DFA, ...
    hint: export again with head room, or leave this example out

tasks/EmotionRecognition/instances/CREMA-D.json:6:17  error  PTR103 unpinned-revision
    revision is "main"; a 40-digit commit id is needed
    6 |     "revision": "main"
      |                 ^
    hint: copy the commit id from the dataset's history on the Hub

tasks/EmotionRecognition/instructions.txt  error  INS101 too-few-instructions
    7 distinct instructions; 10 are needed for 200 examples
    hint: add 3 instructions in words of their own

tasks/EmotionRecognition/task.json:9:15  error  TSK204 metric-does-not-fit
    metric "wer" does not fit the output "classification"; it takes accuracy, balanced_accuracy or macro_f1
    9 |   "metrics": ["wer"]
      |               ^
    hint: write "accuracy" first

note  RES101 no-prior-result: no prior result is given; reviewers always ask for one
    tasks/EmotionRecognition/instances/CREMA-D.json

What the check could not do (this says nothing about the tasks)
    unreachable  EmotionRecognition_RAVDESS PTR201: the Hub answered 503 three times

2 tasks: 1 passes, 1 fails; 3 errors, 40 warnings and 1 problem.
Next: mend the errors and check again; --explain prints the page of a rule.
    python -m validators.check tasks/EmotionRecognition
    python -m validators.check --explain PTR103
"""  # noqa: E501

PASSING = """\
tasks/DigitRecognition  pass  instructions 12 (8.5 effective)
    Asterisk-En  330 examples   4.2 min  median 2.50 s  majority 66.5%  16 kHz
    Asterisk-Es  330 examples   5.1 min  median 2.50 s  majority 66.5%  16 kHz
    Asterisk-Fr  330 examples  14.8 min  median 2.50 s  majority 66.5%  16 kHz

tasks/DigitRecognition passes.
Next: commit tasks/DigitRecognition and open a pull request.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with the two files that the failing report points at."""
    instances = tmp_path / "tasks/EmotionRecognition/instances"
    instances.mkdir(parents=True)
    (instances / "CREMA-D.json").write_text(INSTANCE_JSON)
    (instances.parent / "task.json").write_text(TASK_JSON)
    return tmp_path


def text(what: Report, root: Path, width: int = 80, *, color: bool = False) -> str:
    return render(what, "terminal", root=root, width=width, color=color)


def blocks(what: Report, root: Path, width: int = 80) -> list[str]:
    """The report's parts, which empty lines divide."""
    return text(what, root, width).removesuffix("\n").split("\n\n")


def test_a_failing_report_at_80_columns(root: Path) -> None:
    assert text(failing(), root) == FAILING_80


def test_a_failing_report_at_120_columns(root: Path) -> None:
    assert text(failing(), root, 120) == FAILING_120


def test_a_passing_report(root: Path) -> None:
    assert text(passing(), root) == PASSING


def test_colour_adds_nothing_but_colour(root: Path) -> None:
    painted = text(failing(), root, color=True)
    assert SGR.sub("", painted) == FAILING_80
    assert "\x1b[1;31merror\x1b[0m" in painted
    assert "\x1b[1;33mwarning\x1b[0m" in painted
    assert "\x1b[1;32m  pass\x1b[0m" in painted
    assert all(line.count("\x1b[") % 2 == 0 for line in painted.split("\n"))


def test_a_narrow_terminal_takes_two_lines_for_an_instance(tmp_path: Path) -> None:
    assert blocks(passing(), tmp_path, width=62)[0].split("\n")[:3] == [
        "tasks/DigitRecognition  pass  instructions 12 (8.5 effective)",
        "    Asterisk-En",
        "      330 examples   4.2 min  median 2.50 s  majority 66.5%",
    ]


def test_what_was_not_measured_is_a_dash(tmp_path: Path) -> None:
    what = report(
        tasks=[
            task(
                verdict="pass",
                instances=[
                    instance("EmotionRecognition_A", majority_share=None, durations=None),
                    instance("EmotionRecognition_B", sample_rates={"22050": 3, "8000": 197}),
                ],
            )
        ]
    )
    assert blocks(what, tmp_path)[0].split("\n")[1:] == [
        "    A  200 examples  8.4 min  median      -  majority     -        16 kHz",
        "    B  200 examples  8.4 min  median 2.50 s  majority 66.5%  8, 22.05 kHz",
    ]


def test_rules_that_every_task_skips_are_told_once(tmp_path: Path) -> None:
    skipped = dict.fromkeys(["AUD501", "AUD502"], "--static")
    tasks = [
        task(name, verdict="incomplete", instances=[], rules_skipped=skipped) for name in ("A", "B")
    ]
    assert blocks(report(tasks=tasks), tmp_path) == [
        "tasks/A  incomplete\n"
        "tasks/B  incomplete\n"
        "in every task\n"
        "    2 rules skipped: --static (AUD501, AUD502)",
        "2 tasks: 2 are incomplete.\n"
        "Next: check again without options that skip rules: what did not run has not\n"
        "passed.\n"
        "    python -m validators.check tasks/A tasks/B",
    ]


# --- folding


def test_three_are_told_one_by_one(tmp_path: Path) -> None:
    what = report(*(clipped(name) for name in ("a", "b", "c")), tasks=[])
    assert len(blocks(what, tmp_path)) == 3 + 1


def test_many_with_one_message_are_told_in_one(tmp_path: Path) -> None:
    what = report(*(clipped(f"en-{n:04}") for n in range(1, 10)), tasks=[])
    assert blocks(what, tmp_path, 120)[0] == (
        "tasks/EmotionRecognition/instances/CREMA-D.json  warning  AUD512 clipped-audio, 9 times\n"
        "    3.0% of samples are at full scale (limit 1%)\n"
        "    en-0001, en-0002, en-0003, en-0004, en-0005, en-0006, ...\n"
        "    hint: export again with head room, or leave this example out"
    )


def test_many_without_examples_are_named_by_their_lines(tmp_path: Path) -> None:
    path = "tasks/A/instructions.txt"
    what = report(
        *(finding(path=path, line=n, message=f"line {n - 1} again", hint="drop it")
          for n in (8, 4, 6, 2, 9)),
        tasks=[],
    )  # fmt: skip
    assert blocks(what, tmp_path)[0] == (
        f"{path}  error  PTR103 unpinned-revision, 5 times\n"
        "    line 2: line 1 again\n"
        "    line 4: line 3 again\n"
        "    line 6: line 5 again\n"
        "    and 2 more: line 8, line 9\n"
        "    hint: drop it"
    )


def test_different_messages_are_not_folded(tmp_path: Path) -> None:
    words = ("unknown", "misspelt", "missing", "empty")
    what = report(*(finding(message=f'"title" is {word}') for word in words), tasks=[])
    assert len(blocks(what, tmp_path)) == 4 + 1


def test_a_hint_that_is_not_for_all_says_for_whom(tmp_path: Path) -> None:
    what = report(*(clipped(name, hint=f"leave {name} out") for name in "abcd"), tasks=[])
    assert blocks(what, tmp_path)[0].endswith("    hint: a: leave a out")


def test_order_is_file_line_column_code(tmp_path: Path) -> None:
    shuffled = [
        finding(path="b", line=1, column=1),
        finding(path="a", line=10, column=1),
        finding(path="a", line=9, column=2, message="two"),
        finding(path="a", line=9, column=1, rule="PTR104"),
        finding(path="a", line=9, column=1),
        finding(path="a", line=None, column=None),
    ]
    heads = [block.split("\n")[0].split("  ") for block in blocks(report(*shuffled), tmp_path)[1:]]
    assert [(head[0], head[2].split(" ")[0]) for head in heads[:-1]] == [
        ("a", "PTR103"), ("a:9:1", "PTR103"), ("a:9:1", "PTR104"), ("a:9:2", "PTR103"),
        ("a:10:1", "PTR103"), ("b:1:1", "PTR103"),
    ]  # fmt: skip


# --- the line with its caret


def excerpt(root: Path, line: str, column: int | None, width: int = 80) -> list[str]:
    """The lines with a gutter, for a file that holds this line only."""
    (root / "file.json").write_text(line, encoding="utf-8", newline="")
    what = report(finding(path="file.json", line=1, column=column))
    return [row for row in text(what, root, width).split("\n") if re.match(r" +\d* \|", row)]


@pytest.mark.parametrize(
    ("line", "column", "shown"),
    [
        ("abc", 2, ["    1 | abc", "      |  ^"]),
        ("abc", 4, ["    1 | abc", "      |    ^"]),
        ("abc", None, ["    1 | abc"]),
        ("abc\r\nd", 3, ["    1 | abc", "      |   ^"]),
        ('\t"x": 1', 3, ['    1 |     "x": 1', "      |      ^"]),
        ("漢字x", 3, ["    1 | 漢字x", "      |     ^"]),
        ("é = e\u0301x", 7, ["    1 | é = e\u0301x", "      |      ^"]),
        ("a\u202eb", 3, [r"    1 | a\u202eb", "      |        ^"]),
        ("\x1b[2Jx", 5, [r"    1 | \x1b[2Jx", "      |        ^"]),
        ("##[group]x", 10, [r"    1 | ##\x5bgroup]x", "      |             ^"]),
        ("abc", 5, []),
        ("", 1, []),
    ],
)
def test_the_caret_stands_under_its_character(
    tmp_path: Path, line: str, column: int | None, shown: list[str]
) -> None:
    assert excerpt(tmp_path, line, column) == shown


@pytest.mark.parametrize("column", [1, 50, 150, 299, 300])
@pytest.mark.parametrize("letter", ["a", "漢"])
def test_a_long_line_is_cut_around_the_column(tmp_path: Path, column: int, letter: str) -> None:
    line = letter * (column - 1) + "!" + letter * (300 - column)
    shown, caret = excerpt(tmp_path, line, column)
    cells = "".join("xx" if character == "漢" else character for character in shown)
    assert cells[caret.index("^")] == "!"
    assert len(cells) <= 80
    assert shown.count("…") == (1 if column in (1, 299, 300) or shown[8] != "…" else 2)


def test_a_huge_line_costs_no_more_than_a_short_one(tmp_path: Path) -> None:
    assert len(excerpt(tmp_path, "\u0301" * 2_000_000 + "x", 2_000_001)) == 2


@pytest.mark.parametrize(
    "path", ["link.json", "inner/file.json", "pipe", "inner", "../secret", "absent", "a\0b", ""]
)
def test_only_regular_files_below_the_root_are_shown(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_text("treasure")
    root = tmp_path / "root"
    (root / "real").mkdir(parents=True)
    (root / "real/file.json").write_text("treasure")
    (root / "inner").symlink_to("real")
    (root / "link.json").symlink_to("../secret")
    os.mkfifo(root / "pipe")
    shown = text(report(finding(path=path, line=1, column=1)), root)
    assert "treasure" not in shown
    assert "PTR103" in shown


def test_an_absolute_path_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("treasure")
    what = report(finding(path=f"{tmp_path}/secret", line=1, column=1))
    assert "treasure" not in text(what, Path("/"))


# --- the last sentence


@pytest.mark.parametrize(
    ("what", "last"),
    [
        (
            report(finding(severity="warning", line=None), tasks=[task(verdict="pass")]),
            "tasks/EmotionRecognition passes with 1 warning.\n"
            "Next: commit tasks/EmotionRecognition and open a pull request.",
        ),
        (
            report(tasks=[task("A", verdict="pass"), task("B", verdict="pass")]),
            "2 tasks: 2 pass.\nNext: commit and open a pull request.",
        ),
        (
            report(tasks=[task("A", verdict="incomplete")], problems=[problem()]),
            "tasks/A is incomplete with 1 problem.\n"
            "Next: check again; open an issue if the problems stay, they are not the task's\n"
            "fault.\n"
            "    python -m validators.check tasks/A",
        ),
        (
            report(tasks=[task("A", verdict="incomplete")], problems=[problem(kind="limit")]),
            "tasks/A is incomplete with 1 problem.\n"
            "Next: do what the problems ask for, and check again.\n"
            "    python -m validators.check tasks/A",
        ),
        (
            report(finding(line=None), tasks=[task("A", path="tasks/A; reboot")]),
            "tasks/A; reboot fails with 1 error.\n"
            "Next: mend the errors and check again; --explain prints the page of a rule.\n"
            "    python -m validators.check\n"
            "    python -m validators.check --explain PTR103",
        ),
        (
            report(tasks=[]),
            "No task was checked.\n"
            "Next: check a task's folder.\n"
            "    python -m validators.check tasks/<Task>",
        ),
    ],
)
def test_it_ends_with_what_to_do(tmp_path: Path, what: Report, last: str) -> None:
    assert blocks(what, tmp_path)[-1] == last


def note(path: str, message: str = "no result yet") -> Finding:
    return finding(severity="note", message=message, path=path)


def test_notes_of_one_kind_are_told_once(tmp_path: Path) -> None:
    what = report(*(note(f"tasks/{name}.json") for name in "CAB"), tasks=[])
    assert blocks(what, tmp_path)[0] == (
        "note  PTR103 unpinned-revision: no result yet\n"
        "    tasks/A.json, tasks/B.json, tasks/C.json"
    )


def test_notes_that_differ_in_values_show_one_of_them(tmp_path: Path) -> None:
    what = report(
        note("tasks/A.json", "2 results"), note("tasks/B.json", "3 results"),
        note("tasks/B.json", "a stray column"), tasks=[],
    )  # fmt: skip
    assert blocks(what, tmp_path)[0] == (
        "note  PTR103 unpinned-revision: e.g. 2 results\n"
        "    tasks/A.json, tasks/B.json\n"
        "note  PTR103 unpinned-revision: a stray column\n"
        "    tasks/B.json"
    )


def test_unmeasured_instances_say_so(tmp_path: Path) -> None:
    what = report(tasks=[task("A", verdict="pass", instances=[unmeasured("A_B")])])
    assert blocks(what, tmp_path)[0] == "tasks/A  pass\n    B  not measured"


def test_instructions_are_told_as_far_as_they_are_known(tmp_path: Path) -> None:
    counts = [(None, None), (12, None), (1_200, 8.04)]
    what = report(
        tasks=[
            task(
                name, verdict="pass",
                instances=[instance(distinct_instructions=n, effective_instructions=effective)],
            )
            for name, (n, effective) in zip("ABC", counts, strict=True)
        ]
    )  # fmt: skip
    told = [line for line in blocks(what, tmp_path)[0].split("\n") if line.startswith("tasks/")]
    assert told == [
        "tasks/A  pass",
        "tasks/B  pass  instructions 12",
        "tasks/C  pass  instructions 1,200 (8.0 effective)",
    ]
