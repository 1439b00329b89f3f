"""Runs in a child: the rows of parquet files as JSON Lines, without the bytes of clips.

python -I parquet_rows.py FILE...: an exported dataset is a stranger's; what reads it may crash.
"""

import json
import resource
import sys
from importlib import import_module
from typing import Any

CPU_SECONDS = 120
MOST_ROWS = 200_000


def main(paths: list[str]) -> int:
    """Print a line for every row."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    parquet: Any = import_module("pyarrow.parquet")  # after the limits
    count = 0
    for path in paths:
        file = parquet.ParquetFile(path)
        classes = _classes(file.schema_arrow.metadata or {})
        names = file.schema_arrow.names
        kept = [column for name in names for column in _readable(file.schema_arrow, name)]
        for batch in file.iter_batches(batch_size=1000, columns=kept):
            for row in batch.to_pylist():
                count += 1
                if count > MOST_ROWS:
                    sys.stderr.write(f"more than {MOST_ROWS:,} rows")
                    return 1
                cells = {name: _cell(row.get(name), classes.get(name)) for name in names}
                sys.stdout.write(json.dumps(cells, ensure_ascii=False) + "\n")
    return 0


def _readable(schema: Any, name: str) -> list[str]:
    """The columns to read for one: of a clip, the path alone; of bytes, nothing."""
    types: Any = import_module("pyarrow.types")
    kind = schema.field(name).type
    if types.is_struct(kind):
        return [f"{name}.{part.name}" for part in kind if part.name == "path"]
    return [] if types.is_binary(kind) or types.is_large_binary(kind) else [name]


def _classes(metadata: dict[bytes, bytes]) -> dict[str, list[str]]:
    """The names of class labels, by column, as `datasets` keeps them."""
    info = json.loads(metadata.get(b"huggingface", b"{}")).get("info", {})
    return {
        name: feature["names"]
        for name, feature in info.get("features", {}).items()
        if isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
    }


def _cell(value: Any, classes: list[str] | None) -> Any:
    if isinstance(value, dict):
        return value.get("path") or ""
    if classes and isinstance(value, int) and 0 <= value < len(classes):
        return classes[value]
    return value if isinstance(value, str | int | float | bool | list | None) else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
