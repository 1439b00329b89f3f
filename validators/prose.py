"""README.md as sections, parsed by markdown-it; the only module that imports it."""

from dataclasses import dataclass, replace
from itertools import pairwise, takewhile


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with all prose below it, that of deeper headings included.

    `level` counts from 1, `line` from 1. Code blocks and HTML are no prose.
    """

    title: str
    level: int
    line: int
    text: str


def read_sections(markdown: str) -> tuple[Section, ...]:
    """The sections of a text in CommonMark, in order; what stands before the first is left out."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 15 ms that an unchanged task need not pay

    # What stands inside a line is taken as it is written.
    tokens = MarkdownIt("commonmark").disable(["inline", "text_join"]).parse(markdown)
    sections: list[Section] = []
    for token, inner in pairwise(tokens):
        if token.type == "heading_open":
            line = token.map[0] + 1 if token.map else 1
            sections.append(Section(inner.content.strip(), int(token.tag[1:]), line, ""))
        elif inner.type == "inline" and sections:
            last = sections.pop()
            sections.append(replace(last, text=f"{last.text}{inner.content}\n"))
    return tuple(_with_deeper(sections, position) for position in range(len(sections)))


def _with_deeper(sections: list[Section], position: int) -> Section:
    section = sections[position]
    after = (sections[index] for index in range(position + 1, len(sections)))  # a slice copies
    deeper = takewhile(lambda other: other.level > section.level, after)
    return replace(section, text=section.text + "".join(other.text for other in deeper))
