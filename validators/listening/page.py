"""One HTML file that holds all it needs, and may do nothing else."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element

from schema.review import ACCOUNT_PATTERN, MAX_ACCOUNT, MAX_NOTE, RUBRIC
from validators.listening.about import about_task, found, measured
from validators.listening.examples import Sounds, card, labels_of, stated
from validators.listening.markup import code, data, document, h
from validators.listening.rubric import CRITERIA
from validators.listening.view import TaskView
from validators.preview import SECONDS
from validators.render.words import counted

_STYLE: Final = Path(__file__).with_name("page.css")
_SCRIPT: Final = Path(__file__).with_name("page.js")
MAX_FILTERS: Final = 200
"""Answers that can be filtered by; transcriptions are no filter."""

KEYS: Final = {
    "Space": "play or pause",
    "C": "play the next clip of the example",
    "N": "next example",
    "P": "previous example",
    "O": "verdict: OK",
    "B": "verdict: bad",
    "1 to 5": "the next score: consistent, clear, relevant",
    "0": "take back what was said of the example",
    "A": "show the right answer, where it is hidden until the clip was heard",
    "M": "write a note; Esc leaves it",
    "E": "go to the export",
}

# Magma (van der Walt and Smith, matplotlib), at 13 points: even in lightness, so that it is read
# by the colour-blind and in grey. On a light page it runs the other way, from white, as ink does.
_MAGMA: Final = {
    "R": ".001 .061 .172 .317 .445 .575 .716 .846 .944 .987 .997 .995 .987",
    "G": "0 .045 .067 .072 .123 .17 .215 .272 .378 .536 .69 .841 .991",
    "B": ".014 .176 .371 .485 .507 .503 .475 .422 .365 .382 .472 .599 .75",
}


def page(view: TaskView) -> str:
    """The page of a task. The same view gives the same bytes."""
    style = _STYLE.read_text(encoding="utf-8")
    script = _SCRIPT.read_text(encoding="utf-8")
    sounds = Sounds()
    main = list(_main(view, sounds))  # fills `sounds`
    head = h(
        "head", None,
        h("meta", {"charset": "utf-8"}),
        h("meta", {"http-equiv": "Content-Security-Policy", "content": _policy(style, script)}),
        h("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        h("meta", {"name": "referrer", "content": "no-referrer"}),
        h("meta", {"name": "robots", "content": "noindex"}),
        h("meta", {"name": "color-scheme", "content": "light dark"}),
        h("title", None, f"Listen: {view.folder.task}"),
        code("style", style),
    )  # fmt: skip
    body = h(
        "body", None,
        h("a", {"class": "skip", "href": "#examples"}, "Skip to the examples"),
        _colours(),
        _header(view),
        h("main", None, *main),
        _bar(len(view.shown)),
        _footer(view),
        data(_known(view, sounds), "known"),
        code("script", script),
    )  # fmt: skip
    return document(h("html", {"lang": "en"}, head, body))


def _policy(style: str, script: str) -> str:
    """What the page may do: nothing but what is named. No request, no frame, no form, no code."""
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "img-src data:",
            "media-src blob:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _known(view: TaskView, sounds: Sounds) -> dict[str, Any]:
    """What the script needs: what stands in every review sheet, and the sound."""
    return {
        "sheet": {
            "schema_version": 1,
            "rubric": RUBRIC,
            "task": view.folder.task,
            "folder_sha256": view.task.digest,
            "report_sha256": view.report_sha256,
            "validator": view.report.validator,
            "seed": view.seed,
            "shown": len(view.shown),
        },
        "sounds": [
            {"type": one.type, "data": base64.b64encode(one.sound).decode()}
            for one in sounds.previews
        ],
    }


def _colours() -> Element:
    """Filters that turn grey into colour; the style sheet picks one."""

    def heat(name: str, step: int) -> Element:
        transfer = h("feComponentTransfer")
        for channel, values in _MAGMA.items():
            table = " ".join((["1"] if step < 0 else []) + values.split()[::step])
            transfer.append(h(f"feFunc{channel}", {"type": "table", "tableValues": table}))
        return h("filter", {"id": name, "color-interpolation-filters": "sRGB"}, transfer)

    return h(
        "svg", {"class": "filters", "width": 0, "height": 0, "aria-hidden": "true"},
        heat("on-light", -1), heat("on-dark", 1),
    )  # fmt: skip


def _header(view: TaskView) -> Element:
    task = view.folder.task_file
    title = str((task.value("/title") if task else None) or view.folder.task)
    description = str((task.value("/description") if task else None) or "")
    dimension = task.value("/dimension") if task else None
    words = {"pass": "the check passes", "fail": "the check fails"}
    verdict = words.get(view.task.verdict, "not all was checked")
    return h(
        "header", {"class": "top"},
        h("p", {"class": "kind"}, "Listen before you approve"),
        h("h1", None, stated(title)),
        h("p", {"class": "lead", "dir": "auto"}, description),
        h(
            "ul", {"class": "chips", "aria-label": "In short"},
            h("li", {"class": view.task.verdict}, verdict),
            h("li", None, view.folder.task),
            h("li", None, str(dimension)) if dimension else None,
            h("li", None, counted(len(view.instances), "instance")),
        ),
        h("p", None, h("a", {"class": "main", "href": "#examples"},
                       f"Listen to {counted(len(view.shown), 'example')}")),
    )  # fmt: skip


def _main(view: TaskView, sounds: Sounds) -> Iterator[Element]:
    findings = counted(len(view.report.findings), "finding")
    yield _section("task", "The task", about_task(view))
    yield _section(
        "measured", "Measured", (part for one in view.instances for part in measured(one))
    )
    yield _section("found", f"The check: {findings}", found(view))
    yield _section("examples", counted(len(view.shown), "example"), _examples(view, sounds))
    yield _section("review", "Your review", _review())


def _section(name: str, title: str, parts: Iterator[Element]) -> Element:
    heading = h("h2", {"id": f"{name}-title"}, title)
    return h("section", {"id": name, "aria-labelledby": f"{name}-title"}, heading, *parts)


def _examples(view: TaskView, sounds: Sounds) -> Iterator[Element]:
    yield h("noscript", None, h("p", {"class": "missing"}, "Playing needs JavaScript."))
    yield h(
        "p", None,
        f"Chosen to show the most, not at random; of each clip the first {SECONDS} seconds. "
        "Levels are as they are: begin with a low volume.",
    )  # fmt: skip
    yield _rubric()
    yield _keys()
    answers = sorted({one for _, shown in view.shown for one in labels_of(shown)})
    if not all(instance.stats and instance.stats.has_label_set for instance in view.instances):
        answers = []
    answers = answers[:MAX_FILTERS]
    yield _filters(view, answers)
    for number, (instance, shown) in enumerate(view.shown, start=1):
        yield card(instance, shown, number, answers, sounds)
    yield h("p", {"class": "missing", "id": "nothing", "hidden": True}, "No example is like that.")


def _rubric() -> Element:
    return h(
        "details", None,
        h("summary", None, "What the scores mean"),
        *(
            h("div", {"class": "criterion"}, h("h3", None, criterion.capitalize()),
              h("p", None, meaning),
              h("dl", {"class": "facts-list"}, *(
                  part for score, words in anchors.items()
                  for part in (h("dt", None, str(score)), h("dd", None, words))
              )))
            for criterion, (meaning, anchors) in CRITERIA.items()
        ),
        h("p", None, "2 and 4 lie between. Bad: this example should not be published as it is."),
    )  # fmt: skip


def _keys() -> Element:
    return h(
        "details", {"class": "keys"},
        h("summary", None, "Keys"),
        h("label", {"class": "tick"},
          h("input", {"type": "checkbox", "id": "keys", "checked": True}), " Use the keys below"),
        h("dl", {"class": "facts-list"}, *(
            part for key, does in KEYS.items()
            for part in (h("dt", None, h("kbd", None, key)), h("dd", None, does))
        )),
    )  # fmt: skip


def _filters(view: TaskView, answers: Sequence[str]) -> Element:
    stems = [one.file.stem for one in view.instances]
    reasons = list(dict.fromkeys(why for _, one in view.shown for why in one.reasons))
    return h(
        "form",
        {"class": "filters-form", "aria-label": "Which examples are shown", "role": "search"},
        _select("instance", "Instance", [(one.file.instance or "", one.file.stem)
                                         for one in view.instances]) if len(stems) > 1 else None,
        _select("answer", "Answer", [(str(place), answer) for place, answer in enumerate(answers)])
        if answers else None,
        _select("reason", "Why shown", [(reason.replace(" ", "-"), reason) for reason in reasons]),
        _tick("findings", "With findings only"),
        _tick("open", "Not judged yet"),
        _tick("blind", "Hide answers until heard"),
        h("output", {"id": "matching", "aria-live": "polite"}, counted(len(view.shown), "example")),
    )  # fmt: skip


def _select(name: str, title: str, options: Sequence[tuple[str, str]]) -> Element:
    return h(
        "label", None, h("span", None, title),
        h("select", {"id": f"filter-{name}"}, h("option", {"value": ""}, "all"),
          *(h("option", {"value": value, "dir": "auto"}, words[:80]) for value, words in options)),
    )  # fmt: skip


def _tick(name: str, title: str) -> Element:
    box = h("input", {"type": "checkbox", "id": f"filter-{name}"})
    return h("label", {"class": "tick"}, box, f" {title}")


def _review() -> Iterator[Element]:
    yield h(
        "p", None,
        "Your verdicts stay in this browser until you export them. Attach the file to the pull "
        "request; it counts together with your approving review of the same commit.",
    )  # fmt: skip
    yield h(
        "form", {"id": "sheet", "aria-label": "Your review"},
        h("label", None, h("span", None, "Your GitHub account"),
          h("input", {"id": "reviewer", "type": "text", "required": True, "maxlength": MAX_ACCOUNT,
                      "pattern": ACCOUNT_PATTERN[1:-1], "autocomplete": "username",
                      "autocapitalize": "none", "spellcheck": "false"})),
        h("label", None, h("span", None, "On the task as a whole"),
          h("textarea", {"id": "remark", "rows": 3, "maxlength": MAX_NOTE})),
        h("button", {"type": "submit", "class": "main"}, "Export my verdicts"),
        h("p", {"id": "exported", "role": "status"}),
    )  # fmt: skip


def _bar(shown: int) -> Element:
    buttons = {"previous": "Previous", "toggle": "Play", "next": "Next"}
    return h(
        "nav", {"class": "bar", "aria-label": "Go through the examples"},
        *(h("button", {"type": "button", "id": name}, words) for name, words in buttons.items()),
        h("span", {"id": "done", "role": "status"}, f"0 of {shown} judged"),
        h("progress", {"id": "share", "max": max(shown, 1), "value": 0,
                       "aria-label": "Examples judged"}),
        h("a", {"href": "#review"}, "Export"),
    )  # fmt: skip


def _footer(view: TaskView) -> Element:
    facts = {
        "Folder": f"sha256 {view.task.digest}",
        "Report": f"sha256 {view.report_sha256}",
        "Check": f"version {view.report.validator}",
        "Draw": f"seed {view.seed}",
    }
    return h(
        "footer", None,
        h("dl", {"class": "facts-list"}, *(
            part for name, value in facts.items()
            for part in (h("dt", None, name), h("dd", None, value))
        )),
        h("p", None, "Made by python -m validators.listen. This page sends nothing anywhere."),
    )  # fmt: skip
