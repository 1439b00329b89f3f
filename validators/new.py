"""The command line that begins a task: `python -m validators.new TaskName [--from-folder DIR]`."""

import argparse
import contextlib
import difflib
import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn

from schema.vocabulary import DIMENSIONS, OutputType
from validators import check
from validators.asked import TASKS
from validators.newtask.collect import Limits
from validators.newtask.draft import (
    Draft,
    Wishes,
    draft,
    guessed_stem,
    stem_of,
    task_name_of,
    write,
)
from validators.newtask.survey import Plan, SurveyError, Table, decide, read_folder, read_table
from validators.render.escape import visible
from validators.words import did_you_mean

OUTPUTS: tuple[OutputType, ...] = ("classification", "multilabel", "number", "text", "audio")
STEM = "MyDataset"
NEARLY = 0.85
"""How alike two names are (difflib's ratio) that may mean the same task."""
DESCRIPTION = """\
Make the folder of a new task under tasks/. What your data can answer is filled in; where a person
must decide it says TODO, and the check, which runs at the end, names each place. Your own files are
only read. Nothing that exists is overwritten.
"""
EPILOGUE = """\
exit codes:
  0  the folder was made (its findings are for you to mend)
  2  it was not, and nothing was written

examples:
  python -m validators.new BirdCallRecognition --from-folder ~/birds --dataset BirdCalls
  python -m validators.new SpokenEmotion --from-csv meta.csv --columns label=emotion,speaker=actor
  python -m validators.new AccentRatings --hub owner/name@<commit> --output number
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a task's folder and check it; returns the exit code."""
    options = _parser().parse_args(arguments)
    asker = _Asker(there=sys.stdin.isatty() and sys.stdout.isatty())
    try:
        target = _target(options, asker)
        table, plan = _data(options, asker)
        made = draft(_wishes(target, options, asker, table), table, plan, _seconds)
        write(target, made)
    except SurveyError as error:
        stop(str(error))
    except (EOFError, KeyboardInterrupt):
        stop("nothing was made")
    except OSError as error:
        stop(f"nothing was made: {error.filename or 'the folder'}: {error.strerror or error}")
    try:
        _tell(target, made)
        show_check(target)
    except BrokenPipeError:
        # Whoever read us has seen enough; keep the interpreter from complaining at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validators.new",
        description=DESCRIPTION,
        epilog=EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("task", nargs="?", metavar="TaskName", help="letters and digits, each word with a capital")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--from-folder", type=Path, metavar="DIR", help="a folder of clips, with a "
                        "metadata file or a subfolder for each class")  # fmt: skip
    source.add_argument("--from-csv", type=Path, metavar="FILE", help="a table that names clips")
    source.add_argument("--hub", metavar="OWNER/NAME@COMMIT", help="a dataset on the Hub")
    add("--clips", type=Path, metavar="DIR", help="where the clips of --from-csv are")
    add(
        "--columns",
        type=_pairs,
        default={},
        metavar="NAME=COLUMN[,…]",
        help="what a column is for: label, audio, text, file, or a group; NAME= leaves NAME out",
    )
    add("--dataset", metavar="STEM", help="the dataset's name in its own spelling")
    add("--title", help="default: the task's name in words")
    add("--dimension", choices=DIMENSIONS)
    add("--inputs", type=_names, metavar="audio[,text…]", help="default: what the data hold")
    add("--output", choices=OUTPUTS, help="default: what the labels look like")
    add("--examples", type=_count, metavar="N", help="draw at most N examples")
    add("--minutes", type=_minutes, metavar="M", help="draw at most M minutes")
    add("--root", type=Path, default=Path(), metavar="DIR", help="the repository; default: here")
    return parser


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _pairs(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in _names(text)]
    if not all(sign and name.strip() for name, sign, _ in pairs):
        raise argparse.ArgumentTypeError("write NAME=COLUMN, several divided by commas")
    return {name.strip(): column.strip() for name, _, column in pairs}


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1 is required")
    return number


def _minutes(text: str) -> float:
    number = float(text)
    if not 0 < number <= 60:
        raise argparse.ArgumentTypeError("more than 0 and at most 60 are required")
    return number


# -- asking ---------------------------------------------------------------------------------------


class _Asker:
    """Asks a person, where one is there; else the default is the answer."""

    def __init__(self, *, there: bool) -> None:
        self.there = there

    def ask(self, question: str, default: str = "") -> str:
        """The answer; Enter takes the default."""
        if not self.there:
            return default
        return input(f"{question} [{default}] " if default else f"{question} ").strip() or default

    def choose(self, question: str, choices: Sequence[str]) -> str | None:
        """One of some answers, asked until it is one; Enter leaves it open."""
        while self.there:
            answer = self.ask(f"{question} ({', '.join(choices)}; Enter: later)")
            if not answer:
                return None
            near = answer if answer in choices else did_you_mean(answer, choices)
            if answer == near:
                return answer
            print(f"  {visible(answer)} is none of them{f'; did you mean {near}?' if near else ''}")
        return None


def _target(options: argparse.Namespace, asker: _Asker) -> Path:
    """The folder to make; stops where the name cannot be taken."""
    tasks = tasks_folder(options.root)
    name = options.task or asker.ask("The task's name, e.g. SpokenTermDetection:")
    if not name:
        stop("a name is required: python -m validators.new TaskName")
    good = task_name_of(name)
    if good != name:
        stop(
            f"{name} is no task's name: letters and digits are required, the first a capital"
            + (f"; did you mean {good}?" if good else "")
        )
    others = names_in(tasks)
    taken = taken_by(name, others)
    if taken:
        stop(
            f"{tasks / taken} exists, and nothing is overwritten; take another name, or add a "
            f"dataset to it: a file in {tasks / taken / 'instances'}"
        )
    for near in difflib.get_close_matches(name, others, n=1, cutoff=NEARLY):
        print(
            f"note: there is {visible(near)} already; if it is the same task, add a dataset to it"
        )
    return tasks / name


def tasks_folder(root: Path) -> Path:
    """The folder tasks/ of a repository; stops where there is none."""
    tasks = root / TASKS
    if not tasks.is_dir():
        stop(f"{tasks} is no folder; run this in the repository's root, or name it with --root")
    return tasks


def names_in(tasks: Path) -> list[str]:
    """The names of the tasks that are there."""
    return [entry.name for entry in tasks.iterdir() if not entry.name.startswith(".")]


def taken_by(name: str, others: Sequence[str]) -> str | None:
    """The task that has this name already, in whatever capitals."""
    return next((other for other in others if other.casefold() == name.casefold()), None)


def _data(options: argparse.Namespace, asker: _Asker) -> tuple[Table | None, Plan | None]:
    folder, file = options.from_folder, options.from_csv
    if folder is None and file is None and options.hub is None:
        answer = asker.ask("A folder of clips, or a CSV file that names them (Enter: none yet):")
        path = Path(answer).expanduser() if answer else None
        folder, file = (path, None) if path and not path.is_file() else (None, path)
        options.from_folder, options.from_csv = folder, file
    if folder is None and file is None:
        return None, None
    table = read_folder(folder) if folder is not None else read_table(file, options.clips)
    return table, decide(table, options.columns, options.output, options.inputs or ())


def _wishes(
    target: Path, options: argparse.Namespace, asker: _Asker, table: Table | None
) -> Wishes:
    source = options.from_folder or (options.from_csv.parent if options.from_csv else None)
    guess = guessed_stem(Path(os.path.abspath(source)).name) if source else None  # noqa: PTH100
    hub = options.hub.partition("@")[0].rpartition("/")[2] if options.hub else ""
    default = guess or guessed_stem(hub) or STEM
    stem = options.dataset or asker.ask("The dataset's name, in its own spelling:", default)
    if stem_of(stem) != stem:
        near = stem_of(stem)
        stop(
            f"{stem} cannot name an instance: letters, digits and one dash are allowed, e.g. "
            "CREMA-D or VCTK_MUSAN" + (f"; did you mean {near}?" if near else "")
        )
    dimension = options.dimension or asker.choose("What does it measure?", DIMENSIONS)
    output = options.output
    if output is None and table is None:
        output = asker.choose("What is the answer?", OUTPUTS)
    limits = Limits(options.examples, options.minutes)
    return Wishes(
        target.name, stem, options.title, output, dimension, options.inputs, options.hub, limits
    )


# -- the rest -------------------------------------------------------------------------------------


def _seconds(clips: Sequence[Path]) -> Mapping[Path, float]:
    """How long clips are, measured by the check's own decoders."""
    from validators.audio import Decoders  # noqa: PLC0415 - only with --minutes
    from validators.clips import ClipSource  # noqa: PLC0415

    with Decoders(jobs=os.cpu_count() or 1) as decoders:
        sources = [ClipSource(None, partial(os.open, clip, os.O_RDONLY), clip) for clip in clips]
        measured = [(source, sound) for source, sound in decoders.measure(sources)]
    return {Path(str(source.tag)): sound.duration for source, sound in measured if sound.decoded}


def _tell(target: Path, made: Draft) -> None:
    for line in made.said:
        print(f"  {visible(line)}")
    print(f"made {visible(str(target))}: {len(made.files)} files and {len(made.copies):,} clips\n")


def show_check(target: Path) -> None:
    """The check's report on the new folder; whatever it says, the folder is there."""
    sys.stdout.flush()
    with contextlib.suppress(SystemExit):
        check.main(["--offline", str(target)])
    print(
        "\nEach TODO says what to write; docs/task_format.md explains every field. --watch checks "
        "again\nwhenever you save."
    )


def stop(message: str) -> NoReturn:
    """End with exit code 2: nothing was made."""
    print(f"error: {visible(message)}", file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    sys.exit(main())
