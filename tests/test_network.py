"""The check and its tests need no network, and no document makes them look for one."""

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing.exceptions import Unresolvable

from schema.export import json_schema
from tests.conftest import FULL_STRENGTH
from tests.isolation import without_network
from tests.test_schema import MODELS, NO_RETRIEVAL, TASK, dumped, verdicts

ROOT = Path(__file__).parents[1]
PART = ["tests/rules/test_pointer.py", "tests/test_check.py"]
WHOLE = ["tests/rules", "--ignore", "tests/rules/test_hub.py",  # whose Hub is on loopback
         "tests/test_check.py", "tests/test_engine.py", "tests/test_schema.py",
         "tests/test_audio.py", "tests/test_fix.py", "tests/test_strict_json.py"]  # fmt: skip


@pytest.fixture(scope="module")
def isolated() -> list[str]:
    """Python in a network namespace of its own."""
    way = without_network()
    if not way:
        reason = "this system lets no process leave the network (unshare -n, sudo unshare -n)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(f"NOT TESTED: {reason}")
    return [*way, sys.executable]


def run(command: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(
        [*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False,
        env=environment,
    )  # fmt: skip


def test_the_namespace_has_no_network(isolated: list[str]) -> None:
    connect = "import socket; socket.create_connection(('127.0.0.1', 9), timeout=5)"
    assert "unreachable" in run(isolated, "-c", connect).stderr


def test_the_repository_is_checked_without_a_network(isolated: list[str]) -> None:
    checked = run(isolated, "-m", "validators.check", "--offline", "--no-cache", "--jobs", "1")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert " pass" in checked.stdout


@pytest.mark.timeout(1200)
def test_the_suite_passes_without_a_network(isolated: list[str]) -> None:
    """A part of the tests of the check; with TORTURE=1 most of them."""
    tests = WHOLE if FULL_STRENGTH else PART
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    suite = run(isolated, "-m", "pytest", *options, *tests)
    assert suite.returncode == 0, suite.stdout[-3_000:] + suite.stderr
    assert " passed" in suite.stdout


# -- references in documents and schemas ----------------------------------------------------------


@pytest.fixture
def address() -> Iterator[tuple[str, list[str]]]:
    """A server that notes what it is asked for."""
    asked: list[str] = []

    class Noting(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Noting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/x.json", asked
        server.shutdown()


def test_without_our_registry_it_would_be_fetched(address: tuple[str, list[str]]) -> None:
    where, asked = address
    with pytest.warns(DeprecationWarning, match="remote"):
        jsonschema.Draft202012Validator({"$ref": where}).is_valid({})
    assert asked == ["/x.json"]


@pytest.mark.parametrize("key", ["$schema", "$ref", "$id", "$dynamicRef", "$recursiveRef"])
def test_no_reference_of_a_document_is_fetched(key: str, address: tuple[str, list[str]]) -> None:
    where, asked = address
    for document in (TASK | {key: where}, TASK | {"output": {key: where}}):
        verdicts("task", dumped(document))
    assert asked == []


def test_no_reference_of_a_schema_is_fetched(address: tuple[str, list[str]]) -> None:
    where, asked = address
    validator = jsonschema.Draft202012Validator({"$ref": where}, registry=NO_RETRIEVAL)
    with pytest.raises(Unresolvable):
        validator.is_valid({})
    assert asked == []


@pytest.mark.parametrize("name", MODELS)
def test_our_schemas_refer_to_themselves_only(name: str) -> None:
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            yield from (value for key, value in node.items() if key in ("$ref", "$dynamicRef"))
            node = list(node.values())
        if isinstance(node, list):
            for inner in node:
                yield from references(inner)

    assert all(reference.startswith("#") for reference in references(json_schema(MODELS[name])))
