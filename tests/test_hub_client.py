"""What the Hub says of a dataset: read from its own words, and checked, as a stranger's are."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from validators.http_client import Trouble
from validators.hub_client import HubDataset, HubFile, Refusal, session

ROOT = Path(__file__).parents[1]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
SPEECH = {"id": "ada/speech", "gated": False, "private": False, "disabled": False, "sha": COMMIT}


@contextmanager
def saying(answer: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A Hub that answers whatever it is asked with this; gives the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(constants, "ENDPOINT", address)
        try:
            with session():
                yield asked
        finally:
            server.shutdown()
            thread.join()


def test_a_listing_is_of_files_only_with_the_digests_that_the_hub_knows(monkeypatch):
    said = [
        {"type": "directory", "path": "data", "oid": "1", "size": 0},
        {"type": "file", "path": "README.md", "oid": "2", "size": 12},
        {"type": "file", "path": "data/x.parquet", "oid": "3", "size": 4,
         "lfs": {"oid": "ab" * 32, "size": 4, "pointerSize": 130}},
    ]  # fmt: skip
    with saying(said, monkeypatch) as asked:
        found = HubDataset("ada/speech", COMMIT).files()
    assert found == {
        "README.md": HubFile("README.md", 12, None),
        "data/x.parquet": HubFile("data/x.parquet", 4, "ab" * 32),
    }
    assert [path.partition("?")[0] for path in asked] == [f"/api/datasets/ada/speech/tree/{COMMIT}"]


@pytest.mark.parametrize(
    "said",
    [
        {"error": "none"},
        "text",
        5,
        None,
        [1],
        [{}],
        [{"type": "file"}],
        [{"type": "file", "path": 1, "size": 1}],
        [{"type": "file", "path": "x", "size": "1"}],
        [{"type": "file", "path": "x", "size": -1}],
        [{"type": "file", "path": "x", "size": True}],
        [{"type": "file", "path": "x", "size": 1, "lfs": {"size": 1}}],
        [{"type": "file", "path": "x", "size": 1, "lfs": {"oid": 7}}],
        [{"type": "file", "path": "x", "size": 1, "lfs": [1]}],
    ],
)
def test_a_listing_that_makes_no_sense_is_trouble(said, monkeypatch):
    with (
        saying(said, monkeypatch),
        pytest.raises(Trouble, match="the Hub's answer cannot be read"),
    ):
        HubDataset("ada/speech", COMMIT).files()


@pytest.mark.parametrize("said", [None, 5, "text", [], [SPEECH], {}, {"id": 5}, {"id": None}])
def test_a_description_that_makes_no_sense_is_trouble(said, monkeypatch):
    with (
        saying(said, monkeypatch),
        pytest.raises(Trouble, match="the Hub's answer cannot be read"),
    ):
        HubDataset("ada/speech", COMMIT).check_access()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"id": "ada/voices"}, "renamed"),
        ({"gated": "auto"}, "gated"),
        ({"gated": "manual"}, "gated"),
        ({"private": True}, "gated"),
        ({"disabled": True}, "missing"),
        ({"sha": COMMIT[::-1]}, "revision"),
    ],
)
def test_a_dataset_that_not_everybody_may_read_as_it_is_named_is_refused(said, kind, monkeypatch):
    with saying(SPEECH | said, monkeypatch), pytest.raises(Refusal) as refusal:
        HubDataset("ada/speech", COMMIT).check_access()
    assert refusal.value.kind == kind


def test_a_dataset_is_found_whatever_its_capitals_and_without_its_commit_said(monkeypatch):
    with saying(SPEECH | {"id": "Ada/Speech", "sha": None}, monkeypatch) as asked:
        HubDataset("ada/speech", COMMIT).check_access()
    (path,) = asked
    assert path.startswith(f"/api/datasets/ada/speech/revision/{COMMIT}?")


@pytest.mark.parametrize("name", ["ada/../models", "a/b/c", "ada/speech?x", "ada--x/y", ""])
def test_of_a_name_that_no_dataset_has_nothing_is_asked(name, monkeypatch):
    dataset = HubDataset(name, COMMIT)
    with saying(SPEECH, monkeypatch) as asked:
        for ask in (dataset.check_access, dataset.files):
            with pytest.raises(Refusal) as refusal:
                ask()
            assert refusal.value.kind == "missing"
    assert asked == []


def test_what_reads_the_hub_does_not_load_all_that_could_be_done_there():
    program = "import sys, validators.hub_source; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    assert "huggingface_hub" in loaded
    assert not {"huggingface_hub.hf_api", "pyarrow", "numpy"} & loaded
