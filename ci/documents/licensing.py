"""Licences of what is published: for the front matter, for LICENSE.md, for tables."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schema.instance import Source
from schema.licences import LICENCES, parts
from schema.manifest import PublishedInstance
from validators.render.inert import code_span, prose, table_cell
from validators.render.words import counted

LICENCE_PATH = "LICENSE.md"
"""The Hub's front matter takes this name, `LICENSE`, or an address as the link of a licence."""

MIXED = "mixed-see-license-md"
"""`license_name` where no one licence covers everything: lower case, digits, dots and dashes."""

# https://huggingface.co/docs/hub/repositories-licenses, those that LICENCES has too.
_HUB_SAME = frozenset(
    """
    afl-3.0 apache-2.0 artistic-2.0 bsd-2-clause bsd-3-clause bsd-3-clause-clear bsl-1.0 cc-by-2.0
    cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nc-nd-3.0
    cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0
    cc-by-sa-4.0 cc0-1.0 cdla-permissive-1.0 cdla-permissive-2.0 cdla-sharing-1.0 ecl-2.0 eupl-1.2
    isc mit mpl-2.0 ofl-1.1 unlicense zlib
    """.split()
)
_HUB_OTHER = {"C-UDA-1.0": "c-uda", "ODC-By-1.0": "odc-by", "ODbL-1.0": "odbl", "PDDL-1.0": "pddl"}


def hub_licence(identifier: str) -> str | None:
    """The Hub's name of an SPDX licence; None where it has none that says exactly the same."""
    same = identifier.lower()
    return same if same in _HUB_SAME else _HUB_OTHER.get(identifier)


def front_matter(entries: Sequence[PublishedInstance]) -> dict[str, str]:
    """`license`, and where the Hub has no name for it `license_name` and `license_link`."""
    expressions = {entry.declared_instance.license for entry in entries}
    only = expressions.pop() if len(expressions) == 1 else ""
    if hub := hub_licence(only):
        return {"license": hub}
    if not entries:
        return {}
    name = only.lower() if only in LICENCES else MIXED
    return {"license": "other", "license_name": name, "license_link": LICENCE_PATH}


@dataclass(frozen=True)
class Share:
    """What stands under one licence expression."""

    expression: str
    instances: int
    examples: int
    minutes: float


def shares(entries: Iterable[PublishedInstance]) -> list[Share]:
    """What stands under each expression, the largest number of instances first."""
    found: dict[str, list[PublishedInstance]] = {}
    for entry in entries:
        found.setdefault(entry.declared_instance.license, []).append(entry)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        Share(expression, len(those), sum(e.rows for e in those), sum(e.minutes for e in those))
        for expression, those in ordered
    ]


def linked(expression: str) -> str:
    """An expression as Markdown, each SPDX identifier a link to its text; fits a table's cell."""
    return " AND ".join(_linked(part) for part in parts(expression))


def _linked(part: str) -> str:
    if part in LICENCES:
        return f"[{part}](https://spdx.org/licenses/{part}.html)"
    return table_cell(part)


def source_lines(sources: Iterable[Source]) -> list[str]:
    """An item of a list for each source: name, address, licence, key of its citation."""
    return [
        f"- {prose(source.name)}, {code_span(source.url)}, {linked(source.license)}"
        + (f", cited as {code_span(source.cite)}" if source.cite else "")
        for source in sources
    ]


def all_sources(entries: Iterable[PublishedInstance]) -> list[tuple[Source, int]]:
    """Every different source, and how many instances take clips from it, by name."""
    uses = Counter(source for e in entries for source in set(e.declared_instance.sources))
    return sorted(uses.items(), key=lambda item: (item[0].name, item[0].url, item[0].license))


def licence_page(entries: Sequence[PublishedInstance], retired: Sequence[PublishedInstance]) -> str:
    """LICENSE.md: under which licence each instance stands, and whom to name."""
    by_licence: dict[str, list[PublishedInstance]] = {}
    for entry in entries:
        by_licence.setdefault(entry.declared_instance.license, []).append(entry)
    lines = [
        "# Licences",
        "",
        "Each instance stands under the licence of its own row here. A licence with AND asks you to"
        " follow all of its parts, since the clips come from several sources. Clips were encoded"
        " as 16-bit FLAC and joined with instructions; what else was done to them, the data"
        " section of the task says on the dataset card.",
        "",
    ]
    for expression, those in sorted(by_licence.items()):
        lines += [f"## {' AND '.join(map(_heading, parts(expression)))}", ""]
        lines += [f"{linked(expression)}: {counted(len(those), 'instance')}", ""]
        links = sorted({e.declared_instance.license_url for e in those} - {None}, key=str)
        lines += [f"- own licence text: {code_span(str(link))}" for link in links]
        lines += [f"- {code_span(entry.instance)}" for entry in those] + [""]
    lines += ["## Sources to name", ""]
    lines += source_lines(source for source, _ in all_sources(entries))
    if retired:
        lines += ["", "Retired instances keep their licences in the revisions that hold them."]
    return "\n".join(lines) + "\n"


def _heading(part: str) -> str:
    return part if part in LICENCES else code_span(part)
