"""A real build of every task whose data are in the repository, made once."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from schema.canonical import DATASET_REPO
from schema.manifest import Build, Manifest
from scripts.loopback import drop_pointers

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Built:
    """The folder of a build, and the manifest that a publish of it would make."""

    folder: Path
    manifest: Manifest


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The tasks of this repository whose data are here, committed to one of their own and built."""
    work = tmp_path_factory.mktemp("built")
    shutil.copytree(ROOT / "tasks", work / "tasks")
    drop_pointers(work / "tasks")
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "tasks"]):
        subprocess.run(["git", *command], cwd=work, check=True, capture_output=True)
    run = subprocess.run(
        [sys.executable, "-m", "ci.build", "--to", "out"],
        cwd=work, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False, capture_output=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr.decode()
    build = Build.model_validate_json((work / "out" / "build.json").read_bytes())
    return Built(
        work / "out",
        Manifest(schema_version=1, repo_id=DATASET_REPO, serial=1, instances=build.instances),
    )
