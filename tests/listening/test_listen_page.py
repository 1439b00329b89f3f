"""The page as HTML: it shows what it must, holds all it needs, and strangers' text is text."""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci.building import ApprovedTask
from schema.report import Report
from tests.flawless import (
    VARIANTS,
    all_of,
    make_task,
    merge,
    remove,
    row,
    sound,
    variant,
    write,
)
from tests.hub.server import Hub
from tests.listening.pages import ATTACKS, Outline, hostile, page_of, view_of
from tests.on_hub import REPO, SHARD, STEMS, parquet, pointing, prompts
from tests.sounds import speech
from validators.audio import Decoders
from validators.engine import Measurer, Options, check
from validators.folder import TaskFolder
from validators.listening.markup import code, data, document, h
from validators.listening.rubric import CRITERIA
from validators.measurement import Measurement
from validators.render.escape import visible
from validators.report import approve

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, clips: Path, measure: Measurer) -> str:
    root = tmp_path_factory.mktemp("plain")
    make_task(root, clips)
    return page_of(root, measure)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory, clips: Path, measure: Measurer) -> str:
    root = tmp_path_factory.mktemp("attacked")
    hostile()(make_task(root, clips))
    return page_of(root, measure)


def known(text: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/json" id="known">(.*?)</script>', text)
    result: dict[str, Any] = json.loads(found)
    return result


# -- markup ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_shown_as_text(attack: str) -> None:
    outline = Outline(document(h("p", {"title": attack}, attack, h("b", None, "x"), attack)))
    assert outline.elements == [("p", {"title": visible(attack)}), ("b", {})]
    assert "".join(outline.text).strip() == f"{visible(attack)}x{visible(attack)}"


@given(st.text(), st.text())
def test_no_text_becomes_markup(text: str, attribute: str) -> None:
    outline = Outline(document(h("p", {"title": attribute}, text)))
    assert outline.elements == [("p", {"title": visible(attribute)})]
    assert "".join(outline.text).removeprefix("\n").removesuffix("\n") == visible(text)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=4))
def test_no_data_ends_its_script(value: Any) -> None:
    text = document(h("body", None, data(value, "known")))
    assert text.count("<") == 5  # doctype, body, script, and their ends
    assert json.loads(text.split(">", 3)[3].split("</script>")[0]) == value


@pytest.mark.parametrize("text", ["a </script> b", "<!-- a"])
def test_a_script_of_ours_cannot_end_early(text: str) -> None:
    with pytest.raises(ValueError, match="must not hold"):
        code("script", text)


def test_hostile_text_adds_no_element_and_no_address(attacked: str) -> None:
    outline = Outline(attacked)
    allowed = set(
        """
        html head meta title style body a svg filter fecomponenttransfer fefuncr fefuncg fefuncb
        header p h1 h2 h3 h4 bdi ul ol li main section div dl dt dd details summary figure
        figcaption rect span table thead tbody tr th td noscript code strong label input select
        option output article path img button blockquote form fieldset legend textarea nav
        progress footer kbd script
        """.split()
    )
    assert {tag for tag, _ in outline.elements} <= allowed
    scripts = [found.get("type") for tag, found in outline.elements if tag == "script"]
    assert scripts == ["application/json", None]
    addresses = {
        (name, (value or "").split(",")[0])
        for _, attributes in outline.elements
        for name, value in attributes.items()
        if name in ("href", "src", "action", "srcset", "poster", "data", "formaction", "style")
        or name.startswith("on")
    }
    assert addresses == {
        ("href", "#examples"), ("href", "#review"), ("src", "data:image/png;base64"),
    }  # fmt: skip


def test_hostile_text_is_shown_whole(attacked: str) -> None:
    words = Outline(attacked).words
    for attack in ("<script>window.hacked=1</script>", "<b>x</b>", r"\u202egnp.exe\u2066"):
        assert attack in words
    assert not re.search("[\x00-\x08\u202a-\u202e\u2066-\u2069\u200b\ufeff]", attacked)


def test_a_file_id_that_no_verdict_could_name_has_no_form(attacked: str) -> None:
    outline = Outline(attacked)
    unnamed = [one for one in outline.all("article") if "data-judged" not in one]
    assert "The file id of this example is not lawful" in outline.words
    assert len(unnamed) == 1
    assert len(outline.all("form", class_="judge")) == len(outline.all("article")) - 1


# -- what it may do -------------------------------------------------------------------------------


def test_the_page_may_do_nothing_but_what_it_names(plain: str) -> None:
    (policy,) = Outline(plain).all("meta", http_equiv="Content-Security-Policy")
    style = plain.split("<style>")[1].split("</style>", maxsplit=1)[0]
    script = plain.rsplit("<script>")[1].split("</script>", maxsplit=1)[0]

    def hashed(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    assert policy["content"] == (
        f"default-src 'none'; style-src 'sha256-{hashed(style)}'; "
        f"script-src 'sha256-{hashed(script)}'; img-src data:; media-src blob:; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def test_the_policy_stands_before_all_that_it_is_about(plain: str) -> None:
    tags = [tag for tag, _ in Outline(plain).elements]
    assert tags[:4] == ["html", "head", "meta", "meta"]
    assert tags.index("style") > 3


def test_the_script_never_makes_markup_from_text() -> None:
    script = (ROOT / "validators/listening/page.js").read_text(encoding="utf-8")
    sinks = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(|fetch\(|import\("
    )
    assert not re.search(sinks, script)


# -- what it shows --------------------------------------------------------------------------------


def test_the_same_task_gives_the_same_bytes(tmp_path: Path, clips: Path, measure: Measurer) -> None:
    make_task(tmp_path, clips)
    assert page_of(tmp_path, measure) == page_of(tmp_path, measure)


def test_the_task_is_shown_as_a_person_sees_it(plain: str) -> None:
    words = Outline(plain).words
    for piece in (
        "Answer detection",
        "Hear whether the speaker of a telephone prompt says yes or no.",
        "The task measures whether a model hears which of two short answers",
        "one of yes, no",
        "All clips are much shorter than a real call.",
        "Example Prompts",
        "CC-BY-4.0",
        "40 examples",
        "the check passes",
        "12 instructions",
    ):
        assert piece in words


def test_twenty_four_examples_are_shown_with_all_that_belongs_to_them(plain: str) -> None:
    outline = Outline(plain)
    assert len(outline.all("article")) == 24
    assert len(outline.all("svg", class_="waveform")) == len(known(plain)["sounds"]) == 24
    images = outline.all("img", class_="spectrogram")
    assert len(images) == 24
    assert all((one["alt"] or "").startswith("Spectrogram of audio of c") for one in images)
    assert len(outline.all("button", class_="play")) == 24


def test_fewer_examples_are_shown_where_fewer_are_asked_for(
    tmp_path: Path, clips: Path, measure: Measurer
) -> None:
    make_task(tmp_path, clips)
    assert len(Outline(page_of(tmp_path, measure, clips=3)).all("article")) == 3


def test_an_example_is_given_the_instruction_that_will_be_published(
    tmp_path: Path, clips: Path, decoders: Decoders
) -> None:
    task = make_task(tmp_path, clips)
    path = f"tasks/{task.name}"
    sounds: dict[str, Measurement] = {}

    def measured(wanted: Any) -> Any:
        for one, found in decoders.measure(wanted):
            sounds[str(one.key)] = found
            yield one, found

    report = check(tmp_path, [path], Options(), measured)
    folder = TaskFolder(tmp_path, path)
    approval = approve(report, folder, sandboxed=True, cached=False)
    approved = ApprovedTask(folder, approval, "0" * 40, _statistics(report), sounds)
    published = _published(approved, tmp_path)
    view = view_of(tmp_path, decoders.measure, clips=40)
    shown = {one.example.file: one.instruction for _, one in view.shown}
    assert shown == published
    assert view.report_sha256 == approval.report_sha256
    assert view.task.digest == approval.folder_sha256


def _statistics(report: Report) -> dict[str, Any]:
    return {one.instance: one for task in report.tasks for one in task.instances}


def _published(approved: ApprovedTask, to: Path) -> dict[str, str]:
    import pyarrow.parquet

    from ci.building import build_instance
    from validators.encoding import Encoders

    (file,) = approved.folder.instances
    with Encoders(1) as encoders:
        made = build_instance(approved, file, [], encoders, to / "build")
    table = pyarrow.parquet.read_table(to / "build" / made.files[0].path)
    rows = table.select(["file", "instruction"]).to_pylist()
    return {found["file"]: found["instruction"] for found in rows}


@pytest.mark.parametrize("name", sorted(set(VARIANTS) - {"hub"}))
def test_every_kind_of_task_is_shown(
    tmp_path: Path, clips: Path, measure: Measurer, name: str
) -> None:
    variant(name)(make_task(tmp_path, clips))
    outline = Outline(page_of(tmp_path, measure, clips=4))
    players = len(outline.all("button", class_="play"))
    assert players == (8 if name in ("two clips", "audio output") else 4)
    pieces = {
        "multilabel": "any of noise, echo",
        "number": "a number, in dB",
        "text": "Words of the right answers",
        "audio output": "label, the right answer",
        "two clips": "audio2",
        "audio and text": "extension ",
    }
    assert pieces.get(name, "one of yes, no") in outline.words


def test_data_that_were_not_read_are_said_to_be_not_shown(
    tmp_path: Path, clips: Path, measure: Measurer
) -> None:
    variant("hub")(make_task(tmp_path, clips))
    outline = Outline(page_of(tmp_path, measure))
    assert "Its examples are not shown: the data are on the Hub, and --offline was given." in (
        outline.words
    )
    assert not outline.all("article")


def test_data_on_the_hub_are_shown_as_those_in_the_repository(
    tmp_path: Path, clips: Path, measure: Measurer, hub: Hub, plain: str
) -> None:
    revision = hub.put(REPO, {SHARD: parquet(prompts(clips, file=STEMS))})
    pointing(tmp_path, clips, revision=revision)
    text = page_of(tmp_path, measure, offline=False)
    assert known(text)["sounds"] == known(plain)["sounds"]
    files = [one["data-file"] for one in Outline(text).all("article")]
    assert files == [one["data-file"] for one in Outline(plain).all("article")]


def test_a_dataset_that_is_not_there_is_said(
    tmp_path: Path, clips: Path, measure: Measurer, hub: Hub
) -> None:
    pointing(tmp_path, clips)
    words = Outline(page_of(tmp_path, measure, offline=False)).words
    assert "Its examples are not shown: no row can be read; the findings say why." in words


def test_a_clip_that_cannot_be_decoded_is_shown_as_such_with_its_finding(
    tmp_path: Path, clips: Path, measure: Measurer
) -> None:
    task = make_task(tmp_path, clips)
    write("data/Prompts/clips/c07.wav", b"RIFFnothing")(task)
    outline = Outline(page_of(tmp_path, measure))
    first = outline.all("article")[0]
    assert (first["data-file"], first["data-reasons"]) == ("c07", "flagged")
    assert "the clip cannot be shown: bytes 52 49 46 46 do not begin a clip" in outline.words
    assert re.search(r"error AUD50\d", outline.words)
    assert "the check fails" in outline.words


def test_a_row_without_its_clip_and_one_without_an_answer_are_shown(
    tmp_path: Path, clips: Path, measure: Measurer
) -> None:
    task = make_task(tmp_path, clips)
    all_of(row(1, file_name="clips/gone.wav"), row(2, label=""))(task)
    words = Outline(page_of(tmp_path, measure)).words
    assert "the clip is not there as a regular file" in words
    assert "missing" in words


def test_a_file_id_that_stands_twice_has_no_form(
    tmp_path: Path, clips: Path, measure: Measurer
) -> None:
    task = make_task(tmp_path, clips)
    all_of(*(row(n, file="same" if n < 3 else f"f{n}") for n in range(1, 41)))(task)
    outline = Outline(page_of(tmp_path, measure))
    assert "The file id of this example stands twice" in outline.words
    assert not [one for one in outline.all("article", data_file="same") if "data-judged" in one]


def test_a_folder_without_its_files_still_becomes_a_page(
    tmp_path: Path, clips: Path, measure: Measurer
) -> None:
    task = make_task(tmp_path, clips)
    all_of(remove("task.json"), remove("instructions.txt"), remove("README.md"))(task)
    assert "the check fails" in Outline(page_of(tmp_path, measure)).words


def test_huge_cells_do_not_make_a_page_of_megabytes(
    tmp_path: Path, clips: Path, measure: Measurer
) -> None:
    task = make_task(tmp_path, clips)
    plain_size = len(page_of(tmp_path, measure))
    all_of(
        merge("instances/Prompts.json", {"groups": ["speaker"]}),
        row(1, speaker="x" * 100_000, label="y" * 100_000),
        row(2, speaker="x" * 100_000),
        write("README.md", "## Objective\n\n" + "z " * 120_000),
        write("instructions.txt", ("w " * 120_000) + "\n"),
    )(task)
    assert len(page_of(tmp_path, measure)) < plain_size + 400_000


def test_sound_that_would_be_too_much_is_played_as_mp3(
    tmp_path: Path, clips: Path, measure: Measurer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("validators.listening.view.SOUND_BYTES", 0)
    task = make_task(tmp_path, clips)
    sound("data/Prompts/clips/c01.wav", speech(12.0))(task)
    text = page_of(tmp_path, measure)
    assert {one["type"] for one in known(text)["sounds"]} == {"audio/mpeg"}
    words = Outline(text).words
    assert "played here as MP3, not exactly as it is" in words
    assert "cut to the first 10 s" in words


def test_the_rubric_of_the_page_is_that_of_the_docs() -> None:
    written = " ".join((ROOT / "docs/rubric.md").read_text(encoding="utf-8").split())
    for criterion, (meaning, anchors) in CRITERIA.items():
        assert f"## {criterion.capitalize()}" in written
        for words in (meaning, *anchors.values()):
            assert words in written
