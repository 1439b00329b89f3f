"""No token is ever printed: every test that lets one out fails, whatever it was about.

The tokens of the tests begin with one of these words.
"""

import re
from collections.abc import Generator

import pytest

CANARY = re.compile("hf_canary|gh-canary")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Look through what a test printed and logged."""
    report = yield
    if any(CANARY.search(text) for _, text in report.sections):
        report.outcome = "failed"
        report.longrepr = "a token stands in what this test printed"
    return report
