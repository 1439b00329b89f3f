"""Old score files: what was read, and where each number would go. Nothing is written.

A score belongs into results/<system>.json, which comes with the leaderboard, or, for a system that
has none, under `results` of an instance file. There `cite` is required, and no score file names a
source: a person has to. So each score is shown as such an entry, ready to be copied.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schema.seed import RENAMED, name_here
from schema.training import is_seen
from schema.vocabulary import METRICS
from validators.adoption.metrics import metric_here
from validators.adoption.notes import Notebook, few
from validators.folder import InstanceFile, TaskFolder
from validators.strict_json import read_json
from validators.words import did_you_mean

SCORES_CAP = 5_000_000
CITE = "TODO"


@dataclass(frozen=True)
class Score:
    """A number of a score file, in our terms."""

    name: str
    path: str
    """The instance file under whose `results` it would go."""
    system: str
    metric: str
    value: float

    @property
    def entry(self) -> dict[str, Any]:
        """The entry for `results`; a person names the source."""
        return {
            "system": self.system, "metric": self.metric, "value": self.value, "cite": CITE
        }  # fmt: skip


@dataclass(frozen=True)
class _Old:
    name: str
    metric: str
    value: float
    version: str | None
    seen: bool | None


class Instances:
    """The instances that are here, by full name."""

    def __init__(self, root: Path, tasks: Path) -> None:
        self._folders = {
            path.name: TaskFolder(root, f"{tasks.name}/{path.name}")
            for path in sorted(tasks.iterdir())
            if path.is_dir() and not path.name.startswith(".")
        }
        self._files = {
            f"{name}_{file.stem}": file
            for name, folder in self._folders.items()
            for file in folder.instances
        }

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    @property
    def files(self) -> list[InstanceFile]:
        """All instance files."""
        return list(self._files.values())

    def find(self, name: str) -> InstanceFile | None:
        """The instance of this full name."""
        return self._files.get(name)


def read_scores(path: Path, instances: Instances) -> tuple[list[Score], Notebook]:
    """Read a score file; its name is the system's."""
    notes = Notebook(path.name)
    reading = read_json(path.read_bytes()[: SCORES_CAP + 1], cap=SCORES_CAP)
    for defect in reading.defects:
        place = f"{path.name}:{defect.place.line}:{defect.place.column}"
        notes.add("unreadable-file", f"{place}: {defect.message}")
    olds = list(_olds(reading.data, notes)) if reading.readable else []
    percent = any(old.value > 1 for old in olds if _is_share(old.metric))
    if percent:
        notes.add("score-percent", "shares are written from 0 to 100; they were divided by 100")
    scores: dict[tuple[str, str], Score] = {}
    for old in olds:
        score = _score(old, path.stem, instances, percent, notes.of(f"{path.name}: {old.name}"))
        if score is None:
            continue
        if (score.name, score.metric) in scores:
            notes.of(f"{path.name}: {old.name}").add(
                "score-repeated", f"{score.metric} comes twice"
            )
            continue
        scores[score.name, score.metric] = score
    return list(scores.values()), notes


def _is_share(metric: str) -> bool:
    known = METRICS.get(metric_here(metric) or "")
    return known is not None and (known.high == 1 or known.name in ("wer", "cer"))


def _olds(data: Any, notes: Notebook) -> Iterator[_Old]:
    """Entries of one form: a list of names, each with its scores."""
    if not isinstance(data, list):
        notes.add("score-malformed", "a list of names with their scores is required")
        return
    for number, one in enumerate(data, start=1):
        name = one.get("name") if isinstance(one, dict) else None
        if not isinstance(name, str) or not name.strip():
            notes.add("score-malformed", f"entry {number} has no name")
            continue
        scores = one.get("scores", [one] if "value" in one else [])
        for score in scores if isinstance(scores, list) else [scores]:
            old = _old(name.strip(), score)
            if old is None:
                notes.of(f"{notes.where}: {name}").add("score-malformed", "no metric and number")
            else:
                yield old


def _old(name: str, score: Any) -> _Old | None:
    if not isinstance(score, dict):
        return None
    metric, value = score.get("metric"), score.get("value")
    if not isinstance(metric, str) or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    version, seen = score.get("version"), score.get("seen")
    return _Old(
        name, metric, float(value), version if isinstance(version, str) else None,
        seen if isinstance(seen, bool) else None,
    )  # fmt: skip


def _score(
    old: _Old, system: str, instances: Instances, percent: bool, notes: Notebook
) -> Score | None:
    name = name_here(old.name)
    if old.name in RENAMED:
        notes.add("alias", f'"{old.name}" is called "{name}" here')
    file = instances.find(name)
    if file is None:
        near = did_you_mean(name, instances)
        notes.add("score-unknown-name", f'"{name}" is not here' + (f"; {near} is" if near else ""))
        return None
    metric = metric_here(old.metric)
    task = file.folder.task_file
    known = [located.value for located in task.find("/metrics/*")] if task else []
    if metric is None or metric not in known:
        notes.add("score-metric-unknown", f'"{old.metric}" is none of {few(known)}')
        return None
    value = _value(old, percent, notes)
    if not METRICS[metric].admits(value):
        notes.add(
            "score-out-of-range", f"{metric} is {value:g}; {METRICS[metric].range} is required"
        )
        return None
    _compare(old, file, notes)
    path = f"{file.path}"
    notes.add("score-read", f'{metric} {value:g} of "{system}" would go into {path} under results')
    return Score(name, path, system, metric, value)


def _value(old: _Old, percent: bool, notes: Notebook) -> float:
    if not percent or not _is_share(old.metric):
        return old.value
    if 0 < old.value <= 1:
        notes.add("score-scale-unclear", f"{old.value:g} in a file of percentages")
    return round(old.value / 100, 10)


def _compare(old: _Old, file: InstanceFile, notes: Notebook) -> None:
    revision = file.value("/dataset/revision")
    if old.version and revision and old.version != revision:
        notes.add("score-version-differs", f"made on {old.version}; the instance is at {revision}")
    seen = is_seen(file.task, file.value("/variant"))
    if old.seen is not None and old.seen != seen:
        said = ("unseen", "seen")
        notes.add(
            "score-seen-differs",
            f"the file says {said[old.seen]}; by the training list it is {said[seen]}",
        )
