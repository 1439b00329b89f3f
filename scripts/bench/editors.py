"""What the editors of the original benchmark did by hand: iterate through `datasets`, sum lengths.

In an environment of its own, which the benchmark makes.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from scripts.bench.run import Command, RunError

REQUIREMENTS: Final = ("datasets", "torchcodec==0.13.*", "torch==2.13.0")
# A dataset on the Hub is parquet with the files' bytes in it.
_PACK: Final = """
import csv, pathlib, sys
import pyarrow as pa, pyarrow.parquet as pq

folder = pathlib.Path(sys.argv[1])
rows = list(csv.DictReader((folder / "metadata.csv").open()))
audio = pa.struct({"bytes": pa.binary(), "path": pa.string()})
schema = pa.schema({"audio": audio, "label": pa.string()})
with pq.ParquetWriter(sys.argv[2], schema) as writer:
    for start in range(0, len(rows), 100):
        part = rows[start : start + 100]
        names = [row["file_name"] for row in part]
        clips = [{"bytes": (folder / name).read_bytes(), "path": name} for name in names]
        labels = [row["label"] for row in part]
        writer.write_table(pa.table({"audio": clips, "label": labels}, schema=schema))
"""
_LISTEN: Final = """
import sys
from datasets import Audio, Features, Value, load_dataset

features = Features({"audio": Audio(), "label": Value("string")})
rows = load_dataset("parquet", data_files=sys.argv[1], split="train", features=features)
seconds = 0.0
for row in rows:
    audio = row["audio"]
    seconds += len(audio["array"]) / audio["sampling_rate"]
sys.exit(abs(seconds - float(sys.argv[2])) > 0.02 * seconds + 60)
"""
_INSTALLED: Final = "installed"
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
        installed = cache / "venv" / _INSTALLED
        if not installed.exists():
            _run([sys.executable, "-m", "venv", str(cache / "venv")])
            pip = [str(self._python), "-m", "pip", "install", "--quiet"]
            _run([*pip, "--disable-pip-version-check", *REQUIREMENTS])
            installed.touch()
        versions = self._try().split()
        self.versions = f"datasets {versions[0]}, torch {versions[1]}"

    def _try(self) -> str:
        """Versions of the libraries, which must be there with all that they load."""
        try:
            return _run([str(self._python), "-c", _TRIAL])
        except RunError as error:
            if "ffmpeg" in str(error).lower():
                raise RunError(
                    "torchcodec finds no FFmpeg libraries: apt-get install ffmpeg"
                ) from error
            raise

    def command(self, folder: Path, seconds: float) -> Command:
        """Sums the lengths of the clips of an AudioFolder, packed as the Hub does, of about so
        many seconds."""
        packed = folder.with_suffix(".parquet")
        if not packed.exists():
            _run([str(self._python), "-c", _PACK, str(folder), str(packed)])
        return Command(
            [str(self._python), "-c", _LISTEN, str(packed), str(seconds)],
            environment={
                "HF_HUB_OFFLINE": "1",
                "HF_HOME": str(self._home),
                "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
            },
        )

    def forget(self) -> None:
        """Remove what `datasets` has prepared, as it is before a dataset is looked at first."""
        shutil.rmtree(self._home, ignore_errors=True)


def _run(command: list[str]) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        lines = result.stderr.strip().splitlines() or [f"exit code {result.returncode}"]
        telling = [line for line in lines if "ffmpeg" in line.lower()][:1] or lines[-1:]
        raise RunError(f"{' '.join(command[:4])} …: {telling[0].strip()}")
    return result.stdout
