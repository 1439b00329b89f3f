"""README shows what was really printed: its transcripts are run again and compared."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(sh|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DEMO = "/tmp/demo"  # noqa: S108 - where README works; the test puts it elsewhere


def blocks() -> list[tuple[str, str]]:
    return BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))


def shell(script: str, demo: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euc", script.replace(DEMO, str(demo))],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "80"},
    )  # fmt: skip


def test_the_transcripts_are_what_is_printed(tmp_path: Path) -> None:
    if not (ROOT / ".venv/bin/python").exists():
        pytest.skip("THE COMMANDS OF README NEED .venv, WHICH `make test` SETS UP")
    transcripts = 0
    for kind, text in blocks():
        if kind == "sh" and DEMO in text:
            made = shell(text, tmp_path)
            assert made.returncode == 0, made.stderr
        elif kind == "console":
            command, _, printed = text.removeprefix("$ ").partition("\n")
            assert shell(command, tmp_path).stdout == printed
            transcripts += 1
    assert transcripts >= 2


def test_the_make_targets_of_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for path in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / path).read_text(encoding="utf-8")
        for target in re.findall(r"^make ([a-z]+)", text, re.MULTILINE):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
