"""The `hub` fixture: a fresh Hub per test, and nothing of this machine's caches or tokens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.server import Hub


def point_at(running: Hub, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let huggingface_hub in this process see this Hub only, with a cache of its own in `home`."""
    from huggingface_hub import constants

    url = constants.HUGGINGFACE_CO_URL_TEMPLATE.removeprefix(constants.ENDPOINT)
    for name, value in {
        "ENDPOINT": running.endpoint,
        "HUGGINGFACE_CO_URL_TEMPLATE": running.endpoint + url,
        "HF_HOME": str(home),
        "HF_HUB_CACHE": str(home / "hub"),
        "HF_XET_CACHE": str(home / "xet"),
        "HF_TOKEN_PATH": str(home / "token"),
        "HF_STORED_TOKENS_PATH": str(home / "stored_tokens"),
        "HF_HUB_DISABLE_XET": True,
    }.items():
        monkeypatch.setattr(constants, name, value)
    for name in ("HF_TOKEN", "HF_OIDC_RESOURCE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub on a free port with an empty store.

    huggingface_hub in this process is pointed at it as well, with a cache of its own: what a test
    forgets to say must not reach the real Hub, nor the files of another test. `datasets` reads its
    endpoint when it is imported, so it is run in a subprocess with `hub.environment(tmp_path)`.
    """
    with Hub(tmp_path / "hub_store") as running:
        point_at(running, tmp_path / "hf_home", monkeypatch)
        yield running
    assert not running.crashes, "the test Hub itself broke:\n" + "\n".join(running.crashes)
