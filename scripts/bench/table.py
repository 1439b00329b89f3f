"""The table that the benchmark prints."""

import datetime
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

_HEADINGS: Final = ("", "what", "measured", "spread", "limit")


@dataclass(frozen=True)
class Line:
    """One measured number, or why there is none.

    `at_least` is for numbers that shall be large. `detail` stands behind the title.
    """

    title: str
    values: Sequence[float] = ()
    unit: str = "x"
    limit: float | None = None
    at_least: bool = False
    detail: str = ""
    missing: str = ""

    @property
    def value(self) -> float:
        """The median."""
        return statistics.median(self.values)

    @property
    def verdict(self) -> str:
        """Whether the limit is kept."""
        if self.missing:
            return "none"
        if self.limit is None:
            return ""
        kept = self.value >= self.limit if self.at_least else self.value <= self.limit
        return "ok" if kept else "OVER"

    def cells(self) -> tuple[str, ...]:
        """The line's cells, in the order of the headings."""
        title = f"{self.title} ({self.detail})" if self.detail else self.title
        if self.missing:
            return "none", title, self.missing, "", self._limit()
        spread = f"{self._shown(min(self.values))} to {self._shown(max(self.values))}"
        return (
            self.verdict, title, self._shown(self.value), spread if len(self.values) > 1 else "",
            self._limit(),
        )  # fmt: skip

    def _limit(self) -> str:
        if self.limit is None:
            return ""
        return f"{'at least' if self.at_least else 'at most'} {self._shown(self.limit)}"

    def _shown(self, value: float) -> str:
        digits = 0 if self.unit == "MB" else 2
        return f"{value:.{digits}f} {self.unit}"


def heading(pairs: int, editors: str, load: float) -> str:
    """When and on what the numbers were measured. Does not name the machine.

    `load` is that of the minute before: whatever else runs falsifies the ratios too, because it
    slows down two workers more than one.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    today = datetime.datetime.now(datetime.UTC).date()
    return (
        f"{today}, {os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, soundfile {version('soundfile')}, "
        f"numpy {version('numpy')}, {pairs} pairs, load before {load:.1f}\n"
        f"Against: {editors}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def shown(lines: Sequence[Line]) -> str:
    """The table, aligned for a terminal and readable as Markdown."""
    rows = [_HEADINGS, *(line.cells() for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"
        for row in rows
    )


BEGIN: Final = "<!-- the table: python -m scripts.bench --write -->"
END: Final = "<!-- end of the table -->"


def with_table(page: str, table: str) -> str:
    """A page in Markdown with another table between its two marks; the rest stays as it is.

    Raises:
        ValueError: the marks are not there, each once and in order.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in after or END in before + after:
        raise ValueError(f"the marks {BEGIN} and {END} are required, each once")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"
