"""An approval is given by a complete report on the very same folder, and by nothing else."""

import copy
import dataclasses
import hashlib
import json
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from schema import licences as known
from schema.report import Finding, Report
from tests.flawless import (
    INSTANCE,
    TASK,
    Edit,
    all_of,
    append,
    column,
    make_task,
    merge,
    variant,
)
from tests.flawless import copy as copied
from validators.clips import DecoderError
from validators.engine import Measurer, Options, check
from validators.folder import TaskFolder
from validators.render.json import as_json
from validators.report import Approval, Refusal, approve

PATH = f"tasks/{TASK}"
Approve = Callable[..., Approval]


@pytest.fixture
def task(tmp_path: Path, clips: Path) -> Path:
    return make_task(tmp_path, clips)


@pytest.fixture
def neighbour(tmp_path: Path, clips: Path) -> None:
    make_task(tmp_path, clips, "OtherTask")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


def report_on(root: Path, measure: Measurer, options: Options | None = None) -> Report:
    return check(root, [PATH], options or Options(), measure)


def decide(root: Path, report: Report, *, sandboxed: bool = True, cached: bool = False) -> Approval:
    return approve(report, TaskFolder(root, PATH), sandboxed=sandboxed, cached=cached)


def refused(root: Path, report: Report, *, sandboxed: bool = True, cached: bool = False) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        decide(root, report, sandboxed=sandboxed, cached=cached)
    assert refusal.value.task == TASK
    return refusal.value


def test_a_complete_clean_report_gives_an_approval(
    root: Path, task: Path, measure: Measurer
) -> None:
    report = report_on(root, measure)
    approval = decide(root, report)
    (of_task,) = report.tasks
    assert (approval.task, approval.folder_sha256) == (TASK, of_task.digest)
    assert approval.validator == report.validator


def test_the_digest_of_the_report_is_that_of_its_json_bytes(
    root: Path, task: Path, measure: Measurer
) -> None:
    report = report_on(root, measure)
    expected = hashlib.sha256(as_json(report).encode()).hexdigest()
    assert decide(root, report).report_sha256 == expected


@pytest.mark.usefixtures("neighbour")
def test_an_approval_does_not_depend_on_the_tasks_that_were_checked_with_it(
    root: Path, task: Path, measure: Measurer
) -> None:
    alone = decide(root, report_on(root, measure))
    together = decide(root, check(root, [PATH, "tasks/OtherTask"], Options(), measure))
    assert alone == together


@pytest.mark.parametrize(
    "make",
    [
        lambda _: Approval(TASK, "0" * 64, "0" * 64, "0.1.0"),
        lambda _: Approval(TASK, "0" * 64, "0" * 64, "0.1.0", object()),
        lambda good: dataclasses.replace(good, task="Other"),
        copy.copy,
        copy.deepcopy,
        pickle.dumps,
    ],
)
def test_nobody_else_makes_an_approval(
    root: Path, task: Path, measure: Measurer, make: Callable[[Approval], object]
) -> None:
    good = decide(root, report_on(root, measure))
    with pytest.raises((TypeError, ValueError)):
        make(good)


def test_an_approval_cannot_be_changed(root: Path, task: Path, measure: Measurer) -> None:
    approval = decide(root, report_on(root, measure))
    with pytest.raises(dataclasses.FrozenInstanceError):
        approval.task = "Other"  # type: ignore[misc]


# -- what the report does not say -----------------------------------------------------------------


def broken(clips: object) -> Iterator[object]:
    raise DecoderError("no decoder")
    yield


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (Options(select=("TSK",)), "did not run: not run on request: --select"),
        (Options(ignore=("AUD512",)), "AUD512 did not run: not run on request: --ignore"),
        (Options(static=True), "did not run: not run on request: --static"),
    ],
)
def test_what_did_not_run_has_not_passed(
    root: Path, task: Path, measure: Measurer, options: Options, reason: str
) -> None:
    refusal = refused(root, report_on(root, measure, options))
    assert any(reason in one for one in refusal.reasons)
    assert refusal.unknown


def test_a_check_that_could_not_decode_approves_nothing(root: Path, task: Path) -> None:
    refusal = refused(root, report_on(root, broken))  # type: ignore[arg-type]
    assert "limit: no decoder" in refusal.reasons
    assert refusal.unknown


def test_data_that_could_not_be_reached_are_not_approved(
    root: Path, task: Path, measure: Measurer
) -> None:
    variant("hub")(task)
    refusal = refused(root, report_on(root, measure, Options(offline=True)))
    assert any("--offline" in reason for reason in refusal.reasons)
    assert refusal.unknown


def test_without_a_sandbox_nothing_is_approved(root: Path, task: Path, measure: Measurer) -> None:
    refusal = refused(root, report_on(root, measure), sandboxed=False)
    assert refusal.reasons == (
        "the decoders ran without limits on this system; a check on Linux is required",
    )
    assert refusal.unknown


def test_with_a_cache_nothing_is_approved(root: Path, task: Path, measure: Measurer) -> None:
    refusal = refused(root, report_on(root, measure), cached=True)
    assert refusal.reasons == (
        "the check used what earlier runs left; a check without caches is required",
    )


def test_a_folder_that_changed_after_the_check_is_not_approved(
    root: Path, task: Path, measure: Measurer
) -> None:
    report = report_on(root, measure)
    append("README.md", "One more line.\n")(task)
    refusal = refused(root, report)
    assert "the report is about a folder with digest" in refusal.reasons[0]


@pytest.mark.usefixtures("neighbour")
def test_a_report_on_another_task_approves_nothing(
    root: Path, task: Path, measure: Measurer
) -> None:
    report = check(root, ["tasks/OtherTask"], Options(), measure)
    assert refused(root, report).reasons == (f"the report is not about {PATH}",)


def test_a_report_by_another_version_approves_nothing(
    root: Path, task: Path, measure: Measurer
) -> None:
    report = report_on(root, measure).model_copy(update={"validator": "0.0.1"})
    assert "by version 0.0.1" in refused(root, report).reasons[0]


def test_a_report_without_measurements_approves_nothing(
    root: Path, task: Path, measure: Measurer
) -> None:
    report = report_on(root, measure)
    (of_task,) = report.tasks
    bare = [one.model_copy(update={"minutes": None}) for one in of_task.instances]
    edited = report.model_copy(update={"tasks": [of_task.model_copy(update={"instances": bare})]})
    assert refused(root, edited).reasons == (f"{TASK}_Prompts was not read and measured",)


def test_a_report_that_leaves_an_instance_out_approves_nothing(
    root: Path, task: Path, measure: Measurer
) -> None:
    report = report_on(root, measure)
    edited = report.model_copy(
        update={"tasks": [report.tasks[0].model_copy(update={"instances": []})]}
    )
    reason = "the report is not about the instances that are there"
    assert refused(root, edited).reasons == (reason,)


# -- what the report says -------------------------------------------------------------------------


def test_an_error_is_given_as_the_reason(root: Path, task: Path, measure: Measurer) -> None:
    merge("task.json", {"title": None})(task)
    refusal = refused(root, report_on(root, measure))
    assert any("task.json" in reason and "title" in reason for reason in refusal.reasons)
    assert not refusal.unknown


def test_of_many_errors_the_first_are_listed(root: Path, task: Path, measure: Measurer) -> None:
    column("label", "perhaps")(task)
    refusal = refused(root, report_on(root, measure))
    assert any(reason.endswith("more of this kind") for reason in refusal.reasons)
    assert len(refusal.reasons) < 30


def test_a_waived_error_does_not_stand_in_the_way(
    root: Path, task: Path, measure: Measurer
) -> None:
    report = report_on(root, measure)
    excused = _error(report, waived="It is meant so.")
    assert decide(root, report.model_copy(update={"findings": [excused]})).task == TASK
    blocking = _error(report, waived=None)
    refusal = refused(root, report.model_copy(update={"findings": [blocking]}))
    assert "TSK999" in refusal.reasons[0]


def _error(report: Report, waived: str | None) -> Finding:
    return Finding(
        rule="TSK999", name="anything", severity="error", task=TASK, instance=None,
        path=f"{PATH}/task.json", line=1, column=1, pointer=None, example=None,
        message="anything", hint="anything", url="docs", waived=waived,
    )  # fmt: skip


# -- what may not be published --------------------------------------------------------------------


def licences(stated: str, source: str, url: str | None = None) -> Edit:
    def edit(task: Path) -> None:
        file = task / INSTANCE
        data = json.loads(file.read_bytes())
        data["license"] = stated
        data["sources"][0]["license"] = source
        if url:
            data["license_url"] = url
        file.write_text(json.dumps(data, indent=2) + "\n")

    return edit


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (licences("NOASSERTION", "CC-BY-4.0"), "the licence is NOASSERTION"),
        (licences("CC-BY-4.0", "NOASSERTION"), "the source Example Prompts is NOASSERTION"),
        (licences("CC-BY-4.0", "CC-BY-NC-4.0"), "forbids commercial use"),
        (licences("CC-BY-4.0", "CC-BY-ND-4.0"), "forbids changed versions"),
        (licences("CC-BY-4.0 AND MIT", "CC-BY-NC-ND-4.0"), "forbids commercial use"),
        (licences("LicenseRef-Prompts", "CC-BY-4.0"), "license_url does not say"),
        (licences("CC-BY-4.0", "LicenseRef-Prompts"), "license_url does not say"),
        (merge("task.json", {"superseded_by": "OtherTask"}), "OtherTask takes its place"),
    ],
)
@pytest.mark.usefixtures("neighbour")
def test_what_may_not_be_passed_on_is_refused(
    root: Path, task: Path, measure: Measurer, edit: Edit, reason: str
) -> None:
    edit(task)
    refusal = refused(root, report_on(root, measure))
    assert any(reason in one for one in refusal.reasons), refusal.reasons
    assert not refusal.unknown


@pytest.mark.parametrize(
    "edit",
    [
        licences("CC-BY-4.0", "CC-BY-4.0"),
        licences("CC-BY-NC-4.0", "CC-BY-NC-4.0"),
        licences("LicenseRef-Prompts", "LicenseRef-Prompts", "https://example.org/licence"),
        licences("CC-BY-4.0", "LicenseRef-Prompts", "https://example.org/licence"),
    ],
)
def test_what_may_be_passed_on_is_approved(
    root: Path, task: Path, measure: Measurer, edit: Edit
) -> None:
    edit(task)
    assert decide(root, report_on(root, measure)).task == TASK


def test_a_licence_that_forbids_passing_on_is_refused(
    root: Path, task: Path, measure: Measurer, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = known.Licence("CC-BY-4.0", redistribution=False, derivatives=False, commercial=False)
    monkeypatch.setitem(known.LICENCES, "CC-BY-4.0", closed)
    refusal = refused(root, report_on(root, measure))
    assert any("CC-BY-4.0, forbids passing on" in one for one in refusal.reasons)


def test_every_reason_is_listed_at_once(root: Path, task: Path, measure: Measurer) -> None:
    all_of(licences("NOASSERTION", "NOASSERTION"), copied(INSTANCE, "instances/Other.json"))(task)
    reasons = refused(root, report_on(root, measure), sandboxed=False, cached=True).reasons
    for part in ("Prompts.json: the licence is", "Other.json: the licence is", "Linux", "caches"):
        assert any(part in reason for reason in reasons), part
