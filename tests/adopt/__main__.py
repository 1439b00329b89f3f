"""Print what adopt finds in the old folders of this package: python -m tests.adopt."""

import tempfile
from pathlib import Path

from tests.adopt.folders import OLD, make
from tests.adopt.taking import take
from validators.adoption.notes import Kind


def main() -> None:
    """A table: the request, the old task, what became of it, its contradictions."""
    total = 0
    with tempfile.TemporaryDirectory() as scratch:
        for old in OLD:
            root = Path(scratch) / str(old.pr)
            make(old, root)
            adopted = take(root)[old.task]
            notes = [note for note in adopted.old.notes if note.kind is Kind.CONTRADICTION]
            total += len(notes)
            became = f"tasks/{adopted.name}" if adopted.usable else "not adopted"
            print(f"#{old.pr:<4} {old.task} -> {became}")
            for note in notes:
                print(f"      {note.code}: {note.message}")
    print(f"{len(OLD)} old folders, {total} contradictions")


if __name__ == "__main__":
    main()
