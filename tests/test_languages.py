"""The tags that are known without langcodes are those that langcodes knows."""

import langcodes
import pytest

from validators.languages import _COMMON, is_registered, standard_form


@pytest.mark.parametrize("tag", sorted(_COMMON))
def test_common_tags_are_registered_and_standard(tag: str) -> None:
    assert langcodes.tag_is_valid(tag)
    # "cmn" and "yue" are tags of their own, though some software writes zh for the first.
    assert langcodes.standardize_tag(tag) == tag or tag == "cmn"


def test_other_tags_are_looked_up() -> None:
    assert is_registered("gsw-CH")
    assert not is_registered("xx")
    assert standard_form("en-us") == "en-US"
