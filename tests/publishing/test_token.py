"""The token: where it comes from, and that it goes nowhere but to the Hub."""

import re
import subprocess
from pathlib import Path

import pytest

from ci.hub_access import environment_for_child
from schema.canonical import DATASET_REPO
from tests.hub.accounts import WRITE
from tests.hub.server import Hub as HubServer
from tests.publishing.conftest import Benchmark
from tests.publishing.oidc import ID_TOKEN, REQUEST_TOKEN, Trust

CANARY = "hf_canaryThatNobodyMayEverSee"
SECRETS = (CANARY, ID_TOKEN, REQUEST_TOKEN)


@pytest.fixture
def canonical(server: HubServer) -> HubServer:
    """The server with the canonical repository, to which the canary may write."""
    server.accounts.add(CANARY, "owner")
    server.put(DATASET_REPO)
    return server


def assert_unseen(run: subprocess.CompletedProcess[str], *folders: Path) -> None:
    """No secret in what was printed, and in no file of these folders."""
    texts = [run.stdout.encode(), run.stderr.encode()]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    for content in [*texts, *(path.read_bytes() for path in files)]:
        assert not any(secret.encode() in content for secret in SECRETS)


def test_a_trusted_publisher_needs_no_stored_token(
    canonical: HubServer, benchmark_of_one: Benchmark, tmp_path: Path
) -> None:
    Trust(canonical, f"datasets/{DATASET_REPO}", CANARY)
    run = benchmark_of_one.run(
        canonical, "push", "--from", str(benchmark_of_one.build), home=tmp_path / "home",
        **Trust.environment(canonical), HF_TOKEN=WRITE,
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")
    assert "published: " in run.stdout
    assert canonical.tags(DATASET_REPO).keys() == {"publish-1"}
    assert canonical.tokens_seen() == {CANARY, REQUEST_TOKEN, None}
    exchanged = [seen for seen in canonical.requests if seen.path == "/oauth/token"]
    assert len(exchanged) == 1
    assert_unseen(run, tmp_path / "home", benchmark_of_one.root, benchmark_of_one.build)


def test_a_token_that_ends_soon_is_exchanged_again(
    canonical: HubServer, benchmark_of_one: Benchmark, tmp_path: Path
) -> None:
    Trust(canonical, f"datasets/{DATASET_REPO}", CANARY, seconds=1)
    run = benchmark_of_one.run(
        canonical, "push", "--from", str(benchmark_of_one.build), home=tmp_path / "home",
        **Trust.environment(canonical),
    )  # fmt: skip
    assert run.returncode == 0
    exchanged = [seen for seen in canonical.requests if seen.path == "/oauth/token"]
    assert len(exchanged) > 5


def test_a_publisher_that_is_not_trusted_here_is_refused_and_falls_back_on_nothing(
    canonical: HubServer, benchmark_of_one: Benchmark, tmp_path: Path
) -> None:
    Trust(canonical, "datasets/somebody/else", CANARY)
    run = benchmark_of_one.run(
        canonical, "push", "--from", str(benchmark_of_one.build), home=tmp_path / "home",
        **Trust.environment(canonical), HF_TOKEN=CANARY,
    )  # fmt: skip
    assert run.returncode == 2
    assert "the trusted publisher was refused a token" in run.stderr
    assert canonical.tags(DATASET_REPO) == {}
    assert_unseen(run, tmp_path / "home")


@pytest.mark.parametrize(
    ("token", "words"),
    [("hf_expired", "answers 401"), ("hf_stranger", "answers 403"), ("hf_nobody", "answers 401")],
)
def test_a_token_that_may_not_write_is_told_without_showing_it(
    token: str, words: str, canonical: HubServer, benchmark_of_one: Benchmark, tmp_path: Path
) -> None:
    run = benchmark_of_one.run(
        canonical, "push", "--from", str(benchmark_of_one.build), home=tmp_path, HF_TOKEN=token
    )
    assert run.returncode == 2
    assert words in run.stderr
    assert "Traceback" not in run.stderr
    assert token not in run.stderr + run.stdout


def test_no_token_is_told_with_what_to_do(
    canonical: HubServer, benchmark_of_one: Benchmark, tmp_path: Path
) -> None:
    # What a login left behind is not looked at.
    (tmp_path / "hf_home").mkdir()
    (tmp_path / "hf_home" / "token").write_text("hf_write")
    run = benchmark_of_one.run(
        canonical, "push", "--from", str(benchmark_of_one.build), home=tmp_path
    )
    assert run.returncode == 2
    assert "there is no token to write with" in run.stderr
    assert canonical.tokens_seen() <= {None}


def test_the_secret_of_the_environment_reaches_the_hub_and_nobody_else(
    canonical: HubServer, benchmark_of_one: Benchmark, tmp_path: Path
) -> None:
    for arguments in (
        ["push"],
        ["verify", "--deep"],
        ["yank", "AnswerDetection_Prompts", "--reason", "Labels are wrong."],
    ):
        run = benchmark_of_one.run(
            canonical, *arguments, home=tmp_path / "home", HF_TOKEN=CANARY, HF_DEBUG="1",
            HF_HUB_VERBOSITY="debug",
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        assert_unseen(run, tmp_path / "home", benchmark_of_one.root)
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


def test_no_module_of_the_publisher_prints_or_logs_a_token() -> None:
    root = Path(__file__).parents[2] / "ci"
    for path in root.glob("*.py"):
        assert not re.search(r"(print|log\w*|write)\(.*token", path.read_text()), path.name
