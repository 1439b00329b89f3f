"""FLD: what stands in a task folder, and under which names."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flawless import (
    DATA,
    INSTANCE,
    Edit,
    all_of,
    clip_path,
    column,
    copy,
    folder,
    link,
    merge,
    remove,
    rename,
    row,
    variant,
    write,
)
from tests.rules.cases import STATIC, Case, Table, at, exact, judge, parameters, run, silent

WHOLE = at("")


def data_of(size: int) -> Edit:
    """Make data/ hold this many bytes, by a chunk behind a clip's samples that players skip."""

    def edit(task: Path) -> None:
        clip = task / clip_path(1)
        content = clip.read_bytes()
        others = sum(file.stat().st_size for file in (task / "data").rglob("*") if file != clip)
        others -= sum(d.stat().st_size for d in (task / "data").rglob("*") if d.is_dir())
        rest = size - others - len(content) - 8
        clip.unlink()
        clip.write_bytes(content + b"JUNK" + rest.to_bytes(4, "little"))
        os.truncate(clip, len(content) + 8 + rest)

    return edit


def folders(count: int) -> Edit:
    """Make so many empty folders among the clips that the task holds `count` entries."""

    def edit(task: Path) -> None:
        there = sum(1 for _ in task.rglob("*"))
        for number in range(count - there):
            (task / f"{DATA}/clips/f{number}").mkdir()

    return edit


def in_its_place(make: Callable[[Path], None]) -> Edit:
    """Something else in the place of the whole folder."""

    def edit(task: Path) -> None:
        shutil.rmtree(task)
        make(task)

    return edit


def second_instance(stem: str) -> Edit:
    """A second instance with the same data under its own name."""
    return all_of(
        copy(INSTANCE, f"instances/{stem}.json"),
        merge(f"instances/{stem}.json", {"dataset": {"path": f"data/{stem}"}}),
        copy(DATA, f"data/{stem}"),
    )


def instances(count: int) -> Edit:
    """As many instances, copies of the first."""

    def another(number: int) -> Edit:
        path = f"instances/D{number:04}.json"
        return all_of(copy(INSTANCE, path), merge(path, {"dataset": {"config": f"part{number}"}}))

    return all_of(*(another(number) for number in range(1, count)))


def named(name: str) -> Edit:
    """The first clip under another name."""
    return all_of(rename(clip_path(1), f"{DATA}/clips/{name}"), row(1, file_name=f"clips/{name}"))


def renamed(stem: str) -> Edit:
    """The one instance and its data under another name."""
    return all_of(
        merge(INSTANCE, {"dataset": {"path": f"data/{stem}"}}),
        rename(INSTANCE, f"instances/{stem}.json"),
        rename(DATA, f"data/{stem}"),
    )


CASES: Table = {
    "FLD001": [
        silent("one letter", task="A"),
        silent("letters and digits", task="ASR2"),
        exact("snake case", task="answer_detection", at=WHOLE, says='"answer_detection"'),
        exact("lower case", task="answers", at=WHOLE),
        exact("a dash", task="Answer-Detection", at=WHOLE),
        exact("begins with a digit", task="2Answers", at=WHOLE),
        exact("not ASCII", task="Répondre", at=WHOLE, says='"Répondre"'),
    ],
    "FLD002": [
        silent("all four"),
        exact("no README", remove("README.md"), at=WHOLE, says="README.md is missing"),
        exact("no instructions", remove("instructions.txt"), at=WHOLE),
        exact("no task.json", remove("task.json"), at=WHOLE),
        # Every citation then leads nowhere, but nobody can say so of a file that is not there.
        exact("no references", remove("references.bib"), at=WHOLE),
        exact(
            "another case",
            rename("README.md", "Readme.md"),
            at=WHOLE,
            also=("FLD004",),  # what stands there has no place; what has a place is not there
            says='rename "Readme.md" to README.md',
        ),
    ],
    "FLD003": [
        silent("one instance"),
        exact("no instances folder", remove("instances"), remove("data"), at=WHOLE),
        exact("an empty one", remove(INSTANCE), remove("data"), at=WHOLE),
    ],
    "FLD004": [
        silent("an empty folder among the data", folder(f"{DATA}/more")),
        silent("an upper-case extension", named("c00.WAV")),
        exact("a script", write("prepare.py", "print()"), at=at("prepare.py")),
        exact("a hidden file", write(".DS_Store", b"\0"), at=at(".DS_Store")),
        exact("a script among the data", write(f"{DATA}/load.py", ""), at=at(f"{DATA}/load.py")),
        exact("a clip outside an instance's data", write("data/a.wav", ""), at=at("data/a.wav")),
        exact("metadata among the clips", write(f"{DATA}/clips/metadata.csv", "a\n"),
              at=at(f"{DATA}/clips/metadata.csv")),
        exact("a folder of its own", folder("scripts"), at=at("scripts")),
        exact("a folder of instances", write("instances/old/A.json", "{}"),
              at=[at("instances/old"), at("instances/old/A.json")]),
        exact("an instance outside its folder", copy(INSTANCE, "instance.json"),
              at=at("instance.json"), says="put it at instances/<Dataset>.json"),
        exact("a text among the instances", write("instances/notes.txt", ""),
              at=at("instances/notes.txt")),
        exact("a pipe", lambda task: os.mkfifo(task / "pipe"), at=at("pipe")),
        exact("a line break in a name", write("a\nb", ""), at=at("a\nb")),
    ],
    "FLD005": [
        silent("no link"),
        exact("to a stranger's file", link("notes.txt", "/etc/passwd"), at=at("notes.txt")),
        exact("to nothing", link("notes.txt", "nowhere"), at=at("notes.txt")),
        exact("in the place of a file", link("README.md", "/etc/hostname"), at=at("README.md")),
        exact("to a folder", link("data/Other", "/etc"), at=at("data/Other")),
        exact(
            "in the place of a clip",
            link(clip_path(1), "c02.wav"),
            at=at(clip_path(1)),
            also=("DAT405",),  # the row's clip cannot be opened
        ),
    ],
    "FLD006": [
        silent("two datasets and a subset", rename(INSTANCE, "instances/VCTK-Noise_MUSAN.json"),
               rename(DATA, "data/VCTK-Noise_MUSAN"),
               merge("instances/VCTK-Noise_MUSAN.json",
                     {"dataset": {"path": "data/VCTK-Noise_MUSAN"}})),
        exact("a blank", variant("hub"), rename(INSTANCE, "instances/lj speech.json"),
              options=STATIC, at=at("instances/lj speech.json"), says='"lj speech"'),
        exact("two dashes", variant("hub"), rename(INSTANCE, "instances/A-B-C.json"),
              options=STATIC, at=at("instances/A-B-C.json")),
        exact("a dot", variant("hub"), rename(INSTANCE, "instances/v1.0.json"),
              options=STATIC, at=at("instances/v1.0.json")),
        exact("an underscore at the end", variant("hub"), rename(INSTANCE, "instances/A_.json"),
              options=STATIC, at=at("instances/A_.json")),
        exact("no stem", variant("hub"), rename(INSTANCE, "instances/.json"),
              options=STATIC, at=at("instances/.json")),
    ],
    "FLD007": [
        silent("two instances", second_instance("Second")),
        exact("no such instance", folder("data/Other"), at=at("data/Other"),
              says="instances/Other.json"),
        exact("another case", rename(INSTANCE, "instances/PROMPTS.json"),
              merge("instances/PROMPTS.json", {"dataset": {"path": "data/PROMPTS"}}),
              at=at(DATA), also=("PTR106",)),  # the one data folder is not the instance's
        exact("data beside a pointer to the Hub", variant("hub"), folder(DATA),
              options=STATIC, at=at(DATA), says="the Hub"),
    ],
    "FLD008": [
        silent("exactly 10 MB", data_of(10_000_000)),
        exact("a byte more", data_of(10_000_001), at=at("data"), says="10,000,001"),
    ],
    "FLD009": [
        silent("dots and dashes", named("a.b-c_1.wav")),
        exact("an accent and a blank", named("café 1.wav"), column("file", lambda n: f"id{n}"),
              at=at(f"{DATA}/clips/café 1.wav")),
        exact("a leading dash", folder(f"{DATA}/clips/-rf"), at=at(f"{DATA}/clips/-rf")),
        exact("a hidden folder", folder(f"{DATA}/clips/.git"), at=at(f"{DATA}/clips/.git")),
        silent("a task named almost as a device", task="Auxiliary"),
        silent("a clip named almost as a device", named("com10.wav")),
        *(exact(f"the task {name}", task=name, at=WHOLE, says=repr(name))
          for name in ("Con", "Prn", "Aux", "Nul", "NUL", "Com1", "Lpt9")),
        exact("the task aux", task="aux", at=WHOLE, also=("FLD001",)),
        exact("an instance named as a device", renamed("Nul"),
              at=[at("instances/Nul.json"), at("data/Nul")], says="'Nul.json'"),
        exact("a clip named as a device", named("com1.wav"), at=at(f"{DATA}/clips/com1.wav")),
        exact("a clip of two dots", named("aux.a.wav"), at=at(f"{DATA}/clips/aux.a.wav")),
        exact("a folder named as a device", folder(f"{DATA}/Prn"), at=at(f"{DATA}/Prn")),
        exact("128 characters are allowed", folder(f"{DATA}/{'a' * 128}"),
              folder(f"{DATA}/{'a' * 129}"), at=at(f"{DATA}/{'a' * 129}")),
    ],
    "FLD010": [
        silent("names that differ in more", folder(f"{DATA}/a"), folder(f"{DATA}/b")),
        exact("two folders", folder(f"{DATA}/more"), folder(f"{DATA}/More"),
              at=at(f"{DATA}/more")),
    ],
    "FLD011": [
        silent("19,999 entries", folders(19_999)),
        exact("20,000 entries", folders(20_000), at=WHOLE, says="20,000"),
    ],
    "FLD012": [
        silent("a folder"),
        exact("a file", in_its_place(lambda path: path.touch()), at=WHOLE, says="is a file"),
        exact("a link", in_its_place(lambda path: path.symlink_to("/etc")), at=WHOLE,
              says="is a symbolic link"),
    ],
    "FLD013": [
        silent("a hyphen", renamed("Prompts-Test")),
        silent("two datasets", renamed("Prompts_TestBed")),
        exact("an underscore", renamed("Prompts_Test"), at=at("instances/Prompts_Test.json"),
              says=('"Prompts_Test"', "a hyphen is required", "Prompts-Test.json")),
        exact("in small letters", renamed("Prompts_dev"), at=at("instances/Prompts_dev.json")),
    ],
    "FLD014": [
        silent("200 instances", variant("hub"), instances(200), options=STATIC),
        exact("one more", variant("hub"), instances(201), at=at("instances"), options=STATIC,
              says=("201 files", "at most 200")),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "case"), parameters(CASES))
def test_case(code, case, tmp_path, clips, measure):
    judge(code, case, tmp_path, clips, measure)


def test_a_name_that_is_not_utf8_is_shown_and_harms_nothing(tmp_path, clips, measure):
    def stray(task: Path) -> None:
        (task / os.fsdecode(b"caf\xe9")).touch()

    _, report = run(Case("bytes", (stray,)), tmp_path, clips, measure)
    (finding,) = report.findings
    assert (finding.rule, finding.path) == ("FLD004", r"tasks/AnswerDetection/caf\udce9")
