"""The report as SARIF 2.1.0 (OASIS, with errata 01), for editors and code scanning."""

import json
from collections import Counter
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from schema.report import Finding, Problem, Report, TaskReport
from validators.render.escape import json_text, visible
from validators.render.findings import SEVERITIES, place, problems, skipped
from validators.render.words import listed

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_BASE = "%SRCROOT%"

Object = dict[str, Any]


def as_sarif(report: Report) -> str:
    """The report as one run of a SARIF log, the last line ended."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return json_text(json.dumps(log, indent=2, ensure_ascii=False)) + "\n"


def _run(report: Report) -> Object:
    findings = sorted(report.findings, key=place)
    rules = _rules(findings)
    index = {rule["id"]: position for position, rule in enumerate(rules)}
    driver = {"name": "validators.check", "version": report.validator or "unknown", "rules": rules}
    return {
        "tool": {"driver": driver},
        "invocations": [_invocation(report, index)],
        "originalUriBaseIds": {_BASE: {"description": _message("The repository's root.")}},
        "columnKind": "unicodeCodePoints",
        "results": _results(findings, index),
        "properties": {"verdicts": {task.path: task.verdict for task in _tasks(report)}},
    }


def _tasks(report: Report) -> list[TaskReport]:
    return sorted(report.tasks, key=lambda task: (task.path, task.task))


def _message(*lines: str) -> Object:
    """A plain text message that is shown as it is.

    SARIF reads `{0}` as a placeholder, so braces are doubled (section 3.11.5), and `[text](uri)`
    as a link even in plain text (3.11.6), so a blank parts the two.
    """
    text = "\n".join(map(visible, lines))
    return {"text": text.replace("{", "{{").replace("}", "}}").replace("](", "] (") or "(empty)"}


def _rules(findings: list[Finding]) -> list[Object]:
    """The rules that found something, by code.

    `helpUri` must be an absolute URI (3.49.12), and the report knows none, so the page is named in
    the help text.
    """
    gravest: dict[str, Finding] = {}
    for finding in sorted(findings, key=lambda f: (f.rule, SEVERITIES.index(f.severity), f.name)):
        gravest.setdefault(finding.rule, finding)
    return [
        {
            "id": rule,
            "name": finding.name,
            "help": _message(f"See {finding.url}"),
            "defaultConfiguration": {"level": finding.severity},
        }
        for rule, finding in gravest.items()
    ]


# --- results


def _results(findings: list[Finding], index: dict[str, int]) -> list[Object]:
    seen: Counter[str] = Counter()
    results = []
    for finding in findings:
        identity = _identity(finding)
        seen[identity] += 1
        results.append(_result(finding, index, f"{identity}:{seen[identity]}"))
    return results


def _identity(finding: Finding) -> str:
    """What stays when lines move and measurements change: rule, file, place in its data."""
    parts = (finding.rule, finding.path, finding.instance, finding.pointer, finding.example)
    return sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _result(finding: Finding, index: dict[str, int], fingerprint: str) -> Object:
    about = {
        "task": finding.task,
        "instance": finding.instance,
        "pointer": finding.pointer,
        "example": finding.example,
    }
    subject = f"{finding.example}: " if finding.example else ""
    return {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": finding.severity,
        "message": _message(f"{subject}{finding.message}", f"hint: {finding.hint}"),
        "locations": [{"physicalLocation": _location(finding)}],
        "partialFingerprints": {"dynamicSuperbTask/v1": fingerprint},
        # All results have the property or none (3.27.23); an empty list: not suppressed.
        "suppressions": _suppressions(finding),
        "properties": {key: value for key, value in about.items() if value is not None},
    }


def _location(finding: Finding) -> Object:
    location: Object = {"artifactLocation": {"uri": _uri(finding.path), "uriBaseId": _BASE}}
    if finding.line is not None:
        column = {} if finding.column is None else {"startColumn": finding.column}
        location["region"] = {"startLine": finding.line, **column}
    return location


def _uri(path: str) -> str:
    """A relative URI reference: a colon would begin a scheme, two slashes a host."""
    uri = quote(path, errors="surrogatepass")
    return "%2F" + uri[1:] if uri.startswith("/") else uri


def _suppressions(finding: Finding) -> list[Object]:
    """A waiver stands in the task's own file, which is among what was analysed: `inSource`."""
    if finding.waived is None:
        return []
    reason = visible(finding.waived)
    return [{"kind": "inSource", "status": "accepted", "justification": reason}]


# --- the run


def _invocation(report: Report, index: dict[str, int]) -> Object:
    return {
        "executionSuccessful": not report.problems,
        "toolConfigurationNotifications": [
            _note(task, reason, codes) for task in _tasks(report) for reason, codes in skipped(task)
        ],
        "toolExecutionNotifications": [_problem(problem, index) for problem in problems(report)],
    }


def _note(task: TaskReport, reason: str, codes: list[str]) -> Object:
    """Rules that did not run: they have not passed."""
    text = f"{task.path}: {listed(codes)} did not run: {reason}"
    return {"descriptor": {"id": "skipped"}, "level": "note", "message": _message(text)}


def _problem(problem: Problem, index: dict[str, int]) -> Object:
    notification: Object = {
        "descriptor": {"id": problem.kind},
        "level": "error",
        "message": _message(f"{problem.instance or problem.task}: {problem.message}"),
    }
    if problem.rule is not None:
        where = {"index": index[problem.rule]} if problem.rule in index else {}
        notification["associatedRule"] = {"id": problem.rule, **where}
    return notification
