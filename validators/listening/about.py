"""What the page says of the task: what it is, what the check found, how its values are spread."""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from schema.report import Finding
from validators.folder import InstanceFile
from validators.listening.charts import histogram_chart, share_bar, spread_chart
from validators.listening.choice import SEVERITIES
from validators.listening.examples import finding_line, stated
from validators.listening.markup import h
from validators.listening.numbers import AnswerRow, Numbers, Spread, histogram, numbers
from validators.listening.view import InstanceView, TaskView
from validators.prose import markdown_below
from validators.render.escape import shortened
from validators.render.words import counted, listed

SECTIONS = ("Objective", "Data", "Limitations")
MAX_PROSE = 20_000
MAX_LINES = 200
MAX_ANSWERS = 60
MAX_FINDINGS = 100
MAX_NAME = 200


def about_task(view: TaskView) -> Iterator[Element]:
    """What the task is, as a person reads it."""
    yield h("div", {"class": "prose"}, *_prose(view))
    yield h("div", {"class": "side"}, h("dl", {"class": "facts-list"}, *_facts(view)))


def _prose(view: TaskView) -> Iterator[Element]:
    text = (view.folder.readme.reading.text or "") if view.folder.readme else ""
    for title in SECTIONS:
        if prose := markdown_below(text, title):
            yield h("h3", None, title)
            paragraphs = shortened(prose, MAX_PROSE).split("\n\n")
            yield from (h("p", {"dir": "auto"}, " ".join(part.split())) for part in paragraphs)
    lines = view.folder.instructions.lines if view.folder.instructions else []
    yield h(
        "details", None,
        h("summary", None, counted(len(lines), "instruction")),
        h("ol", None, *(h("li", {"dir": "auto"}, shortened(line)) for line in lines[:MAX_LINES])),
        h("p", None, f"… and {len(lines) - MAX_LINES} more") if len(lines) > MAX_LINES else None,
    )  # fmt: skip


def _facts(view: TaskView) -> Iterator[Element]:
    task = view.folder.task_file
    if task is None:
        return
    languages = [one.value for one in task.find("/languages/*")]
    given = ", ".join(task.inputs)
    facts = {
        "Given": given,
        "Answered by": _output(task.output, task.value("/output/unit"), task.labels),
        "Measured by": ", ".join(one.value for one in task.find("/metrics/*")),
        "Languages": ", ".join(languages) or "none",
        "Contributed by": ", ".join(one.value for one in task.find("/contributors/*/name")),
    }
    for title, value in facts.items():
        yield h("dt", None, title)
        yield h("dd", None, stated(value or "not said"))


def _output(kind: str | None, unit: str | None, labels: Sequence[str]) -> str:
    if kind == "number":
        return f"a number, in {unit}"
    names = {
        "text": "a text",
        "audio": "a clip",
        "classification": "one of",
        "multilabel": "any of",
    }
    words = names.get(kind or "", "not said")
    return f"{words} {', '.join(labels)}" if labels else words


def found(view: TaskView) -> Iterator[Element]:
    """What the check found, and what it did not look at."""
    findings = sorted(
        view.report.findings,
        key=lambda one: (one.waived is not None, SEVERITIES.index(one.severity)),
    )
    if not findings:
        yield h("p", None, "No finding.")
    else:
        yield h("ul", {"class": "findings"}, *(_placed(one) for one in findings[:MAX_FINDINGS]))
    if len(findings) > MAX_FINDINGS:
        yield h("p", None, f"… and {len(findings) - MAX_FINDINGS} more; the check lists them.")
    for problem in view.report.problems:
        yield h("p", {"class": "missing"}, f"Not checked: {problem.message}")
    skipped = view.task.rules_skipped
    if skipped:
        reasons = dict.fromkeys(skipped.values())
        yield h("p", None, f"{counted(len(skipped), 'rule')} did not run: {'; '.join(reasons)}.")


def _placed(one: Finding) -> Element:
    line = finding_line(one)
    where = one.path + (f":{one.line}" if one.line else "")
    line.append(h("div", {"class": "place"}, f"{where}{f', {one.example}' if one.example else ''}"))
    return line


def measured(view: InstanceView) -> Iterator[Element]:
    """The numbers of one instance."""
    yield h("h3", None, stated(view.file.stem, MAX_NAME))
    yield h("p", {"class": "sources"}, *_sources(view.file))
    if view.stats is None:
        yield h("p", {"class": "missing"}, f"Its examples are not shown: {view.why}.")
        return
    yield h("p", None, " · ".join(_totals(view)))
    values = numbers(view.stats)
    yield h("div", {"class": "charts"}, *_charts(view, values))
    if values.answers:
        yield from _answers(values)


def _sources(file: InstanceFile) -> Iterator[Element | str]:
    names = [one.value for one in file.find("/sources/*/name")]
    yield "From "
    yield stated(", ".join(names) or "a source that is not named")
    yield ". Licence: "
    yield stated(str(file.value("/license") or "not said"))
    yield "."


def _totals(view: InstanceView) -> Iterator[str]:
    report = view.report
    if report is None or report.examples is None:
        return
    yield counted(report.examples, "example")
    if report.minutes is not None:
        yield f"{report.minutes:.1f} min"
    if report.majority_share is not None:
        yield f"the commonest answer is right in {report.majority_share:.1%}"
    if report.sample_rates:
        yield ", ".join(f"{int(rate) / 1000:g} kHz" for rate in report.sample_rates)
    if report.channels:
        names = {"1": "mono", "2": "stereo"}
        yield " and ".join(names.get(count, f"{count} channels") for count in report.channels)


def _charts(view: InstanceView, values: Numbers) -> Iterator[Element]:
    yield from _chart("Length of the examples", values.seconds, "s", "{:.2f}")
    yield from _chart("Level without pauses", values.levels, "dBFS", "{:.0f}")
    file = view.file.task_file
    if view.stats and view.stats.examples.output == "number":
        unit = str((file.value("/output/unit") if file else None) or "")
        yield from _chart("Right answers", values.sizes, shortened(unit, 40), "{:g}")
    else:
        yield from _chart("Words of the right answers", values.sizes, "words", "{:.0f}")


def _chart(title: str, values: Sequence[float], unit: str, form: str) -> Iterator[Element]:
    counted_values = histogram(values)
    if counted_values is None:
        return
    low, middle, high = (
        form.format(value)
        for value in (counted_values.low, counted_values.median, counted_values.high)
    )
    words = f"{title}: {counted(len(values), 'value')} from {low} to {high} {unit}, median {middle}"
    yield h(
        "figure", None,
        h("figcaption", None, title),
        histogram_chart(counted_values, words),
        h("p", {"class": "ends", "aria-hidden": "true"}, h("span", None, low),
          h("span", None, f"median {middle} {unit}"), h("span", None, high)),
    )  # fmt: skip


def _answers(values: Numbers) -> Iterator[Element]:
    """A table of the answers; beside each, where its lengths and levels lie."""
    told = [
        f"{max(share, 0):.0%} of the variance of {what}"
        for what, share in values.telling.items()
        if share is not None
    ]
    if told:
        end = ": it can be told without listening to what is said." if values.shortcut else "."
        words = f"The answer explains {listed(told)}{end}"
        yield h("p", {"class": "telling" if values.shortcut else None}, words)
    rows = values.answers[:MAX_ANSWERS]
    total = sum(row.count for row in values.answers)
    seconds = _ends([row.seconds for row in rows])
    level = _ends([row.level for row in rows])
    table = h(
        "table", None,
        h("thead", None, h("tr", None, *(
            h("th", {"scope": "col"}, title)
            for title in ("Answer", "Examples", "Length", "Level")
        ))),
        h("tbody", None, *(_answer_row(row, total, seconds, level) for row in rows)),
    )  # fmt: skip
    box = h(
        "div", {"class": "scroll", "role": "region", "aria-label": "Answers", "tabindex": 0}, table
    )
    yield box
    if len(values.answers) > MAX_ANSWERS:
        yield h("p", None, f"… and {len(values.answers) - MAX_ANSWERS} answers more.")


def _ends(spreads: Sequence[Spread | None]) -> tuple[float, float]:
    known = [one for one in spreads if one]
    return min((s.least for s in known), default=0.0), max((s.greatest for s in known), default=0.0)


def _answer_row(
    row: AnswerRow, total: int, seconds: tuple[float, float], level: tuple[float, float]
) -> Element:
    share = row.count / total if total else 0.0
    return h(
        "tr", None,
        h("th", {"scope": "row"}, stated(row.answer, MAX_NAME)),
        h("td", {"class": "shares"}, share_bar(share), f" {row.count} ({share:.0%})"),
        h("td", None, _spread(row.seconds, seconds, "s", "{:.2f}")),
        h("td", None, _spread(row.level, level, "dBFS", "{:.0f}")),
    )  # fmt: skip


def _spread(one: Spread | None, ends: tuple[float, float], unit: str, form: str) -> Element | str:
    if one is None:
        return "not measured"
    least, middle, greatest = (form.format(v) for v in (one.least, one.median, one.greatest))
    words = f"{least} to {greatest} {unit}, median {middle}"
    return spread_chart(one, *ends, words)
