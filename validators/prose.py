"""README.md as sections, parsed by markdown-it; the only module that imports it."""

from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from markdown_it.token import Token


class Section(NamedTuple):
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

    # What stands inside a line is taken as it is written.
    tokens = MarkdownIt("commonmark").disable(["inline", "text_join"]).parse(markdown)
    sections: list[Section] = []
    for token, inner in pairwise(tokens):
        if token.type == "heading_open":
            start, end = token.map or (0, 1)
            title, level = inner.content.strip(), int(token.tag[1:])
            sections.append(Section(title, level, start + 1, "", end + 1))
        elif inner.type == "inline" and sections:
            last = sections.pop()
            sections.append(last._replace(text=f"{last.text}{inner.content}\n"))
    return tuple(_with_deeper(sections, position) for position in range(len(sections)))


def _with_deeper(sections: list[Section], position: int) -> Section:
    section = sections[position]
    after = (sections[index] for index in range(position + 1, len(sections)))  # a slice copies
    deeper = takewhile(lambda other: other.level > section.level, after)
    return section._replace(text=section.text + "".join(other.text for other in deeper))


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


class Block(NamedTuple):
    """A paragraph, heading, item of a list or block of code, as the text that a reader sees."""

    kind: Literal["paragraph", "heading", "item", "code"]
    text: str


def read_blocks(markdown: str) -> tuple[Block, ...]:
    """The blocks of a text in CommonMark, in order, without any markup.

    Emphasis is dropped, a link keeps its address in brackets, an image its description; HTML
    is shown as it was written.
    """
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 15 ms that an unchanged task need not pay

    blocks: list[Block] = []
    parents: list[str] = []
    for token in MarkdownIt("commonmark").parse(markdown):
        if token.nesting:
            parents = [*parents, token.type] if token.nesting > 0 else parents[:-1]
        elif token.type == "inline":
            text = _seen(token.children or [])
            blocks.append(Block(_kind(parents), text))
        elif token.type in ("fence", "code_block"):
            blocks.append(Block("code", token.content.rstrip("\n")))
        elif token.type == "html_block":
            blocks.append(Block("paragraph", token.content))
    return tuple(block for block in blocks if block.text.strip())


def _kind(parents: list[str]) -> Literal["paragraph", "heading", "item"]:
    if "heading_open" in parents:
        return "heading"
    return "item" if "list_item_open" in parents else "paragraph"


def _seen(tokens: "list[Token]") -> str:
    """The text of inline tokens."""
    shown: list[str] = []
    addresses: list[str] = []
    for token in tokens:
        if token.type == "link_open":
            addresses.append(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            address = addresses.pop()
            if address and not "".join(shown).endswith(address):
                shown.append(f" ({address})")
        elif token.type in ("softbreak", "hardbreak"):
            shown.append("\n")
        else:
            shown.append(token.content)
    return "".join(shown)
