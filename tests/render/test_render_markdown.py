"""The bot's comment, rendered by GitHub's own Markdown library."""

from pathlib import Path

import pytest

from schema.report import Report
from tests.render.rendered import Page, page
from tests.render.reports import clipped, failing, finding, passing, problem, report, task
from validators.render import render
from validators.render.markdown import LIMIT, as_markdown

FAILING = """\
**fail**: `tasks/EmotionRecognition` fails with 1 error, 5 warnings and 1 problem.

Next: mend the errors and check again; --explain prints the page of a rule.

```sh
python -m validators.check tasks/EmotionRecognition
python -m validators.check --explain PTR103
```

**1 error**

- [PTR103](docs/rules/PTR103.md) `unpinned-revision` in \
`tasks/EmotionRecognition/instances/CREMA-D.json`, line 6, column 17<br>\
`revision is "main"; a 40-digit commit id is needed`<br>\
Hint: `copy the commit id from the dataset's history on the Hub`

**Statistics**

| instance | examples | minutes | median | majority | rate | instructions |
|---|--:|--:|--:|--:|--:|--:|
| `EmotionRecognition_CREMA-D` | 200 | 8.4 | 2.50 s | 66.5% | 16 kHz | 12 (8.5 effective) |

<details><summary>5 warnings</summary>

- [AUD512](docs/rules/AUD512.md) `clipped-audio`, 5 times in \
`tasks/EmotionRecognition/instances/CREMA-D.json`<br>\
`a`: `1.0% of samples are at full scale (limit 1%)`<br>\
`b`: `2.0% of samples are at full scale (limit 1%)`<br>\
`c`: `3.0% of samples are at full scale (limit 1%)`<br>\
and 2 more: `d, e`<br>\
Hint: `export again with head room, or leave this example out`

</details>

<details><summary>Waived</summary>

- 1 finding of AUD512: `recorded like this`

</details>

<details><summary>Did not run</summary>

- `tasks/EmotionRecognition`: 2 rules (DAT201, DAT202): `--static`

</details>

**The check could not do its work; this says nothing about the tasks**

- unreachable: `EmotionRecognition_CREMA-D` PTR201<br>`the Hub answered 503 three times`
"""


def text(what: Report) -> str:
    return render(what, "markdown", root=Path("nowhere"))


def test_a_failing_report() -> None:
    what = report(
        finding(),
        *(clipped(name, n) for n, name in enumerate("abcde", 1)),
        clipped("f", waived="recorded like this"),
        tasks=[task(rules_skipped=dict.fromkeys(["DAT201", "DAT202"], "--static"))],
        problems=[problem()],
    )
    assert text(what) == FAILING


def test_a_passing_report_begins_with_its_verdict() -> None:
    assert text(passing()).startswith(
        "**pass**: `tasks/DigitRecognition` passes.\n\n"
        "Next: commit `tasks/DigitRecognition` and open a pull request.\n"
    )


def test_it_renders_as_lists_tables_and_details() -> None:
    shown = page(text(failing()))
    assert shown.count("details") == 4
    assert shown.count("table") == 1
    assert shown.links == [
        ("docs/rules/PTR103.md", "PTR103"),
        ("docs/rules/INS101.md", "INS101"),
        ("docs/rules/TSK204.md", "TSK204"),
        ("docs/rules/AUD512.md", "AUD512"),
        ("docs/rules/RES101.md", "RES101"),
    ]


def test_the_bot_may_say_where_the_pages_are() -> None:
    pages = "https://example.org/rules"
    assert f"[PTR103]({pages}/PTR103.md)" in as_markdown(failing(), pages=pages)


def test_a_link_comes_from_the_code_and_not_from_the_report() -> None:
    assert "evil" not in text(report(finding(url="https://evil.example")))


HOSTILE = [
    "<img src=https://evil.example/x.png>",
    "![x](https://evil.example/x.png)",
    "[click](https://evil.example)",
    "https://evil.example",
    "www.evil.example",
    "@maintainer please merge, fixes #1",
    "</details><h1>approved</h1>",
    "<!-- marker -->",
    "` </code><b>x</b> `",
    "```\n# heading\n```",
    "| a | b |\n|---|---|",
    "\n\n# heading",
    "a\r\n- [ ] b",
    "&lt;script&gt;",
    "\\`[x](y)\\`",
    "$`x`$ **bold** ~~strike~~",
    "\u202egnp.exe\u202c",
    "`",
    "|",
    "",
    " ",
]


def everywhere(hostile: str) -> Report:
    """A report with the text in every field that may hold any."""
    name = f"EmotionRecognition_{hostile}"
    fields = dict.fromkeys(["message", "hint", "path", "name", "example", "url"], hostile)
    skipped = task().model_copy(
        update={"task": hostile, "path": hostile, "rules_skipped": {"DAT201": hostile}}
    )
    measured = skipped.instances[0].model_copy(
        update={"instance": hostile, "sample_rates": {hostile: 1}}
    )
    return report(
        finding(**fields, task=hostile, instance=name),
        clipped("a", message=hostile, waived=hostile),
        tasks=[skipped.model_copy(update={"instances": [measured]}), task()],
        problems=[problem(message=hostile, task=hostile, instance=None)],
    )


def assert_inert(shown: Page) -> None:
    """Nothing but our own markup, and nothing that GitHub links outside of code."""
    assert shown.tags <= Page.OURS, shown.tags
    assert all(href == f"docs/rules/{label}.md" for href, label in shown.links)
    assert not [word for word in ("@", "#", "://", "www.", "evil") if word in shown.prose]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_a_stranger_wrote_is_inert(hostile: str) -> None:
    shown = page(text(everywhere(hostile)))
    assert_inert(shown)
    assert shown.count("li") == page(text(everywhere("plain"))).count("li")
    assert shown.count("td") == page(text(everywhere("plain"))).count("td")


def test_a_long_report_leaves_out_whole_findings_and_counts_them() -> None:
    many = [finding(path=f"tasks/A/{n:05}.json", message="x" * 300) for n in range(2_000)]
    shown = text(report(*many))
    assert len(shown) <= LIMIT
    items = page(shown).count("li")
    assert items > 30
    assert f"\n{2_000 - items:,} findings more did not fit here.\n" in shown


def test_nothing_makes_it_too_long() -> None:
    huge = "`\U000e0041" * 5_000
    what = everywhere(huge)
    many = report(
        *(f.model_copy(update={"rule": f"AAA{n:03}"}) for n in range(300) for f in what.findings),
        tasks=what.tasks * 300,
        problems=what.problems * 300,
    )
    assert len(text(many)) <= LIMIT
    assert_inert(page(text(many)))
