"""A test Hub with an empty dataset repository, and a session of the publisher."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.server import Hub as HubServer
from tests.publish_faults.world import prepare, short_session


@pytest.fixture
def server(tmp_path: Path) -> Iterator[HubServer]:
    """The Hub; inside, a session with short limits."""
    with HubServer(tmp_path / "store") as running, short_session():
        prepare(running)
        yield running
    assert not running.crashes, "the test Hub itself broke:\n" + "\n".join(running.crashes)
