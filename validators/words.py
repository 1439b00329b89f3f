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
    """The known word nearest to a mistyped one, capitals aside, or None where none is near."""
    words = {name.casefold(): name for name in sorted(known, reverse=True)}
    cutoff = 0.6 if len(word) > 4 else 0.75  # two letters of three alike are chance: mAP is no mae
    near = difflib.get_close_matches(word.casefold(), words, n=1, cutoff=cutoff)
    return words[near[0]] if near else None


# The commonest words of English that are no words of the other languages of speech corpora.
_ENGLISH = frozenset(
    """
    the of and to is that it for with his be at by this had not are but from have they which
    you were she there would their we him been has when who more if out said what up its about
    into than them can only other new some could time these two may then first any my now such
    like our most after did many before must through where much your way well down should
    because each just those how too good very make see know say tell name choose pick answer
    listen identify decide hear given whether give one transcribe recording sound speech
    speaker word following select determine
    """.split()
)
ENGLISH_WORDS = 5


def looks_foreign(text: str) -> bool:
    """True if a text of five words or more has no common English word, or another script."""
    words = [word.casefold() for word in _WORD.findall(text)]
    if len(words) < ENGLISH_WORDS:
        return False
    latin = sum(word[0].isascii() for word in words)
    return latin < len(words) / 2 or not any(word in _ENGLISH for word in words)


_MAIL = re.compile(r"[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_PHONE = re.compile(r"(?<![\w.])(?:\+\d|\(\d{2,5}\)|0\d)[\d ().\-/]{6,18}\d(?![\w.])")
_STREET = re.compile(
    r"\b\d{1,5} (?:[A-Z][a-z]+ ){1,3}(?:Street|St\.|Avenue|Ave\.|Road|Rd\.|Lane|Drive|Boulevard)"
)
PHONE_DIGITS = 9


def personal_data(text: str) -> str | None:
    """What in a text looks like somebody's mail address, phone number or street, or None."""
    if "@" in text and (mail := _MAIL.search(text)):
        return f"the mail address {mail.group()}"
    for phone in _PHONE.finditer(text):
        digits = sum(letter.isdigit() for letter in phone.group())
        if digits >= PHONE_DIGITS and not phone.group().isdigit():
            return f"the phone number {phone.group()}"
    street = _STREET.search(text)
    return f"the address {street.group()}" if street else None
