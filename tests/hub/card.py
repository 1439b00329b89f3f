"""The YAML between the dashes of a README: what of it the Hub checks, and what it shows.

The Hub's own list of demands is longer and is not published; these are the ones that its
documentation names. PyYAML comes with huggingface_hub.
"""

from typing import Any

import yaml

from tests.hub.repository import Commit
from tests.hub.store import Store

LISTS = ("language", "license", "tags", "task_categories", "task_ids", "size_categories")


def front_matter(content: str) -> str | None:
    """The YAML block of a README, None without one."""
    lines = content.lstrip("\ufeff").splitlines(keepends=True)
    if not lines or lines[0].rstrip() != "---":
        return None
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == "---":
            return "".join(lines[1:number])
    return None


def parsed(content: str) -> Any:
    """The block as values. Raises yaml.YAMLError; ValueError for a date that is none."""
    return yaml.safe_load(front_matter(content) or "")


def faults(content: str) -> tuple[list[str], list[str]]:
    """Errors, which refuse a commit, and warnings."""
    if front_matter(content) is None:
        return [], ["empty or missing yaml metadata in repo card"]
    try:
        values = parsed(content)
    except (yaml.YAMLError, ValueError) as error:
        return [f"YAML metadata cannot be parsed: {error}"], []
    if values is None:
        return [], ["empty or missing yaml metadata in repo card"]
    if not isinstance(values, dict):
        return ["YAML metadata must be a mapping"], []
    return [*_list_faults(values), *_config_faults(values)], []


def _list_faults(values: dict[str, Any]) -> list[str]:
    return [
        f'"{name}" must be a string or a list of strings'
        for name in LISTS
        if name in values
        and not isinstance(values[name], str)
        and not (isinstance(values[name], list) and all(isinstance(v, str) for v in values[name]))
    ]


def _config_faults(values: dict[str, Any]) -> list[str]:
    configs = values.get("configs", [])
    if not isinstance(configs, list):
        return ['"configs" must be an array']
    found = []
    for number, config in enumerate(configs):
        if not isinstance(config, dict) or not isinstance(config.get("config_name"), str):
            found.append(f'"configs[{number}].config_name" must be a string')
    names = [config.get("config_name") for config in configs if isinstance(config, dict)]
    if len(set(map(str, names))) < len(names):
        found.append('"configs" names a configuration twice')
    return found


def metadata(store: Store, commit: Commit) -> dict[str, Any]:
    """What the README of a commit declares; nothing if it cannot be read."""
    entry = commit.tree.get("README.md")
    if entry is None or entry.lfs:
        return {}
    try:
        values = parsed(store.blob(entry.oid).read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError):
        return {}
    return _plain(values) if isinstance(values, dict) else {}


def _plain(value: Any) -> Any:
    """YAML's dates as text, as JSON has none."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def tags(values: dict[str, Any]) -> list[str]:
    """The tags that the Hub shows beside a dataset."""
    found = []
    for name in LISTS:
        inner = values.get(name, [])
        prefix = "" if name == "tags" else f"{name}:"
        found += [f"{prefix}{v}" for v in (inner if isinstance(inner, list) else [inner])]
    return found
