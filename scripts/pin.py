"""Pin the requirements from pyproject.toml, with hashes and without any registry's address.

python -m scripts.pin
"""

import subprocess
import sys
from pathlib import Path

from scripts import consumers

ROOT = Path(__file__).parents[1]
COMMAND = [
    str(Path(sys.executable).parent / "uv"), "pip", "compile", "--quiet", "--universal",
    "--generate-hashes", "--no-emit-index-url", "--no-header", "--python-version", "3.11",
]  # fmt: skip


def main() -> int:
    """Write requirements/*.txt; the light set first, for the others to agree with it."""
    light, full, publish = (f"requirements/{name}.txt" for name in ("check", "dev", "publish"))
    for extra in (
        ["-o", light],
        ["--group", "dev", "-c", light, "-o", full],
        ["--group", "publish", "-c", full, "-o", publish],
    ):
        subprocess.run([*COMMAND, "pyproject.toml", *extra], cwd=ROOT, check=True)
    for name in consumers.NAMES:
        to = consumers.pinned(name).relative_to(ROOT)
        subprocess.run([*COMMAND, str(to.with_suffix(".in")), "-o", str(to)], cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
