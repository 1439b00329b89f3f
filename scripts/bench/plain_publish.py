"""What publishing is compared with: rows written by pyarrow, one commit. Nothing is checked, read
back or tagged.

python -m scripts.bench.plain_publish BUILD SCRATCH
"""

import sys
from pathlib import Path

import pyarrow.parquet as pq
from huggingface_hub import CommitOperationAdd, HfApi

from schema.canonical import DATASET_REPO


def main() -> None:
    """Write every file of rows of a build again, and upload them."""
    build, scratch = (Path(argument) for argument in sys.argv[1:])
    operations = []
    for file in sorted(build.glob("data/*/*.parquet")):
        path = file.relative_to(build).as_posix()
        copy = scratch / path
        copy.parent.mkdir(parents=True)
        pq.write_table(pq.read_table(file), copy)
        operations.append(CommitOperationAdd(path, copy))
    HfApi().create_commit(DATASET_REPO, operations, commit_message="Upload", repo_type="dataset")


if __name__ == "__main__":
    main()
