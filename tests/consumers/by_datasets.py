"""Rows read by `datasets`: python by_datasets.py REPO REVISION bytes|decoded INSTANCE ...

Prints one JSON object: the version, and by instance the names of columns and the rows. For a clip
stands what docs/rows.md calls `pcm_sha256`, of the samples that the reader decoded.

Runs in a consumer's environment, whatever that holds, and imports nothing of the project.
"""

import hashlib
import io
import json
import sys
from importlib.metadata import version
from typing import Any

import numpy as np
from datasets import Audio, load_dataset


def sound(samples: Any, rate: int) -> str:
    """Of samples with the shape (frames,) or (channels, frames)."""
    frames = np.atleast_2d(samples).T
    whole = frames.astype(np.float64) * 32768
    assert np.array_equal(whole, np.rint(whole)), "samples are not what 16 bits hold"
    head = f"{rate} {frames.shape[1]}\n".encode()
    return hashlib.sha256(head + whole.astype("<i2").tobytes("C")).hexdigest()


def value(cell: Any) -> Any:
    """What a cell holds, as JSON can say it."""
    if isinstance(cell, dict) and "array" in cell:  # datasets 3, by soundfile
        return sound(cell["array"], cell["sampling_rate"])
    if isinstance(cell, dict):
        import soundfile

        samples, rate = soundfile.read(io.BytesIO(cell["bytes"]), dtype="float32")
        return sound(samples.T, rate)
    if hasattr(cell, "get_all_samples"):  # torchcodec
        found = cell.get_all_samples()
        return sound(found.data.numpy(), found.sample_rate)
    return cell


def main() -> None:
    repo, revision, how, *instances = sys.argv[1:]
    found: dict[str, Any] = {"datasets": version("datasets"), "rows": {}, "columns": {}}
    for instance in instances:
        rows = load_dataset(repo, instance, split="test", revision=revision)
        clips = [name for name, feature in rows.features.items() if isinstance(feature, Audio)]
        if how == "bytes":
            for name in clips:
                rows = rows.cast_column(name, Audio(decode=False))
        found["columns"][instance] = rows.column_names
        found["rows"][instance] = [[value(cell) for cell in row.values()] for row in rows]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
