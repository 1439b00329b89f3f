"""What a rule says: how bad, where, and what. The engine makes a `schema.report.Finding` of it."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is: an error blocks, a warning asks for a look, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file of the repository; lines and columns count characters from 1."""

    path: str
    line: int | None = None
    column: int | None = None
    pointer: str | None = None
    example: str | None = None

    def of_example(self, file: str) -> "Location":
        """The same place, said of the example with this file id."""
        return Location(self.path, self.line, self.column, self.pointer, file)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: what was found and what is required, where, and how to mend it."""

    message: str
    at: Location
    hint: str
