"""The same script with every client, unmodified, against the test Hub."""

import json
from pathlib import Path

import pytest

from scripts import javascript
from tests.components import javascript_packages
from tests.hub.accounts import WRITE
from tests.hub.contract.run import CLIENTS, run
from tests.hub.server import Hub


def test_the_javascript_packages_are_pinned_by_hash_and_name_no_registry() -> None:
    declared = json.loads((javascript.PINNED / "package.json").read_text(encoding="utf-8"))
    pinned = json.loads((javascript.PINNED / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: found for name, found in pinned["packages"].items() if name}
    assert declared["dependencies"]
    for name, version in declared["dependencies"].items():
        assert packages[f"node_modules/{name}"]["version"] == version
    for found in packages.values():
        assert found["integrity"].startswith("sha512-")
        assert "resolved" not in found


def need_a_local_xet_store(folder: Path) -> None:
    """Skip where hf_xet does not keep files in a folder, which it does not promise to do."""
    hf_xet = pytest.importorskip("hf_xet", reason="hf_xet has no wheel for this machine")
    store = {"endpoint": f"local://{folder}", "token": "local", "token_expiry_unix_secs": 2**40}
    try:
        with hf_xet.XetSession().new_upload_commit(**store) as commit:
            commit.start_upload_bytes(b"probe", sha256=hf_xet.COMPUTE_SHA256)
    except Exception as error:  # whichever kind it is, it says that the store is gone
        pytest.skip(f"hf_xet no longer keeps files in a folder: {error}")


@pytest.mark.parametrize(
    "client",
    [pytest.param(c, marks=pytest.mark.network if c == "javascript" else ()) for c in CLIENTS],
)
def test_every_client_finds_what_it_must(client: str, hub: Hub, tmp_path: Path) -> None:
    if client == "javascript":
        javascript_packages()
    if client == "xet":
        need_a_local_xet_store(tmp_path / "probe")
    steps = run(client, "org/contract", hub.environment(tmp_path, WRITE), tmp_path)
    assert {step.name: step.found for step in steps} == {s.name: s.expected for s in steps}
    assert hub.store.ids() == []
    assert {r.token for r in hub.requests if r.path.startswith(("/blobs/", "/parts/"))} <= {None}
    if client == "xet":
        assert not [r for r in hub.requests if r.path.startswith("/blobs/") and r.method == "PUT"]
        assert [r for r in hub.requests if "/xet-write-token/" in r.path]
