"""The token: where it comes from, and that it goes nowhere but to the Hub."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import constants

from ci.hub_access import environment_for_child
from schema.canonical import DATASET_REPO
from tests.hub.accounts import EXPIRED, STRANGER
from tests.hub.server import Hub as HubServer
from tests.hub.trusted import REQUEST_TOKEN, WORKFLOW, environment
from tests.publishing.conftest import Benchmark, Publisher

CANARY = "hf_canaryThatNobodyMayEverSee"


@pytest.fixture
def canonical(server: HubServer) -> HubServer:
    """The server with the canonical repository, to which the canary may write."""
    server.accounts.add(CANARY, "owner")
    server.put(DATASET_REPO)
    return server


def assert_unseen(server: HubServer, run: subprocess.CompletedProcess[str], *folders: Path) -> None:
    """No token, and nothing that buys one, in what was printed and in any file of the folders."""
    secrets = {token.encode() for token in (CANARY, REQUEST_TOKEN, *exchanged(server))}
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    texts = [run.stdout.encode(), run.stderr.encode(), *(path.read_bytes() for path in files)]
    for content in texts:
        assert not any(secret in content for secret in secrets)
        assert b"id.eyJ" not in content  # GitHub's signed word


def exchanged(server: HubServer) -> list[str]:
    """The tokens that trusted publishers were given."""
    return [token for token in server.accounts.by_token if token.startswith("hf_jwt_")]


def job(server: HubServer) -> dict[str, str]:
    """The environment of a job with `id-token: write`; the publisher names the repository."""
    made = environment(server.endpoint, DATASET_REPO)
    del made["HF_OIDC_RESOURCE"]
    return made


def test_a_trusted_publisher_needs_no_stored_token(
    canonical: HubServer, benchmark_of_one: Benchmark, tmp_path: Path
) -> None:
    canonical.trusted_publishers[DATASET_REPO] = WORKFLOW
    run = benchmark_of_one.run(
        canonical, "push", "--from", str(benchmark_of_one.build), home=tmp_path / "home",
        **job(canonical), HF_TOKEN=CANARY,
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")
    assert "published: " in run.stdout
    assert canonical.tags(DATASET_REPO).keys() == {"publish-1"}
    (token,) = exchanged(canonical)
    assert canonical.tokens_seen() == {token, REQUEST_TOKEN, None}
    assert sum(seen.path == "/oauth/token" for seen in canonical.requests) == 1
    assert_unseen(canonical, run, tmp_path / "home", benchmark_of_one.root, benchmark_of_one.build)


def test_a_publisher_that_is_not_trusted_here_is_refused_and_falls_back_on_nothing(
    canonical: HubServer, benchmark_of_one: Benchmark, tmp_path: Path
) -> None:
    canonical.trusted_publishers[DATASET_REPO] = {"repository": "somebody/else"}
    run = benchmark_of_one.run(
        canonical, "push", "--from", str(benchmark_of_one.build), home=tmp_path / "home",
        **job(canonical), HF_TOKEN=CANARY,
    )  # fmt: skip
    assert run.returncode == 2
    assert "the trusted publisher was refused a token" in run.stderr
    assert canonical.tags(DATASET_REPO) == {}
    assert_unseen(canonical, run, tmp_path / "home")


@pytest.mark.parametrize(
    ("token", "words"),
    [(EXPIRED, "answers 401"), (STRANGER, "answers 403"), ("hf_nobody", "answers 401")],
)
def test_a_token_that_may_not_write_is_told_without_showing_it(
    token: str, words: str, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    code, told, errors = publisher("push", "--from", str(publisher.benchmark.build))
    assert (code, told) == (2, "")
    assert words in errors
    assert token not in errors
    assert publisher.server.tags(DATASET_REPO) == {}


def test_no_token_is_told_with_what_to_do(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # What a login left behind is not looked at.
    (tmp_path / "token").write_text("hf_write")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.delenv("HF_TOKEN")
    code, told, errors = publisher("push", "--from", str(publisher.benchmark.build))
    assert (code, told) == (2, "")
    assert "there is no token to write with" in errors
    assert publisher.server.tokens_seen() <= {None}


def test_the_secret_of_the_environment_reaches_the_hub_and_nobody_else(
    canonical: HubServer, benchmark_of_one: Benchmark, tmp_path: Path
) -> None:
    for arguments in (["push"], ["yank", "AnswerDetection_Prompts", "--reason", "Labels."]):
        run = benchmark_of_one.run(
            canonical, *arguments, home=tmp_path / "home", HF_TOKEN=CANARY, HF_DEBUG="1",
            HF_HUB_VERBOSITY="debug",
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        assert_unseen(canonical, run, tmp_path / "home", benchmark_of_one.root)
    assert canonical.tokens_seen() == {CANARY, None}


def test_no_child_gets_what_is_a_token_or_buys_one(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = {
        "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_OIDC_ID_TOKEN", "HF_OIDC_RESOURCE",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_RUNTIME_TOKEN",
        "ACTIONS_RUNTIME_URL", "GITHUB_TOKEN", "GH_TOKEN", "AWS_SECRET_ACCESS_KEY", "SOME_PASSWORD",
    }  # fmt: skip
    for name in secret:
        monkeypatch.setenv(name, CANARY)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    found = environment_for_child()
    assert CANARY not in found.values()
    assert found["HF_ENDPOINT"] == "http://127.0.0.1:9"
    assert "PATH" in found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can hide a process")
def test_a_hidden_process_cannot_be_read_by_its_children() -> None:
    program = (
        "import ctypes; from ci.hub_access import hide; hide(); "
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"  # PR_GET_DUMPABLE
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout == "0\n"


def test_no_module_of_the_publisher_prints_or_logs_a_token() -> None:
    root = Path(__file__).parents[2] / "ci"
    for path in root.glob("*.py"):
        assert not re.search(r"(print|log\w*|write)\(.*token", path.read_text()), path.name
