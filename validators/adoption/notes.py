"""What adopt says of an old task: each decision that it took, each contradiction that it met."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """Whether the facts were enough."""

    CONTRADICTION = "contradiction"
    """Two facts disagree, or one is missing or unusable: a person has to look."""
    DECISION = "decision"
    """The facts were enough for the reading that is stated."""


_C, _D = Kind.CONTRADICTION, Kind.DECISION
NOTES: Final[dict[str, tuple[Kind, str]]] = {
    # -- the folder
    "task-renamed": (_D, "the task's name is not of our form"),
    "task-and-instance-differ": (_C, "an instance's name does not begin with its task's"),
    "foreign-instance": (_C, "an instance is another task's, and was left out"),
    "dataset-not-named": (_C, "an instance's name names no dataset"),
    "name-and-folder-differ": (_C, "an instance's name and its folder's name differ"),
    "stem-changed": (_D, "the dataset's part of the name is not of our form"),
    "subset-after-underscore": (_C, "a subset is joined to its dataset by an underscore"),
    "alias": (_D, "the published name stands in the alias table"),
    "variant": (_D, "the name ends in a variation that counts as a task of its own"),
    "misplaced-instance": (_C, "instance.json is not in a folder of its own"),
    "stray-file": (_C, "something stands there that the old layout does not know"),
    "no-instance": (_C, "the task has no instance that can be read"),
    "unreadable-file": (_C, "a file cannot be read as what it is"),
    "unwritable": (_C, "the new folder could not be made"),
    "taken": (_C, "a task of this name exists"),
    # -- instance.json
    "missing-key": (_C, "a field of instance.json is missing or empty"),
    "unknown-key": (_C, "a field of instance.json that the old layout does not know"),
    "wrong-type": (_C, "a field of instance.json is of another type"),
    "several-values": (_C, "the instances of a task disagree about it"),
    # -- the pointer
    "name-and-path-differ": (_C, "the instance's name and the dataset's name on the Hub differ"),
    "path-unusable": (_C, "path is not owner/name"),
    "path-cleaned": (_D, "path was brought into the form owner/name"),
    "version-missing": (_C, "there is no version"),
    "version-64-digits": (_C, "version has 64 digits: the hash of a file, or a commit with a tail"),
    "version-short": (_C, "version is a shortened commit"),
    "version-unusable": (_C, "version is no commit"),
    "version-cleaned": (_D, "version was brought into the form of a commit"),
    "commit-of-two-datasets": (_C, "one commit stands beside two datasets"),
    "dataset-of-two-instances": (_C, "two instances point at one dataset"),
    "name-taken-twice": (_C, "two instances of a task would bear one name"),
    # -- metrics
    "metric-unknown": (_C, "a metric is not in our vocabulary"),
    "metric-renamed": (_D, "a metric is called something else here"),
    "metric-does-not-fit": (_C, "metric and labels speak of different kinds of answers"),
    # -- the data
    "data-not-read": (_C, "the rows of the dataset could not be read"),
    "data-local": (_D, "the clips are in the old folder and were copied"),
    "data-from-export": (_D, "the rows came from an export"),
    "data-from-hub": (_D, "the rows came from the Hub, at the commit"),
    "clips": (_D, "how the copied clips are named"),
    "columns-mapped": (_D, "a column has another name than here"),
    "column-missing": (_C, "a column of the old layout is missing"),
    "column-left-out": (_C, "a column that has no place here"),
    "file-ids-unfit": (_C, "file ids are paths, have an extension, or are repeated"),
    "output": (_D, "the kind of answer"),
    # -- labels and options
    "labels": (_D, "where the labels and their order come from"),
    "label-map": (_D, "a value holds what a label may not"),
    "labels-are-numbers": (_C, "the labels are numbers and the options words"),
    "labels-in-readme-differ": (_C, "README.md lists other labels than the data"),
    "labels-not-in-options": (_C, "a label is in no option list"),
    "options-without-rows": (_C, "an option is the label of no row"),
    "options-unclear": (_C, "what stands beside a list may be an option or not"),
    "options-missing": (_C, "an instruction has no option list"),
    "options-differ": (_C, "option lists differ from instruction to instruction"),
    "options-reordered": (_D, "the order of the options changes from instruction to instruction"),
    "options-stand-twice": (_C, "an instruction lists options twice"),
    "options-spelt-otherwise": (_D, "options and labels differ in capitals or underscores"),
    "options-replaced": (_D, "option lists were replaced by {labels}"),
    # -- instructions
    "instructions": (_D, "where the instructions come from"),
    "text-replaced": (_D, "the row's text stood in the instruction"),
    "braces": (_C, "braces of an instruction were written as brackets"),
    # -- README.md
    "readme-missing": (_C, "there is no README.md, or it is empty"),
    "readme-section": (_D, "which section of the old README.md became which"),
    "readme-title-differs": (_C, "README.md bears another title than the task"),
    # -- scores
    "score-read": (_D, "where a score would go"),
    "score-unknown-name": (_C, "no instance of that name is here"),
    "score-metric-unknown": (_C, "the metric is not the task's"),
    "score-percent": (_D, "the file counts in percent"),
    "score-scale-unclear": (_C, "the value may be a share or a percentage"),
    "score-out-of-range": (_C, "the value lies outside the metric's range"),
    "score-version-differs": (_C, "the score was made on another commit"),
    "score-seen-differs": (_C, "seen disagrees with the training list"),
    "score-repeated": (_C, "two scores for one instance and metric"),
    "score-malformed": (_C, "an entry has not the form of a score"),
}  # fmt: skip
"""Every note by its code: its kind, and what it means."""


@dataclass(frozen=True, order=True)
class Note:
    """One decision or contradiction, and where it was met."""

    where: str
    code: str
    message: str

    @property
    def kind(self) -> Kind:
        """Whether a person has to look."""
        return NOTES[self.code][0]


@dataclass
class Notebook:
    """Collects notes, each once, in the order in which they were met."""

    where: str
    notes: dict[Note, None] = field(default_factory=dict)

    def add(self, code: str, message: str) -> None:
        """Note something about this place."""
        if code not in NOTES:
            raise KeyError(code)
        self.notes[Note(self.where, code, message)] = None

    def of(self, where: str) -> "Notebook":
        """The same book, for another place."""
        return Notebook(where, self.notes)

    def __iter__(self) -> Iterator[Note]:
        return iter(self.notes)


def few(names: list[str], most: int = 5) -> str:
    """Some names for a message: `"a", "b" and 3 more`."""
    shown = ", ".join(f'"{name}"' for name in names[:most])
    return shown + (f" and {len(names) - most:,} more" if len(names) > most else "")
