"""Exceptions, which live in the task.json of the task that they excuse, each with its reason."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from schema.report import Finding
from validators.document import Located
from validators.finding import Location
from validators.folder import TaskFile
from validators.registry import Rule, rules


class WaiverUse(NamedTuple):
    """One waiver after a run: what it names and whether anything needed it.

    `needed` is None where the rule did not run to its end, so that nobody knows.
    """

    task: str
    instance: None
    at: Location
    code: str
    stem: str | None
    stems: tuple[str, ...]
    rule: Rule | None
    needed: bool | None


class Waivers:
    """The waivers of one task."""

    def __init__(self, task_file: TaskFile, stems: list[str]) -> None:
        self._file = task_file
        self._stems = tuple(stems)
        self._codes: list[Located] = list(task_file.find("/waivers/*/rule"))
        self._needed: set[str] = set()

    def _member(self, code: Located, name: str) -> str | None:
        value = self._file.value(f"{code.pointer.rpartition('/')[0]}/{name}")
        return None if value is None else str(value)

    def excuse(self, found: Finding) -> Finding:
        """The finding with the reason of the waiver that excuses it, or as it was."""
        for code in self._codes:
            if code.value != found.rule or not rules()[found.rule].waivable:
                continue
            stem = self._member(code, "instance")
            if stem is not None and found.instance != f"{found.task}_{stem}":
                continue
            self._needed.add(code.pointer)
            reason = self._member(code, "reason") or ""
            return found.model_copy(update={"waived": reason})
        return found

    def uses(
        self, known: Mapping[str, Rule], run: Collection[str], skipped: Collection[str]
    ) -> Iterator[WaiverUse]:
        """Every waiver with what became of it."""
        for code in self._codes:
            needed = code.pointer in self._needed
            unsure = code.value in skipped or code.value not in run
            yield WaiverUse(
                self._file.task, None, code.at, code.value, self._member(code, "instance"),
                self._stems, known.get(code.value), needed or (None if unsure else False),
            )  # fmt: skip
