"""Our own tasks: they pass, they cover the format, and they can be made again byte for byte.

Three of them are in the seed benchmark too, with instances on the Hub: tests/seed looks at those.
What others contribute is held to the rules alone, by `make check`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from schema.report import Report
from scripts.telephone_prompts.tasks import RECIPES
from validators.audio import Decoders
from validators.engine import Options, check
from validators.folder import InstanceFile, TaskFolder

ROOT = Path(__file__).parents[1]
TASKS = sorted(f"tasks/{name}" for name in {recipe.task for recipe in RECIPES})
FOLDERS = [TaskFolder(ROOT, path) for path in TASKS]
INSTANCES = [instance for folder in FOLDERS for instance in folder.instances]


@pytest.fixture(scope="module")
def report(decoders: Decoders) -> Report:
    return check(ROOT, TASKS, Options(offline=True), decoders.measure)


def test_every_task_passes_as_far_as_it_is_here(report: Report) -> None:
    assert report.problems == []
    assert {task.task: task.verdict for task in report.tasks} == {
        folder.task: "incomplete" if any(on_hub(one) for one in folder.instances) else "pass"
        for folder in FOLDERS
    }
    measured = {
        instance.instance
        for task in report.tasks
        for instance in task.instances
        if instance.examples
    }
    assert measured == {recipe.name for recipe in RECIPES}


def on_hub(instance: InstanceFile) -> bool:
    return instance.value("/dataset/repo_id") is not None


def test_nothing_but_notes_is_left(report: Report) -> None:
    loud = [found for found in report.findings if found.severity != "note" and not found.waived]
    assert loud == []


def test_all_output_types_are_there() -> None:
    outputs = {folder.task_file.output for folder in FOLDERS if folder.task_file}
    assert outputs == {"classification", "multilabel", "number", "text", "audio"}


@pytest.mark.parametrize("instance", INSTANCES, ids=lambda instance: instance.instance)
def test_the_licence_is_that_of_all_sources(instance: InstanceFile) -> None:
    stated = set(instance.value("/license").split(" AND "))
    assert stated == {licence.value for licence in instance.find("/sources/*/license")}


@pytest.mark.parametrize("instance", INSTANCES, ids=lambda instance: instance.instance)
def test_labels_are_balanced(instance: InstanceFile, report: Report) -> None:
    """Guessing one answer always scores little more than guessing at random."""
    stats = next(
        found
        for task in report.tasks
        for found in task.instances
        if found.instance == instance.instance
    )
    if stats.labels and instance.task_file and instance.task_file.output == "classification":
        assert stats.majority_share is not None
        assert stats.majority_share <= 1.05 / len(stats.labels)


@pytest.mark.network
def test_the_data_are_made_again_byte_for_byte() -> None:
    """Rebuild all data from Debian's packages and compare."""
    run = subprocess.run(
        [sys.executable, "-m", "scripts.telephone_prompts", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode == 2 and not os.environ.get("CI"):
        pytest.skip(f"DEBIAN'S PACKAGES COULD NOT BE HAD: {run.stderr}")
    assert run.returncode == 0, run.stdout + run.stderr
