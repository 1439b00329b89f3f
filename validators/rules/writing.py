"""JSN: how files are written, and whether JSON files fit their schemas."""

from collections.abc import Iterator

from validators.document import Issue, IssueKind
from validators.finding import Fault, Location, Severity
from validators.folder import InstanceFile, JsonFile, WrittenFile
from validators.registry import rule
from validators.strict_json import DefectKind, escape_token
from validators.words import did_you_mean, template_text

CLAIMED = {
    ("/dataset/repo_id", IssueKind.WRONG_FORM): "PTR101",
    ("/dataset/revision", IssueKind.WRONG_FORM): "PTR103",
    ("/license", IssueKind.WRONG_FORM): "SRC901",
    ("/sources/*/license", IssueKind.WRONG_FORM): "SRC901",
}
"""Differences from the schema that have a rule of their own, with its code."""


def _defects(file: WrittenFile, kind: DefectKind) -> Iterator[Fault]:
    for defect in file.reading.defects:
        if defect.kind is kind:
            at = Location(file.path, defect.place.line, defect.place.column, defect.pointer)
            yield Fault(defect.message, at, defect.hint)


def issues(file: JsonFile, kind: IssueKind) -> Iterator[Issue]:
    """The differences of one kind from a file's schema that no rule of its own reports."""
    for issue in file.issues:
        if issue.kind is kind and (generalised(issue.pointer), kind) not in CLAIMED:
            yield issue


def generalised(pointer: str) -> str:
    """A pointer with `*` for every position in a list."""
    return "/".join("*" if token.isdigit() else token for token in pointer.split("/"))


def _name(pointer: str) -> str:
    """A value as a message calls it: `metrics[0]`."""
    name = ""
    for token in pointer.split("/")[1:]:
        name += f"[{token}]" if token.isdigit() else f"{'.' if name else ''}{token}"
    return name or "the file"


@rule("JSN801", severity=Severity.ERROR, since="0.1", waivable=False)
def oversized_file(file: WrittenFile) -> Iterator[Fault]:
    """A text file is larger than any honest one.

    Why: the check reads strangers' files; a cap keeps it quick and safe.
    Fix: shorten the file; data belong under data/ or on the Hub.
    Limits: 256 kB for a text file, 5 MB for a metadata file.
    """
    return _defects(file, DefectKind.TOO_LARGE)


@rule("JSN802", severity=Severity.ERROR, since="0.1", waivable=False, fixable=True)
def not_utf8(file: WrittenFile) -> Iterator[Fault]:
    """A text file is not UTF-8 without a byte order mark.

    Why: in any other encoding, names and sentences come out garbled somewhere.
    Fix: save the file as UTF-8.
    """
    return _defects(file, DefectKind.NOT_UTF8)


@rule("JSN803", severity=Severity.ERROR, since="0.1", waivable=False, fixable=True)
def hidden_character(file: WrittenFile) -> Iterator[Fault]:
    """A file holds a character that its readers cannot see.

    Why: control, zero-width and bidirectional characters make two different texts look the same,
    or one text look like another. A text with a line break in it is two lines to some readers.
    Bad: "title": "Spoken\\u200bterm detection"
    Fix: delete the character at the place that is named.
    """
    return _defects(file, DefectKind.HIDDEN_CHARACTER)


@rule("JSN804", severity=Severity.WARNING, since="0.1", fixable=True)
def foreign_line_ends(file: WrittenFile) -> Iterator[Fault]:
    """Lines end in something else than LF.

    Why: the folder's digest is taken over raw bytes; an editor that changes line ends changes it.
    Fix: save the file with Unix line ends.
    """
    return _defects(file, DefectKind.LINE_ENDS)


@rule("JSN805", severity=Severity.ERROR, since="0.1", waivable=False)
def broken_json(file: WrittenFile) -> Iterator[Fault]:
    """A file is not JSON.

    Why: nothing in it can be read until its syntax is mended; the other files are checked all the
    same.
    Bad: {"title": "Spoken term detection",}
    Good: {"title": "Spoken term detection"}
    Fix: mend the place that is named: a missing comma or quote, a comma too many, a comment.
    """
    return _defects(file, DefectKind.SYNTAX)


@rule("JSN806", severity=Severity.ERROR, since="0.1", waivable=False)
def repeated_key(file: WrittenFile) -> Iterator[Fault]:
    """A key stands twice in one object.

    Why: readers differ in which of the two they take.
    Fix: delete one of the two.
    """
    return _defects(file, DefectKind.DUPLICATE_KEY)


@rule("JSN807", severity=Severity.ERROR, since="0.1", waivable=False, fixable=True)
def unfit_number(file: WrittenFile) -> Iterator[Fault]:
    """A number is written so that readers differ about it.

    Why: NaN and infinities are not JSON, integers beyond 2^53 lose digits (RFC 8259, section 6),
    and `1.0` is an integer to some readers and none to others.
    Fix: write a finite decimal number; a whole number without a fraction.
    """
    return _defects(file, DefectKind.NUMBER)


@rule("JSN808", severity=Severity.ERROR, since="0.1", waivable=False)
def deep_nesting(file: WrittenFile) -> Iterator[Fault]:
    """JSON values are nested deeper than any field of the format.

    Why: deep nesting exhausts readers; no field needs more than four levels.
    Fix: write the value as docs/task_format.md shows it.
    Limits: 32 levels.
    """
    return _defects(file, DefectKind.DEPTH)


@rule("JSN811", severity=Severity.ERROR, since="0.1", waivable=False)
def missing_field(file: JsonFile) -> Iterator[Fault]:
    """A required field is missing.

    Why: each required field is read by somebody: the check, the card, the leaderboard.
    Fix: add the field; docs/task_format.md and the JSON Schema say what stands in it.
    """
    for issue in issues(file, IssueKind.MISSING_FIELD):
        what = f" ({issue.required.rstrip('.')})" if issue.required else ""
        yield Fault(
            f"{_name(issue.pointer)} is missing; it is required{what}",
            file.at(issue.pointer),
            f'add "{issue.pointer.rpartition("/")[2]}"',
        )


@rule("JSN812", severity=Severity.ERROR, since="0.1", waivable=False, fixable=True)
def unknown_field(file: JsonFile) -> Iterator[Fault]:
    """A field is not part of the format.

    Why: a mistyped field would be ignored in silence, and what it was to say would be lost.
    Bad: "metric": ["accuracy"]
    Good: "metrics": ["accuracy"]
    Fix: correct the field's name, or delete it.
    """
    for issue in issues(file, IssueKind.UNKNOWN_FIELD):
        parent, _, name = issue.pointer.rpartition("/")
        known = file.fields_of(parent)
        near = did_you_mean(name, known)
        yield Fault(
            f'the field "{name}" is not known in {_name(parent)}'
            + (f"; known are {', '.join(known)}" if known else ""),
            file.at_key(issue.pointer),
            f'rename it to "{near}"' if near else "delete it",
        )


@rule("JSN813", severity=Severity.ERROR, since="0.1", waivable=False)
def wrong_type(file: JsonFile) -> Iterator[Fault]:
    """A value has another JSON type than the format says.

    Why: a text where a list is due would be read letter by letter.
    Bad: "metrics": "accuracy"
    Good: "metrics": ["accuracy"]
    Fix: write the type that is named.
    """
    for issue in issues(file, IssueKind.WRONG_TYPE):
        yield Fault(
            f"{_name(issue.pointer)} is {issue.found}; {issue.required} is required",
            file.at(issue.pointer),
            f"write {issue.required}",
        )


@rule("JSN814", severity=Severity.ERROR, since="0.1", waivable=False)
def wrong_form(file: JsonFile) -> Iterator[Fault]:
    """A text has not the form that its field needs.

    Why: names, tags and labels are read by programs as well.
    Bad: "labels": ["door, wood knock", "rain"]
    Good: "labels": ["door or wood knock", "rain"]
    Fix: write it in the form that is named.
    """
    for issue in issues(file, IssueKind.WRONG_FORM):
        is_key = issue.found.startswith("the key ")
        yield Fault(
            f"{_name(issue.pointer)} is {issue.found}; {issue.required} is required",
            file.at_key(issue.pointer) if is_key else file.at(issue.pointer),
            "write it in the form that is required",
        )


@rule("JSN815", severity=Severity.ERROR, since="0.1", waivable=False, fixable=True)
def unknown_value(file: JsonFile) -> Iterator[Fault]:
    """A value is not in its vocabulary.

    Why: dimensions, metrics and outputs are closed lists, so that results can be compared.
    Bad: "dimension": "emotion"
    Good: "dimension": "paralinguistics"
    Fix: take one of the values that are named; propose a new one in an issue.
    """
    for issue in issues(file, IssueKind.UNKNOWN_VALUE):
        choices = issue.required.removeprefix("one of ").replace('"', "").split(", ")
        near = did_you_mean(issue.found.strip('"'), choices)
        yield Fault(
            f"{_name(issue.pointer)} is {issue.found}; {issue.required} is required",
            file.at(issue.pointer),
            f'write "{near}"' if near else "take one of the known values",
        )


@rule("JSN816", severity=Severity.ERROR, since="0.1", waivable=False)
def out_of_range(file: JsonFile) -> Iterator[Fault]:
    """A number or the length of a list is outside its range.

    Why: an empty list of metrics scores nothing; 70 minutes are more than a release can hold.
    Fix: write a value in the range that is named.
    """
    for issue in issues(file, IssueKind.OUT_OF_RANGE):
        yield Fault(
            f"{_name(issue.pointer)} is {issue.found}; {issue.required} is required",
            file.at(issue.pointer),
            "write a value in the range that is required",
        )


@rule("JSN817", severity=Severity.WARNING, since="0.1", fixable=True)
def wrong_schema_link(file: JsonFile) -> Iterator[Fault]:
    """`$schema` does not lead to the schema of this file.

    Why: an editor that finds no schema helps nobody, and one that finds another misleads.
    Good: "$schema": "../../schema/task.schema.json"
    Fix: write the path that is named, or delete the field.
    """
    link = file.value("/$schema")
    right = (
        "../../../schema/instance.schema.json"
        if isinstance(file, InstanceFile)
        else "../../schema/task.schema.json"
    )
    if link is not None and link != right:
        yield Fault(
            f'$schema is "{link}"; "{right}" is required',
            file.at("/$schema"),
            f'write "{right}"',
        )


@rule("JSN818", severity=Severity.ERROR, since="0.1", waivable=False)
def template_text_left(file: JsonFile) -> Iterator[Fault]:
    """A text is still the template's.

    Why: a card that says TODO tells a reader nothing.
    Fix: write what the field is for.
    """
    texts = ("/title", "/description", "/keywords/*", "/contributors/*/name", "/waivers/*/reason")
    others = ("/output/unit", "/sampling/description", "/sources/*/name")
    for text in file.find(*texts, *others):
        if found := template_text(str(text.value)):
            yield Fault(
                f'{_name(text.pointer)} holds the template\'s "{found}"; a text of your own is '
                "required",
                text.at,
                "write what the field is for",
            )


@rule("JSN819", severity=Severity.NOTE, since="0.1", fixable=True)
def unindented_json(file: JsonFile) -> Iterator[Fault]:
    """A JSON file is not indented.

    Why: people read these files, and a change to one field shows as a change of the whole line.
    Fix: write each field on a line of its own, indented by two blanks, or let `--fix` do it.
    Limits: all fields on one line, or all at the left margin.
    """
    data = file.reading.data
    names = [f"/{escape_token(name)}" for name in data] if isinstance(data, dict) else []
    places = [file.at_key(name) for name in names]
    lines, columns = {place.line for place in places}, {place.column for place in places}
    if len(places) > 1 and (len(lines) == 1 or columns == {1}):
        where = "on one line" if len(lines) == 1 else "at the left margin"
        yield Fault(
            f"{len(places)} fields stand {where}; an indented line is required for each",
            file.at(),
            "write each field on an indented line of its own, or let --fix do it",
        )
