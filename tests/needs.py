"""What a test needs beside Python."""

import os
import subprocess

import pytest

from scripts import javascript


def unavailable(reason: str) -> None:
    """Fail where the project is tested; say so where somebody's machine lacks something."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def need_javascript() -> None:
    """Install the pinned packages for Node.js, or end the test."""
    if reason := javascript.missing():
        unavailable(reason)
    try:
        javascript.install()
    except subprocess.CalledProcessError as error:
        unavailable(f"npm could not install the client: {error.stderr}")
