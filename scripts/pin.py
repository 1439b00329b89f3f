"""Pin the requirements from pyproject.toml, with hashes and without any registry's address.

python -m scripts.pin
"""

import subprocess
import sys
from pathlib import Path

from scripts import consumers

ROOT = Path(__file__).parents[1]
GROUPS = ("bot", "publish")
"""What each kind of job needs beside the check; development needs all of it."""
COMMAND = [
    str(Path(sys.executable).parent / "uv"), "pip", "compile", "--quiet", "--universal",
    "--generate-hashes", "--no-emit-index-url", "--no-header", "--python-version", "3.11",
]  # fmt: skip


def main() -> int:
    """Write requirements/*.txt; the light set first, for the others to agree with it."""
    _compile("check")
    _compile("dev", "--group", "dev", "-c", _file("check"))
    for group in GROUPS:
        _compile(group, "--group", group, "-c", _file("dev"))
    # jsonpath-rw, which mlcroissant needs, has no wheel: what builds one is pinned as well.
    builder = [*COMMAND, "-", "-o", _file("setuptools")]
    subprocess.run(builder, cwd=ROOT, check=True, input=b"setuptools>=80\n")
    for name, wanted in consumers.ENVIRONMENTS.items():
        consumer = [*COMMAND, "-", "-o", str(consumers.pinned(name).relative_to(ROOT))]
        subprocess.run(consumer, cwd=ROOT, check=True, input="\n".join(wanted).encode())
    return 0


def _compile(name: str, *options: str) -> None:
    command = [*COMMAND, "pyproject.toml", *options, "-o", _file(name)]
    subprocess.run(command, cwd=ROOT, check=True)


def _file(name: str) -> str:
    return f"requirements/{name}.txt"


if __name__ == "__main__":
    sys.exit(main())
