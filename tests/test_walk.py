"""CONTRIBUTING's way from clips to a committed task leads there, and names each of its steps."""

import json
import re
from pathlib import Path

import pytest

from scripts.walk import __main__ as walking
from scripts.walk.__main__ import StepError, Walk, main, walk
from scripts.walk.facts import WAIVER

PAGE = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_way_leads_to_a_task_that_passes_and_every_step_is_named(tmp_path: Path) -> None:
    seconds = walk(tmp_path).seconds
    table = re.findall(r"^\| ([^|]+) \| [0-9.]+ \|$", PAGE, re.MULTILINE)
    assert [name for name in table if name not in ("set up: make check", "all")] == list(seconds)
    assert all(taken >= 0 for taken in seconds.values())


def test_the_waiver_is_the_one_that_the_page_shows() -> None:
    shown = re.search(r'^"waivers": (\[.*\])$', PAGE, re.MULTILINE)
    assert shown is not None
    assert json.loads(shown.group(1)) == [WAIVER]


def test_a_step_that_ends_otherwise_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lost(folder: Path, *, set_up: bool) -> Walk:
        assert not set_up
        Walk(tmp_path, "false").run("false")
        raise AssertionError

    monkeypatch.setattr(walking, "walk", lost)
    assert main([]) == 1
    assert capsys.readouterr().err == "error: false ended with 1, not 0\n\n"
    with pytest.raises(StepError):
        Walk(tmp_path, "true").run("true", ends=1)
