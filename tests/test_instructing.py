"""Instructions are given to rows evenly, the same every time, and whatever the label is."""

from collections import Counter

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_tasks import INSTANCES
from validators.examples import read_examples
from validators.instructing import assign, fill
from validators.opening import open_source
from validators.source import is_local

SHUFFLES = 999
FEW_SHUFFLES = 199

file_ids = st.lists(st.from_regex(r"[A-Za-z0-9._-]{1,12}", fullmatch=True), unique=True, min_size=1)


@given(file_ids, st.integers(1, 40))
def test_each_instruction_is_used_as_often_as_the_others(files: list[str], count: int) -> None:
    uses = Counter(assign(files, count))
    assert set(uses) <= set(range(count))
    assert max(uses.values()) - min(uses[number] for number in range(count)) <= 1


@given(file_ids, st.integers(1, 40), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(files: list[str], count: int, random: object) -> None:
    shuffled = sorted(files, key=lambda _: random.random())  # type: ignore[attr-defined]
    before = dict(zip(files, assign(files, count), strict=True))
    assert dict(zip(shuffled, assign(shuffled, count), strict=True)) == before


@given(file_ids, st.from_regex(r"[A-Za-z0-9._-]{1,12}", fullmatch=True), st.integers(1, 40))
def test_a_new_row_changes_fewer_rows_than_there_are_instructions(
    files: list[str], new: str, count: int
) -> None:
    files = [file for file in files if file != new]
    before = assign(files, count) if files else []
    after = assign([*files, new], count)
    changed = sum(one != other for one, other in zip(before, after, strict=False))
    assert changed <= count - 1


def test_the_assignment_never_changes() -> None:
    files = [f"clip-{number:02}" for number in range(12)]
    assert assign(files, 5) == [2, 2, 0, 3, 4, 2, 0, 0, 1, 3, 1, 4]


# -- independence ---------------------------------------------------------------------------------


def chi_square(instructions: npt.NDArray[np.int64], labels: npt.NDArray[np.int64]) -> float:
    """Pearson's statistic of the table of instructions and labels."""
    table = np.zeros((instructions.max() + 1, labels.max() + 1))
    np.add.at(table, (instructions, labels), 1)
    expected = table.sum(1, keepdims=True) @ table.sum(0, keepdims=True) / table.sum()
    return float(((table - expected) ** 2 / expected).sum())


def p_value(files: list[str], labels: list[object], count: int, shuffles: int = SHUFFLES) -> float:
    """How often shuffled labels are as far from independent as these are (a permutation test: the
    tables are too thin for the chi-square distribution)."""
    instructions = np.array(assign(files, count))
    names = {label: number for number, label in enumerate(dict.fromkeys(labels))}
    numbers = np.array([names[label] for label in labels])
    observed = chi_square(instructions, numbers)
    random = np.random.default_rng(0)
    others = [chi_square(instructions, random.permutation(numbers)) for _ in range(shuffles)]
    return (1 + sum(other >= observed - 1e-9 for other in others)) / (1 + shuffles)


def answers() -> dict[str, tuple[list[str], list[object], int]]:
    """File ids, labels and number of instructions of every instance here with a few answers."""
    found: dict[str, tuple[list[str], list[object], int]] = {}
    for file in filter(is_local, INSTANCES):
        rows = read_examples(open_source(file)).rows
        labels = [row.label for row in rows]
        if file.folder.instructions and len(set(map(str, labels))) < len(rows) / 2:
            count = len(file.folder.instructions.lines)
            found[file.path] = [row.file for row in rows], labels, count
    return found


ANSWERS = answers()


@pytest.mark.parametrize("instance", ANSWERS)
def test_no_instruction_tells_the_label_in_the_tasks_here(instance: str) -> None:
    assert p_value(*ANSWERS[instance]) > 0.001


def test_over_all_tasks_here_together_instructions_tell_nothing() -> None:
    """Fisher's way to combine p values."""
    values = [p_value(*about) for about in ANSWERS.values()]
    statistic = -2 * float(np.log(values).sum())
    # Under independence it has mean 2k and variance 4k.
    assert abs(statistic - 2 * len(values)) < 3 * np.sqrt(4 * len(values))


def test_file_ids_that_name_their_label_give_nothing_away() -> None:
    """P values of 100 tables are spread evenly (Kolmogorov and Smirnov's test at 0.001)."""
    values = []
    for trial in range(100):
        files = [f"{'yes' if n < 60 else 'no'}_{trial}_{n:03}" for n in range(120)]
        values.append(p_value(files, [file[0] for file in files], 12, FEW_SHUFFLES))
    spread = np.sort(values)
    steps = np.arange(1, 101) / 100
    assert max(np.max(steps - spread), np.max(spread - (steps - 0.01))) < 1.95 / np.sqrt(100)


def test_the_test_sees_instructions_that_do_tell() -> None:
    files = [f"clip-{number}" for number in range(120)]
    assert p_value(files, [number % 2 for number in assign(files, 12)], 12) == 1 / (1 + SHUFFLES)


# -- what an instruction then reads ---------------------------------------------------------------


def test_placeholders_are_replaced() -> None:
    values = {"labels": "yes, no", "text": "a word"}
    assert fill('Is "{text}" said: {labels}?', values) == 'Is "a word" said: yes, no?'


def test_what_is_filled_in_is_not_filled_again() -> None:
    values = {"labels": "yes, no", "text": "{labels} and {text}"}
    assert fill("{text}: {labels}", values) == "{labels} and {text}: yes, no"


def test_a_placeholder_without_a_value_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to put in the place"):
        fill("{text2}", {"text": ""})


@given(st.text(), st.text())
def test_any_text_comes_through_as_it_is(text: str, labels: str) -> None:
    filled = fill("<{text}|{labels}>", {"text": text, "labels": labels})
    assert filled == f"<{text}|{labels}>"
