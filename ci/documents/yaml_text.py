"""YAML as the Hub reads it; PyYAML comes with huggingface_hub."""

from typing import Any

import yaml  # type: ignore[import-untyped]


def yaml_text(fields: dict[str, Any]) -> str:
    """One field a line, in the given order, in ASCII. What reads like another type is quoted: `no`
    is a language."""
    return str(yaml.safe_dump(fields, sort_keys=False, allow_unicode=False, width=1000))
