"""Checks of a claim set's size, which a companion guide may ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hpedi.acceptance.checks.screen import Around, Columns, FlatCheck, Given, Screened, Shape, Values
from hpedi.acceptance.loops import LoopInstance, Spot

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_CLAIMS: Final = "claims of the set"
_ONE: Final = Decimal(1)


def too_many_claims(claim: LoopInstance, *, limit: str) -> Iterator[Spot]:
    """A set has no more claims than the limit; told once, at the first claim too many."""
    transaction_set = claim.root
    if transaction_set.total(_CLAIMS) == int(limit):
        yield Spot(claim.trigger)
    transaction_set.add(_CLAIMS, _ONE)


def _flat(_shape: Shape, given: Given, _columns: Columns) -> FlatCheck | None:
    limit = given.get("limit")
    if not isinstance(limit, str):
        return None
    most = Decimal(limit)

    def holds(_values: Values, around: Around) -> bool:
        return around.total(-1, _CLAIMS) != most

    return FlatCheck(holds, lambda _values, around: around.add(-1, _CLAIMS, _ONE))


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType({"too_many_claims": Screened(too_many_claims, flat=_flat)})
"""By the name that rules call."""
