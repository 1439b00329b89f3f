"""The seed benchmark stands under tasks/ exactly as it was published: 55 instances, each by name.

facts.json holds what is known of each instance: the benchmark's own pages, and its paper.
"""

import json
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from schema.report import Report
from schema.seed import PUBLISHED_NAMES, RENAMED, SEED_INSTANCES, name_here
from schema.training import is_seen
from validators.engine import Measurer, Options, check
from validators.folder import InstanceFile, TaskFolder
from validators.instructions import distinct, effective_number
from validators.neighbours import instruction_set

ROOT = Path(__file__).parents[2]
FACTS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("facts.json").read_text("utf-8"))
TASKS = sorted({fact["task"] for fact in FACTS})
FOLDERS = {
    path.parent.name: TaskFolder(ROOT, f"tasks/{path.parent.name}")
    for path in sorted((ROOT / "tasks").glob("*/task.json"))
}
INSTANCES = {
    instance.instance: instance for folder in FOLDERS.values() for instance in folder.instances
}
CORPORA = {
    "LJSpeech": "LJ Speech",
    "LibriSpeech-TestClean": "LibriSpeech, test-clean",
    "LibriSpeech-TestOther": "LibriSpeech, test-other",
    "LibriTTS-TestClean": "LibriTTS, test-clean",
    "VCTK": "CSTR VCTK Corpus",
    "MUSAN": "MUSAN",
    "RirsNoises": "Room Impulse Response and Noise Database",
    "WHAM": "WHAM!",
    "ESC50": "ESC-50",
    "Warblrb10k": "warblrb10k, Bird Audio Detection challenge",
    "AcousticGuitarAndPiano": "AcousticGuitarAndPiano",
    "GoogleSpeechCommandsV1": "Google Speech Commands, version 1",
    "VoxForge": "VoxForge",
    "AccentdbExtended": "AccentDB",
    "DailyTalk": "DailyTalk",
    "MultimodalEmotionlinesDataset": "MELD: Multimodal EmotionLines Dataset",
    "3DSpeaker": "3D-Speaker",
    "MIRSD": "MIR-SD",
    "ASVspoof2015": "ASVspoof 2015",
    "ASVspoof2017": "ASVspoof 2017",
    "FluentSpeechCommands": "Fluent Speech Commands",
    "Mustard": "MUStARD: Multimodal Sarcasm Detection Dataset",
}
"""The 22 datasets as the benchmark abbreviates them, and as the instance files name them."""
LICENCE_UNKNOWN = {"AcousticGuitarAndPiano", "MIR-SD"}
CITATION_UNKNOWN = {"AcousticGuitarAndPiano", "MIR-SD"}
LABELS_UNKNOWN = {
    "BirdSoundDetection_Warblrb10k",
    "HowFarAreYou_3DSpeaker",
    "IntentClassification_FluentSpeechCommands-Location",
    "IntentClassification_FluentSpeechCommands-Object",
    "MultiSpeakerDetection_LibriSpeech-TestClean",
    "MultiSpeakerDetection_VCTK",
}


def of_seed() -> list[InstanceFile]:
    return [INSTANCES[name] for name in sorted(SEED_INSTANCES)]


def sources(instance: InstanceFile) -> list[dict[str, Any]]:
    return [source.value for source in instance.find("/sources/*")]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["instance"])
def test_an_instance_is_what_was_published(fact: dict[str, Any]) -> None:
    instance = INSTANCES[name_here(fact["instance"])]
    task = FOLDERS[fact["task"]].task_file
    assert task is not None
    assert instance.issues == task.issues == ()
    assert instance.value("/dataset") == {"repo_id": fact["repo_id"], "revision": fact["revision"]}
    assert task.value("/dimension") == fact["dimension"]
    assert task.value("/inputs") == fact["inputs"]
    assert task.value("/metrics/0") == fact["metric"]
    assert task.value("/output/type") == "classification"
    assert instance.labels == (fact["labels"] or [])
    assert task.task + (instance.value("/variant") or "") == fact["task_in_paper_count"]
    assert is_seen(task.task, instance.value("/variant")) == fact["seen"]
    assert {source["name"] for source in sources(instance)} == {
        CORPORA[name] for name in fact["datasets"]
    }
    assert instance.value("/results") == []


def test_the_names_are_those_of_the_facts_and_no_others() -> None:
    assert [fact["instance"] for fact in FACTS] == list(PUBLISHED_NAMES)
    assert len(SEED_INSTANCES) == 55
    assert INSTANCES.keys() >= SEED_INSTANCES


def test_one_name_was_changed_and_its_pointer_keeps_the_old_one() -> None:
    assert RENAMED == {
        "NoiseDetection_VCTK-MUSAN-Gaussian": "NoiseDetection_VCTK_MUSAN-Gaussian",
    }
    for instance in of_seed():
        published = instance.value("/dataset/repo_id").removeprefix("DynamicSuperb/")
        assert name_here(published) == instance.instance


def test_what_is_unknown_is_left_open_and_nothing_else() -> None:
    found = [source for instance in of_seed() for source in sources(instance)]
    licences = {source["name"] for source in found if source["license"] == "NOASSERTION"}
    assert licences == LICENCE_UNKNOWN
    assert {source["name"] for source in found if source["cite"] is None} == CITATION_UNKNOWN
    assert {one.instance for one in of_seed() if not one.labels} == LABELS_UNKNOWN


def test_what_is_published_states_the_licences_of_its_sources() -> None:
    for instance in of_seed():
        licences = list(dict.fromkeys(source["license"] for source in sources(instance)))
        unknown = "NOASSERTION" in licences
        assert instance.value("/license") == ("NOASSERTION" if unknown else " AND ".join(licences))


def test_a_corpus_is_described_alike_wherever_it_stands() -> None:
    described = defaultdict(set)
    for instance in of_seed():
        references = instance.folder.references
        entries = {one.key: one.fields for one in references.bibliography.entries}
        for source in sources(instance):
            cited = sorted(entries[source["cite"]].items()) if source["cite"] else None
            described[source["name"]].add(json.dumps([source, cited]))
    assert described.keys() == set(CORPORA.values())
    assert {name for name, ways in described.items() if len(ways) > 1} == set()


def test_no_two_instances_share_a_commit() -> None:
    commits = [instance.value("/dataset/revision") for instance in of_seed()]
    assert len(set(commits)) == len(commits)


@pytest.mark.parametrize("task", TASKS)
def test_a_task_has_twenty_different_instructions(task: str) -> None:
    lines = FOLDERS[task].instructions.lines
    assert distinct(lines) == len(lines) >= 20
    assert effective_number(lines) > 6.5


def test_no_two_tasks_have_an_instruction_in_common() -> None:
    for one, other in combinations(FOLDERS.values(), 2):
        assert not instruction_set(one) & instruction_set(other), (one.task, other.task)


@pytest.mark.parametrize("task", TASKS)
def test_the_readme_says_that_scores_of_2023_are_of_other_examples(task: str) -> None:
    limits = next(
        section.text for section in FOLDERS[task].readme.sections if section.title == "Limitations"
    )
    for fact in ("May 2024", "200 rows", "full sets of 2023"):
        assert fact in " ".join(limits.split()), fact


@pytest.fixture(scope="module")
def report(measure: Measurer) -> Report:
    paths = [f"tasks/{task}" for task in TASKS]
    return check(ROOT, paths, Options(offline=True), measure)


def test_nothing_is_wrong_and_the_rest_waits_for_the_hub(report: Report) -> None:
    assert report.problems == []
    assert [found for found in report.findings if found.severity == "error"] == []
    assert {task.task: task.verdict for task in report.tasks} == dict.fromkeys(TASKS, "incomplete")
    for task in report.tasks:
        assert {"AUD501", "DAT422", "INS301"} <= task.rules_skipped.keys()


def test_only_unknown_facts_are_warned_of(report: Report) -> None:
    warned = {
        found.rule for found in report.findings if found.severity == "warning" and not found.waived
    }
    assert warned == {"SRC902", "SRC906", "TSK209"}
