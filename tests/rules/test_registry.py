"""The registry: every rule is documented, named, and has its cases; codes are for ever."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.cases import Table
from validators import registry
from validators.finding import Fault, Severity
from validators.folder import TaskFile
from validators.registry import FAMILIES, Rule, page, rule, rules, sections
from validators.task_check import DATA_SUBJECTS

MODULES = {
    "folder": "FLD",
    "writing": "JSN",
    "task": "TSK",
    "instructions": "INS",
    "pointer": "PTR",
    "hub": "PTR",
    "instance": "SRC",
    "documents": "DOC",
    "data": "DAT",
    "labels": "DAT",
    "sound": "AUD",
    "sound_statistics": "AUD",
    "neighbours": "NBR",
    "pull_request": "PUL",
    "run": "RUN",
}
ALL = tuple(rules().values())
each_rule = pytest.mark.parametrize("each", ALL, ids=lambda each: each.code)


def table_of(module: str) -> Table:
    """The cases of a family."""
    cases: Table = importlib.import_module(f"tests.rules.test_{module}").CASES
    return cases


TABLES: dict[str, Table] = {family: {} for family in MODULES.values()}
for name, family_of_module in MODULES.items():
    TABLES[family_of_module] |= table_of(name)


def test_each_module_of_rules_is_one_family_with_its_table():
    package = importlib.import_module("validators.rules")
    assert {module.name for module in pkgutil.iter_modules(package.__path__)} == set(MODULES)
    assert set(MODULES.values()) == set(FAMILIES)


@each_rule
def test_a_rule_stands_in_the_module_of_its_family(each: Rule):
    assert MODULES[each.check.__module__.rpartition(".")[2]] == each.family


@each_rule
def test_a_rule_has_an_input_that_is_silent_and_one_that_gives_exactly_its_code(each: Rule):
    cases = TABLES[each.family][each.code]
    assert any(not case.places for case in cases), "no silent case"
    assert any(case.places and not case.also for case in cases) or each.code in NEVER_ALONE


NEVER_ALONE = {
    "SRC911": "a label that nothing is mapped to never occurs, which unused-label says",
    "TSK210": "labels that are left open are also labels-left-open, for whatever data",
    "JSN801": "nothing of a file that is too large is read, so its content is missed as well",
}
"""Rules whose fault cannot but be another rule's too, and why."""


@each_rule
def test_the_cases_of_a_rule_have_names_of_their_own(each: Rule):
    names = [case.name for case in TABLES[each.family][each.code]]
    assert len(set(names)) == len(names)


def test_no_table_speaks_of_a_rule_that_does_not_exist():
    assert {code for table in TABLES.values() for code in table} == set(rules())


def test_every_rule_that_needs_data_has_a_case_with_real_clips():
    for each in ALL:
        if issubclass(each.subject, DATA_SUBJECTS) and each.code not in ONLY_LITERAL:
            cases = TABLES[each.family][each.code]
            assert any(c.places and c.sounds is None and not c.options.static for c in cases), each


ONLY_LITERAL = {"DAT432", "AUD510"}
"""An hour or a quarter of one is too much sound for a test; the numbers are literal."""


@each_rule
def test_a_rule_is_documented(each: Rule):
    first, _, rest = each.documentation.partition("\n")
    assert re.fullmatch(r"[A-Z`$<].*[^.]\.", first), "the first line is a sentence"
    assert rest.startswith("\n"), "a blank line follows"
    titles = [title for title, _ in sections(each.documentation)]
    assert {"Why", "Fix"} <= set(titles)
    assert len(set(titles)) == len(titles)
    for title, text in sections(each.documentation):
        assert text, title
        if title in ("Why", "Fix", "Limits"):
            assert text.endswith((".", "org/licenses")), (title, text)


@each_rule
def test_the_name_of_a_rule_reads_well_after_allow(each: Rule):
    """Named is the bad thing: "allow clipped-audio", never "allow check-clipping"."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+){1,4}", each.name)
    assert each.name.split("-")[0] not in {"no", "not", "check", "has", "is", "valid"} - ALLOWED
    assert not each.name.endswith(("-check", "-error"))


ALLOWED = {"no", "not"}  # no-instance, not-utf8: the lack is the bad thing


def test_names_are_unique():
    assert len({each.name for each in ALL}) == len(ALL)


@each_rule
def test_a_page_can_be_made_of_it(each: Rule):
    text = page(each)
    assert text.startswith(f"# {each.code} {each.name}\n\n{each.summary}\n")
    assert each.url == f"docs/rules/{each.code}.md"


@each_rule
def test_a_warning_or_note_can_be_excused_unless_a_rule_says_why_not(each: Rule):
    """Statistics advise; what advises must leave the last word to people."""
    if each.severity is not Severity.ERROR:
        of_pull_request = each.family == "PUL"  # a waiver excuses what stands in a folder
        assert each.waivable or of_pull_request or each.code in {"SRC902", "RUN701"}


def nothing(task: TaskFile) -> Iterator[Fault]:
    """Nothing is wrong."""
    yield from ()


def test_a_code_that_is_taken_cannot_be_taken_again():
    with pytest.raises(ValueError, match="TSK201 is taken"):
        rule("TSK201", severity=Severity.NOTE, since="0.1")(nothing)


def test_a_code_that_is_retired_cannot_be_taken_again(monkeypatch):
    monkeypatch.setitem(registry.RETIRED, "TSK299", "said something once")
    with pytest.raises(ValueError, match="TSK299 is taken"):
        rule("TSK299", severity=Severity.NOTE, since="0.1")(nothing)


def test_no_rule_has_a_code_that_is_retired():
    assert not set(rules()) & set(registry.RETIRED)


@pytest.mark.parametrize("code", ["XYZ101", "TSK1", "tsk201", "TSK2011", "TSK20\u0661"])
def test_a_malformed_code_is_refused(code):
    with pytest.raises(ValueError, match="a rule's code is a family"):
        rule(code, severity=Severity.NOTE, since="0.1")(nothing)


def test_a_preview_rule_never_blocks():
    with pytest.raises(ValueError, match="never blocks"):
        rule("TSK298", severity=Severity.ERROR, since="0.1", preview=True)(nothing)
    assert not [each for each in ALL if each.preview and each.severity is Severity.ERROR]


def test_a_rule_is_registered_under_the_name_of_its_function(monkeypatch):
    monkeypatch.setattr(registry, "_RULES", {})
    rule("TSK297", severity=Severity.WARNING, since="0.2", preview=True)(nothing)
    made = registry._RULES["TSK297"]
    assert (made.name, made.subject, made.family) == ("nothing", TaskFile, "TSK")
    assert (made.severity, made.since, made.preview) == (Severity.WARNING, "0.2", True)
    assert made.summary == "Nothing is wrong."


def test_rules_come_sorted_by_code():
    assert list(rules()) == sorted(rules())


def test_a_rule_opens_no_file_and_prints_nothing():
    """A rule takes one subject and yields faults; whatever it needs is in the subject."""
    package = importlib.import_module("validators.rules")
    for folder in package.__path__:
        for path in Path(folder).glob("*.py"):
            outside = r"\bopen\(|\bprint\(|read_text|read_bytes|subprocess"
            assert not re.search(outside, path.read_text()), path
