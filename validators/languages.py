"""BCP-47 language tags, by langcodes; the only module that imports it."""

# Tags that are registered and in standard form, as the IANA registry has it: most tasks need no
# other, and langcodes takes 20 ms to load.
_COMMON = frozenset(
    "ar bg bn ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk ko "
    "lt lv mk ml mn mr ms nl pa pl pt ro ru sk sl sq sr sv sw ta te th tr uk ur uz vi zh "
    "cmn yue en-GB en-US es-MX fr-CA it-IT pt-BR ru-RU".split()
)


def is_registered(tag: str) -> bool:
    """True if the IANA registry knows every part of a tag."""
    if tag in _COMMON:
        return True
    import langcodes  # noqa: PLC0415 - see above

    return langcodes.tag_is_valid(tag)


def standard_form(tag: str) -> str:
    """A registered tag as everybody writes it: `eng` gives `en`, `en-us` gives `en-US`."""
    if tag in _COMMON:
        return tag
    import langcodes  # noqa: PLC0415 - see above

    return langcodes.standardize_tag(tag)
