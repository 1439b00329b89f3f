"""Whatever strangers write, it is shown on the card and does not act."""

import html
import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import cmarkgfm
import pytest
import yaml
from cmarkgfm.cmark import Options
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ci.documents import texts
from schema.manifest import ApprovalRecord, Manifest, Prose
from schema.report import InstanceReport
from schema.review import Review
from tests.documents.manifests import COMMIT, REFERENCE, entry, erratum, manifest, retired
from tests.render.rendered import Page, page
from tests.render.reports import instance as statistics
from tests.render.test_render_markdown import HOSTILE
from tests.render.test_render_properties import FRAGMENTS, INVISIBLE
from validators.prose import read_blocks
from validators.render.escape import visible
from validators.render.inert import fenced, html_text, prose

LIVE = [
    "---", "\n---\n", "---\nlicense: mit\n---\n", "```", "````\n", "~~~", "\n\n    code\n\n", "$x$",
    "$$x$$", "\\(x\\)", "\\[x\\]", ":smile:", "a@evil.example", "evil.example",
    "xmpp:a@evil.example",
    "mailto:a@evil.example", "ftp://evil.example", "[x]: https://evil.example", "[x][x]", "[^1]",
    "<script>", "<details>", "</summary>", "<https://evil.example>", "&#x3c;b&#62;", "{{x}}", "{%",
    "# heading", "=====", "1. x", "2) y", "- [ ] z", "+ w", "> quote", "***", "___", "!", "^x^",
    "\xa0", "\u3000", "\x0c", "|---|---|", "}", "@misc{", "evil.xn--p1ai", "http://evil.example|",
]  # fmt: skip
texts_of_strangers = st.lists(
    st.sampled_from([*FRAGMENTS, *LIVE]) | st.text(max_size=4), max_size=12
).map("".join)
# A manifest is UTF-8, so that half a surrogate pair cannot be in it.
written = texts_of_strangers.map(lambda text: re.sub("[\ud800-\udfff]", "", text))
OURS = Page.OURS | {"h1", "h2", "h3", "img", "b"}
PLACES = (
    "https://github.com/dynamic-superb/dynamic-superb-tasks", "https://spdx.org/licenses/",
    "https://arxiv.org/abs/2309.09510", "LICENSE.md", "references.bib",
)  # fmt: skip


def everywhere(text: str, markdown: str = "plain") -> Manifest:
    """A manifest with the text in every field that takes any, and with this prose."""
    name = text[:200] if text.strip() else "x"
    title = text[:40] if text.strip() else "x"
    label = re.sub(r"[\s,{}]", "", text)[:200] or "x"
    labels = {"labels": [label, f"{label[:199]}y"], "type": "classification"}
    counted = {f"{text}{n}": 3 - n for n in range(3)}
    measured = statistics(text, labels=counted, sample_rates={text: 9}, channels={text: 9})
    attacked = entry(
        declared_task={
            "title": title,
            "description": name,
            "keywords": [name],
            "output": labels,
            "contributors": [{"name": name}],
        },
        declared_instance={
            "dataset": {"repo_id": "a/b", "revision": COMMIT, "config": name, "split": name},
            "sources": [
                {
                    "name": name,
                    "url": "https://evil.example/[x](y)_*$z$@a",
                    "license": "LicenseRef-evil.example",
                    "cite": "x+/:.y",
                }
            ],
            "license": "LicenseRef-evil.example AND MIT",
            "license_url": "http://evil.example/$x$",
            "sampling": {"description": name},
            "variant": name,
            "results": [{"system": name, "metric": "accuracy", "value": 0.5, "cite": "x+/:.y"}],
        },
        prose=Prose(objective=markdown, data=markdown, limitations=markdown),
        references={"x": text, "y": f"{REFERENCE}\n{text}"},
        statistics=InstanceReport.model_validate(measured.model_dump()),
        errata=[erratum(reason=name)],
        approval=ApprovalRecord(
            commit=COMMIT,
            folder_sha256="3" * 64,
            report_sha256="4" * 64,
            validator=text,
            pull_request=7,
            reviews=[Review(account=text, commit=COMMIT)],
        ),
    )
    number = {"output": {"type": "number", "unit": name}, "metrics": ["mae"]}
    gone = retired().model_copy(update={"reason": name})
    return manifest(attacked, entry(stem="Other", declared_task=number), gone)


def shown(markdown: str) -> Page:
    """The rendered page below the front matter."""
    return page(re.sub(r"\A---\n.*?\n---\n", "", markdown, flags=re.DOTALL))


def assert_inert(markdown: str) -> None:
    """Nothing but our own markup, links and pictures, and nothing that could come to life."""
    assert not INVISIBLE.search(markdown)
    found = shown(markdown)
    assert found.tags <= OURS, found.tags - OURS
    assert all(href.startswith(PLACES) for href, _ in found.links), found.links
    # A name that is cut off may end in `evil.e`: no address, since no top-level domain is so short.
    ours = re.sub(r"evil\.e(?!\w)", "", found.prose.replace("#7", ""))
    assert not [word for word in ("@", "://", "www.", "$", "evil.") if word in ours]


def front_matter(markdown: str) -> Any:
    return yaml.safe_load(markdown.split("\n---\n", maxsplit=1)[0])


def counts(markdown: str) -> dict[str, int]:
    found = shown(markdown)
    return {tag: found.count(tag) for tag in sorted(OURS - {"code", "br"})}


@cache
def harmless() -> dict[str, str]:
    return texts(everywhere("plain"))


def assert_all_inert(text: str, markdown: str = "plain") -> None:
    made = texts(everywhere(text, markdown))
    assert_inert(made["README.md"])
    assert_inert(made["LICENSE.md"])
    plain = harmless()
    assert front_matter(made["README.md"]) == front_matter(plain["README.md"])
    assert made["eval.yaml"] == plain["eval.yaml"]
    if markdown == "plain":
        assert counts(made["README.md"]) == counts(plain["README.md"])
    assert counts(made["LICENSE.md"]) == counts(plain["LICENSE.md"])
    assert not INVISIBLE.search(made["references.bib"])
    assert not INVISIBLE.search(made["croissant.json"])
    assert json.loads(made["croissant.json"])["@type"] == "sc:Dataset"


@pytest.mark.parametrize("hostile", [*HOSTILE, *LIVE])
def test_known_attacks_are_inert(hostile: str) -> None:
    assert_all_inert(hostile, hostile)
    assert_all_inert(hostile)


some = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@some
@given(written, written)
def test_generated_attacks_are_inert(text: str, markdown: str) -> None:
    assert_all_inert(text, markdown)


@pytest.mark.torture
@pytest.mark.timeout(3600)
@given(written, written)
@settings(max_examples=3_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_attacks_are_inert_at_full_strength(text: str, markdown: str) -> None:
    assert_all_inert(text, markdown)


def seen(markdown: str) -> str:
    """What a reader sees, without any markup."""
    rendered = cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)
    return html.unescape(re.sub(r"<[^>]*>", "", rendered))


def one_line(text: str) -> str:
    return " ".join(visible(part) for part in text.split())


AROUND: dict[str, Callable[[str], str]] = {
    "alone": lambda text: f"{text}\n",
    "in a sentence": lambda text: f"x {text} y\n",
    "in an item": lambda text: f"- {text}\n",
    "in a cell": lambda text: f"| a | b |\n|---|---|\n| {text} | c |\n",
}


@pytest.mark.parametrize("place", AROUND)
@given(texts_of_strangers.filter(lambda text: text.strip()))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_prose_shows_exactly_its_text_wherever_it_stands(place: str, text: str) -> None:
    around, escaped = AROUND[place], prose(text)
    expected = seen(around("MIDDLE")).replace("MIDDLE", one_line(text))
    assert " ".join(seen(around(escaped)).split()) == " ".join(expected.split())
    assert page(around(escaped)).tags - {"code"} == page(around("MIDDLE")).tags


@given(texts_of_strangers)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_block_of_code_shows_exactly_its_lines(text: str) -> None:
    found = page(f"before\n\n{fenced(text)}\nafter\n")
    assert found.elements == ["p", "pre", "code", "p"]
    assert found.code == ["".join(f"{visible(line)}\n" for line in text.split("\n"))]


@given(texts_of_strangers)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_summary_shows_exactly_its_text(text: str) -> None:
    markdown = f"<details><summary>{html_text(text)}</summary>\n\nx\n\n</details>\n"
    found = page(markdown)
    assert [tag for tag in found.elements if tag != "code"] == ["details", "summary", "p"]
    assert seen(markdown).split() == [*one_line(text).split(), "x"]


def test_words_that_could_come_to_life_stand_as_code_and_others_read_as_prose() -> None:
    text = 'Mail a@b.example, or (see "http://x.example/a_b."); costs $5 & 0.22 s; snake_case.'
    assert prose(text) == (
        'Mail `a@b.example`, or (see "`http://x.example/a_b`."); costs `$5` &#38; 0.22 s;'
        " snake&#95;case."
    )
    assert prose("1. first") == "1&#46; first"
    assert prose("1.5 minutes") == "1.5 minutes"


def test_markdown_becomes_blocks_of_text() -> None:
    markdown = (
        "Read *this* `code` [here](https://x.example) <https://y.example>\nnow.\n\n"
        "- one\n- two\n\n### More\n\n```\nx = 1\n```\n\n<b>raw</b>\n\n![a dog](d.png)\n"
    )
    assert [(block.kind, block.text) for block in read_blocks(markdown)] == [
        ("paragraph", "Read this code here (https://x.example) https://y.example\nnow."),
        ("item", "one"),
        ("item", "two"),
        ("heading", "More"),
        ("code", "x = 1"),
        ("paragraph", "<b>raw</b>"),
        ("paragraph", "a dog"),
    ]
