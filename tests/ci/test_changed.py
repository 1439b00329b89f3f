"""ci.changed reads what a real git says of a pull request."""

import subprocess
from pathlib import Path

import pytest

from ci.changed import main

GIT = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org"]


class Clone:
    """A repository with two tasks on the base branch, and a head that left it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git("init", "--quiet", "--initial-branch=main", ".")
        self.write("tasks/SpeakerCounting/task.json")
        self.write("tasks/StressDetection/task.json")
        self.write("validators/check.py")
        self.base = self.commit()

    def git(self, *arguments: str) -> str:
        run = subprocess.run(
            [*GIT, *arguments], cwd=self.path, check=True, capture_output=True, text=True
        )
        return run.stdout.strip()

    def write(self, path: str, text: str = "{}\n") -> None:
        (self.path / path).parent.mkdir(parents=True, exist_ok=True)
        (self.path / path).write_text(text, encoding="utf-8")

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change")
        return self.git("rev-parse", "HEAD")

    def run(self, head: str, base: str | None = None) -> tuple[int, list[str]]:
        """Exit code and the folders to be checked."""
        file = self.path.parent / "folders"
        places = ["--repository", str(self.path), "--folders", str(file)]
        code = main([*places, "--base", base or self.base, "--head", head])
        return code, file.read_text(encoding="utf-8").split("\0")[:-1] if file.exists() else []


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    path = tmp_path / "clone"
    path.mkdir()
    return Clone(path)


def test_a_new_task_is_to_be_checked_and_nothing_is_said(clone, capsys):
    clone.write("tasks/AccentRating/task.json")
    assert clone.run(clone.commit()) == (0, ["tasks/AccentRating"])
    assert capsys.readouterr().out == ""


def test_what_changed_on_the_base_meanwhile_is_not_the_heads_doing(clone):
    clone.write("tasks/AccentRating/task.json")
    head = clone.commit()
    clone.git("checkout", "--quiet", clone.base)
    clone.write("tasks/SpeakerCounting/README.md")
    assert clone.run(head, base=clone.commit()) == (0, ["tasks/AccentRating"])


def test_a_renamed_task_is_a_deleted_one(clone, capsys):
    clone.git("mv", "tasks/SpeakerCounting", "tasks/CountingSpeakers")
    assert clone.run(clone.commit()) == (1, ["tasks/CountingSpeakers"])
    assert (
        "::error file=tasks/SpeakerCounting,title=PUL003 deleted-task::" in capsys.readouterr().out
    )


def test_a_task_with_code_fails(clone, capsys):
    clone.write("tasks/AccentRating/task.json")
    clone.write("validators/check.py", "raise SystemExit(0)\n")
    assert clone.run(clone.commit()) == (1, ["tasks/AccentRating"])
    assert "PUL002 mixed-with-code" in capsys.readouterr().out


def test_a_link_in_the_place_of_tasks_fails(clone, capsys):
    clone.git("rm", "-r", "--quiet", "tasks")
    (clone.path / "tasks").symlink_to("/etc")
    code, folders = clone.run(clone.commit())
    assert (code, folders) == (1, [])
    assert "PUL006 misplaced-file" in capsys.readouterr().out


def test_a_name_that_is_a_workflow_command_starts_no_line(clone, capsys):
    clone.write("tasks/x\n::add-mask::y/task.json")
    clone.write("tasks/z\n::warning::oops")
    assert clone.run(clone.commit())[0] == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" ")[0] for line in lines if line.startswith("::")] == ["::error"]


def test_a_commit_that_git_does_not_know_is_trouble_of_ours(clone, capsys):
    assert clone.run("0" * 40)[0] == 2
    assert "cannot be told" in capsys.readouterr().err
