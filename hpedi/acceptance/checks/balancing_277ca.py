"""Balancing of claim acknowledgements: amounts and counts of a receiver and of a provider (005010X214 2200B and 2200C).

The sums over claims are kept on the loops around them as claims go by (`claim_status_amounts_agree`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hpedi.acceptance.checks.balancing_276_277 import claim_charges_agree
from hpedi.acceptance.checks.balancing_amounts import NOTHING, UNREADABLE, differ, stated
from hpedi.acceptance.loops import LoopInstance, Segment, Spot

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_ONE: Final = Decimal(1)
_ACCEPTED, _REJECTED = "WQ", "U"
"""STC03."""

_AMOUNTS: Final = {_ACCEPTED: "YU", _REJECTED: "YY"}
"""AMT01 of the sum of what was accepted and rejected."""

_COUNTS: Final = {"2200B": {_ACCEPTED: "90", _REJECTED: "AA"}, "2200C": {_ACCEPTED: "QA", _REJECTED: "QC"}}
"""QTY01 of their number, by the loop it stands in."""

_STATUS_LOOPS: Final = {"2000B": "2200B", "2000C": "2200C"}
_CLAIMS: Final = "claims"


def claim_status_amounts_agree(status: LoopInstance) -> Iterator[Spot]:
    """Every STC of a claim states the same charge (STC04).

    Keeps the sums for the provider and the receiver around: how many claims of each action, and their charges.
    """
    first = status.first("STC")
    action = "" if first is None else first.value(3)
    for loop_id in _STATUS_LOOPS:
        around = status.around(loop_id)
        if around is not None:
            _count(around, action, _ONE, stated(first, 4))
    yield from claim_charges_agree(status)


def _count(loop: LoopInstance, action: str, claims: Decimal, charge: Decimal) -> None:
    """Add claims to the sums of a receiver or provider; an action that is none spoils them all."""
    loop.add(_CLAIMS, claims)
    for each in [action] if action in _AMOUNTS else _AMOUNTS:
        known = action in _AMOUNTS
        loop.add(_count_of(each), claims if known else UNREADABLE)
        loop.add(_amount_of(each), charge if known else UNREADABLE)


def _count_of(action: str) -> str:
    return f"QTY {action}"


def _amount_of(action: str) -> str:
    return f"AMT {action}"


def status_amount_balances(status: LoopInstance) -> Iterator[Spot]:
    """STC04 of a receiver or provider is what was accepted (AMT*YU) and rejected (AMT*YY) of it together."""
    segment, parts = status.first("STC"), status.segments_of("AMT", *_AMOUNTS.values())
    if segment is not None and parts and differ(stated(segment, 4), sum((stated(each, 2) for each in parts), NOTHING)):
        yield Spot(segment, 4)


def provider_amounts_balance(provider: LoopInstance) -> Iterator[Spot]:
    """AMT*YU and AMT*YY of a provider are the charges of its claims accepted and rejected.

    Keeps the sums for the receiver around where the provider was answered as a whole, without claims.
    """
    if not provider.total(_CLAIMS):
        _keep_provider(provider)
        return
    yield from _amounts(provider)


def provider_counts_balance(provider: LoopInstance) -> Iterator[Spot]:
    """QTY*QA and QTY*QC of a provider are the numbers of its claims accepted and rejected."""
    yield from _counts(provider)


def receiver_amounts_balance(receiver: LoopInstance) -> Iterator[Spot]:
    """AMT*YU and AMT*YY of a receiver are the charges of its claims accepted and rejected."""
    yield from _amounts(receiver)


def receiver_counts_balance(receiver: LoopInstance) -> Iterator[Spot]:
    """QTY*90 and QTY*AA of a receiver are the numbers of its claims accepted and rejected."""
    yield from _counts(receiver)


def _keep_provider(provider: LoopInstance) -> None:
    receiver, status = provider.around("2000B"), _status(provider)
    segment = None if status is None else status.first("STC")
    if receiver is None or status is None or segment is None:
        return
    action = segment.value(3)
    quantity = status.first("QTY", _COUNTS["2200C"].get(action, ""))
    _count(receiver, action, UNREADABLE if quantity is None else stated(quantity, 2), stated(segment, 4))


def _amounts(level: LoopInstance) -> Iterator[Spot]:
    for action, qualifier in _AMOUNTS.items():
        yield from _stated_total(level, "AMT", qualifier, _amount_of(action))


def _counts(level: LoopInstance) -> Iterator[Spot]:
    for action, qualifier in _COUNTS[_STATUS_LOOPS[level.loop_id]].items():
        yield from _stated_total(level, "QTY", qualifier, _count_of(action))


def _stated_total(level: LoopInstance, segment_id: str, qualifier: str, name: str) -> Iterator[Spot]:
    """Compare a total with the sum kept for it, where claims were counted."""
    status = _status(level)
    segment: Segment | None = None if status is None else status.first(segment_id, qualifier)
    if segment is not None and level.total(_CLAIMS) and differ(stated(segment, 2), level.total(name)):
        yield Spot(segment, 2)


def _status(level: LoopInstance) -> LoopInstance | None:
    return next(iter(level.loops(_STATUS_LOOPS[level.loop_id])), None)


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {
        check.__name__: check
        for check in (
            claim_status_amounts_agree,
            status_amount_balances,
            provider_amounts_balance,
            provider_counts_balance,
            receiver_amounts_balance,
            receiver_counts_balance,
        )
    }
)
