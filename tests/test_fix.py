"""`--fix`: what it mends, what it leaves alone, and that a file is never half written."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.instance import Instance
from schema.task import Task
from tests.flawless import (
    INSTANCE,
    METADATA,
    TASK,
    Edit,
    all_of,
    append,
    link,
    make_task,
    merge,
    replace,
    rows,
    write,
)
from tests.rules.cases import STATIC
from validators import fix, tidy
from validators.check import main
from validators.engine import check
from validators.instructions import PLACEHOLDER, normalised
from validators.registry import rules
from validators.tidy import only_near, tidy_instructions, tidy_json, tidy_text

ROOT = Path(__file__).parents[1]
PATH = f"tasks/{TASK}"


@pytest.fixture
def task(tmp_path: Path, clips: Path) -> Path:
    """The flawless task in the form that `--fix` leaves."""
    folder = make_task(tmp_path, clips)
    fix.apply(tmp_path, fix.changes(tmp_path, [PATH]))
    return folder


def state(task: Path) -> dict[str, bytes]:
    """Every file of a folder but the clips."""
    files = (path for path in task.rglob("*") if path.is_file() and path.parent.name != "clips")
    return {path.relative_to(task).as_posix(): path.read_bytes() for path in files}


def mended(task: Path) -> list[str]:
    """Fix the folder; what was said of it."""
    found = fix.changes(task.parents[1], [PATH])
    fix.apply(task.parents[1], found)
    return [said for change in found for said in change.mends]


def codes(task: Path, measure: Any) -> set[str]:
    report = check(task.parents[1], [PATH], STATIC, measure)
    return {finding.rule for finding in report.findings}


def indented(path: str) -> Edit:
    def edit(task: Path) -> None:
        data = json.loads((task / path).read_text())
        (task / path).write_text(json.dumps(dict(reversed(data.items())), indent="\t"))

    return edit


def edited(path: str, change: Callable[[bytes], bytes]) -> Edit:
    return lambda task: (task / path).write_bytes(change((task / path).read_bytes())) and None


# What was wrong; the rule that says so, if any. Each is mended back to the very same bytes.
BACK: dict[str, tuple[Edit, str | None]] = {
    "tabs and another order": (indented("task.json"), None),
    "instance in another order": (indented(INSTANCE), None),
    "one line": (edited("task.json", lambda raw: json.dumps(json.loads(raw)).encode()), "JSN819"),
    "escaped letters": (
        all_of(replace("task.json", "Ada Example", "\\u0041da Example")), None,
    ),
    "byte order mark": (edited("task.json", lambda raw: tidy.BOM + raw), "JSN802"),
    "byte order mark in prose": (edited("README.md", lambda raw: tidy.BOM + raw), "JSN802"),
    "CR LF": (edited("task.json", lambda raw: raw.replace(b"\n", b"\r\n")), "JSN804"),
    "CR LF in instructions": (
        edited("instructions.txt", lambda raw: raw.replace(b"\n", b"\r\n")), "JSN804",
    ),
    "CR alone": (edited("README.md", lambda raw: raw.replace(b"\n", b"\r")), "JSN804"),
    "no final line end": (edited("README.md", lambda raw: raw.rstrip(b"\n")), None),
    "many final line ends": (append("references.bib", "\n\n\n"), None),
    "blanks at line ends": (replace("references.bib", "{2024}\n", "{2024} \t \n"), None),
    "zero width": (replace("task.json", "Answer det", "Answer\u200b det"), "JSN803"),
    "zero width as an escape": (replace("task.json", "Answer det", "Answer\\u200b det"), "JSN803"),
    "zero width in an instruction": (
        replace("instructions.txt", "Say what", "Say\u2060 what"), "JSN803",
    ),
    "whole number": (replace("task.json", "_version\": 1", "_version\": 1.0"), "JSN807"),
    "whole number with exponent": (replace(INSTANCE, "_version\": 1", "_version\": 1e0"), "JSN807"),
    "mistyped field": (replace("task.json", '"metrics"', '"metric"'), "JSN812"),
    "mistyped field of an instance": (
        replace(INSTANCE, '"license": "CC', '"licence": "CC'), "JSN812",
    ),
    "mistyped inner field": (replace("task.json", '"github"', '"Git-Hub"'), None),
    "mistyped metric": (replace("task.json", '"accuracy"', '"acuracy"'), "JSN815"),
    "mistyped metric of a result": (replace(INSTANCE, '"accuracy"', '"Accuracy"'), "JSN815"),
    "mistyped dimension": (replace("task.json", '"content"', '"Content"'), "JSN815"),
    "mistyped output": (replace("task.json", '"classification"', '"clasification"'), "JSN815"),
    "field and value mistyped": (
        all_of(replace("task.json", '"metrics"', '"metrcs"'),
               replace("task.json", '"accuracy"', '"acuracy"')), "JSN812",
    ),
    "another schema": (replace("task.json", "../../schema/task", "../schema/task"), "JSN817"),
    "another schema of an instance": (
        replace(INSTANCE, "../../../schema/instance", "../../../schema/task"), "JSN817",
    ),
    "language": (replace("task.json", '"en"', '"eng"'), "TSK202"),
    "repeated keyword": (
        replace("task.json", '"telephone speech"', '"telephone speech", "Answers"'), "TSK206",
    ),
    "repeated instruction": (
        append("instructions.txt", "say WHAT the speaker answers - {labels}\n"), "INS302",
    ),
    "blank line": (replace("instructions.txt", "\nWhich", "\n\n \t\nWhich"), "INS303"),
    "blanks around a line": (replace("instructions.txt", "\nWhich", "\n  Which"), "INS303"),
    "byte order mark of data": (edited(METADATA, lambda raw: tidy.BOM + raw), "DAT402"),
}  # fmt: skip


@pytest.mark.parametrize("name", BACK)
def test_what_is_mended_is_as_it_was(name: str, task: Path) -> None:
    before = state(task)
    BACK[name][0](task)
    assert state(task) != before, "the edit changes something"
    assert mended(task)
    assert state(task) == before
    assert mended(task) == []


@pytest.mark.parametrize("name", [name for name, (_, code) in BACK.items() if code])
def test_the_rule_that_finds_it_says_that_it_can_be_fixed(
    name: str, task: Path, measure: Any
) -> None:
    edit, code = BACK[name]
    edit(task)
    if code == "DAT402":  # needs the data
        assert main(["--offline", "--format", "json", "--output", os.devnull, str(task)]) == 1
    else:
        assert code in codes(task, measure)
    assert rules()[str(code)].fixable


def test_every_rule_that_says_so_is_fixed_by_a_case() -> None:
    shown = {code for _, code in BACK.values() if code} | {"SRC910"}
    assert {rule.code for rule in rules().values() if rule.fixable} == shown


def test_labels_of_an_instance_are_put_into_the_task_s_order(task: Path, measure: Any) -> None:
    merge(INSTANCE, {"labels": ["no", "yes"]})(task)
    assert "SRC910" in codes(task, measure)
    assert "put the labels into the task's order" in mended(task)
    assert json.loads((task / INSTANCE).read_text())["labels"] == ["yes", "no"]
    assert codes(task, measure) == set()


def test_letters_are_composed_in_prose_and_left_in_what_data_are_joined_by(task: Path) -> None:
    apart = unicodedata.normalize("NFD", "café")
    edit = {"description": f"Hear what is ordered in the {apart} by a guest."}
    merge("task.json", edit | {"output": {"labels": [apart, "no"]}})(task)
    append("README.md", f"The {apart} is loud.\n")(task)
    assert mended(task) == ["wrote letters in Unicode's normal form (NFC)"] * 2
    data = json.loads((task / "task.json").read_text())
    assert "café" in data["description"]
    assert data["output"]["labels"] == [apart, "no"]
    assert "café" in (task / "README.md").read_text()


ALONE: dict[str, Edit] = {
    "a syntax error": replace("task.json", '"languages"', '"languages",'),
    "a repeated key": replace("task.json", '"title"', '"title": "Other",\n"title"'),
    "not a number": replace("task.json", "_version\": 1", "_version\": NaN"),
    "not UTF-8": edited("task.json", lambda raw: raw.replace(b"Answer", b"Answ\xe9r")),
    "prose that is not UTF-8": edited("README.md", lambda raw: raw + b"\xff\n"),
    "too long": edited("README.md", lambda raw: raw + b"word " * 60_000),
    "two metrics are near": replace("task.json", '"macro_f1"', '"mcro_f1"'),
    "no dimension is near": replace("task.json", '"content"', '"emotion"'),
    "the field is there already": replace(
        "task.json", '"metrics"', '"metric": ["wer"],\n  "metrics"'
    ),
    "two fields for one": replace(
        "task.json", '"metrics": [', '"metrisc": [\n    "accuracy"\n  ],\n  "metric": ['
    ),
    "a value that does not fit": replace(
        "task.json", '"metrics"', '"metricz": "accuracy",\n  "not"'
    ),
    "a licence": replace(INSTANCE, '"CC-BY-4.0",\n  "s', '"cc-by-4.0",\n  "s'),
    "a label that nobody sees whole": replace("task.json", '"yes"', '"y\\u200bes"'),
    "a label of other data": replace("task.json", '"yes"', '"yes "'),
    "a bidirectional control": replace("task.json", "Answer", "\\u202eAnswer"),
    "numbers as they are written": replace(INSTANCE, "0.75", "7.50e-1"),
    "a hard line break": replace("README.md", "pauses and", "pauses  \nand"),
    "the better of two lines": append(
        "instructions.txt", "Say what the speaker answers: labels.\n"
    ),
    "data": rows(lambda table: [row | {"label": row["label"] + " "} for row in table]),
    "data with CR LF": edited(METADATA, lambda raw: raw.replace(b"\n", b"\r\n")),
    "a stray file": write("notes.txt", "x \r\n"),
    "a file of data": write("data/Prompts/list.json", "{ }"),
}  # fmt: skip


@pytest.mark.parametrize("name", ALONE)
def test_what_a_person_must_decide_is_left_alone(name: str, task: Path) -> None:
    ALONE[name](task)
    before = state(task)
    assert set(mended(task)) <= {"laid it out anew"}
    assert {path: meaning(raw) for path, raw in state(task).items()} == {
        path: meaning(raw) for path, raw in before.items()
    }


def meaning(raw: bytes) -> Any:
    """What a file says: JSON with numbers as written, or else its bytes."""
    try:
        pairs = json.loads(raw, object_pairs_hook=sorted, parse_float=str, parse_int=str)
        return pairs if isinstance(pairs, list) else raw
    except (ValueError, TypeError):
        return raw


def test_a_link_is_never_written_through(task: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.md"
    target.write_bytes(b"text \r\n")
    link("README.md", str(target))(task)
    assert mended(task) == []
    assert target.read_bytes() == b"text \r\n"


def test_a_file_that_became_a_link_is_not_followed(task: Path, tmp_path: Path) -> None:
    append("README.md", "\n\n")(task)
    found = fix.changes(tmp_path, [PATH])
    target = tmp_path / "elsewhere.md"
    target.write_bytes((task / "README.md").read_bytes())
    link("README.md", str(target))(task)
    with pytest.raises(fix.FixError, match="cannot write"):
        fix.apply(tmp_path, found)
    assert target.read_bytes().endswith(b"\n\n\n")


def test_a_file_that_changed_in_the_meantime_is_not_overwritten(task: Path, tmp_path: Path) -> None:
    append("README.md", "\n\n")(task)
    found = fix.changes(tmp_path, [PATH])
    append("README.md", "A person was quicker.\n")(task)
    with pytest.raises(fix.FixError, match="changed in the meantime"):
        fix.apply(tmp_path, found)
    assert (task / "README.md").read_text().endswith("quicker.\n")


def test_the_mode_of_a_file_stays(task: Path) -> None:
    append("README.md", "\n\n")(task)
    (task / "README.md").chmod(0o640)
    assert mended(task)
    assert (task / "README.md").stat().st_mode & 0o777 == 0o640


def test_the_tasks_of_this_repository_are_as_they_should_be() -> None:
    paths = sorted(f"tasks/{path.name}" for path in (ROOT / "tasks").iterdir())
    assert fix.changes(ROOT, paths) == []


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("acuracy", "accuracy"), ("Macro-F1", "macro_f1"), ("macro f1", "macro_f1"),
        ("mcro_f1", None), ("er", None), ("pearsonr", "pearson"), ("f1", None), ("", None),
        ("accuracy", "accuracy"),
    ],
)  # fmt: skip
def test_only_one_near_name_is_taken(word: str, meant: str | None) -> None:
    known = ["accuracy", "balanced_accuracy", "macro_f1", "micro_f1", "wer", "cer", "pearson"]
    assert only_near(word, known) == meant


# -- whatever is written --------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["schema_version", "title", "metrics", "metric", "output", "type", "labels", "unit", "columns",
     "dimension", "languages", "keywords", "eng", "en", "accuracy", "acuracy", "classification",
     "1", "~", "a/b", "contributors", "name", "sources", "dataset", "path", "description", "inputs"]
)  # fmt: skip
TEXTS = st.one_of(
    WORDS, st.text(max_size=6), st.text("\u200b\ufeff\u0301e\r\n\t\x7f\ud800", max_size=4)
)
NUMBERS = st.sampled_from(
    ["1", "1.0", "-0.0", "1e2", "0.1000", "1E+3", "12345678901234567890", "1e999"]
)


def _json(value: Any) -> str:
    """JSON text with numbers exactly as given, which json.dumps cannot write."""
    if isinstance(value, dict):
        return "{ " + ",\r\n".join(f"{json.dumps(k)}:{_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + " , ".join(map(_json, value)) + "]"
    return value.source if isinstance(value, tidy.Numeral) else json.dumps(value)


VALUES = st.recursive(
    st.none() | st.booleans() | TEXTS | NUMBERS.map(tidy.Numeral),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=6),
    max_leaves=12,
)
FILES = st.dictionaries(WORDS | TEXTS, VALUES, max_size=10)


@given(FILES, st.sampled_from([Task, Instance]))
def test_fixed_json_stays_as_it_is_and_says_the_same(data: Any, model: Any) -> None:
    raw = _json(data).encode(errors="surrogatepass")
    tidied = tidy_json(raw, model, ["en", "eng"])
    assert tidied is not None
    assert tidy_json(tidied.content, model, ["en", "eng"]) == tidy.Tidied(tidied.content)
    layout = {"laid it out anew", "ended the lines with LF"}
    if set(tidied.mends) <= layout:
        assert _numbers(tidied.content) == _numbers(raw)


def _numbers(raw: bytes) -> Any:
    return json.loads(raw, parse_int=tidy.Numeral, parse_float=tidy.Numeral)


LINES = st.lists(
    st.sampled_from(
        ["Say it: {labels}.", "say it {labels}", "Say it: labels", "", " ", "What?", "???", "a\rb",
         "{text} e\u0301", "\u200b", "\u200bWhat", "\ufeffx", "\x0c", "{labels"]
    )
    | st.text(max_size=8)
)  # fmt: skip


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_fixed_text_stays_as_it_is(lines: list[str], end: str, mark: bool) -> None:
    raw = (tidy.BOM if mark else b"") + end.join(lines).encode(errors="ignore")
    for tidied_by in (tidy_instructions, tidy_text):
        once = tidied_by(raw)
        if once is not None:
            assert tidied_by(once.content) == tidy.Tidied(once.content)


@given(LINES)
def test_no_instruction_is_lost(lines: list[str]) -> None:
    raw = "\n".join(lines).encode(errors="ignore")
    tidied = tidy_instructions(raw)
    if tidied is None:
        return
    kept = tidied.content.decode().split("\n")
    said = {(normalised(line), *PLACEHOLDER.findall(line)) for line in kept}
    clean = [tidy._clean(line)[0] for line in raw.decode().split("\n") if "\r" not in line]
    assert {
        (normalised(line), *PLACEHOLDER.findall(line)) for line in clean if normalised(line)
    } <= said


JOINED = ("columns", "groups", "label_map", "dataset", "license", "waivers")


@given(st.lists(st.sampled_from([*BACK, *ALONE]), max_size=6, unique=True))
def test_a_mutated_folder_is_fixed_once_and_its_data_stay(
    clips: Path, tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    root = tmp_path_factory.mktemp("mutated")
    task = make_task(root, clips)
    for name in names:
        edit = ALONE[name] if name in ALONE else BACK[name][0]
        with contextlib.suppress(AssertionError, ValueError):  # the place is gone, or no JSON
            edit(task)
    before = state(task)
    sounds = {path: path.read_bytes() for path in task.glob("data/*/clips/*")}
    mended(task)
    assert mended(task) == []
    after = state(task)
    assert set(after) == set(before)
    assert {path: path.read_bytes() for path in sounds} == sounds
    assert after[METADATA] == before[METADATA].removeprefix(tidy.BOM)
    for path in ("task.json", INSTANCE):
        old, new = _loaded(before[path]), _loaded(after[path])
        for field in JOINED:
            if field in old:
                assert new[field] == old[field]
        assert new.get("output", {}).get("labels") == old.get("output", {}).get("labels")
    shutil.rmtree(root)


def _loaded(raw: bytes) -> dict[str, Any]:
    try:
        data = _numbers(raw.removeprefix(tidy.BOM))
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


# -- the command line -----------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> None:
    settings = [
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=ada@example.org",
        "-c",
        "core.autocrlf=false",
    ]
    subprocess.run(["git", *settings, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(task: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository whose README.md wants mending, all committed."""
    root = task.parents[1]
    git(root, "init", "--quiet")
    (root / ".gitignore").write_text(".cache/\n")
    append("README.md", "\n\n")(task)
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "all")
    monkeypatch.chdir(root)
    return root


ARGUMENTS = ["--static", "--fix", PATH]


def test_a_clean_tree_is_fixed_shown_and_checked(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(ARGUMENTS) == 0
    printed = capsys.readouterr().out
    assert f"{PATH}/README.md: ended the file with one line end" in printed
    assert f"--- {PATH}/README.md" in printed
    assert "--fix changed 1 file." in printed
    assert f"{PATH} is incomplete." in printed  # the check, as usual
    assert main([*ARGUMENTS, "--allow-dirty"]) == 0
    assert "--fix changed 0 files." in capsys.readouterr().out


def modified(root: Path) -> None:
    append("README.md", "One more sentence stands here.\n\n")(root / PATH)


def untracked(root: Path) -> None:
    git(root, "rm", "--cached", "--quiet", f"{PATH}/README.md")


def ignored(root: Path) -> None:
    untracked(root)
    (root / ".gitignore").write_text("README.md\n")


@pytest.mark.parametrize("dirty", [modified, untracked, ignored])
def test_what_git_does_not_hold_is_not_changed_unless_allowed(
    dirty: Callable[[Path], None], repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dirty(repository)
    before = state(repository / PATH)
    with pytest.raises(SystemExit) as stop:
        main(ARGUMENTS)
    assert stop.value.code == 2
    printed = capsys.readouterr()
    assert "nothing was changed" in printed.err
    assert "--allow-dirty" in printed.err
    assert f"--- {PATH}/README.md" in printed.out, "what it would do is shown"
    assert state(repository / PATH) == before
    assert main([*ARGUMENTS, "--allow-dirty"]) == 0
    assert state(repository / PATH) != before


def test_what_is_staged_can_be_taken_back(repository: Path) -> None:
    modified(repository)
    git(repository, "add", ".")
    assert main(ARGUMENTS) == 0
    git(repository, "restore", PATH)
    assert (repository / PATH / "README.md").read_text().endswith("here.\n\n")


def test_a_dirty_file_that_needs_no_fix_does_not_matter(repository: Path) -> None:
    replace("task.json", "Answer detection", "Answers")(repository / PATH)
    assert main(ARGUMENTS) == 0


def test_without_git_nothing_is_changed_unless_allowed(
    task: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(task.parents[1])
    append("README.md", "\n\n")(task)
    with pytest.raises(SystemExit):
        main(ARGUMENTS)
    assert "no git can take it back" in capsys.readouterr().err
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(SystemExit):
        main(ARGUMENTS)
    assert main([*ARGUMENTS, "--allow-dirty"]) == 0


def test_json_on_standard_output_stays_json(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*ARGUMENTS, "--format", "json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["tasks"]
    assert "--fix changed 1 file." in printed.err


def test_allow_dirty_alone_means_nothing(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--allow-dirty"])
    assert stop.value.code == 2
    assert "--fix" in capsys.readouterr().err


def test_strangers_words_are_escaped_in_the_difference(task: Path) -> None:
    append("README.md", "\x1b[2J and \u202e more\r\n")(task)
    (change,) = fix.changes(task.parents[1], [PATH])
    for color in (False, True):
        shown = fix.shown(change, color=color)
        assert "\x1b[2J" not in shown
        assert "\u202e" not in shown
        assert "\\r" in shown
    assert "\x1b[31m-" in fix.shown(change, color=True)


def test_a_difference_is_not_shown_without_end(task: Path) -> None:
    edited("README.md", lambda raw: raw + b"word \n" * 2_000)(task)
    (change,) = fix.changes(task.parents[1], [PATH])
    assert len(fix.shown(change, color=False).splitlines()) <= fix.MAX_SHOWN_LINES + 2


def test_the_report_speaks_of_fix_only_where_it_can_help(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--static", PATH])
    assert "--fix" not in capsys.readouterr().out
    merge("task.json", {"dimension": "TODO"})(repository / PATH)
    main(["--static", PATH])
    assert "--fix" not in capsys.readouterr().out
    merge("task.json", {"metrics": ["acuracy"]})(repository / PATH)
    main(["--static", PATH])
    assert capsys.readouterr().out.endswith(
        "--fix mends what is safe to mend of JSN815:\n"
        f"    python -m validators.check {PATH} --fix\n"
    )


# -- what goes wrong while writing ----------------------------------------------------------------


def three_faults(task: Path) -> None:
    for path in ("README.md", "references.bib", "instructions.txt"):
        append(path, "\n\n")(task)


STEPS = ["os.replace", "os.fsync", "os.fdopen", "os.fchmod"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_failure_at_any_step_leaves_every_file_whole(
    step: str, number: int, task: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_faults(task)
    before = state(task)
    found = fix.changes(task.parents[1], [PATH])
    wanted = before | {change.path: change.after for change in found}
    name = step.rpartition(".")[2]
    real, calls = getattr(os, name), 0

    def failing(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            raise OSError(28, "No space left on device")
        return real(*arguments, **named)

    monkeypatch.setattr(os, name, failing)
    with contextlib.suppress(fix.FixError):
        fix.apply(task.parents[1], found)
    monkeypatch.undo()
    after = state(task)
    assert set(after) == set(before), "nothing is left behind"
    assert all(after[path] in (before[path], wanted[path]) for path in after)
    mended(task)
    assert state(task) == wanted


def test_a_full_disk_ends_with_2_and_a_word(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(*arguments: Any, **named: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", failing)
    assert main(ARGUMENTS) == 2
    assert f"cannot write {PATH}/README.md: No space left" in capsys.readouterr().err


def test_a_killed_run_leaves_every_file_whole_and_the_next_one_tidies_up(
    task: Path, tmp_path: Path
) -> None:
    three_faults(task)
    before = state(task)
    program = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom validators import fix\n"
        "real, calls = os.replace, []\n"
        "def replace(*a, **k):\n"
        "    calls.append(1)\n"
        "    os.kill(os.getpid(), signal.SIGKILL) if len(calls) == 2 else real(*a, **k)\n"
        "os.replace = replace\n"
        f"fix.apply(Path(sys.argv[1]), fix.changes(Path(sys.argv[1]), ['{PATH}']))\n"
    )
    run = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, check=False)
    assert run.returncode == -signal.SIGKILL
    left = [path.name for path in task.rglob(f"*{fix.LEFTOVER}")]
    assert len(left) == 1
    mended(task)
    after = state(task)
    assert set(after) == set(before)
    assert all(content.endswith(b"\n") and b"\n\n\n" not in content for content in after.values())
