"""From a table and its plan to examples: clips found, labels read, drawn, and named."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from validators.folder import DATA_CAP
from validators.instructions import normalised
from validators.newtask.survey import (
    DECIMAL,
    ClipFinder,
    Plan,
    SurveyError,
    Table,
    few_values,
    is_file_id,
)
from validators.sampling import draw, order_key, within_minutes

GIVEN_AWAY = 0.5
"""Share of clips whose name holds their own label, from which on clips are numbered."""
_PORTABLE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,100}")

Seconds = Callable[[Sequence[Path]], Mapping[Path, float]]
"""Measures how long clips are; what cannot be decoded is left out."""


@dataclass(frozen=True)
class Limits:
    """How much to take at most; None takes all."""

    examples: int | None = None
    minutes: float | None = None


@dataclass(frozen=True)
class Row:
    """One example: the files of its clips and its texts, by canonical name."""

    origin: str
    clips: dict[str, Path]
    cells: dict[str, str]


# -- rows -----------------------------------------------------------------------------------------


def rows_of(table: Table, plan: Plan, *, audio_output: bool) -> list[Row]:
    """The table's rows under canonical names, with the files of their clips.

    Raises:
        SurveyError: if a clip is not there.
    """
    finder = ClipFinder(table.base)
    columns = plan.clips | ({"label": str(plan.label)} if audio_output and plan.label else {})
    texts = plan.texts | plan.groups | ({"file": plan.file} if plan.file else {})
    if plan.label and not audio_output:
        texts["label"] = plan.label
    rows, lost = [], []
    for position, row in enumerate(table.rows):
        found = {name: finder.find(row[column]) for name, column in columns.items()}
        lost += [row[columns[name]] for name, path in found.items() if path is None]
        clips = {name: path for name, path in found.items() if path is not None}
        cells = {name: row[column] for name, column in texts.items()}
        rows.append(Row(_origin(table, clips, position), clips, cells))
    if lost:
        raise SurveyError(
            f"{len(lost):,} of {len(rows):,} rows name a clip that is not below {table.base}, or "
            f'that several files could be, e.g. "{lost[0]}"; say where they are with --clips DIR'
        )
    return rows


def _origin(table: Table, clips: Mapping[str, Path], position: int) -> str:
    """What tells a row from the others, whatever their order: its first clip's path."""
    path = next(iter(clips.values()), None)
    if path is None:
        return str(position)
    inside = path.is_relative_to(table.base)
    return path.relative_to(table.base).as_posix() if inside else path.name


def sampled(
    rows: list[Row], limits: Limits, stratify: bool, seconds: Seconds
) -> tuple[list[Row], str | None]:
    """The rows that are taken, drawn as the check itself would, and how that was done in words."""
    if limits.examples is None and limits.minutes is None:
        return rows, None
    drawn = draw(
        rows, file=lambda row: row.origin, examples=limits.examples or len(rows),
        stratum=(lambda row: row.cells.get("label", "")) if stratify else None,
    )  # fmt: skip
    if limits.minutes is not None:
        clips = list(dict.fromkeys(path for row in drawn for path in _inputs(row)))
        known = seconds(clips)
        drawn = within_minutes(
            drawn, lambda row: sum(known.get(path, 0.0) for path in _inputs(row)), limits.minutes
        )
    most = [
        f"{limits.examples:,} examples" if limits.examples is not None else "",
        f"{limits.minutes:g} minutes" if limits.minutes is not None else "",
    ]
    by = " in the labels' own proportions" if stratify and limits.examples is not None else ""
    words = (
        f"{len(drawn):,} of {len(rows):,} examples were drawn{by}, at most "
        f"{' and '.join(filter(None, most))}, in the order of the sha256 of a zero seed and the "
        "path in the source. The folder holds what was drawn."
    )
    taken = {id(row) for row in drawn}
    return [row for row in rows if id(row) in taken], words


def _inputs(row: Row) -> list[Path]:
    return [path for name, path in row.clips.items() if name != "label"]


def check_size(rows: Sequence[Row]) -> None:
    """Stop where the clips are more than a task folder may hold.

    Raises:
        SurveyError: with the ways out.
    """
    texts = sum(len(cell) for row in rows for cell in row.cells.values()) + 100 * len(rows)
    total = texts + sum(
        path.stat().st_size for path in {path for row in rows for path in row.clips.values()}
    )
    if total <= DATA_CAP:
        return
    fit = max(1, int(len(rows) * DATA_CAP * 0.95 / total))
    raise SurveyError(
        f"the clips are {total / 1e6:,.1f} MB and a task folder holds {DATA_CAP / 1e6:.0f} MB; put "
        "the data on the Hugging Face Hub and name them with --hub owner/name@commit, or draw a "
        f"part with --examples N (about {fit:,} fit) or --minutes M"
    )


# -- labels ---------------------------------------------------------------------------------------


def guess_output(values: Sequence[str], column: str, *, audio: bool) -> tuple[str, str]:
    """The output's type and why it was taken for that."""
    if audio:
        return "audio", "the label is a clip"
    if not values:
        return "classification", "a guess: there is no label to tell; --output says otherwise"
    different = len(set(values))
    if all(items_of(value) is not None for value in values):
        return "multilabel", "the labels are JSON lists"
    numbers = all(DECIMAL.fullmatch(value.strip()) for value in values)
    if numbers and different > 2 and column.lower() not in ("class", "category", "digit"):
        return "number", f"the labels are {different} different numbers; --output says otherwise"
    if few_values(values):
        return "classification", f"{different} different labels; --output says otherwise"
    return "text", f"{different} different labels in {len(values)} rows; --output says otherwise"


def items_of(value: str) -> list[str] | None:
    """The texts of a JSON list, or None where a cell is none."""
    try:
        items = json.loads(value)
    except ValueError:
        return None
    texts = isinstance(items, list) and all(isinstance(item, str) for item in items)
    return items if texts else None


def in_order(rows: Iterable[Row], labels: Sequence[str], mapping: Mapping[str, str]) -> list[Row]:
    """Multilabel rows with each value once, in the order of the labels."""

    def ordered(cell: str) -> str:
        items = items_of(cell)
        if items is None:
            return cell
        place = {label: number for number, label in enumerate(labels)}
        kept = dict.fromkeys(items)
        kept_in_order = sorted(kept, key=lambda item: place.get(mapping.get(item, item), 0))
        return json.dumps(kept_in_order, ensure_ascii=False)

    return [
        replace(row, cells=row.cells | {"label": ordered(row.cells.get("label", ""))})
        for row in rows
    ]


def allowed_label(value: str) -> str:
    """A value as a label, changed only where the format forbids it: comma, brace, line break."""
    text = " ".join(value.replace("{", "(").replace("}", ")").split("\n"))
    divided = re.sub(r"\s*,\s*", " / ", text)
    return text.strip() if divided == text else re.sub(r"^[\s/]+|[\s/]+$", "", divided)


def labels_of(values: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """The sorted labels, and the map from values to them; an empty map where they are the same."""
    mapping = {value: allowed_label(value) for value in sorted(set(values))}
    labels = sorted({label for label in mapping.values() if label}, key=_natural)
    return labels, mapping if any(k != v for k, v in mapping.items()) else {}


def _natural(text: str) -> tuple[float, str]:
    return (float(text), text) if DECIMAL.fullmatch(text) else (float("inf"), text)


# -- clips ----------------------------------------------------------------------------------------


def named(rows: Sequence[Row], *, labelled: bool) -> tuple[list[tuple[str, dict[str, str]]], str]:
    """For each row its file id and the names of its clips, and in words what was done.

    Clips keep their names where these are plain, different and give no label away; else they are
    numbered in an order that tells nothing.
    """
    why = _why_numbered(rows, labelled=labelled)
    if why is None:
        kept = [
            (row.cells.get("file") or _first(row).stem, {n: _kept(p) for n, p in row.clips.items()})
            for row in rows
        ]
        return kept, "clips keep their names"
    order = sorted(rows, key=lambda row: order_key(row.origin, 0))
    width = max(4, len(str(len(rows))))
    numbers = {id(row): f"{n:0{width}}" for n, row in enumerate(order, start=1)}
    taken: dict[Path, str] = {}
    result = []
    for row in rows:
        names = {}
        for name, path in row.clips.items():
            end = "" if name == "audio" else f"-{name}"
            number = f"{numbers[id(row)]}{end}{path.suffix.lower()}"
            names[name] = taken.setdefault(path, number)
        result.append((row.cells.get("file") or numbers[id(row)], names))
    return result, f"clips are numbered: {why}; the column origin holds their old names"


def _first(row: Row) -> Path:
    return next(iter(row.clips.values()))


def _kept(path: Path) -> str:
    return path.stem + path.suffix.lower()


def _why_numbered(rows: Sequence[Row], *, labelled: bool) -> str | None:
    paths = {path for row in rows for path in row.clips.values()}
    firsts = [_first(row).stem for row in rows]
    if not all(_PORTABLE.fullmatch(_kept(path)) for path in paths):
        return "some names hold characters that not every system allows"
    if len({_kept(path).casefold() for path in paths}) < len(paths):
        return "some names come twice"
    ids = len(set(firsts)) == len(firsts) and all(is_file_id(stem) for stem in firsts)
    if not ids and not all("file" in row.cells for row in rows):
        return "their names cannot be the ids of examples"
    told = sum(_tells(_first(row), row.cells.get("label", "")) for row in rows)
    if labelled and told >= GIVEN_AWAY * len(rows):
        return f"{told:,} names give the label away"
    return None


def _tells(path: Path, label: str) -> bool:
    key = normalised(label)
    parts = {normalised(part) for part in re.split(r"[^A-Za-z0-9]+", path.stem)}
    return bool(key) and (key in parts or (len(key) > 2 and key in normalised(path.stem)))
