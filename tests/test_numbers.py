"""docs/task_format.md names every limit that the code sets, with the code's value.

A new number in a module of these must be put into the table below or be said to be internal.
"""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from schema.export import json_schema
from schema.instance import Instance
from schema.task import Task
from tests.test_docs import PAGE

NUMBERS = PAGE.partition("## Numbers\n")[2].partition("\n## ")[0]


def percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def count(noun: str):
    return lambda value: f"{value:,} {noun}"


NAMED: dict[str, dict[str, Any]] = {
    "schema.task": {"MAX_LABELS": count("entries")},
    "validators.folder": {
        "TEXT_CAP": count("bytes"), "METADATA_CAP": count("bytes"), "DATA_CAP": count("bytes"),
        "MAX_INSTANCES": lambda n: f"instances of a task | {n}",
    },
    "validators.source": {"MAX_ROWS": count("rows"), "MAX_COLUMNS": count("columns")},
    "validators.tree": {
        "MAX_ENTRIES": lambda n: f"files and folders of a task | {n - 1:,}",
        "MAX_LEVELS": lambda n: f"folders in one another, the task's own not counted | {n - 1} lev",
    },
    "validators.strict_json": {
        "MAX_DEPTH": count("levels"), "MAX_INTEGER": lambda n: f"2^{n.bit_length() - 1} in magn",
    },
    "validators.budget": {
        "MAX_TASK_ROWS": count("rows"), "INSTANCE_SAMPLES": count("samples"),
        "TASK_SAMPLES": count("samples"), "CLIP_SAMPLES": lambda n: f"counts as {n:,} at least",
    },
    "validators.report": {"MAX_TEXT": count("characters")},
    "validators.judge": {"MAX_FINDINGS": lambda n: f"findings of one rule in a task | {n:,}"},
    "validators.measurement": {
        "MAX_CHANNELS": count("channels"), "MIN_SAMPLE_RATE": lambda n: f"{n:,} to",
        "MAX_SAMPLE_RATE": lambda n: f"to {n:,} Hz", "MAX_SAMPLES": count("samples"),
        "CPU_SECONDS": count("s of CPU"), "WALL_SECONDS": lambda n: f"{n:g} s in all",
        "MEMORY_BYTES": lambda n: f"{n >> 30} GiB",
        "SILENCE": lambda n: f"{20 * len(str(round(1 / n))[1:]) * -1} dBFS",
        "WINDOWS_PER_SECOND": lambda n: f"every sample of {1000 // n} ms",
        "BANDWIDTH_SECONDS": lambda n: f"in the first {n} s",
        "BANDWIDTH_RANGE": lambda n: f"within {10 * len(str(round(1 / n))[1:])} dB",
        "CLIPPED_RUN": lambda n: f"in runs of {n} or more",
    },
    "validators.hub_client": {"MAX_LISTED": lambda n: f"at the commit | {n:,} |"},
    "validators.hub_clips": {"MAX_STREAMED": lambda n: f"that are drawn: {n >> 30} GiB"},
    "validators.hub_source": {
        "MAX_HUB_ROWS": lambda n: f"rows of the split | {n:,} |",
        "MAX_SHARDS": lambda n: f"files of the split | {n:,}, of",
        "MAX_BYTES": lambda n: f"of {n >> 30} GiB together",
        "MAX_README": lambda n: f"YAML in it | {n >> 20} MiB",
    },
    "validators.front_matter": {
        "MAX_BYTES": lambda n: f"{n >> 10} KiB, 32 levels, no",
        "MAX_LEVELS": lambda n: f"{n} levels, no",
    },
    "validators.parquet_frames": {
        "MAX_COLUMNS": lambda n: f"columns of a parquet file | {n:,} |",
        "MAX_CELL_BYTES": lambda n: f"in a file | {n >> 10} KiB /",
        "MAX_CELLS_BYTES": lambda n: f"KiB / {n >> 20} MiB",
        "MAX_CLIP_BYTES": lambda n: f"that is a file | {n >> 20} MiB",
        "MEMORY_BYTES": lambda n: f"a row or {n >> 30} GiB of memory",
        "CPU_SECONDS": lambda n: f"after {n} s of CPU time",
        "WALL_SECONDS": lambda n: f"{n:g} s without",
    },
    "validators.unclaimed": {"TOLERANCE": lambda n: f"0 frames of flac, {n} s for the others"},
    "validators.instructions": {
        "MIN_INSTRUCTIONS": lambda n: f"at least {n}, and one",
        "EXAMPLES_PER_INSTRUCTION": lambda n: f"every {n} examples",
        "COMPARED_LINES": lambda n: f"first {n} lines",
    },
    "validators.words": {"ENGLISH_WORDS": lambda n: f"English or not | {n} or more"},
    "validators.rules.task": {"DESCRIPTION_WORDS": lambda n: f"README.md | at least {n} /"},
    "validators.rules.instance": {"SAMPLING_WORDS": lambda n: f"at least 5 / {n} /"},
    "validators.rules.documents": {"SECTION_WORDS": lambda n: f"/ {n} | error"},
    "validators.rules.labels": {
        "MIN_EXAMPLES": lambda n: f"examples of an instance | at least {n}",
        "MAX_MINUTES": lambda n: f"input clips | at most {n}",
        "MAJORITY_LIMIT_OF_TWO": lambda n: f"at most {percent(n)} /",
        "MAJORITY_LIMIT_OF_MANY": lambda n: f"/ {percent(n)} of the examples",
    },
    "validators.rules.instructions": {
        "INSTRUCTION_WORDS": lambda n: f"besides {{labels}} | at least {n}",
        "SIMILARITY_LIMIT": lambda n: f"have in common | less than {percent(n)}",
        "TELLING_LABEL": lambda n: f"not name alone | {n} or more",
    },
    "validators.rules.neighbours": {
        "NAME_LIMIT": lambda n: f"shares with another | less than {percent(n)}",
        "BORROWED_SHARE": lambda n: f"those of another task | less than {percent(n)}",
    },
    "validators.rules.sound": {
        "MIN_RATE": lambda n: f"sample rate | {n:,} to", "MAX_RATE": lambda n: f"to {n:,} Hz",
        "MAX_CHANNELS": lambda n: f"a clip's channels | at most {n}",
        "MAX_CLIP_MINUTES": lambda n: f"a clip's length | at most {n} minutes",
        "CLIPPED_LIMIT": lambda n: f"at most {percent(n)} of a clip",
        "DC_LIMIT": lambda n: f"at most {percent(n)} of full scale",
        "SILENCE_LIMIT": lambda n: f"either end of a clip | at most {n:g} s",
        "LOSSY_LENGTH_TOLERANCE": lambda n: f"{n} s for lossy formats",
    },
    "validators.rules.sound_statistics": {
        "LEVEL_LIMIT": lambda n: f"at most {n:g} dB", "SHORTEST": lambda n: f"sound for {n} s",
        "UPSAMPLED_BAND": lambda n: f"below {percent(n)} of the band",
        "UPSAMPLED_SHARE": lambda n: f"in {percent(n)} of the clips",
        "ABRUPT_LIMIT": lambda n: f"10 ms | {percent(n)} of the clip's",
        "ABRUPT_SHARE": lambda n: f"or more, in {percent(n)} of the clips",
        "MEASURED_CLIPS": lambda n: f"statistics need | at least {n}",
        "EFFECT_LIMIT": lambda n: f"explains | at most {percent(n)}",
        "AUDIBLE_SHARE": lambda n: f"spread by {percent(n)} or",
        "AUDIBLE_DECIBELS": lambda n: f"or {n:g} dB",
    },
}  # fmt: skip

INTERNAL = {
    "validators.front_matter": {"MAX_PATTERNS"},  # globs of all configurations
    "validators.measurement": {  # of encoding what is published
        "ENCODE_CPU_SECONDS", "ENCODE_WALL_SECONDS", "COMMENT_BYTES",
    },
    "validators.parquet_frames": {  # of what the child and its parent say to each other
        "MAX_FRAME_BYTES", "MAX_PIECE_BYTES", "MAX_METADATA_BYTES", "SHARED_BYTES",
    },
    "validators.report": {"MAX_REASONS"},  # of a refusal to publish
    "validators.task_check": {"JUDGED_AT_ONCE"},  # clips, by a rule
    "validators.unclaimed": {"HEAD_BYTES"},  # of a file, that are read first
    "validators.rules.data": {"HINTS"},  # how often a hint is looked for
    "validators.words": {"PHONE_DIGITS"},  # what a telephone number looks like
}  # fmt: skip


def rows() -> list[tuple[str, str, Any]]:
    return [(module, name, says) for module, names in NAMED.items() for name, says in names.items()]


@pytest.mark.parametrize(
    ("module", "name", "says"), rows(), ids=lambda x: x if isinstance(x, str) else "says"
)
def test_the_page_names_the_number_that_the_code_has(module: str, name: str, says: Any) -> None:
    assert says(getattr(import_module(module), name)) in NUMBERS


def modules() -> list[str]:
    rules = Path(import_module("validators.rules").__file__ or "").parent
    return sorted({*NAMED, *(f"validators.rules.{path.stem}" for path in rules.glob("[a-z]*.py"))})


@pytest.mark.parametrize("module", modules())
def test_no_number_is_forgotten(module: str) -> None:
    loaded = import_module(module)
    source = Path(loaded.__file__ or "").read_text(encoding="utf-8")
    own = set(
        re.findall(r"[A-Z][A-Z0-9_]+", "\n".join(re.findall(r"^([A-Z].*?) ?=", source, re.M)))
    )
    numbers = {name for name in own if isinstance(getattr(loaded, name, None), int | float)}
    assert numbers <= set(NAMED.get(module, ())) | INTERNAL.get(module, set())


def test_the_page_names_every_length_of_the_schemas() -> None:
    table = NUMBERS.partition("| field |")[2].partition("\n\n")[0]
    lengths = set()
    for model in (Task, Instance):
        text = str(json_schema(model))
        lengths |= set(re.findall(r"'(?:maxLength|maxItems|maxProperties)': (\d+)", text))
    assert lengths
    for length in lengths:
        assert re.search(rf"\b{int(length):,}\b", table), length
