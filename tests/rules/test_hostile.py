"""Input made to be slow or to break the check: it ends, and no rule crashes.

What was mended here took minutes once: pytest-timeout would end it.
"""

import json
import shutil

import pytest

from tests.flawless import DATA, INSTANCE, METADATA, Edit, merge, remove, write
from tests.rules.cases import OFFLINE, STATIC, Case, run

pytestmark = pytest.mark.timeout(120)  # each takes seconds; a quarter of a million findings 5


def filled(piece: str, size: int = 255_000) -> str:
    """A text of a piece over and over."""
    return piece * (size // len(piece.encode()))


PIECES = (
    "[", "![", "*a_", "> ", "`", "<", "- ", "a\n", "{", "@a{", "@a{b, c = {", '"', "\\", "# x\n",
    "TODO ", "<your ", "{labels}", "\t", "|a", "&#", "1. ", "é", "A.", "```\n", "insert a ",
)  # fmt: skip
TEXTS = ("README.md", "references.bib", "instructions.txt", "task.json")
CELLS = ('"', ",", "a,b\n", '"a\n', "\n", '""', "é,", "\\", "[,")
TABLES = ("metadata.csv", "metadata.jsonl")

# Each was once slow, or is the one thing that its file is made of.
KNOWN = [("README.md", "# x\n"), ("references.bib", "@a{"), ("task.json", "["),
         ("instructions.txt", "{labels}")]  # fmt: skip


@pytest.mark.parametrize(("path", "piece"), KNOWN)
def test_a_quarter_of_a_megabyte_of_one_thing(path, piece, tmp_path, clips, measure):
    ends(Case("", (write(path, filled(piece)),), options=STATIC), tmp_path, clips, measure)


@pytest.mark.torture
@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("path", TEXTS)
def test_a_quarter_of_a_megabyte_of_anything(path, piece, tmp_path, clips, measure):
    ends(Case("", (write(path, filled(piece)),), options=STATIC), tmp_path, clips, measure)


def test_half_a_megabyte_of_columns(tmp_path, clips, measure):
    edits = (remove("data"), write(METADATA, filled(",", 500_000)))
    ends(Case("", edits, options=OFFLINE), tmp_path, clips, measure)


@pytest.mark.torture
@pytest.mark.parametrize("piece", CELLS)
@pytest.mark.parametrize("name", TABLES)
def test_half_a_megabyte_of_metadata(name, piece, tmp_path, clips, measure):
    edits = (remove("data"), write(f"{DATA}/{name}", filled(piece, 500_000)))
    ends(Case("", edits, options=OFFLINE), tmp_path, clips, measure)


def test_thousands_of_clips_that_are_not_there(tmp_path, clips, measure):
    rows = "".join(f"clips/d{n:05}.wav,yes\n" for n in range(5_000))
    edits = (write(METADATA, f"file_name,label\n{rows}"),)
    ends(Case("", edits, options=OFFLINE), tmp_path, clips, measure)


def test_thousands_of_labels_that_are_nearly_right(tmp_path, clips, measure):
    labels = ["yes", "no", *(f"answer number {n:03}" for n in range(900))]
    rows = "".join(f"clips/c01.wav,answer nunber {n:05}\n" for n in range(5_000))
    edits: tuple[Edit, ...] = (
        merge("task.json", {"output": {"labels": labels}}),
        write(METADATA, f"file_name,label\n{rows}"),
    )
    ends(Case("", edits, options=OFFLINE), tmp_path, clips, measure)


def test_a_thousand_mistyped_keys(tmp_path, clips, measure):
    keys = json.dumps({f"labl{n}": n for n in range(5_000)})
    edits = (write(INSTANCE, keys), write("task.json", keys))
    ends(Case("", edits, options=STATIC), tmp_path, clips, measure)


def ends(case: Case, tmp_path, clips, measure) -> None:
    """Check a case; it must be told something, and by rules that hold."""
    _, report = run(case, tmp_path, clips, measure)
    assert report.problems == []
    assert report.tasks[0].verdict != "pass"
    shutil.rmtree(tmp_path)
