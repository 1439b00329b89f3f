"""The task list, a page for each dimension, and the contributors, as Markdown.

What contributors wrote stands in code spans or is escaped, so that it can be no link, image,
mention, or HTML.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from ci.listing import Entry, Listing, TaskEntry
from schema.canonical import GITHUB_REPO
from schema.seed import SEED_INSTANCES
from schema.task import Contributor
from schema.vocabulary import DIMENSIONS
from validators.render.inert import code_span, prose, table_cell
from validators.render.words import counted, listed

MEANINGS: Final = {
    "content": "what is said",
    "speaker": "who says it",
    "semantics": "what is meant",
    "degradation": "what happened to the signal",
    "paralinguistics": "how it is said",
    "audio": "sound that is not speech",
}


def pages(listing: Listing) -> dict[str, str]:
    """All pages by their paths: tasks.md, dimensions/<dimension>.md, contributors.md."""
    return {
        "tasks.md": _page(_tasks(listing)),
        **{f"dimensions/{name}.md": _page(_dimension(name, listing)) for name in DIMENSIONS},
        "contributors.md": _page(_contributors(listing)),
    }


def _page(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def _table(headings: Sequence[str]) -> Iterator[str]:
    yield _row(headings)
    yield "|" + "---|" * len(headings)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


# --- tasks.md


def _tasks(listing: Listing) -> Iterator[str]:
    counts = listing.counts()
    yield "# Tasks\n"
    yield (
        f"{counted(counts.folders, 'task')} in {counted(counts.instances, 'instance')} on "
        f"{counted(counts.datasets, 'dataset')}; {counted(counts.pairs, 'task')} if every variant "
        "counts as one of its own.\n"
    )
    yield from _table(["task", "what is asked", "dimension", "answer", "instances"])
    for task in listing.tasks:
        dimension = task.about.dimension
        yield _row(
            [
                _linked(task),
                prose(task.about.description) + _successor(task),
                f"[{dimension}](dimensions/{dimension}.md)",
                task.about.output.type,
                str(len(task.instances)),
            ]
        )


def _linked(task: TaskEntry) -> str:
    """The task's name, leading to its folder. Names of folders are letters and digits."""
    return (
        f"[{table_cell(task.name)}](https://github.com/{GITHUB_REPO}/tree/main/tasks/{task.name})"
    )


def _successor(task: TaskEntry) -> str:
    successor = task.about.superseded_by
    return f" Retired: use {table_cell(successor)}." if successor else ""


# --- dimensions/<dimension>.md


def _dimension(name: str, listing: Listing) -> Iterator[str]:
    tasks = [task for task in listing.tasks if task.about.dimension == name]
    instances = sum(len(task.instances) for task in tasks)
    yield f"# {name.capitalize()}: {MEANINGS[name]}\n"
    yield f"{counted(len(tasks), 'task')} in {counted(instances, 'instance')}."
    for task in tasks:
        yield f"\n## {prose(task.about.title)}\n"
        yield f"{_linked(task)}: {prose(task.about.description)}{_successor(task)}\n"
        yield f"{_particulars(task)}\n"
        yield from _table(["instance", "variant", "from", "licence", "seed", "seen"])
        yield from map(_instance, task.instances)


def _particulars(task: TaskEntry) -> str:
    """Inputs, answer, metrics and languages in a sentence."""
    about = task.about
    languages = listed([code_span(tag) for tag in about.languages])
    spoken = f"; languages: {languages}" if about.languages else ""
    return (
        f"From {listed([code_span(name) for name in about.inputs])} to {about.output.type}; scored "
        f"by {listed([code_span(metric) for metric in about.metrics])}{spoken}."
    )


def _instance(entry: Entry) -> str:
    variant, hub = entry.instance.variant, entry.hub
    sources = "; ".join(prose(source.name) for source in entry.instance.sources)
    where = f"{sources}; at {table_cell(f'{hub.repo_id}@{hub.revision}')}" if hub else sources
    return _row(
        [
            table_cell(entry.stem),
            prose(variant) if variant else "",
            where,
            table_cell(entry.instance.license),
            "yes" if entry.name in SEED_INSTANCES else "no",
            "seen" if entry.seen else "unseen",
        ]
    )


# --- contributors.md


def _contributors(listing: Listing) -> Iterator[str]:
    yield "# Contributors\n"
    yield "Who gave which task.\n"
    yield from _table(["contributor", "tasks"])
    for contributor, tasks in listing.contributors():
        yield _row([_person(contributor), ", ".join(map(table_cell, tasks))])


def _person(contributor: Contributor) -> str:
    """The name, with the links that the schema's forms make harmless."""
    links = []
    if contributor.github:
        links.append(f"[GitHub](https://github.com/{contributor.github})")
    if contributor.orcid:
        links.append(f"[ORCID](https://orcid.org/{contributor.orcid})")
    return prose(contributor.name) + (f" ({', '.join(links)})" if links else "")
