"""Everything that CI demands, one step after the other; all steps run, whatever the first ones say.

python -m scripts.verify
python -m scripts.verify --without tests    where they have just run
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHON = sys.executable
TOOLS = Path(PYTHON).parent

STEPS: dict[str, list[str]] = {
    "format": [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."],
    "lint": [PYTHON, "-m", "ruff", "check", "--quiet", "."],
    "types": [PYTHON, "-m", "mypy"],
    "generated files": [PYTHON, "-m", "scripts.generate", "--check"],
    "workflows": [
        str(TOOLS / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows",
        *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(".github/workflows/*.yml")),
    ],
    "dependabot": [
        str(TOOLS / "check-jsonschema"), "--builtin-schema", "vendor.dependabot",
        ".github/dependabot.yml",
    ],
    "citation": [
        str(TOOLS / "check-jsonschema"), "--builtin-schema", "vendor.citation-file-format",
        "CITATION.cff",
    ],
    "workflow security": [
        str(TOOLS / "zizmor"), "--offline", "--persona=auditor", "--no-progress", ".github",
    ],
    "tests": [PYTHON, "-m", "pytest", "-q", "-n", "2"],
}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run every step but those left out; returns 1 if any failed."""
    parser = argparse.ArgumentParser(prog="python -m scripts.verify", description=__doc__)
    parser.add_argument("--without", action="append", default=[], choices=STEPS, metavar="STEP")
    left_out = parser.parse_args(arguments).without
    failed = []
    for name, command in STEPS.items():
        if name in left_out:
            print(f"== {name}: left out on request")
            continue
        print(f"== {name}", flush=True)
        start = time.monotonic()
        if subprocess.run(command, cwd=ROOT, env=_environment(), check=False).returncode:
            failed.append(name)
        print(f"   {time.monotonic() - start:.1f} s", flush=True)
    print(f"verify: failed: {', '.join(failed)}" if failed else "verify: all steps passed")
    return int(bool(failed))


def _environment() -> dict[str, str]:
    # zizmor would otherwise look for a token in the environment and go online with it.
    return {name: value for name, value in os.environ.items() if name != "GH_TOKEN"}


if __name__ == "__main__":
    sys.exit(main())
