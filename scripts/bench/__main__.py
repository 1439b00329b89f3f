"""The command line of the benchmark: `python -m scripts.bench`."""

import argparse
import os
import sys
from pathlib import Path

from scripts.bench.comparisons import Plan, all_lines
from scripts.bench.editors import Editors
from scripts.bench.run import ROOT, RunError
from scripts.bench.table import Line, heading, shown, with_table


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; returns 1 if a limit is not kept, 2 if nothing could be measured."""
    options = _parser().parse_args(arguments)
    if options.write:
        _check_page(options.write)
    load, *_ = os.getloadavg()
    cache = options.folder.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    editors, why_not = (None, "not asked for") if options.quick else _editors(cache)
    plan = (
        Plan(cache, [0.1], 1, 3, 1.0, None, why_not)
        if options.quick
        else Plan(cache, options.hours, options.pairs, 250, 15.0, editors, why_not)
    )
    lines: list[Line] = []
    try:
        for line in all_lines(plan):
            lines.append(line)
            print(".", end="", file=sys.stderr, flush=True)
    except RunError as error:
        print(f"\nerror: {error}", file=sys.stderr)
        return 2
    print(file=sys.stderr)
    against = editors.versions if editors else f"nothing; {why_not}"
    table = f"{heading(plan.pairs, against, load)}\n\n{shown(lines)}"
    print(table)
    if options.write:
        page = options.write.read_text(encoding="utf-8")
        options.write.write_text(with_table(page, table), encoding="utf-8")
    return int(not options.quick and any(line.verdict == "OVER" for line in lines))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description=__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="interleaved pairs; default: 5")
    parser.add_argument(
        "--hours", type=_hours, default=[1.0, 10.0], metavar="N[,N]", help="default: 1,10"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a few minutes of sound once, to try the benchmark"
    )
    parser.add_argument(
        "--folder", type=Path, default=ROOT / ".cache" / "bench",
        help="where sound and environment are kept; default: .cache/bench",
    )  # fmt: skip
    parser.add_argument(
        "--write", type=Path, metavar="FILE",
        help="put the table between its marks in this page too, such as docs/performance.md",
    )  # fmt: skip
    return parser


def _check_page(page: Path) -> None:
    """Stop before all the work if the table could not be written."""
    try:
        with_table(page.read_text(encoding="utf-8"), "")
    except (OSError, ValueError) as error:
        print(f"error: {page}: {error}", file=sys.stderr)
        raise SystemExit(2) from error


def _hours(text: str) -> list[float]:
    return sorted(float(part) for part in text.split(","))


def _editors(cache: Path) -> tuple[Editors | None, str]:
    try:
        return Editors(cache), ""
    except RunError as error:
        return None, f"datasets could not be had ({error})"


if __name__ == "__main__":
    sys.exit(main())
