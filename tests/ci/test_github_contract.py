"""Every request of the bot is one that GitHub's official description of its API allows."""

import io
import socket
import subprocess
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ci.github import GitHub, GitHubRefusal
from tests.ci.bot_stage import HEAD, NEXT, TOKEN, Stage, failing, passing
from tests.components import javascript_packages
from tests.github.server import GitHubServer
from tests.github.state import NAME, OWNER
from tests.render.reports import finding, report

DESCRIPTION = Path(__file__).parents[1] / "github" / "description" / "requests.json"
pytestmark = pytest.mark.network


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def proxied() -> Iterator[GitHubServer]:
    """The stand-in behind a proxy that refuses what the description does not allow."""
    packages = javascript_packages()
    with GitHubServer() as github:
        port = free_port()
        prism = packages / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
        command = [
            "node", str(prism), "proxy", str(DESCRIPTION), github.api, "--errors",
            "--port", str(port), "--verboseLevel", "error",
        ]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as proxy:
            try:
                github.shown = f"http://127.0.0.1:{port}"
                wait_for(port, proxy)
                yield github
            finally:
                proxy.terminate()


def wait_for(port: int, proxy: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert proxy.poll() is None, "the proxy has ended"
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1)
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            time.sleep(0.1)
    pytest.fail("the proxy does not answer")


def ascii_zip(content: bytes) -> bytes:
    """A zip file of ASCII bytes: the proxy takes every body for text.

    Blanks behind the JSON are tried until sizes and checksum have no byte above 127.
    """
    for padding in range(1_000):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            member = zipfile.ZipInfo("report.json", (1980, 1, 1, 0, 0, 0))
            member.external_attr = 0o400 << 16
            archive.writestr(member, content + b" " * padding)
        if packed.getvalue().isascii():
            return packed.getvalue()
    raise AssertionError("no padding makes it ASCII")


@pytest.fixture
def stage(proxied: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    return Stage(proxied, tmp_path)


def test_a_whole_story_passes_the_proxy(stage: Stage) -> None:
    pull = stage.pull(body="Proposal: #3")
    stage.github.state.issues[3] = ["confirmed"]
    many = [finding(line=n, message=f"fault {n}") for n in range(1, 61)]
    stage.github.state.leave_bytes(1, ascii_zip(report(*many).model_dump_json().encode()))
    assert stage.answer(1) == 0
    stage.github.state.say(7, stage.comments[0], "github-actions[bot]", "Bot")
    pull.head = NEXT
    stage.github.state.leave_bytes(2, ascii_zip(passing()))
    assert stage.answer(2, head=NEXT) == 0
    assert stage.answer(2, head=NEXT) == 0
    assert len(stage.comments) == 2
    repository = f"/repos/{OWNER}/{NAME}/"
    paths = [(one.method, one.path.partition(repository)[2]) for one in stage.github.records]
    asked = {(method, path.partition("/")[0]) for method, path in paths if path}
    assert asked >= {
        ("GET", "pulls"), ("GET", "issues"), ("GET", "actions"), ("POST", "issues"),
        ("POST", "check-runs"), ("PATCH", "check-runs"), ("PATCH", "issues"), ("DELETE", "issues"),
    }  # fmt: skip


def test_the_proxy_does_refuse(stage: Stage) -> None:
    stage.pull()
    with GitHub(f"{OWNER}/{NAME}", TOKEN, api=stage.github.api) as github:
        with pytest.raises(GitHubRefusal, match="422"):
            github.create_comment(7, 3)  # type: ignore[arg-type]
        with pytest.raises(GitHubRefusal):
            github._request("POST", "check-runs", json={"name": "x", "head_sha": HEAD, "status": 1})
    assert not stage.github.writes
    stage.github.state.leave_bytes(1, ascii_zip(failing()))
    assert stage.answer(1) == 0
    assert stage.comments[0].startswith("**fail**")
