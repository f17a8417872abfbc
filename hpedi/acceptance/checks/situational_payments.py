"""How payments and adjustments are put down: the accounts of a transfer, the order of a CAS.

Of 835, 820 and the adjustments in 837. That the amounts add up is balancing; that a reason has its amount is syntax.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hpedi.acceptance.checks.screen import Asks, Screened, asks, is_any, itself
from hpedi.acceptance.loops import LoopInstance, Segment, Spot

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_ACCOUNTS: Final = (6, 7, 8, 9, 10, 12, 13, 14, 15)
"""BPR elements that say from where and to where money moves."""
_REASONS: Final = (2, 5, 8, 11, 14, 17)
"""CAS elements that hold reasons."""
_SECOND_REASON: Final = _REASONS[1]


def transfer_account_missing(payment: LoopInstance) -> Iterator[Spot]:
    """A transfer names both accounts."""
    for segment in payment.segments_of("BPR"):
        for element in _ACCOUNTS:
            if not segment.value(element):
                yield Spot(segment, element)


def adjustment_gap(loop: LoopInstance) -> Iterator[Spot]:
    """The reasons of a CAS are filled from left to right."""
    for segment in loop.segments_of("CAS"):
        is_open = False
        for element in _REASONS:
            if not segment.value(element):
                is_open = True
            elif is_open:
                yield Spot(segment, element)
                break


def adjustment_group_repeats(loop: LoopInstance) -> Iterator[Spot]:
    """A group takes another CAS only where its first is full."""
    groups: dict[str, Segment] = {}
    segments = loop.segments_of("CAS")
    for segment in segments if len(segments) > 1 else ():
        earlier = groups.get(segment.value(1))
        if earlier is not None and not earlier.value(_REASONS[-1]):
            yield Spot(segment, 1, trigger=earlier)
        groups[segment.value(1)] = segment


def adjustment_reason_repeats(loop: LoopInstance) -> Iterator[Spot]:
    """A reason stands once in a group."""
    seen: set[tuple[str, str]] = set()
    segments = loop.segments_of("CAS")
    if len(segments) == 1 and len(segments[0].elements) <= _SECOND_REASON:
        return
    for segment in segments:
        for element in _REASONS:
            reason = segment.value(element)
            if reason and (segment.value(1), reason) in seen:
                yield Spot(segment, element)
            seen.add((segment.value(1), reason))


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {
        "transfer_account_missing": transfer_account_missing,
        "adjustment_gap": Screened(adjustment_gap, Asks(asks("CAS", _REASONS, is_any))),
        "adjustment_group_repeats": Screened(
            adjustment_group_repeats, Asks((*asks("CAS", (1,), itself), *asks("CAS", _REASONS[-1:], is_any)))
        ),
        "adjustment_reason_repeats": Screened(adjustment_reason_repeats, Asks(asks("CAS", (1, *_REASONS), itself))),
    }
)
"""By the name that rules give."""
