"""Pin the requirements from pyproject.toml, with hashes and without any registry's address.

python -m scripts.pin
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
GROUPS = ("bot", "publish")
"""What each kind of job needs beside the check; development needs all of it."""
COMMAND = [
    str(Path(sys.executable).parent / "uv"), "pip", "compile", "--quiet", "--universal",
    "--generate-hashes", "--no-emit-index-url", "--no-header", "--python-version", "3.11",
    "pyproject.toml",
]  # fmt: skip


def main() -> int:
    """Write requirements/*.txt; the light set first, for the others to agree with it."""
    _compile("check")
    _compile("dev", "--group", "dev", "-c", _file("check"))
    for group in GROUPS:
        _compile(group, "--group", group, "-c", _file("dev"))
    return 0


def _compile(name: str, *options: str) -> None:
    subprocess.run([*COMMAND, *options, "-o", _file(name)], cwd=ROOT, check=True)


def _file(name: str) -> str:
    return f"requirements/{name}.txt"


if __name__ == "__main__":
    sys.exit(main())
