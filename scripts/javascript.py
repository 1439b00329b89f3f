"""JavaScript packages that tests use: installed from the pinned list, or pinned again.

python -m scripts.javascript          install into .cache/javascript
python -m scripts.javascript --pin    write requirements/javascript/package-lock.json again

The list holds exact versions and the hash of every package, and no registry's address: npm asks
whichever registry it is set up for, and refuses bytes that have another hash. Scripts that come
with a package are not run.
"""

import argparse
import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PINNED = ROOT / "requirements" / "javascript"
INSTALLED = ROOT / ".cache" / "javascript"
QUIET = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]


def missing() -> str | None:
    """What of Node.js is not on this machine; None if all is there."""
    absent = [name for name in ("node", "npm") if shutil.which(name) is None]
    return f"{' and '.join(absent)} not found; install Node.js 20 or newer" if absent else None


def install() -> Path:
    """The folder that holds node_modules, filled if the pinned list has changed.

    Raises subprocess.CalledProcessError with npm's words in `stderr`.
    """
    INSTALLED.mkdir(parents=True, exist_ok=True)
    names = ("package.json", "package-lock.json")
    wanted = hashlib.sha256(b"".join((PINNED / name).read_bytes() for name in names)).hexdigest()
    done = INSTALLED / "installed"
    with (INSTALLED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text(encoding="utf-8") != wanted:
            for name in names:
                shutil.copyfile(PINNED / name, INSTALLED / name)
            command = ["npm", "ci", "--omit=optional", *QUIET]
            subprocess.run(command, cwd=INSTALLED, check=True, capture_output=True, text=True)
            done.write_text(wanted, encoding="utf-8")
    return INSTALLED


def pin() -> None:
    """Resolve package.json again into the list of exact versions and hashes."""
    (PINNED / "package-lock.json").unlink(missing_ok=True)
    command = ["npm", "install", "--package-lock-only", "--omit-lockfile-registry-resolved", *QUIET]
    subprocess.run(command, cwd=PINNED, check=True)


def main() -> int:
    """Install, or pin; returns 2 where npm cannot do it."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.javascript",
        description="Install the JavaScript packages of tests into .cache/javascript.",
    )
    parser.add_argument("--pin", action="store_true", help="write the list of versions again")
    arguments = parser.parse_args()
    if reason := missing():
        print(reason, file=sys.stderr)
        return 2
    try:
        if arguments.pin:
            pin()
        print(install())
    except subprocess.CalledProcessError as error:
        print(error.stderr or f"npm ended with {error.returncode}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
