"""The command line of the catalogue: `python -m ci.catalogue --print`, `--to DIR`."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ci.catalogue_pages import pages
from ci.listing import Counts, Listing, ListingError, read_listing
from validators.render.escape import visible

DESCRIPTION = """\
Count the tasks of the repository, and list them for the site and for releases. Everything is
computed from the folders under tasks/; nothing that is made here is committed.
"""
EPILOGUE = """\
exit codes:
  0  everything asked for was printed or written
  1  an instance of the seed benchmark is missing; the rest was printed or written
  2  a task folder could not be read, DIR could not be written, or the command was used wrongly

examples:
  python -m ci.catalogue --print
  python -m ci.catalogue --to site
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print or write what is asked for; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.print and options.to is None:
        parser.error("nothing to do; give --print, --to DIR, or both")
    try:
        listing = read_listing(options.root)
        if options.print:
            print(*summary(listing), sep="\n")
        if options.to is not None:
            _write(options.to, pages(listing))
    except ListingError as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(f"cannot write {error.filename}: {error.strerror}")
    for name in listing.missing:
        print(f"missing from the seed benchmark: {name}", file=sys.stderr)
    return 1 if listing.missing else 0


def summary(listing: Listing) -> Iterator[str]:
    """The counts as a table: the seed benchmark, and the whole repository."""
    yield f"{'':38}{'seed':>6}{'all':>6}"
    columns = [_figures(listing.counts(seed=True)), _figures(listing.counts())]
    for label, seed in columns[0].items():
        yield f"{label:38}{seed:6,}{columns[1][label]:6,}"


def _figures(counts: Counts) -> dict[str, int]:
    return {
        "instances": counts.instances,
        **{f"  {name}": number for name, number in counts.dimensions.items()},
        "  seen": counts.seen,
        "  unseen": counts.unseen,
        "tasks, as pairs of task and variant": counts.pairs,
        "task folders": counts.folders,
        "datasets": counts.datasets,
    }


def _write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _failed(message: str) -> int:
    print(f"error: {visible(message)}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ci.catalogue",
        description=DESCRIPTION,
        epilog=EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--print", action="store_true", help="print the counts, of the seed benchmark and of all"
    )
    parser.add_argument(
        "--to", type=Path, metavar="DIR",
        help="write the lists there as Markdown: tasks, each dimension, contributors",
    )  # fmt: skip
    parser.add_argument(
        "--root", type=Path, default=Path(), metavar="DIR",
        help="the folder that holds tasks/ (default: here)",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    sys.exit(main())
