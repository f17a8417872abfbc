"""The limits that hold for a partner's interchanges: those of the workspace, with its own in their place."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Final

from hpedi.reference.partners import Partner
from hpedi.x12.limits import Limits

OF_A_FILE: Final = "interchanges_in_file"
"""Known before the sender is: no limit of a partner."""

NAMES: Final = frozenset(each.name for each in fields(Limits)) - {OF_A_FILE}
"""The limits that a partner may have of its own."""


def limits_of(partner: Partner | None, usual: Limits) -> Limits:
    """Return the limits of an interchange of a partner, or of a sender that we do not know."""
    own = {name: limit for name, limit in partner.limits.items() if name in NAMES} if partner else {}
    return replace(usual, **own) if own else usual
