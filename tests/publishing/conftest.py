"""A test Hub with an empty dataset repository, and a session of the publisher."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from huggingface_hub import constants

from ci.publish import main
from ci.receipt import decode
from schema.canonical import DATASET_REPO
from schema.manifest import MANIFEST_PATH, Manifest
from tests.flawless import make_task
from tests.hub.accounts import WRITE
from tests.hub.server import Hub as HubServer
from tests.publish_faults.world import patience, prepare, short_session


@pytest.fixture
def server(tmp_path: Path) -> Iterator[HubServer]:
    """The Hub; inside, a session with short limits."""
    with HubServer(tmp_path / "store") as running, short_session():
        prepare(running)
        yield running
    assert not running.crashes, "the test Hub itself broke:\n" + "\n".join(running.crashes)


ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Benchmark:
    """A repository of one task in git, what was built of it, and the publisher as a process."""

    root: Path
    build: Path

    def run(
        self, server: HubServer, *arguments: str, home: Path, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `python -m ci.publish` in the repository; of the environment, what is stated."""
        return subprocess.run(
            [sys.executable, "-m", "ci.publish", *arguments],
            cwd=self.root, env=server.environment(home) | {"PYTHONPATH": str(ROOT)} | environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip


@pytest.fixture(scope="session")
def benchmark_of_one(tmp_path_factory: pytest.TempPathFactory, clips: Path) -> Benchmark:
    """The flawless task, committed and really built."""
    root = tmp_path_factory.mktemp("benchmark")
    make_task(root, clips)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit_all(root)
    subprocess.run(
        [sys.executable, "-m", "ci.build", "--to", str(root.parent / "built"), "--jobs", "1"],
        cwd=root, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True, capture_output=True,
    )  # fmt: skip
    return Benchmark(root, root.parent / "built")


def git(root: Path, *arguments: str) -> None:
    """Run git as nobody in particular."""
    who = ["-c", "user.name=Ada Example", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def commit_all(root: Path) -> None:
    """Commit whatever stands in the folder."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "as it is")


@dataclass(frozen=True)
class Publisher:
    """The command line in this process, in the repository, with a canonical test Hub."""

    server: HubServer
    benchmark: Benchmark
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of a command."""
        code = main(arguments, patience(silence=5.0))
        return code, *self.capsys.readouterr()

    def push(self, *more: str) -> None:
        """Publish what was built, which has to succeed."""
        code, _, errors = self("push", "--from", str(self.benchmark.build), *more)
        assert (code, errors) == (0, "")

    def manifest(self, revision: str = "main") -> Manifest:
        """The manifest in the canonical repository."""
        return decode(self.server.read(DATASET_REPO, MANIFEST_PATH, revision), DATASET_REPO)


@pytest.fixture
def publisher(
    server: HubServer,
    benchmark_of_one: Benchmark,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Publisher:
    """The publisher, with a token that may write to an empty canonical repository."""
    server.put(DATASET_REPO)
    template = constants.HUGGINGFACE_CO_URL_TEMPLATE.removeprefix(constants.ENDPOINT)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", server.endpoint + template)
    monkeypatch.setattr(constants, "ENDPOINT", server.endpoint)
    monkeypatch.setenv("HF_TOKEN", WRITE)
    monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
    monkeypatch.chdir(benchmark_of_one.root)
    return Publisher(server, benchmark_of_one, capsys)
