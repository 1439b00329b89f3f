"""README.md as sections, parsed by markdown-it; the only module that imports it."""

from dataclasses import dataclass, replace
from itertools import pairwise, takewhile


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with all prose below it, that of deeper headings included.

    `level` counts from 1; `line`, where the heading begins, and `below`, the first line after it,
    from 1. Code blocks and HTML are no prose.
    """

    title: str
    level: int
    line: int
    text: str
    below: int


def read_sections(markdown: str) -> tuple[Section, ...]:
    """The sections of a text in CommonMark, in order; what stands before the first is left out."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 15 ms that an unchanged task need not pay

    tokens = MarkdownIt("commonmark").parse(markdown)
    sections: list[Section] = []
    for token, inner in pairwise(tokens):
        if token.type == "heading_open":
            start, end = token.map or (0, 1)
            title, level = inner.content.strip(), int(token.tag[1:])
            sections.append(Section(title, level, start + 1, "", end + 1))
        elif inner.type == "inline" and sections:
            last = sections.pop()
            sections.append(replace(last, text=f"{last.text}{inner.content}\n"))
    return tuple(_with_deeper(sections, position) for position in range(len(sections)))


def _with_deeper(sections: list[Section], position: int) -> Section:
    section = sections[position]
    after = (sections[index] for index in range(position + 1, len(sections)))  # a slice copies
    deeper = takewhile(lambda other: other.level > section.level, after)
    return replace(section, text=section.text + "".join(other.text for other in deeper))


def markdown_below(markdown: str, title: str) -> str:
    """The Markdown below the first heading of level 2 with this title, up to the next such heading.

    Empty where there is no such heading.
    """
    sections = read_sections(markdown)
    lines = markdown.split("\n")
    for position, section in enumerate(sections):
        if section.level == 2 and section.title == title:
            after = (other for other in sections[position + 1 :] if other.level <= section.level)
            end = next(after, None)
            return "\n".join(lines[section.below - 1 : end.line - 1 if end else None]).strip()
    return ""
