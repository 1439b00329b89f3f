"""Lines of a terminal: words wrapped by the cells they fill, painted or not."""

import re
from collections.abc import Iterator
from functools import cache

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style

from validators.render.escape import loggable

Span = tuple[str, str]
"""A text and its style in rich's words; `""` is plain."""

COLOURS = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
    "fail": "bold red",
    "incomplete": "bold yellow",
    "pass": "bold green",
}
QUIET = "dim"
STRONG = "bold"
LABEL = "cyan"

_WORD = re.compile(" *([^ ]+)")


@cache
def _style(words: str) -> Style:
    return Style.parse(words)


class Page:
    """Lines that are written one after the other.

    All text goes through `loggable` here, so that none reaches a terminal as it was written.
    """

    def __init__(self, *, color: bool, width: int) -> None:
        self.width = max(40, width)
        self._color = color
        self._lines: list[str] = []

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in self._lines)

    def blank(self) -> None:
        """An empty line, unless one is there or the page begins."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def line(self, *spans: Span) -> None:
        """One line, not wrapped."""
        self._write([(loggable(text), style) for text, style in spans])

    def flow(self, *spans: Span, indent: int = 0, hang: int | None = None) -> None:
        """Wrapped text; its first line is indented by `indent`, the others by `hang`."""
        safe = [(loggable(text), style) for text, style in spans]
        plain = "".join(text for text, _ in safe)
        hang = indent if hang is None else hang
        for start, stop in _breaks(plain, self.width - indent, self.width - hang):
            margin = indent if start == 0 else hang
            self._write([(" " * margin, ""), *_cut(safe, start, stop)])

    def _write(self, spans: list[Span]) -> None:
        end = len("".join(text for text, _ in spans).rstrip(" "))
        self._lines.append(
            "".join(
                _painted(text, style) if self._color and style else text
                for text, style in _cut(spans, 0, end)
            )
        )


def padded(text: str, cells: int) -> str:
    """The text with blanks behind it, so that it fills at least so many cells."""
    return text + " " * (cells - cell_len(text))


def _painted(text: str, style: str) -> str:
    return _style(style).render(text, color_system=ColorSystem.STANDARD)


def _cut(spans: list[Span], start: int, stop: int) -> Iterator[Span]:
    """The part of styled text between two positions."""
    position = 0
    for text, style in spans:
        part = text[max(0, start - position) : max(0, stop - position)]
        position += len(text)
        if part:
            yield part, style


def _breaks(text: str, first: int, rest: int) -> Iterator[tuple[int, int]]:
    """Where the lines of a text begin and end, greedily; `first` and `rest` are widths in cells."""
    if cell_len(text) <= first:
        yield 0, len(text)
        return
    start, stop, used, room = 0, 0, 0, first
    for blanks, ink, end in _words(text, rest):
        size = cell_len(text[blanks:end])
        if stop > start and used + size > room:
            yield start, stop
            start, used, room = ink, 0, rest
            size = cell_len(text[ink:end])
        used += size
        stop = end
    yield start, stop


def _words(text: str, room: int) -> Iterator[tuple[int, int, int]]:
    """Begin of the blanks before each word, begin and end of the word.

    A word that is wider than a line stays whole if it is ASCII, so that a path or an address can
    be copied; text without blanks, as Chinese is written, is broken where the line ends.
    """
    for found in _WORD.finditer(text):
        blanks, ink, end = found.start(), found.start(1), found.end()
        if not found[1].isascii():
            used = 0
            for position in range(ink, end):
                size = cell_len(text[position])
                if used + size > room:
                    yield blanks, ink, position
                    blanks = ink = position
                    used = 0
                used += size
        yield blanks, ink, end
