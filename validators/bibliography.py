"""references.bib, parsed by bibtexparser; the only module that imports it."""

import logging
import re
from collections.abc import Iterator
from typing import NamedTuple

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import (
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    ImplicitComment,
)

# The library logs each block that it cannot parse; we report them ourselves.
logging.getLogger("bibtexparser").addHandler(logging.NullHandler())
logging.getLogger("bibtexparser").propagate = False


# Text between entries is a comment to BibTeX, and so is an entry that lost its first character.
_ENTRY_WITHOUT_SIGN = re.compile(r"^[ \t]*([A-Za-z]+)\s*\{[^{}\s,]+\s*,", re.MULTILINE)


class Reference(NamedTuple):
    """One entry: its key, kind, the line where it begins (from 1), its fields in lower case, and
    its BibTeX as it stands in the file."""

    key: str
    kind: str
    line: int
    fields: dict[str, str]
    raw: str = ""


class Bibliography(NamedTuple):
    """The entries of a BibTeX file, and what in it is none: line (from 1) and reason."""

    entries: tuple[Reference, ...] = ()
    failures: tuple[tuple[int, str], ...] = ()
    keys: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "Bibliography":
        """Parse BibTeX; what cannot be parsed becomes a failure and hides no other entry."""
        library = parse_string(text)
        entries = tuple(_reference(entry) for entry in library.entries)
        failures = [_failure(block) for block in library.failed_blocks]
        for comment in library.comments:
            if isinstance(comment, ImplicitComment):
                failures += _entries_without_sign(comment)
        return cls(entries, tuple(failures), frozenset(entry.key for entry in entries))


def _reference(entry: Entry) -> Reference:
    fields = {field.key.lower(): str(field.value).strip() for field in entry.fields}
    return Reference(
        entry.key, entry.entry_type, (entry.start_line or 0) + 1, fields, entry.raw or ""
    )


def _entries_without_sign(comment: ImplicitComment) -> Iterator[tuple[int, str]]:
    for found in _ENTRY_WITHOUT_SIGN.finditer(comment.comment):
        line = (comment.start_line or 0) + comment.comment.count("\n", 0, found.start()) + 1
        yield line, f"{found.group(1)} has no @ before it"


def _failure(block: object) -> tuple[int, str]:
    line = (getattr(block, "start_line", None) or 0) + 1
    match block:
        case DuplicateBlockKeyBlock():
            return line, f'the key "{block.key}" is taken by an earlier entry'
        case DuplicateFieldKeyBlock():
            return line, f"the fields {', '.join(sorted(block.duplicate_keys))} stand twice"
    return line, "the entry ends before its braces are closed"
