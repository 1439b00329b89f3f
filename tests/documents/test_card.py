"""What the card says, and that the Hub takes it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import DatasetCard

from ci.card import main
from ci.documents import LIMIT, documents, texts
from schema.licences import LICENCES
from schema.manifest import Manifest, Prose
from schema.review import Estimate, Rated, Review, ReviewOutcome
from schema.vocabulary import DIMENSIONS
from tests.documents.manifests import (
    COMMIT,
    entry,
    erratum,
    file,
    manifest,
    retired,
    without_numbers,
)
from tests.hub.server import Hub
from tests.render.rendered import page

ROOT = Path(__file__).parents[2]
# https://huggingface.co/docs/hub/repositories-licenses, of those that LICENCES could lead to
HUB_LICENCES = set(
    """
    apache-2.0 mit afl-3.0 artistic-2.0 bsl-1.0 bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda
    cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0
    cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0
    cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0
    ecl-2.0 eupl-1.2 isc mpl-2.0 odc-by odbl ofl-1.1 unlicense zlib pddl other
    """.split()
)


def card(what: Manifest) -> str:
    return texts(what)["README.md"]


def fields(*entries: Any) -> dict[str, Any]:
    """The front matter, read as the Hub's client reads it."""
    return dict(DatasetCard(card(manifest(*entries))).data.to_dict())


def licensed(expression: str, stem: str = "CREMA-D") -> Any:
    return entry(stem=stem, declared_instance={"license": expression})


def test_the_front_matter_of_one_instance() -> None:
    assert fields(entry()) == {
        "pretty_name": "Dynamic-SUPERB",
        "license": "cc-by-4.0",
        "language": ["en"],
        "language_details": ["en-US"],
        "multilinguality": ["monolingual"],
        "task_categories": ["audio-classification"],
        "size_categories": ["n<1K"],
        "source_datasets": ["speech/crema-d"],
        "tags": [
            "audio",
            "speech",
            "benchmark",
            "evaluation",
            "instruction-following",
            "croissant",
        ],
        "configs": [
            {
                "config_name": "EmotionRecognition_CREMA-D",
                "data_files": [
                    {
                        "split": "test",
                        "path": "data/EmotionRecognition_CREMA-D/test-00000-of-00001.parquet",
                    }
                ],
            }
        ],
    }


def test_several_files_of_an_instance_are_all_named_in_order() -> None:
    paths = [f"data/EmotionRecognition_CREMA-D/test-0000{n}-of-00002.parquet" for n in (0, 1)]
    found = fields(entry(files=[file(path) for path in paths]))
    assert found["configs"][0]["data_files"] == [{"split": "test", "path": paths}]


@pytest.mark.parametrize(
    ("expressions", "expected"),
    [
        (["CC-BY-4.0"], ("cc-by-4.0", None, None)),
        (["ODbL-1.0"], ("odbl", None, None)),
        # The Hub knows no 2.0 of it, and "gpl-3.0" does not say "or later".
        (["CC-BY-SA-2.0"], ("other", "cc-by-sa-2.0", "LICENSE.md")),
        (["GPL-3.0-or-later"], ("other", "gpl-3.0-or-later", "LICENSE.md")),
        (["CC-BY-4.0", "MIT"], ("other", "mixed-see-license-md", "LICENSE.md")),
        (["CC-BY-4.0 AND MIT"], ("other", "mixed-see-license-md", "LICENSE.md")),
        (["LicenseRef-Own"], ("other", "mixed-see-license-md", "LICENSE.md")),
    ],
)
def test_the_licence_in_the_hubs_words(
    expressions: list[str], expected: tuple[str, str | None, str | None]
) -> None:
    entries = [
        entry(stem=f"D{n}", declared_instance={"license": expression})
        for n, expression in enumerate(expressions)
    ]
    found = fields(*entries)
    assert tuple(found.get(f"license{end}") for end in ("", "_name", "_link")) == expected


@pytest.mark.parametrize("identifier", LICENCES)
def test_every_licence_that_may_be_stated_is_one_of_the_hubs_or_other(identifier: str) -> None:
    from ci.documents.licensing import front_matter

    found = front_matter([licensed(identifier)])
    assert found["license"] in HUB_LICENCES
    if found["license"] == "other":
        assert re.fullmatch(r"[a-z0-9.-]+", found["license_name"])


def test_norwegian_is_a_language_and_not_a_truth_value() -> None:
    found = fields(entry(declared_task={"languages": ["no", "yue-Hant-HK"]}))
    assert found["language"] == ["en", "no", "yue"]
    assert found["multilinguality"] == ["multilingual"]


@pytest.mark.parametrize(
    ("output", "metrics", "category"),
    [
        ({"type": "multilabel", "labels": ["a", "b"]}, ["macro_f1"], ["audio-classification"]),
        ({"type": "text"}, ["wer"], ["automatic-speech-recognition"]),
        ({"type": "text"}, ["bleu"], ["translation"]),
        ({"type": "audio"}, ["si_sdr"], ["audio-to-audio"]),
        ({"type": "text"}, ["exact_match"], None),
        ({"type": "number", "unit": "dB"}, ["mae"], None),
    ],
)
def test_what_is_asked_in_the_hubs_words(
    output: dict[str, Any], metrics: list[str], category: list[str] | None
) -> None:
    found = fields(entry(declared_task={"output": output, "metrics": metrics}))
    assert found.get("task_categories") == category


def test_a_row_of_the_table_of_instances() -> None:
    assert (
        "| `EmotionRecognition_CREMA-D` | 3 labels | 200 | 8.4 | en |"
        " [CC-BY-4.0](https://spdx.org/licenses/CC-BY-4.0.html) | `accuracy` | 33.3% | 66.5% |\n"
    ) in card(manifest(entry()))


def test_columns_that_say_nothing_are_left_out_and_lower_is_marked() -> None:
    number = {"output": {"type": "number", "unit": "dB"}, "metrics": ["mae"]}
    shown = card(manifest(entry(declared_task=number)))
    assert "| languages | licence | metric |\n" in shown
    assert "| number (dB) | 200 |" in shown
    assert "| `mae` ↓ |\n" in shown


def test_how_far_those_who_listened_agree() -> None:
    estimate = Estimate(value=0.91, low=0.8, high=1.0)
    unknown = Estimate(value=None, low=None, high=None)
    heard = ReviewOutcome(
        schema_version=1, rubric=1, task="EmotionRecognition", folder_sha256="3" * 64,
        report_sha256="4" * 64, pull_request=12,
        reviews=[Review(account=name, commit=COMMIT) for name in ("ada", "grace")], examples=24,
        agreement=estimate, ac1=unknown, alpha={}, bad=[],
        disputed=[Rated(instance="EmotionRecognition_CREMA-D", file="1001_IEO")],
    )  # fmt: skip
    reviewed = entry(approval=entry().approval.model_copy(update={"heard": heard}))
    assert (
        "- Heard: 24 examples by two or more reviewers, equal verdicts 0.91 (95 %: 0.80 to 1.00),"
        " 1 example in dispute\n"
    ) in card(manifest(reviewed))


def test_what_stands_behind_an_instance() -> None:
    reviews = [Review(account="grace", commit=COMMIT)]
    approval = entry().approval.model_copy(update={"pull_request": 12, "reviews": reviews})
    reviewed = entry(approval=approval)
    shown = card(manifest(reviewed))
    place = "tasks/EmotionRecognition"
    home = "https://github.com/dynamic-superb/dynamic-superb-tasks"
    assert (
        f"- Reviewed: [{place}]({home}/tree/{COMMIT}/{place}) at commit `{COMMIT}`; folder"
        f" `{'3' * 64}`, report `{'4' * 64}`, check `0.1.0`\n"
        f"- Pull request: [#12]({home}/pull/12)\n"
        "- Approved by `@grace`\n"
    ) in shown
    assert "1 of 1 instance name the pull request" in shown


def test_retired_instances_and_withdrawn_examples_have_their_reasons() -> None:
    what = manifest(entry(errata=[erratum()], rows=199), retired())
    shown = card(what)
    assert "| `EmotionRecognition_Old` | Half of the labels were wrong. |\n" in shown
    assert "| `1001_DFA` | `EmotionRecognition_CREMA-D` | Says nothing. |\n" in shown
    names = [config["config_name"] for config in DatasetCard(shown).data.to_dict()["configs"]]
    assert names == ["EmotionRecognition_CREMA-D"]
    assert "EmotionRecognition_Old" not in documents(what)["eval.yaml"].decode()


def test_prose_of_a_task_is_told_once_unless_its_instances_differ() -> None:
    same = [entry(stem="A"), entry(stem="B")]
    assert card(manifest(*same)).count("Tell feelings.") == 1
    other = Prose(objective="Tell moods.", data="Acted.", limitations="Actors.")
    differ = card(manifest(entry(stem="A"), entry(stem="B", prose=other)))
    assert "For `EmotionRecognition_B`:\n\n**Objective**\n\nTell moods.\n" in differ


def test_the_attribution_that_a_source_asks_for_is_on_the_card() -> None:
    data = "The originals are at\nhttp://www.voip.ammdomus.it.\n\n- by *Paola*\n- by `Marco`"
    shown = page(card(manifest(entry(prose=Prose(objective="", data=data, limitations="")))))
    assert "The originals are at ." in shown.prose
    assert "http://www.voip.ammdomus.it" in shown.code
    assert "by Paola" in shown.prose


def test_a_long_section_is_cut_and_says_where_all_of_it_is() -> None:
    prose = Prose(objective="", data="word " * 10_000, limitations="")
    shown = card(manifest(entry(prose=prose)))
    assert len(shown) < 30_000
    assert (
        f"in full in [tasks/EmotionRecognition/README.md](https://github.com/dynamic-superb/dynamic-superb-tasks/blob/{COMMIT}/"
        in shown
    )


def test_an_instance_of_which_nothing_was_measured_is_shown() -> None:
    bare = entry(statistics=without_numbers("EmotionRecognition_CREMA-D"))
    assert "`EmotionRecognition_CREMA-D`" in card(manifest(bare))


def test_a_manifest_without_instances_makes_documents_too() -> None:
    made = documents(manifest(serial=0))
    assert sorted(made) == [
        "LICENSE.md", "README.md", "croissant.json", "eval.yaml", "references.bib",
    ]  # fmt: skip
    assert "Nothing is published at this revision." in made["README.md"].decode()
    assert "configs" not in fields()


def test_every_link_and_picture_of_the_card_leads_to_a_file_that_is_made() -> None:
    made = documents(manifest(entry()))
    shown = made["README.md"].decode("utf-8")
    targets = re.findall(r"\]\(([^)]+)\)", shown)
    inside = {target for target in targets if not target.startswith("https://")}
    assert inside == {
        "LICENSE.md", "references.bib", "assets/dimensions.png", "assets/paralinguistics.png",
    }  # fmt: skip
    assert inside <= made.keys()


def test_the_order_of_the_manifest_changes_nothing() -> None:
    entries = [entry("B", "X"), entry("A", "Y"), entry("A", "X")]
    assert documents(manifest(*entries)) == documents(manifest(*reversed(entries)))


def test_the_hub_takes_the_card(hub: Hub) -> None:
    assert hub.endpoint
    shown = card(manifest(entry(), licensed("MIT AND CC-BY-4.0", stem="B"), retired()))
    DatasetCard(shown).validate()
    with pytest.raises(ValueError, match="twice"):
        DatasetCard(shown.replace("Recognition_B\n", "Recognition_CREMA-D\n", 1)).validate()


def many(count: int) -> Manifest:
    """As many instances of tasks of all dimensions, each with prose of 3,000 characters."""
    prose = Prose(objective="word " * 100, data="word " * 300, limitations="word " * 200)
    return manifest(
        *(
            entry(
                f"EmotionRecognition{n}", "CREMA-D",
                declared_task={"dimension": DIMENSIONS[n % 6]}, prose=prose,
            )
            for n in range(count)
        )
    )  # fmt: skip


def test_the_card_of_500_instances_is_below_a_megabyte_and_has_pages() -> None:
    made = texts(many(500))
    shown = made["README.md"]
    assert len(shown) < 1_000_000
    pages = {path for path in made if path.startswith("instances/")}
    assert pages == {f"instances/{dimension}.md" for dimension in DIMENSIONS}
    assert all(f"]({path})" in shown for path in pages)
    assert max(len(made[path]) for path in pages) < 1_000_000
    assert made["instances/audio.md"].count("<details>") == 83
    assert all(f"](assets/audio-{number}.png)" in shown for number in (1, 2, 3))
    assert len(yaml.safe_load(made["eval.yaml"])["tasks"]) == 500


def test_details_stay_on_the_card_while_it_is_short() -> None:
    made = texts(many(20))
    assert len(made["README.md"]) < LIMIT
    assert not [path for path in made if path.startswith("instances/")]


def test_the_same_manifest_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    source = tmp_path / "manifest.json"
    source.write_text(many(3).model_dump_json(by_alias=True), encoding="utf-8")
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-m", "ci.card", "--manifest", source, "--to", tmp_path / seed],
            cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": seed}, check=True, capture_output=True,
        )  # fmt: skip
    first, second = (
        {path.relative_to(tmp_path / seed): path.read_bytes() for path in files}
        for seed in ("1", "2")
        if (files := [p for p in (tmp_path / seed).rglob("*") if p.is_file()])
    )
    assert first == second
    assert {path.as_posix(): content for path, content in first.items()} == documents(many(3))


def test_the_command_prints_the_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "manifest.json"
    source.write_text(manifest(entry()).model_dump_json(by_alias=True), encoding="utf-8")
    assert main(["--manifest", str(source)]) == 0
    assert capsys.readouterr().out == card(manifest(entry()))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read"),
        ("[]", "is no manifest: at its top"),
        ('{"schema_version": 1}', "is no manifest: repo_id"),
    ],
)
def test_what_is_no_manifest_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, message: str
) -> None:
    source = tmp_path / "manifest.json"
    if content is not None:
        source.write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        main(["--manifest", str(source)])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
