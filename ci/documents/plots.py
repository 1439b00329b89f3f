"""Plots of the dataset card as PNG: readable on white and on the Hub's dark page.

PNG, since the Hub serves SVG as text to some requests and browsers keep that answer; without a
background and in middle tones, since a README cannot know which of the Hub's themes is on.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from ci.summary import by_dimension, totals
from schema.manifest import PublishedInstance
from schema.report import Quantiles

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OVERVIEW_PATH: Final = "assets/dimensions.png"
ROWS: Final = 40
"""Instances in one picture; a dimension that has more gets several."""

# Contrast on white and on the Hub's dark page (#0b0f19): at least 4 for text, 3 for shapes
# (WCAG 2.2, 1.4.3 and 1.4.11). A test measures it.
TEXT: Final = "#76808f"
GRID: Final = "#76808f"
SHAPES: Final = ("#4f7fd9", "#2e9470")
_NAME: Final = 52  # characters of an instance's name
_PIECES: Final = 110  # of a bar


@dataclass(frozen=True)
class _Row:
    """What is drawn of one instance: durations in seconds, shares of labels from the largest."""

    name: str
    durations: Quantiles | None
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Picture:
    """A plot, and what stands beside it for those who do not see it."""

    path: str
    alternative: str
    draw: Callable[[], bytes]
    """Gives the PNG: a card can be written without drawing anything."""


def overview(entries: Sequence[PublishedInstance]) -> Picture | None:
    """Instances, examples and minutes by dimension; None where nothing is published."""
    grouped = {name: totals(found) for name, found in by_dimension(entries).items()}
    if not grouped:
        return None
    rows = tuple((n, t.instances, t.examples, round(t.minutes, 1)) for n, t in grouped.items())
    spoken = "; ".join(f"{n}: {i} instances, {e:,} examples, {m} minutes" for n, i, e, m in rows)
    return Picture(OVERVIEW_PATH, f"By dimension. {spoken}.", partial(_bars, rows))


def of_dimension(dimension: str, entries: Sequence[PublishedInstance]) -> list[Picture]:
    """Durations as box plots and shares of the labels as bars, `ROWS` instances a picture."""
    rows = [_row(entry) for entry in entries]
    pages = [tuple(rows[start : start + ROWS]) for start in range(0, len(rows), ROWS)]
    return [
        Picture(
            f"assets/{dimension}{f'-{number}' if len(pages) > 1 else ''}.png",
            f"Durations of clips and shares of labels of {len(page)} instances; the numbers"
            " stand in their statistics.",
            partial(_boxes, page),
        )
        for number, page in enumerate(pages, 1)
    ]


def _row(entry: PublishedInstance) -> _Row:
    counts = sorted((entry.statistics.labels or {}).values(), reverse=True)
    whole = sum(counts)
    shares = tuple(count / whole for count in counts) if whole else ()
    name = entry.instance
    if len(name) > _NAME:
        name = f"{name[: _NAME // 2]}…{name[-(_NAME // 2 - 1) :]}"
    return _Row(name, entry.statistics.durations, shares)


# --- drawing; the same numbers are drawn once, as a publish makes the card several times


@lru_cache(maxsize=64)
def _bars(rows: tuple[tuple[str, int, int, float], ...]) -> bytes:
    figure, axes = _figure(3, 0.34 * len(rows) + 0.62, sharey=True)
    for axis, title, values in zip(
        axes, ("instances", "examples", "minutes"), list(zip(*rows, strict=True))[1:], strict=True
    ):
        drawn = axis.barh(range(len(rows)), values, height=0.62, color=SHAPES[0])
        axis.bar_label(drawn, [f"{value:,}" for value in values], padding=4, color=TEXT, fontsize=9)
        axis.set_title(title, loc="left", color=TEXT, fontsize=10)
        axis.set_xlim(0, max(values) * 1.28 or 1)
        axis.set_xticks([])
    axes[0].set_yticks(range(len(rows)), [row[0] for row in rows])
    axes[0].invert_yaxis()
    return _png(figure)


@lru_cache(maxsize=256)
def _boxes(rows: tuple[_Row, ...]) -> bytes:
    height = 0.27 * len(rows) + 0.85
    figure, (left, right) = _figure(2, height, sharey=True, width_ratios=(1.7, 1))
    _draw_durations(left, rows)
    _draw_shares(right, rows)
    left.set_yticks(range(len(rows)), [row.name for row in rows], fontsize=8)
    left.set_ylim(len(rows) - 0.4, -0.6)
    return _png(figure)


def _draw_durations(axis: "Axes", rows: Sequence[_Row]) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator  # noqa: PLC0415

    known = {number: row.durations for number, row in enumerate(rows) if row.durations}
    axis.set_title("clips, seconds", loc="left", color=TEXT, fontsize=10)
    axis.set_xscale("log")
    axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.grid(axis="x", color=GRID, alpha=0.25, linewidth=0.8)
    line = {"color": SHAPES[0], "linewidth": 1.3}
    axis.bxp(
        [_box(found) for found in known.values()],
        positions=list(known), orientation="horizontal", widths=0.5, manage_ticks=False,
        boxprops=line, whiskerprops=line, capprops=line,
        medianprops={"color": SHAPES[1], "linewidth": 2.2},
        flierprops={"marker": ".", "markersize": 3.5, "markerfacecolor": SHAPES[0],
                    "markeredgecolor": SHAPES[0]},
    )  # fmt: skip


def _box(found: Quantiles) -> dict[str, Any]:
    values = [found.p05, found.p25, found.median, found.p75, found.p95]
    # A clip of no length has no place on a logarithmic axis.
    low, first, middle, third, high, *ends = (
        max(value, 1e-3) for value in [*values, found.shortest, found.longest]
    )
    return {"whislo": low, "q1": first, "med": middle, "q3": third, "whishi": high, "fliers": ends}


def _draw_shares(axis: "Axes", rows: Sequence[_Row]) -> None:
    axis.set_title("share of each label", loc="left", color=TEXT, fontsize=10)
    axis.set_xlim(0, 1)
    axis.set_xticks((0, 0.5, 1), ("0", "50%", "100%"))
    for number, row in enumerate(rows):
        if row.shares:
            axis.broken_barh(_pieces(row.shares), (number - 0.25, 0.5), color=SHAPES[1])
        else:
            axis.text(0, number, "no labels", color=TEXT, fontsize=8, va="center")


def _pieces(shares: Sequence[float]) -> list[tuple[float, float]]:
    """Start and width of each piece, with gaps between; what is too thin to see is one piece."""
    shown = [*shares[:_PIECES], *([rest] if (rest := sum(shares[_PIECES:])) else [])]
    starts = accumulate(shown, initial=0.0)
    return [
        (start, share - min(0.01, share / 3)) for start, share in zip(starts, shown, strict=False)
    ]


def _figure(columns: int, height: float, **grid: Any) -> "tuple[Figure, list[Axes]]":
    """A figure of as many plots side by side, `height` inches high, without anybody's settings."""
    from matplotlib import rc_context, rcParamsDefault  # noqa: PLC0415 - 0.7 s of importing
    from matplotlib.figure import Figure  # noqa: PLC0415

    ratios = {"width_ratios": widths} if (widths := grid.pop("width_ratios", None)) else None
    with rc_context({k: v for k, v in rcParamsDefault.items() if k != "backend"}):
        figure = Figure(figsize=(9.4, height), layout="constrained")
        axes = list(figure.subplots(1, columns, squeeze=False, gridspec_kw=ratios, **grid)[0])
    for axis in axes:
        axis.patch.set_alpha(0)
        axis.tick_params(colors=TEXT, labelsize=9, length=0)
        for side in ("top", "right", "left", "bottom"):
            axis.spines[side].set_visible(False)
    return figure, axes


def _png(figure: "Figure") -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415

    FigureCanvasAgg(figure)
    file = io.BytesIO()
    # Without the library's version among the metadata.
    figure.savefig(file, format="png", dpi=160, transparent=True, metadata={"Software": None})
    return file.getvalue()
