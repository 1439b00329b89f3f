"""The command line that takes old tasks in: `python -m validators.adopt OLD_FOLDER|LIST`."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from validators.adoption import names
from validators.adoption.convert import Adopted, convert
from validators.adoption.notes import Notebook
from validators.adoption.old import AdoptError, find, read_task
from validators.adoption.rows import hub_rows, read_rows
from validators.adoption.scores import Instances, read_scores
from validators.adoption.telling import Outcome, ScoreFile, as_json, terminal
from validators.asked import TASKS
from validators.new import names_in, show_check, stop, taken_by, tasks_folder
from validators.newtask.draft import write

DESCRIPTION = """\
Take tasks of the original layout (<Task>/README.md, <Task>/<Instance>/instance.json) in: make our
folders of them as far as facts allow. What a person must decide says TODO, and the check names each
place. Every decision (-) and every contradiction (!) is listed, explained in docs/adopt.md. Old
folders are only read. Nothing that exists is overwritten.
"""
EPILOGUE = """\
exit codes:
  0  every task was taken in (its contradictions are for you to settle)
  1  some were not; the list says why
  2  nothing was done: nothing to take in was found, or the command was used wrongly

examples:
  python -m validators.adopt ~/dynamic-superb/dynamic_superb/benchmark_tasks/SpokenTermDetection
  python -m validators.adopt my-tasks.txt --data ~/exports --dry-run
  python -m validators.adopt scores/whisper.json --format json
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Take in what is named; returns the exit code."""
    options = _parser().parse_args(arguments)
    tasks = tasks_folder(options.root)
    try:
        folders, files = find(options.paths)
        adopted = list(_convert(folders, options))
        scored = [_scores(path, options.root, tasks) for path in files]
    except AdoptError as error:
        stop(str(error))
    except OSError as error:
        stop(f"nothing was made: {error.filename or 'a file'}: {error.strerror or error}")
    except KeyboardInterrupt:
        stop("nothing was made")
    compare_pointers(adopted, tasks, options.root)
    outcomes = _write(adopted, tasks, dry=options.dry_run)
    try:
        _print(outcomes, scored, options)
    except BrokenPipeError:
        # Whoever read us has seen enough; keep the interpreter from complaining at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return int(any(outcome.target is None for outcome in outcomes))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validators.adopt",
        description=DESCRIPTION,
        epilog=EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("paths", nargs="+", type=Path, metavar="OLD_FOLDER|LIST", help="a task's folder, a folder "
        "of such folders, a .txt file with one a line, or a .json file of scores")  # fmt: skip
    add("--data", type=Path, metavar="DIR", help="exports of the datasets: <instance>.jsonl, .csv "
        "or .parquet, or a folder of that name with parquet files or a metadata.csv")  # fmt: skip
    add("--offline", action="store_true", help="do not ask the Hub for rows that are not here")
    add("--dry-run", action="store_true", help="say what would be made, and write nothing")
    add("--format", choices=("terminal", "json"), default="terminal")
    add("--root", type=Path, default=Path(), metavar="DIR", help="the repository; default: here")
    return parser


def _convert(folders: Sequence[Path], options: argparse.Namespace) -> Iterator[Adopted]:
    read = partial(read_rows, data=options.data, hub=None if options.offline else hub_rows)
    there = sys.stderr.isatty()
    for number, folder in enumerate(folders, start=1):
        if there:
            print(f"\r\x1b[K{number} of {len(folders)}", end="", file=sys.stderr, flush=True)
        yield convert(read_task(folder), read)
    if there:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _scores(path: Path, root: Path, tasks: Path) -> ScoreFile:
    scores, notes = read_scores(path, Instances(root, tasks))
    return ScoreFile(path.name, scores, notes)


def compare_pointers(adopted: Sequence[Adopted], tasks: Path, root: Path) -> None:
    """One commit beside two datasets: among the old tasks, and against those that are here."""
    pointers: list[tuple[Notebook, names.Pointer]] = [
        (notes, (repo_id, revision))
        for one in adopted
        for notes, (repo_id, revision) in one.pointers
        if repo_id and revision
    ]
    for file in Instances(root, tasks).files if pointers else ():
        repo_id, revision = file.value("/dataset/repo_id"), file.value("/dataset/revision")
        if repo_id and revision:
            pointers.append((Notebook(file.path), (str(repo_id), str(revision))))
    names.shared_pointers(pointers)


def _write(adopted: Sequence[Adopted], tasks: Path, *, dry: bool) -> list[Outcome]:
    outcomes, there = [], names_in(tasks)
    for one in adopted:
        target = _target(one, tasks, there)
        written = False
        if target is not None and not dry:
            try:
                write(target, one.draft)
                written = True
            except OSError as error:
                one.old.notes.add("unwritable", f"{target}: {error.strerror or error}")
                target = None
        if target is not None:
            there.append(target.name)
        outcomes.append(Outcome(one, f"tasks/{target.name}" if target else None, written))
    return outcomes


def _target(adopted: Adopted, tasks: Path, there: Sequence[str]) -> Path | None:
    if not adopted.usable or adopted.name is None:
        return None
    taken = taken_by(adopted.name, there)
    if taken:
        adopted.old.notes.add(
            "taken",
            f"tasks/{taken} exists, and nothing is overwritten; add the dataset to it: a file in "
            f"tasks/{taken}/instances",
        )
        return None
    return tasks / adopted.name


def _print(
    outcomes: Sequence[Outcome], scored: Sequence[ScoreFile], options: argparse.Namespace
) -> None:
    if options.format == "json":
        sys.stdout.write(as_json(outcomes, scored))
        return
    print(*terminal(outcomes, scored), sep="\n")
    written = [outcome.target for outcome in outcomes if outcome.written and outcome.target]
    if len(written) == 1:
        print()
        show_check(options.root / written[0])
    elif written:
        print("\nSee what is left to do, a task at a time:")
        print(f"  python -m validators.check --offline {TASKS}/<Task>")


if __name__ == "__main__":
    sys.exit(main())
