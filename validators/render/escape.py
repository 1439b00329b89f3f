"""Strangers' text, made harmless for each place where it is shown.

Task text, file names and labels are written by people whom we do not know. What they wrote is shown
exactly, but it may not act: not move a cursor, reorder a line, hide, or be a command or markup.
"""

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


def command_data(text: str) -> str:
    """The message of a workflow command, as actions/toolkit escapes it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def command_property(text: str) -> str:
    """The value of a workflow command's property, as actions/toolkit escapes it."""
    return command_data(text).replace(":", "%3A").replace(",", "%2C")
