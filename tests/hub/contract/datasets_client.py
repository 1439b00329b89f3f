"""The reader's half with `datasets`: parquet by configuration, whole and streamed; an AudioFolder.

Runs without torchcodec: clips are taken as their bytes. For that reason an AudioFolder is only
listed: its rows are encoded as they are read, streamed or not, and `datasets` does that with
torchcodec whatever is asked for.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from datasets import Audio, get_dataset_config_names, load_dataset, load_dataset_builder
from huggingface_hub import CommitOperationAdd, HfApi

from tests.hub.contract.job import TAG, clip, read_files

AUDIOFOLDER = {
    "metadata.csv": b"file_name,label\nyes.flac,yes\nno.flac,no\n",
    "yes.flac": clip(0),
    "no.flac": clip(1),
}


def rows(dataset: Any) -> list[list[str]]:
    """Label and hash of the clip, row by row, in order of the labels."""
    found = [[row["label"], hashlib.sha256(row["audio"]["bytes"]).hexdigest()] for row in dataset]
    return sorted(found)


def expected() -> dict[str, object]:
    """Step -> what comes of it."""
    hashes = [hashlib.sha256(clip(number)).hexdigest() for number in range(3)]
    words = sorted([label, sha] for label, sha in zip(("yes", "no", "où"), hashes, strict=True))
    return {
        "configurations": ["other_words", "spoken_words"],
        "the rows at the tag": words,
        "the rows at the tag, streamed": words,
        "main has more rows than the tag": True,
        "an AudioFolder's columns and files": [["audio", "label"], sorted(AUDIOFOLDER)],
    }


class Script:
    """Uploads by HfApi, then the steps; each gives what came of it."""

    def __init__(self, job: dict[str, str]) -> None:
        self.api = HfApi()
        self.repo, self.folder = job["repo"], job["private"]
        self.files = read_files(Path(job["folder"]))

    def run(self) -> dict[str, object]:
        tagged = self.commit(self.repo, self.files)
        self.api.create_tag(self.repo, tag=TAG, revision=tagged, repo_type="dataset")
        parquet = self.files["spoken_words/test-00000-of-00001.parquet"]
        self.commit(self.repo, {"spoken_words/test-00001-of-00001.parquet": parquet})
        folder = self.commit(self.folder, AUDIOFOLDER)
        whole = self.load(TAG)
        streamed = self.load(TAG, streaming=True)
        return {
            "configurations": sorted(get_dataset_config_names(self.repo, revision=TAG)),
            "the rows at the tag": rows(whole),
            "the rows at the tag, streamed": rows(streamed),
            "main has more rows than the tag": len(self.load("main")) == 2 * len(whole),
            "an AudioFolder's columns and files": self.audiofolder(folder),
        }

    def load(self, revision: str, streaming: bool = False) -> Any:
        found = load_dataset(
            self.repo, "spoken_words", split="test", revision=revision, streaming=streaming
        )
        return found.cast_column("audio", Audio(decode=False))

    def audiofolder(self, revision: str) -> list[list[str]]:
        builder = load_dataset_builder(self.folder, revision=revision)
        stream = builder.as_streaming_dataset(split="train")
        files = [str(file).rpartition("/")[2] for file in builder.config.data_files["train"]]
        return [sorted(stream.features), sorted(files)]

    def commit(self, repo: str, files: dict[str, bytes]) -> str:
        self.api.create_repo(repo, repo_type="dataset", exist_ok=True)
        operations = [CommitOperationAdd(name, data) for name, data in files.items()]
        done = self.api.create_commit(
            repo, operations, commit_message="Upload", repo_type="dataset"
        )
        return str(done.oid)

    def clean_up(self) -> None:
        for repo in (self.repo, self.folder):
            self.api.delete_repo(repo, repo_type="dataset", missing_ok=True)


def main() -> None:
    script = Script(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    try:
        print(json.dumps(script.run()))
    finally:
        script.clean_up()


if __name__ == "__main__":
    main()
