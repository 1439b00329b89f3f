"""TSK: task.json beyond what its schema can say."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from schema.vocabulary import METRICS, metrics_for
from validators.document import Located
from validators.finding import Fault, Severity
from validators.folder import InstanceFile, TaskFile, TaskFolder
from validators.instructions import normalised
from validators.languages import is_registered, standard_form
from validators.registry import rule
from validators.source import is_local
from validators.words import count_words, did_you_mean

DESCRIPTION_WORDS = 5


@rule("TSK201", severity=Severity.ERROR, since="0.1")
def unknown_language(task: TaskFile) -> Iterator[Fault]:
    """A language tag names no language.

    Why: users pick tasks by language; a tag that no registry knows is found by nobody.
    Bad: "languages": ["mandarin"]
    Good: "languages": ["cmn"], "languages": ["en-US"]
    Fix: look the tag up in the IANA registry that BCP 47 (RFC 5646) names.
    """
    for tag in task.find("/languages/*"):
        if not is_registered(tag.value):
            yield Fault(
                f'"{tag.value}" names no language; a registered BCP-47 tag is required',
                tag.at,
                'write a registered tag such as "en", "en-US" or "cmn"',
            )


@rule("TSK202", severity=Severity.WARNING, since="0.1", fixable=True)
def unusual_language_tag(task: TaskFile) -> Iterator[Fault]:
    """A language tag is right, but not written as everybody writes it.

    Why: "eng", "en-us" and "en" are one language and three entries in a list.
    Bad: "languages": ["eng"]
    Good: "languages": ["en"]
    Fix: write the tag in its standard form.
    """
    for tag in task.find("/languages/*"):
        if not is_registered(tag.value):
            continue
        standard = standard_form(tag.value)
        if standard != tag.value:
            yield Fault(
                f'"{tag.value}" is not the standard form; "{standard}" is required',
                tag.at,
                f'write "{standard}"',
            )


@rule("TSK203", severity=Severity.ERROR, since="0.1", waivable=False)
def miscounted_inputs(task: TaskFile) -> Iterator[Fault]:
    """The input columns are not counted audio, audio2, … and text, text2, … in order.

    Why: columns have the same names in every task, so that one loader reads all of them.
    Bad: "inputs": ["audio1", "audio2"]
    Good: "inputs": ["audio", "audio2", "text"]
    Fix: count each kind from its second column on.
    """
    seen: dict[str, int] = defaultdict(int)
    for name in task.find("/inputs/*"):
        kind = str(name.value).rstrip("0123456789")
        seen[kind] += 1
        expected = kind if seen[kind] == 1 else f"{kind}{seen[kind]}"
        if name.value != expected:
            yield Fault(
                f'the input is "{name.value}"; "{expected}" is required here',
                name.at,
                f'write "{expected}"',
            )


@rule("TSK204", severity=Severity.ERROR, since="0.1", waivable=False)
def no_audio_input(task: TaskFile) -> Iterator[Fault]:
    """No input is audio.

    Why: this is a benchmark of speech models; without a clip there is nothing to hear.
    Fix: add "audio" to the inputs.
    """
    if task.inputs and not any(name.startswith("audio") for name in task.inputs):
        yield Fault(
            f"the inputs are {', '.join(task.inputs)}; at least one audio input is required",
            task.at("/inputs"),
            'add "audio"',
        )


@rule("TSK205", severity=Severity.ERROR, since="0.1", waivable=False)
def unfit_metric(task: TaskFile) -> Iterator[Fault]:
    """A metric does not fit the output.

    Why: a word error rate of class labels or an accuracy of numbers means nothing.
    Bad: "output": {"type": "text"}, "metrics": ["accuracy"]
    Good: "output": {"type": "text"}, "metrics": ["wer"]
    Fix: take a metric that fits the output; docs/task_format.md lists them.
    """
    output = task.output
    for metric in task.find("/metrics/*"):
        if output and output not in METRICS[metric.value].outputs:
            fitting = metrics_for(output)
            yield Fault(
                f'the metric "{metric.value}" does not fit {output} output; one of '
                f"{', '.join(fitting)} is required",
                metric.at,
                f'take "{fitting[0]}"',
            )


@rule("TSK206", severity=Severity.WARNING, since="0.1", fixable=True)
def repeated_entry(task: TaskFile) -> Iterator[Fault]:
    """A list names the same thing twice.

    Why: the second does nothing, and usually something else was meant.
    Fix: delete the second.
    """
    for pattern in ("/keywords/*", "/languages/*", "/metrics/*", "/contributors/*/name"):
        seen: set[str] = set()
        for entry in task.find(pattern):
            if entry.value.casefold() in seen:
                yield Fault(
                    f'"{entry.value}" stands twice; once is required', entry.at, "delete one"
                )
            seen.add(entry.value.casefold())


@rule("TSK207", severity=Severity.ERROR, since="0.1", waivable=False)
def indistinct_labels(task: TaskFile) -> Iterator[Fault]:
    """Two labels are the same, or differ only in case, blanks and punctuation.

    Why: a scorer normalises what a model says; it could not tell which of the two was meant.
    Bad: "labels": ["Yes", "yes", "no"]
    Good: "labels": ["yes", "no"]
    Fix: delete one, or word them so that they differ.
    """
    yield from alike(task.find("/output/labels/*"))


def alike(labels: Iterable[Located]) -> Iterator[Fault]:
    """A fault for each label that cannot be told from an earlier one."""
    seen: dict[str, str] = {}
    for label in labels:
        key = normalised(label.value) or label.value
        if key in seen:
            yield Fault(
                f'the labels "{seen[key]}" and "{label.value}" cannot be told apart; labels that '
                "differ in more than case, blanks and punctuation are required",
                label.at,
                "delete one, or word them so that they differ",
            )
        seen.setdefault(key, label.value)


@rule("TSK208", severity=Severity.ERROR, since="0.1", waivable=False)
def empty_range(task: TaskFile) -> Iterator[Fault]:
    """The least possible answer is not below the greatest.

    Why: no number lies in an empty range.
    Bad: "minimum": 30, "maximum": 0
    Fix: exchange the two, or correct them.
    """
    least, most = task.value("/output/minimum"), task.value("/output/maximum")
    if least is not None and most is not None and least >= most:
        yield Fault(
            f"minimum is {least:g} and maximum is {most:g}; a minimum below the maximum is "
            "required",
            task.at("/output/minimum"),
            "correct the two",
        )


@rule("TSK209", severity=Severity.WARNING, since="0.1")
def labels_left_open(task: TaskFile) -> Iterator[Fault]:
    """The label set is left open.

    Why: whoever answers must know the choices; as long as nobody has read them in the dataset,
    nobody can say whether they make sense.
    Fix: read the labels in the dataset at its commit and list them.
    """
    located = next(task.find("/output/labels"), None)
    if located and located.value is None:
        yield Fault(
            "labels is null, whatever the dataset holds; a list of the labels is required in the "
            "long run",
            located.at,
            "list the labels that the dataset holds at its commit",
        )


@rule("TSK210", severity=Severity.ERROR, since="0.1", waivable=False)
def local_labels_left_open(instance: InstanceFile) -> Iterator[Fault]:
    """The label set is left open although the data are in the repository.

    Why: what is in the repository can be read, so that nothing need be left open.
    Fix: list the labels in task.json, or those of this instance in its own file.
    """
    task = instance.task_file
    located = next(task.find("/output/labels"), None) if task else None
    if located and located.value is None and is_local(instance) and not instance.labels:
        yield Fault(
            "the task's labels are null, which is for data on the Hub; this instance's data are "
            "local, and a list of labels is required",
            instance.at("/dataset/path"),
            'list the labels in "labels"',
        )


@rule("TSK211", severity=Severity.ERROR, since="0.1")
def malformed_orcid(task: TaskFile) -> Iterator[Fault]:
    """An ORCID's check digit is wrong.

    Why: a mistyped identifier credits somebody else, or nobody.
    Fix: copy the identifier from the person's ORCID page.
    Limits: ISO 7064 MOD 11-2, as ORCID defines it.
    """
    for orcid in task.find("/contributors/*/orcid"):
        digits = str(orcid.value or "").replace("-", "")
        if digits and _check_digit(digits[:-1]) != digits[-1]:
            yield Fault(
                f"{orcid.value} has the check digit {digits[-1]}; {_check_digit(digits[:-1])} is "
                "required for these digits",
                orcid.at,
                "copy the identifier again",
            )


def _check_digit(digits: str) -> str:
    """The check digit of an ORCID's first 15 digits, by ISO 7064 MOD 11-2."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    remainder = (12 - total % 11) % 11
    return "X" if remainder == 10 else str(remainder)


@rule("TSK212", severity=Severity.ERROR, since="0.1")
def terse_description(task: TaskFile) -> Iterator[Fault]:
    """The description is not a sentence.

    Why: it is what a reader of the task list sees first; in the original benchmark all 55 were
    empty.
    Bad: "description": "keyword spotting"
    Good: "description": "Hear whether a given word is spoken in the recording."
    Fix: write one or two plain sentences that a non-expert understands.
    Limits: at least 5 words.
    """
    description = task.value("/description")
    if description and count_words(description) < DESCRIPTION_WORDS:
        yield Fault(
            f'the description is "{description}"; a sentence of at least {DESCRIPTION_WORDS} '
            "words is required",
            task.at("/description"),
            "write one or two plain sentences that a non-expert understands",
        )


@rule("TSK213", severity=Severity.ERROR, since="0.1", waivable=False)
def unknown_successor(folder: TaskFolder) -> Iterator[Fault]:
    """The task that shall replace this one does not exist.

    Why: a retired task leads its users to its successor.
    Fix: write the name of a folder under tasks/.
    """
    task = folder.task_file
    successor = task.value("/superseded_by") if task else None
    if task and successor and (successor == folder.task or successor not in folder.siblings):
        near = did_you_mean(successor, folder.siblings - {folder.task})
        yield Fault(
            f'superseded_by is "{successor}"; the name of another task under tasks/ is required',
            task.at("/superseded_by"),
            f'write "{near}"' if near else "write the name of an existing task",
        )


@rule("TSK214", severity=Severity.WARNING, since="0.1")
def confusable_label(task: TaskFile) -> Iterator[Fault]:
    """A label can be taken for another, or for two.

    Why: what a model says is matched against the labels. Where one is a part of another, a matcher
    finds both; "door or wood knock" reads like two options; the point of "0.4m" ends a sentence.
    Bad: "labels": ["wood knock", "door wood knock"], ["door or wood knock"], ["0.4m", "0.8m"]
    Good: "labels": ["knock on wood", "slammed door"], ["near", "far"]
    Fix: reword the label.
    Limits: parts are whole words in the same order.
    """
    yield from confusable(task.find("/output/labels/*"))


def confusable(found: Iterable[Located]) -> Iterator[Fault]:
    """The labels that hold another one, or read like two."""
    labels = list(found)
    forms = {label.value: tuple(_LABEL_WORD.findall(label.value.casefold())) for label in labels}
    known = {words: label for label, words in forms.items() if words}
    for label in labels:
        inner = next((part for part in _parts(forms[label.value]) if part in known), None)
        reason = f'holds the label "{known[inner]}"' if inner else _double(label.value)
        if reason:
            yield Fault(
                f'the label "{label.value}" {reason}; a label that is only itself is required',
                label.at,
                "reword the label",
            )


_LABEL_WORD = re.compile(r"[^\W_]+")


def _parts(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """All stretches of words but the whole."""
    for length in range(len(words) - 1, 0, -1):
        for start in range(len(words) - length + 1):
            yield words[start : start + length]


def _double(label: str) -> str | None:
    """Why a label reads like more than one, or None."""
    if found := re.search(r"(?<=\w) (or|and) (?=\w)|(?<=\w)/(?=\w)", label):
        return f'has "{found.group().strip()}" in it and reads like two'
    if found := re.search(r"\d\.\d", label):
        return f'has the decimal number "{found.group()}" in it, which a matcher may cut'
    return None
