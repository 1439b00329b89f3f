"""The example of CONTRIBUTING: what its author knows, and writes where the new folder says TODO.

Which language is spoken, asked of the digits of the telephone prompts: their clips are in the
repository, and so are their sources, licences and citations.
"""

import json
from pathlib import Path
from typing import Any

TASK = "SpokenLanguageIdentification"
STEM = "TelephonePrompts-Digits"
SOURCE = "tasks/SpokenDigitRecognition"
SOURCE_STEM = "TelephonePrompts"
LANGUAGES = {
    "en-US": "English", "es-MX": "Spanish", "fr-CA": "French", "it-IT": "Italian",
    "ru-RU": "Russian",
}  # fmt: skip

TASK_FACTS = {
    "description": "Hear which of five languages a single number word is spoken in.",
    "dimension": "content",
    "keywords": ["language identification", "digits", "telephone speech"],
    "languages": list(LANGUAGES),
    "contributors": [{"name": "Dynamic-SUPERB Tasks maintainers"}],
}
SAMPLING = {
    "description": "All 60 clips of the digits are taken: ten of each language, of Italian twenty "
    "by two voices. Nothing was drawn."
}

WAIVER = {
    "rule": "AUD526",
    "reason": "The clips are whole words and one speaker, of English and Spanish, speaks slower "
    "than the others; to cut or stretch words would be another fault. README.md says so.",
}

INSTRUCTIONS = """\
Name the language of the word you hear; it is one of {labels}.
Which language is spoken here? Choose between {labels}.
The recording holds a single number word. Decide whether its language is {labels}.
{labels}: in which of these languages does the voice count?
You are an operator who routes callers to agents. Pick the queue for this caller from {labels}.
We sort prompts by language before they are replaced. Where does this one belong: {labels}?
Tell me the language, {labels}.
A speaker says one digit. Answer with the name of the language alone, out of {labels}.
I cannot hear this clip, so please say for me which language it is. The choices are {labels}.
Catalogue this archive tape under one heading, taken from {labels}.
"""

README = """\
# Spoken language identification

## Objective
A model hears one number word on the telephone and says which of five languages it belongs to.
Voice menus have to know the language of a caller before anything else can be understood, and a
single word is often all there is.

## Data
The 60 clips are those of the task SpokenDigitRecognition: the digits from zero to nine as prompts
of a telephone exchange, ten by each of six professional speakers, of whom two are Italian. The
label is the language of the prompt's collection. Clips last less than a second, at 8 kHz.

## Limitations
Voice and language cannot be told apart: a model that knows the six speakers needs no language.
Only English and Spanish share a speaker. All words are digits, so the score says nothing about
running speech, and sixty clips tell large differences only.
"""


def fill_in(folder: Path, source: Path) -> None:
    """Write the facts into the folder that `validators.new` made.

    Args:
        folder: the new task's folder.
        source: the folder of the task whose clips were taken.
    """
    _change(folder / "task.json", TASK_FACTS)
    known = json.loads((source / f"instances/{SOURCE_STEM}.json").read_text(encoding="utf-8"))
    rights = {key: known[key] for key in ("license", "license_url", "sources")}
    _change(folder / f"instances/{STEM}.json", rights | {"sampling": SAMPLING})
    (folder / "instructions.txt").write_text(INSTRUCTIONS, encoding="utf-8")
    (folder / "README.md").write_text(README, encoding="utf-8")
    references = (source / "references.bib").read_text(encoding="utf-8")
    (folder / "references.bib").write_text(references, encoding="utf-8")


def settle(folder: Path) -> None:
    """Answer the warning of the first check: the fault is in the material, and readers are told."""
    _change(folder / "task.json", {"waivers": [WAIVER]})
    with (folder / "README.md").open("a", encoding="utf-8") as readme:
        readme.write(
            "English and Spanish clips last 0.8 seconds on average, the others 0.5 to 0.6, so\n"
            "that length alone tells a part of the answer.\n"
        )


def _change(path: Path, facts: dict[str, Any]) -> None:
    data = json.loads(path.read_text(encoding="utf-8")) | facts
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def recordings(source: Path, to: Path) -> None:
    """The clips as somebody has them: a folder for each language."""
    import csv  # noqa: PLC0415
    import shutil  # noqa: PLC0415

    data = source / "data" / SOURCE_STEM
    with (data / "metadata.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            folder = to / LANGUAGES[row["language"]]
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(data / row["file_name"], folder / Path(row["file_name"]).name)
