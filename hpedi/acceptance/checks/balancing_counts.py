"""Balancing of premium payments, enrolments and acknowledgements: 820, 834 and 999.

The sums over loops that are not kept stand on the transaction set (`premium_detail_balances`,
`premium_adjustment_is_not_zero`, `members_are_not_more`, `accepted_set_is_sound`).
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

_LISTED, _ACCEPTED, _REFUSED = "sets", "sets accepted", "sets refused"
_WITHOUT_ERRORS: Final = "A"
_ACCEPTING: Final = (_WITHOUT_ERRORS, "E")
"""IK501 of sets that are accepted, without errors or in spite of them."""


def premium_detail_balances(detail: LoopInstance) -> Iterator[Spot]:
    """What is paid (RMR04) is what was billed (RMR05) with the adjustments of the detail (ADX01 of 2320)."""
    segment = head(detail)
    detail.root.add(f"RMR04 {detail.loop_id}", stated(segment, 4))
    adjustments = [head(loop) for loop in detail.loops(_ADJUSTMENTS_OF[detail.loop_id])]
    difference = sum((stated(each, 1) for each in adjustments), NOTHING)
    if segment is not None and differ(stated(segment, 4), stated(segment, 5) + difference):
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


def accepted_set_is_sound(answer: LoopInstance) -> Iterator[Spot]:
    """A set that is accepted without errors (IK501 = A) has none listed."""
    verdict = answer.first("IK5")
    if verdict is None:
        return
    answer.root.add(_LISTED, _ONE)
    answer.root.add(_ACCEPTED if verdict.value(1) in _ACCEPTING else _REFUSED, _ONE)
    if verdict.value(1) == _WITHOUT_ERRORS and answer.loops("2100"):
        yield Spot(verdict, 1)


def sets_are_received(acknowledgment: LoopInstance) -> Iterator[Spot]:
    """No more sets are answered (AK2) than were received (AK903)."""
    segment = acknowledgment.first("AK9")
    if segment is not None and exceeds(acknowledgment.total(_LISTED), stated(segment, 3)):
        yield Spot(segment, 3)


def accepted_are_received(acknowledgment: LoopInstance) -> Iterator[Spot]:
    """No more sets were accepted (AK904) than received (AK903)."""
    segment = acknowledgment.first("AK9")
    if segment is not None and exceeds(stated(segment, 4), stated(segment, 3)):
        yield Spot(segment, 4)


def accepted_are_counted(acknowledgment: LoopInstance) -> Iterator[Spot]:
    """AK904 is at least the sets answered as accepted, and at most AK903 less those answered as refused."""
    segment = acknowledgment.first("AK9")
    accepted, received = stated(segment, 4), stated(segment, 3)
    if segment is None or exceeds(accepted, received):
        return
    most = received - acknowledgment.total(_REFUSED)
    if exceeds(acknowledgment.total(_ACCEPTED), accepted) or exceeds(accepted, most):
        yield Spot(segment, 4)


def group_answer_fits(acknowledgment: LoopInstance) -> Iterator[Spot]:
    """AK901 says whether all sets were accepted (A, E), some (P) or none (R)."""
    segment = acknowledgment.first("AK9")
    accepted, received = stated(segment, 4), stated(segment, 3)
    if segment is None or not (accepted - received).is_finite() or accepted > received:
        return
    fits = {
        "A": accepted == received,
        "E": accepted == received,
        "P": NOTHING < accepted < received,
        "R": accepted == NOTHING,
    }
    if not fits.get(segment.value(1), True):
        yield Spot(segment, 1)


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {
        check.__name__: check
        for check in (
            premium_detail_balances,
            premium_adjustment_is_not_zero,
            premium_payment_balances,
            members_are_not_more,
            members_are_not_fewer,
            accepted_set_is_sound,
            sets_are_received,
            accepted_are_received,
            accepted_are_counted,
            group_answer_fits,
        )
    }
)
