"""The process: stores that outlive it, connections, the command."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.hub.accounts import WRITE
from tests.hub.raw import ask, commit_body
from tests.hub.repository import StoreError
from tests.hub.server import Hub

ROOT = Path(__file__).parents[2]
API = "/api/datasets/org/data"


def test_a_new_server_on_the_same_store_keeps_everything(tmp_path: Path) -> None:
    with Hub(tmp_path) as hub:
        commit = hub.put("org/data", {"a.txt": b"a", "b.wav": b"b"}, tag="v1", private=True)
        hub.put("org/old", {})
        hub.store.move("org/old", "org/new")
        history = hub.history("org/data")
    with Hub(tmp_path) as hub:
        assert hub.history("org/data") == history
        assert hub.tags("org/data") == {"v1": commit}
        assert hub.read("org/data", "b.wav") == b"b"
        assert hub.store.ids() == ["org/data", "org/new"]
        assert ask(hub.endpoint, "GET", API).status == 401
        assert hub.api().dataset_info("org/old").id == "org/new"


def test_two_servers_cannot_use_one_store(tmp_path: Path) -> None:
    with Hub(tmp_path), pytest.raises(StoreError, match="another server uses"):
        Hub(tmp_path)


def test_a_client_that_holds_its_connection_does_not_keep_the_server_up(tmp_path: Path) -> None:
    with Hub(tmp_path) as hub:
        connection = HTTPConnection("127.0.0.1", hub.port, timeout=20)
        connection.request("GET", "/api/whoami-v2")
        assert connection.getresponse().read()
    assert connection.sock.recv(1) == b""
    connection.close()


def command(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.hub", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_what_a_client_left_behind_can_be_waited_for(tmp_path: Path) -> None:
    with Hub(tmp_path) as hub:
        hub.put("org/data", {})
        held, gone = (HTTPConnection("127.0.0.1", hub.port) for _ in range(2))
        held.request("GET", API)
        held.getresponse().read()
        mine = hub.connections
        gone.request("GET", API)
        gone.getresponse().read()
        with pytest.raises(TimeoutError):
            hub.wait_for_end_of_others(mine, seconds=0.1)
        gone.close()
        hub.wait_for_end_of_others(mine)
        assert hub.connections == mine
        held.close()


def test_the_command_prints_its_endpoint_and_ends_on_a_signal(tmp_path: Path) -> None:
    for name in (signal.SIGTERM, signal.SIGINT):
        with command("--store", str(tmp_path / "store")) as process:
            assert process.stdout
            endpoint = process.stdout.readline().strip()
            answer = ask(endpoint, "GET", "/api/whoami-v2", token=WRITE)
            assert answer.json["name"] == "owner"
            process.send_signal(name)
            assert process.wait(20) == 0


def test_a_killed_server_has_kept_every_commit_that_it_answered(tmp_path: Path) -> None:
    answered: list[str] = []

    def commit_on_and_on(endpoint: str, enough: Event) -> None:
        path = f"{API}/commit/main"
        with suppress(OSError, HTTPException):
            while True:
                body = commit_body(None, **{f"{len(answered)}.txt": "x"})
                answer = ask(endpoint, "POST", path, token=WRITE, body=body)
                answered.append(answer.json["commitOid"])
                if len(answered) == 20:
                    enough.set()

    with command("--store", str(tmp_path)) as process:
        assert process.stdout
        endpoint = process.stdout.readline().strip()
        repo = {"type": "dataset", "name": "data", "organization": "org"}
        ask(endpoint, "POST", "/api/repos/create", token=WRITE, body=repo)
        enough = Event()
        client = Thread(target=commit_on_and_on, args=(endpoint, enough))
        client.start()
        assert enough.wait(60)
        process.kill()
        client.join()
    with Hub(tmp_path) as hub:
        made = [commit.oid for commit in reversed(hub.history("org/data"))][1:]
        assert made[: len(answered)] == answered
        assert len(made) <= len(answered) + 1
        hub.put("org/data", {"after.txt": b""})


def test_the_command_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    start = (
        "import subprocess, sys; subprocess.Popen([sys.executable, '-m', 'tests.hub'])"
        "; sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", start],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        endpoint = parent.stdout.readline().strip()
        assert ask(endpoint, "GET", "/api/whoami-v2", token=WRITE).status == 200
        os.kill(parent.pid, signal.SIGKILL)
        # The pipe closes when the last process that holds it, the server, has ended.
        assert parent.stdout.read() == ""


def test_the_command_says_why_it_cannot_start(tmp_path: Path) -> None:
    with Hub(tmp_path) as hub:
        for arguments in (["--store", str(tmp_path)], ["--port", str(hub.port)]):
            with command(*arguments) as process:
                _, error = process.communicate(timeout=20)
                assert process.returncode == 2
                assert error.startswith("cannot start: ")
