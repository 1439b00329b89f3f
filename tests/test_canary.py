"""The watch over tokens does see one."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WHERE = {
    "printed": "print(WORD)",
    "on standard error": "import sys; sys.stderr.write(WORD)",
    "logged": "import logging; logging.getLogger().error(WORD)",
    "by a child": "import subprocess; subprocess.run(['echo', WORD])",
}


@pytest.mark.parametrize("how", WHERE)
def test_a_test_that_lets_a_token_out_fails(how: str, tmp_path: Path) -> None:
    body = f"WORD = 'hf_' + 'canary1'\ndef test_it():\n    {WHERE[how]}\n"
    (tmp_path / "test_it.py").write_text(body, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.canary", "--rootdir"]
    run = subprocess.run(
        [*command, str(tmp_path), "-p", "no:cacheprovider", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert "a token stands in what this test printed" in run.stdout
