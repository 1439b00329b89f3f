"""Environments of people who use the benchmark, for tests: not the project's own.

python -m scripts.consumers             list them
python -m scripts.consumers NAME ...    install into .cache/consumers/NAME, or reuse what is there

Each has a pinned list with hashes, requirements/consumer-NAME.txt, which `make requirements` makes.
"""

import argparse
import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PINNED: Final = ROOT / "requirements"
INSTALLED: Final = ROOT / ".cache" / "consumers"
ENVIRONMENTS: Final = {
    # Before torchcodec: soundfile decodes, and librosa is imported on the way.
    "datasets3": ("datasets==3.6.0", "librosa", "soundfile"),
    # Wheels of torchcodec from 0.14 on need CUDA's libraries.
    "torchcodec": ("datasets==5.2.0", "numpy", "torchcodec==0.13.*"),
}
"""What each is made for; everything else is needed by these."""
WITHOUT_HASH: Final[dict[str, list[str]]] = {"torchcodec": ["torch==2.13.0"]}
"""Which build of a version comes (for a CPU, for some CUDA) is the index's choice, so that no hash
can be told before."""


def pinned(name: str) -> Path:
    """The list of an environment's packages."""
    return PINNED / f"consumer-{name}.txt"


def install(name: str) -> Path:
    """The environment's Python, installed if its list has changed.

    Raises subprocess.CalledProcessError with pip's words in `stderr`.
    """
    folder = INSTALLED / name
    folder.mkdir(parents=True, exist_ok=True)
    loose = WITHOUT_HASH.get(name, [])
    asked = (pinned(name).read_bytes(), repr(loose).encode(), sys.version.encode())
    wanted = hashlib.sha256(b"\0".join(asked)).hexdigest()
    done, venv = folder / "installed", folder / "venv"
    python = venv / "bin" / "python"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text(encoding="utf-8") != wanted:
            done.unlink(missing_ok=True)
            shutil.rmtree(venv, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(venv)])
            pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            _run([*pip, "--require-hashes", "-r", str(pinned(name))])
            if loose:
                _run([*pip, *loose])
            done.write_text(wanted, encoding="utf-8")
    return python


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)


def main() -> int:
    """Install what is named; returns 2 where pip cannot do it."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.consumers",
        description="Install environments of the benchmark's users into .cache/consumers.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ENVIRONMENTS)}")
    names = parser.parse_args().names
    if unknown := sorted(set(names) - set(ENVIRONMENTS)):
        parser.error(f"there is no {unknown[0]}; one of {', '.join(ENVIRONMENTS)} is required")
    if not names:
        print(*ENVIRONMENTS, sep="\n")
    try:
        for name in names:
            print(install(name))
    except subprocess.CalledProcessError as error:
        print(error.stderr or f"pip ended with {error.returncode}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
