"""Chromium for tests: found on this machine, or installed where that is possible.

python -m scripts.browser              print where it is; 2 where there is none
python -m scripts.browser --install    install Debian's package first, where root may
"""

import argparse
import os
import shutil
import subprocess
import sys
from typing import Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS: Final = (
    "--no-sandbox",  # root has none; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""With these a test's browser talks to nobody by itself."""
INSTALL: Final = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]


def path() -> str | None:
    """Where Chromium or Chrome is; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def missing() -> str | None:
    """What to do where there is no browser; None where there is one."""
    if path():
        return None
    return f"no Chromium found; install it: {' '.join(INSTALL)} (or python -m scripts.browser)"


def install() -> bool:
    """Install Debian's package unless a browser is there; False where that cannot be done."""
    if path():
        return True
    if shutil.which(INSTALL[0]) is None or os.geteuid() != 0:
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([INSTALL[0], "update", "-qq"], env=environment, check=False)
    subprocess.run(INSTALL, env=environment, check=False, stdout=subprocess.DEVNULL)
    return path() is not None


def main() -> int:
    """Print where the browser is; returns 2 where there is none."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.browser",
        description="Find the Chromium that tests of pages drive.",
    )
    parser.add_argument("--install", action="store_true", help="install Debian's, where root may")
    if parser.parse_args().install:
        install()
    if reason := missing():
        print(reason, file=sys.stderr)
        return 2
    print(path())
    return 0


if __name__ == "__main__":
    sys.exit(main())
