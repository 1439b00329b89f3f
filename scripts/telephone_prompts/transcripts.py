"""What the transcripts that come with the packages say, and which of them can be trusted.

They are prompt lists for whoever records the next language, not transcripts made for speech
recognition: some describe a tone, some carry remarks, some lost their accents.
"""

import re

MARKUP = re.compile(r"[][(){}<>*#\"“”«»/:;@=]")
LOST_CHARACTER = re.compile(r"\?(?!\s*$)")
"""A question mark inside a line stands for an accented letter that was lost upstream."""

ABBREVIATION = re.compile(r"\b[^\W\d_]\b[. ][^\W\d_]\b|\b[A-Z\u0410-\u042f]{2,}")
"""Spelled or capital abbreviations (IAX, N B S): a reference cannot say how they are read."""

WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")


def parse(content: bytes) -> dict[str, str]:
    """`name: text` lines of a core-sounds list, first entry of a name wins."""
    texts: dict[str, str] = {}
    for line in content.decode("utf-8-sig", errors="replace").splitlines():
        name, colon, text = line.partition(":")
        if colon and not line.startswith(";"):
            texts.setdefault(name.strip(), tidy(text))
    return texts


def tidy(text: str) -> str:
    """Typographic variants made equal; what says only that a phrase continues is left out."""
    text = text.replace("\u2019", "'").replace("\u2026", "...")
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"^\.{2,}\s*|\s*(\.{2,}|:+)$", "", text).strip()


def is_speech(text: str | None) -> bool:
    """Whether an entry gives words, and not a tone or a remark in brackets."""
    return bool(text) and text is not None and not MARKUP.search(text[:1])


def is_verbatim(text: str) -> bool:
    """Whether an entry can serve as a reference: plain words, no digits, no remarks."""
    faults = (MARKUP, LOST_CHARACTER, ABBREVIATION, re.compile(r"\d|\ufffd| - |\.\.|,$"))
    return not any(fault.search(text) for fault in faults)


def words(text: str) -> list[str]:
    """The words in lower case, without punctuation."""
    return [word.lower() for word in WORD.findall(text)]
