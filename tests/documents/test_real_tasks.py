"""The documents of the repository's own tasks, as those who load them meet them."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import mlcroissant
import numpy as np
import pytest
import soundfile
from huggingface_hub import DatasetCard

from ci.documents import documents, texts
from tests.documents.conftest import Built
from tests.hub.server import Hub

CONFIG = "SpokenDigitRecognition_TelephonePrompts"


@pytest.fixture(scope="module")
def made(built: Built) -> dict[str, bytes]:
    return documents(built.manifest)


def blocks(card: str) -> list[str]:
    """The Python code of a card."""
    return re.findall(r"^```python\n(.*?)^```$", card, flags=re.DOTALL | re.MULTILINE)


def put(hub: Hub, built: Built, made: dict[str, bytes]) -> None:
    """Put the documents and all data on the Hub."""
    data = {path: (built.folder / path).read_bytes() for path in _paths(built)}
    hub.put(built.manifest.repo_id, made | data, tag="publish-1")


def _paths(built: Built) -> list[str]:
    return [file.path for entry in built.manifest.instances for file in entry.files]


def run(program: str, hub: Hub, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], env=hub.environment(folder), cwd=folder,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def first_samples(built: Built) -> tuple[int, float]:
    """Number and sum of the samples of the first row, read by pyarrow and soundfile alone."""
    import pyarrow.parquet

    path = next(built.folder / path for path in _paths(built) if CONFIG in path)
    row = pyarrow.parquet.read_table(path).slice(0, 1).to_pylist()[0]
    samples, _ = soundfile.read(io.BytesIO(row["audio"]["bytes"]), dtype="float32")
    return len(samples), float(np.abs(samples).sum())


def test_the_code_on_the_card_runs_as_it_stands(
    hub: Hub, tmp_path: Path, built: Built, made: dict[str, bytes]
) -> None:
    """Save for the last line of the first block, which needs torchcodec."""
    put(hub, built, made)
    with_torchcodec, without, arrow = blocks(made["README.md"].decode())
    assert ".get_all_samples()" in with_torchcodec.splitlines()[-1]
    plain = "\n".join(with_torchcodec.splitlines()[:-2])
    ask = 'rows = rows.cast_column("audio", __import__("datasets").Audio(decode=False))\n'
    shown = run(
        f'{plain}\n{ask}print(rows[0]["instruction"], rows.features["label"])', hub, tmp_path
    )
    assert "0, 1, 2, 3, 4, 5, 6, 7, 8, 9" in shown
    shown = run(f"{without}\nprint(len(samples), abs(samples).sum(), rate)", hub, tmp_path)
    length, total = first_samples(built)
    assert [float(word) for word in shown.split()] == [length, pytest.approx(total), 8000]
    assert run(f"{arrow}\nprint(flac[:4])", hub, tmp_path) == "b'fLaC'\n"


def test_without_a_configuration_datasets_lists_them(
    hub: Hub, tmp_path: Path, built: Built, made: dict[str, bytes]
) -> None:
    put(hub, built, made)
    shown = run(
        "from datasets import get_dataset_config_names, load_dataset\n"
        f'print(*get_dataset_config_names("{built.manifest.repo_id}"))\n'
        "try:\n"
        f'    load_dataset("{built.manifest.repo_id}", split="test")\n'
        "except ValueError as error:\n"
        '    print("refused:", "Config name is missing" in str(error))\n',
        hub, tmp_path,
    )  # fmt: skip
    names, refused = shown.splitlines()[-2:]
    assert names.split() == [entry.instance for entry in built.manifest.instances]
    assert refused == "refused: True"


def test_the_hub_takes_the_card(hub: Hub, made: dict[str, bytes]) -> None:
    assert hub.endpoint
    DatasetCard(made["README.md"].decode()).validate()


@pytest.mark.parametrize(
    "name",
    [
        CONFIG,
        "SpeechEnhancement_TelephonePrompts-PinkNoise",
        "DegradationDetection_TelephonePrompts",
    ],
)
def test_mlcroissant_reads_every_row_and_checks_every_sum(built: Built, name: str) -> None:
    found = json.loads(texts(built.manifest)["croissant.json"])
    dataset = mlcroissant.Dataset(
        jsonld=found, mapping={path: built.folder / path for path in _paths(built)}
    )
    assert not dataset.metadata.ctx.issues.errors
    entry = next(entry for entry in built.manifest.instances if entry.instance == name)
    rows = list(dataset.records(name))
    assert len(rows) == entry.rows
    assert list(rows[0]) == [f"{name}/{column.name}" for column in entry.columns]
    clips = [column.name for column in entry.columns if column.type == "audio"]
    assert all(row[f"{name}/{clip}"][:4] == b"fLaC" for row in rows for clip in clips)


def test_mlcroissant_refuses_other_bytes(built: Built, tmp_path: Path) -> None:
    entry = built.manifest.instances[0]
    other = tmp_path / "other.parquet"
    other.write_bytes((built.folder / built.manifest.instances[1].files[0].path).read_bytes())
    dataset = mlcroissant.Dataset(
        jsonld=json.loads(texts(built.manifest)["croissant.json"]),
        mapping={entry.files[0].path: other},
    )
    with pytest.raises(mlcroissant.GenerationError):
        next(iter(dataset.records(entry.instance)))


def test_every_instance_and_every_source_is_on_the_card(
    built: Built, made: dict[str, bytes]
) -> None:
    shown = made["README.md"].decode()
    for entry in built.manifest.instances:
        assert shown.count(f"| `{entry.instance}` |") == 1
        for source in entry.declared_instance.sources:
            assert source.url in made["LICENSE.md"].decode()
            assert f"`{source.url}`" in shown
    assert "wife Paola Dal Zot; the originals, updates and further prompts are at" in shown
    assert len(shown) < 120_000
