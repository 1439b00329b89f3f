"""Small judgements on prose: what looks foreign, personal, or like a template."""

import pytest

from validators.words import (
    count_words,
    did_you_mean,
    has_sentence,
    looks_foreign,
    personal_data,
    template_text,
)


@pytest.mark.parametrize(
    "text",
    [
        "Map the spoken word to a numeral.",
        "Transcribe audio clip verbatim, lower case",
        "Ja oder nein",  # too short to tell
        "Which of them is it? Répondez!",
    ],
)
def test_not_foreign(text: str) -> None:
    assert not looks_foreign(text)


@pytest.mark.parametrize(
    "text",
    [
        "Was ist in dieser Aufnahme zu hören",
        "Quel animal entend-on dans cet enregistrement",
        "¿Qué animal se oye en esta grabación de audio?",
        "Che cosa si sente in questa registrazione",
        "какое животное слышно на этой записи",
        "这 段 录音 里 的 动物 是 什么",
    ],
)
def test_foreign(text: str) -> None:
    assert looks_foreign(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to ada.example@example.org now", "the mail address ada.example@example.org"),
        ("call +49 (30) 1234-5678", "the phone number +49 (30) 1234-5678"),
        ("call 030 1234 5678", "the phone number 030 1234 5678"),
        ("at 12 Long Garden Lane", "the address 12 Long Garden Lane"),
        ("2003-2010, 0.123456789, 1,234,567,890", None),
        ("extension 4711, room 12, on 03.04.2021", None),
        ("user@host", None),
        ("+" * 10_000 + "@" * 10_000, None),
    ],
)
def test_personal_data(text: str, found: str | None) -> None:
    assert personal_data(text) == found


@pytest.mark.parametrize("text", ["TODO: say what", "lorem ipsum", "<your dataset>", "[...]"])
def test_templates(text: str) -> None:
    assert template_text(text)


@pytest.mark.parametrize("text", ["todo el mundo", "<b>bold</b>", "[a, b]"])
def test_no_templates(text: str) -> None:
    assert not template_text(text)


def test_words_and_sentences() -> None:
    assert count_words("It's a well-known fact, 3 times.") == 5
    assert has_sentence("These five words are enough.")
    assert not has_sentence("Not five words.")
    assert not has_sentence("Five words without a full stop")


def test_did_you_mean() -> None:
    assert did_you_mean("acuracy", ["accuracy", "wer"]) == "accuracy"
    assert did_you_mean("WER", ["accuracy", "wer"]) == "wer"
    assert did_you_mean("lj-speech", ["LJSpeech", "VCTK"]) == "LJSpeech"
    assert did_you_mean("mAP", ["mae", "wer"]) is None
    assert did_you_mean("xyz", ["accuracy", "wer"]) is None
