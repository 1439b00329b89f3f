"""DOC: README.md and references.bib."""

from collections.abc import Iterator

from validators.finding import Fault, Severity
from validators.folder import Readme, References, TaskFolder
from validators.prose import Section
from validators.registry import rule
from validators.words import count_words, did_you_mean, has_sentence, template_text

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
