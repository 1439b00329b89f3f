"""The licences that a source or an instance may state, and what each permits.

Identifiers are SPDX's (https://spdx.org/licenses/). Each row was read off the licence's own text or
deed: may it be passed on, may changed versions be passed on, may it be used commercially. What a
licence does not settle is None.
"""

from typing import Annotated, NamedTuple

from schema.fields import Form

UNKNOWN = "NOASSERTION"
"""SPDX's word for a licence that nobody has established: it cannot be published."""

OWN_PREFIX = "LicenseRef-"
"""SPDX's prefix for a licence outside its list; its text is found at `license_url`."""


class Licence(NamedTuple):
    """What a licence permits: passing on, passing on changed versions, commercial use."""

    identifier: str
    redistribution: bool | None
    derivatives: bool | None
    commercial: bool | None


def _creative_commons() -> list[Licence]:
    """The six licences in the versions that speech corpora carry."""
    return [
        Licence(f"CC-{kind}-{version}", True, "ND" not in kind, "NC" not in kind)
        for kind in ("BY", "BY-SA", "BY-NC", "BY-NC-SA", "BY-ND", "BY-NC-ND")
        for version in ("1.0", "2.0", "2.5", "3.0", "4.0")
    ]


_FREE = (
    "0BSD", "AFL-3.0", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-2.0", "Artistic-2.0",
    "BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-Clear", "BSL-1.0", "C-UDA-1.0", "CC-PDDC",
    "CC-PDM-1.0", "CC0-1.0", "CDLA-Permissive-1.0", "CDLA-Permissive-2.0", "CDLA-Sharing-1.0",
    "ECL-2.0", "EPL-2.0", "EUPL-1.2", "GFDL-1.3-only", "GFDL-1.3-or-later", "GPL-2.0-only",
    "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later", "ISC", "LGPL-2.1-only",
    "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-0", "MPL-2.0",
    "ODC-By-1.0", "ODbL-1.0", "OFL-1.1", "PDDL-1.0", "Unlicense", "Zlib",
)  # fmt: skip
"""Free licences: all three are permitted."""

LICENCES: dict[str, Licence] = {
    licence.identifier: licence
    for licence in (
        *_creative_commons(),
        *(Licence(identifier, True, True, True) for identifier in _FREE),
    )
}


def _expression_pattern() -> str:
    known = "|".join(identifier.replace(".", r"\.") for identifier in sorted(LICENCES))
    one = rf"({known}|{OWN_PREFIX}[A-Za-z0-9.-]+)"
    return rf"^({UNKNOWN}|{one}( AND {one})*)$"


LicenceExpression = Annotated[
    str,
    Form(
        _expression_pattern(),
        'SPDX identifiers joined by " AND ", "LicenseRef-…" with a license_url, or "NOASSERTION"',
        max_length=500,
    ),
]


def parts(expression: str) -> list[str]:
    """The identifiers of an expression, in its order: `CC-BY-3.0 AND MIT` gives both."""
    return expression.split(" AND ")


def permits(expression: str) -> Licence:
    """What all parts of an expression together permit.

    A part that forbids a use forbids it for the whole; where none forbids but one leaves it open
    (`NOASSERTION`, `LicenseRef-…`), the answer is None.
    """
    licences = [LICENCES.get(part, Licence(part, None, None, None)) for part in parts(expression)]

    def together(answers: list[bool | None]) -> bool | None:
        if False in answers:
            return False
        return None if None in answers else True

    return Licence(
        expression,
        together([licence.redistribution for licence in licences]),
        together([licence.derivatives for licence in licences]),
        together([licence.commercial for licence in licences]),
    )


def forbids(source: str, stated: str) -> list[str]:
    """The uses that the expression `stated` permits and the expression `source` forbids."""
    theirs, ours = permits(source), permits(stated)
    uses = {
        "passing on": (theirs.redistribution, ours.redistribution),
        "changed versions": (theirs.derivatives, ours.derivatives),
        "commercial use": (theirs.commercial, ours.commercial),
    }
    return [use for use, (source_says, we_say) in uses.items() if we_say and source_says is False]
