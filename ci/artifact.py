"""The report that the check of a pull request left behind: a zip file that anybody may have made.

A pull request can rewrite the workflow that makes it. So it is read in memory, within caps, as
members of known names; and what this side knows better (a rule's name and severity, the verdict) is
not taken from it.
"""

import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from schema.report import Finding, Report, TaskReport
from validators.registry import rules
from validators.report import assemble, verdict

NAME: Final = "report"
"""Of the artifact of a workflow run."""
REPORT: Final = "report.json"
MENDS: Final = "mends.diff"
"""What `--fix` would change; there where it would change anything."""
MAX_ZIP_BYTES: Final = 1 << 20
MAX_REPORT_BYTES: Final = 4 << 20
MAX_DIFF_BYTES: Final = 1 << 16
MAX_RATIO: Final = 200
"""Of the report's size to the zip's: real reports are squeezed by 10 to 40."""
MAX_TASKS: Final = 500
MAX_FINDINGS: Final = 5_000
MAX_TEXT: Final = 4_000
"""Characters of any text in it; the check's own are at most 2,000."""


class ArtifactError(Exception):
    """The artifact is not what the check writes; the message names no byte of it."""


@dataclass(frozen=True)
class Result:
    """What a check left behind: its report, and the diff of what `--fix` would change."""

    report: Report
    mends: str


def read_artifact(data: bytes) -> Result:
    """What a zip file holds, with what the rules say of themselves put into the report.

    Raises:
        ArtifactError: it cannot be one that the check wrote.
    """
    if len(data) > MAX_ZIP_BYTES:
        raise ArtifactError(f"it is larger than {MAX_ZIP_BYTES:,} bytes")
    members = _unpacked(data)
    mends = members.get(MENDS, b"").decode("utf-8", "replace")
    return Result(trusted(members[REPORT]), mends)


def _unpacked(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = sorted(member.filename for member in members)
            if names not in ([REPORT], [MENDS, REPORT]):
                raise ArtifactError(f"it does not hold {REPORT} and at most {MENDS}")
            return {member.filename: _content(archive, member, len(data)) for member in members}
    except (
        zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, OverflowError, RuntimeError,
        NotImplementedError,
    ) as error:  # fmt: skip
        raise ArtifactError("it is no readable zip file") from error


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, packed: int) -> bytes:
    """A member's bytes; no more than the cap is unpacked, whatever the zip claims."""
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArtifactError("it is compressed in an unusual way")
    cap = MAX_REPORT_BYTES if member.filename == REPORT else MAX_DIFF_BYTES
    with archive.open(member) as stream:
        content = stream.read(cap + 1)
    if len(content) > cap:
        raise ArtifactError(f"{member.filename} is larger than {cap:,} bytes")
    if len(content) > MAX_RATIO * max(packed, 1_000):
        raise ArtifactError("it unpacks to far more than a report")
    return content


def trusted(raw: bytes) -> Report:
    """The report in these bytes, held to the schema and to what this side knows.

    Raises:
        ArtifactError: it does not fit the schema, names unknown rules, or is too long.
    """
    try:
        report = Report.model_validate_json(raw)
    except ValidationError as error:
        raise ArtifactError(f"it differs from the schema in {error.error_count()} places") from None
    if len(report.tasks) > MAX_TASKS or len(report.findings) > MAX_FINDINGS:
        raise ArtifactError("it holds more tasks or findings than a report")
    texts = (
        text
        for part in (*report.findings, *report.problems)
        for text in part.__dict__.values()
        if isinstance(text, str)
    )
    if any(len(text) > MAX_TEXT for text in texts):
        raise ArtifactError(f"it holds a text of more than {MAX_TEXT:,} characters")
    findings = [_known(found) for found in report.findings]
    tasks = [_judged(task, findings, report) for task in report.tasks]
    return assemble(tasks, findings, report.problems).model_copy(
        update={"validator": report.validator[:40]}
    )


def _known(found: Finding) -> Finding:
    rule = rules().get(found.rule)
    if rule is None:
        raise ArtifactError("it names a rule that does not exist")
    known: dict[str, str | None] = {
        "name": rule.name,
        "severity": rule.severity.value,
        "url": rule.url,
    }
    if not rule.waivable:
        known["waived"] = None
    return found.model_copy(update=known)


def _judged(task: TaskReport, findings: list[Finding], report: Report) -> TaskReport:
    """The task with the verdict that its findings give."""
    own = [found for found in findings if found.task == task.task]
    problems = [problem for problem in report.problems if problem.task == task.task]
    return task.model_copy(update={"verdict": verdict(own, problems, task.rules_skipped)})
