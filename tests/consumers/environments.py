"""The environments that read the benchmark: the project's own, and others."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import consumers
from tests.components import javascript_packages, unavailable
from tests.conftest import FULL_STRENGTH
from tests.consumers.world import World

ELSEWHERE = (pytest.mark.network, pytest.mark.timeout(1800))
"""Marks of what an environment is installed for, which is large."""
ALL = FULL_STRENGTH or os.environ.get("CONSUMERS") == "all"


def python_of(name: str) -> str:
    """The Python of an environment; ends the test where it cannot be had or was not asked for."""
    if name == "project":
        return sys.executable
    if not ALL:
        pytest.skip(
            f"NOT RUN: READING BY {name.upper()} INSTALLS AN ENVIRONMENT OF ITS OWN; ask for it "
            "with CONSUMERS=all or `make torture`"
        )
    if name == "torchcodec" and shutil.which("ffmpeg") is None:
        unavailable("ffmpeg not found, whose libraries torchcodec decodes with: install it")
    try:
        return str(consumers.install(name))
    except subprocess.CalledProcessError as error:
        return pytest.fail(f"pip could not install {consumers.pinned(name).name}: {error.stderr}")


def run(
    world: World, folder: Path, command: list[str], **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a consumer with a home of its own in `folder`, where it sees the test Hub only."""
    kept = world.hub.environment(folder) | {"HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    return subprocess.run(
        command, cwd=folder, env=kept | environment,
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=280,
    )  # fmt: skip


def node(folder: Path) -> list[str]:
    """Node.js, with the pinned packages in reach of scripts in `folder`."""
    (folder / "node_modules").symlink_to(javascript_packages() / "node_modules")
    return ["node"]
