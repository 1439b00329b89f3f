"""Our own helper, `evaluation.data`: what it gives, and what it refuses."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from evaluation.clips import Clip, decode
from evaluation.data import DataError, in_folder, load, on_hub
from schema.manifest import MANIFEST_PATH
from tests.consumers.world import DIGITS, RELEASE, RETIRED, ROOT, STEREO, WITHDRAWN, World
from tests.hub.fixtures import point_at
from tests.sounds import encode, int16

NUMBERS = "SignalToNoiseRatioEstimation_TelephonePrompts-WhiteNoise"


@pytest.fixture
def pointed(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world, with huggingface_hub in this process pointed at its Hub."""
    point_at(world.hub, tmp_path / "hf_home", monkeypatch)
    return world


def test_the_hub_and_the_build_folder_give_the_same_examples(pointed: World) -> None:
    there, here = list(load(STEREO, revision=RELEASE)), list(in_folder(pointed.build).load(STEREO))
    assert [example.file for example in there] == [example.file for example in here]
    for one, other in zip(there, here, strict=True):
        assert (one.instruction, one.label, one.groups) == (
            other.instruction, other.label, other.groups,
        )  # fmt: skip
        assert np.array_equal(samples(one.inputs["audio"]), samples(other.inputs["audio"]))


def samples(clip: object) -> np.ndarray:  # type: ignore[type-arg]
    assert isinstance(clip, Clip)
    return clip.samples


def test_a_clip_is_float32_of_frames_and_channels_at_its_own_rate(world: World) -> None:
    stereo = next(in_folder(world.build).load(STEREO)).inputs["audio"]
    assert isinstance(stereo, Clip)
    assert (stereo.samples.shape, stereo.samples.dtype) == ((8820, 2), np.float32)
    assert (stereo.rate, stereo.seconds) == (44_100, 0.2)
    assert stereo.name == "c01.flac"
    mono = next(in_folder(world.build).load(DIGITS)).inputs["audio"]
    assert isinstance(mono, Clip)
    assert (mono.samples.shape[1], mono.rate) == (1, 8000)


def test_full_scale_is_one() -> None:
    clip = decode(encode(int16(-32768, 0, 1, 32767), 8000, "flac-16"), "edge.flac")
    assert clip.samples[:, 0].tolist() == [-1.0, 0.0, 1 / 32768, 32767 / 32768]


def test_a_label_has_the_type_of_its_output(world: World) -> None:
    benchmark = in_folder(world.build)
    labels = {name: next(benchmark.load(name)).label for name in benchmark.instances}
    assert labels[DIGITS] == "7"
    assert labels["DegradationDetection_TelephonePrompts"] == ("background noise",)
    assert labels[NUMBERS] == 14.8
    assert isinstance(labels["SpeechEnhancement_TelephonePrompts-PinkNoise"], Clip)


def test_inputs_and_groups_stand_under_their_names_in_order(world: World) -> None:
    benchmark = in_folder(world.build)
    pair = next(benchmark.load("SpeakerVerification_TelephonePrompts"))
    assert list(pair.inputs) == ["audio", "audio2"]
    match = next(benchmark.load(RETIRED))
    assert list(match.inputs) == ["audio", "text"]
    assert match.inputs["text"] == "Ваш микрофон включён."
    digit = next(benchmark.load(DIGITS))
    assert digit.groups == {"language": "en-US", "speaker": "Allison Smith", "gender": "female"}


def test_a_withdrawn_example_is_missing_from_the_head_and_the_others_stay(pointed: World) -> None:
    before, after = list(load(DIGITS, revision=RELEASE)), list(load(DIGITS, revision="main"))
    kept = [example for example in before if example.file != WITHDRAWN]
    assert len(kept) == len(before) - 1
    asked = [(example.file, example.instruction, example.label) for example in kept]
    assert [(example.file, example.instruction, example.label) for example in after] == asked


def test_a_retired_instance_is_refused_with_its_reason(pointed: World) -> None:
    benchmark = on_hub("main")
    assert RETIRED not in benchmark.instances
    with pytest.raises(DataError, match=r"was retired: The transcripts were wrong\."):
        benchmark.load(RETIRED)
    assert len(list(load(RETIRED, revision=RELEASE))) == 80


def test_what_is_not_there_is_said_with_what_is(pointed: World) -> None:
    with pytest.raises(DataError, match=f"2026.1 has no Digits; it has .*{DIGITS}"):
        load("Digits", revision=RELEASE)
    with pytest.raises(DataError, match=r"at 1999\.1: manifest\.json: "):
        load(DIGITS, revision="1999.1")
    with pytest.raises(DataError, match=r"org/nothing at main: manifest\.json: "):
        load(DIGITS, revision="main", repo_id="org/nothing")


def test_a_file_that_is_not_the_published_one_is_refused(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "build"
    shutil.copytree(world.build, folder)
    (rows,) = (folder / "data" / DIGITS).iterdir()
    content = bytearray(rows.read_bytes())
    content[len(content) // 2] ^= 1
    rows.write_bytes(content)
    with pytest.raises(DataError, match="is not the file that was published"):
        list(in_folder(folder).load(DIGITS))


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"build\.json cannot be read: No such file"):
        in_folder(tmp_path)
    (tmp_path / MANIFEST_PATH).write_text('{"schema_version": 2}')
    with pytest.raises(DataError, match=r"manifest\.json is none that this version reads: "):
        in_folder(tmp_path)


def test_bytes_that_are_no_sound_are_refused() -> None:
    with pytest.raises(ValueError, match=re.escape("a.flac cannot be decoded: ")):
        decode(b"fLaC but nothing else", "a.flac")


def test_importing_the_helper_imports_nothing_heavy() -> None:
    program = "import sys, evaluation.data; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    heavy = {"numpy", "pyarrow", "soundfile", "huggingface_hub", "datasets", "torch"}
    assert not heavy & set(run.stdout.split())
