"""What the clients are told to do, and what each must find."""

import hashlib
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import soundfile

CARD = """---
license: cc0-1.0
language: en
configs:
- config_name: spoken_words
  data_files:
  - split: test
    path: spoken_words/test-*.parquet
- config_name: other_words
  data_files:
  - split: test
    path: other_words/test-*.parquet
---
# Contract
"""
LABELS = ("yes", "no", "où")
TAG = "v1"


@dataclass(frozen=True)
class Job:
    """A run of the script: where, in which repository, with which files.

    `private` names a second repository, which is made private and then asked for without a token.
    Both are deleted at the end.
    """

    endpoint: str
    repo: str
    private: str
    folder: str

    def write(self, path: Path) -> Path:
        """As a file that a client's process reads; the token comes by the environment."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return path


def clip(number: int) -> bytes:
    """A tenth of a second of sound as FLAC."""
    t = np.arange(1600) / 16_000
    buffer = io.BytesIO()
    soundfile.write(
        buffer, np.sin(2 * np.pi * 220 * (number + 1) * t) / 2, 16_000, "PCM_16", format="FLAC"
    )
    return buffer.getvalue()


def table(config: str) -> bytes:
    """A configuration's rows as parquet: embedded clips, scalar columns."""
    names = [f"{config}_{number}.flac" for number in range(len(LABELS))]
    rows = pa.table(
        {
            "file": names,
            "audio": [{"bytes": clip(n), "path": name} for n, name in enumerate(names)],
            "instruction": ["Which word is said?"] * len(names),
            "label": list(LABELS),
        }
    )
    features = {
        "file": {"dtype": "string", "_type": "Value"},
        "audio": {"sampling_rate": 16_000, "decode": True, "_type": "Audio"},
        "instruction": {"dtype": "string", "_type": "Value"},
        "label": {"dtype": "string", "_type": "Value"},
    }
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    buffer = io.BytesIO()
    pq.write_table(rows.replace_schema_metadata(metadata), buffer)
    return buffer.getvalue()


def make_files(folder: Path) -> None:
    """What is uploaded: a card, a regular file below a folder, parquet of two configurations."""
    files = {
        "README.md": CARD.encode(),
        "notes/größe.txt": b"a name outside ASCII\n",
        "spoken_words/test-00000-of-00001.parquet": table("spoken_words"),
        "other_words/test-00000-of-00001.parquet": table("other_words"),
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def read_files(folder: Path) -> dict[str, bytes]:
    """The files below a folder, by their names in the repository."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def expected(folder: Path) -> dict[str, object]:
    """Step -> what comes of it, the same for every client and every Hub."""
    files = read_files(folder)
    parquet = files["spoken_words/test-00000-of-00001.parquet"]
    return {
        "somebody is logged in": True,
        "making a repository twice": "one repository",
        "commits by the upload": 1,
        "a stale parent": 412,
        "commits by the same upload again": 0,
        "the tag names the commit": True,
        "files listed": {name: len(content) for name, content in files.items()},
        "hashes listed": {
            name: hashlib.sha256(content).hexdigest()
            for name, content in files.items()
            if name.endswith(".parquet")
        },
        "files downloaded at the tag": {
            name: hashlib.sha256(content).hexdigest() for name, content in files.items()
        },
        "the last eight bytes": parquet[-8:].hex(),
        "a file that is not there": "not found",
        "a private repository without a token": "refused",
    }
