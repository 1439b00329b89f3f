"""What adopt prints: for people, and as JSON."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from validators.adoption.convert import Adopted
from validators.adoption.notes import Kind, Notebook
from validators.adoption.scores import Score
from validators.render.escape import visible
from validators.render.words import counted


@dataclass(frozen=True)
class Outcome:
    """One old task, and where it went; None: nowhere."""

    adopted: Adopted
    target: str | None
    written: bool


@dataclass(frozen=True)
class ScoreFile:
    """One score file."""

    path: str
    scores: Sequence[Score]
    notes: Notebook


SIGNS = {Kind.CONTRADICTION: "!", Kind.DECISION: "-"}


def terminal(outcomes: Sequence[Outcome], files: Sequence[ScoreFile]) -> Iterator[str]:
    """Lines for people: each task with its notes, contradictions marked."""
    for outcome in outcomes:
        old = outcome.adopted.old
        yield f"{visible(old.name)} -> {visible(outcome.target or 'not adopted')}"
        yield from _notes(old.notes)
        if outcome.target:
            draft = outcome.adopted.draft
            made = "made" if outcome.written else "would make"
            yield f"  {made} {counted(len(draft.files), 'file')}, {len(draft.copies):,} clips"
        yield ""
    for file in files:
        yield f"{visible(file.path)}: {counted(len(file.scores), 'score')}, nothing written"
        yield from _notes(file.notes)
        yield ""
    yield _total(outcomes, files)


def _notes(book: Notebook) -> Iterator[str]:
    place = book.where
    for note in book:
        if note.where != place:
            place = note.where
            yield f"  {visible(place)}"
        indent = "  " if note.where == book.where else "    "
        yield f"{indent}{SIGNS[note.kind]} {note.code}: {visible(note.message)}"


def _total(outcomes: Sequence[Outcome], files: Sequence[ScoreFile]) -> str:
    books = [outcome.adopted.old.notes for outcome in outcomes] + [file.notes for file in files]
    kinds = Counter(note.kind for book in books for note in book)
    done = sum(outcome.target is not None for outcome in outcomes)
    return (
        f"{done} of {counted(len(outcomes), 'task')}, "
        f"{counted(kinds[Kind.CONTRADICTION], 'contradiction')} (!), "
        f"{counted(kinds[Kind.DECISION], 'decision')} (-)"
    )


def as_json(outcomes: Sequence[Outcome], files: Sequence[ScoreFile]) -> str:
    """The same for programs."""
    data = {
        "schema_version": 1,
        "tasks": [
            {
                "from": outcome.adopted.old.name,
                "to": outcome.target,
                "written": outcome.written,
                "instances": [
                    {"from": part.old.name, "to": f"instances/{part.stem}.json"}
                    for part in outcome.adopted.parts
                ],
                "notes": _plain(outcome.adopted.old.notes),
            }
            for outcome in outcomes
        ],
        "scores": [
            {
                "from": file.path,
                "results": [
                    {"path": score.path, "entry": score.entry} for score in file.scores
                ],
                "notes": _plain(file.notes),
            }
            for file in files
        ],
    }  # fmt: skip
    return json.dumps(data, indent=2) + "\n"


def _plain(book: Notebook) -> list[dict[str, Any]]:
    return [
        {"kind": note.kind, "code": note.code, "where": note.where, "message": note.message}
        for note in book
    ]
