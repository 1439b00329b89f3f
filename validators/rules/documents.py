"""DOC: README.md and references.bib."""

import re
from collections.abc import Iterator

from validators.finding import Fault, Location, Severity
from validators.folder import Readme, References, TaskFolder, TextFile
from validators.instructions import normalised
from validators.prose import Section
from validators.registry import rule
from validators.words import (
    count_words,
    did_you_mean,
    has_sentence,
    personal_data,
    template_text,
)

SECTIONS = ("Objective", "Data", "Limitations")
SECTION_WORDS = 15
REFERENCE_FIELDS = ("author", "title", "year")


@rule("DOC601", severity=Severity.ERROR, since="0.1", waivable=False)
def missing_section(readme: Readme) -> Iterator[Fault]:
    """A section of README.md is missing.

    Why: Objective says what is measured and why it matters, Data where the clips come from,
    Limitations what a model could exploit: what reviewers always ask.
    Good: ## Objective, ## Data, ## Limitations
    Fix: add the section under a heading of the second level.
    """
    titles = [section.title for section in readme.sections if section.level == 2]
    for name in SECTIONS:
        if name not in titles:
            near = did_you_mean(name, titles)
            yield Fault(
                f'the section "## {name}" is missing; {", ".join(SECTIONS)} are required',
                readme.at(),
                f'rename "{near}" to "{name}"' if near else f'add "## {name}"',
            )


@rule("DOC602", severity=Severity.ERROR, since="0.1")
def empty_section(readme: Readme) -> Iterator[Fault]:
    """A section of README.md says next to nothing.

    Why: a heading alone answers no question.
    Fix: write whole sentences.
    Limits: at least one sentence, and 15 words in all.
    """
    for section in _required(readme):
        words = count_words(section.text)
        if words < SECTION_WORDS or not has_sentence(section.text):
            yield Fault(
                f'"## {section.title}" holds {words} {"word" if words == 1 else "words"} and '
                f"{'a' if has_sentence(section.text) else 'no'} sentence; whole sentences of at "
                f"least {SECTION_WORDS} words are required",
                readme.at(section.line),
                "write whole sentences",
            )


def _required(readme: Readme) -> Iterator[Section]:
    return (
        section
        for section in readme.sections
        if section.level == 2 and section.title in SECTIONS and not template_text(section.text)
    )


@rule("DOC603", severity=Severity.ERROR, since="0.1", waivable=False)
def unfinished_readme(readme: Readme) -> Iterator[Fault]:
    """README.md still holds text of the template.

    Why: it would be published as it stands.
    Fix: write a text of your own in its place.
    """
    for number, line in enumerate(readme.lines, start=1):
        if found := template_text(line):
            yield Fault(
                f'the line holds the template\'s "{found}"; a text of your own is required',
                readme.at(number, line.index(found) + 1),
                "write a text of your own in its place",
            )


@rule("DOC611", severity=Severity.ERROR, since="0.1", waivable=False)
def broken_reference(references: References) -> Iterator[Fault]:
    """An entry of references.bib cannot be parsed, or its key is taken.

    Why: what cannot be parsed cannot be cited.
    Fix: close the braces of the entry that is named, or give it a key of its own.
    """
    for line, reason in references.bibliography.failures:
        yield Fault(
            f"the entry cannot be read: {reason}; a BibTeX entry with a key of its own is required",
            references.at(line),
            "mend the entry",
        )


@rule("DOC612", severity=Severity.ERROR, since="0.1", waivable=False)
def incomplete_reference(references: References) -> Iterator[Fault]:
    """An entry of references.bib lacks author, title or year.

    Why: with less, a reader cannot find what is cited.
    Fix: add the field; an organisation is an author too, in braces.
    Good: author = {{The VoxForge project}}
    """
    for entry in references.bibliography.entries:
        missing = [name for name in REFERENCE_FIELDS if not entry.fields.get(name)]
        if missing:
            yield Fault(
                f"the entry {entry.key} has no {' and no '.join(missing)}; "
                f"{', '.join(REFERENCE_FIELDS)} are required",
                references.at(entry.line),
                f"add {' and '.join(missing)}",
            )


@rule("DOC613", severity=Severity.NOTE, since="0.1")
def unused_reference(folder: TaskFolder) -> Iterator[Fault]:
    """No instance cites an entry of references.bib.

    Why: it may be a key that was mistyped elsewhere.
    Fix: cite the entry, or delete it. README.md may speak of it without a key.
    """
    references = folder.references
    if not all(instance.reading.readable for instance in folder.instances) or not folder.instances:
        return  # nobody knows what is cited
    cited = {
        cite.value
        for instance in folder.instances
        for cite in instance.find("/sources/*/cite", "/results/*/cite")
    }
    for entry in references.bibliography.entries if references else ():
        if references and entry.key not in cited:
            yield Fault(
                f"no instance cites {entry.key}; entries that are cited are required here",
                references.at(entry.line),
                "cite the entry, or delete it",
            )


_LABEL_LIST = re.compile(
    r"\b(?:labels?|classes|options|answers|categories)\b[^.:\n]{0,40}:\s*([^\n]{3,2000})",
    re.IGNORECASE,
)


@rule("DOC604", severity=Severity.WARNING, since="0.1")
def foreign_title(folder: TaskFolder) -> Iterator[Fault]:
    """README.md bears another title than the task.

    Why: it is still the template's, or was copied from another task with its text.
    Bad: # Task Name
    Good: # Spoken term detection, where that is the title in task.json
    Fix: write the title of task.json, and read the rest of the page again.
    Limits: the first heading of the first level, without case, blanks and punctuation; the folder's
    name is a title too.
    """
    readme, task = folder.readme, folder.task_file
    title = task.value("/title") if task else None
    heading = next((s for s in readme.sections if s.level == 1), None) if readme else None
    if readme is None or title is None or heading is None:
        return
    own = {_letters(title), _letters(folder.task)}
    if _letters(heading.title) not in own and not template_text(heading.title):
        yield Fault(
            f'the title is "{heading.title}"; the one in task.json, "{title}", is required',
            readme.at(heading.line),
            f'write "# {title}"',
        )


def _letters(title: str) -> str:
    return normalised(title).replace(" ", "")


@rule("DOC606", severity=Severity.WARNING, since="0.1")
def contradicting_labels(folder: TaskFolder) -> Iterator[Fault]:
    """README.md or the description lists other labels than task.json.

    Why: one of the two is wrong, and readers believe the prose.
    Fix: correct the list, or leave it out: the labels are rendered from task.json.
    Limits: a list behind "labels:", "classes:", "options:", "answers:" or "categories:" of which at
    least half are labels.
    """
    task, readme = folder.task_file, folder.readme
    labels = {normalised(label): label for label in task.labels} if task else {}
    if not task or not labels:
        return
    places: list[tuple[str, Location]] = []
    if readme:
        places += [(line, readme.at(number)) for number, line in enumerate(readme.lines, start=1)]
    description = task.value("/description")
    if description:
        places.append((description, task.at("/description")))
    for text, at in places:
        listed = _listed(text)
        shared = len(listed.keys() & labels.keys())
        if shared >= 2 and 2 * shared >= len(listed) and listed.keys() != labels.keys():
            odd = [listed[key] for key in listed if key not in labels]
            lacking = [labels[key] for key in labels if key not in listed]
            yield Fault(
                "the labels listed here are not those of task.json: "
                + "; ".join(
                    [f"{', '.join(odd[:5])} is none of them"] * bool(odd)
                    + [f"{', '.join(lacking[:5])} is missing"] * bool(lacking)
                ),
                at,
                "correct the list, or leave it out",
            )


def _listed(text: str) -> dict[str, str]:
    """The items of a list of labels in a text, by their normalised form."""
    found = _LABEL_LIST.search(text)
    if not found:
        return {}
    pieces = re.split(r"[,;]|\s(?:and|or)\s", found.group(1).split(". ")[0])
    return {normalised(piece): piece.strip(" .`\"'*") for piece in pieces if normalised(piece)}


@rule("DOC607", severity=Severity.WARNING, since="0.1")
def personal_data_in_prose(file: TextFile) -> Iterator[Fault]:
    """A text looks like it holds somebody's mail address, phone number or street.

    Why: what is published cannot be taken back. People are named under contributors, with the
    GitHub name that they chose.
    Fix: delete it. Waive where a licence asks for it, as some ask for the author's address.
    Limits: forms of addresses and numbers only; nobody is looked up.
    """
    for number, line in enumerate(file.lines, start=1):
        if found := personal_data(line):
            yield Fault(
                f"the line holds {found}; no personal data are allowed",
                file.at(number),
                "delete it",
            )
