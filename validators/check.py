"""The command line of the check: `python -m validators.check [PATH ...]`."""

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn, TextIO

from schema.report import Report, TaskReport
from validators import __version__
from validators.engine import Measurer, Options, check
from validators.progress import progress
from validators.registry import page, rules
from validators.render import FORMATS, render
from validators.render.escape import visible
from validators.render.words import counted, first_few
from validators.report import exit_code
from validators.report_cache import ReportCache
from validators.words import did_you_mean

TASKS = "tasks"
DESCRIPTION = """\
Check task folders, and report every fault at once: where it is, what was found, what is
required, how to mend it. Without PATH: every folder under tasks/. Nothing in a task folder is
executed, and nothing is written but measurements in .cache/, unless --fix is given.
"""
EPILOGUE = """\
exit codes:
  0  no error (also where rules were left out on request)
  1  a task has an error
  2  the check could not do its work, or was used wrongly

examples:
  python -m validators.check tasks/SpokenDigitRecognition
  python -m validators.check --static --format json --output report.json
  python -m validators.check --explain AUD512
  python -m validators.check --fix tasks/SpokenDigitRecognition
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check; returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.explain:
        return _explain(options.explain)
    _check_codes((*options.select, *options.ignore))
    _check_combination(options)
    root, paths = _find(options.paths)
    if options.watch:
        return _watch(root, paths, options)
    if options.fix and not _fix(root, paths, options):
        return 2
    report = _check(root, paths, options)
    return exit_code(report) if _print(report, root, options) else 2


def _check(root: Path, paths: Sequence[str], options: argparse.Namespace) -> Report:
    try:
        with ExitStack() as stack:
            bar = stack.enter_context(progress())
            measure = stack.enter_context(_measurer(options))
            kept = None if options.no_cache else ReportCache(Path.cwd())
            return check(
                root,
                paths,
                _options(options),
                measure,
                progress=bar("listening"),
                fetched=bar("fetching"),
                kept=kept,
            )
    except OSError as error:
        _stop(f"cannot read {error.filename}: {error.strerror}")


def _options(options: argparse.Namespace) -> Options:
    limited = True
    if not options.static:
        from validators.audio import sandboxed  # noqa: PLC0415 - of no use to --static

        limited = sandboxed()
    return Options(options.static, options.offline, options.select, options.ignore, limited)


def _print(report: Report, root: Path, options: argparse.Namespace) -> bool:
    color, width = _looks(options.output)
    text = render(report, options.format, root=root, color=color, width=width)
    return _write(text, options.output)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validators.check",
        description=DESCRIPTION,
        epilog=EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a task folder, or tasks/ itself")
    parser.add_argument("--format", choices=FORMATS, default="terminal", help="default: terminal")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the report there")
    parser.add_argument(
        "--offline", action="store_true", help="no network and no Hub cache; rules are skipped"
    )
    parser.add_argument(
        "--static", action="store_true", help="only what the folder's own files show, no data"
    )
    parser.add_argument(
        "--select", type=_codes, default=(), metavar="CODE[,CODE]", help="run these rules only"
    )
    parser.add_argument(
        "--ignore", type=_codes, default=(), metavar="CODE[,CODE]", help="leave these rules out"
    )
    parser.add_argument("--explain", metavar="CODE", help="print a rule's page, and stop")
    parser.add_argument(
        "--jobs", type=_positive, default=os.cpu_count() or 1, metavar="N",
        help="worker processes; default: all cores",
    )  # fmt: skip
    parser.add_argument(
        "--no-cache", action="store_true", help="measure again what was measured before"
    )
    parser.add_argument(
        "--fix", action="store_true", help="mend what is safe to mend first, and show what changed"
    )
    parser.add_argument(
        "--allow-dirty", action="store_true", help="let --fix change files that git does not hold"
    )
    parser.add_argument(
        "--watch", action="store_true", help="check again what changes, until Ctrl-C"
    )
    parser.add_argument("--version", action="version", version=f"validators {__version__}")
    return parser


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code.strip().upper() for code in text.split(",") if code.strip())


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1 is required")
    return number


def _check_codes(codes: Sequence[str]) -> None:
    for code in codes:
        if not any(known.startswith(code) for known in rules()):
            _stop(f"{code} is no rule and begins no rule's code{_hint(code)}")


def _check_combination(options: argparse.Namespace) -> None:
    if options.allow_dirty and not options.fix:
        _stop("--allow-dirty goes with --fix only")
    if options.watch and (options.fix or options.output or options.format != "terminal"):
        _stop("--watch prints to the terminal only: leave out --fix, --output and --format")


def _hint(code: str) -> str:
    near = did_you_mean(code, rules())
    return f"; did you mean {near}?" if near else "; docs/rules lists all rules"


def _explain(code: str) -> int:
    rule = rules().get(code.upper())
    if rule is None:
        _stop(f"{code} is no rule{_hint(code.upper())}")
    print(page(rule), end="")
    return 0


def _find(paths: Sequence[str]) -> tuple[Path, list[str]]:
    """The repository's root and the task folders, relative to it.

    A path inside a task folder means that folder, so that editors and pre-commit may name files.
    """
    asked = [Path(path) for path in paths] or [Path(TASKS)]
    folders = [folder for path in asked for folder in task_folders(path)]
    if not folders:
        _stop("there is no task folder to check")
    root = folders[0].parent.parent
    inside = [folder for folder in folders if folder.is_relative_to(root)]
    if len(inside) < len(folders):
        _stop("the folders lie in different repositories; check one repository at a time")
    return root, list(dict.fromkeys(folder.relative_to(root).as_posix() for folder in folders))


def task_folders(path: Path) -> list[Path]:
    """The task folders that a path means; ends the program where it means none."""
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow a link
    if not whole.exists():
        _stop(f"{path} does not exist{_nearest(whole)}")
    if whole.name == TASKS and whole.is_dir():
        return sorted(entry for entry in whole.iterdir() if not entry.name.startswith("."))
    for folder in (whole, *whole.parents):
        if (folder / "task.json").is_file():
            return [folder]
        if folder.parent.name == TASKS:
            return [folder]
    if not whole.is_dir():
        _stop(f"{path} is no folder; a task folder is required")
    return [whole]


def _nearest(path: Path) -> str:
    if not path.parent.is_dir():
        return ""
    near = did_you_mean(path.name, (entry.name for entry in path.parent.iterdir()))
    return f"; did you mean {os.path.relpath(path.parent / near)}?" if near else ""


def _fix(root: Path, paths: Sequence[str], options: argparse.Namespace) -> bool:
    """Mend what is safe to mend, and show it; False where that was refused or could not be done."""
    from validators import fix  # noqa: PLC0415 - only on request

    report_elsewhere = options.output is not None or options.format != "terminal"
    stream = sys.stderr if report_elsewhere else sys.stdout
    try:
        found = fix.changes(root, paths)
        for change in found:
            print(fix.shown(change, color=_paints(stream)), file=stream)
        if not options.allow_dirty:
            _check_held(found, fix.not_in_git(root, [change.whole_path for change in found]))
        fix.apply(root, found)
    except (OSError, fix.FixError) as error:
        print(f"error: {visible(str(error))}", file=sys.stderr)
        return False
    print(f"--fix changed {counted(len(found), 'file')}.\n", file=stream, flush=True)
    return True


def _check_held(found: Sequence[object], not_held: Sequence[str] | None) -> None:
    """Stop unless git can take a fix back."""
    if found and not_held is None:
        _stop(
            "nothing was changed: no git can take it back here; add --allow-dirty to do it anyway"
        )
    if not_held:
        _stop(
            f"nothing was changed: git does not hold {first_few(not_held, 3)} as it is; "
            "git add it first, or add --allow-dirty"
        )


def _watch(root: Path, paths: Sequence[str], options: argparse.Namespace) -> int:
    from validators.watch import watch  # noqa: PLC0415 - only on request

    def find() -> Sequence[str]:
        there = all(os.path.lexists(path) for path in options.paths or [TASKS])
        return _find(options.paths)[1] if there else paths

    def run(changed: Sequence[str]) -> dict[str, int]:
        report = _check(root, changed, options)
        if sys.stdout.isatty():
            print("\x1b[H\x1b[2J\x1b[3J", end="")
        _print(report, root, options)
        print("watching; Ctrl-C ends", flush=True)
        return {task.path: _code_of(task, report) for task in report.tasks}

    return watch(root, find, run)


def _code_of(task: TaskReport, report: Report) -> int:
    if task.verdict == "fail":
        return 1
    return 2 if any(problem.task == task.task for problem in report.problems) else 0


@contextmanager
def _measurer(options: argparse.Namespace) -> Iterator[Measurer]:
    if options.static:
        yield lambda _: iter(())
        return
    from validators.audio import Decoders  # noqa: PLC0415 - of no use to --static

    with ExitStack() as stack:
        cache = None
        if not options.no_cache:
            from validators.cache import Cache  # noqa: PLC0415 - loads a database

            cache = stack.enter_context(Cache(Path.cwd()))
        yield stack.enter_context(Decoders(jobs=options.jobs, cache=cache)).measure


def _looks(output: Path | None) -> tuple[bool, int]:
    """Colour and width of a terminal report."""
    return output is None and _paints(sys.stdout), min(
        max(shutil.get_terminal_size().columns, 60), 120
    )


def _paints(stream: TextIO) -> bool:
    """True where a person reads who has not asked for plain text."""
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def _write(text: str, output: Path | None) -> bool:
    """Write the report; False where it could not be written."""
    try:
        if output is not None:
            output.write_text(text, encoding="utf-8")
        else:
            sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
            sys.stdout.write(text)
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has seen enough; keep the interpreter from complaining at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(f"error: cannot write {visible(str(output))}: {error.strerror}", file=sys.stderr)
        return False
    return True


def _stop(message: str) -> NoReturn:
    """End with exit code 2: the check was used wrongly or could not begin."""
    print(f"error: {visible(message)}", file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    sys.exit(main())
