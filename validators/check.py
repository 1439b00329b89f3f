"""The command line of the check: `python -m validators.check [PATH ...]`."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from validators import __version__
from validators.asked import find, stop
from validators.render import FORMATS

if TYPE_CHECKING:
    from validators.audio import Decoders

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
    # ruff: noqa: PLC0415 - what a check needs is loaded after its decoders have been started
    options = _parser().parse_args(arguments)
    if options.explain:
        from validators.checking import explain

        return explain(options.explain)
    _check_combination(options)
    root, paths = find(options.paths)
    with _started(options, root, paths) as decoders:
        from validators.checking import run

        return run(root, paths, options, decoders)


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


def _check_combination(options: argparse.Namespace) -> None:
    if options.allow_dirty and not options.fix:
        stop("--allow-dirty goes with --fix only")
    if options.watch and (options.fix or options.output or options.format != "terminal"):
        stop("--watch prints to the terminal only: leave out --fix, --output and --format")


@contextmanager
def _started(
    options: argparse.Namespace, root: Path, paths: Sequence[str]
) -> Iterator["Decoders | None"]:
    """Decoders that start while all else is loaded, if sound is certain to be decoded.

    It is not where rules are left out, or measurements may be known; data may be on the Hub.
    """
    certain = options.no_cache and not (
        options.static or options.select or options.ignore or options.watch or options.fix
    )
    there = not options.offline or any((root / path / "data").is_dir() for path in paths)
    if not certain or not there:
        yield None
        return
    from validators.audio import Decoders

    with Decoders(options.jobs) as decoders:
        decoders.start()
        yield decoders


if __name__ == "__main__":
    sys.exit(main())
