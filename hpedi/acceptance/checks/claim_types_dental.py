"""Checks of dental claims: teeth, surfaces and months of orthodontic treatment against each other (837D DN1, DN2, TOO).

Which procedures need a tooth, a quadrant or surfaces stands in the rows of the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hpedi.acceptance.checks.balancing_amounts import amount, exceeds
from hpedi.acceptance.loops import LoopInstance, Spot

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_TOOTH, _SURFACES = 2, 3
_STATUS, _MISSING = 2, "M"


def surface_repeats(line: LoopInstance) -> Iterator[Spot]:
    """A surface of a tooth is named once."""
    for tooth in line.segments_of("TOO"):
        surfaces = tooth.components(_SURFACES)
        repeated = next((index for index, surface in enumerate(surfaces) if surface in surfaces[:index]), None)
        if repeated is not None:
            yield Spot(tooth, _SURFACES, repeated + 1)


def tooth_repeats(line: LoopInstance) -> Iterator[Spot]:
    """A tooth is named once on a line."""
    seen: set[str] = set()
    for tooth in line.segments_of("TOO"):
        number = tooth.value(_TOOTH)
        if number in seen:
            yield Spot(tooth, _TOOTH)
        seen.add(number)


def missing_tooth_restored(line: LoopInstance) -> Iterator[Spot]:
    """No surface is treated of a tooth that the claim says is missing."""
    claim = line.around("2300")
    stated = [] if claim is None else claim.segments_of("DN2")
    missing = {tooth.value(1): tooth for tooth in stated if tooth.value(_STATUS) == _MISSING}
    for tooth in line.segments_of("TOO"):
        gone = missing.get(tooth.value(_TOOTH))
        if gone is not None and tooth.value(_SURFACES):
            yield Spot(tooth, _TOOTH, trigger=gone)


def months_left_over_total(claim: LoopInstance) -> Iterator[Spot]:
    """The months of orthodontic treatment that remain are not more than all of them."""
    treatment = claim.first("DN1")
    if treatment is None or not treatment.value(1):
        return
    if exceeds(amount(treatment.value(2)), amount(treatment.value(1))):
        yield Spot(treatment, 2)


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {
        check.__name__: check
        for check in (surface_repeats, tooth_repeats, missing_tooth_restored, months_left_over_total)
    }
)
"""By the name that rules call."""
