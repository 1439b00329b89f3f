"""The audit of pointers, against the test Hub: right, wrong, gated, vanished, renamed and so on."""

import json
import math
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ci.audit import main
from ci.listing import read_listing
from ci.pointers import GIVE_UP, audit
from tests.hub.accounts import WRITE
from tests.hub.faults import Fault
from tests.hub.server import Hub
from validators import hub_client
from validators.http_client import Trouble

ROOT = Path(__file__).parents[2]
TASK = "SpeechDetection"
STEMS = ("LJSpeech", "LibriSpeech-TestClean", "LibriSpeech-TestOther")
FILES = {"README.md": b"# Words\n"}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of one seed task, whose three instances point at the test Hub; no waiting."""
    monkeypatch.setattr(
        hub_client, "PATIENCE", replace(hub_client.PATIENCE, tries=2, sleep=lambda _: None)
    )
    shutil.copytree(ROOT / "tasks" / TASK, tmp_path / "repository/tasks" / TASK)
    return tmp_path / "repository"


def point(root: Path, stem: str, repo_id: str, revision: str) -> None:
    path = root / f"tasks/{TASK}/instances/{stem}.json"
    data = json.loads(path.read_text())
    data["dataset"] = {"repo_id": repo_id, "revision": revision}
    path.write_text(json.dumps(data))


def only(root: Path, repo_id: str, revision: str) -> None:
    """Leave one instance, with this pointer."""
    for stem in STEMS[1:]:
        (root / f"tasks/{TASK}/instances/{stem}.json").unlink()
    point(root, STEMS[0], repo_id, revision)


def run(root: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    code = main(["--pointers", "--root", str(root)])
    return code, capsys.readouterr().out.splitlines()


def test_right_pointers_pass_without_a_token(
    root: Path, hub: Hub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", WRITE)
    for stem in STEMS:
        old = hub.put(f"org/{stem}", FILES)
        hub.put(f"org/{stem}", {"later.txt": b""})
        point(root, stem, f"org/{stem}", old)
    code, lines = run(root, capsys)
    assert code == 0
    assert [line.split()[0] for line in lines[:-1]] == ["right"] * 3
    assert lines[-1] == "3 pointers: 3 right; 0 instances have their data here"
    assert hub.tokens_seen() == {None}


def test_each_kind_of_breakage_is_named(
    root: Path, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    commits = {name: hub.put(f"org/{name}", {name: b""}) for name in ("a", "b", "c")}
    hub.store.change("org/b", gated="manual")
    point(root, STEMS[0], "org/a", commits["b"])
    point(root, STEMS[1], "org/b", commits["b"])
    point(root, STEMS[2], "org/d", commits["c"])
    code, lines = run(root, capsys)
    assert code == 1
    assert lines == [
        f"wrong        {TASK}_{STEMS[0]}  org/a@{commits['b']}  "
        "(the commit is not in the dataset's history)",
        f"gated        {TASK}_{STEMS[1]}  org/b@{commits['b']}  (only some may read it)",
        f"vanished     {TASK}_{STEMS[2]}  org/d@{commits['c']}  "
        "(no such dataset, or a private one)",
        "3 pointers: 1 wrong, 1 gated, 1 vanished; 0 instances have their data here",
    ]


def test_renamed_private_disabled_and_deleted_datasets(
    root: Path, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, stem in enumerate(STEMS):
        point(root, stem, f"org/{number}", hub.put(f"org/{number}", FILES))
    hub.store.move("org/0", "org/new")
    hub.store.change("org/1", private=True)
    hub.store.change("org/2", disabled=True)
    code, lines = run(root, capsys)
    assert code == 1
    assert [line.split()[0] for line in lines[:-1]] == ["renamed", "vanished", "vanished"]
    assert "it is org/new now" in lines[0]
    hub.store.delete("org/1")
    assert run(root, capsys)[1][1] == lines[1]


@pytest.mark.parametrize(
    "fault", [Fault.UNAVAILABLE, Fault.RATE_LIMITED, Fault.DROPPED, Fault.TRUNCATED]
)
def test_what_cannot_be_asked_is_no_breakage(
    root: Path, hub: Hub, capsys: pytest.CaptureFixture[str], fault: Fault
) -> None:
    only(root, "org/a", hub.put("org/a", FILES))
    hub.faults.add(fault, times=math.inf)
    code, lines = run(root, capsys)
    assert code == 2
    assert lines[0].startswith("unreachable  ")


def test_a_short_trouble_is_waited_out(
    root: Path, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    only(root, "org/a", hub.put("org/a", FILES))
    hub.faults.add(Fault.UNAVAILABLE)
    assert run(root, capsys)[0] == 0


def test_breakage_counts_more_than_what_could_not_be_asked(
    root: Path, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    for stem in STEMS:
        point(root, stem, f"org/{stem}", hub.put(f"org/{stem}", FILES))
    hub.store.delete(f"org/{STEMS[0]}")
    hub.faults.add(Fault.UNAVAILABLE, path=STEMS[1], times=math.inf)
    assert run(root, capsys)[0] == 1


def test_one_pointer_of_several_instances_is_asked_once(
    root: Path, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    commit = hub.put("org/a", FILES)
    for stem in STEMS:
        point(root, stem, "org/a", commit)
    assert run(root, capsys)[0] == 0
    assert len(hub.requests) == 1


def test_a_hub_that_does_not_answer_is_given_up() -> None:
    asked = []

    def ask(repo_id: str, revision: str) -> None:
        asked.append(repo_id)
        raise Trouble("gone")

    entries = read_listing(ROOT).entries
    answers = list(audit(entries, ask))
    assert len(asked) == GIVE_UP
    assert len(answers) == sum(entry.hub is not None for entry in entries) >= 55
    assert {answer.state for answer in answers} == {"unreachable"}


def test_all_seed_pointers_are_right_on_a_hub_that_has_them(
    hub: Hub, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    """Each of the recorded datasets is made; the recorded commits cannot be, so all are wrong."""
    pointers = {entry.hub.repo_id for entry in read_listing(ROOT).entries if entry.hub}
    for repo_id in pointers:
        hub.put(repo_id, FILES)
    assert main(["--pointers", "--root", str(ROOT)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == ["wrong"] * 55
    assert lines[-1] == "55 pointers: 55 wrong; 19 instances have their data here"


def test_it_runs_as_a_command(root: Path, hub: Hub, tmp_path: Path) -> None:
    only(root, "org/a", hub.put("org/a", FILES))
    done = subprocess.run(
        [sys.executable, "-m", "ci.audit", "--pointers", "--root", str(root)],
        cwd=ROOT, env=hub.environment(tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"right        {TASK}_LJSpeech  org/a@")


def test_strangers_words_are_no_commands_in_a_log(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new name comes from the Hub, and is shown in the log of a workflow."""

    def renamed(self: hub_client.HubDataset) -> None:
        raise hub_client.Refusal("renamed", "x\n::add-mask::y\x1b[2J")

    only(root, "org/a", "a" * 40)
    monkeypatch.setattr(hub_client.HubDataset, "check_access", renamed)
    code, lines = run(root, capsys)
    assert (code, len(lines)) == (1, 2)
    assert "::add-mask::" not in lines[0]
    assert "\x1b" not in lines[0]


def test_bad_usage_and_unreadable_tasks_end_with_2(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([])
    (root / f"tasks/{TASK}/task.json").write_text("{")
    assert main(["--pointers", "--root", str(root)]) == 2
    assert "does not fit the schema" in capsys.readouterr().err
