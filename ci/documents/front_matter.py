"""The YAML at the top of the dataset card, by the Hub's rules.

https://github.com/huggingface/hub-docs/blob/main/datasetcard.md is the list of fields. What the
manifest does not know is left out: who annotated (`annotations_creators`), and the features and
sizes of `dataset_info`, which the parquet files carry themselves.
"""

from collections.abc import Sequence
from typing import Any

from ci.documents import licensing
from ci.documents.yaml_text import yaml_text
from ci.summary import INSTRUCTION_LANGUAGE, totals
from schema.instance import HubPointer
from schema.manifest import PublishedInstance

PRETTY_NAME = "Dynamic-SUPERB"
TAGS = ("audio", "speech", "benchmark", "evaluation", "instruction-following", "croissant")

# https://huggingface.co/docs/huggingface_hub/package_reference/cards, `size_categories`
_SIZES = (
    (10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"), (10**8, "10M<n<100M"), (10**9, "100M<n<1B"),
)  # fmt: skip


def front_matter(entries: Sequence[PublishedInstance]) -> str:
    """The block for the published instances, with the two lines of dashes around it."""
    fields: dict[str, Any] = {
        "pretty_name": PRETTY_NAME,
        **licensing.front_matter(entries),
        "language": _languages(entries),
        "language_details": list(totals(entries).languages),
        "multilinguality": _multilinguality(entries),
        "task_categories": sorted({name for e in entries if (name := task_category(e))}),
        "size_categories": [_size(totals(entries).examples)] if entries else [],
        "source_datasets": _source_datasets(entries),
        "tags": list(TAGS),
        "configs": [_config(entry) for entry in entries],
    }
    text = yaml_text({name: value for name, value in fields.items() if value})
    return f"---\n{text}---\n"


def _languages(entries: Sequence[PublishedInstance]) -> list[str]:
    """ISO 639 codes, which is what the Hub takes: the first part of each tag."""
    codes = {tag.split("-")[0].lower() for tag in totals(entries).languages}
    return sorted({code for code in codes if len(code) in (2, 3)} | {INSTRUCTION_LANGUAGE})


def _multilinguality(entries: Sequence[PublishedInstance]) -> list[str]:
    return ["multilingual" if len(_languages(entries)) > 1 else "monolingual"]


def task_category(entry: PublishedInstance) -> str | None:
    """The Hub's name for what is asked, where it has one.

    https://github.com/huggingface/huggingface.js/blob/main/packages/tasks/src/pipelines.ts
    """
    task = entry.declared_task
    match task.output.type:
        case "classification" | "multilabel":
            return "audio-classification"
        case "audio":
            return "audio-to-audio"
        case "text" if task.metrics[0] in ("wer", "cer"):
            return "automatic-speech-recognition"
        case "text" if task.metrics[0] in ("bleu", "chrf"):
            return "translation"
    return None


def _size(rows: int) -> str:
    return next((name for limit, name in _SIZES if rows < limit), "1B<n<10B")


def _source_datasets(entries: Sequence[PublishedInstance]) -> list[str]:
    pointers = (entry.declared_instance.dataset for entry in entries)
    return sorted({pointer.repo_id for pointer in pointers if isinstance(pointer, HubPointer)})


def _config(entry: PublishedInstance) -> dict[str, Any]:
    paths = [file.path for file in entry.files]
    return {
        "config_name": entry.instance,
        "data_files": [{"split": "test", "path": paths[0] if len(paths) == 1 else paths}],
    }
