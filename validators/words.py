"""Small judgements on prose that several rules share."""

import difflib
import re
from collections.abc import Iterable

_TEMPLATE = re.compile(
    r"\b(TODO|FIXME|TBD|TBA|XXX+)\b|\[\.\.\.\]|"  # capitals only: "todo" is Spanish for "all"
    r"(?i:\b(lorem ipsum|fill (this|me) in|your (text|description|task) here|"
    r"insert [a-z ]{1,30} here|describe (the|your) [a-z ]{1,30} here)\b|"
    r"<(your|the|dataset|task|name|url|insert|fill)[a-z _-]*>)"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")  # noqa: RUF001 - the typographic apostrophe
_SENTENCE_END = re.compile(r"[.!?。](?=\s|$|[)\"'”’])")  # noqa: RUF001


def template_text(text: str) -> str | None:
    """A piece of a template that was never filled in, or None."""
    found = _TEMPLATE.search(text)
    return found.group() if found else None


def count_words(text: str) -> int:
    """How many words a text has."""
    return len(_WORD.findall(text))


def has_sentence(text: str) -> bool:
    """True if a text holds at least one sentence: five words or more, ended by a full stop."""
    return any(count_words(piece) >= 5 for piece in _SENTENCE_END.split(text)[:-1])


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The known word nearest to a mistyped one, or None where none is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return near[0] if near else None
