"""Pictures: histograms, spreads and waveforms as SVG, spectrograms as PNG."""

import base64
import struct
import zlib
from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element

from validators.listening.markup import h
from validators.listening.numbers import Histogram, Spread
from validators.preview import COLUMNS, ROWS, Preview

_BAR: Final = 10  # units of an SVG that a bar of a histogram is wide, and 2 of these a gap
_HEIGHT: Final = 60
_STRIP: Final = 100  # units that a spread is wide


def histogram_chart(found: Histogram, description: str) -> Element:
    """Bars from the least to the greatest value; the description is for who cannot see them."""
    tallest = max(found.counts)
    bars = []
    for place, count in enumerate(found.counts):
        height = max(count / tallest * _HEIGHT, 1.5 if count else 0)
        bars.append(
            h("rect", {
                "x": place * _BAR + 1, "y": f"{_HEIGHT - height:.1f}",
                "width": _BAR - 2, "height": f"{height:.1f}", "rx": 1.5,
            })
        )  # fmt: skip
    width = len(found.counts) * _BAR
    return h(
        "svg",
        {
            "class": "histogram", "viewBox": f"0 0 {width} {_HEIGHT}", "role": "img",
            "aria-label": description, "preserveAspectRatio": "none",
        },
        *bars,
    )  # fmt: skip


def spread_chart(found: Spread, low: float, high: float, description: str) -> Element:
    """A line over the extremes, a bar over the middle half, a mark at the median."""

    def at(value: float) -> float:
        return 2 + (value - low) / (high - low) * (_STRIP - 4) if high > low else _STRIP / 2

    left, right = at(found.lower), at(found.upper)
    return h(
        "svg",
        {"class": "spread", "viewBox": f"0 0 {_STRIP} 12", "role": "img", "aria-label": description,
         "preserveAspectRatio": "none"},
        h("rect", {"class": "range", "x": f"{at(found.least):.1f}", "y": 5.5, "height": 1,
                   "width": f"{max(at(found.greatest) - at(found.least), 0.5):.1f}"}),
        h("rect", {"class": "middle", "x": f"{left:.1f}", "y": 2.5, "height": 7,
                   "width": f"{max(right - left, 1):.1f}"}),
        h("rect", {"class": "median", "x": f"{at(found.median) - 0.6:.1f}", "y": 1, "height": 10,
                   "width": 1.2}),
    )  # fmt: skip


def share_bar(share: float) -> Element:
    """A bar as long as a share of 0 to 1; the number stands beside it."""
    return h(
        "svg",
        {"class": "share", "viewBox": "0 0 100 8", "aria-hidden": "true",
         "preserveAspectRatio": "none"},
        h("rect", {"width": f"{max(100 * share, 1):.1f}", "height": 8, "rx": 2}),
    )  # fmt: skip


def waveform(extremes: Sequence[tuple[int, int]]) -> Element:
    """The outline of a clip at full scale; what is shown beside it says the rest."""
    upper = [f"{column} {-high - 0.5:g}" for column, (_, high) in enumerate(extremes)]
    lower = [f"{column} {-low + 0.5:g}" for column, (low, _) in enumerate(extremes)]
    path = "M" + "L".join([*upper, *reversed(lower)]) + "Z"
    return h(
        "svg",
        {"class": "waveform", "viewBox": f"0 -128 {COLUMNS} 256", "aria-hidden": "true",
         "preserveAspectRatio": "none"},
        h("path", {"class": "axis", "d": f"M0 0H{COLUMNS}"}),
        h("path", {"d": path}),
    )  # fmt: skip


def spectrogram(preview: Preview, description: str) -> Element:
    """Grey values, which the style sheet turns into colours for a light or a dark page."""
    image = base64.b64encode(png(preview.spectrogram, COLUMNS, ROWS)).decode()
    return h(
        "img",
        {"class": "spectrogram", "alt": description, "width": COLUMNS, "height": ROWS,
         "src": f"data:image/png;base64,{image}"},
    )  # fmt: skip


def png(grey: bytes, width: int, height: int) -> bytes:
    """An 8-bit grey PNG (ISO/IEC 15948) of `width` times `height` values, row by row."""
    rows = b"".join(b"\0" + grey[y * width : (y + 1) * width] for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
