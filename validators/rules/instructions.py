"""INS: instructions.txt, the sentences that tell a model what to do."""

import re
from collections.abc import Iterator

from validators.finding import Fault, Severity
from validators.folder import Instructions
from validators.instructions import (
    COMPARED_LINES,
    EXAMPLES_PER_INSTRUCTION,
    MIN_INSTRUCTIONS,
    PLACEHOLDER,
    normalised,
    required_instructions,
    similarity,
    tokens,
)
from validators.registry import rule
from validators.totals import InstructionNeed
from validators.words import count_words, did_you_mean, looks_foreign, template_text


@rule("INS301", severity=Severity.ERROR, since="0.1")
def too_few_instructions(need: InstructionNeed) -> Iterator[Fault]:
    """There are too few distinct instructions.

    Why: a model that follows one wording has not shown that it follows instructions.
    Fix: write more of them, in other words and from other sides.
    Limits: at least 10, and one for every 20 examples of the largest instance. Lines that differ
    only in case, blanks and punctuation count once.
    """
    found = need.instructions.distinct
    required = required_instructions(need.largest)
    if found < required:
        because = (
            f"one for every {EXAMPLES_PER_INSTRUCTION} of {need.largest} examples of "
            f"{need.largest_instance}"
            if required > MIN_INSTRUCTIONS
            else "the least for any task"
        )
        yield Fault(
            f"there are {found} distinct instructions; {required} are required ({because})",
            need.instructions.at(),
            f"write {required - found} more",
        )


@rule("INS302", severity=Severity.ERROR, since="0.1", fixable=True)
def repeated_instruction(file: Instructions) -> Iterator[Fault]:
    """An instruction is repeated.

    Why: a repeated line is drawn twice as often and adds nothing. Lines that differ only in case,
    blanks and punctuation are the same to a model.
    Bad: "What is said? {labels}" and "what is said: {labels}"
    Fix: word it differently, or delete it.
    """
    seen: dict[str, int] = {}
    for number, line in enumerate(file.lines, start=1):
        key = normalised(line)
        if key and key in seen:
            yield Fault(
                f"the instruction repeats line {seen[key]}; lines that differ in more than case, "
                "blanks and punctuation are required",
                file.at(number),
                "word it differently, or delete it",
            )
        seen.setdefault(key, number)


@rule("INS303", severity=Severity.ERROR, since="0.1", fixable=True)
def ragged_line(file: Instructions) -> Iterator[Fault]:
    """A line is blank, or begins or ends with a blank.

    Why: every line becomes an instruction exactly as it stands.
    Fix: delete the blank line, or the blanks.
    """
    for number, line in enumerate(file.lines, start=1):
        if not line.strip():
            yield Fault(
                "the line is blank; one instruction a line is required",
                file.at(number),
                "delete the line",
            )
        elif line != line.strip():
            yield Fault(
                "the line begins or ends with a blank; none is allowed",
                file.at(number, 1 if line[0].isspace() else len(line.rstrip()) + 1),
                "delete the blank",
            )


@rule("INS304", severity=Severity.ERROR, since="0.1", waivable=False)
def labels_not_named_once(file: Instructions) -> Iterator[Fault]:
    """An instruction does not hold {labels} exactly once.

    Why: the published instruction has the options in its place; without them a model cannot know
    the choices, and twice is confusing.
    Bad: Which animal is heard?
    Good: Which animal is heard? Choose from: {labels}.
    Fix: write {labels} once where the options shall stand; nowhere in a task without labels.
    """
    output = file.task_file.output if file.task_file else None
    if output is None:
        return
    wanted = 1 if output in ("classification", "multilabel") else 0
    for number, line in enumerate(file.lines, start=1):
        found = line.count("{labels}")
        if line.strip() and found != wanted and not (wanted and _mistyped_labels(line)):
            yield Fault(
                f"{{labels}} stands {found} {'time' if found == 1 else 'times'}; "
                f"{wanted or 'none'} is required in a task of {output} output",
                file.at(number),
                "write {labels} once, where the options shall stand"
                if wanted
                else "delete {labels}",
            )


def _mistyped_labels(line: str) -> bool:
    """True if {labels} is there but for its spelling, which is unknown-placeholder."""
    names = [found.group(1) for found in PLACEHOLDER.finditer(line)]
    return any(name != "labels" and did_you_mean(name, ["labels"]) for name in names)


@rule("INS305", severity=Severity.ERROR, since="0.1", waivable=False)
def unknown_placeholder(file: Instructions) -> Iterator[Fault]:
    """Braces hold something else than {labels} or a text input.

    Why: only these are replaced; anything else would reach the model as it stands.
    Bad: Is the word {word} spoken? {labels}
    Good: Is the word {text} spoken? {labels}
    Fix: write the name of a text input, or write without braces.
    """
    texts = _text_inputs(file)
    output = file.task_file.output if file.task_file else None
    allowed = (["labels"] if output in (None, "classification", "multilabel") else []) + texts
    known = {"labels", *allowed}
    unsure = file.task_file is None or not file.task_file.knows_inputs
    may = ", ".join(f"{{{name}}}" for name in allowed) if allowed else "no placeholder"
    for number, line in enumerate(file.lines, start=1):
        for found in PLACEHOLDER.finditer(line):
            if found.group(1) not in known and not (unsure and found.group(1).startswith("text")):
                near = did_you_mean(found.group(1), known)
                yield Fault(
                    f"{found.group()} is not known; {may} may stand in braces here",
                    file.at(number, found.start() + 1),
                    f"write {{{near}}}" if near else "write it without braces",
                )
        rest = PLACEHOLDER.sub(lambda found: " " * len(found.group()), line)
        for column, letter in enumerate(rest, start=1):
            if letter in "{}":
                yield Fault(
                    f'a single "{letter}" stands here; braces are for placeholders only',
                    file.at(number, column),
                    "delete the brace, or close it",
                )


def _text_inputs(file: Instructions) -> list[str]:
    inputs = file.task_file.inputs if file.task_file else []
    return [name for name in inputs if name.startswith("text")]


@rule("INS306", severity=Severity.ERROR, since="0.1", waivable=False)
def unfinished_instruction(file: Instructions) -> Iterator[Fault]:
    """An instruction is still the template's.

    Why: it would reach a model as it stands.
    Fix: write an instruction of your own.
    """
    for number, line in enumerate(file.lines, start=1):
        if found := template_text(line):
            yield Fault(
                f'the line holds the template\'s "{found}"; an instruction of your own is required',
                file.at(number, line.index(found) + 1),
                "write an instruction of your own",
            )


INSTRUCTION_WORDS = 3
SIMILARITY_LIMIT = 0.8
TELLING_LABEL = 3
"""Letters that a label has at least to be looked for: "a" and "no" are words like others."""


@rule("INS308", severity=Severity.WARNING, since="0.1")
def answer_given_away(file: Instructions) -> Iterator[Fault]:
    """An instruction names some of the labels and not the others.

    Why: whoever reads it is led to the answers that are named.
    Bad: Is the dog barking or is it another animal? {labels}
    Good: Which animal is heard? Choose from: {labels}.
    Fix: name no label beside {labels}, or all of them.
    Limits: whole words, labels of at least three letters. An instruction that names every label is
    silent.
    """
    labels = file.task_file.labels if file.task_file else []
    forms = {label: _whole(label) for label in labels}
    for number, line in enumerate(file.lines, start=1):
        plain = PLACEHOLDER.sub(" ", line)
        found = [label for label, form in forms.items() if form.search(plain)]
        telling = [label for label in found if len(label) >= TELLING_LABEL]
        if telling and len(found) < len(labels):
            yield Fault(
                f'the instruction names "{telling[0]}", one of {len(labels)} labels; none or all '
                "of them are allowed beside {labels}",
                file.at(number),
                "word it without the label",
            )


def _whole(label: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(label)}(?!\w)", re.IGNORECASE)


@rule("INS309", severity=Severity.WARNING, since="0.1")
def foreign_instruction(file: Instructions) -> Iterator[Fault]:
    """An instruction does not look English.

    Why: instructions are English in version 1 of the format, so that what differs between two
    tasks is the task.
    Bad: Welches Tier ist in dieser Aufnahme zu hören? {labels}
    Fix: write it in English; texts in other languages belong into the data.
    Limits: five words or more and none of the commonest English ones, or mostly in another script.
    """
    for number, line in enumerate(file.lines, start=1):
        if looks_foreign(PLACEHOLDER.sub(" ", line)):
            yield Fault(
                "the instruction does not look English; English is required in version 1",
                file.at(number),
                "write it in English",
            )


@rule("INS310", severity=Severity.WARNING, since="0.1")
def similar_instruction(file: Instructions) -> Iterator[Fault]:
    """An instruction says nearly the same words as another.

    Why: a synonym in one place tests nothing new; what counts is another way to ask.
    Bad: "Which animal is heard in the clip?" and "Which animal is heard in the recording?"
    Good: "Which animal is heard in the clip?" and "You walk past a farm. What made this sound?"
    Fix: ask from another side: a command, a question, a role, another order.
    Limits: 80 % of the words of the two in common (Jaccard index); the first 400 lines.
    """
    earlier: list[tuple[int, str, frozenset[str]]] = []
    for number, line in enumerate(file.lines[:COMPARED_LINES], start=1):
        words = tokens(line)
        for before, other, theirs in earlier:
            share = similarity(words, theirs)
            if share >= SIMILARITY_LIMIT and normalised(line) != normalised(other):
                yield Fault(
                    f"the instruction shares {share:.0%} of its words with line {before}; less "
                    f"than {SIMILARITY_LIMIT:.0%} is required",
                    file.at(number),
                    "ask from another side",
                )
                break
        if words:
            earlier.append((number, line, words))


@rule("INS311", severity=Severity.WARNING, since="0.1")
def terse_instruction(file: Instructions) -> Iterator[Fault]:
    """An instruction says next to nothing.

    Why: a model is told what to do by this line alone; a keyword leaves it to guess.
    Bad: Emotion? {labels}
    Good: Does the speaker's emotion change in the recording? Answer with one of: {labels}.
    Fix: say in a whole sentence what is asked, and how to answer.
    Limits: at least 3 words beside {labels}.
    """
    for number, line in enumerate(file.lines, start=1):
        words = count_words(line.replace("{labels}", " "))
        if line.strip() and words < INSTRUCTION_WORDS and not template_text(line):
            yield Fault(
                f"the instruction has {words} {'word' if words == 1 else 'words'} beside "
                f"{{labels}}; at least {INSTRUCTION_WORDS} are required",
                file.at(number),
                "say in a whole sentence what is asked",
            )
