"""A published benchmark to read: every kind of column, a release, and what became of it later."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from huggingface_hub import constants

from ci.build_folder import editor, load
from ci.documents import texts
from ci.hub import Hub
from ci.hub_access import session
from ci.plan import Edit
from ci.publishing import Editor, publish
from ci.release import release
from ci.state import State
from ci.verify import Scope
from ci.yank import retire, withdraw
from evaluation.data import in_folder
from schema.canonical import DATASET_REPO
from schema.manifest import Erratum, Manifest, PublishedInstance
from scripts.loopback import drop_pointers
from tests.flawless import TASK, clip_name, make_task, noise
from tests.hub.accounts import WRITE
from tests.hub.server import Hub as HubServer
from tests.sounds import encode

ROOT = Path(__file__).parents[2]
RELEASE = "2026.1"
TASKS = (
    "DegradationDetection",  # several labels
    "SignalToNoiseRatioEstimation",  # a number
    "SpeakerVerification",  # two clips
    "SpeechEnhancement",  # a clip as the label
    "SpeechTextMatching",  # a text
    "SpokenDigitRecognition",  # a label, groups
)
STEREO = f"{TASK}_Prompts"
DIGITS = "SpokenDigitRecognition_TelephonePrompts"
WITHDRAWN, WHY = "en-0001", "The speaker says two digits."
RETIRED = "SpeechTextMatching_TelephonePrompts-Russian"
WHY_RETIRED = "The transcripts were wrong."


@dataclass(frozen=True)
class World:
    """The Hub that holds it, and the build that it came from."""

    hub: HubServer
    build: Path

    @property
    def built(self) -> Mapping[str, PublishedInstance]:
        """What was released, as the build says."""
        return in_folder(self.build).records


def make_repository(root: Path) -> None:
    """Tasks of this repository, and a task in stereo at 44.1 kHz, finer than 16 bits; committed."""
    for task in TASKS:
        shutil.copytree(ROOT / "tasks" / task, root / "tasks" / task, copy_function=shutil.copy)
    drop_pointers(root / "tasks")
    clips = root.parent / "clips"
    clips.mkdir()
    for number in range(1, 41):
        name = clip_name(number)
        form = "wav-24" if name.endswith(".wav") else "flac-24"
        (clips / name).write_bytes(encode(noise(number, 0.2, 44_100, 2), 44_100, form))
    make_task(root, clips)
    who = ["-c", "user.name=Ada Example", "-c", "user.email=ada@example.org"]
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "as it is"]):
        subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True)


@contextmanager
def published_world(folder: Path) -> Iterator[World]:
    """Build, publish, release; then withdraw an example and retire an instance."""
    root, build = folder / "repository", folder / "build"
    root.mkdir()
    make_repository(root)
    subprocess.run(
        [sys.executable, "-c", PROGRAM, "--to", str(build)], cwd=root, check=True, timeout=200
    )
    with HubServer(folder / "store") as server:
        server.put(DATASET_REPO)
        with _session():
            hub = Hub(DATASET_REPO, lambda: WRITE, endpoint=server.endpoint)
            for number, edit in enumerate(_edits(hub, root, build, folder)):
                publish(hub, edit, _documents)
                if number == 0:
                    release(hub, _documents, RELEASE, Scope())
        yield World(server, build)
    assert not server.crashes, "the test Hub itself broke:\n" + "\n".join(server.crashes)


PROGRAM = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from ci.build import main; main()"


@contextmanager
def _session() -> Iterator[None]:
    """A session of the publisher whose large files go by LFS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        with session():
            yield


def _edits(hub: Hub, root: Path, build: Path, folder: Path) -> Iterator[Editor]:
    yield editor(load(build, root), (), folder / "errata")

    def less(state: State) -> Edit:
        errata = [Erratum(file=WITHDRAWN, reason=WHY)]
        return withdraw(state, hub, DIGITS, errata, folder / "withdrawn")

    yield less
    yield lambda state: retire(state, RETIRED, WHY_RETIRED)


def _documents(manifest: Manifest) -> Mapping[str, bytes]:
    """The card without its plots, which a reader of rows does not see."""
    return {path: text.encode() for path, text in texts(manifest).items()}
