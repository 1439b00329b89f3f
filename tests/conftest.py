"""What all tests share: decode children, the flawless task's clips, full strength on request."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.canary import pytest_runtest_makereport  # noqa: F401 (a hook)
from tests.flawless import make_clips
from tests.hub.fixtures import hub  # noqa: F401 (tests take it by its name)
from validators.audio import Decoders
from validators.clips import ClipSource
from validators.engine import Measurer
from validators.measurement import Measurement

FULL_STRENGTH = bool(os.environ.get("TORTURE"))
"""Set by `make torture`: run the tests marked so, and twenty times the generated inputs."""

settings.register_profile("default", deadline=None)
settings.register_profile("torture", deadline=None, max_examples=2_000)
settings.load_profile("torture" if FULL_STRENGTH else "default")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `torture`, unless it is asked for."""
    left_out = [item for item in items if item.get_closest_marker("torture") and not FULL_STRENGTH]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def decoders() -> Iterator[Decoders]:
    """One real decode child for all tests, without a cache on disk; a start costs 0.3 s.

    It measures all that there is: some tests build what they have checked.
    """
    with Decoders(jobs=1, hashing=True) as shared:
        yield shared


@pytest.fixture(scope="session")
def measure(decoders: Decoders) -> Measurer:
    """Real measurements; a clip that comes back in the next test is not decoded again."""
    known: dict[str, Measurement] = {}

    def measured(clips: Iterable[ClipSource]) -> Iterator[tuple[ClipSource, Measurement]]:
        wanted = list(clips)
        new = [clip for clip in wanted if str(clip.key) not in known]
        known.update({str(clip.key): sound for clip, sound in decoders.measure(new)})
        return ((clip, known[str(clip.key)]) for clip in wanted)

    return measured


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the flawless task's clips, made once."""
    folder = tmp_path_factory.mktemp("clips")
    make_clips(folder)
    return folder
