"""Whatever a stranger wrote, the bot's comment shows it, and it does nothing."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ci.comment_text import PAGES, About, flip_comment, look_comment, report_comment, told
from schema.report import Report
from tests.ci.attacks import ATTACKS
from tests.conftest import FULL_STRENGTH
from tests.render.rendered import Page, page
from tests.render.reports import instance
from tests.render.runner import commands
from tests.render.test_render_markdown import everywhere
from tests.render.test_render_properties import reports, texts
from validators.render.markdown import LIMIT

HEAD = "a" * 40
PUBLISHED = [instance(f"Task_{n}", examples=100 + n) for n in range(20)]


def assert_inert(comment: str) -> Page:
    """Our own markup and no other; links to the rules' pages; one mark, at the end."""
    assert len(comment) <= LIMIT
    assert not commands(comment)
    shown = page(comment)
    marks = {tag for tag in shown.tags if tag.startswith("<")}
    assert shown.tags - marks <= Page.OURS
    assert len(marks) == 1
    assert all(href == f"{PAGES}/{label}.md" for href, label in shown.links)
    assert not [word for word in ("@", "#", "://", "www.", "evil") if word in shown.prose]
    return shown


def comment(report: Report, mends: str) -> str:
    """The bot's comment, with its first line and its mark held against the verdict."""
    outcome, text = report_comment(report, About(HEAD, mends, PUBLISHED))
    assert text.startswith(f"**{outcome}**")
    said = told(text)
    assert said is not None
    assert (said.outcome, said.head) == (outcome, HEAD)
    return text


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_shown_and_does_nothing(attack: str) -> None:
    plain = assert_inert(comment(everywhere("plain"), "plain"))
    shown = assert_inert(comment(everywhere(attack), attack))
    assert [shown.count(tag) for tag in ("li", "td")] == [plain.count(tag) for tag in ("li", "td")]
    assert_inert(look_comment(everywhere(attack), HEAD)[1])


def test_there_are_a_hundred_attacks() -> None:
    assert len(set(ATTACKS)) == len(ATTACKS) >= 100


@given(reports(), texts)
@settings(
    max_examples=20_000 if FULL_STRENGTH else 40, deadline=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@pytest.mark.timeout(3600)
def test_generated_words_are_shown_and_do_nothing(report: Report, mends: str) -> None:
    assert_inert(comment(report, mends))


@given(st.sampled_from(["pass", "fail", "incomplete", "not checked", "look"]))
def test_a_flip_is_short_and_inert(outcome: str) -> None:
    text = flip_comment(outcome, HEAD)  # type: ignore[arg-type]
    assert len(text) < 400
    assert_inert(text)
