"""What adopt makes of old folders, and that it says every contradiction in them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.adopt.folders import OLD, Old, commit, make, renamed, rows, says
from tests.adopt.taking import take
from validators.adoption.convert import Adopted
from validators.adoption.notes import NOTES, Kind
from validators.engine import Options, check
from validators.newtask.draft import write

LEFT = {
    "DOC603", "INS306", "JSN814", "JSN815", "JSN818", "SRC902", "SRC906", "SRC909", "TSK201",
}  # fmt: skip
"""What a new task leaves to a person: prose, dimension, languages, sources, licence."""
OF_THE_OLD = {"PTR101", "PTR103", "PTR108", "TSK209", "TSK214", "INS311", "NBR401"}
"""Faults that the old folder has itself: a pointer, an option with "or" in it, a bare question."""


def contradictions(adopted: Adopted) -> list[str]:
    found = []
    for note in adopted.old.notes:
        if note.kind is Kind.CONTRADICTION:
            instance = note.where.partition("/")[2]
            found.append(f"{instance}: {note.code}" if instance else note.code)
    return sorted(found)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Adopted]]:
    """All old folders taken in together, and written."""
    root = tmp_path_factory.mktemp("adopt")
    for old in OLD:
        make(old, root)
    adopted = take(root)
    for one in adopted.values():
        if one.usable:
            write(root / "tasks" / str(one.name), one.draft)
    return root, adopted


def one(tmp_path: Path, old: Old) -> Adopted:
    make(old, tmp_path)
    return take(tmp_path)[old.task]


def simple(exports: list[dict[str, Any]], **fields: object) -> Old:
    name = "SoundTask_Corpus"
    return Old(0, "SoundTask", {name: says(name, 1, **fields)}, (), exports={name: exports})


def task_of(adopted: Adopted) -> Any:
    return json.loads(adopted.draft.files["task.json"])


def instance_of(adopted: Adopted) -> Any:
    return json.loads(adopted.draft.files[f"instances/{adopted.parts[0].stem}.json"])


def codes(adopted: Adopted) -> Counter[str]:
    return Counter(note.code for note in adopted.old.notes)


@pytest.mark.parametrize("old", OLD, ids=lambda old: f"{old.pr}-{old.task}")
def test_every_contradiction_of_an_old_folder_is_said(
    old: Old, world: tuple[Path, dict[str, Adopted]]
) -> None:
    adopted = world[1][old.task]
    assert contradictions(adopted) == sorted(old.contradictions)
    assert adopted.usable == old.made


def test_there_are_at_least_twenty_old_folders() -> None:
    assert len({old.pr for old in OLD}) >= 20


def test_the_check_finds_what_a_person_must_say_and_the_old_faults(
    world: tuple[Path, dict[str, Adopted]],
) -> None:
    root, adopted = world
    made = [f"tasks/{one.name}" for one in adopted.values() if one.usable]
    report = check(root, made, Options(static=True), lambda _: iter(()))
    assert report.problems == []
    assert {found.rule for found in report.findings} == LEFT | OF_THE_OLD


def test_old_folders_are_only_read(tmp_path: Path) -> None:
    for old in OLD:
        make(old, tmp_path)
    before = {p: p.read_bytes() for p in (tmp_path / "old").rglob("*") if p.is_file()}
    take(tmp_path)
    assert {p: p.read_bytes() for p in (tmp_path / "old").rglob("*") if p.is_file()} == before


def test_the_same_folders_give_the_same_files_and_notes(tmp_path: Path) -> None:
    for old in OLD[:8]:
        make(old, tmp_path)
    first, second = take(tmp_path), take(tmp_path)
    for name, adopted in first.items():
        assert adopted.draft.files == second[name].draft.files
        assert list(adopted.old.notes) == list(second[name].old.notes)


# -- what is made ---------------------------------------------------------------------------------


def test_facts_are_filled_in_and_the_rest_says_todo(
    world: tuple[Path, dict[str, Adopted]],
) -> None:
    adopted = world[1]["EnvironmentalSoundClassification"]
    task = task_of(adopted)
    assert task["description"] == "Say what is heard in the clip."
    assert task["keywords"] == ["speech"]
    assert task["dimension"] == "TODO"
    assert task["output"]["labels"] == [
        "air_conditioner", "car_horn", "children_playing", "dog_bark", "door or wood knock",
    ]  # fmt: skip
    assert instance_of(adopted)["dataset"] == {
        "repo_id": "DynamicSuperb/EnvironmentalSoundClassification_UrbanSound8K",
        "revision": commit(20),
    }
    assert adopted.draft.files["instructions.txt"].splitlines()[:3] == [
        "Which sound is it? The answer could be {labels}.",
        "Choose from {labels}.",
        "TODO: an order that says what the recording is. {labels}",
    ]


def test_thirty_one_options_stay_in_their_order(world: tuple[Path, dict[str, Adopted]]) -> None:
    adopted = world[1]["InstrumentPitchClassification"]
    assert task_of(adopted)["output"]["labels"] == [f"note {number}" for number in range(31)]
    assert instance_of(adopted)["columns"] == {"file": "file_name"}
    assert instance_of(adopted)["dataset"]["revision"] == "TODO"


def test_the_text_of_a_row_becomes_a_placeholder(world: tuple[Path, dict[str, Adopted]]) -> None:
    adopted = world[1]["Children_Song_Transcript_Verification"]
    first = adopted.draft.files["instructions.txt"].splitlines()[0]
    assert first == 'Does the child sing "{text}"? Say {labels}. (x)'
    assert task_of(adopted)["inputs"] == ["audio", "text"]
    assert adopted.name == "ChildrenSongTranscriptVerification"


def test_clips_beside_the_old_instance_are_copied(world: tuple[Path, dict[str, Adopted]]) -> None:
    root, adopted = world
    data = root / "tasks/EmergencyTrafficDetection/data/ETD"
    assert len(list(data.glob("clips/*.wav"))) == 34
    assert instance_of(adopted["EmergencyTrafficDetection"])["dataset"] == {"path": "data/ETD"}
    assert "instruction" not in (data / "metadata.csv").read_text().partition("\n")[0]


def test_old_sections_come_under_our_headings(world: tuple[Path, dict[str, Adopted]]) -> None:
    text = world[1]["AudioTagging"].draft.files["README.md"]
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Audio tagging", "## Objective", "## Data", "## Limitations", "## Evaluation Metrics",
    ]  # fmt: skip
    assert "Say what you hear.\n\nListening to a recording matters" in text


def test_two_instances_share_their_instructions(world: tuple[Path, dict[str, Adopted]]) -> None:
    adopted = world[1]["PoSEstimation"]
    assert adopted.draft.files["instructions.txt"].splitlines()[:2] == [
        "Tag each word.", "Write and tag each word.",
    ]  # fmt: skip
    assert task_of(adopted)["metrics"] == ["wer", "cer"]


# -- single decisions -----------------------------------------------------------------------------


def test_options_in_another_order_are_one_list(tmp_path: Path) -> None:
    asked = ("Low or high?", "Is it high or low?", "Choose low or high now.")
    adopted = one(tmp_path, simple(rows(("low", "high"), asked)))
    assert task_of(adopted)["output"]["labels"] == ["low", "high"]
    assert codes(adopted)["options-reordered"] == 1
    assert contradictions(adopted) == ["readme-title-differs"]


def test_a_label_with_a_comma_is_mapped(tmp_path: Path) -> None:
    adopted = one(tmp_path, simple(rows(("cats, wild", "dogs"), ("Which animal?",))))
    assert instance_of(adopted)["label_map"] == {"cats, wild": "cats / wild", "dogs": "dogs"}


def test_an_instance_with_fewer_labels_says_which(tmp_path: Path) -> None:
    names = ("SoundTask_One", "SoundTask_Two")
    old = Old(0, "SoundTask", {names[0]: says(names[0], 1), names[1]: says(names[1], 2)}, (),
              exports={names[0]: rows(("a", "b", "c"), ("One of a, b, or c?",)),
                       names[1]: rows(("a", "b"), ("Is it a or b?",))})  # fmt: skip
    adopted = one(tmp_path, old)
    assert task_of(adopted)["output"]["labels"] == ["a", "b", "c"]
    files = adopted.draft.files
    assert json.loads(files["instances/Two.json"])["labels"] == ["a", "b"]
    assert "labels" not in json.loads(files["instances/One.json"])


def test_a_seed_name_of_the_alias_table_and_its_variant_are_known(tmp_path: Path) -> None:
    name = "NoiseDetection_VCTK-MUSAN-Gaussian"
    old = Old(0, "NoiseDetection", {name: says(name, 1)}, ())
    adopted = one(tmp_path, old)
    assert adopted.parts[0].stem == "VCTK_MUSAN-Gaussian"
    assert instance_of(adopted)["variant"] == "Gaussian"
    assert codes(adopted)["alias"] == codes(adopted)["variant"] == 1


def test_more_labels_than_can_be_offered_are_text(tmp_path: Path) -> None:
    table = rows([f"answer {n}" for n in range(1001)], ("What is said?",), 1001)
    adopted = one(tmp_path, simple(table))
    assert task_of(adopted)["output"] == {"type": "text"}
    assert codes(adopted)["metric-does-not-fit"] == 1


def test_numbers_give_their_range(tmp_path: Path) -> None:
    adopted = one(tmp_path, simple(rows(range(-5, 20), ("How loud?",)),
                                   metrics=["mean_absolute_error"]))  # fmt: skip
    output = task_of(adopted)["output"]
    assert (output["type"], output["minimum"], output["maximum"]) == ("number", -5, 19)
    assert codes(adopted)["metric-renamed"] == 1


def test_names_that_are_not_ours_are_changed_and_said(tmp_path: Path) -> None:
    names = ("sound task_a b", "sound task_a_b")
    old = Old(0, "sound task", {names[0]: says(names[0], 1), names[1]: says(names[1], 2),
                                "ab": says("sound task_a b", 2, path="x/y")}, ())  # fmt: skip
    adopted = one(tmp_path, old)
    assert adopted.name == "SoundTask"
    assert [part.stem for part in adopted.parts] == ["AB", "a_b"]
    found = codes(adopted)
    assert found["task-renamed"] == found["name-taken-twice"] == 1
    assert found["stem-changed"] == 2


def test_pointers_are_cleaned_and_never_completed(tmp_path: Path) -> None:
    upper = "ABCDEF" + "0" * 34
    adopted = one(tmp_path, simple([], version=f" {upper}", path=" DynamicSuperb/SoundTask_Corpus"))
    assert instance_of(adopted)["dataset"] == {
        "repo_id": "DynamicSuperb/SoundTask_Corpus", "revision": upper.lower(),
    }  # fmt: skip
    assert codes(adopted)["version-cleaned"] == codes(adopted)["path-cleaned"] == 1


def test_one_dataset_of_two_instances_is_said(tmp_path: Path) -> None:
    names = ("SoundTask_One", "SoundTask_Two")
    old = Old(0, "SoundTask", {name: says(name, 1, path="x/y") for name in names}, ())
    assert codes(one(tmp_path, old))["dataset-of-two-instances"] == 2


def test_what_was_decided_is_said(world: tuple[Path, dict[str, Adopted]]) -> None:
    said = Counter(note.code for adopted in world[1].values() for note in adopted.old.notes)
    for code in ("data-from-export", "data-local", "columns-mapped", "text-replaced",
                 "options-spelt-otherwise", "readme-section"):  # fmt: skip
        assert said[code] >= 1, code


def test_clips_that_are_not_there_are_said(tmp_path: Path) -> None:
    table = "file_name,instruction,label\n0.wav,Is it?,yes\n1.wav,Is it?,no\n"
    files = {f"SoundTask_Corpus/{path}": table for path in ("metadata.csv",)}
    fields = says("SoundTask_Corpus", 1, version="")
    old = Old(0, "SoundTask", {"SoundTask_Corpus": fields}, (), files=files,
              clips=("SoundTask_Corpus/0.wav",))  # fmt: skip
    adopted = one(tmp_path, old)
    assert codes(adopted)["data-not-read"] == 1
    assert adopted.draft.copies == {}
    assert instance_of(adopted)["dataset"]["revision"] == "TODO"


def test_an_unknown_metric_alone_says_todo(tmp_path: Path) -> None:
    adopted = one(tmp_path, simple(rows(("a", "b"), ("a or b?",)), metrics=["llm_judge"]))
    assert task_of(adopted)["metrics"] == ["TODO: one of the metrics of docs/task_format.md"]


def test_no_column_is_taken_for_another_unless_its_name_says_so(tmp_path: Path) -> None:
    table = renamed(rows(("a", "b"), ("Is it a or b?",)), {"label": "genre"})
    adopted = one(tmp_path, simple(table))
    assert "label" not in instance_of(adopted).get("columns", {})
    assert codes(adopted)["column-missing"] == codes(adopted)["column-left-out"] == 1


def test_every_note_has_a_kind_and_a_meaning_and_stands_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs/adopt.md").read_text(encoding="utf-8")
    for code, (kind, meaning) in NOTES.items():
        assert f"| `{code}` | {kind.value} | {meaning} |" in page
