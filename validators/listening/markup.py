"""HTML as a tree of elements. Text is text: there is no way to write markup with a string.

The serialiser is the standard library's. What it is given went through `visible`, so that no
character of a stranger's text is a control, reorders what stands around it, or cannot be seen.
"""

import json
from typing import Any
from xml.etree.ElementTree import Element, tostring

from validators.render.escape import visible

Child = Element | str | None
Attribute = str | int | float | bool | None


def h(tag: str, attributes: dict[str, Attribute] | None = None, *children: Child) -> Element:
    """An element. None and False leave an attribute or a child out, True is an empty attribute."""
    element = Element(tag)
    for name, value in (attributes or {}).items():
        if value is not None and value is not False:
            element.set(name, "" if value is True else visible(str(value)))
    for child in children:
        _append(element, child)
    return element


def _append(element: Element, child: Child) -> None:
    if isinstance(child, Element):
        element.append(child)
    elif child:
        if len(element):
            element[-1].tail = (element[-1].tail or "") + visible(child)
        else:
            element.text = (element.text or "") + visible(child)


def code(tag: str, text: str, attributes: dict[str, Attribute] | None = None) -> Element:
    """A `script` or `style` of ours, whose text browsers take as it is.

    Raises:
        ValueError: it could end before its end.
    """
    if "</" in text or "<!--" in text:
        raise ValueError(f"a {tag} must not hold the beginning of a tag's end or of a comment")
    element = h(tag, attributes)
    element.text = text
    return element


def data(value: Any, identifier: str) -> Element:
    """Data for a script, as JSON in which no markup can begin."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return code(
        "script", text.replace("<", r"\u003c"), {"type": "application/json", "id": identifier}
    )


def document(root: Element) -> str:
    """The whole file."""
    return "<!doctype html>\n" + tostring(root, encoding="unicode", method="html") + "\n"
