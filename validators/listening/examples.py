"""The examples on the page: what a model is given and should answer, and the reviewer's form."""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from pydantic import TypeAdapter, ValidationError

from schema.fields import FileId, InstanceName
from schema.report import Finding
from schema.review import MAX_NOTE
from validators.listening.charts import spectrogram, waveform
from validators.listening.markup import Attribute, h
from validators.listening.rubric import CRITERIA
from validators.listening.view import InstanceView, ShownClip, ShownExample, level
from validators.measurement import Measurement
from validators.preview import SECONDS, Preview
from validators.render.escape import shortened
from validators.render.words import counted
from validators.source import Clip

MAX_CELL = 2_000
"""Characters of a cell that are shown: some hold megabytes."""
MAX_NAME = 200

_FILE: TypeAdapter[str] = TypeAdapter(FileId)
_INSTANCE: TypeAdapter[str] = TypeAdapter(InstanceName)


class Sounds:
    """The clips of a page, numbered as they come."""

    def __init__(self) -> None:
        self.previews: list[Preview] = []

    def add(self, preview: Preview) -> int:
        """The number of a preview."""
        self.previews.append(preview)
        return len(self.previews) - 1


def stated(text: str, limit: int = MAX_CELL) -> Element:
    """A stranger's words, in whichever direction they run, apart from what stands around them."""
    return h("bdi", None, shortened(text, limit))


def can_be_judged(view: InstanceView, shown: ShownExample) -> bool:
    """Whether a review sheet can name the example."""
    try:
        _FILE.validate_python(shown.example.file)
        _INSTANCE.validate_python(view.file.instance)
    except ValidationError:
        return False
    return shown.unique


def card(
    view: InstanceView, shown: ShownExample, number: int, answers: Sequence[str], sounds: Sounds
) -> Element:
    """One example. `answers` are those that the page can be filtered by, named by their place."""
    name = f"example-{number}"
    places = (str(answers.index(one)) for one in labels_of(shown) if one in answers)
    judged = can_be_judged(view, shown)
    known: dict[str, Attribute] = {
        "class": "card", "id": name, "tabindex": -1, "aria-labelledby": f"{name}-title",
        "data-instance": view.file.instance, "data-file": shown.example.file,
        "data-answers": " ".join(places),
        "data-reasons": " ".join(reason.replace(" ", "-") for reason in shown.reasons),
        "data-findings": len(shown.findings), "data-judged": judged,
    }  # fmt: skip
    return h(
        "article",
        known,
        h(
            "header", None,
            h("h3", {"id": f"{name}-title"}, h("span", {"class": "count"}, str(number)), " ",
              stated(shown.example.file or "without a file id", MAX_NAME)),
            h("ul", {"class": "chips", "aria-label": "Why it is shown"},
              *(h("li", None, reason) for reason in shown.reasons)),
        ),
        h("div", {"class": "given"}, *_given(shown, name, sounds)),
        h("div", {"class": "asked"}, *_asked(view, shown)),
        _form(name, shown.example.file) if judged else _no_form(shown),
    )  # fmt: skip


def labels_of(shown: ShownExample) -> tuple[str, ...]:
    """The right answers of an example, where they are texts."""
    match shown.example.label:
        case str() as label:
            return (label,)
        case tuple() as labels:
            return labels
    return ()


def _given(shown: ShownExample, name: str, sounds: Sounds) -> Iterator[Element]:
    for place, clip in enumerate(shown.clips):
        several = len(shown.clips) > 1
        yield _player(clip, f"{name}-clip-{place}", shown.example.file, several, sounds)
    if not shown.clips:
        yield h("p", {"class": "missing"}, "This example has no clip.")


def _player(clip: ShownClip, name: str, file: str, several: bool, sounds: Sounds) -> Element:
    title = "label, the right answer" if clip.column == "label" else clip.column
    band = (
        _kilohertz(preview.sample_rate / 2) if isinstance(preview := clip.preview, Preview) else ""
    )
    heading = h("h4", {"class": None if several else "unseen"}, title)
    facts = h("p", {"class": "facts"}, " · ".join(_facts(clip)))
    if isinstance(preview, str):
        missing = h("p", {"class": "missing"}, shortened(preview, MAX_NAME))
        return h("div", {"class": "clip"}, heading, missing, facts)
    which = f"{title} of {shortened(file, MAX_NAME)}"
    return h(
        "div",
        {"class": "clip", "role": "group", "aria-label": which, "data-sound": sounds.add(preview)},
        heading,
        h(
            "div", {"class": "pictures"},
            waveform(preview.extremes()),
            spectrogram(preview, f"Spectrogram of {which}, 0 to {band}"),
            h("span", {"class": "top"}, band),
            h("span", {"class": "bottom"}, "0"),
            h("span", {"class": "head", "aria-hidden": "true"}),
        ),
        h(
            "div", {"class": "controls"},
            h("button", {"type": "button", "class": "play", "aria-label": f"Play {which}"}, "Play"),
            h("input", {"type": "range", "min": 0, "max": f"{preview.seconds:.3f}", "step": 0.01,
                        "value": 0, "id": name, "aria-label": f"Position in {which}",
                        "aria-valuetext": "0.0 seconds"}),
            h("output", {"for": name, "aria-live": "off"}, f"0.0 / {preview.seconds:.1f} s"),
        ),
        facts,
    )  # fmt: skip


def _facts(clip: ShownClip) -> Iterator[str]:
    sound = clip.sound
    if sound is not None and sound.sample_rate:
        yield _kilohertz(sound.sample_rate)
        yield {1: "mono", 2: "stereo"}.get(sound.channels, f"{sound.channels} channels")
        if sound.decoded:
            yield f"{sound.duration:.2f} s"
            yield from _levels(sound)
        yield f"{sound.content} {sound.subtype}" if sound.content else ""
    if isinstance(clip.preview, Preview):
        if sound and sound.duration > clip.preview.seconds + 0.01:
            yield f"cut to the first {min(SECONDS, clip.preview.seconds):.0f} s"
        if clip.preview.type == "audio/mpeg":
            yield "played here as MP3, not exactly as it is"


def _levels(sound: Measurement) -> Iterator[str]:
    found = level(sound)
    yield "silent" if found is None else f"level {found:.0f} dBFS"
    if sound.peak >= 1:
        yield "peak at full scale"


def _kilohertz(rate: float) -> str:
    return f"{rate / 1000:g} kHz"


def _asked(view: InstanceView, shown: ShownExample) -> Iterator[Element]:
    yield h("h4", None, "Instruction")
    yield h("blockquote", {"dir": "auto"}, shortened(shown.instruction, MAX_CELL) or "none")
    for column, text in shown.texts:
        yield h("h4", None, column)
        yield h("p", {"class": "text", "dir": "auto"}, shortened(text, MAX_CELL) or "missing")
    yield h("h4", None, "Right answer")
    wrong = shown.example.label is None
    yield h("p", {"class": "missing" if wrong else "answer"}, *_answer(view, shown))
    if shown.groups:
        words = [
            f"{column}: {shortened(text, MAX_NAME) or 'not said'}" for column, text in shown.groups
        ]
        yield h("p", {"class": "facts"}, stated(" · ".join(words)))
    if shown.findings:
        yield h("h4", None, counted(len(shown.findings), "finding"))
        yield h("ul", {"class": "findings"}, *map(finding_line, shown.findings[:20]))


def _answer(view: InstanceView, shown: ShownExample) -> list[Element | str]:
    match shown.example.label:
        case tuple() as labels if labels:
            return [part for label in labels for part in (stated(label), " ")]
        case tuple():
            return ["none of the labels"]
        case float() as value:
            file = view.file.task_file
            unit = file.value("/output/unit") if file else None
            return [stated(f"{value:g} {unit or ''}".strip())]
        case str() as text:
            return [stated(text)]
        case Clip():
            return ["the clip above"]
    fault = shown.example.label_fault
    return [shortened(fault.message, MAX_CELL) if fault else "missing"]


def finding_line(found: Finding) -> Element:
    """A finding without its place."""
    return h(
        "li", {"class": found.severity},
        h("strong", None, "waived" if found.waived else found.severity), " ",
        h("code", None, found.rule), " ", found.name, ": ", stated(found.message),
        h("div", {"class": "hint"}, "hint: ", stated(found.hint)),
    )  # fmt: skip


def _form(name: str, file: str) -> Element:
    return h(
        "form", {"class": "judge", "aria-label": f"Your verdict on {file}"},
        _choice(f"{name}-verdict", "Verdict", "verdict", {"ok": "OK", "bad": "Bad"}),
        *(
            _choice(f"{name}-{criterion}", criterion.capitalize(), criterion,
                    {str(score): str(score) for score in range(1, 6)}, CRITERIA[criterion][0])
            for criterion in CRITERIA
        ),
        h("label", {"class": "note"}, h("span", None, "Note"),
          h("textarea", {"data-field": "note", "rows": 2, "maxlength": MAX_NOTE})),
    )  # fmt: skip


def _choice(
    name: str, title: str, field: str, options: dict[str, str], help_text: str = ""
) -> Element:
    return h(
        "fieldset", {"data-field": field, "title": help_text or None},
        h("legend", None, title),
        *(
            h("label", {"class": f"option {value}"},
              h("input", {"type": "radio", "name": name, "value": value}),
              h("span", None, words))
            for value, words in options.items()
        ),
    )  # fmt: skip


def _no_form(shown: ShownExample) -> Element:
    reason = "is not lawful" if shown.unique else "stands twice"
    return h(
        "p", {"class": "missing"},
        f"The file id of this example {reason}, so that no verdict could name it. "
        "The findings say how to mend it.",
    )  # fmt: skip
