"""One module for each task; each says only how its rows are drawn."""

from scripts.telephone_prompts.tasks import (
    crosslingual,
    degradations,
    digits,
    enhancement,
    letters,
    matching,
    snr,
    speakers,
    speech_music,
    terms,
    transcription,
    translation,
)

RECIPES = (
    *digits.RECIPES,
    *letters.RECIPES,
    *terms.RECIPES,
    *matching.RECIPES,
    *transcription.RECIPES,
    *crosslingual.RECIPES,
    *translation.RECIPES,
    *speakers.RECIPES,
    *snr.RECIPES,
    *degradations.RECIPES,
    *enhancement.RECIPES,
    *speech_music.RECIPES,
)
"""Everything that is made, in the order in which it is made."""
