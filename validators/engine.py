"""A run of the check: folders -> reports, of which those of unchanged tasks are kept.

What looks at a task that has changed, rules and all, is `validators.task_check`, loaded only then.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schema.report import Report
from validators.registry import Rule
from validators.report import assemble
from validators.report_cache import ReportCache
from validators.tree import Repository, Tree

if TYPE_CHECKING:
    from validators.clips import ClipSource
    from validators.measurement import Measurement

# No plugin that somebody installed has a say in what a check takes; and to look for one, pydantic
# reads the metadata of every package that is installed. It asks when the first model is built.
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"

Measurer = Callable[[Iterable["ClipSource"]], Iterator[tuple["ClipSource", "Measurement"]]]
"""Measures clips; see `validators.audio.Decoders.measure`."""

Progress = Callable[[int, int], None]
"""Told how many clips are measured, or how many bytes of a file are fetched; and of how many."""


class Watchers(NamedTuple):
    """Who is told how far a run is: after each clip, and while a file comes from the Hub."""

    measured: Progress | None = None
    fetched: Progress | None = None


class Options(NamedTuple):
    """What a run is asked to do.

    `select` and `ignore` hold rule codes or their beginnings; an empty `select` selects all.
    `sandboxed` says whether every limit on the decoders holds on this system: if not, no task
    passes whose sound was judged.
    """

    static: bool = False
    offline: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    sandboxed: bool = True

    def reason_to_skip(self, rule: Rule) -> str | None:
        """Why a rule shall not run, or None."""
        if any(rule.code.startswith(code) for code in self.ignore):
            return "not run on request: --ignore"
        if self.select and not any(rule.code.startswith(code) for code in self.select):
            return "not run on request: --select"
        return None


def check(  # noqa: PLR0913 - what a run is made of
    root: Path,
    paths: Sequence[str],
    options: Options,
    measure: Measurer,
    *,
    progress: Progress | None = None,
    fetched: Progress | None = None,
    kept: ReportCache | None = None,
) -> Report:
    """Check task folders.

    Args:
        root: the repository's root.
        paths: POSIX paths of the task folders, relative to `root`.
        options: what to leave out.
        measure: measures clips; asked once, where a rule needs sound, or for every few megabytes
            of metadata.
        progress: told after each clip.
        fetched: told while a file comes from the Hub.
        kept: reports of earlier runs; what has not changed is not looked at again.

    Raises:
        OSError: if a folder cannot be read.
    """
    folders = [Tree(root, path) for path in paths]
    repository = Repository(root, folders)
    keys = {folder.path: _key(kept, folder, options, repository) for folder in folders if kept}
    done = {path: report for path, key in keys.items() if kept and (report := kept.get(key))}
    fresh = [folder for folder in folders if folder.path not in done]
    for report in _check_afresh(fresh, options, measure, Watchers(progress, fetched), repository):
        (task,) = report.tasks
        done[task.path] = report
        if kept and not report.problems:
            kept.put(keys[task.path], report)
    if kept and fresh:
        kept.prune()
    return assemble(
        (task for report in done.values() for task in report.tasks),
        (found for report in done.values() for found in report.findings),
        (problem for report in done.values() for problem in report.problems),
    )


def _key(kept: ReportCache, folder: Tree, options: Options, repository: Repository) -> str:
    """Names all that the report on a folder depends on."""
    beside = (
        sorted(folder.siblings)
        if options.static
        else [(other.path, other.digest) for other in repository.others(folder)]
    )
    hub = None if options.static or options.offline else os.environ.get("HF_ENDPOINT")
    return kept.key(
        folder.path, folder.kind, [*folder.entries], folder.digest, options, beside, hub
    )


def _check_afresh(
    folders: Sequence[Tree],
    options: Options,
    measure: Measurer,
    watchers: Watchers,
    repository: Repository,
) -> Iterator[Report]:
    if folders:
        from validators.task_check import check_folders  # noqa: PLC0415 - loads all rules

        yield from check_folders(folders, options, measure, watchers, repository)
