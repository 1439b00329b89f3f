"""The YAML at the top of a dataset card, as far as it says where the data are and what they mean.

Strangers write it: it is capped, aliases are refused (a few lines of them stand for a terabyte),
and whatever has not the form that is expected is as if it were not there.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml  # type: ignore[import-untyped]

MAX_BYTES: Final = 1 << 18
"""Of the YAML. The largest cards in use describe some hundred configurations in half of it."""
MAX_LEVELS: Final = 32
MAX_PATTERNS: Final = 1_000
"""Globs of all configurations together."""

_BLOCK: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.S | re.M)
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class FrontMatterError(Exception):
    """The YAML cannot be read: `str()` says why."""


@dataclass(frozen=True)
class Configuration:
    """A configuration that the card names.

    Attributes:
        name: as it is asked for.
        folder: below which its files lie, or an empty text.
        files: split to globs; a split of None where the card names none. None: not said.
    """

    name: str
    folder: str
    files: Mapping[str | None, tuple[str, ...]] | None


@dataclass(frozen=True)
class Card:
    """What a dataset card says of its data.

    Attributes:
        configurations: in order.
        features: configuration to what its columns mean, as `class_names` reads it.
    """

    configurations: tuple[Configuration, ...] = ()
    features: Mapping[str, Any] = field(default_factory=dict)


def read_card(readme: bytes) -> Card:
    """What the YAML at the top of README.md says.

    Raises:
        FrontMatterError: it is no YAML, or more than we read.
    """
    block = _BLOCK.match(readme)
    if block is None:
        return Card()
    if len(block[1]) > MAX_BYTES:
        raise FrontMatterError(f"it has more than {MAX_BYTES:,} bytes")
    data = _load(block[1])
    if not isinstance(data, dict):
        return Card()
    return Card(_configurations(data.get("configs")), _features(data.get("dataset_info")))


def _load(text: bytes) -> Any:
    try:
        level = 0
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.AliasEvent):
                raise FrontMatterError("it holds an alias")
            level += isinstance(event, yaml.CollectionStartEvent)
            level -= isinstance(event, yaml.CollectionEndEvent)
            if level > MAX_LEVELS:
                raise FrontMatterError(f"it is nested deeper than {MAX_LEVELS} levels")
        return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe one
    # Its constructors leave some errors of the values that they make: a month of 13, a huge number.
    except (yaml.YAMLError, ValueError, TypeError, OverflowError):
        raise FrontMatterError("it is no YAML") from None


def _configurations(said: Any) -> tuple[Configuration, ...]:
    found: dict[str, Configuration] = {}
    patterns = 0
    for entry in said if isinstance(said, list) else [said]:
        if not isinstance(entry, dict):
            continue
        name = entry.get("config_name", "default")
        if not isinstance(name, str) or not name:
            continue
        folder = entry.get("data_dir")
        files = _data_files(entry.get("data_files"))
        patterns += sum(len(globs) for globs in (files or {}).values())
        if patterns > MAX_PATTERNS:
            raise FrontMatterError(f"it names more than {MAX_PATTERNS:,} paths of data files")
        found[name] = Configuration(
            name, folder.strip("/") if isinstance(folder, str) else "", files
        )
    return tuple(found.values())


def _data_files(said: Any) -> dict[str | None, tuple[str, ...]] | None:
    """The globs of each split, in the forms that `datasets` knows."""
    if said is None:
        return None
    if isinstance(said, dict):
        said = [{"split": split, "path": path} for split, path in said.items()]
    entries = said if isinstance(said, list) else [said]
    found: dict[str | None, tuple[str, ...]] = {}
    for entry in entries:
        split, path = None, entry
        if isinstance(entry, dict):
            split, path = entry.get("split"), entry.get("path")
        globs = [glob for glob in (path if isinstance(path, list) else [path]) if _is_text(glob)]
        if split is None or _is_text(split):
            found[split] = (*found.get(split, ()), *globs)
    return found


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _features(said: Any) -> dict[str, Any]:
    infos = said if isinstance(said, list) else [said]
    return {
        name: info["features"]
        for info in infos
        if isinstance(info, dict)
        and isinstance(info.get("features"), list)
        and isinstance(name := info.get("config_name", "default"), str)
    }


# -- class labels ---------------------------------------------------------------------------------


def names_in_card(features: Any) -> dict[str, tuple[str, ...]]:
    """Column to the names of its classes, from `dataset_info` of a card."""
    found = {}
    for feature in features if isinstance(features, list) else []:
        if isinstance(feature, dict) and isinstance(name := feature.get("name"), str):
            names = _card_names(feature, MAX_LEVELS)
            if names:
                found[name] = names
    return found


def _card_names(feature: Any, levels: int) -> tuple[str, ...] | None:
    if not isinstance(feature, dict) or not levels:
        return None
    kind = feature.get("dtype")
    if isinstance(kind, dict) and isinstance(labels := kind.get("class_label"), dict):
        return _names(labels.get("names"))
    inner = next((feature[key] for key in ("sequence", "list") if key in feature), None)
    if isinstance(inner, dict) and "class_label" in inner:
        inner = {"dtype": inner}
    return _card_names(inner, levels - 1)


def names_in_parquet(features: str) -> dict[str, tuple[str, ...]]:
    """Column to the names of its classes, from what `datasets` writes into a parquet file."""
    try:
        said = json.loads(features)["info"]["features"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
    columns = said.items() if isinstance(said, dict) else ()
    return {
        name: names
        for name, feature in columns
        if (names := _parquet_names(feature, MAX_LEVELS)) is not None
    }


def _parquet_names(feature: Any, levels: int) -> tuple[str, ...] | None:
    if isinstance(feature, list) and len(feature) == 1:  # as older versions write a list
        feature = {"feature": feature[0]}
    if not isinstance(feature, dict) or not levels:
        return None
    if feature.get("_type") == "ClassLabel":
        return _names(feature.get("names"))
    return _parquet_names(feature.get("feature"), levels - 1)


def _names(said: Any) -> tuple[str, ...] | None:
    """Names by number: a list, or a map from the numbers as texts."""
    if isinstance(said, dict):
        ordered = [said.get(number, said.get(str(number))) for number in range(len(said))]
    else:
        ordered = said if isinstance(said, list) else []
    names = tuple(name for name in ordered if isinstance(name, str))
    return names if names and len(names) == len(ordered) else None
