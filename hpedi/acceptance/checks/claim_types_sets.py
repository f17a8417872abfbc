"""Checks of a claim set's size, which a companion guide may ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hpedi.acceptance.loops import LoopInstance, Spot

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_RECOMMENDED: Final = Decimal(5000)
"""CLM segments a transaction set: 005010X222A1, X223A2 and X224A2, 1.3.2."""
_CLAIMS: Final = "claims of the set"
_ONE: Final = Decimal(1)


def claims_over_recommended(claim: LoopInstance) -> Iterator[Spot]:
    """A set has no more claims than its guide recommends; told once, at the first claim too many."""
    transaction_set = claim.root
    if transaction_set.total(_CLAIMS) == _RECOMMENDED:
        yield Spot(claim.trigger)
    transaction_set.add(_CLAIMS, _ONE)


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType({"claims_over_recommended": claims_over_recommended})
"""By the name that rules call."""
