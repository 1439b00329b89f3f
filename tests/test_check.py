"""The command line: what is printed where, exit codes, and words for what was typed wrongly."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from schema.export import MODELS, json_schema
from tests.flawless import TASK, link, make_task, merge
from validators.check import main

ROOT = Path(__file__).parents[1]


@pytest.fixture
def repository(tmp_path: Path, clips: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one flawless task, as the working directory."""
    make_task(tmp_path, clips)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "validators.check", *arguments],
        cwd=cwd, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_a_flawless_repository(repository: Path) -> None:
    run = command("--offline", cwd=repository)
    assert (run.returncode, run.stderr) == (0, "")
    assert f"tasks/{TASK} passes." in run.stdout


def test_a_broken_task(repository: Path) -> None:
    merge("task.json", {"metrics": ["wer"]})(repository / "tasks" / TASK)
    run = command(f"tasks/{TASK}", cwd=repository)
    assert run.returncode == 1
    assert "TSK205" in run.stdout
    assert "hint: " in run.stdout


def test_the_json_report_fits_its_schema(repository: Path, capsys: pytest.CaptureFixture) -> None:
    merge("task.json", {"metrics": ["wer"]})(repository / "tasks" / TASK)
    assert main(["--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(json_schema(MODELS["report"])).validate(report)
    assert "docs/rules/TSK205.md" in {found["url"] for found in report["findings"]}


def test_a_system_without_a_sandbox_is_told_by_the_report(
    repository: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("validators.audio.sandboxed", lambda: False)
    assert main(["--format", "json"]) == 0
    printed = capsys.readouterr()
    (task,) = json.loads(printed.out)["tasks"]
    assert task["verdict"] == "incomplete"
    assert "without all limits" in task["rules_skipped"]["AUD501"]
    assert printed.err == ""


def test_output_goes_to_a_file(repository: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["--static", "--format", "json", "--output", "report.json"]) == 0
    assert capsys.readouterr().out == ""
    assert json.loads((repository / "report.json").read_text())["tasks"][0]["task"] == TASK


def test_an_output_that_cannot_be_written(repository: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["--static", "--output", "no/such/folder/report.json"]) == 2
    assert "cannot write no/such/folder/report.json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("tasks", TASK),
        ("tasks/", TASK),
        (f"tasks/{TASK}/", TASK),
        (f"./tasks/{TASK}", TASK),
        (f"tasks/{TASK}/task.json", TASK),
        (f"tasks/{TASK}/data/Prompts/metadata.csv", TASK),
    ],
)
@pytest.mark.usefixtures("repository")
def test_paths_that_mean_a_task(path: str, meant: str, capsys: pytest.CaptureFixture) -> None:
    assert main(["--static", "--format", "json", path]) == 0
    (task,) = json.loads(capsys.readouterr().out)["tasks"]
    assert (task["task"], task["path"]) == (meant, f"tasks/{meant}")


def test_a_repository_elsewhere_is_checked_by_these_rules(repository: Path) -> None:
    """Base judges head: the check of one checkout reads the folder of another."""
    run = command("--format", "json", str(repository / "tasks" / TASK))
    assert run.returncode == 0
    assert json.loads(run.stdout)["tasks"][0]["path"] == f"tasks/{TASK}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tasks/AnswerDetecton"], "did you mean tasks/AnswerDetection?"),
        (["nowhere/at/all"], "nowhere/at/all does not exist"),
        (["--select", "AUD999"], "AUD999 is no rule"),
        (["--ignore", "TSK20,X"], "X is no rule"),
        (["--explain", "AUD521x"], "did you mean AUD521?"),
        (["--jobs", "0"], "at least 1 is required"),
        (["--jobs", "many"], "invalid"),
        (["--format", "yaml"], "invalid choice"),
        (["--of"], "unrecognized arguments"),
    ],
)
@pytest.mark.usefixtures("repository")
def test_wrong_usage_ends_with_2_and_a_word(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


def test_a_name_from_a_stranger_is_escaped(repository: Path, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        main(["tasks/\x1b[2Jx\n::error::"])
    assert "\x1b" not in capsys.readouterr().err


def test_an_empty_repository_has_nothing_to_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
    assert "tasks does not exist" in capsys.readouterr().err
    (tmp_path / "tasks").mkdir()
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
    assert "no task folder to check" in capsys.readouterr().err


def test_a_linked_task_folder_is_not_followed(
    repository: Path, capsys: pytest.CaptureFixture
) -> None:
    link("tasks/Linked", TASK)(repository)
    assert main(["--static", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert {found["rule"] for found in report["findings"] if found["task"] == "Linked"}


def test_explain_prints_the_committed_page(capsys: pytest.CaptureFixture) -> None:
    assert main(["--explain", "aud512"]) == 0
    assert capsys.readouterr().out == (ROOT / "docs/rules/AUD512.md").read_text()


def test_help_names_every_flag_of_the_contract() -> None:
    text = command("--help").stdout
    flags = ["--format", "--output", "--offline", "--static", "--select", "--ignore", "--explain",
             "--jobs", "--no-cache"]  # fmt: skip
    assert [flag for flag in flags if flag not in text] == []


def test_a_reader_that_stops_reading_is_no_error(repository: Path) -> None:
    run = subprocess.run(
        f"{sys.executable} -m validators.check --static | head -c 1",
        shell=True, cwd=repository, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert run.stderr == ""


def test_a_person_sees_colour_and_a_pipe_does_not(repository: Path) -> None:
    def in_terminal(**environment: str) -> str:
        parent, child = pty.openpty()
        subprocess.run(
            [sys.executable, "-m", "validators.check"], cwd=repository, stdout=child, stderr=child,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", **environment}, check=True,
        )  # fmt: skip
        os.close(child)
        printed = b""
        try:
            while chunk := os.read(parent, 65_536):
                printed += chunk
        except OSError:
            pass  # how a terminal says that nobody writes to it any more
        os.close(parent)
        return printed.decode()

    first = in_terminal()
    assert "\x1b[" in first
    assert "listening" in first
    assert "\x1b[3" not in in_terminal(NO_COLOR="1").replace("\x1b[3A", "")
    run = command(cwd=repository)
    assert "\x1b" not in run.stdout + run.stderr


def test_measurements_are_kept_unless_asked_otherwise(repository: Path) -> None:
    command("--no-cache", cwd=repository)
    assert not (repository / ".cache").exists()
    first = command("--format", "json", cwd=repository).stdout
    assert list((repository / ".cache").glob("*.sqlite"))
    assert command("--format", "json", cwd=repository).stdout == first
