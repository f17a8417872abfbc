"""Features: what a claim may need that is not decided here yet pends it, by name, so that it is never paid wrongly.

Each row goes when its rule comes. What bears on the whole claim is looked at before the edits, what bears on prices and
payment after them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.date_ranges import crosses_a_change
from hpedi.adjudication.verdicts import Pends
from hpedi.money import ZERO

ClaimFeature = Callable[[ClaimContext], bool]
AcceptedFeature = Callable[[ClaimContext, Sequence[LineContext]], bool]


def _needs_frequency_link(context: ClaimContext) -> bool:
    return not context.is_correction and context.claim.frequency not in context.conventions.frequencies


def _charges_below_zero(context: ClaimContext) -> bool:
    return any(line.charged < ZERO for line in context.claim.lines)


def _is_still_to_come(context: ClaimContext) -> bool:
    received = context.received.received
    return any((line.dates.end or line.dates.start) > received for line in context.claim.lines)


def _asks_beforehand(context: ClaimContext) -> bool:
    return context.claim.is_predetermination


def _is_to_be_paid_to_a_plan(context: ClaimContext) -> bool:
    return context.claim.pay_to_plan is not None


BEFORE_EDITS: Final[Mapping[str, tuple[ClaimFeature, str]]] = {
    "frequency": (_needs_frequency_link, "The claim replaces or voids another one."),
    "predetermination": (_asks_beforehand, "The claim asks what would be paid; nothing was done yet."),
    "pay_to_plan": (_is_to_be_paid_to_a_plan, "Another health plan is to be paid in place of the provider."),
    "service_to_come": (_is_still_to_come, "A service is dated after the claim was received."),
    "negative_charge": (_charges_below_zero, "A service is charged below zero."),
}
"""By feature: whether a claim needs it, and what it waits for."""


def check_claim(context: ClaimContext) -> Pends | None:
    """Pend a claim that as a whole needs what is not decided here yet."""
    for feature, (needs, message) in BEFORE_EDITS.items():
        if needs(context):
            return Pends(reason=feature, message=message)
    return None


def _spans_a_change(context: ClaimContext, lines: Sequence[LineContext]) -> bool:
    # A claim that is priced as one goes by its first day.
    return context.claim_rate is None and any(crosses_a_change(line) for line in lines)


AFTER_EDITS: Final[Mapping[str, tuple[AcceptedFeature, str]]] = {
    "date_range": (_spans_a_change, "A service of several days crosses a change of coverage, benefit year or fee."),
}
"""By feature: whether the lines that are not denied need it, and what the claim waits for."""


def check_accepted(context: ClaimContext, lines: Sequence[LineContext]) -> Pends | None:
    """Pend a claim whose accepted lines need what is not decided here yet."""
    for feature, (needs, message) in AFTER_EDITS.items():
        if needs(context, lines):
            return Pends(reason=feature, message=message)
    return None
