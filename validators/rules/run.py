"""RUN: the run itself: whether each waiver names a rule and is needed."""

from collections.abc import Iterator

from validators.finding import Fault, Severity
from validators.registry import rule
from validators.waivers import WaiverUse
from validators.words import did_you_mean


@rule("RUN701", severity=Severity.WARNING, since="0.1", waivable=False)
def unused_waiver(use: WaiverUse) -> Iterator[Fault]:
    """Nothing needs a waiver.

    Why: an excuse that is no longer needed hides the next fault of its kind.
    Fix: delete the waiver.
    """
    known = use.stem is None or use.stem in use.stems  # else it is waiver-of-unknown-instance
    if use.needed is False and known and use.rule is not None and use.rule.waivable:
        yield Fault(
            f"{use.code} found nothing that this waiver excuses; only waivers that are needed are "
            "allowed",
            use.at,
            "delete the waiver",
        )


@rule("RUN702", severity=Severity.ERROR, since="0.1", waivable=False)
def waiver_of_unknown_rule(use: WaiverUse) -> Iterator[Fault]:
    """A waiver names a rule that does not exist.

    Why: it excuses nothing.
    Fix: copy the code from the finding; docs/rules lists all of them.
    """
    if use.rule is None:
        yield Fault(
            f'"{use.code}" is no rule; the code of a rule is required',
            use.at,
            "copy the code from the finding",
        )


@rule("RUN703", severity=Severity.ERROR, since="0.1", waivable=False)
def waiver_without_effect(use: WaiverUse) -> Iterator[Fault]:
    """A waiver names a rule that no reason excuses.

    Why: a licence, a pinned revision or a clip that can be decoded cannot be done without.
    Fix: mend what the rule finds, and delete the waiver.
    """
    if use.rule is not None and not use.rule.waivable:
        yield Fault(
            f"{use.code} {use.rule.name} cannot be waived; mending what it finds is required",
            use.at,
            "mend what the rule finds, and delete the waiver",
        )


@rule("RUN704", severity=Severity.ERROR, since="0.1", waivable=False)
def waiver_of_unknown_instance(use: WaiverUse) -> Iterator[Fault]:
    """A waiver is for an instance that the task does not have.

    Why: it excuses nothing.
    Good: "instance": "LJSpeech" for instances/LJSpeech.json
    Fix: write the file stem of the instance.
    """
    if use.stem is not None and use.stem not in use.stems:
        near = did_you_mean(use.stem, use.stems)
        yield Fault(
            f'"{use.stem}" is no instance of this task; one of {", ".join(use.stems)} is required',
            use.at,
            f'write "{near}"' if near else "write the file stem of an instance",
        )
