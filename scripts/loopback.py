"""Publishing without a network: the test Hub as a process, and the tasks whose data are here."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from huggingface_hub import HfApi

from schema.canonical import DATASET_REPO

ROOT: Final = Path(__file__).parents[1]
TOKEN: Final = "hf_write"  # noqa: S105 - of the test Hub, as docs/test_hub.md lists it
_STRANGE: Final = ("HF_", "HUGGING", "ACTIONS_", "GITHUB_")


@contextmanager
def empty_hub(store: Path) -> Iterator[HfApi]:
    """A Hub that keeps its files in `store`, until the block ends.

    Raises:
        OSError: it does not start.
    """
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.hub", "--store", str(store)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with server:
        try:
            endpoint = server.stdout.readline().strip() if server.stdout else ""
            if not endpoint:
                raise OSError("the test Hub did not start")
            api = HfApi(endpoint=endpoint, token=TOKEN)
            api.create_repo(DATASET_REPO, repo_type="dataset")
            yield api
        finally:
            server.terminate()


def client(endpoint: str, home: Path) -> dict[str, str]:
    """Environment of a client that sees this Hub only: nothing of who runs it, no Xet."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_STRANGE)}
    return kept | {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(home),
        "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        "NO_PROXY": "127.0.0.1,localhost",
    }


def clone(folder: Path) -> Path:
    """A clone of this repository, as it is committed, in which no task takes data from the Hub.

    Raises:
        subprocess.CalledProcessError: git refused.
    """
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    drop_pointers(folder / "tasks")
    commit(folder, "leave out what takes its data from the Hub")
    return folder


def drop_pointers(tasks: Path) -> None:
    """Remove instances whose data are on the Hub, and tasks that have no other."""
    for task in sorted(tasks.iterdir()):
        instances = sorted(task.glob("instances/*.json"))
        there = [
            file for file in instances if "repo_id" in json.loads(file.read_bytes())["dataset"]
        ]
        if there and there == instances:
            shutil.rmtree(task)
            continue
        for file in there:
            file.unlink()


def commit(folder: Path, message: str) -> None:
    """Commit whatever has changed, as nobody in particular.

    Raises:
        subprocess.CalledProcessError: git refused.
    """
    who = ["-c", "user.name=Demo", "-c", "user.email=demo@example.org"]
    command = ["commit", "--all", "--no-gpg-sign", "--allow-empty", "--quiet", "--message", message]
    subprocess.run(["git", *who, *command], cwd=folder, check=True)
