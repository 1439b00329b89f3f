"""The rubric of docs/rubric.md as the page shows it; a test holds the two together."""

from typing import Final

CRITERIA: Final[dict[str, tuple[str, dict[int, str]]]] = {
    "consistent": (
        "The answer is what one hears.",
        {
            1: "The answer is wrong, or the clip does not hold what it is about.",
            3: "A careful listener could give another answer with good reason.",
            5: "Whoever hears the clip gives this answer.",
        },
    ),
    "clear": (
        "The instruction says what to do.",
        {
            1: "It does not say what is asked, or in what form to answer.",
            3: "It has to be read twice, or allows an answer of another form.",
            5: "A stranger knows what to do and how to answer.",
        },
    ),
    "relevant": (
        "The example tests what the task says that it tests.",
        {
            1: "It can be answered without listening, or tests something else.",
            3: "It tests it in part, or so easily that it hardly tells systems apart.",
            5: "Only who has the ability that the task is about answers rightly.",
        },
    ),
}
"""Criterion to what it says, and what 1, 3 and 5 mean; 2 and 4 lie between."""
