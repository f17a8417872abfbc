"""Balancing of premium payments, enrolments and acknowledgements: 820, 834 and 999.

The sums over loops that are not kept stand on the transaction set (`premium_detail_balances`,
`premium_adjustment_is_not_zero`, `members_are_not_more`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hpedi.acceptance.checks.balancing_amounts import NOTHING, differ, exceeds, head, stated
from hpedi.acceptance.loops import LoopInstance, Spot

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_ONE: Final = Decimal(1)

_PREMIUMS: Final = ("RMR04 2300A", "RMR04 2300B")
_ADJUSTMENTS: Final = "ADX01"
_ADJUSTMENTS_OF: Final = {"2300A": "2320A", "2300B": "2320B"}

_MEMBERS: Final = {"Y": ("TO", "ET"), "N": ("TO", "DT")}
"""The totals (QTY01 of an 834) that a member counts in, by INS01: subscriber or dependent."""


def premium_detail_balances(detail: LoopInstance) -> Iterator[Spot]:
    """What is paid (RMR04) is what was billed (RMR05) with the adjustments of the detail (ADX01 of 2320)."""
    segment = head(detail)
    detail.root.add(f"RMR04 {detail.loop_id}", stated(segment, 4))
    adjustments = [head(loop) for loop in detail.loops(_ADJUSTMENTS_OF[detail.loop_id])]
    difference = sum((stated(each, 1) for each in adjustments), NOTHING)
    if segment is not None and adjustments and differ(stated(segment, 4), stated(segment, 5) + difference):
        yield Spot(segment, 4)


def premium_adjustment_is_not_zero(adjustment: LoopInstance) -> Iterator[Spot]:
    """An adjustment of a former payment changes the total."""
    amount = stated(head(adjustment), 1)
    adjustment.root.add(_ADJUSTMENTS, amount)
    if not amount:
        yield Spot(adjustment.trigger, 1)


def premium_payment_balances(payment: LoopInstance) -> Iterator[Spot]:
    """BPR02 is the sum of RMR04, with or without the adjustments of former payments (ADX01 of 2200).

    Where the organization and individuals are both detailed, either may make the total. Without any detail the
    remittance is sent apart from the payment.
    """
    segment = payment.first("BPR")
    details = [payment.total(name) for name in _PREMIUMS]
    adjustments = payment.total(_ADJUSTMENTS)
    if segment is None or not (any(details) or adjustments):
        return
    totals = [total for each in (*details, sum(details, NOTHING)) for total in (each, each + adjustments)]
    if all(differ(stated(segment, 2), total) for total in totals):
        yield Spot(segment, 2)


def members_are_not_more(member: LoopInstance) -> Iterator[Spot]:
    """No more members stand in an enrolment than its totals (QTY) say; told at the total, once."""
    enrolment, segment = member.root, head(member)
    for qualifier in _MEMBERS.get("" if segment is None else segment.value(1), ()):
        enrolment.add(qualifier, _ONE)
        total = enrolment.first("QTY", qualifier)
        if total is not None and enrolment.total(qualifier) == stated(total, 2) + _ONE:
            yield Spot(total, 2)


def members_are_not_fewer(enrolment: LoopInstance) -> Iterator[Spot]:
    """No fewer members stand in an enrolment than its totals (QTY) say."""
    for total in enrolment.segments_of("QTY") if enrolment.total("TO") else ():
        if exceeds(stated(total, 2), enrolment.total(total.value(1))):
            yield Spot(total, 2)


def accepted_are_received(acknowledgment: LoopInstance) -> Iterator[Spot]:
    """No more transaction sets were accepted (AK904) than received (AK903)."""
    segment = acknowledgment.first("AK9")
    if segment is not None and exceeds(stated(segment, 4), stated(segment, 3)):
        yield Spot(segment, 4)


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {
        check.__name__: check
        for check in (
            premium_detail_balances,
            premium_adjustment_is_not_zero,
            premium_payment_balances,
            members_are_not_more,
            members_are_not_fewer,
            accepted_are_received,
        )
    }
)
