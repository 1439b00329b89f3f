"""Where in an instruction the options stand, and which they are: found by the known labels.

A list is not split and then compared: options hold "or" and commas' worth of trouble ("door or wood
knock", "0.4m"). The labels that the data know are searched for; what stands between two of them
must be what stands between options. Only what is left over beside known labels is divided, and
said.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from validators.words import count_words

_QUOTE = "\"'“”‘’`*"  # noqa: RUF001 - people type these
_MARK = r"(?<!\w)(?:\((?:[a-zA-Z]|\d{1,2})\)|(?:[a-zA-Z]|\d{1,2})[.):])(?=\s)"
_BLANK = rf"(?:[\s{_QUOTE}()\[\]{{}}•]|(?<=\s)-(?=\s)|{_MARK})*"
_WORD = r"\b(?:and/or|or|and|versus|vs\.?)(?!\w)"
GLUE = re.compile(rf"{_BLANK}(?:(?:[,;/|\n]|{_WORD}){_BLANK})+(?:either\s+)?")
"""What stands between two options: a comma, slash, line break or an "or", quotes and numbering."""
LETTERED = re.compile(rf"\s*{_MARK}\s*")
_CLOSES = re.compile(r"\s*(?:or|and)\s")
_CLOSING = re.compile(r"\b(?:or|and)\b")
_PIECE = r"(?:[^,;|/\n.?!:()\[\]{}]|(?<=\d)\.(?=\d)){1,60}"
_STRANGE_GAP = re.compile(rf"({_BLANK}[,;/|]{_BLANK})({_PIECE}(?:[,;/|]{_PIECE})*)")
_STRANGE_END = re.compile(rf"[{_QUOTE}]?\s*((?:[,;/|]|{_WORD})\s*{_PIECE}(?:[,;/|]\s*{_PIECE})*)")
_INTRODUCTION = re.compile(
    r"\b(?P<surely>be|are|from|among|between|either|include|includes|including|options|choices)\b"
    r"[:\s]*|\b(?:of|is|whether|as|in|to|with)\b\s*|(?P<mark>[:(\[])\s*"
)
MOST_WORDS = 5
"""Words of an option that no label is known for; more is prose."""


@dataclass(frozen=True)
class OptionList:
    """A list of options in a text, from `start` to `end`."""

    start: int
    end: int
    labels: tuple[str, ...]
    """The known labels in it, in order, each once."""
    strange: tuple[str, ...] = ()
    """Further options, that no known label is."""
    options: tuple[str, ...] = ()
    """Both, in the order of the text."""
    unclear: tuple[str, ...] = ()
    """Text beside it that may be an option, two, or none."""
    spelt: tuple[str, ...] = ()
    """Known labels that stand there in other capitals, or with blanks for underscores."""
    others: int = 0
    """How many more lists of options the text holds."""


@dataclass(frozen=True)
class _Hit:
    start: int
    end: int
    label: str
    text: str


class LabelFinder:
    """Finds the known labels in texts; made once for a set of labels."""

    def __init__(self, labels: Iterable[str]) -> None:
        self.labels = tuple(dict.fromkeys(label for label in labels if _key(label)))
        self._by_key = {_key(label): label for label in reversed(self.labels)}
        ordered = sorted(self.labels, key=lambda label: (-len(label), label))
        parts = "|".join(map(_bounded, ordered))
        self._pattern = re.compile(parts, re.IGNORECASE) if parts else None

    def hits(self, text: str) -> list[_Hit]:
        """Where known labels stand; of two that overlap, the longer that begins first."""
        found = self._pattern.finditer(text) if self._pattern else ()
        return [
            _Hit(one.start(), one.end(), label, one.group())
            for one in found
            if (label := self._label(one.group())) is not None
        ]

    def _label(self, text: str) -> str | None:
        return text if text in self.labels else self._by_key.get(_key(text))

    def find(self, text: str) -> OptionList | None:
        """The list of options in a text: of several, the one with most known labels, then the last.

        None where fewer than two options stand together.
        """
        runs = _runs(self.hits(text), text)
        lists = [found for run in runs if (found := self._list(run, text)) is not None]
        lists = [found for found in lists if len(found.options) >= 2]
        if not lists:
            return None
        best = max(lists, key=lambda found: (len(found.labels), len(found.options), found.start))
        others = len(lists) - 1
        return replace(best, others=others) if others else best

    def _list(self, run: "_Run", text: str) -> OptionList | None:
        first, last = run.hits[0], run.hits[-1]
        start, end = first.start, last.end
        strange, unclear = list(run.strange), list[str]()
        if not run.closed:
            new_end, more, doubtful = _tail(text, end)
            if not any(self.hits(piece) for piece in (*more, *doubtful)):
                end, strange, unclear = new_end, strange + more, doubtful
        new_start, more, doubtful = _head(text, start)
        if not any(self.hits(piece) for piece in (*more, *doubtful)):
            start, strange, unclear = new_start, more + strange, unclear + doubtful
        start, end = _with_quotes(text, start, end)
        spelt = tuple(
            dict.fromkeys(hit.label for hit in run.hits if " ".join(hit.text.split()) != hit.label)
        )
        places = {hit.label: hit.start for hit in reversed(run.hits)}
        places |= {piece: text.find(piece, start) for piece in reversed(strange)}
        options = tuple(sorted(places, key=lambda option: (places[option], option)))
        labels = tuple(option for option in options if option not in strange)
        return OptionList(
            start, end, labels, tuple(dict.fromkeys(strange)), options, tuple(unclear), spelt
        )


def _key(label: str) -> str:
    return " ".join(filter(None, re.split(r"[\s_]+", label.casefold())))


def _bounded(label: str) -> str:
    """The label as a whole: not in a longer word, not in a longer number."""
    body = r"[\s_]+".join(re.escape(part) for part in re.split(r"[\s_]+", label) if part)
    before = r"(?<![\w.+−-])" if label[0].isdigit() else r"(?<![\w-])"  # noqa: RUF001
    before = before if re.match(r"[\w.]", label) else ""
    return rf"(?:{before}{body}(?![\w-])(?!\.\d))"


@dataclass
class _Run:
    """Known labels with nothing but what stands between options in between."""

    hits: list[_Hit]
    strange: list[str]
    closed: bool = False


def _runs(hits: Sequence[_Hit], text: str) -> list[_Run]:
    if not hits:
        return []
    runs = [_Run([hits[0]], [])]
    for one, other in pairwise(hits):
        gap = text[one.end : other.start]
        run = runs[-1]
        between = _between(gap)
        if run.closed and not _is_comma(gap) and between is not None:
            between = []  # "a or b or c": still one list
        if between is None:
            runs.append(_Run([other], []))
            continue
        run.hits.append(other)
        run.strange += between
        run.closed = bool(_CLOSING.search(gap))
    return runs


def _is_comma(gap: str) -> bool:
    return bool(re.search(r"[,;/|\n]", gap))


def _between(gap: str) -> list[str] | None:
    """The strange options between two known ones; None if they are in no common list."""
    if GLUE.fullmatch(gap) or (LETTERED.fullmatch(gap) and gap.strip()):
        return []
    found = _STRANGE_GAP.match(gap)
    if not found:
        return None
    middle = found.group(2)
    rest = gap[found.end() :]
    last = re.search(rf"(?:[,;/|]\s*(?:(?:or|and)\s+)?|\s(?:or|and)\s+)[{_QUOTE}\s]*$", middle)
    if rest.strip(_QUOTE + " ") or not last:
        return None
    pieces = [_bare(piece) for piece in re.split(r"[,;/|]", middle[: last.start()])]
    return pieces if all(0 < count_or_one(piece) <= MOST_WORDS for piece in pieces) else None


def _bare(piece: str) -> str:
    piece = piece.strip().strip(_QUOTE).strip()
    return re.sub(r"^(?:or|and)\s+", "", piece).strip().strip(_QUOTE).strip()


def count_or_one(piece: str) -> int:
    """Words of a piece, a number counting as one; 0 for nothing."""
    return max(count_words(piece), 1) if piece else 0


def _tail(text: str, end: int) -> tuple[int, list[str], list[str]]:
    """Strange options behind the last known one: the new end, the options, what is unclear."""
    found = _STRANGE_END.match(text, end)
    if not found:
        return end, [], []
    pieces = re.split(r"[,;/|]", found.group(1))
    pieces = pieces if pieces[0].strip() else pieces[1:]
    options: list[str] = []
    stop, at = end, found.start(1)
    for number, piece in enumerate(pieces):
        raw = piece.rstrip()
        at = text.index(raw, at) + len(raw) if raw else at
        closing = _CLOSES.match(piece) is not None
        bare = _bare(piece)
        divided = re.split(r"\s(?:or|and)\s", bare)
        if not 0 < count_or_one(bare) <= MOST_WORDS:
            return stop, options, []
        if len(divided) > 1 and not closing and not any(map(_CLOSES.match, pieces[number + 1 :])):
            # "dog, cat, cow or pig": an option "cow or pig", or the last two?
            return at, options, [bare]
        options.append(bare)
        stop = at
        if closing:
            break
    return stop, options, []


def _head(text: str, start: int) -> tuple[int, list[str], list[str]]:
    """Strange options before the first known one, back to words that introduce a list."""
    before = text[:start].rstrip(_QUOTE + " ")
    joined = re.search(r"(?:[,;/|]\s*(?:(?:or|and)\s*)?|\s(?:or|and))$", before)
    if not joined:
        return start, [], []
    body = before[: joined.start()]
    sentence = max((end.end() for end in re.finditer(r"[.?!\n](?!\d)", body)), default=0)
    introductions = list(_INTRODUCTION.finditer(body, sentence))
    begin = introductions[-1].end() if introductions else sentence
    pieces = [_bare(piece) for piece in re.split(r"[,;/|]", body[begin:])]
    if not pieces[-1] or count_or_one(pieces[-1]) > MOST_WORDS:
        return start, [], []
    surely = introductions and (introductions[-1]["surely"] or introductions[-1]["mark"])
    short = all(0 < count_or_one(piece) <= MOST_WORDS for piece in pieces)
    if surely and short and not _ARTICLE.match(pieces[0]):
        return begin, pieces, []
    return start, [], pieces[-1:]


_ARTICLE = re.compile(r"(?:the|this|that|a|an)\s", re.IGNORECASE)


def _with_quotes(text: str, start: int, end: int) -> tuple[int, int]:
    """Take the quotes and the number of the first option, and the quotes of the last, along."""
    while start > 0 and text[start - 1] in _QUOTE:
        start -= 1
    while end < len(text) and text[end] in _QUOTE:
        end += 1
    if numbered := re.search(rf"{_MARK}\s*$", text[:start]):
        start = numbered.start()
    return start, end


_SHAPE = re.compile(
    rf"(?:\b(?:be|are|from|among|between|options|choices)\b[:\s]+|[:(\[]\s*)"
    rf"({_PIECE}(?:[,;/|]{_PIECE})+)"
)


def looks_like_options(text: str) -> list[str]:
    """What a text may list where no known label stands in it: for a message, never for a task."""
    found = _SHAPE.search(text)
    pieces = [_bare(piece) for piece in re.split(r"[,;/|]", found.group(1))] if found else []
    return [piece for piece in pieces if 0 < count_or_one(piece) <= MOST_WORDS]
