"""The old README.md as ours: its sections under our headings, and what was not asked for kept."""

import re
from dataclasses import dataclass

from validators.adoption.notes import Notebook, few
from validators.adoption.options import LabelFinder
from validators.instructions import normalised
from validators.newtask.draft import SECTION_TODOS, readme_text
from validators.prose import read_sections

_OURS = {
    "Objective": re.compile(r"objective|goal|motivation|aim", re.IGNORECASE),
    "Data": re.compile(r"\bdata|dataset|corpus|corpora", re.IGNORECASE),
    "Limitations": re.compile(r"limitation", re.IGNORECASE),
}
_HEADING = re.compile(r"^(#{1,6})(?=\s)")


@dataclass(frozen=True)
class _Part:
    title: str
    text: str


def readme(old: str, title: str, notes: Notebook) -> str:
    """README.md under our title: old sections where they fit, TODO where there is none."""
    intro, parts = _parts(old, title, notes)
    texts = dict.fromkeys(SECTION_TODOS, "")
    others: dict[str, str] = {}
    for part in parts:
        ours = next((n for n, words in _OURS.items() if words.search(part.title)), None)
        if ours and not texts[ours]:
            texts[ours] = part.text
            if part.title != ours and part.text:
                notes.add("readme-section", f'"{part.title}" became "{ours}"')
        elif part.text:
            others[part.title] = "\n\n".join(filter(None, [others.get(part.title), part.text]))
    if intro:
        notes.add("readme-section", 'the text below the title became the beginning of "Objective"')
        texts["Objective"] = "\n\n".join(filter(None, [intro, texts["Objective"]]))
    if others:
        notes.add("readme-section", f"kept as they were: {few(list(others))}")
    written = {name: text or SECTION_TODOS[name] for name, text in texts.items()}
    return readme_text(title, written | others)


def _parts(old: str, title: str, notes: Notebook) -> tuple[str, list[_Part]]:
    """The text below the title, and the sections; headings of the highest level below the title."""
    lines = old.split("\n")
    sections = read_sections(old)
    if not sections:
        return old.strip(), []
    first = sections[0]
    top = min((one.level for one in sections[1:]), default=first.level)
    heads = list(sections)
    is_title = first.level < top or len(sections) == 1 or _alike(first.title, title)
    begin = 0
    if is_title:
        heads = heads[1:]
        begin = first.line
        if not _alike(first.title, title):
            notes.add("readme-title-differs", f'README.md is called "{first.title}"')
    heads = [one for one in heads if one.level <= top]
    ends = [one.line - 1 for one in heads] + [len(lines)]
    intro = _text(lines[begin : ends[0]], top)
    parts = [
        _Part(head.title, _text(lines[head.line : end], top))
        for head, end in zip(heads, ends[1:], strict=True)
    ]
    return intro, parts


def _alike(one: str, other: str) -> bool:
    return normalised(one) == normalised(other)


def _text(lines: list[str], top: int) -> str:
    """The lines with headings brought below the second level; code keeps its own signs."""
    result, fenced = [], False
    for line in lines:
        fenced ^= line.lstrip().startswith("```")
        found = None if fenced else _HEADING.match(line)
        level = max(3, len(found.group(1)) + 2 - top) if found else 0
        result.append(_HEADING.sub("#" * level, line) if found else line)
    return "\n".join(result).strip()


def compare_labels(old: str, labels: list[str], notes: Notebook) -> None:
    """Note a list of labels in README.md that is not that of the data."""
    found = LabelFinder(labels).find(old) if labels else None
    if found is None or 2 * len(found.labels) < len(found.options):
        return
    lacking = [label for label in labels if label not in found.labels]
    if 2 * len(found.labels) < len(labels) or not (lacking or found.strange):
        return
    said = [f"it also has {few(list(found.strange))}"] * bool(found.strange)
    said += [f"it lacks {few(lacking)}"] * bool(lacking)
    notes.add("labels-in-readme-differ", "; ".join(said))
