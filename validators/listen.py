"""The command line of the page to listen to: `python -m validators.listen tasks/X`."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

from validators import __version__
from validators.asked import task_folders
from validators.clips import DecoderError
from validators.progress import progress
from validators.render.escape import visible
from validators.render.words import counted

FOLDER = Path(".cache") / "listen"
CLIPS = 24
MAX_CLIPS = 200
DESCRIPTION = """\
Write one HTML file to hear and see a task by: what it is, what the check found, how lengths,
levels and answers are spread, and about 24 examples that show the most, each with its sound. Open
it in a browser; it needs no network and sends nothing. Your verdicts leave it as a small JSON file.
"""
EPILOGUE = """\
exit codes:
  0  the page was written
  1  the page was written, and shows no example: none could be read
  2  no page was written: it could not be made, or the command was used wrongly

examples:
  python -m validators.listen tasks/SpokenDigitRecognition
  python -m validators.listen tasks/SpeechEnhancement --clips 40 --seed 1 --output page.html
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page of one task; returns the exit code."""
    options = _parser().parse_args(arguments)
    folder = _folder(options.task)
    output = options.output or FOLDER / f"{folder.name}.html"
    _check_output(output, folder)
    text, shown = _page(folder, options)
    _write(text, output)
    print(f"{visible(str(output))}: {counted(shown, 'example')}, {len(text) / 1e6:.1f} MB")
    return 0 if shown else 1


def _page(folder: Path, options: argparse.Namespace) -> tuple[str, int]:
    """The page, and how many examples it shows."""
    # Only now, since --help and a mistyped path are quick without all rules.
    # ruff: noqa: PLC0415
    from validators.audio import Decoders, sandboxed
    from validators.cache import Cache
    from validators.listening.page import page
    from validators.listening.view import Changed, Wish, view_task

    if not sandboxed():
        print("note: this system cannot limit the decoders (Linux can)", file=sys.stderr)
    wish = Wish(options.clips, options.seed, options.jobs, options.offline)
    root = folder.parent.parent
    try:
        with ExitStack() as stack:
            bar = stack.enter_context(progress())
            cache = None if options.no_cache else stack.enter_context(Cache(Path.cwd()))
            decoders = stack.enter_context(Decoders(jobs=options.jobs, cache=cache))
            path = folder.relative_to(root).as_posix()
            view = view_task(root, path, wish, decoders.measure, bar)
            return page(view), len(view.shown)
    except (Changed, DecoderError) as error:
        _stop(str(error))
    except OSError as error:
        _stop(f"cannot read {error.filename}: {error.strerror}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validators.listen",
        description=DESCRIPTION,
        epilog=EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("task", type=Path, metavar="TASK", help="a task folder, or a file in it")
    parser.add_argument(
        "--output", type=Path, metavar="FILE",
        help=f"write the page there; default: {FOLDER / '<task>.html'}",
    )  # fmt: skip
    parser.add_argument(
        "--clips", type=_number(1, MAX_CLIPS), default=CLIPS, metavar="N",
        help=f"show at most N examples of all instances together; default: {CLIPS}",
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=_number(0, 2**31 - 1), default=0, metavar="N",
        help="draw other examples; a second reviewer hears more with another seed; default: 0",
    )  # fmt: skip
    parser.add_argument(
        "--jobs", type=_number(1, 1024), default=os.cpu_count() or 1, metavar="N",
        help="worker processes; default: all cores",
    )  # fmt: skip
    parser.add_argument("--offline", action="store_true", help="no network and no Hub cache")
    parser.add_argument(
        "--no-cache", action="store_true", help="measure again what was measured before"
    )
    parser.add_argument("--version", action="version", version=f"validators {__version__}")
    return parser


class _number:  # noqa: N801 - a type for argparse, whose name a message shows
    """A whole number from `least` to `most`."""

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most

    def __call__(self, text: str) -> int:
        if not text.isascii() or not text.isdigit() or not self._least <= int(text) <= self._most:
            raise argparse.ArgumentTypeError(
                f"a number from {self._least} to {self._most} is required"
            )
        return int(text)


def _folder(task: Path) -> Path:
    folders = task_folders(task)
    if len(folders) != 1:
        _stop(f"{task} is not one task; a folder such as tasks/SpokenDigitRecognition is required")
    if not folders[0].is_dir() or folders[0].is_symlink():
        _stop(f"{task} is no folder; a task folder is required")
    return folders[0]


def _check_output(output: Path, folder: Path) -> None:
    """Stop before any work where the page cannot go: a task's folder holds what is published."""
    whole = output.resolve()
    tasks = folder.resolve().parent
    if whole.is_relative_to(tasks):
        _stop(f"{output} lies beside or in a task's folder; write the page elsewhere")
    if whole.is_dir():
        _stop(f"{output} is a folder; the name of a file is required")


def _write(text: str, output: Path) -> None:
    """Write the page as a whole or not at all."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        whole = output.with_name(f".{output.name}.{os.getpid()}")
        try:
            whole.write_text(text, encoding="utf-8")
            whole.replace(output)
        finally:
            whole.unlink(missing_ok=True)
    except OSError as error:
        _stop(f"cannot write {output}: {error.strerror}")


def _stop(message: str) -> NoReturn:
    """End with exit code 2: no page."""
    print(f"error: {visible(message)}", file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    sys.exit(main())
