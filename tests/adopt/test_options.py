"""Option lists are found by the labels that are known; what stands beside them is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validators.adoption.options import LabelFinder, OptionList, looks_like_options

ESC = ["can opening", "clock tick", "door or wood knock", "keyboard typing", "mouse click"]
FAR = ["0.4m", "1.6m", "3.2m"]
DOG_CAT = ["cat", "dog"]


def found(labels: list[str], text: str) -> tuple[str, OptionList]:
    """The text with {labels} in the place of its list, and the list."""
    options = LabelFinder(labels).find(text)
    assert options is not None
    return text[: options.start] + "{labels}" + text[options.end :], options


@pytest.mark.parametrize(
    ("labels", "text", "left", "options"),
    [
        (ESC, "Name it: mouse click, keyboard typing, door or wood knock, can opening, or clock "
              "tick.", "Name it: {labels}.",
         ("mouse click", "keyboard typing", "door or wood knock", "can opening", "clock tick")),
        (ESC, 'From "mouse click", "door or wood knock" or "clock tick", choose.',
         "From {labels}, choose.", ("mouse click", "door or wood knock", "clock tick")),
        (FAR, "How far? It could be 0.4m, 1.6m, or 3.2m.", "How far? It could be {labels}.",
         ("0.4m", "1.6m", "3.2m")),
        (DOG_CAT, "(A) dog (B) cat", "{labels}", ("dog", "cat")),
        (DOG_CAT, "Options:\n1. dog\n2. cat\nAnswer.", "Options:\n{labels}\nAnswer.",
         ("dog", "cat")),
        (DOG_CAT, "Choose [dog/cat]. Which?", "Choose [{labels}]. Which?", ("dog", "cat")),
        (["non-speech", "speech"], "Is it speech or non-speech?", "Is it {labels}?",
         ("speech", "non-speech")),
        (["-5", "0", "5", "10"], "The answer could be -5, 0, 5 and 10.",
         "The answer could be {labels}.", ("-5", "0", "5", "10")),
        (["New York", "York"], "Is it York or New York?", "Is it {labels}?", ("York", "New York")),
        (["yes", "no"], "Is there no sound, yes or no?", "Is there no sound, {labels}?",
         ("yes", "no")),
    ],
)  # fmt: skip
def test_a_list_is_found_by_its_labels(
    labels: list[str], text: str, left: str, options: tuple[str, ...]
) -> None:
    template, listed = found(labels, text)
    assert (template, listed.options) == (left, options)


@pytest.mark.parametrize(
    ("text", "left", "strange", "unclear"),
    [
        ("It could be dog, cow, or cat.", "It could be {labels}.", ("cow",), ()),
        ("It could be cow, dog, cat, or pig.", "It could be {labels}.", ("cow", "pig"), ()),
        ("It could be dog, cat, cow or pig.", "It could be {labels}.", (), ("cow or pig",)),
        ("It could be dog, cat, door or wood knock, or pig.", "It could be {labels}.",
         ("door or wood knock", "pig"), ()),
        ("Listen to the clip, dog or cat?", "Listen to the clip, {labels}?", (), ("the clip",)),
        ("Say dog or cat, and do it in one word.", "Say {labels}, and do it in one word.", (), ()),
        ("Distance 0.8m, dog or cat.", "Distance 0.8m, {labels}.", (), ("Distance 0.8m",)),
    ],
)  # fmt: skip
def test_what_no_label_is_known_for_is_said(
    text: str, left: str, strange: tuple[str, ...], unclear: tuple[str, ...]
) -> None:
    template, listed = found(DOG_CAT, text)
    assert (template, listed.strange, listed.unclear) == (left, strange, unclear)


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        (DOG_CAT, "Which animal is it?"),
        (DOG_CAT, "The dog barks. Where is the cat?"),
        (DOG_CAT, "dogs or cats"),
        (["4m", "6m"], "0.4m or 1.6m"),
        (["5", "10"], "-5 or -10"),
        ([], "yes or no"),
        (["yes", "no"], "If the word is heard, yes, else no"),
    ],
)
def test_what_is_no_list_is_none(labels: list[str], text: str) -> None:
    assert LabelFinder(labels).find(text) is None


def test_of_two_lists_the_last_is_replaced_and_the_other_said() -> None:
    template, listed = found(DOG_CAT, "Dog or cat? Answer dog or cat.")
    assert (template, listed.others) == ("Dog or cat? Answer {labels}.", 1)


def test_other_spelling_is_matched_and_said() -> None:
    _, listed = found(["air_conditioner", "car"], "Is it an Air Conditioner or car?")
    assert (listed.labels, listed.spelt) == (("air_conditioner", "car"), ("air_conditioner",))


def test_other_options_are_guessed_for_a_message_only() -> None:
    assert looks_like_options("It could be English, Mandarin, or mixed.") == [
        "English", "Mandarin", "mixed",
    ]  # fmt: skip
    assert looks_like_options("Which language is it?") == []


WORD = st.from_regex(r"[a-z]{3,8}", fullmatch=True)
LABEL = st.one_of(
    WORD,
    st.tuples(WORD, WORD).map(" ".join),
    st.tuples(WORD, WORD).map(" or ".join),
    st.integers(0, 99).map(lambda number: f"{number / 10}m"),
)


@given(
    st.lists(LABEL, min_size=2, max_size=31, unique_by=str.casefold),
    st.sampled_from(["{}, or {}", "{} or {}", "{} and {}", "{}, {}"]),
    st.booleans(),
)
def test_any_labels_are_found_again_in_their_order(
    labels: list[str], end: str, quoted: bool
) -> None:
    shown = [f'"{label}"' for label in labels] if quoted else labels
    text = end.format(", ".join(shown[:-1]), shown[-1])
    template, listed = found(sorted(labels), f"What is it? Choose from {text}. Now answer.")
    if not _nested(labels):
        assert listed.options == tuple(labels)
        assert template == "What is it? Choose from {labels}. Now answer."


def _nested(labels: list[str]) -> bool:
    """True where one label can be read as others: `a or b` beside `a`."""
    return any(one != other and one in other for one in labels for other in labels)


@given(st.text(max_size=80), st.lists(st.text(min_size=1, max_size=6), max_size=6))
def test_no_text_and_no_label_breaks_it(text: str, labels: list[str]) -> None:
    listed = LabelFinder(labels).find(text)
    if listed is not None:
        assert 0 <= listed.start < listed.end <= len(text)
        assert set(listed.labels) <= set(labels)
