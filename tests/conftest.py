"""What several test files share: one decode child, and the clips of the flawless task."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.flawless import make_clips
from validators.audio import ClipSource, Decoders
from validators.engine import Measurer
from validators.measurement import Measurement


@pytest.fixture(scope="session")
def decoders() -> Iterator[Decoders]:
    """One real decode child for all tests, without a cache on disk."""
    with Decoders(jobs=1) as shared:
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
