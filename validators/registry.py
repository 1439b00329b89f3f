"""The rules: what the `@rule` decorator makes of a small function."""

import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple, Protocol, TypeVar

from validators.finding import Fault, Severity

CODE = re.compile(r"[A-Z]{3}[0-9]{3}")

RETIRED: dict[str, str] = {}
"""Codes that were once in use, with what they said: never given to another rule."""

FAMILIES = {
    "FLD": "the folder",
    "PTR": "the pointer to the data",
    "TSK": "task.json",
    "INS": "instructions.txt",
    "DAT": "the examples",
    "AUD": "the sound",
    "DOC": "README.md and references.bib",
    "RUN": "the run and its waivers",
    "JSN": "how files are written",
    "NBR": "the task beside the others",
    "SRC": "instance files: licence, sources, sampling, results",
    "PUL": "the pull request",
}


class Subject(Protocol):
    """What a rule looks at: a file, a table, a clip. The engine adds these two to each finding."""

    @property
    def task(self) -> str:
        """Name of the task that the subject belongs to."""

    @property
    def instance(self) -> str | None:
        """Full name of the instance, or None for what belongs to the task as a whole."""


class Rule(NamedTuple):
    """A rule: a code for ever, a name, how bad it is, what it looks at, and the function."""

    code: str
    name: str
    severity: Severity
    subject: type
    since: str
    preview: bool
    waivable: bool
    check: Callable[[Any], Iterable[Fault]]
    fixable: bool = False

    @property
    def documentation(self) -> str:
        """The function's docstring."""
        return inspect.cleandoc(self.check.__doc__ or "")

    @property
    def family(self) -> str:
        """The three letters of the code."""
        return self.code[:3]

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.documentation.partition("\n")[0]

    @property
    def url(self) -> str:
        """The rule's page, relative to the repository's root."""
        return f"docs/rules/{self.code}.md"


_RULES: dict[str, Rule] = {}

S = TypeVar("S")
Check = Callable[[S], Iterator[Fault]]


def rule(  # noqa: PLR0913 - the facts about a rule, each by its name
    code: str,
    *,
    severity: Severity,
    since: str,
    preview: bool = False,
    waivable: bool = True,
    fixable: bool = False,
) -> Callable[[Check[S]], Check[S]]:
    """Register a function as a rule.

    The rule's name is the function's, in kebab case; what it looks at is the type of its only
    argument; its page is its docstring.

    Args:
        code: three letters of a family and three digits; never used before.
        severity: how bad a finding is. A preview rule never blocks, so it cannot be an error.
        since: the version of the check that brought the rule.
        preview: True while the rule's false alarms are not known.
        waivable: False where no reason excuses a finding.
        fixable: True where `--fix` mends what is found, as far as that is safe.

    Raises:
        ValueError: if the code is malformed or taken, or a preview rule would block.
    """

    def register(check: Check[S]) -> Check[S]:
        if not CODE.fullmatch(code) or code[:3] not in FAMILIES:
            raise ValueError(
                f"{code}: a rule's code is a family ({', '.join(FAMILIES)}) and 3 digits"
            )
        if code in _RULES or code in RETIRED:
            raise ValueError(f"{code} is taken")
        if preview and severity is Severity.ERROR:
            raise ValueError(f"{code} is a preview rule, which never blocks")
        name = str(check.__name__).replace("_", "-")
        _RULES[code] = Rule(
            code, name, severity, _subject_of(check), since, preview, waivable, check, fixable,
        )  # fmt: skip
        return check

    return register


def _subject_of(check: Callable[..., Any]) -> type:
    (subject,) = (hint for name, hint in check.__annotations__.items() if name != "return")
    assert isinstance(subject, type)  # noqa: S101 - a mistake of whoever writes a rule
    return subject


@cache
def rules() -> dict[str, Rule]:
    """All rules by code, sorted; every module of `validators.rules` is imported."""
    package = importlib.import_module("validators.rules")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"validators.rules.{module.name}")
    return dict(sorted(_RULES.items()))


SECTIONS = ("Why", "Bad", "Good", "Fix", "Limits")


def page(of: Rule) -> str:
    """The rule's page in Markdown, made from its docstring."""
    life = "preview" if of.preview else "stable"
    facts = [
        f"Severity: {of.severity}",
        f"since {of.since}",
        life,
        "can be waived with a reason" if of.waivable else "cannot be waived",
        *(["`--fix` mends what is safe of it"] if of.fixable else []),
    ]
    lines = [f"# {of.code} {of.name}", "", of.summary, "", "; ".join(facts) + ".", ""]
    for title, text in sections(of.documentation):
        shown = f"```text\n{text}\n```" if title in ("Bad", "Good") else text[0].upper() + text[1:]
        lines += [f"## {title}", "", shown, ""]
    lines += [f"Family {of.family}: {FAMILIES[of.family]}. [All rules](README.md)"]
    return "\n".join(lines) + "\n"


def sections(documentation: str) -> list[tuple[str, str]]:
    """Title and text of each `Title: text` paragraph of a rule's docstring, in order."""
    pattern = re.compile(rf"^({'|'.join(SECTIONS)}):\s*", re.MULTILINE)
    pieces = pattern.split(documentation)[1:]
    return [
        (title, textwrap.dedent(text).strip())
        for title, text in zip(pieces[::2], pieces[1::2], strict=True)
    ]
