"""Strangers' text, made harmless for each place where it is shown.

Task text, file names and labels are written by people whom we do not know. What they wrote is shown
exactly, but it may not act: not move a cursor, reorder a line, hide, or be a command or markup.
"""

import html
import re

# Controls (C0, C1), bidirectional controls, zero-width and other characters that show nothing, line
# and paragraph separators, variation selectors, tags, lone surrogates, noncharacters. Written out,
# not asked of unicodedata, so that every Python gives the same bytes.
_INVISIBLE = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# The runner of GitHub Actions obeys `##[command]` wherever it stands in a line of a log, and
# `::command::` at a line's start after blanks (actions/runner, ActionCommand.cs).
_UNSEEN = re.compile(rf"[{_INVISIBLE}]|(?<=##)\[")
_UNSEEN_IN_LOG = re.compile(rf"[{_INVISIBLE}]|(?<=##)\[|(?<=:):|^:")
_UNSEEN_IN_JSON = re.compile(rf"(?!\n)[{_INVISIBLE}]|(?<=##)\[")

_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def _escaped(found: re.Match[str]) -> str:
    character = found.group()
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: str) -> str:
    r"""The text on one line, with `\x1b`, `\u202e` and the like for what a reader cannot see.

    For reading: a backslash stays as it is, so the text cannot always be told from an escape.
    """
    return _UNSEEN.sub(_escaped, text)


def loggable(text: str) -> str:
    """`visible`, and harmless at the start of a line that a workflow's runner reads."""
    return _UNSEEN_IN_LOG.sub(_escaped, text)


def shortened(text: str, limit: int = 1000) -> str:
    """At most `limit` characters; an ellipsis stands for the rest."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _json_escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def json_text(text: str) -> str:
    """JSON with every invisible character as its `\\u` escape; only line ends stay.

    Outside of strings JSON has no such character, so the value that is read back is the same.
    """
    return _UNSEEN_IN_JSON.sub(_json_escaped, text)


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


def command_data(text: str) -> str:
    """The message of a workflow command, as actions/toolkit escapes it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def command_property(text: str) -> str:
    """The value of a workflow command's property, as actions/toolkit escapes it."""
    return command_data(text).replace(":", "%3A").replace(",", "%2C")


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
