"""What the editors of the original benchmark did by hand: iterate through `datasets`, sum lengths.

In an environment of its own, which the benchmark makes.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

from scripts.bench.run import Command, RunError

REQUIREMENTS: Final = ("datasets", "torchcodec==0.13.*", "torch==2.13.0")
_SCRIPT: Final = """
import sys
from datasets import load_dataset

rows = load_dataset("audiofolder", data_dir=sys.argv[1], split="train")
seconds = 0.0
for row in rows:
    audio = row["audio"]
    seconds += len(audio["array"]) / audio["sampling_rate"]
sys.exit(abs(seconds - float(sys.argv[2])) > 0.02 * seconds + 60)
"""
_TRIAL: Final = "import datasets, torch, torchcodec; print(datasets.__version__, torch.__version__)"


class Editors:
    """The editors' way of listening to a folder.

    Args:
        cache: the folder of the benchmark, where the environment is made.

    Raises:
        RunError: the environment cannot be had; the message says why.
    """

    def __init__(self, cache: Path) -> None:
        self._python = cache / "venv" / "bin" / "python"
        self._home = cache / "huggingface"
        if not self._python.exists():
            _run([sys.executable, "-m", "venv", str(cache / "venv")])
            pip = [str(self._python), "-m", "pip", "install", "--quiet"]
            _run([*pip, "--disable-pip-version-check", *REQUIREMENTS])
        versions = _run([str(self._python), "-c", _TRIAL]).split()
        self.versions = f"datasets {versions[0]}, torch {versions[1]}"

    def command(self, folder: Path, seconds: float) -> Command:
        """Sums the lengths of an AudioFolder, of about so many seconds."""
        return Command(
            [str(self._python), "-c", _SCRIPT, str(folder), str(seconds)],
            environment={
                "HF_HUB_OFFLINE": "1",
                "HF_HOME": str(self._home),
                "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
            },
        )


def _run(command: list[str]) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        lines = result.stderr.strip().splitlines() or [f"exit code {result.returncode}"]
        telling = [line for line in lines if "ffmpeg" in line.lower()][:1] or lines[-1:]
        raise RunError(f"{' '.join(command[:4])} …: {telling[0].strip()}")
    return result.stdout
