"""Each place has its escape, and each is undone by the reader of that place."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.render.rendered import page
from tests.render.test_render_properties import texts
from validators.render.escape import (
    command_data,
    command_property,
    json_text,
    loggable,
    shortened,
    visible,
)
from validators.render.inert import code_span, prose, table_cell


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, naïve, 漢字, עברית", "plain, naïve, 漢字, עברית"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("two\nlines\r\n\tand a tab", r"two\nlines\r\n\tand a tab"),
        ("\x9b2J", r"\x9b2J"),
        ("abc\u202efed", r"abc\u202efed"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("line\u2028separator", r"line\u2028separator"),
        ("tag \U000e0041", r"tag \U000e0041"),
        ("lone \ud800", r"lone \ud800"),
        ("##[group]fold", r"##\x5bgroup]fold"),
        ("::error::", "::error::"),
    ],
)
def test_what_cannot_be_seen_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", r"\x3a\x3aerror:\x3ax"),
        (":", r"\x3a"),
        ("one: two", "one: two"),
        ("std::string", r"std:\x3astring"),
    ],
)
def test_a_log_line_is_no_command(text: str, shown: str) -> None:
    assert loggable(text) == shown
    assert loggable(shown) == shown


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("plain", "`plain`"),
        ("", "` `"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("a``b```c", "````a``b```c````"),
        (" padded ", "`  padded  `"),
        ("two\nlines", r"`two\nlines`"),
    ],
)
def test_a_code_span_outlasts_its_text(text: str, span: str) -> None:
    assert code_span(text) == span


def test_a_bar_does_not_end_a_cell() -> None:
    assert table_cell("a|b") == r"`a\|b`"


@given(st.text() | texts)
@settings(max_examples=300, deadline=None)
def test_prose_does_nothing_whatever_it_says(text: str) -> None:
    assert page(prose(text)).tags <= {"p", "code"}
    assert page(f"| a |\n|---|\n| {prose(text)} |\n").count("td") == 1


def test_workflow_commands_are_escaped_as_the_toolkit_does() -> None:
    assert command_data("50%\r\nof: a,b") == "50%25%0D%0Aof: a,b"
    assert command_property("50%\nof: a,b") == "50%25%0Aof%3A a%2Cb"


def test_json_means_the_same_without_invisible_characters() -> None:
    value = {"key\u202e": "\x1b \x7f \u200b \U000e0041 \ud800 ##[group] 漢字\n"}
    text = json_text(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(text) == value
    assert text.replace("\n", "").isprintable()
    assert "漢字" in text
    assert "##[" not in text


def test_long_text_ends_in_an_ellipsis() -> None:
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"
