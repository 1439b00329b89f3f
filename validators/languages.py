"""BCP-47 language tags, by langcodes; the only module that imports it."""

import langcodes


def is_registered(tag: str) -> bool:
    """True if the IANA registry knows every part of a tag."""
    return langcodes.tag_is_valid(tag)


def standard_form(tag: str) -> str:
    """A registered tag as everybody writes it: `eng` gives `en`, `en-us` gives `en-US`."""
    return langcodes.standardize_tag(tag)
