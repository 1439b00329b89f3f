"""DAT: the labels of an instance, and how many examples there are of each and of all."""

from collections.abc import Iterator

from validators.examples import Examples, LabelFaultKind
from validators.finding import Fault, Severity
from validators.registry import rule
from validators.rules.data import HINTS
from validators.totals import InstanceStats
from validators.words import did_you_mean

MIN_EXAMPLES = 32
MAX_MINUTES = 60
MAJORITY_LIMIT_OF_TWO = 0.8
MAJORITY_LIMIT_OF_MANY = 0.5


def _label_faults(examples: Examples, kind: LabelFaultKind, hint: str) -> Iterator[Fault]:
    for row, fault in examples.rows.with_label_fault(kind):
        yield Fault(fault.message, row.at, hint)


@rule("DAT421", severity=Severity.ERROR, since="0.1", waivable=False)
def unmapped_label(examples: Examples) -> Iterator[Fault]:
    """A value of the label column is not in label_map.

    Why: where a map is given, it says what every value means.
    Bad: "label_map": {"0": "no"} for data that hold 0 and 1
    Fix: add the value to label_map.
    """
    return _label_faults(examples, LabelFaultKind.UNMAPPED, "add the value to label_map")


@rule("DAT422", severity=Severity.ERROR, since="0.1", waivable=False)
def unknown_label(examples: Examples) -> Iterator[Fault]:
    """A row's label is not among the declared labels.

    Why: an answer that is not among the choices can never be given.
    Fix: correct the row, declare the label, or map it with label_map.
    """
    labels = examples.file.labels
    faulty = examples.rows.with_label_fault(LabelFaultKind.UNKNOWN)
    for count, (row, fault) in enumerate(faulty):
        near = did_you_mean(str(row.cell("label")), labels) if count < HINTS else None
        yield Fault(
            fault.message,
            row.at,
            f'write "{near}" if that is meant' if near else "correct the row, or use label_map",
        )


@rule("DAT423", severity=Severity.ERROR, since="0.1", waivable=False)
def malformed_label(examples: Examples) -> Iterator[Fault]:
    """A row's label has not the form of the output.

    Why: a number is read as a number, a set of labels as a JSON array, a clip as a clip.
    Bad: "12 dB" in a task of number output, "noise;echo" in one of multilabel output
    Good: 12, ["noise", "echo"]
    Fix: write the label in the form that is named.
    """
    return _label_faults(examples, LabelFaultKind.FORM, "write the label in the required form")


@rule("DAT424", severity=Severity.ERROR, since="0.1", waivable=False)
def unordered_labels(examples: Examples) -> Iterator[Fault]:
    """A set of labels is not in the declared order, or names a label twice.

    Why: one set has one spelling, so that answers can be compared.
    Fix: write each label once, in the order of task.json.
    """
    return _label_faults(examples, LabelFaultKind.ORDER, "write each label once, in declared order")


@rule("DAT425", severity=Severity.ERROR, since="0.1", waivable=False)
def label_outside_range(examples: Examples) -> Iterator[Fault]:
    """A number lies outside the declared range.

    Why: minimum and maximum tell a model and a reader what answers are possible.
    Fix: correct the row, or the range in task.json.
    """
    task = examples.file.task_file
    least = task.value("/output/minimum") if task else None
    most = task.value("/output/maximum") if task else None
    for number, label in enumerate(examples.rows.labels):
        if not isinstance(label, float):
            continue
        if (least is not None and label < least) or (most is not None and label > most):
            yield Fault(
                f"the label is {label:g}; {_range(least, most)} is required",
                examples.rows[number].at,
                "correct the row, or the range in task.json",
            )


def _range(least: float | None, most: float | None) -> str:
    if least is None:
        return f"at most {most:g}"
    return f"at least {least:g}" if most is None else f"{least:g} to {most:g}"


@rule("DAT431", severity=Severity.ERROR, since="0.1")
def too_few_examples(stats: InstanceStats) -> Iterator[Fault]:
    """The instance has too few examples.

    Why: with fewer, the interval of uncertainty around any score covers half the scale.
    Fix: add examples.
    Limits: 32 after sampling. Not judged while rows of the metadata file cannot be read.
    """
    found = len(stats.examples.rows)
    if found < MIN_EXAMPLES and stats.examples.source.whole:
        yield Fault(
            f"there are {found} examples; at least {MIN_EXAMPLES} are required",
            stats.at,
            f"add {MIN_EXAMPLES - found} or more",
        )


@rule("DAT432", severity=Severity.ERROR, since="0.1")
def too_many_minutes(stats: InstanceStats) -> Iterator[Fault]:
    """The instance holds too much sound.

    Why: a benchmark of hundreds of tasks can only be run if each is short; reviewers of the
    original benchmark had to ask for this in every second contribution.
    Fix: declare a sampling with "minutes": 60.
    Limits: 60 minutes: the sum over rows of all input clips, a clip used twice counted twice.
    """
    minutes = stats.seconds / 60
    if round(minutes, 6) > MAX_MINUTES:
        yield Fault(
            f"the input clips last {minutes:.2f} minutes; at most {MAX_MINUTES} are allowed",
            stats.at,
            'declare "sampling": {"description": "…", "minutes": 60}',
        )


@rule("DAT433", severity=Severity.WARNING, since="0.1")
def unused_label(stats: InstanceStats) -> Iterator[Fault]:
    """A label never occurs.

    Why: a choice that is never right tests only whether a model knows that; and its F1 is not
    defined.
    Fix: leave it out of this instance with "labels", or add examples of it.
    """
    if not stats.has_label_set:
        return
    missing = [label for label in stats.examples.file.labels if label not in stats.label_counts]
    if missing and stats.label_counts and stats.examples.source.whole:
        shown_labels = ", ".join(missing[:10]) + (", …" if len(missing) > 10 else "")
        yield Fault(
            f"{len(missing)} of {len(stats.examples.file.labels)} labels never "
            f"{'occurs' if len(missing) == 1 else 'occur'}: "
            f"{shown_labels}; an example of each is required",
            stats.at,
            'leave them out of this instance with "labels", or add examples',
        )


@rule("DAT434", severity=Severity.WARNING, since="0.1")
def imbalanced_labels(stats: InstanceStats) -> Iterator[Fault]:
    """One answer is right far more often than the others.

    Why: whoever always gives it scores high without listening.
    Fix: balance the labels with a sampling, or make balanced_accuracy or macro_f1 the headline and
    say so in the waiver's reason.
    Limits: more than 80 % of two labels, more than 50 % of more than two.
    """
    share = stats.majority_share
    answers = len(stats.examples.file.labels) or len(stats.label_counts)
    limit = MAJORITY_LIMIT_OF_TWO if answers <= 2 else MAJORITY_LIMIT_OF_MANY
    if share is not None and share > limit:
        yield Fault(
            f"always giving the most frequent answer scores {share:.2%}; at most {limit:.0%} is "
            f"allowed with {answers} labels",
            stats.at,
            "balance the labels, or choose a metric that does",
        )


@rule("DAT435", severity=Severity.WARNING, since="0.1")
def overdrawn_source(examples: Examples) -> Iterator[Fault]:
    """More examples are to be drawn than there are.

    Why: a reader takes the number of examples from the sampling, and it is not true.
    Fix: write the number that there is, or let sampling be null.
    """
    declared = examples.file.value("/sampling/examples")
    if declared is not None and declared > examples.available and examples.source.whole:
        yield Fault(
            f"{declared} examples are to be drawn and the source holds {examples.available}; at "
            "most as many as it holds are required",
            examples.file.at("/sampling/examples"),
            f"write {examples.available}, or let sampling be null",
        )
