"""Shows subjects to the rules that look at their kind, and keeps what came of it. Knows no rule by
name.

A rule is silent, finds something, or is skipped with a reason; a rule that crashes is a problem of
ours, not a finding about the task.
"""

import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, repeat
from pathlib import Path

from schema.report import Finding, Problem
from validators.engine import Options
from validators.finding import Fault
from validators.registry import Rule, Subject, rules
from validators.report import finding
from validators.waivers import Waivers

MAX_FINDINGS = 1_000
"""Findings of one rule that are listed for a task: a file of a quarter of a megabyte can hold a
quarter of a million faults, and nobody reads the thousandth."""
MORE_FINDINGS = (
    f"there are more than {MAX_FINDINGS:,} findings of this rule; the others are not listed"
)


class Judge:
    """What the rules say of one task.

    Attributes:
        findings: what they found.
        problems: what kept the check from its work.
        run: codes of the rules that were shown something.
        skipped: code of a rule to the reason why it was not, or not all.
    """

    def __init__(self, task: str, options: Options) -> None:
        self._task = task
        self._options = options
        self.findings: list[Finding] = []
        self.problems: list[Problem] = []
        self.run: set[str] = set()
        self.skipped: dict[str, str] = {}
        self._listed: Counter[str] = Counter()
        self._on: dict[type, tuple[tuple[Rule, str | None], ...]] = {}

    def looks_at(self, *subjects: type) -> bool:
        """Whether a rule on one of these kinds of subjects shall run."""
        return any(left_out is None for kind in subjects for _, left_out in self._rules_on(kind))

    def show(self, *subjects: Subject) -> None:
        """Show subjects of one kind and of one instance to the rules on them."""
        for _ in self.showing(*subjects):
            pass

    def showing(self, *subjects: Subject) -> Iterator[None]:
        """`show`, rule by rule."""
        if not subjects:
            return
        incomplete = getattr(subjects[0], "incomplete", None)
        for rule, left_out in self._rules_on(type(subjects[0])):
            if reason := left_out or incomplete:
                self.skipped.setdefault(rule.code, reason)
            if left_out is None:
                self._apply(rule, subjects)
                yield

    def _rules_on(self, subject: type) -> tuple[tuple[Rule, str | None], ...]:
        """The rules on a kind of subject, each with the reason why it shall not run, if any.

        Found out once: there may be hundreds of instances.
        """
        if subject not in self._on:
            self._on[subject] = tuple(
                (rule, self._options.reason_to_skip(rule)) for rule in _rules_for(subject)
            )
        return self._on[subject]

    def _apply(self, rule: Rule, subjects: Sequence[Subject]) -> None:
        self.run.add(rule.code)
        room = MAX_FINDINGS - self._listed[rule.code]
        if room < 0:
            return
        instance = subjects[0].instance
        faults: list[Fault] = []
        left = iter(subjects)
        while len(faults) <= room:
            try:
                for fault in islice(_faults(rule, left, room + 1), room + 1 - len(faults)):
                    faults.append(fault)  # what was found before a crash is found
                break
            except Exception as error:  # a rule of ours must not end the run
                where = traceback.extract_tb(error.__traceback__)[-1]
                message = f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}"
                self.problem("crash", message, instance=instance, rule=rule.code)
        if len(faults) > room:
            faults[-1] = faults[-1]._replace(message=MORE_FINDINGS, hint="mend those listed first")
        self._listed[rule.code] += len(faults)
        self.findings += [finding(rule, subjects[0].task, instance, fault) for fault in faults]

    def skip(self, subjects: tuple[type, ...], reason: str) -> None:
        for subject in subjects:
            for rule in _rules_for(subject):
                self.skipped.setdefault(rule.code, self._options.reason_to_skip(rule) or reason)

    def problem(
        self, kind: str, message: str, *, instance: str | None = None, rule: str | None = None
    ) -> None:
        problem = {
            "kind": kind, "task": self._task, "instance": instance, "rule": rule,
            "message": message,
        }  # fmt: skip
        self.problems.append(Problem.model_validate(problem))

    def excuse(self, waivers: Waivers) -> None:
        """Apply the waivers to what was found, and judge them."""
        self.findings = [waivers.excuse(found) for found in self.findings]
        for use in waivers.uses(rules(), self.run, self.skipped):
            self.show(use)


def _faults(rule: Rule, subjects: Iterable[Subject], most: int) -> Iterator[Fault]:
    """What a rule finds in subjects, at most so much in each.

    The loop over thousands of clips and twenty rules on each is one of C: it takes a fifth of the
    time. A subject's faults are complete before the first is handed on.
    """
    return chain.from_iterable(map(list, map(islice, map(rule.check, subjects), repeat(most))))


_SUBJECT_RULES: dict[type, tuple[Rule, ...]] = {}


def _rules_for(subject: type) -> tuple[Rule, ...]:
    if subject not in _SUBJECT_RULES:
        _SUBJECT_RULES[subject] = tuple(
            rule for rule in rules().values() if issubclass(subject, rule.subject)
        )
    return _SUBJECT_RULES[subject]
