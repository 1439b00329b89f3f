"""docs/task_format.md repeats the closed vocabularies for readers: those of the code, no others."""

import re
from pathlib import Path

from schema.licences import LICENCES
from schema.vocabulary import DIMENSIONS, METRICS

PAGE = (Path(__file__).parents[1] / "docs/task_format.md").read_text(encoding="utf-8")
OUTPUTS = ("classification", "multilabel", "number", "text", "audio")


def test_every_metric_stands_in_the_table_as_the_code_has_it() -> None:
    for metric in METRICS.values():
        fits = " | ".join("yes" if output in metric.outputs else "" for output in OUTPUTS)
        direction = metric.direction.split()[0]
        row = f"| `{metric.name}` | {metric.title} | {direction} | {metric.range} | {fits} |"
        assert row in PAGE


def test_every_licence_stands_in_the_table_with_what_it_permits() -> None:
    table = PAGE.partition("| identifier | may be passed on |")[2].partition("\n\n")[0]
    listed = {
        identifier: tuple(cell.strip() == "yes" for cell in row.split("|")[2:5])
        for row in table.splitlines()
        for identifier in re.findall(r"`([^`…]+)`", row.split("|")[1] if "|" in row else "")
    }
    listed.pop("NOASSERTION")
    assert listed == {
        name: (licence.redistribution, licence.derivatives, licence.commercial)
        for name, licence in LICENCES.items()
    }


def test_every_dimension_is_explained() -> None:
    section = PAGE.partition("### Dimensions")[2].partition("###")[0]
    assert re.findall(r"`(\w+)` \(", section) == list(DIMENSIONS)
