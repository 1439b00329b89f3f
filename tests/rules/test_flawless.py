"""The flawless tasks pass without a finding: whatever a case gives, its edit gave."""

import pytest

from tests.flawless import VARIANTS, variant
from tests.rules.cases import OFFLINE, STATIC, Case, run


@pytest.mark.parametrize("name", VARIANTS)
def test_a_flawless_task_passes_without_a_finding(name, tmp_path, clips, measure):
    options = STATIC if name == "hub" else OFFLINE
    _, report = run(Case(name, (variant(name),), options=options), tmp_path, clips, measure)
    assert report.findings == []
    assert report.problems == []
    assert report.tasks[0].verdict == ("incomplete" if name == "hub" else "pass")


def test_all_forty_clips_are_measured(tmp_path, clips, measure):
    _, report = run(Case("as it is", ()), tmp_path, clips, measure)
    (instance,) = report.tasks[0].instances
    assert (instance.examples, instance.minutes) == (40, 0.13)
    assert instance.labels == {"yes": 20, "no": 20}
    assert instance.sample_rates == {"16000": 40}
