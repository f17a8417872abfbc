"""What the parts of a split have in common: payer, receiver or billing provider, found in a few segments.

Source: 005010X222A1 1000B, 2010AA, 2010BB; 005010X221A1 1000A, 1000B.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class PartKey:
    """What a part has in common.

    Attributes:
        value: What tells it from others; may be a name.
        shown: An identifier of an organisation that may be shown; empty if there is none.
    """

    value: str
    shown: str = ""


@dataclass(frozen=True, slots=True)
class _Party:
    """Where a party is named: the segment, its qualifier, the elements of name, id qualifier and id."""

    segment: str
    qualifier: str
    name: int
    id_qualifier: int
    id: int


NO_KEY: Final = PartKey("")

_PARTIES: Final = {
    "payer": (_Party("NM1", "PR", 3, 8, 9), _Party("N1", "PR", 2, 3, 4)),
    "receiver": (_Party("NM1", "40", 3, 8, 9),),
    "billing-provider": (_Party("NM1", "85", 3, 8, 9), _Party("N1", "PE", 2, 3, 4)),
}
_SHOWN_QUALIFIERS: Final = frozenset({"XX", "PI", "XV", "46"})  # never a tax id: it may be somebody's
_SHOWN: Final = re.compile("[A-Z0-9]{2,15}")


def key_in(texts: Iterable[str], by: str, separator: str) -> PartKey | None:
    """Return the key that segments give; None if none of them does.

    Args:
        texts: Segments; the first that names the party counts.
        by: `payer`, `receiver` or `billing-provider`.
        separator: Of elements.
    """
    parties = {f"{each.segment}{separator}{each.qualifier}{separator}": each for each in _PARTIES[by]}
    for text in texts:
        party = next((parties[start] for start in parties if text.startswith(start)), None)
        if party is not None:
            return _key(party, text.split(separator))
    return None


def shown_key(value: str) -> PartKey:
    """Return an identifier of an organisation as key."""
    return PartKey(value, value if _SHOWN.fullmatch(value) else "")


def _key(party: _Party, elements: list[str]) -> PartKey:
    sent = [*elements, *[""] * (party.id + 1)]
    name, qualifier, identifier = sent[party.name], sent[party.id_qualifier], sent[party.id]
    is_shown = qualifier in _SHOWN_QUALIFIERS and _SHOWN.fullmatch(identifier)
    return PartKey(f"{qualifier} {identifier}" if identifier else f"name {name}", identifier if is_shown else "")
