"""The artifact of a pull request's run is read as a stranger's."""

import io
import json
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci.artifact import MAX_REPORT_BYTES, ArtifactError, read_artifact
from tests.conftest import FULL_STRENGTH

FINDING = {
    "rule": "AUD501", "name": "undecodable-clip", "severity": "error", "task": "SpeakerCounting",
    "instance": None, "path": "tasks/SpeakerCounting/data/x", "line": 2, "column": None,
    "pointer": None, "example": None, "message": "cannot be decoded", "hint": "export it again",
    "url": "docs/rules/AUD501.md", "waived": None,
}  # fmt: skip
TASK = {
    "task": "SpeakerCounting", "path": "tasks/SpeakerCounting", "verdict": "fail",
    "digest": "0" * 64, "rules_run": ["AUD501"], "rules_skipped": {}, "instances": [],
}  # fmt: skip


def report(**changes: Any) -> bytes:
    whole = {
        "schema_version": 1, "validator": "0.1.0", "tasks": [TASK], "findings": [FINDING],
        "problems": [],
    }  # fmt: skip
    return json.dumps(whole | changes).encode()


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def artifact(**changes: Any) -> bytes:
    return zipped(("report.json", report(**changes)))


def test_what_the_check_wrote_comes_back() -> None:
    read = read_artifact(artifact()).report
    assert [found.rule for found in read.findings] == ["AUD501"]
    assert [task.verdict for task in read.tasks] == ["fail"]


def test_a_verdict_that_its_findings_belie_is_not_repeated() -> None:
    read = read_artifact(artifact(tasks=[TASK | {"verdict": "pass"}])).report
    assert read.tasks[0].verdict == "fail"


def test_a_rule_keeps_its_severity_its_name_and_its_page() -> None:
    lie = {"severity": "note", "name": "all-is-well", "url": "https://example.org"}
    (found,) = read_artifact(artifact(findings=[FINDING | lie])).report.findings
    told = (found.severity, found.name, found.url)
    assert told == ("error", "undecodable-clip", "docs/rules/AUD501.md")


def test_what_cannot_be_waived_is_not() -> None:
    read = read_artifact(artifact(findings=[FINDING | {"waived": "because"}])).report
    assert (read.findings[0].waived, read.tasks[0].verdict) == (None, "fail")


def test_the_mends_may_stand_beside_it() -> None:
    both = zipped(("mends.diff", "- a\n+ ä\n".encode()), ("report.json", report()))
    assert read_artifact(both).mends == "- a\n+ ä\n"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(report(), id="no zip"),
        pytest.param(zipped(), id="no member"),
        pytest.param(zipped(("report.json", report()), ("more", b"")), id="two members"),
        pytest.param(zipped(("mends.diff", b"")), id="mends alone"),
        pytest.param(
            zipped(("report.json", report()), ("report.json", report())), id="the same twice"
        ),
        pytest.param(
            zipped(("mends.diff", b"x" * 70_000), ("report.json", report())), id="long mends"
        ),
        pytest.param(zipped(("../report.json", report())), id="a path that leads out"),
        pytest.param(zipped(("/etc/cron.d/x", report())), id="an absolute path"),
        pytest.param(zipped(("report.json", report()), method=zipfile.ZIP_LZMA), id="lzma"),
        pytest.param(zipped(("report.json", b" " * (MAX_REPORT_BYTES + 1))), id="too large"),
        pytest.param(zipped(("report.json", report() + b" " * 3_000_000)), id="a bomb"),
        pytest.param(zipped(("report.json", b"[" * 100_000)), id="deep"),
        pytest.param(zipped(("report.json", b"\xff\xfe{}")), id="UTF-16"),
        pytest.param(artifact(more=1), id="an unknown key"),
        pytest.param(artifact(findings=[FINDING | {"rule": "XYZ999"}]), id="an unknown rule"),
        pytest.param(artifact(findings=[FINDING | {"message": "x" * 4_001}]), id="a long text"),
        pytest.param(artifact(findings=[FINDING] * 5_001), id="too many findings"),
        pytest.param(artifact(findings=[FINDING | {"line": 0}]), id="line 0"),
        pytest.param(artifact()[:-30], id="cut off"),
        pytest.param(b"PK\x05\x06" + b"\xff" * 18, id="an end that claims everything"),
    ],
)
def test_what_the_check_did_not_write_is_refused(data: bytes) -> None:
    with pytest.raises(ArtifactError):
        read_artifact(data)


def survives(data: bytes) -> None:
    """Nothing but a report or an ArtifactError, whatever the bytes."""
    try:
        read_artifact(data)
    except ArtifactError:
        return


@given(st.binary(max_size=600))
def test_any_bytes(data: bytes) -> None:
    survives(data)


@given(st.binary(max_size=300))
def test_any_report(data: bytes) -> None:
    survives(zipped(("report.json", data)))


GOOD = artifact()


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=6))
def test_a_good_artifact_with_some_bytes_changed(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for place, value in changes:
        data[place] = value
    survives(bytes(data))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(["tasks", "findings", "problems", "validator", "schema_version", "more"]),
    JSON_VALUES,
)
def test_a_report_with_another_value_somewhere(key: str, value: Any) -> None:
    survives(artifact(**{key: value}))


@given(st.sampled_from(sorted(FINDING)), JSON_VALUES)
def test_a_finding_with_another_value_somewhere(key: str, value: Any) -> None:
    survives(artifact(findings=[FINDING | {key: value}]))


@pytest.mark.timeout(3600)
def test_a_seeded_part_of_the_mutations() -> None:
    from tests.ci.fuzz import run

    count = 1_000_000 if FULL_STRENGTH else 4_000
    found, _ = run(seed=1, count=count)
    assert sum(found.values()) == count
    assert found["refused"] > found["read"] > 0
