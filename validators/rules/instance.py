"""SRC: instance files beyond their schema: licence, sources, columns, sampling, results."""

import re
from collections.abc import Iterator

from schema.fields import INPUT_PATTERN
from schema.licences import LICENCES, OWN_PREFIX, UNKNOWN, forbids, parts
from schema.vocabulary import METRICS
from validators.document import IssueKind
from validators.finding import Fault, Severity
from validators.folder import InstanceFile
from validators.registry import rule
from validators.rules.task import alike, confusable
from validators.rules.writing import generalised
from validators.words import count_words, did_you_mean

SAMPLING_WORDS = 5
LICENCE_FIELDS = ("/license", "/sources/*/license")
PUBLIC_DOMAIN = frozenset(
    {"0BSD", "CC-PDDC", "CC-PDM-1.0", "CC0-1.0", "MIT-0", "PDDL-1.0", "Unlicense"}
)
"""Licences that ask nothing of whoever passes the work on, not even to be named."""


@rule("SRC901", severity=Severity.ERROR, since="0.1", waivable=False)
def unknown_licence(instance: InstanceFile) -> Iterator[Fault]:
    """A licence is not written as an SPDX expression of known licences.

    Why: whether data may be passed on is decided by this field, by a program.
    Bad: "license": "CC BY 4.0"
    Good: "license": "CC-BY-4.0", "license": "CC-BY-4.0 AND MIT"
    Fix: look the identifier up at spdx.org/licenses; write LicenseRef-<Name> with a license_url
    for a licence outside that list, NOASSERTION where nobody knows.
    """
    for issue in instance.issues:
        if issue.kind is IssueKind.WRONG_FORM and generalised(issue.pointer) in LICENCE_FIELDS:
            written = issue.found.strip('"')
            apart = written.replace(" AND ", " ")
            several = re.search(r"\b(and|or|with)\b|[,;/&+]", apart, re.IGNORECASE)
            near = did_you_mean(written.replace(" ", "-"), LICENCES)
            if several:
                hint = 'write identifiers from spdx.org/licenses, joined by " AND "'
            elif near:
                hint = f'write "{near}" if that is meant'
            else:
                hint = "look it up at spdx.org/licenses"
            yield Fault(
                f"the licence is {issue.found}; {issue.required} is required",
                instance.at(issue.pointer),
                hint,
            )


@rule("SRC902", severity=Severity.WARNING, since="0.1", waivable=False)
def unestablished_licence(instance: InstanceFile) -> Iterator[Fault]:
    """Nobody has established the licence.

    Why: what may not be passed on cannot be published; as long as the licence is unknown, it is
    not.
    Fix: ask the authors of the corpus, and write the licence that they state.
    """
    for licence in instance.find(*LICENCE_FIELDS):
        if licence.value == UNKNOWN:
            yield Fault(
                f"the licence is {UNKNOWN}; a known licence is required before publication",
                licence.at,
                "find out the licence and write its SPDX identifier",
            )


@rule("SRC903", severity=Severity.ERROR, since="0.1", waivable=False)
def licence_without_text(instance: InstanceFile) -> Iterator[Fault]:
    """A licence of one's own has no address where its text is found.

    Why: `LicenseRef-…` says only that the licence is in no list; its text is all there is.
    Good: "license": "LicenseRef-VoxCeleb", "license_url": "https://…"
    Fix: add license_url.
    """
    if instance.value("/license_url"):
        return
    for licence in instance.find(*LICENCE_FIELDS):
        own = [part for part in parts(licence.value) if part.startswith(OWN_PREFIX)]
        if own:
            yield Fault(
                f"{own[0]} has no license_url; the address of its text is required",
                licence.at,
                'add "license_url"',
            )


@rule("SRC905", severity=Severity.ERROR, since="0.1", waivable=False)
def unresolved_citation(instance: InstanceFile) -> Iterator[Fault]:
    """A citation has no entry in references.bib.

    Why: a key without an entry leads nowhere.
    Fix: add the entry, or correct the key.
    """
    references = instance.folder.references
    if references is None:
        return
    keys = references.bibliography.keys
    for cite in instance.find("/sources/*/cite", "/results/*/cite"):
        if cite.value is not None and cite.value not in keys:
            near = did_you_mean(cite.value, keys)
            yield Fault(
                f'the key "{cite.value}" has no entry; an entry in references.bib is required',
                cite.at,
                f'write "{near}"' if near else "add the entry to references.bib",
            )


@rule("SRC906", severity=Severity.WARNING, since="0.1")
def uncited_source(instance: InstanceFile) -> Iterator[Fault]:
    """A source has nothing to cite.

    Why: people who made a corpus want to be cited, and readers want to read about it.
    Fix: add an entry to references.bib and its key here.
    """
    for cite in instance.find("/sources/*/cite"):
        if cite.value is None:
            yield Fault(
                "cite is null; the key of an entry in references.bib is required",
                cite.at,
                "add an entry for the source and write its key",
            )


@rule("SRC907", severity=Severity.ERROR, since="0.1", waivable=False)
def foreign_result_metric(instance: InstanceFile) -> Iterator[Fault]:
    """A prior result is given in a metric that the task does not have.

    Why: numbers in different metrics cannot stand in one column.
    Fix: give the result in one of the task's metrics, or add the metric to the task.
    """
    task = instance.task_file
    metrics = [metric.value for metric in task.find("/metrics/*")] if task else []
    for metric in instance.find("/results/*/metric"):
        if metrics and metric.value not in metrics:
            yield Fault(
                f'the metric is "{metric.value}"; one of the task\'s metrics is required: '
                f"{', '.join(metrics)}",
                metric.at,
                "give the result in one of the task's metrics",
            )


@rule("SRC908", severity=Severity.ERROR, since="0.1", waivable=False)
def impossible_result(instance: InstanceFile) -> Iterator[Fault]:
    """A prior result lies outside its metric's range.

    Why: an accuracy of 62.44 and one of 0.6244 are the same to people and not to programs.
    Bad: "metric": "accuracy", "value": 62.44
    Good: "metric": "accuracy", "value": 0.6244
    Fix: give the value in the metric's own range.
    """
    for value in instance.find("/results/*/value"):
        metric = instance.value(value.pointer.removesuffix("value") + "metric")
        if metric in METRICS and not METRICS[metric].admits(value.value):
            yield Fault(
                f"the {METRICS[metric].title} is {value.value:g}; {METRICS[metric].range} is "
                "required",
                value.at,
                "give the value in the metric's own range",
            )


@rule("SRC909", severity=Severity.NOTE, since="0.1")
def no_prior_result(instance: InstanceFile) -> Iterator[Fault]:
    """No prior result is given.

    Why: reviewers always ask how well existing systems do. Chance and majority are computed, so
    they need not be typed.
    Fix: add published results with their citation, if there are any.
    """
    results = next(instance.find("/results"), None)
    if results and not results.value:
        yield Fault(
            "results is empty; published results of existing systems are welcome",
            results.at,
            "add results with their citation, if there are any",
        )


@rule("SRC910", severity=Severity.ERROR, since="0.1", waivable=False, fixable=True)
def foreign_labels(instance: InstanceFile) -> Iterator[Fault]:
    """The instance's labels are not a part of the task's, in the task's order.

    Why: an instance may ask for fewer answers than its task, never for others.
    Fix: list labels of task.json only, in the order in which they stand there.
    """
    declared = instance.task_file.labels if instance.task_file else []
    own = list(instance.find("/labels/*"))
    for label in own:
        if declared and label.value not in declared:
            near = did_you_mean(label.value, declared)
            yield Fault(
                f'the label "{label.value}" is none of the task\'s {len(declared)} labels',
                label.at,
                f'write "{near}"' if near else "take labels of task.json only",
            )
    known = [label.value for label in own if label.value in declared]
    ordered = [label for label in declared if label in known]
    if known != ordered:
        yield Fault(
            "the labels stand in another order than in task.json, or one stands twice; each once "
            "and the task's order are required",
            instance.at("/labels"),
            "put the labels into the task's order",
        )


@rule("SRC911", severity=Severity.ERROR, since="0.1", waivable=False)
def foreign_map_target(instance: InstanceFile) -> Iterator[Fault]:
    """A value is mapped to a label that is not declared.

    Why: an answer that is not among the choices can never be given.
    Fix: correct the label, or declare it.
    """
    labels = instance.labels
    for target in instance.find("/label_map/*"):
        if labels and target.value not in labels:
            near = did_you_mean(target.value, labels)
            yield Fault(
                f'the label "{target.value}" is none of the {len(labels)} declared labels',
                target.at,
                f'write "{near}"' if near else "take a declared label",
            )


@rule("SRC912", severity=Severity.ERROR, since="0.1", waivable=False)
def labels_without_choice(instance: InstanceFile) -> Iterator[Fault]:
    """Labels are given for a task whose answers are not chosen from labels.

    Why: they would do nothing, and something else was meant.
    Fix: delete labels and label_map, or correct the output in task.json.
    """
    output = instance.task_file.output if instance.task_file else None
    if output in (None, "classification", "multilabel"):
        return
    for name in ("labels", "label_map"):
        if instance.value(f"/{name}") is not None:
            yield Fault(
                f"{name} is given in a task of {output} output; it is for classification and "
                "multilabel output only",
                instance.at(f"/{name}"),
                f"delete {name}",
            )


@rule("SRC913", severity=Severity.ERROR, since="0.1", waivable=False)
def unknown_canonical_column(instance: InstanceFile) -> Iterator[Fault]:
    """A column is renamed to a name that nothing reads.

    Why: the left side is the canonical name, the right side the source's; a mistyped or reversed
    entry would be ignored in silence.
    Bad: "columns": {"speaker_id": "label"}
    Good: "columns": {"label": "speaker_id"}
    Fix: write a canonical name on the left: file, label, an input or a group column.
    """
    if instance.task_file is None:
        return
    groups = [group.value for group in instance.find("/groups/*")]
    known = ["file", *instance.task_file.inputs, "label", *groups]
    for column in instance.find("/columns/*"):
        name = column.key
        unsure = not instance.task_file.knows_inputs and re.match(INPUT_PATTERN, name)
        if name not in known and not unsure:
            near = did_you_mean(name, known)
            yield Fault(
                f'"{name}" is no column of this instance; one of {", ".join(known)} is required',
                instance.at_key(column.pointer),
                f'write "{near}"' if near else "write the canonical name on the left",
            )


@rule("SRC914", severity=Severity.ERROR, since="0.1", waivable=False)
def unfit_group(instance: InstanceFile) -> Iterator[Fault]:
    """A group column has a canonical name, or stands twice.

    Why: groups are published beside the canonical columns, under names of their own.
    Bad: "groups": ["label", "speaker"]
    Good: "groups": ["gender", "speaker"]
    Fix: rename the group column, or delete it.
    """
    seen: set[str] = set()
    for group in instance.find("/groups/*"):
        name = group.value
        if name in ("file", "label", "instruction") or re.match(INPUT_PATTERN, name):
            yield Fault(
                f'the group column is "{name}", which is a canonical name; another name is '
                "required",
                group.at,
                "rename it, or delete it",
            )
        elif name in seen:
            yield Fault(f'"{name}" stands twice; once is required', group.at, "delete one")
        seen.add(name)


@rule("SRC915", severity=Severity.ERROR, since="0.1")
def unexplained_sampling(instance: InstanceFile) -> Iterator[Fault]:
    """How the examples were drawn is not said in a sentence.

    Why: reviewers asked for it in one of five contributions; nobody can repeat "a subset".
    Bad: "description": "random subset"
    Good: "description": "Forty clips of each speaker, drawn at random with seed 0."
    Fix: say what was drawn from what, and how.
    Limits: at least 5 words.
    """
    description = instance.value("/sampling/description")
    if description and count_words(description) < SAMPLING_WORDS:
        yield Fault(
            f'sampling is described as "{description}"; a sentence of at least {SAMPLING_WORDS} '
            "words is required",
            instance.at("/sampling/description"),
            "say what was drawn from what, and how",
        )


@rule("SRC916", severity=Severity.ERROR, since="0.1", waivable=False)
def unknown_stratum(instance: InstanceFile) -> Iterator[Fault]:
    """The column to stratify by is neither the label nor a group column.

    Why: the draw reads that column of every row.
    Fix: write "label" or one of the group columns.
    """
    stratum = instance.value("/sampling/stratify_by")
    known = ["label", *(group.value for group in instance.find("/groups/*"))]
    if stratum is not None and stratum not in known:
        near = did_you_mean(stratum, known)
        yield Fault(
            f'stratify_by is "{stratum}"; one of {", ".join(known)} is required',
            instance.at("/sampling/stratify_by"),
            f'write "{near}"' if near else 'write "label", or declare the column in groups',
        )


@rule("SRC917", severity=Severity.WARNING, since="0.1")
def dropped_licence(instance: InstanceFile) -> Iterator[Fault]:
    """The licence of a source is not among those of what is published.

    Why: whoever passes the clips on is bound by every licence that they came under.
    Bad: "license": "MIT" with a source under CC-BY-SA-4.0
    Good: "license": "CC-BY-SA-4.0 AND MIT"
    Fix: join all of them with AND. Waive with a reason where a licence lets its works be passed on
    under the one that is stated.
    Limits: public-domain dedications ask for nothing and may be left out.
    """
    stated = instance.value("/license")
    if stated is None or stated == UNKNOWN:
        return
    seen = {*parts(stated), *PUBLIC_DOMAIN}
    for licence in instance.find("/sources/*/license"):
        if forbids(licence.value, stated):
            continue  # that is forbidden-licence, an error
        for part in parts(licence.value):
            if part not in seen:
                yield Fault(
                    f"the licence is {stated}; {part}, the licence of a source, is required too",
                    instance.at("/license"),
                    f"write {UNKNOWN}" if part == UNKNOWN else f'add " AND {part}"',
                )
            seen.add(part)


@rule("SRC918", severity=Severity.ERROR, since="0.1", waivable=False)
def indistinct_own_labels(instance: InstanceFile) -> Iterator[Fault]:
    """Two labels of the instance are the same, or differ only in case, blanks and punctuation.

    Why: a scorer normalises what a model says; it could not tell which of the two was meant.
    Bad: "labels": ["Yes", "yes", "no"]
    Good: "labels": ["yes", "no"]
    Fix: delete one, or word them so that they differ.
    Limits: only where the task leaves its labels open; else they are judged in task.json.
    """
    if not (instance.task_file and instance.task_file.labels):
        yield from alike(instance.find("/labels/*"))


@rule("SRC919", severity=Severity.ERROR, since="0.1", waivable=False)
def column_read_twice(instance: InstanceFile) -> Iterator[Fault]:
    """Two inputs, or an input and the label, are read from one column of the source.

    Why: an input that is the answer gives it away; two inputs that are the same ask for nothing.
    Bad: "columns": {"text": "transcript", "label": "transcript"}
    Fix: name a column of its own for each.
    """
    inputs = instance.task_file.inputs if instance.task_file else []
    seen: dict[str, str] = {}
    for name in dict.fromkeys([*inputs, "label"]):
        source = instance.value(f"/columns/{name}", name)
        if source in seen:
            yield Fault(
                f'{seen[source]} and {name} are both read from "{source}"; a column of its own is '
                "required for each",
                instance.at("/columns"),
                "name a column of its own for each",
            )
        seen.setdefault(source, name)


@rule("SRC920", severity=Severity.WARNING, since="0.1")
def miscased_dataset(instance: InstanceFile) -> Iterator[Fault]:
    """The file's name spells a dataset otherwise than its source does.

    Why: a dataset keeps its own spelling, and the file's name is published for ever.
    Bad: instances/LJSPeech.json with the source "LJ Speech"
    Good: instances/LJSpeech.json
    Fix: rename the file, or correct the name of the source.
    Limits: names that differ in capitals only; blanks and punctuation do not count.
    """
    names = [_squeezed(source.value) for source in instance.find("/sources/*/name")]
    for part in instance.stem.split("_"):
        dataset = part.partition("-")[0]
        alike = [name for name in names if name.casefold() == dataset.casefold()]
        if alike and dataset not in alike:
            yield Fault(
                f'the file\'s name says "{dataset}"; "{alike[0]}", as the source is spelt, is '
                "required",
                instance.folder.at(f"instances/{instance.stem}.json"),
                f'rename the file, with "{alike[0]}" in it, or correct the source\'s name',
            )


def _squeezed(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", name)


@rule("SRC921", severity=Severity.NOTE, since="0.1")
def unranked_results(instance: InstanceFile) -> Iterator[Fault]:
    """Prior results are given, and none in the task's headline metric.

    Why: the headline is what systems are compared by; reviewers ask for a number in it.
    Fix: add a result in the first of the task's metrics, or make a metric that has one the first.
    """
    task = instance.task_file
    metrics = [metric.value for metric in task.find("/metrics/*")] if task else []
    found = {metric.value for metric in instance.find("/results/*/metric")}
    given = [metric for metric in metrics if metric in found]  # another is foreign-result-metric
    if given and metrics[0] not in given:
        yield Fault(
            f"results are given in {', '.join(given)}; one in {metrics[0]}, the headline, is "
            "required for comparison",
            instance.at("/results"),
            f"add a result in {metrics[0]}, if there is one",
        )


@rule("SRC922", severity=Severity.ERROR, since="0.1", waivable=False)
def forbidden_licence(instance: InstanceFile) -> Iterator[Fault]:
    """What is published permits what a source forbids.

    Why: nobody can permit more than the source did; users would break its licence without knowing.
    Bad: "license": "CC-BY-4.0" with a source under CC-BY-NC-4.0
    Good: "license": "CC-BY-NC-4.0"
    Fix: state the source's licence, or all of them joined with AND.
    Limits: passing on, changing, commercial use, as schema/licences.py knows them.
    """
    stated = instance.value("/license")
    if stated is None:
        return
    for licence in instance.find("/sources/*/license"):
        forbidden = forbids(licence.value, stated)
        if forbidden:
            yield Fault(
                f"the licence of what is published, {stated}, permits {' and '.join(forbidden)}, "
                f"which {licence.value}, the licence of this source, forbids; no more than it "
                "permits is required",
                licence.at,
                f'write "{licence.value}" into the license of the instance',
            )


@rule("SRC923", severity=Severity.WARNING, since="0.1")
def confusable_own_label(instance: InstanceFile) -> Iterator[Fault]:
    """A label of the instance can be taken for another, or for two.

    Why: what a model says is matched against the labels, and a matcher would find both.
    Bad: "labels": ["knock", "door knock"]
    Good: "labels": ["knock", "slam"]
    Fix: reword the label with label_map.
    Limits: only where the task leaves its labels open; else they are judged in task.json.
    """
    if not (instance.task_file and instance.task_file.labels):
        yield from confusable(instance.find("/labels/*"))
