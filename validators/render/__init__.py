"""One report, many voices: every renderer is a function of the same report.

Same report, same bytes: sorted, without clock, host name, or absolute path.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schema.report import Report

FORMATS: tuple[str, ...] = ("terminal", "json", "sarif", "github", "markdown")


def render(report: "Report", form: str, *, root: Path, color: bool = False, width: int = 80) -> str:
    """The report in one of `FORMATS`.

    Args:
        report: what the check has to say.
        form: one of `FORMATS`.
        root: the repository's root, where the terminal report looks up the lines it shows.
        color: paint the terminal report; the command line decides (NO_COLOR, not a terminal).
        width: columns of the terminal.

    Raises:
        ValueError: there is no such format.
    """
    # Only the asked renderer is imported: the quick check in JSON does without rich.
    # ruff: noqa: PLC0415
    match form:
        case "terminal":
            from validators.render.terminal import as_terminal

            return as_terminal(report, root=root, color=color, width=width)
        case "json":
            from validators.render.json import as_json

            return as_json(report)
        case "sarif":
            from validators.render.sarif import as_sarif

            return as_sarif(report)
        case "github":
            from validators.render.github import as_github

            return as_github(report)
        case "markdown":
            from validators.render.markdown import as_markdown

            return as_markdown(report)
    raise ValueError(f"{form!r} is no format; these are: {', '.join(FORMATS)}")
