"""Write the files that are made from code and committed: JSON Schemas, rule pages, their index.

python -m scripts.generate            writes what differs
python -m scripts.generate --check    writes nothing; names what differs and exits with 1
"""

import sys
from itertools import groupby
from pathlib import Path

from schema.export import MODELS, schema_text
from validators.pull_request import PullRequest
from validators.registry import FAMILIES, Rule, page, rules
from validators.task_check import DATA_SUBJECTS, SOUND_SUBJECTS

ROOT = Path(__file__).parents[1]


def generated() -> dict[str, str]:
    """Path, relative to the repository's root, and text of every generated file."""
    files = {f"schema/{name}.schema.json": schema_text(model) for name, model in MODELS.items()}
    files |= {rule.url: page(rule) for rule in rules().values()}
    return files | {"docs/rules/README.md": _index(list(rules().values()))}


def _index(known: list[Rule]) -> str:
    lines = [
        "# Rules",
        "",
        f"{len(known)} rules in {len(FAMILIES)} families. "
        "`python -m validators.check --explain CODE` prints a page in the terminal.",
        "",
        "An error blocks, a warning asks for a look, a note informs. A code is for ever.",
        "",
        "What a rule needs says what it costs: *files* are the folder's own text files and take",
        "milliseconds, *rows* are read from the data, *sound* is decoded once for all rules, and",
        "remembered; *changes* are those of a pull request as a whole. Data in the repository are",
        "checked offline; where they are on the Hub, rules that need rows or sound are skipped by",
        "`--offline`, and said to be. `--fix` mends what is safe of the findings that say so.",
    ]
    for family, members in groupby(known, key=lambda rule: rule.family):
        lines += ["", f"## {family}: {FAMILIES[family]}", ""]
        lines += [
            "| code | name | severity | needs | offline | `--fix` | can be waived | finds |",
            "|---|---|---|---|---|---|---|---|",
        ]
        lines += [_row(rule) for rule in members]
    return "\n".join(lines) + "\n"


def _row(rule: Rule) -> str:
    needs = _needs(rule)
    cells = [
        f"[{rule.code}]({rule.code}.md)", rule.name, rule.severity, needs,
        "yes" if needs in ("files", "changes") else "local data", "yes" if rule.fixable else "no",
        "yes" if rule.waivable else "no", rule.summary,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _needs(rule: Rule) -> str:
    """What a rule's subject is made of."""
    if rule.subject is PullRequest:
        return "changes"
    if issubclass(rule.subject, SOUND_SUBJECTS):
        return "sound"
    return "rows" if issubclass(rule.subject, DATA_SUBJECTS) else "files"


def stale() -> list[str]:
    """Paths of generated files that are not there, differ, or are made from no code any more."""
    wanted = generated()
    differing = [path for path, text in wanted.items() if _read(path) != text]
    folders = ("docs/rules/*.md", "schema/*.schema.json")
    there = {
        path.relative_to(ROOT).as_posix() for pattern in folders for path in ROOT.glob(pattern)
    }
    return sorted({*differing, *(there - wanted.keys())})


def _read(path: str) -> str | None:
    file = ROOT / path
    return file.read_text(encoding="utf-8") if file.is_file() else None


def main(check: bool) -> int:
    """Write or compare; returns the exit code."""
    differing = stale()
    wanted = generated()
    for path in differing:
        print(f"{'differs' if check else 'written' if path in wanted else 'removed'}: {path}")
        if check:
            continue
        if path in wanted:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(wanted[path], encoding="utf-8")
        else:
            (ROOT / path).unlink()
    return int(check and bool(differing))


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
