"""The benchmark itself: what it plants is found, what it prints can be read."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.bench import editors, hostile, on_hub, publishing, sound
from scripts.bench.folder import BenchFolder, make_folder
from scripts.bench.run import Command, RunError, memory, seconds
from scripts.bench.table import BEGIN, END, Line, shown, with_table
from tests.hostile.corpus import CORPUS

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> BenchFolder:
    return make_folder(tmp_path_factory.mktemp("bench"), 0.05)


def report_on(folder: BenchFolder, *options: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "validators.check", "--format", "json", "--no-cache"]
    result = subprocess.run(
        [*command, *options, str(folder.path)], cwd=ROOT, capture_output=True, check=False
    )
    assert result.returncode == 1
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def test_every_planted_fault_is_found(folder: BenchFolder) -> None:
    assert folder.missed(report_on(folder)) == []


def test_a_run_that_misses_a_fault_does_not_count(folder: BenchFolder) -> None:
    (missed,) = folder.missed(report_on(folder, "--ignore", "AUD512"))
    assert missed.startswith("missed ('AUD512'")


def test_a_fault_that_was_not_planted_does_not_count(folder: BenchFolder) -> None:
    report = report_on(folder)
    report["findings"].append({"rule": "AUD512", "path": "tasks/Foreign", "line": 1})
    assert folder.missed(report) == ["not planted: ('AUD512', 'tasks/Foreign', 1)"]


def test_the_clean_copy_holds_no_broken_clip(folder: BenchFolder) -> None:
    lines = (folder.clean / "metadata.csv").read_text().splitlines()[1:]
    assert all((folder.clean / line.split(",")[0]).stat().st_size for line in lines)
    assert "missing" not in "".join(lines)


def test_clips_are_the_same_in_every_run_and_cost_what_speech_costs(folder: BenchFolder) -> None:
    assert (sound.clip(3) == sound.clip(3)).all()
    clips = list((folder.data / "clips").glob("*.flac"))
    megabytes_a_minute = sum(clip.stat().st_size for clip in clips) / folder.seconds * 60 / 1e6
    assert 0.9 < megabytes_a_minute < 1.15


def test_a_command_that_fails_has_no_time() -> None:
    with pytest.raises(RunError, match="exit code 3"):
        seconds(Command([sys.executable, "-c", "raise SystemExit(3)"]))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_counts_children() -> None:
    child = "import time; held = b'x' * 60_000_000; time.sleep(0.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    found = memory(Command([sys.executable, "-c", parent]))
    assert 60_000_000 < found.largest < found.tree


def test_the_table_says_what_is_over_its_limit() -> None:
    lines = [
        Line("quick", [1.0, 1.2, 1.1], limit=1.5),
        Line("slow", [2.0], limit=1.5, detail="2 s"),
        Line("fast", [5.0], limit=4.0, at_least=True),
        Line("unknown", limit=4.0, missing="no network"),
    ]
    assert [line.verdict for line in lines] == ["ok", "OVER", "ok", "none"]
    table = shown(lines).splitlines()
    assert len({len(line) for line in table}) == 1
    assert "1.10 x" in table[2]
    assert "1.00 x to 1.20 x" in table[2]


def test_hostile_inputs_have_their_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = {f"{item.kind}: {item.name}": 0.1 for item in CORPUS}
    assert set(hostile.BOMBS) <= set(inputs)
    times = {"inputs": inputs | {"bombs: semicolons": 20.0}, "folders": [0.1] * 99 + [2.0]}
    monkeypatch.setattr(hostile, "_times", lambda _: times)
    lines = list(hostile.hostile_lines(100))
    assert [line.verdict for line in lines] == ["OVER", "ok", "ok", "", "ok"]
    assert lines[0].detail == "bombs: semicolons"
    assert lines[-1].values == [0.1]


def test_a_page_takes_another_table_and_stays_what_it_is() -> None:
    page = f"# Speed\n{BEGIN}\nold\n{END}\nHow it is measured.\n"
    assert with_table(page, "new") == f"# Speed\n{BEGIN}\nnew\n{END}\nHow it is measured.\n"


@pytest.mark.parametrize("page", ["", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_a_page_without_its_two_marks_takes_no_table(page: str) -> None:
    with pytest.raises(ValueError, match="required, each once"):
        with_table(page, "new")


def test_the_page_of_the_table_has_its_marks() -> None:
    page = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    _, _, rest = page.partition(f"{BEGIN}\n")
    table, end, _ = rest.partition(f"\n{END}")
    assert end
    assert with_table(page, table) == page


def test_a_page_that_cannot_take_the_table_is_said_before_all_work(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("no marks")
    result = subprocess.run(
        [sys.executable, "-m", "scripts.bench", "--folder", str(tmp_path), "--write", str(page)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 2
    assert "the marks" in result.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["page.md"]


def test_without_the_libraries_of_ffmpeg_the_package_is_named(tmp_path: Path) -> None:
    python = tmp_path / "venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(
        "#!/bin/sh\necho 'RuntimeError: Could not load libtorchcodec. FFmpeg' >&2\nexit 1"
    )
    python.chmod(0o755)
    (tmp_path / "venv/installed").touch()
    with pytest.raises(RunError, match="apt-get install ffmpeg"):
        editors.Editors(tmp_path)


def test_quick_run(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "scripts.bench", "--quick", "--folder", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "21 of 21 planted faults found" in result.stdout


@pytest.mark.torture
@pytest.mark.timeout(900)
def test_a_publish_is_compared_with_a_plain_write_and_upload() -> None:
    of_build, of_all = publishing.lines(1)
    assert of_build.limit == 3.0
    assert of_all.value > 1


@pytest.mark.torture
def test_the_same_sound_is_heard_from_a_hub(folder: BenchFolder, tmp_path: Path) -> None:
    decode = Command([sys.executable, "-c", ""])
    found = list(on_hub.lines(tmp_path, 1, [(folder, 0.05, decode)]))
    assert [line.unit for line in found] == ["s", "x", "MB", "MB"]
    assert all(line.values for line in found)
