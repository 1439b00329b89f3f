"""The documents of the dataset repository: pure functions of the manifest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from ci.documents import about, body, licensing, plots
from ci.documents.citation import REFERENCES_PATH, bibliography
from ci.documents.croissant import CROISSANT_PATH, croissant
from ci.documents.details import folded
from ci.documents.evaluation_file import EVALUATION_PATH, evaluation_file
from ci.documents.front_matter import front_matter
from ci.summary import by_dimension, published, retired
from schema.manifest import Manifest, PublishedInstance

CARD_PATH: Final = "README.md"
LIMIT: Final = 400_000
"""Bytes of a card that holds all details; beyond, they move to a page for each dimension."""


@dataclass(frozen=True)
class _Content:
    """What a card is made of."""

    manifest: Manifest
    entries: Sequence[PublishedInstance]
    retired: Sequence[PublishedInstance]
    overview: plots.Picture | None
    pictures: Mapping[str, Sequence[plots.Picture]]
    """By dimension."""

    @classmethod
    def of(cls, manifest: Manifest) -> "_Content":
        entries = published(manifest)
        grouped = by_dimension(entries).items()
        pictures = {name: plots.of_dimension(name, found) for name, found in grouped}
        return cls(manifest, entries, retired(manifest), plots.overview(entries), pictures)

    def images(self) -> dict[str, bytes]:
        drawn = [picture for found in self.pictures.values() for picture in found]
        return {p.path: p.draw() for p in [*([self.overview] if self.overview else []), *drawn]}


def documents(manifest: Manifest) -> dict[str, bytes]:
    """Everything beside the data and the manifest, by path in the dataset repository.

    The same manifest gives the same bytes, as long as the libraries that write them are the same.
    """
    content = _Content.of(manifest)
    written = {path: text.encode("utf-8") for path, text in _texts(content).items()}
    return dict(sorted((content.images() | written).items()))


def texts(manifest: Manifest) -> dict[str, str]:
    """Those of the documents that are texts, which takes a tenth of the time."""
    return _texts(_Content.of(manifest))


def _texts(content: _Content) -> dict[str, str]:
    entries = content.entries
    pages: dict[str, str] = {}
    card = _card(content, pages)
    if len(card.encode("utf-8")) > LIMIT:
        pages = {dimension: f"instances/{dimension}.md" for dimension in content.pictures}
        card = _card(content, pages)
    grouped = by_dimension(entries)
    return {
        CARD_PATH: card,
        EVALUATION_PATH: evaluation_file(entries),
        CROISSANT_PATH: croissant(content.manifest, entries),
        licensing.LICENCE_PATH: licensing.licence_page(entries, content.retired),
        REFERENCES_PATH: bibliography(entries),
        **{path: _page(dimension, grouped[dimension]) for dimension, path in pages.items()},
    }


def _card(content: _Content, pages: Mapping[str, str]) -> str:
    entries = content.entries
    return "\n".join(
        chain(
            [front_matter(entries)],
            body.introduction(content.manifest, entries),
            body.loading(content.manifest, entries),
            body.structure(),
            body.dimensions(entries, content.pictures, pages),
            about.statistics(entries, content.overview),
            about.licences(entries),
            about.review(entries),
            about.withdrawn(entries, content.retired),
            about.limits(),
            about.citation(entries),
        )
    )


def _page(dimension: str, entries: Sequence[PublishedInstance]) -> str:
    return "\n".join([f"# {dimension.capitalize()}\n", *folded(entries)])
