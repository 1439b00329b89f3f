"""PTR: the pointer from an instance to its dataset."""

import re
from collections.abc import Iterator

from validators.document import IssueKind
from validators.finding import Fault, Severity
from validators.folder import InstanceFile
from validators.registry import rule

TRAINING_SPLITS = frozenset(
    {"train", "training", "dev", "develop", "development", "validation", "valid", "val"}
)


@rule("PTR101", severity=Severity.ERROR, since="0.1", waivable=False)
def malformed_repo_id(instance: InstanceFile) -> Iterator[Fault]:
    """The dataset's id is not of the form owner/name.

    Why: the Hub knows datasets by owner and name; an address or a bare name finds nothing.
    Bad: "repo_id": "https://huggingface.co/datasets/DynamicSuperb/SpokenTermDetection_LJSpeech"
    Good: "repo_id": "DynamicSuperb/SpokenTermDetection_LJSpeech"
    Fix: copy owner and name from the head of the dataset's page.
    """
    for issue in instance.issues:
        if issue.pointer == "/dataset/repo_id" and issue.kind is IssueKind.WRONG_FORM:
            yield Fault(
                f"repo_id is {issue.found}; {issue.required} is required",
                instance.at(issue.pointer),
                "copy owner/name from the head of the dataset's page on the Hub",
            )


@rule("PTR103", severity=Severity.ERROR, since="0.1", waivable=False)
def unpinned_revision(instance: InstanceFile) -> Iterator[Fault]:
    """The revision is not a full commit id.

    Why: a branch or a tag moves; the same pointer would name other examples tomorrow, and scores
    could not be compared.
    Bad: "revision": "main"
    Good: "revision": "956e6de86a7593c23ce7544416494bb49631c6e1"
    Fix: copy the commit id from the dataset's history on the Hub.
    Limits: exactly 40 lower-case hex digits.
    """
    for issue in instance.issues:
        if issue.pointer == "/dataset/revision" and issue.kind is IssueKind.WRONG_FORM:
            yield Fault(
                f"revision is {issue.found}; {issue.required} is required",
                instance.at(issue.pointer),
                "copy the commit id from the dataset's history on the Hub",
            )


@rule("PTR104", severity=Severity.ERROR, since="0.1", waivable=False)
def path_outside_folder(instance: InstanceFile) -> Iterator[Fault]:
    """The path of local data leads out of the task's folder.

    Why: a task must not read files of another task, or of the machine that checks it.
    Bad: "path": "../../secrets"
    Good: "path": "data/LJSpeech"
    Fix: put the data under data/<file stem> and name that.
    """
    path = instance.value("/dataset/path")
    if path is not None and _leads_out(path):
        yield Fault(
            f'path is "{path}"; a path inside the task\'s folder is required',
            instance.at("/dataset/path"),
            f'write "data/{instance.stem}"',
        )


def _leads_out(path: str) -> bool:
    return path.startswith(("/", "~")) or "\\" in path or ":" in path or ".." in path.split("/")


@rule("PTR105", severity=Severity.ERROR, since="0.1", waivable=False)
def unexpected_path(instance: InstanceFile) -> Iterator[Fault]:
    """The path of local data is not data/<file stem>.

    Why: names are derived, so that no two places can disagree about which data belong to which
    instance.
    Bad: "path": "data/clips" in instances/LJSpeech.json
    Good: "path": "data/LJSpeech" in instances/LJSpeech.json
    Fix: write the path that is named, and rename the folder if need be.
    """
    path = instance.value("/dataset/path")
    expected = f"data/{instance.stem}"
    if path is not None and path != expected and not _leads_out(path):
        yield Fault(
            f'path is "{path}"; "{expected}" is required',
            instance.at("/dataset/path"),
            f'write "{expected}"',
        )


@rule("PTR106", severity=Severity.ERROR, since="0.1", waivable=False)
def missing_data_folder(instance: InstanceFile) -> Iterator[Fault]:
    """The folder of local data is not there.

    Why: without data there is nothing to evaluate.
    Fix: add data/<file stem>/ with metadata.csv and the clips, and commit it.
    """
    expected = f"data/{instance.stem}"
    there = expected in instance.folder.folders
    if instance.value("/dataset/path") is not None and not there:
        yield Fault(
            f"{expected} is not there; a folder with metadata and clips is required",
            instance.at("/dataset/path"),
            f"add {expected}",
        )


@rule("PTR107", severity=Severity.WARNING, since="0.1")
def training_split(instance: InstanceFile) -> Iterator[Fault]:
    """The source split is one that models are trained or tuned on.

    Why: a model that has seen the examples is not tested by them.
    Fix: point at the test split; where the source has no other, say so in the waiver's reason.
    """
    split = instance.value("/dataset/split")
    first = re.match("[a-z]*", (split or "").lower())  # of "train[:10%]" and "dev_clean"
    if first and first.group() in TRAINING_SPLITS:
        yield Fault(
            f'split is "{split}"; a split that nobody trains on is required',
            instance.at("/dataset/split"),
            "point at the test split",
        )


@rule("PTR108", severity=Severity.ERROR, since="0.1", waivable=False)
def repeated_dataset(instance: InstanceFile) -> Iterator[Fault]:
    """Two instances of a task point at the same data, or two datasets claim one commit.

    Why: the same examples would count twice. And no commit belongs to two datasets: where two
    pointers say so, one was copied and not changed.
    Fix: correct the pointer that was copied, or delete one of the two instances.
    """
    repo_id, revision = _hub(instance)
    for other in instance.folder.instances:
        if other.stem >= instance.stem or repo_id is None:
            continue
        other_id, other_revision = _hub(other)
        if _same(other_id, repo_id) and _part(other) == _part(instance):
            yield Fault(
                f"the dataset {repo_id} is the one of instances/{other.stem}.json; another "
                "dataset, configuration or split is required",
                instance.at("/dataset/repo_id"),
                "correct the pointer, or delete one of the two instances",
            )
        elif other_revision == revision is not None and not _same(other_id, repo_id):
            yield Fault(
                f"the commit is the one of {other_id} in instances/{other.stem}.json; a commit "
                f"of {repo_id} is required",
                instance.at("/dataset/revision"),
                "copy the commit id from the history of this dataset",
            )


def _hub(instance: InstanceFile) -> tuple[str | None, str | None]:
    return instance.value("/dataset/repo_id"), instance.value("/dataset/revision")


def _same(one: str | None, other: str | None) -> bool:
    """True if two ids name one dataset: the Hub does not tell capitals from small letters."""
    return one is not None and other is not None and one.casefold() == other.casefold()


def _part(instance: InstanceFile) -> tuple[str | None, str]:
    return instance.value("/dataset/config"), instance.value("/dataset/split", "test")
