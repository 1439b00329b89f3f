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
    # jsonpath-rw, which mlcroissant needs, has no wheel: what builds one is pinned as well.
    builder = ["-", "-o", "requirements/setuptools.txt"]
    subprocess.run([*COMMAND, *builder], cwd=ROOT, check=True, input=b"setuptools>=80\n")
    for name, wanted in consumers.ENVIRONMENTS.items():
        to = str(consumers.pinned(name).relative_to(ROOT))
        given = "\n".join(wanted).encode()
        subprocess.run([*COMMAND, "-", "-o", to], cwd=ROOT, check=True, input=given)
    return 0


if __name__ == "__main__":
    sys.exit(main())
