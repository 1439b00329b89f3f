"""Faults that reviewers met again and again, as they would look in this repository's format."""

import json
import os
from pathlib import Path

from tests.flawless import (
    DATA,
    INSTANCE,
    METADATA,
    REVISION,
    ROWS,
    TASK,
    Edit,
    Row,
    all_of,
    clip_path,
    column,
    copy,
    instructions,
    keep,
    merge,
    remove,
    rename,
    rename_column,
    replace,
    rows,
    variant,
    without_column,
    write,
)
from tests.reviews.outcomes import Check, Found, found
from tests.rules.cases import STATIC, Place, at, clip, every, line

FILE = "instructions.txt"
TASK_FILE = "task.json"
DATASET = at(INSTANCE, '{\n    "path"')
MORE = (
    "You are the exchange: put the call through, by {labels}.\n"
    "After the beep comes a single word; which of {labels}?\n"
)
CITE = '"example2024prompts"'


def instance(**fields: object) -> Edit:
    """Other fields of the instance file; None deletes one."""
    return merge(INSTANCE, fields)


def named(stem: str) -> Edit:
    """The instance and its data under another name."""
    return all_of(
        instance(dataset={"path": f"data/{stem}"}),
        rename(INSTANCE, f"instances/{stem}.json"),
        rename(DATA, f"data/{stem}"),
    )


def each_row() -> list[Place]:
    """The places of all rows."""
    return [line(METADATA, number + 1) for number in range(1, ROWS + 1)]


# -- instructions ---------------------------------------------------------------------------------


def lines(count: int) -> Edit:
    """So many instructions, up to fourteen."""
    return write(FILE, "".join(f"{text}\n" for text in (instructions() + MORE).split("\n")[:count]))


def drawn(examples: int) -> Edit:
    """So many examples, drawn from a dataset on the Hub."""
    described = {"description": "Drawn at random from the test split.", "examples": examples}
    return instance(sampling=described)


def few_instructions(count: int, examples: int, required: int) -> Found:
    """Too few instructions for so many examples; the twin draws only so many."""
    enough = max(count, 10)
    return found(
        "INS301", drawn(examples), lines(count), of="hub", options=STATIC, at=line(FILE, 1, 1),
        twin=(drawn(20 * enough), lines(enough)),
        says=(f"there are {count} distinct instructions", f"{required} are required",
              f"write {required - count} more"),
    )  # fmt: skip


def few_for_the_second_instance() -> Found:
    """Two instances, the second with 1,205 examples; the twin has 200."""
    other = "instances/Others.json"
    pointer = {"repo_id": "ada-example/others", "revision": REVISION[::-1]}
    second = all_of(
        drawn(200), lines(10), copy(INSTANCE, other), merge(other, {"dataset": pointer})
    )
    return found(
        "INS301", second, merge(other, {"sampling": {"examples": 1205}}), of="hub", options=STATIC,
        at=line(FILE, 1, 1), twin=(second,),
        says=("there are 10 distinct instructions",
              f"61 are required (one for every 20 of 1205 examples of {TASK}_Others)",
              "write 51 more"),
    )  # fmt: skip


def same_but_for_the_options() -> Found:
    """Ten lines, of which six are left when the list of options is not counted."""
    six = instructions(count=6)
    again = instructions("({labels})", 4)
    return found(
        "INS301", write(FILE, six + again), at=line(FILE, 1, 1), also=("INS302",) * 4,
        says=("there are 6 distinct instructions", "10 are required", "write 4 more"),
    )  # fmt: skip


def terse_instruction() -> Found:
    """A keyword in the place of an instruction, and no other."""
    return found(
        "INS311", write(FILE, "Emotion change: {labels}\n"), at=line(FILE, 1, 1), also=("INS301",),
        says=("2 words beside {labels}", "at least 3 are required", "say in a whole sentence"),
    )  # fmt: skip


def no_answer_shown() -> Found:
    """A single instruction that does not say what may be answered."""
    return found(
        "INS304", write(FILE, "Is there an emergency vehicle in the traffic?\n"),
        at=line(FILE, 1, 1), also=("INS301",),
        says=("{labels} stands 0 times", "1 is required", "write {labels} once"),
    )  # fmt: skip


# -- sound and examples ---------------------------------------------------------------------------


def clips(count: int) -> Edit:
    """So many examples with a clip of their own; the sounds are literal."""

    def more(table: list[Row]) -> list[Row]:
        return table + [
            {"file_name": f"clips/d{n}.wav", "label": table[n % 2]["label"]} for n in new
        ]

    new = range(ROWS, count)
    return all_of(rows(more), *(write(f"{DATA}/clips/d{n}.wav", str(n)) for n in new))


def too_long(minutes: float) -> Found:
    """240 clips of so many minutes in all; the twin draws an hour of the same."""
    hour = {"description": "The first hour of the clips in random order.", "minutes": 60}
    return found(
        "DAT432", clips(240), twin=(clips(240), instance(sampling=hour)), at=DATASET,
        sounds=every(clip(minutes * 60 / 240)),
        says=(f"the input clips last {minutes:.2f} minutes", "at most 60 are allowed",
              'declare "sampling"'),
    )  # fmt: skip


def too_few_rows(count: int) -> Found:
    """Fewer than 32 examples."""
    return found(
        "DAT431", keep(count), at=DATASET, sounds=every(clip()),
        says=(f"there are {count} examples", "at least 32 are required", f"add {32 - count} or"),
    )  # fmt: skip


def imbalanced() -> Found:
    """35 of 40 rows have one label, as 56 of 64 had."""
    return found(
        "DAT434", column("label", lambda n: "yes" if n <= 35 else "no"), at=DATASET,
        sounds=every(clip()),
        says=("scores 87.50%", "at most 80% is allowed", "balance the labels"),
    )  # fmt: skip


def absolute_ids() -> Found:
    """File ids are paths of the author's machine."""
    return found(
        "DAT415", column("file", lambda n: f"/home/ada/AudioMNIST/data/{n:02}/0_{n:02}_0.wav"),
        at=each_row(),
        says=('"/home/ada/AudioMNIST/data/07/0_07_0.wav"',
              "without an audio extension are required", 'write "0_07_0"'),
    )  # fmt: skip


def repeated_ids() -> Found:
    """Two clips of a pair share one id."""
    return found(
        "DAT416", column("file", lambda n: f"pair{(n + 1) // 2}"), at=each_row()[1::2],
        says=("the file id pair1 is the one of line 2", "an id of its own is required",
              "give each row an id of its own"),
    )  # fmt: skip


def label_path() -> Found:
    """The label of a task of audio output is the path of a file."""
    return found(
        "DAT423", without_column("label_file_name"), column("label", "vocals/0001.wav"),
        of="audio output", at=each_row(),
        says=('the label is "vocals/0001.wav"', "a clip is required", "write the label"),
    )  # fmt: skip


# -- columns: named in `columns`, so that nobody uploads again ------------------------------------


def counted_from_one() -> Found:
    """audio1 beside audio2; the twin names it in `columns`."""
    fault = rename_column("audio_file_name", "audio1_file_name")
    return found(
        "DAT411", fault, of="two clips", at=at(METADATA),
        twin=(fault, instance(columns={"audio": "audio1"})),
        says=('the column "audio" is missing', "it is required, and the source has",
              'write "columns": {"audio": "audio1"} in the instance'),
    )  # fmt: skip


def other_column_names() -> Found:
    """Columns with names of the author's own; the twin says what they are."""
    fault = all_of(
        rename_column("audio_file_name", "speech1_file_name"),
        rename_column("audio2_file_name", "speech2_file_name"),
        rename_column("label", "score"),
    )
    columns = {"audio": "speech1", "audio2": "speech2", "label": "score"}
    return found(
        "DAT411", fault, of="two clips", at=[at(METADATA)] * 3,
        twin=(fault, instance(columns=columns)),
        says=('the column "label" is missing', 'the source has "score", "speech1", "speech2"',
              'add the column label, or name it in "columns"'),
    )  # fmt: skip


def two_answers() -> Found:
    """label_1 and label_2; the twin says which of the two is asked for."""
    fault = all_of(rename_column("label", "label_1"), column("label_2", "twenties"))
    return found(
        "DAT411", fault, at=at(METADATA), twin=(fault, instance(columns={"label": "label_1"})),
        says=('the column "label" is missing', 'the source has "audio", "label_1", "label_2"',
              'write "columns": {"label": "label_'),
    )  # fmt: skip


def another_format() -> Found:
    """Tags in a column of their own, with a separator of their own."""
    fault = all_of(
        rename_column("label", "tags"), column("tags", lambda n: "noise;echo" if n % 2 else "noise")
    )
    return found(
        "DAT411", fault, of="multilabel", at=at(METADATA),
        says=('the column "label" is missing', 'the source has "audio", "tags"',
              'add the column label, or name it in "columns"'),
    )  # fmt: skip


def typed(**cells: object) -> Edit:
    """metadata.jsonl with other cells, of other types than text, made from the row's number."""

    def edit(task: Path) -> None:
        variant("jsonl")(task)
        path = task / DATA / "metadata.jsonl"
        table = [json.loads(text) for text in path.read_text().splitlines()]
        for number, r in enumerate(table, 1):
            r.update({name: make(number) for name, make in cells.items()})
        path.write_text("".join(json.dumps(r) + "\n" for r in table))

    return edit


# -- files and folders ----------------------------------------------------------------------------


def readme_of_an_instance(text: str) -> Found:
    """A README beside the instance files."""
    return found(
        "FLD004", write("instances/README.md", text), at=at("instances/README.md"),
        says=("instances/README.md has no place in a task folder",
              "instances/*.json and data/<file stem>/", "delete it"),
    )  # fmt: skip


def instance_beside_the_task() -> Found:
    """instance.json stands in the task's folder."""
    return found(
        "FLD004", rename(INSTANCE, "instance.json"), at=at("instance.json"),
        also=("FLD003", "FLD007"),
        says=("instance.json has no place in a task folder", "instances/*.json",
              "put it at instances/<Dataset>.json"),
    )  # fmt: skip


def nested_layout() -> Found:
    """Task/Task_Dataset/instance.json, as the original benchmark had it, with its data inside."""
    inner = f"{TASK}_Prompts"
    return found(
        "FLD004", rename(INSTANCE, f"{inner}/instance.json"),
        at=[at(inner), at(f"{inner}/instance.json")], also=("FLD003", "FLD007"),
        says=(f"{inner}/instance.json has no place in a task folder", "instances/*.json",
              "put it at instances/<Dataset>.json"),
    )  # fmt: skip


def misplaced_files() -> Found:
    """Code and clips stand beside task.json."""
    return found(
        "FLD004", write("code/prepare.py", "print()\n"), write("audio/0001.wav", b"RIFF"),
        at=[at(path) for path in ("audio", "audio/0001.wav", "code", "code/prepare.py")],
        says=("audio/0001.wav has no place in a task folder",
              "data/<file stem>/ with metadata and clips are known", "delete it"),
    )  # fmt: skip


def sound_in_git(size: int) -> Found:
    """Clips of more than 10 MB are kept in the repository."""

    def grown(task: Path) -> None:
        path = task / clip_path(1)
        path.unlink()
        path.touch()
        others = sum(p.stat().st_size for p in (task / "data").rglob("*") if p.is_file())
        os.truncate(path, size - others)

    return found(
        "FLD008", grown, at=at("data"), sounds=every(clip()),
        says=(f"data/ holds {size:,} bytes", "at most 10,000,000 are allowed",
              "upload the data to the Hub and point at the commit"),
    )  # fmt: skip


def on_one_line() -> Found:
    """instance.json is written without a line break."""

    def joined(task: Path) -> None:
        path = task / INSTANCE
        path.write_text(json.dumps(json.loads(path.read_bytes())))

    return found(
        "JSN819", joined, at=line(INSTANCE, 1, 1),
        says=("7 fields stand on one line", "an indented line is required",
              "write each field on an indented line"),
    )  # fmt: skip


def comma_missing() -> Found:
    """A comma is missing, and the file does not parse."""
    return found(
        "JSN805", replace(INSTANCE, '"sampling": null,', '"sampling": null'),
        at=at(INSTANCE, '"results"'),
        says=("this is not JSON", "Expecting ',' delimiter", "mend the syntax"),
    )  # fmt: skip


# -- names and pointers ---------------------------------------------------------------------------


def subset_after_underscore() -> Found:
    """EMOSpeech_Test for the test set of EMOSpeech."""
    return found(
        "FLD013", named("EMOSpeech_Test"), twin=(named("EMOSpeech-Test"),),
        at=at("instances/EMOSpeech_Test.json"),
        says=('the file stem is "EMOSpeech_Test"', "a hyphen is required",
              "rename the file to EMOSpeech-Test.json"),
    )  # fmt: skip


def misspelt_dataset() -> Found:
    """LJSPeech for LJ Speech."""
    source = replace(INSTANCE, "Example Prompts", "LJ Speech")
    return found(
        "SRC920", source, named("LJSPeech"), twin=(source, named("LJSpeech")),
        at=at("instances/LJSPeech.json"),
        says=('the file\'s name says "LJSPeech"', '"LJSpeech", as the source is spelt, is required',
              'rename the file, with "LJSpeech" in it'),
    )  # fmt: skip


def repo_id(text: str) -> Found:
    """An id that is none: with a blank in it."""
    return found(
        "PTR101", instance(dataset={"repo_id": text}), of="hub", options=STATIC,
        at=at(INSTANCE, f'"{text}"'),
        says=(f'repo_id is "{text}"', "owner/name is required", "copy owner/name"),
    )  # fmt: skip


# -- fields ---------------------------------------------------------------------------------------


def missing(path: str, field: str, of: str = "classification") -> Found:
    """A required field is left out."""
    return found(
        "JSN811", merge(path, {field: None}), of=of, at=line(path, 1, 1),
                says=(f"{field} is missing", "it is required", f'add "{field}"'),
    )  # fmt: skip


def no_revision() -> Found:
    """The version of the dataset is not said."""
    return found(
        "JSN811", instance(dataset={"revision": None}), of="hub", options=STATIC,
        at=at(INSTANCE, '{\n    "repo_id"'),
        says=("dataset.revision is missing", "it is required", 'add "revision"'),
    )  # fmt: skip


def source_without_licence() -> Found:
    """Of a source nobody says under which licence it is."""
    return found(
        "JSN811", replace(INSTANCE, '      "license": "CC-BY-4.0",\n', ""),
        at=at(INSTANCE, '{\n      "name"'),
        says=("sources[0].license is missing", "it is required", 'add "license"'),
    )  # fmt: skip


def empty_fields() -> Found:
    """description and keywords are there and say nothing."""
    return found(
        "JSN814", merge(TASK_FILE, {"description": "", "keywords": []}), also=("JSN816",),
        at=at(TASK_FILE, '"",'), says=('description is ""', "is required", "write it in the form"),
    )  # fmt: skip


def unknown_metric(name: str, of: str, hint: str = "take one of the known values") -> Found:
    """A metric that nobody has implemented: the vocabulary is closed."""
    return found(
        "JSN815", merge(TASK_FILE, {"metrics": [name]}), of=of, at=at(TASK_FILE, f'"{name}"'),
        says=(f'metrics[0] is "{name}"', 'one of "accuracy", "balanced_accuracy", ', hint),
    )  # fmt: skip


def unexplained_sampling(description: str, explained: str) -> Found:
    """A subset in two words, with nothing on how it was drawn; the twin says it."""
    return found(
        "SRC915", instance(sampling={"description": description}),
        twin=(instance(sampling={"description": explained}),), at=at(INSTANCE, f'"{description}"'),
        says=(f'sampling is described as "{description}"', "at least 5 words is required",
              "say what was drawn from what, and how"),
    )  # fmt: skip


def no_results(of: str = "classification") -> Found:
    """No number of any existing system."""
    return found(
        "SRC909", instance(results=[]), of=of, at=at(INSTANCE, "[]"),
        says=("results is empty", "published results of existing systems are welcome",
              "add results with their citation"),
    )  # fmt: skip


def results_in_another_metric() -> Found:
    """Two metrics, and a number in the second only."""
    fault = replace(INSTANCE, '"accuracy"', '"macro_f1"')
    return found(
        "SRC921", fault, at=at(INSTANCE, '[\n    {\n      "system"'),
        says=("results are given in macro_f1", "one in accuracy, the headline, is required",
              "add a result in accuracy"),
    )  # fmt: skip


# -- README and references ------------------------------------------------------------------------


def template_title() -> Found:
    """README.md is still titled as the template was."""
    return found(
        "DOC604", replace("README.md", "# Answer detection", "# Task Name"),
        at=line("README.md", 1, 1),
        says=('the title is "Task Name"', 'the one in task.json, "Answer detection", is required',
              'write "# Answer detection"'),
    )  # fmt: skip


def source_without_citation() -> Found:
    """The dataset's paper is not cited."""
    return found(
        "SRC906", replace(INSTANCE, CITE, "null"), at=at(INSTANCE, "null\n"),
        says=("cite is null", "the key of an entry in references.bib is required",
              "add an entry for the source"),
    )  # fmt: skip


def no_references() -> Found:
    """There is no references.bib."""
    return found(
        "FLD002", remove("references.bib"), at=at(""),
        says=("references.bib is missing", "references.bib are required", "add references.bib"),
    )  # fmt: skip


def unusable_references(text: str) -> Found:
    """Links, or a list by hand, in the place of BibTeX: no citation leads anywhere."""
    first, second = f'{CITE}\n    }}\n  ],\n  "sampling', f"{CITE}\n    }}\n  ]\n}}"
    return found(
        "SRC905", write("references.bib", text), at=[at(INSTANCE, first), at(INSTANCE, second)],
        says=(f"the key {CITE} has no entry", "an entry in references.bib is required",
              "add the entry to references.bib"),
    )  # fmt: skip


def incomplete_reference() -> Found:
    """A title and an address, no author and no year."""
    entry = (
        "@misc{example2024prompts,\n  title = {Forty prompts},\n"
        "  url = {https://example.org/prompts}\n}\n"
    )
    return found(
        "DOC612", write("references.bib", entry), at=line("references.bib", 1, 1),
        says=("has no author and no year", "author, title, year are required",
              "add author and year"),
    )  # fmt: skip


# -- what cannot be expressed ---------------------------------------------------------------------


def name_is_written_nowhere(check: Check) -> None:
    """The name is that of folder and file; a field of that name is no field."""
    report = check()
    assert report.findings == []
    assert [i.instance for i in report.tasks[0].instances] == [f"{TASK}_Prompts"]
    report = check(instance(name="Prompts"), merge(TASK_FILE, {"name": TASK}))
    assert {(f.rule, f.pointer) for f in report.findings} == {("JSN812", "/name")}
    assert len(report.findings) == 2


def path_is_derived(check: Check) -> None:
    """A path that is not that of the instance's name is an error, and says what is right."""
    (finding,) = check(instance(dataset={"path": "data/ConversationMatching"})).findings
    assert (finding.rule, finding.severity) == ("PTR105", "error")
    assert '"data/Prompts" is required' in finding.message


def no_common_section(check: Check) -> None:
    """Neither has a place for the other."""
    report = check(merge(TASK_FILE, {"references": ["Example (2024)"]}))
    assert [(f.rule, f.pointer) for f in report.findings] == [("JSN812", "/references")]
    report = check(merge(TASK_FILE, {"metrics": ["accuracy", "Example (2024). Forty prompts."]}))
    assert [(f.rule, f.pointer) for f in report.findings] == [("JSN815", "/metrics/1")]
