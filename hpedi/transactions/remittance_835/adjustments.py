"""How the reasons of a claim or line go into CAS segments.

A reason stands once a group, and a group's segments stand together: reasons of the same group and code are one, groups
come in the order in which each is first named, and a segment holds six reasons. Amounts are not changed otherwise.

Source: 005010X221A1 2100 and 2110 CAS; rule S4-117.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from hpedi.claims.adjustment import Adjustment
from hpedi.money import ZERO, Usd

REASONS_A_SEGMENT: Final = 6


def grouped(adjustments: Sequence[Adjustment]) -> tuple[Adjustment, ...]:
    """Return adjustments group by group, those of the same group and code added up."""
    if len(adjustments) < 2:  # noqa: PLR2004 - one reason is in order
        return tuple(adjustments)
    by_group: dict[str, dict[str, Adjustment]] = {}
    for adjustment in adjustments:
        reasons = by_group.setdefault(adjustment.group, {})
        same = reasons.get(adjustment.carc)
        reasons[adjustment.carc] = _added(same, adjustment) if same else adjustment
    return tuple(adjustment for reasons in by_group.values() for adjustment in reasons.values())


def segments_of(adjustments: Sequence[Adjustment]) -> list[tuple[str, tuple[Adjustment, ...]]]:
    """Return one (group, up to six adjustments) a CAS segment."""
    if len(adjustments) == 1:
        return [(adjustments[0].group, tuple(adjustments))]
    by_group: dict[str, list[Adjustment]] = {}
    for each in grouped(adjustments):
        by_group.setdefault(each.group, []).append(each)
    return [
        (group, tuple(reasons[start : start + REASONS_A_SEGMENT]))
        for group, reasons in by_group.items()
        for start in range(0, len(reasons), REASONS_A_SEGMENT)
    ]


def total(adjustments: Iterable[Adjustment]) -> Usd:
    """Add up the amounts."""
    return sum([adjustment.amount for adjustment in adjustments], ZERO)


def _added(one: Adjustment, other: Adjustment) -> Adjustment:
    counted = [each.quantity for each in (one, other) if each.quantity is not None]
    quantity = sum(counted, Decimal(0)) if counted else None
    return Adjustment(one.group, one.carc, one.amount + other.amount, quantity)
