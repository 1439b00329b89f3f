"""What an old dataset asks: its instructions, each once, with {labels} where the options stood."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from validators.adoption.notes import Notebook, few
from validators.adoption.options import LabelFinder, OptionList, looks_like_options
from validators.instructions import normalised
from validators.newtask.survey import DECIMAL

LEAST_TEXT = 2
"""Characters of a row's text that is looked for in its instruction."""


@dataclass(frozen=True)
class Asked:
    """Instructions with placeholders, and the labels in the order in which they are offered."""

    instructions: tuple[str, ...]
    labels: tuple[str, ...]
    listed: bool = False
    """True if an instruction lists options."""


def asked(
    rows: Sequence[Mapping[str, str]], labels: Sequence[str], texts: Mapping[str, str],
    notes: Notebook,
) -> Asked:  # fmt: skip
    """Take the instructions out of the rows.

    Args:
        rows: cells by column; `instruction` is read.
        labels: what the label column holds; empty where the answer is none of some labels.
        texts: canonical text input to its column in the rows.
        notes: takes what was decided and what contradicts.
    """
    lines = [line for row in rows if (line := _line(row, texts)).strip()]
    if any(set("{}") & set(row.get("instruction", "")) for row in rows):
        notes.add("braces", "braces in instructions were written as round brackets")
    replaced = sum("{text" in line for line in lines)
    if replaced:
        notes.add("text-replaced", f"{replaced:,} instructions held the text of their row")
    distinct = list(dict.fromkeys(lines))
    if not labels:
        return Asked(_once(distinct, len(rows), notes), ())
    finder = LabelFinder(labels)
    found = {line: finder.find(line) for line in distinct}
    lists = {line: one for line, one in found.items() if one is not None}
    ordered = _order(lists, labels, notes)
    _tell(lists, labels, notes)
    _missing(found, labels, notes)
    templates = [_template(line, one) for line, one in found.items()]
    if lists:
        notes.add(
            "options-replaced",
            f"{len(lists):,} of {len(distinct):,} different texts held an option list",
        )
    return Asked(_once(templates, len(rows), notes), ordered, bool(lists))


def _line(row: Mapping[str, str], texts: Mapping[str, str]) -> str:
    """One line without braces, with placeholders for the row's own texts."""
    line = " ".join(row.get("instruction", "").split()).replace("{", "(").replace("}", ")")
    for name, column in texts.items():
        text = " ".join(row.get(column, "").split())
        if len(text) >= LEAST_TEXT:
            bounded = rf"(?<!\w){re.escape(text)}(?!\w)"
            line = re.sub(bounded, f"{{{name}}}", line, count=1)
    return line


def _template(line: str, found: OptionList | None) -> str:
    if found is None:
        return f"{line} TODO: name the options. {{labels}}"
    return f"{line[: found.start]}{{labels}}{line[found.end :]}"


def _once(lines: Iterable[str], rows: int, notes: Notebook) -> tuple[str, ...]:
    """Lines that differ in more than case, blanks and punctuation, in the order of the rows."""
    kept: dict[str, str] = {}
    for line in lines:
        kept.setdefault(normalised(line), line)
    if kept:
        notes.add("instructions", f"{len(kept):,} different ones, taken from {rows:,} rows")
    return tuple(kept.values())


def _order(
    lists: Mapping[str, OptionList], labels: Sequence[str], notes: Notebook
) -> tuple[str, ...]:
    """The labels as most lists have them; what no list has comes last."""
    if not lists:
        notes.add("labels", f"{len(labels)} from the label column, sorted")
        return tuple(labels)
    agreed = frozenset.intersection(*(frozenset(one.options) for one in lists.values()))
    orders = Counter(one.options for one in lists.values())
    first = max(orders, key=lambda options: (len(options), orders[options]))
    surely = [option for option in first if option in agreed or option in labels]
    rest = [label for label in labels if label not in surely]
    notes.add("labels", f"{len(surely) + len(rest)}, in the order of the option lists")
    sets = {frozenset(options) for options in orders}
    if len(sets) > 1:
        sizes = sorted({len(one) for one in sets})
        odd = sorted(frozenset.union(*sets) - agreed)
        notes.add(
            "options-differ",
            f"{len(sets)} different lists, of {', '.join(map(str, sizes))} options; not in all of "
            f"them: {few(odd)}",
        )
    elif len(orders) > 1:
        notes.add("options-reordered", f"{len(orders)} orders; the commonest was taken")
    return (*surely, *rest)


def _tell(lists: Mapping[str, OptionList], labels: Sequence[str], notes: Notebook) -> None:
    if not lists:
        return
    everywhere = {option for one in lists.values() for option in one.options}
    if lacking := [label for label in labels if label not in everywhere]:
        notes.add("labels-not-in-options", f"no list holds {few(lacking)}")
    if strange := dict.fromkeys(option for one in lists.values() for option in one.strange):
        notes.add("options-without-rows", f"no row is answered by {few(list(strange))}")
    if unclear := dict.fromkeys(piece for one in lists.values() for piece in one.unclear):
        notes.add("options-unclear", f"an option, two, or none: {few(list(unclear))}")
    if spelt := dict.fromkeys(label for one in lists.values() for label in one.spelt):
        notes.add("options-spelt-otherwise", f"the label column's spelling stays: {few([*spelt])}")
    if twice := [line for line, one in lists.items() if one.others]:
        notes.add("options-stand-twice", f"one list was replaced; another stays: {twice[0]}")


def _missing(
    found: Mapping[str, OptionList | None], labels: Sequence[str], notes: Notebook
) -> None:
    without = [line for line, one in found.items() if one is None]
    if not without:
        return
    shapes = dict.fromkeys(piece for line in without for piece in looks_like_options(line))
    perhaps = f"; there may be other options: {few(list(shapes))}" if shapes else ""
    notes.add(
        "options-missing",
        f"{len(without):,} of {len(found):,} different texts name no two labels, e.g. "
        f'"{without[0]}"{perhaps}',
    )
    if shapes and all(DECIMAL.fullmatch(label) for label in labels):
        notes.add("labels-are-numbers", f"the labels are {few(list(labels))}")
