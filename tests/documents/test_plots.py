"""Plots: all there, the same every time, and readable on both of the Hub's pages."""

import struct

import pytest

from ci.documents import plots
from ci.summary import by_dimension
from schema.report import InstanceReport, Quantiles
from tests.documents.manifests import entry, without_numbers
from tests.render.reports import instance as statistics

PAGES = {"light": "#ffffff", "dark": "#0b0f19"}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("background", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize(
    ("colour", "least"), [(plots.TEXT, 3.9), *((shape, 3.0) for shape in plots.SHAPES)]
)
def test_colours_stand_out_on_both_pages(background: str, colour: str, least: float) -> None:
    assert contrast(colour, background) >= least


def size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_the_overview_says_its_numbers_in_words_too() -> None:
    found = plots.overview([entry(), entry("SpokenDigits", declared_task={"dimension": "content"})])
    assert found is not None
    assert found.path == "assets/dimensions.png"
    assert found.alternative == (
        "By dimension. content: 1 instances, 200 examples, 8.4 minutes;"
        " paralinguistics: 1 instances, 200 examples, 8.4 minutes."
    )
    assert size(found.draw())[0] > 1000


def test_nothing_published_is_nothing_drawn() -> None:
    assert plots.overview([]) is None
    assert by_dimension([]) == {}


def test_a_dimension_of_many_instances_gets_several_pictures() -> None:
    entries = [entry(stem=f"D{number}") for number in range(plots.ROWS + 1)]
    found = plots.of_dimension("audio", entries)
    assert [picture.path for picture in found] == ["assets/audio-1.png", "assets/audio-2.png"]
    assert size(found[1].draw())[1] < 400


def odd(**changes: object) -> InstanceReport:
    return statistics("EmotionRecognition_CREMA-D", **changes)


ZEROS = Quantiles(shortest=0, p05=0, p25=0, median=0, p75=0, p95=0, longest=0)


@pytest.mark.parametrize(
    "report",
    [
        without_numbers("EmotionRecognition_CREMA-D"),
        odd(labels={"a": 0, "b": 0}),
        odd(labels={str(number): number for number in range(1000)}),
        odd(durations=ZEROS),
    ],
    ids=["nothing known", "no label occurs", "a thousand labels", "clips of no length"],
)
def test_odd_statistics_are_drawn(report: InstanceReport) -> None:
    name = "E" * 90
    found = plots.of_dimension("audio", [entry(stem=name, statistics=report)])
    assert size(found[0].draw())[0] > 1000


def test_the_same_numbers_give_the_same_picture_whatever_is_set_elsewhere() -> None:
    import matplotlib

    first = plots.of_dimension("audio", [entry()])[0].draw()
    plots._boxes.cache_clear()
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "red"}):
        assert plots.of_dimension("audio", [entry()])[0].draw() == first
