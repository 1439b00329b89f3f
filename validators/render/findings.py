"""The findings of a report as every voice tells them: in order, and many equal ones together."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from schema.report import Finding, Problem, Report, TaskReport

SEVERITIES = ("error", "warning", "note")
MANY = 3
"""More equal findings than this in one file are told together."""


def place(finding: Finding) -> tuple[object, ...]:
    """The key that sorts findings by task, file and line."""
    return (
        finding.task, finding.path, finding.line or 0, finding.column or 0, finding.rule,
        finding.instance or "", finding.example or "", finding.pointer or "", finding.message,
    )  # fmt: skip


def faults(report: Report, *severities: str) -> list[Finding]:
    """The findings of these severities that no waiver excuses, in order."""
    chosen = (f for f in report.findings if f.severity in severities and f.waived is None)
    return sorted(chosen, key=place)


@dataclass(frozen=True)
class Fold:
    """Findings that are told together: one, or many that one rule found in one file."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The finding that speaks for all."""
        return self.findings[0]

    def __len__(self) -> int:
        return len(self.findings)

    @property
    def same_message(self) -> bool:
        """True if one message says it all."""
        return len({finding.message for finding in self.findings}) == 1

    @property
    def hint(self) -> str:
        """The first finding's hint, said to be its own where the others have another."""
        same = len({finding.hint for finding in self.findings}) == 1
        name = name_of(self.first)
        return self.first.hint if same or not name else f"{name}: {self.first.hint}"

    @property
    def names(self) -> list[str]:
        """What tells the findings apart: example, else line; none where neither is known."""
        return list(dict.fromkeys(name for f in self.findings if (name := name_of(f))))


def name_of(finding: Finding) -> str | None:
    """The example's file id, else the line, else None."""
    return finding.example or (f"line {finding.line}" if finding.line else None)


_VALUES = re.compile(r'"[^"]*"|[0-9][0-9.,:]*')


def shape(message: str) -> str:
    """The message without quoted values and numbers, which differ between equal findings."""
    return _VALUES.sub("", message)


def folded(findings: Iterable[Finding]) -> list[Fold]:
    """Ordered findings; those that one rule says alike of one file are together if many."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        form = shape(finding.message)
        key = (finding.task, finding.path, finding.rule, finding.severity, form)
        groups.setdefault(key, []).append(finding)
    folds = [
        Fold(tuple(part))
        for group in groups.values()
        for part in ([group] if len(group) > MANY else [[finding] for finding in group])
    ]
    return sorted(folds, key=lambda fold: place(fold.first))


def waivers(findings: Iterable[Finding]) -> list[tuple[str, str, int]]:
    """Rule, reason and number of the waived findings."""
    waived = sorted((f.rule, f.waived) for f in findings if f.waived is not None)
    return [(*key, len(list(group))) for key, group in groupby(waived)]


def problems(report: Report) -> list[Problem]:
    """The problems, in order."""
    return sorted(
        report.problems,
        key=lambda p: (p.task, p.instance or "", p.rule or "", p.kind, p.message),
    )


def skipped(task: TaskReport) -> list[tuple[str, list[str]]]:
    """Reason and codes of the rules that did not run."""
    reasons: dict[str, list[str]] = {}
    for code, reason in sorted(task.rules_skipped.items()):
        reasons.setdefault(reason, []).append(code)
    return sorted(reasons.items(), key=lambda item: item[1])
