"""Components that are not Python: used where they are, missed loudly where they are not."""

import os
import subprocess
from pathlib import Path

import pytest

from scripts import javascript


def unavailable(reason: str) -> None:
    """Fail where the project is tested; say so where somebody's machine lacks something."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def javascript_packages() -> Path:
    """The folder that holds node_modules with all pinned packages."""
    if reason := javascript.missing():
        unavailable(reason)
    try:
        return javascript.install()
    except subprocess.CalledProcessError as error:
        unavailable(f"npm could not install the pinned packages: {error.stderr}")
        raise  # unavailable() has raised already
