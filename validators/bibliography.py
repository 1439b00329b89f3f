"""references.bib, parsed by bibtexparser; the only module that imports it."""

import logging
from dataclasses import dataclass, field

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry

# The library logs each block that it cannot parse; we report them ourselves.
logging.getLogger("bibtexparser").addHandler(logging.NullHandler())
logging.getLogger("bibtexparser").propagate = False


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry: its key, kind, the line where it begins (from 1), and its fields in lower case."""

    key: str
    kind: str
    line: int
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Bibliography:
    """The entries of a BibTeX file, and what in it is none: line (from 1) and reason."""

    entries: tuple[Reference, ...] = ()
    failures: tuple[tuple[int, str], ...] = ()
    keys: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def parse(cls, text: str) -> "Bibliography":
        """Parse BibTeX; what cannot be parsed becomes a failure and hides no other entry."""
        library = parse_string(text)
        entries = tuple(_reference(entry) for entry in library.entries)
        failures = tuple(_failure(block) for block in library.failed_blocks)
        return cls(entries, failures, frozenset(entry.key for entry in entries))


def _reference(entry: Entry) -> Reference:
    fields = {field.key.lower(): str(field.value).strip() for field in entry.fields}
    return Reference(entry.key, entry.entry_type, (entry.start_line or 0) + 1, fields)


def _failure(block: object) -> tuple[int, str]:
    line = (getattr(block, "start_line", None) or 0) + 1
    match block:
        case DuplicateBlockKeyBlock():
            return line, f'the key "{block.key}" is taken by an earlier entry'
        case DuplicateFieldKeyBlock():
            return line, f"the fields {', '.join(sorted(block.duplicate_keys))} stand twice"
    return line, "the entry ends before its braces are closed"
