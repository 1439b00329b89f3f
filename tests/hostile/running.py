"""The check's command line in this process: what came out, and whether it kept its temper."""

import io
import re
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from schema.report import Report
from validators import check, checking
from validators.audio import Decoders
from validators.clips import ClipSource
from validators.engine import Measurer
from validators.measurement import Measurement

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Run:
    """How a run ended: exit code, what it wrote, and the report where there is one."""

    code: int
    out: bytes
    err: str
    report: Report | None

    @property
    def errors(self) -> set[str]:
        """Codes of the errors that no waiver excuses."""
        return self._codes("error")

    @property
    def others(self) -> set[str]:
        """Codes of warnings and notes."""
        return self._codes("warning", "note")

    def _codes(self, *severities: str) -> set[str]:
        found = self.report.findings if self.report else []
        return {one.rule for one in found if one.severity in severities and one.waived is None}


def run_check(root: Path, measure: Measurer, *arguments: str) -> Run:
    """`python -m validators.check --offline --format json <root>/tasks` in this process."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    err = io.StringIO()
    real = checking.check

    def with_our_children(root: Path, paths: Any, options: Any, _: Any, **others: Any) -> Report:
        return real(root, paths, options, measure, **others)

    asked = [str(root / "tasks"), "--offline", "--no-cache", "--format", "json", *arguments]
    with (
        mock.patch.object(checking, "check", with_our_children),
        mock.patch.object(check, "_started", return_value=nullcontext()),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            code = check.main(asked)
        except SystemExit as end:
            code = int(str(end.code))
    out.flush()
    written = out.buffer.getvalue()  # type: ignore[attr-defined]
    report = Report.model_validate_json(written) if written else None
    return Run(code, written, err.getvalue(), report)


def assert_calm(run: Run) -> None:
    """Exit code 0, 1 or 2, as the report says; no traceback, no rule that crashed."""
    assert run.code in (0, 1, 2), run.err
    assert "Traceback" not in run.err, run.err
    if run.report is None:
        assert run.code == 2
        assert run.err.startswith("error: "), run.err
        return
    assert run.err == ""
    crashed = [problem for problem in run.report.problems if problem.kind == "crash"]
    assert not crashed, crashed


def remembering(decoders: Decoders) -> Measurer:
    """Real measurements; clips that all tests share are decoded once."""
    known: dict[str, Measurement] = {}

    def measure(clips: Iterable[ClipSource]) -> Iterator[tuple[ClipSource, Measurement]]:
        wanted = list(clips)
        new = [clip for clip in wanted if str(clip.key) not in known]
        known.update({str(clip.key): sound for clip, sound in decoders.measure(new)})
        if len(known) > 10_000:
            for key in list(known)[:5_000]:
                known.pop(key)
        return ((clip, known[str(clip.key)]) for clip in wanted)

    return measure


def delete(folder: Path) -> None:
    """Delete a tree, however deep."""
    subprocess.run(["rm", "-rf", "--", str(folder)], check=True)


def peak_memory() -> int:
    """The most bytes of memory that this process has held since it began to be this program."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


# -- no network -----------------------------------------------------------------------------------

_guarding = False
_calls: list[str] = []
_NETWORK = ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo",
            "socket.gethostbyname", "socket.gethostbyaddr", "urllib.Request")  # fmt: skip


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    local = arguments and getattr(arguments[0], "family", None) == socket.AF_UNIX
    if _guarding and event in _NETWORK and not local:
        _calls.append(f"{event} {arguments[1:]!r:.200}")
        raise ConnectionRefusedError(f"no network here: {event}")


_installed = False


@contextmanager
def no_network() -> Iterator[list[str]]:
    """Refuse and note every use of the network by this process. Pairs of sockets are none."""
    global _guarding, _installed  # noqa: PLW0603 - an audit hook stays for ever
    if not _installed:
        sys.addaudithook(_watch)
        _installed = True
    _calls.clear()
    _guarding = True
    try:
        yield _calls
    finally:
        _guarding = False
