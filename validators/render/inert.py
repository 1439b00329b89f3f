"""Strangers' text in Markdown and HTML: shown exactly, and neither a link nor a mention nor markup.

Beside `escape`, which a check of one folder loads at once: its report is seldom Markdown.
"""

import html
import re

from validators.render.escape import visible


def code_span(text: str) -> str:
    """Markdown that shows the text and nothing else: no link, image, mention, or HTML.

    The fence is longer than any run of backticks inside (CommonMark 0.31, section 6.1).
    """
    shown = visible(text) or " "
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    # One blank on each side is dropped again, unless all is blank.
    pad = " " if shown.strip(" ") and (shown[0] in "` " or shown[-1] in "` ") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def table_cell(text: str) -> str:
    """A code span inside a table, where a bar would end the cell (GFM 0.29, section 4.10)."""
    return code_span(text).replace("|", r"\|")


# What a renderer may make a link, a mention, a formula or code of, although no markup stands there:
# addresses, also without a scheme (`www.`, `name.tld`), `@`, `$`, and backslashes.
_LIVE = re.compile(r"[@$`\\]|://|www\.|[^\W_]\.[^\W\d_]{2}", re.IGNORECASE)
_AROUND = re.compile(r"^([(\"'\u201c\u2018«]*)(.*?)([.,;:!?)\"'\u201d\u2019»]*)$")
_MARKUP = re.compile(r"[&<>*_~^=#|\[\]{}]|:(?=\w)|(?<=:):")
_BLOCK = re.compile(r"^(\d{1,9})([.)])(?= |$)|^([-+:])")


def prose(text: str) -> str:
    """Markdown that shows the text as a paragraph of one line, and nothing else.

    Harmless too at a line's start, in a table and in a heading. A word that some renderer could
    bring to life stands as code; of other words the markup is escaped by character references,
    since a backslash is the beginning of a formula to some.
    """
    line = " ".join(visible(part) for part in text.split())
    return _BLOCK.sub(_without_block, re.sub(r"\S+", _word, line), count=1)


def _word(found: re.Match[str]) -> str:
    word = found.group()
    if not _LIVE.search(word):
        return _referenced(word)
    around = _AROUND.match(word)
    before, core, after = around.groups() if around else ("", word, "")
    # A bar would end a table's cell, and outside of a table its escape would be seen.
    spans = "&#124;".join(code_span(part) if part else "" for part in core.split("|"))
    return f"{_referenced(before)}{spans}{_referenced(after)}"


def _referenced(text: str) -> str:
    return _MARKUP.sub(lambda found: f"&#{ord(found.group())};", text)


def _without_block(found: re.Match[str]) -> str:
    digits, end, mark = found.groups()
    return f"{digits or ''}&#{ord(end or mark)};"


def fenced(text: str, language: str = "") -> str:
    """A code block that shows the text's lines; its fence is longer than any run inside."""
    lines = [visible(line) for line in text.split("\n")]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *lines, fence]) + "\n"


def html_text(text: str) -> str:
    """`prose` for the inside of an HTML element that Markdown leaves alone, such as a summary."""
    words = (visible(part) for part in text.split())
    return " ".join(
        f"<code>{html.escape(word)}</code>" if _LIVE.search(word) else html.escape(word)
        for word in words
    )
