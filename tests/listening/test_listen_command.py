"""The command: where the page goes, what is refused, and what the exit code says."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.flawless import make_task, variant
from validators import listen

ROOT = Path(__file__).parents[2]


@pytest.fixture
def task(tmp_path: Path, clips: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_task(tmp_path, clips)


def stopped(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as stop:
        listen.main([str(argument) for argument in arguments])
    assert isinstance(stop.value.code, int)
    return stop.value.code


def test_the_page_is_written_below_the_cache_unless_told_otherwise(
    task: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert listen.main(["tasks/AnswerDetection", "--clips", "2"]) == 0
    page = Path(".cache/listen/AnswerDetection.html")
    size = len(page.read_bytes()) / 1e6
    out = capsys.readouterr()
    assert out.out == f"{page}: 2 examples, {size:.1f} MB\n"
    assert out.err == ""
    assert [entry.name for entry in page.parent.iterdir()] == [page.name]


def test_a_file_inside_the_folder_means_the_folder(task: Path) -> None:
    assert listen.main([str(task / "task.json"), "--clips", "1", "--output", "page.html"]) == 0
    assert Path("page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_page_without_an_example_ends_with_1(task: Path) -> None:
    variant("hub")(task)
    assert listen.main(["tasks/AnswerDetection", "--offline", "--output", "page.html"]) == 1
    assert Path("page.html").exists()


@pytest.mark.parametrize(
    "output",
    [
        "tasks/AnswerDetection/page.html",
        "tasks/page.html",
        "tasks/Other/x/page.html",
        "a/../tasks/p",
    ],
)
def test_no_page_is_written_among_the_tasks(
    task: Path, capsys: pytest.CaptureFixture[str], output: str
) -> None:
    before = sorted(task.rglob("*"))
    assert stopped("tasks/AnswerDetection", "--output", output) == 2
    assert "beside or in a task's folder" in capsys.readouterr().err
    assert sorted(task.rglob("*")) == before


def test_a_link_into_the_tasks_is_no_way_round(task: Path) -> None:
    Path("elsewhere").symlink_to(task)
    assert stopped("tasks/AnswerDetection", "--output", "elsewhere/page.html") == 2
    assert not (task / "page.html").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tasks/AnswerDetections"], "did you mean tasks/AnswerDetection?"),
        (["tasks/AnswerDetection", "--clips", "0"], "a number from 1 to 200 is required"),
        (["tasks/AnswerDetection", "--seed", "-1"], "a number from 0 to 2147483647 is required"),
        (["tasks/AnswerDetection", "--jobs", "two"], "a number from 1 to 1024 is required"),
        (["tasks/AnswerDetection", "--output", "."], ". is a folder"),
        ([], "the following arguments are required: TASK"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_required(
    task: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert stopped(*arguments) == 2
    assert message in capsys.readouterr().err
    assert not Path(".cache").exists()


def test_several_tasks_are_not_one_page(task: Path, clips: Path, tmp_path: Path) -> None:
    make_task(tmp_path, clips, "OtherTask")
    assert stopped("tasks") == 2


def test_a_page_that_cannot_be_written_leaves_nothing_behind(
    task: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("file").write_text("kept")
    assert stopped("tasks/AnswerDetection", "--clips", "1", "--output", "file/page.html") == 2
    assert "cannot write file/page.html" in capsys.readouterr().err
    assert Path("file").read_text() == "kept"


def test_an_old_page_stays_whole_until_the_new_one_is(
    task: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("page.html").write_text("old")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert stopped("tasks/AnswerDetection", "--clips", "1", "--output", "page.html") == 2
    assert Path("page.html").read_text() == "old"
    assert sorted(entry.name for entry in Path().iterdir()) == [".cache", "page.html", "tasks"]


def test_a_folder_that_changes_meanwhile_makes_no_page(
    task: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from validators.listening import view

    def check_then_edit(*arguments: object, **options: object) -> object:
        report = real(*arguments, **options)  # type: ignore[arg-type]
        (task / "README.md").write_text("changed")
        return report

    real = view.check
    monkeypatch.setattr(view, "check", check_then_edit)
    assert stopped("tasks/AnswerDetection") == 2
    assert "changed while it was read" in capsys.readouterr().err


def test_help_is_complete_and_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom validators.listen import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(*sorted(name for name in sys.modules if '.' not in name), file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for word in (
        "--output",
        "--clips",
        "--seed",
        "--jobs",
        "--offline",
        "exit codes:",
        "examples:",
    ):
        assert word in run.stdout
    assert not {"numpy", "soundfile", "pyarrow", "datasets"} & set(run.stderr.split())
