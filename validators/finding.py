"""What a rule says: how bad, where, and what. The engine makes a `schema.report.Finding` of it."""

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How bad a finding is: an error blocks, a warning asks for a look, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Location(NamedTuple):
    """A place in a file of the repository; lines and columns count characters from 1."""

    path: str
    line: int | None = None
    column: int | None = None
    pointer: str | None = None
    example: str | None = None

    def of_example(self, file: str) -> "Location":
        """The same place, said of the example with this file id."""
        return Location(self.path, self.line, self.column, self.pointer, file)


class Fault(NamedTuple):
    """One fault: what was found and what is required, where, and how to mend it."""

    message: str
    at: Location
    hint: str
