"""Manifests written out by hand, and one that was really built."""

from typing import Any

from schema.canonical import DATASET_REPO
from schema.instance import Instance
from schema.manifest import (
    ApprovalRecord,
    Erratum,
    Manifest,
    Prose,
    PublishedColumn,
    PublishedFile,
    PublishedInstance,
)
from schema.report import InstanceReport
from schema.task import Task
from tests.render.reports import instance as statistics

COMMIT = "956e6de86a7593c23ce7544416494bb49631c6e1"
TASK: dict[str, Any] = {
    "schema_version": 1,
    "title": "Emotion recognition",
    "description": "Hear how the speaker feels.",
    "dimension": "paralinguistics",
    "keywords": ["emotion"],
    "languages": ["en-US"],
    "inputs": ["audio"],
    "output": {"type": "classification", "labels": ["angry", "happy", "sad"]},
    "metrics": ["accuracy"],
    "contributors": [{"name": "Ada Example", "github": "ada-example"}],
}
INSTANCE: dict[str, Any] = {
    "schema_version": 1,
    "dataset": {"repo_id": "speech/crema-d", "revision": COMMIT},
    "license": "CC-BY-4.0",
    "sources": [
        {
            "name": "CREMA-D",
            "url": "https://example.org/crema-d",
            "license": "CC-BY-4.0",
            "cite": "cao2014",
        }
    ],
    "sampling": {"description": "Drawn by label."},
    "results": [{"system": "Whisper", "metric": "accuracy", "value": 0.5, "cite": "cao2014"}],
}
REFERENCE = "@article{cao2014,\n  title = {CREMA-D},\n}"


def entry(task: str = "EmotionRecognition", stem: str = "CREMA-D", **changes: Any) -> Any:
    """A published instance of 200 examples; `declared_task` and `declared_instance` are merged."""
    name = f"{task}_{stem}"
    declared_task = TASK | changes.pop("declared_task", {})
    declared_instance = INSTANCE | changes.pop("declared_instance", {})
    fields: dict[str, Any] = {
        "instance": name,
        "task": task,
        "stem": stem,
        "status": "published",
        "declared_task": Task.model_validate(declared_task),
        "declared_instance": Instance.model_validate(declared_instance),
        "prose": Prose(objective="Tell feelings.", data="Acted.", limitations="Actors."),
        "references": {"cao2014": REFERENCE},
        "row_format": 1,
        "columns": [
            PublishedColumn(name="file", type="string"),
            PublishedColumn(name="audio", type="audio"),
            PublishedColumn(name="instruction", type="string"),
            PublishedColumn(name="label", type="string"),
        ],
        "files": [file(f"data/{name}/test-00000-of-00001.parquet")],
        "rows": 200,
        "minutes": 8.43,
        "rows_sha256": "1" * 64,
        "samples_sha256": "2" * 64,
        "rounded_clips": 0,
        "statistics": statistics(name),
        "approval": ApprovalRecord(
            commit=COMMIT, folder_sha256="3" * 64, report_sha256="4" * 64, validator="0.1.0"
        ),
    }
    return PublishedInstance(**fields | changes)


def file(path: str) -> PublishedFile:
    """A file of a thousand bytes."""
    return PublishedFile(path=path, sha256="a" * 64, size=1000)


def retired(task: str = "EmotionRecognition", stem: str = "Old", **changes: Any) -> Any:
    """An instance whose data left the head."""
    return entry(task, stem, status="retired", reason="Half of the labels were wrong.", files=[],
                 **changes)  # fmt: skip


def erratum(name: str = "1001_DFA", reason: str = "Says nothing.") -> Erratum:
    """A withdrawn example."""
    return Erratum(file=name, reason=reason)


def manifest(*entries: PublishedInstance, serial: int = 3) -> Manifest:
    """A manifest of these instances."""
    return Manifest(schema_version=1, repo_id=DATASET_REPO, serial=serial, instances=list(entries))


def without_numbers(name: str) -> InstanceReport:
    """Statistics of which nothing is known."""
    return statistics(name, **dict.fromkeys(InstanceReport.model_fields.keys() - {"instance"}))
