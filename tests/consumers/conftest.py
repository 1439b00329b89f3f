"""The published benchmark that consumers read."""

from collections.abc import Iterator

import pytest

from tests.consumers.world import World, published_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Published once for all tests, which only read."""
    with published_world(tmp_path_factory.mktemp("consumers")) as running:
        yield running
