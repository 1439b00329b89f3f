"""eval.yaml, croissant.json, LICENSE.md, references.bib."""

import json
from pathlib import Path

import mlcroissant
import yaml

from ci.documents import texts
from ci.documents.citation import PAPER
from schema.manifest import PublishedColumn
from tests.documents.manifests import REFERENCE, entry, file, manifest, retired
from validators.bibliography import Bibliography

ROOT = Path(__file__).parents[2]


def test_eval_yaml_names_a_task_for_each_published_instance() -> None:
    wer = {"output": {"type": "text"}, "metrics": ["wer"]}
    made = texts(manifest(entry(), entry(stem="B", declared_task=wer), retired()))["eval.yaml"]
    assert yaml.safe_load(made) == {
        "name": "Dynamic-SUPERB",
        "description": "Whether a speech model follows instructions: each task asks one thing about"
        " a recording, and is scored on its own by the metric that the dataset card names.",
        "tasks": [
            {"id": name, "config": name, "split": "test"}
            for name in ("EmotionRecognition_B", "EmotionRecognition_CREMA-D")
        ],
    }


def test_croissant_pins_every_file_to_the_tag_of_the_publish() -> None:
    found = json.loads(texts(manifest(entry(), serial=7))["croissant.json"])
    path = "data/EmotionRecognition_CREMA-D/test-00000-of-00001.parquet"
    assert found["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert found["version"] == "7.0.0"
    assert found["distribution"] == [
        {
            "@type": "cr:FileObject",
            "@id": path,
            "name": path,
            "contentSize": "1000 B",
            "contentUrl": "https://huggingface.co/datasets/DynamicSuperb/dynamic-superb/resolve/"
            f"publish-7/{path}",
            "encodingFormat": "application/x-parquet",
            "sha256": "a" * 64,
        }
    ]
    assert [field["dataType"] for field in found["recordSet"][0]["field"]] == [
        "sc:Text", "sc:AudioObject", "sc:Text", "sc:Text",
    ]  # fmt: skip


def test_croissant_of_every_type_and_of_several_files_is_valid() -> None:
    numbers = [PublishedColumn(name="label", type="float64")]
    shards = [file(f"data/E_S/test-0000{n}-of-00002.parquet") for n in (0, 1)]
    made = texts(manifest(entry(columns=numbers), entry(stem="Two", files=shards), retired()))[
        "croissant.json"
    ]
    dataset = mlcroissant.Dataset(jsonld=json.loads(made))
    assert not dataset.metadata.ctx.issues.errors
    assert [record.id for record in dataset.metadata.record_sets] == [
        "EmotionRecognition_CREMA-D",
        "EmotionRecognition_Two/test-00000-of-00002",
        "EmotionRecognition_Two/test-00001-of-00002",
    ]


def test_licences_group_instances_and_name_sources_once() -> None:
    own = {"license": "CC-BY-4.0 AND LicenseRef-Own", "license_url": "https://example.org/own"}
    made = texts(manifest(entry(), entry(stem="B", declared_instance=own)))["LICENSE.md"]
    assert made.count("- CREMA-D, `https://example.org/crema-d`,") == 1
    assert (
        "## CC-BY-4.0 AND `LicenseRef-Own`\n\n"
        "[CC-BY-4.0](https://spdx.org/licenses/CC-BY-4.0.html) AND `LicenseRef-Own`: 1 instance\n\n"
        "- own licence text: `https://example.org/own`\n"
        "- `EmotionRecognition_B`\n"
    ) in made


def test_references_hold_the_paper_and_each_entry_once() -> None:
    made = texts(manifest(entry(), entry(stem="B")))["references.bib"]
    found = Bibliography.parse(made)
    assert found.failures == ()
    assert found.keys == {"huang2024dynamicsuperb", "cao2014"}
    assert made.count(REFERENCE) == 1


def test_the_paper_is_cited_as_the_citation_file_says() -> None:
    stated = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))["preferred-citation"]
    fields = Bibliography.parse(PAPER).entries[0].fields
    assert fields["title"].strip("{}") == stated["title"]
    assert fields["booktitle"].strip("{}") == stated["collection-title"]
    assert fields["doi"].strip("{}") == stated["doi"]
    assert fields["url"].strip("{}") == stated["url"]
    assert fields["year"].strip("{}") == str(stated["year"])
    assert fields["pages"].strip("{}") == f"{stated['start']}--{stated['end']}"
    assert fields["author"].strip("{}").split(" and ") == [
        f"{author['family-names']}, {author['given-names']}" for author in stated["authors"]
    ]
