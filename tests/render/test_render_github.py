"""Workflow commands, read back as the runner reads them."""

from pathlib import Path

from schema.report import Report
from tests.render.reports import clipped, failing, finding, problem, report
from tests.render.runner import commands
from validators.render import render


def text(what: Report) -> str:
    return render(what, "github", root=Path("nowhere"))


def test_one_command_a_line_and_the_totals() -> None:
    what = report(
        finding(),
        clipped("1001_DFA"),
        clipped("1002_DFA", waived="recorded like this"),
        finding(severity="note", message="a, b: 100%", line=None, path="a,b:c%"),
        problems=[problem()],
    )
    assert text(what) == (
        "::error file=tasks/EmotionRecognition/instances/CREMA-D.json,line=6,col=17,"
        'title=PTR103 unpinned-revision::revision is "main"; a 40-digit commit id is needed'
        "%0Ahint: copy the commit id from the dataset's history on the Hub\n"
        "::warning title=not checked (unreachable)::EmotionRecognition_CREMA-D PTR201: "
        "the Hub answered 503 three times"
        "%0AThe check could not do its work. This says nothing about the task.\n"
        "::warning file=tasks/EmotionRecognition/instances/CREMA-D.json,"
        "title=AUD512 clipped-audio::1001_DFA: 3.0%25 of samples are at full scale (limit 1%25)"
        "%0Ahint: export again with head room, or leave this example out\n"
        "::notice file=a%2Cb%3Ac%25,col=17,title=PTR103 unpinned-revision::a, b: 100%25"
        "%0Ahint: copy the commit id from the dataset's history on the Hub\n"
        "tasks/EmotionRecognition fails with 1 error, 1 warning and 1 problem.\n"
    )


def test_a_clean_report_is_not_empty() -> None:
    assert text(report(tasks=[])) == "No task was checked.\n"


def test_the_first_of_each_kind_come_first() -> None:
    shown = commands(text(failing()))
    kinds = [(command.name, command.properties.get("title")) for command in shown]
    assert [name for name, _ in kinds] == ["error"] * 3 + ["warning"] * 41 + ["notice"]
    many = report(*(clipped(str(n)) for n in range(5)), clipped("0", rule="SND101", name="x"))
    titles = [command.properties["title"] for command in commands(text(many))]
    assert titles[:3] == ["AUD512 clipped-audio", "SND101 x", "AUD512 clipped-audio"]


def test_a_stranger_gives_no_command() -> None:
    hostile = "\n::add-mask::x\r\n ::stop-commands::y\n##[error]z%0A::error::q"
    what = report(
        finding(message=hostile, hint=hostile, path=hostile, name=hostile, example=hostile)
    )
    (command,) = commands(text(what))
    assert command.name == "error"
    assert set(command.properties) == {"file", "line", "col", "title"}
    assert len(text(what).splitlines()) == 2
