"""Run the script with a client, and compare."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts import javascript
from tests.hub.contract import datasets_client, job

HERE = Path(__file__).parent
ROOT = HERE.parents[2]

NO_PARENT = "`hf` takes no parent commit"
NO_LISTING = "`hf` lists no sizes and hashes"
NOT_OFFERED = {
    "hf": {
        "a stale parent": NO_PARENT,
        "files listed": NO_LISTING,
        "hashes listed": NO_LISTING,
        "the last eight bytes": "`hf` downloads whole files",
    },
    "javascript": {
        "commits by the same upload again": "it commits what it is given",
        "the tag names the commit": "it makes no tags; files are read at the commit",
    },
}
"""Steps that a client cannot do, and why."""
CLIENTS = ("lfs", "xet", "hf", "datasets", "javascript")
"""huggingface_hub by LFS and by Xet, its command, `datasets`, and @huggingface/hub."""


class ClientError(Exception):
    """The client did not come to an end; the message is what it said."""


@dataclass(frozen=True)
class Step:
    """What a step should have come to, and did."""

    name: str
    expected: object
    found: object

    @property
    def kept(self) -> bool:
        return self.expected == self.found


def command(client: str) -> tuple[list[str], dict[str, str]]:
    """How the client is started, and what it needs in its environment."""
    module = {"hf": "command_client", "datasets": "datasets_client"}.get(client, "python_client")
    if client == "javascript":
        script = str(HERE / "javascript_client.mjs")
        return ["node", script], {"HUB_CLIENT": str(javascript.install())}
    xet = {"HF_HUB_DISABLE_XET": "0" if client == "xet" else "1"}
    return [sys.executable, "-m", f"tests.hub.contract.{module}"], xet


def expected(client: str, files: Path) -> dict[str, object]:
    """Step -> what must come of it with this client."""
    if client == "datasets":
        return datasets_client.expected()
    offered = job.expected(files)
    return {k: v for k, v in offered.items() if k not in NOT_OFFERED.get(client, {})}


def run(client: str, repo: str, environment: Mapping[str, str], folder: Path) -> list[Step]:
    """All steps with one client; `environment` holds HF_ENDPOINT and HF_TOKEN.

    Raises ClientError.
    """
    files = folder / "files"
    job.make_files(files)
    told = job.Job(environment["HF_ENDPOINT"], repo, f"{repo}-private", str(files))
    start, extra = command(client)
    done = subprocess.run(
        [*start, str(told.write(folder / "job.json"))],
        cwd=ROOT,
        env={**environment, **extra},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=240,
    )
    if done.returncode:
        raise ClientError(f"{client} ended with {done.returncode}:\n{done.stderr or done.stdout}")
    found = json.loads(done.stdout.splitlines()[-1])
    wanted = expected(client, files)
    names = [*wanted, *sorted(set(found) - set(wanted))]
    return [Step(name, wanted.get(name), found.get(name)) for name in names]
