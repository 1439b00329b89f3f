"""`make demo` comes to its end, and says what it did."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import consumers, demo, loopback
from tests.hub.accounts import WRITE


def test_the_demo_can_make_its_change() -> None:
    text = (loopback.ROOT / "tasks" / demo.CHANGED / "instructions.txt").read_text(encoding="utf-8")
    assert text.count(demo.BEFORE) == 1
    assert demo.AFTER not in text


def test_the_token_is_the_test_hubs() -> None:
    assert loopback.TOKEN == WRITE


def test_a_hub_for_a_demo_is_empty_and_a_client_sees_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "somebody's own")
    monkeypatch.setenv("HF_DEBUG", "1")
    with loopback.empty_hub(tmp_path / "store") as hub:
        files = hub.list_repo_files(demo.DATASET_REPO, repo_type="dataset")
        environment = loopback.client(str(hub.endpoint), tmp_path / "home")
    assert files == [".gitattributes"]
    assert environment["HF_ENDPOINT"] == hub.endpoint
    assert environment["HF_TOKEN"] == WRITE
    assert "HF_DEBUG" not in environment


def test_an_unknown_environment_is_refused_with_those_there_are() -> None:
    command = [sys.executable, "-m", "scripts.consumers"]
    listed = subprocess.run(command, cwd=loopback.ROOT, capture_output=True, text=True, check=True)
    assert listed.stdout.split() == list(consumers.ENVIRONMENTS)
    refused = subprocess.run(
        [*command, "datasets1"], cwd=loopback.ROOT, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert "there is no datasets1; one of datasets3, torchcodec is required" in refused.stderr


@pytest.mark.torture
@pytest.mark.timeout(900)
def test_the_story_ends_well() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "scripts.demo"],
        cwd=loopback.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (told.stderr, told.returncode) == ("", 0)
    assert len(re.findall(r"-> One commit: ", told.stdout)) == 2
    assert "-> No commit." in told.stdout
    assert f"publish-2: {demo.AFTER!r} is asked 5 times" in told.stdout
