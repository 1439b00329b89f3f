"""What was said of an unchanged task is said again: reports by everything that they depend on.

The key covers the folder's digest, the options of the run, the tasks beside it, and the check
itself: every source file of ours and the version of every library that is installed. A file that is
corrupt or foreign is ignored. As with measurements, a run whose report may lead to an approval is
given no cache, because whoever can write to the folder decides what stands there.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Final

import pydantic
from pydantic import ValidationError

from schema.report import Report

FOLDER: Final = ".cache"
MAX_FILES: Final = 4_000
_PREFIX: Final = "report-"


class ReportCache:
    """Reports of single tasks, one file each, below `.cache/` of `root`."""

    def __init__(self, root: Path) -> None:
        self._folder = root / FOLDER

    @cached_property
    def _rule_set(self) -> bytes:
        """Names the check: its own sources, its libraries, and Python."""
        total = hashlib.sha256(sys.version.encode())
        ours = Path(__file__).parent.parent
        for package in ("schema", "validators"):
            for path in sorted((ours / package).rglob("*.py")):
                total.update(hashlib.sha256(path.read_bytes()).digest())
        # The names of these folders are those of the libraries with their versions; to ask
        # importlib.metadata for each takes a tenth of what the whole run may take.
        for path in sorted(Path(pydantic.__file__).parent.parent.glob("*.dist-info")):
            total.update(os.fsencode(path.name) + b"\0")
        return total.digest()

    def key(self, *depends_on: object) -> str:
        """The name of a report that depends on these values and on the check itself."""
        total = hashlib.sha256(self._rule_set)
        for value in depends_on:
            total.update(hashlib.sha256(repr(value).encode(errors="surrogateescape")).digest())
        return total.hexdigest()

    def get(self, key: str) -> Report | None:
        """The report that was kept under this key, or None."""
        try:
            return Report.model_validate_json((self._folder / f"{_PREFIX}{key}").read_bytes())
        except (OSError, ValidationError):
            return None

    def put(self, key: str, report: Report) -> None:
        """Keep a report; where it cannot be written, nothing is kept and nobody minds."""
        try:
            self._make_folder()
            descriptor, name = tempfile.mkstemp(prefix=".report-", dir=self._folder)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(report.model_dump_json())
            Path(name).replace(self._folder / f"{_PREFIX}{key}")
        except OSError:
            return

    def _make_folder(self) -> None:
        self._folder.mkdir(exist_ok=True)
        if self._folder.is_symlink():
            raise OSError("a link is not ours to follow")
        ignore = self._folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="ascii")

    def prune(self) -> None:
        """Drop the older half where there are too many; what is left is found as before."""
        try:
            kept = sorted(self._folder.glob(f"{_PREFIX}*"), key=lambda path: path.stat().st_mtime)
            _remove(kept[: len(kept) // 2] if len(kept) > MAX_FILES else ())
        except OSError:
            return


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
