"""What the check does once its command line is understood; loads all that a check needs."""

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from schema.report import Report, TaskReport
from validators.asked import TASKS, find, stop
from validators.engine import Measurer, Options, check
from validators.progress import progress
from validators.registry import page, rules
from validators.render import render
from validators.render.escape import visible
from validators.render.words import counted, first_few
from validators.report import exit_code
from validators.report_cache import ReportCache
from validators.words import did_you_mean

if TYPE_CHECKING:
    from validators.audio import Decoders  # of no use to --static


def run(
    root: Path, paths: Sequence[str], options: argparse.Namespace, decoders: "Decoders | None"
) -> int:
    """Check, print, and return the exit code.

    Args:
        root: the repository's root.
        paths: the task folders, relative to it.
        options: what the command line says.
        decoders: such as have been started already.
    """
    _check_codes((*options.select, *options.ignore))
    if options.watch:
        return _watch(root, paths, options)
    if options.fix and not _fix(root, paths, options):
        return 2
    report = _check(root, paths, options, decoders)
    return exit_code(report) if _print(report, root, options) else 2


def _check(
    root: Path,
    paths: Sequence[str],
    options: argparse.Namespace,
    decoders: "Decoders | None" = None,
) -> Report:
    try:
        with ExitStack() as stack:
            bar = stack.enter_context(progress())
            measure = stack.enter_context(_measurer(options, decoders))
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
        stop(f"cannot read {error.filename}: {error.strerror}")


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


@contextmanager
def _measurer(options: argparse.Namespace, started: "Decoders | None") -> Iterator[Measurer]:
    if options.static:
        yield lambda _: iter(())
        return
    if started is not None:
        yield started.measure
        return
    from validators.audio import Decoders  # noqa: PLC0415 - of no use to --static

    with ExitStack() as stack:
        cache = None
        if not options.no_cache:
            from validators.cache import Cache  # noqa: PLC0415 - loads a database

            cache = stack.enter_context(Cache(Path.cwd()))
        yield stack.enter_context(Decoders(jobs=options.jobs, cache=cache)).measure


def _check_codes(codes: Sequence[str]) -> None:
    """End the program where a code is none, and begins none."""
    for code in codes:
        if not any(known.startswith(code) for known in rules()):
            stop(f"{code} is no rule and begins no rule's code{_hint(code)}")


def explain(code: str) -> int:
    """Print a rule's page; returns the exit code."""
    rule = rules().get(code.upper())
    if rule is None:
        stop(f"{code} is no rule{_hint(code.upper())}")
    print(page(rule), end="")
    return 0


def _hint(code: str) -> str:
    near = did_you_mean(code, rules())
    return f"; did you mean {near}?" if near else "; docs/rules lists all rules"


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
        stop("nothing was changed: no git can take it back here; add --allow-dirty to do it anyway")
    if not_held:
        stop(
            f"nothing was changed: git does not hold {first_few(not_held, 3)} as it is; "
            "git add it first, or add --allow-dirty"
        )


def _watch(root: Path, paths: Sequence[str], options: argparse.Namespace) -> int:
    from validators.watch import watch  # noqa: PLC0415 - only on request

    def found() -> Sequence[str]:
        there = all(os.path.lexists(path) for path in options.paths or [TASKS])
        return find(options.paths)[1] if there else paths

    def run(changed: Sequence[str]) -> dict[str, int]:
        report = _check(root, changed, options)
        if sys.stdout.isatty():
            print("\x1b[H\x1b[2J\x1b[3J", end="")
        _print(report, root, options)
        print("watching; Ctrl-C ends", flush=True)
        return {task.path: _code_of(task, report) for task in report.tasks}

    return watch(root, found, run)


def _code_of(task: TaskReport, report: Report) -> int:
    if task.verdict == "fail":
        return 1
    return 2 if any(problem.task == task.task for problem in report.problems) else 0
