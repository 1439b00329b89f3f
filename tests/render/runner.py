"""How GitHub's runner reads a log: actions/runner, src/Runner.Common/ActionCommand.cs."""

import re
from dataclasses import dataclass

_PROPERTY = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}


@dataclass
class Command:
    """A workflow command as the runner understands it."""

    name: str
    properties: dict[str, str]
    data: str


def _unescaped(text: str, tokens: dict[str, str]) -> str:
    return re.sub("|".join(tokens), lambda found: tokens[found.group()], text)


def commands(log: str) -> list[Command]:
    """The commands of a log, of the old form `##[...]` too."""
    return [command for line in log.splitlines() if (command := _command(line))]


def _command(line: str) -> Command | None:
    line = line.lstrip()
    if line.startswith("::") and "::" in line[2:]:
        head, data = line[2:].split("::", 1)
        name, _, rest = head.partition(" ")
        pairs = (part.split("=", 1) for part in rest.strip().split(",") if "=" in part)
        properties = {key: _unescaped(value, _PROPERTY) for key, value in pairs}
        data_tokens = {token: _PROPERTY[token] for token in ("%0D", "%0A", "%25")}
        return Command(name, properties, _unescaped(data, data_tokens))
    if "##[" in line and "]" in line[line.index("##[") :]:
        return Command(line, {}, "")
    return None
