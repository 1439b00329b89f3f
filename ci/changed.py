"""What a pull request changes: its task folders, and what is to be said of it as a whole.

python -m ci.changed --repository head --base SHA --head SHA
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from schema.report import Finding, Report
from validators.pull_request import PullRequest, parse_name_status
from validators.registry import rules
from validators.render.github import as_github
from validators.report import assemble, finding


def main(arguments: list[str] | None = None) -> int:
    """Print the findings as annotations; returns 1 where one is an error, 2 if git cannot tell."""
    options = _parser().parse_args(arguments)
    try:
        pull = from_git(options.repository, options.base, options.head)
    except (subprocess.CalledProcessError, ValueError) as error:
        print(f"error: the changes cannot be told: {error}", file=sys.stderr)
        return 2
    report = scope_report(pull)
    sys.stdout.write(as_github(report) if report.findings else "")
    folders = b"".join(f"tasks/{name}\0".encode() for name in pull.checked)
    if options.folders:
        options.folders.write_bytes(folders)
    return int(any(found.severity == "error" for found in report.findings))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ci.changed", description=__doc__)
    parser.add_argument(
        "--repository", type=Path, default=Path(), help="a clone that holds both; default: here"
    )
    parser.add_argument("--base", required=True, metavar="SHA", help="what is merged into")
    parser.add_argument("--head", required=True, metavar="SHA", help="what is to be merged")
    parser.add_argument(
        "--folders", type=Path, metavar="FILE",
        help="write the changed task folders there, each ended by a zero byte",
    )  # fmt: skip
    return parser


def from_git(repository: Path, base: str, head: str) -> PullRequest:
    """What the head changes since it left the base.

    Raises:
        subprocess.CalledProcessError: git does not know one of the commits.
        ValueError: git says what cannot be understood.
    """
    differences = _git(
        repository, "diff", "--name-status", "--no-renames", "-z", f"{base}...{head}", "--"
    )
    entries = _git(repository, "ls-tree", "-z", "--name-only", "-d", base, "tasks/")
    names = entries.decode("utf-8", "backslashreplace").split("\0")
    tasks = frozenset(name.removeprefix("tasks/") for name in names if name)
    return PullRequest(tuple(parse_name_status(differences)), tasks)


def _git(repository: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout


def scope_report(pull: PullRequest) -> Report:
    """What the rules say of a pull request as a whole."""
    return assemble([], scope_findings(pull), [])


def scope_findings(pull: PullRequest) -> Iterator[Finding]:
    """What each rule on pull requests finds."""
    for rule in rules().values():
        if rule.subject is PullRequest:
            yield from (finding(rule, pull.task, None, fault) for fault in rule.check(pull))


if __name__ == "__main__":
    sys.exit(main())
