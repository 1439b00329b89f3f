"""PTR: the pointer from an instance to its dataset."""

import pytest

from tests.flawless import (
    DATA,
    INSTANCE,
    REVISION,
    Edit,
    all_of,
    copy,
    merge,
    remove,
    variant,
    write,
)
from tests.rules.cases import STATIC, Case, Table, at, exact, judge, parameters, run, silent


def hub(**fields: object) -> Edit:
    """A pointer to the Hub, with other fields."""
    return all_of(variant("hub"), merge(INSTANCE, {"dataset": fields}))


def local(path: str) -> Edit:
    """Another path of local data."""
    return merge(INSTANCE, {"dataset": {"path": path}})


def second(**fields: object) -> Edit:
    """A second instance on the Hub, a copy of the first with other fields."""
    path = "instances/Second.json"
    return all_of(copy(INSTANCE, path), merge(path, {"dataset": fields}))


SECOND = "instances/Second.json"
OTHER_REVISION = "0123456789abcdef0123456789abcdef01234567"

CASES: Table = {
    "PTR101": [
        silent("owner and name", hub(repo_id="DynamicSuperb/Prompts_v1.0"), options=STATIC),
        exact("an address", hub(repo_id="https://huggingface.co/datasets/ada/prompts"),
              at=at(INSTANCE, '"https://hugg'), options=STATIC, says="owner/name is required"),
        exact("a bare name", hub(repo_id="prompts"), at=at(INSTANCE, '"prompts"'), options=STATIC),
        exact("a path upwards", hub(repo_id="../prompts"), at=at(INSTANCE, '"../prompts"'),
              options=STATIC),
        exact("nothing", hub(repo_id=""), at=at(INSTANCE, '""'), options=STATIC),
    ],
    "PTR103": [
        silent("40 hex digits", hub(revision="0" * 40), options=STATIC),
        exact("39", hub(revision="0" * 39), at=at(INSTANCE, '"000'), options=STATIC),
        exact("41", hub(revision="0" * 41), at=at(INSTANCE, '"000'), options=STATIC),
        exact("upper case", hub(revision=REVISION.upper()), at=at(INSTANCE, '"956E'),
              options=STATIC, says="40 lower-case hex digits"),
        exact("no hex digits", hub(revision="g" * 40), at=at(INSTANCE, '"ggg'), options=STATIC),
        exact("a branch", hub(revision="main"), at=at(INSTANCE, '"main"'), options=STATIC,
              says='revision is "main"'),
        exact("a pull request", hub(revision="refs/pr/1"), at=at(INSTANCE, '"refs/pr/1"'),
              options=STATIC),
    ],
    "PTR104": [
        silent("data of its own"),
        exact("upwards", local("../../secrets"), at=at(INSTANCE, '"../../secrets"'),
              says='write "data/Prompts"'),
        exact("upwards from inside", local("data/../../Other"), at=at(INSTANCE, '"data/..')),
        exact("absolute", local("/etc"), at=at(INSTANCE, '"/etc"')),
        exact("a home", local("~/data"), at=at(INSTANCE, '"~/data"')),
        exact("Windows", local("data\\Prompts"), at=at(INSTANCE, '"data\\\\Prompts"')),
        exact("a drive", local("C:/data"), at=at(INSTANCE, '"C:/data"')),
        exact("an address", local("https://example.org"), at=at(INSTANCE, '"https://example.org"')),
    ],
    "PTR105": [
        silent("data of its own"),
        exact("data of another", local("data/Clips"), at=at(INSTANCE, '"data/Clips"'),
              says='"data/Prompts" is required'),
        exact("a slash at the end", local("data/Prompts/"), at=at(INSTANCE, '"data/Prompts/"')),
        exact("the folder itself", local("."), at=at(INSTANCE, '"."')),
        exact("another case", local("data/prompts"), at=at(INSTANCE, '"data/prompts"')),
    ],
    "PTR106": [
        silent("a folder"),
        exact("no folder", remove("data"), at=at(INSTANCE, '"data/Prompts"')),
        exact("a file in its place", remove("data"), write(DATA, ""), at=at(INSTANCE, '"data/Pro'),
              also=("FLD004",)),  # the file has no place either
    ],
    "PTR107": [
        silent("test", hub(split="test"), options=STATIC),
        silent("another test", hub(split="test.clean"), options=STATIC),
        exact("train", hub(split="train"), at=at(INSTANCE, '"train"'), options=STATIC),
        exact("Validation", hub(split="Validation"), at=at(INSTANCE, '"Validation"'),
              options=STATIC),
        exact("dev", hub(split="dev"), at=at(INSTANCE, '"dev"'), options=STATIC),
        exact("a part of train", hub(split="train[:10%]"), at=at(INSTANCE, '"train[:10%]"'),
              options=STATIC),
        exact("dev of one kind", hub(split="dev_clean"), at=at(INSTANCE, '"dev_clean"'),
              options=STATIC),
    ],
    "PTR108": [
        silent("another configuration", variant("hub"), second(config="noisy"), options=STATIC),
        silent("another split", variant("hub"), second(split="test_noisy"), options=STATIC),
        silent("another dataset and commit", variant("hub"),
               second(repo_id="ada-example/calls", revision=OTHER_REVISION), options=STATIC),
        exact("the same dataset", variant("hub"), second(), options=STATIC,
              at=at(SECOND, '"ada-example/prompts"'), says="instances/Prompts.json"),
        exact("the same dataset at another commit", variant("hub"),
              second(revision=OTHER_REVISION), options=STATIC,
              at=at(SECOND, '"ada-example/prompts"')),
        exact("the default split, once written", variant("hub"), second(split="test"),
              options=STATIC, at=at(SECOND, '"ada-example/prompts"')),
        exact("the same dataset in other letters", variant("hub"),
              second(repo_id="Ada-Example/Prompts"), options=STATIC,
              at=at(SECOND, '"Ada-Example/Prompts"')),
        exact("one commit of two datasets", variant("hub"), second(repo_id="ada-example/calls"),
              options=STATIC, at=at(SECOND, f'"{REVISION}"'), says="ada-example/prompts"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "case"), parameters(CASES))
def test_case(code, case, tmp_path, clips, measure):
    judge(code, case, tmp_path, clips, measure)


def test_data_on_the_hub_are_skipped_with_a_reason_offline(tmp_path, clips, measure):
    _, report = run(Case("hub", (variant("hub"),)), tmp_path, clips, measure)
    (task,) = report.tasks
    assert (task.verdict, report.problems) == ("incomplete", [])
    assert "--offline" in task.rules_skipped["DAT411"]
    assert "DAT411" not in task.rules_run


@pytest.mark.parametrize(
    "broken",
    [merge(INSTANCE, {"dataset": 5}), write(INSTANCE, "{"), local("")],
    ids=["no object", "no JSON", "an empty path"],
)
def test_a_pointer_that_cannot_be_read_does_not_hide_the_data(broken, tmp_path, clips, measure):
    case = Case("", (broken, remove(f"{DATA}/clips/c01.wav")))
    _, report = run(case, tmp_path, clips, measure)
    assert report.problems == []
    assert "DAT405" in {finding.rule for finding in report.findings}


def test_a_pointer_that_cannot_be_read_is_no_problem_of_the_hub(tmp_path, clips, measure):
    case = Case("", (write(INSTANCE, "{"), remove("data")))
    _, report = run(case, tmp_path, clips, measure)
    assert report.problems == []
    assert [finding.rule for finding in report.findings] == ["JSN805"]
