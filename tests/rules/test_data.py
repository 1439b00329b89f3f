"""DAT: the examples of an instance: metadata, columns, file ids, inputs."""

import json
from pathlib import Path

import pytest

from tests.flawless import (
    DATA,
    INSTANCE,
    METADATA,
    Edit,
    all_of,
    append,
    clip_name,
    clip_path,
    column,
    copy,
    folder,
    link,
    merge,
    noise,
    remove,
    rename,
    rename_column,
    replace,
    row,
    rows,
    sound,
    variant,
    write,
)
from tests.rules.cases import (
    Case,
    Place,
    Table,
    at,
    exact,
    failed,
    judge,
    line,
    parameters,
    run,
    silent,
)

WHOLE = at(METADATA)
DATASET = at(INSTANCE, '{\n    "path"')
JSONL = f"{DATA}/metadata.jsonl"


def example(number: int) -> Place:
    """The line of a row of metadata.csv, counted from 1 below the header."""
    return line(METADATA, number + 1)


def jsonl_row(number: int) -> Place:
    """The line of a row of metadata.jsonl."""
    return line(JSONL, number)


def jsonl(number: int, **cells: object) -> Edit:
    """Other cells in one row of metadata.jsonl."""

    def edit(task: Path) -> None:
        lines = (task / JSONL).read_text().splitlines()
        lines[number - 1] = json.dumps(json.loads(lines[number - 1]) | cells)
        (task / JSONL).write_text("\n".join(lines) + "\n")

    return edit


def lines(change) -> Edit:
    """Other lines of metadata.csv."""

    def edit(task: Path) -> None:
        (task / METADATA).write_bytes(change((task / METADATA).read_bytes()))

    return edit


def up_to(size: int) -> Edit:
    """Fill the last row's last cell until metadata.csv has so many bytes."""
    return lines(lambda content: content[:-1] + b"a" * (size - len(content)) + b"\n")


def instance(**fields: object) -> Edit:
    """Other fields of the instance file."""
    return merge(INSTANCE, fields)


IDS = column("file", lambda n: f"id{n}")
TEXT = variant("audio and text")
SPEAKER = all_of(column("speaker", lambda n: f"s{n % 4}"), instance(groups=["speaker"]))

CASES: Table = {
    "DAT401": [
        silent("metadata.csv"),
        silent("metadata.jsonl", variant("jsonl")),
        exact("neither", remove(METADATA), at=at(INSTANCE, '"data/Prompts"')),
        exact("both", write(JSONL, '{"file_name": "clips/c01.wav", "label": "yes"}\n'),
              at=at(INSTANCE, '"data/Prompts"'), says="metadata.csv and metadata.jsonl"),
        exact("one folder too deep", rename(METADATA, f"{DATA}/clips/metadata.csv"),
              at=at(INSTANCE, '"data/Prompts"'), also=("FLD004",)),  # it has no place there
        exact("a link", rename(METADATA, f"{DATA}/m"), link(METADATA, "m"), remove(f"{DATA}/m"),
              at=at(INSTANCE, '"data/Prompts"'), also=("FLD005",)),  # which is not followed
    ],
    "DAT402": [
        silent("CR LF at line ends, as RFC 4180 has it",
               lines(lambda b: b.replace(b"\n", b"\r\n"))),
        silent("every cell quoted", lines(lambda b: b'"' + b.replace(b",", b'","')
               .replace(b"\n", b'"\n"').removesuffix(b'"'))),
        silent("no line end at the end", lines(lambda b: b.rstrip())),
        exact("empty", write(METADATA, ""), at=WHOLE, says="holds no row"),
        exact("empty JSON lines", variant("jsonl"), write(JSONL, ""), at=at(JSONL)),
        exact("blank lines only", write(METADATA, "\n\n\n"), at=WHOLE),
        exact("Latin-1", replace(METADATA, b"yes", b"s\xed"), at=line(METADATA, 2, 16)),
        exact("a byte order mark, as spreadsheets write", lines(lambda b: b"\xef\xbb\xbf" + b),
              at=line(METADATA, 1, 1), says="byte order mark"),
        exact("a column twice", lines(lambda b: b.replace(b"label\n", b"label,label\n", 1)
              .replace(b",yes", b",yes,yes").replace(b",no", b",no,no")), at=line(METADATA, 1),
              says='"label"'),
        exact("a column without a name", lines(lambda b: b.replace(b"label\n", b"label,\n", 1)
              .replace(b",yes", b",yes,").replace(b",no", b",no,")), at=line(METADATA, 1)),
        exact("semicolons, as spreadsheets write", lines(lambda b: b.replace(b",", b";")),
              at=line(METADATA, 1), says="';'"),
        exact("tabs", lines(lambda b: b.replace(b",", b"\t")), at=line(METADATA, 1)),
        # What follows the quote cannot be read: no clip and no example is missed for it.
        exact("a quote that stays open", replace(METADATA, "clips/c30", '"clips/c30'),
              at=example(30)),
        exact("old Macintosh line ends", replace(METADATA, "\n", "\r"), at=line(METADATA, 1, 16)),
        exact("a character that nobody sees", replace(METADATA, ",yes", ",yes\u200b"),
              at=line(METADATA, 2, 18), also=("DAT422",)),  # which makes it another label
        silent("5,000,000 bytes", column("notes", "a" * 124_900), up_to(5_000_000)),
        exact("5,000,001 bytes", column("notes", "a" * 124_900), up_to(5_000_001),
              at=line(METADATA, 1, 1), says="5,000,000"),
    ],
    "DAT403": [
        silent("a comma in quotes", variant("text")),
        exact("a comma too many", replace(METADATA, "c05.wav,yes", "c05.wav,yes,no"), at=example(5),
              says=("3 cells", "has 2")),
        exact("a comma too few", replace(METADATA, "c05.wav,yes", "c05.wav"), at=example(5)),
        exact("no object", variant("jsonl"), append(JSONL, "[]\n"), at=jsonl_row(41)),
        exact("no JSON", variant("jsonl"), append(JSONL, "{\n"), at=line(JSONL, 41, 2)),
        exact("a key twice", variant("jsonl"), replace(JSONL, '"label"', '"label": "no", "label"'),
              at=line(JSONL, 1, 47)),
    ],
    "DAT404": [
        silent("two named columns", variant("two clips")),
        silent("one named column", rename_column("file_name", "audio_file_name")),
        exact("beside a second clip", variant("two clips"),
              rename_column("audio_file_name", "file_name"), at=WHOLE, says="audio2_file_name"),
        exact("beside an answer", variant("audio output"),
              rename_column("audio_file_name", "file_name"), at=WHOLE),
    ],
    "DAT405": [
        silent("all clips there"),
        exact("a clip that is not there", remove(clip_path(7)), at=example(7), says="c07.wav"),
        exact("a mistyped name", row(7, file_name="clips/c007.wav"),
              remove(clip_path(7)), at=example(7), says='"clips/c007.wav"'),
        exact("upwards", row(7, file_name="../Prompts/clips/c07.wav"), remove(clip_path(7)),
              at=example(7), says="a relative POSIX path is required"),
        exact("absolute", row(7, file_name="/etc/passwd"), remove(clip_path(7)), at=example(7)),
        exact("Windows", row(7, file_name="clips\\c07.wav"), remove(clip_path(7)), at=example(7)),
        exact("a folder", row(7, file_name="clips"), remove(clip_path(7)), at=example(7)),
        exact("a dot", row(7, file_name="./clips/c07.wav"), remove(clip_path(7)), at=example(7)),
        exact("a line break", row(7, file_name="clips\nc07.wav"), remove(clip_path(7)),
              at=example(7)),
        exact("a number", variant("jsonl"), jsonl(7, file_name=7), remove(clip_path(7)),
              at=jsonl_row(7), says="is no text"),
    ],
    "DAT406": [
        silent("each named"),
        silent("an answer's clip", variant("audio output")),
        exact("one row deleted", rows(lambda table: table[:-1]), at=at(clip_path(40))),
        exact("a stray copy", copy(clip_path(1), f"{DATA}/c99.wav"), at=at(f"{DATA}/c99.wav")),
    ],
    "DAT407": [
        silent("a folder named test", folder(f"{DATA}/test")),
        exact("train", folder(f"{DATA}/train"), at=at(f"{DATA}/train")),
        exact("Validation", folder(f"{DATA}/Validation"), at=at(f"{DATA}/Validation")),
        exact("deeper", folder(f"{DATA}/clips/dev"), at=at(f"{DATA}/clips/dev")),
    ],
    "DAT408": [
        silent("no such column"),
        exact("a column of its own", column("instruction", "Say what you hear."),
              at=WHOLE),
    ],
    "DAT411": [
        silent("under another name", rename_column("label", "answer"),
               instance(columns={"label": "answer"})),
        exact("no label", rename_column("label", "labels"), at=WHOLE,
              says=('"label" is missing', '"columns": {"label": "labels"}')),
        exact("a mistyped clip column", rename_column("file_name", "filename"), at=WHOLE,
              says='"audio" is missing'),
        exact("a blank before its name", rename_column("label", " label"), at=WHOLE,
              says='has " label", "audio"'),
        exact("no second clip", merge("task.json", {"inputs": ["audio", "audio2"]}), at=WHOLE),
        exact("no group", instance(groups=["speaker"]), at=WHOLE),
        exact("a name that the source has not", instance(columns={"label": "answer"}), at=WHOLE,
              says=('"answer" for label', 'take "label" out of "columns"')),
        exact("the name of the file's column", instance(columns={"audio": "file_name"}),
              at=WHOLE, says='take "audio" out of "columns"'),
        # The rows are not called empty as well.
        exact("all of them under other names", rename_column("file_name", "wav_file_name"),
              rename_column("label", "answer"), at=[WHOLE] * 2),
        exact("counted from one", variant("two clips"),
              rename_column("audio_file_name", "audio1_file_name"), at=WHOLE,
              says='"columns": {"audio": "audio1"}'),  # audio2 is read already
        exact("a header and no row", write(METADATA, "file_name,answer\n"), remove(f"{DATA}/clips"),
              at=WHOLE, also=("DAT431",)),  # 0 examples
    ],
    "DAT412": [
        silent("no empty row"),
        exact("a blank line", append(METADATA, "\n"), at=example(41)),
        exact("commas only", append(METADATA, ",\n"), at=example(41)),
        exact("no member", variant("jsonl"), append(JSONL, "{}\n"), at=jsonl_row(41)),
        exact("a blank line of JSON", variant("jsonl"), append(JSONL, "\n"),
              at=jsonl_row(41)),
    ],
    "DAT413": [
        silent("an empty group", column("gender", ""), instance(groups=["gender"])),
        exact("no label", row(3, label=""), at=example(3), says="label is empty"),
        exact("no clip", row(3, file_name=""), remove(clip_path(3)), at=example(3),
              says="audio is empty"),
        exact("no text", TEXT, row(3, text=""), at=example(3)),
        exact("a text of blanks", TEXT, row(3, text="  "), at=example(3)),
        exact("text and label", TEXT, row(3, text="", label=""), at=example(3),
              says="text and label are empty"),
        exact("null", variant("jsonl"), jsonl(3, label=None), at=jsonl_row(3)),
        exact("no set of labels", variant("multilabel"), row(3, label=""), at=example(3)),
    ],
    "DAT414": [
        silent("numbers are texts in CSV", TEXT, column("text", str)),
        exact("a text where a clip is due", rename_column("file_name", "audio"), IDS,
              remove(f"{DATA}/clips"), at=[example(n) for n in range(1, 41)],
              says=("a clip is required", "audio_file_name")),
        exact("a clip where a text is due", TEXT, row(3, text="clips/c03.wav"),
              rename_column("file_name", "audio_file_name"),
              rename_column("text", "text_file_name"),
              column("text_file_name", lambda n: f"clips/{clip_name(n)}"),
              at=[example(n) for n in range(1, 41)], says="a text is required"),
        exact("a number in JSON", TEXT, variant("jsonl"), jsonl(3, text=5), at=jsonl_row(3),
              says="text is 5"),
        exact("a number as a group", SPEAKER, variant("jsonl"), jsonl(3, speaker=7),
              at=jsonl_row(3)),
    ],
    "DAT415": [
        silent("64 characters, dots and dashes", IDS, row(1, file="a" * 64),
               row(2, file="v1.0-a_b")),
        silent("a number in JSON", IDS, variant("jsonl"), jsonl(3, file=7)),
        exact("65 characters", IDS, row(1, file="a" * 65), at=example(1)),
        exact("an extension", IDS, row(1, file="LJ001.wav"), at=example(1), says='write "LJ001"'),
        exact("a path", IDS, row(1, file="clips/LJ001"), at=example(1), says='write "LJ001"'),
        exact("a blank", IDS, row(1, file="a b"), at=example(1)),
        exact("an accent in the clip's name", rename(clip_path(1), f"{DATA}/clips/c01.v.wav"),
              row(1, file_name="clips/c01.v.wav"), row(2, label="no"), IDS, row(2, file="é"),
              at=example(2), says="column file"),
        exact("a list", IDS, variant("jsonl"), jsonl(3, file=["a"]), at=jsonl_row(3)),
        exact("an empty text in JSON", IDS, variant("jsonl"), jsonl(3, file=""), at=jsonl_row(3)),
    ],
    "DAT416": [
        silent("ids of their own", IDS),
        exact("one id twice", IDS, row(9, file="id1"), at=example(9), says="line 2"),
        exact("clips of one name in two folders",
              sound(f"{DATA}/more/c01.wav", noise(99)),
              rows(lambda t: [*t, {"file_name": "more/c01.wav", "label": "no"}]),
              at=example(41), says="c01"),
    ],
    "DAT417": [
        silent("one clip, another text", TEXT, row(2, file_name="clips/c01.wav"), IDS,
               remove(clip_path(2))),
        silent("two clips the other way round", variant("two clips"),
               row(2, audio_file_name="clips/c02.wav", audio2_file_name="clips/c01.wav"), IDS),
        exact("clip and text", TEXT, row(2, file_name="clips/c01.wav", text="extension 1"), IDS,
              remove(clip_path(2)), at=example(2), says=("id1", "line 2")),
        exact("the same bytes under another name", TEXT, row(2, text="extension 1"),
              copy(clip_path(1), clip_path(2)), at=example(2)),
        exact("two clips", variant("two clips"), IDS,
              row(2, audio_file_name="clips/c01.wav", audio2_file_name="clips/c02.wav"),
              at=example(2)),
    ],
    "DAT418": [
        silent("clips of their own"),
        exact("one clip twice", row(2, file_name="clips/c01.wav"), IDS, remove(clip_path(2)),
              at=example(2), says="line 2"),
        exact("the same bytes under another name", copy(clip_path(1), clip_path(2)),
              at=example(2)),
        exact("with another answer", row(2, file_name="clips/c01.wav", label="no"), IDS,
              remove(clip_path(2)), at=example(2)),
    ],
    "DAT436": [
        silent("digits and names", variant("text"),
               column("label", lambda n: f"call Ada at extension {n} on 2003-10-{n}")),
        exact("a phone number", variant("text"), row(7, label="my number is (030) 1234 5678 90"),
              at=example(7), says="(030) 1234 5678 90"),
        exact("a mail address", variant("audio and text"), row(7, text="ada@example.org"),
              at=example(7), says="text holds the mail address"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "case"), parameters(CASES))
def test_case(code, case, tmp_path, clips, measure):
    judge(code, case, tmp_path, clips, measure)


def test_a_clip_that_the_machine_cannot_read_is_a_problem_of_ours(tmp_path, clips, measure):
    sounds = {clip_path(1): failed("unreadable", "Permission denied", size=0)}
    _, report = run(Case("", (), sounds=sounds), tmp_path, clips, measure)
    assert report.findings == []
    assert [problem.kind for problem in report.problems] == ["unreachable"]
    assert "c01.wav" in report.problems[0].message
    assert report.tasks[0].verdict == "incomplete"


def test_a_finding_names_its_example(tmp_path, clips, measure):
    _, report = run(Case("", (IDS, row(3, label="yess"))), tmp_path, clips, measure)
    assert [finding.example for finding in report.findings] == ["id3"]
