"""The command line of the audit: `python -m ci.audit --pointers`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ci.listing import ListingError, read_listing
from ci.pointers import audit, exit_code, totals
from validators.render.escape import loggable

DESCRIPTION = """\
Look whether what the tasks rest on is still there. --pointers asks the Hub about the dataset and
the commit of every instance, without any token: right, wrong (the commit is none of the dataset's),
gated, vanished (or private), renamed, unreachable. One line each; nothing is downloaded or written.
"""
EPILOGUE = """\
exit codes:
  0  every pointer is right
  1  a pointer is broken: wrong, gated, vanished or renamed
  2  none is, but some could not be asked about; or the tasks could not be read, or the command was
     used wrongly

examples:
  python -m ci.audit --pointers
  HF_ENDPOINT=http://127.0.0.1:40113 python -m ci.audit --pointers --root /tmp/copy
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit what is asked for; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.pointers:
        parser.error("nothing to do; give --pointers")
    try:
        entries = read_listing(options.root).entries
    except ListingError as error:
        print(f"error: {loggable(str(error))}", file=sys.stderr)
        return 2
    answers = []
    watched = sys.stderr.isatty()
    for answer in audit(entries):
        answers.append(answer)
        print(loggable(answer.line), flush=watched)
    print(totals(answers, len(entries)))
    return exit_code(answers)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ci.audit",
        description=DESCRIPTION,
        epilog=EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--pointers", action="store_true", help="ask the Hub about every pointer")
    parser.add_argument(
        "--root", type=Path, default=Path(), metavar="DIR",
        help="the folder that holds tasks/ (default: here)",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    sys.exit(main())
