"""Fee schedule: the fee of the date of service for each unit, or the charge where that is less.

A procedure done on both sides, an assistant at surgery or a visit from afar is paid a share of the fee, as the
contract says. A component (26, TC) has a fee of its own, found by code and modifier.
"""

from __future__ import annotations

from decimal import Decimal

from hpedi.adjudication.context import LineContext
from hpedi.money import Usd, rounded
from hpedi.reference.contracts import Bilateral, ContractRate, PaymentShare
from hpedi.reference.edits import ProcedureIndicators

WHOLE = Decimal(1)


def agreed_fee(line: LineContext, rate: ContractRate, units: Decimal, indicators: ProcedureIndicators | None) -> Usd:
    """Return what the contract agrees for a line, US dollars, before several procedures are ranked.

    Args:
        line: The line, with its fee.
        rate: Its rate.
        units: Units to be priced.
        indicators: Payment indicators of its code.

    Raises:
        ValueError: The line has no fee: the edits let it pass wrongly.
    """
    if line.fee is None:
        raise ValueError("a line without a fee cannot have been accepted")
    share = fee_share(line, rate, indicators)
    return rounded(line.fee * units if share is WHOLE else line.fee * units * share)


def fee_share(line: LineContext, rate: ContractRate, indicators: ProcedureIndicators | None) -> Decimal:
    """Return the share of the fee that a line is paid: 1, or the product of all that its modifiers say."""
    share = WHOLE
    if rate.bilateral is None and not rate.shares:
        return share
    if rate.bilateral is not None and is_bilateral(line, rate.bilateral, indicators):
        share *= rate.bilateral.percent
    for each in rate.shares:
        if _holds(each, line):
            share *= each.percent
    return share


def is_bilateral(line: LineContext, terms: Bilateral, indicators: ProcedureIndicators | None) -> bool:
    """Say whether a line is a procedure done on both sides that is paid as one with a share."""
    billed_so = terms.modifier in line.line.modifiers
    return billed_so and indicators is not None and indicators.bilateral == terms.indicator


def _holds(share: PaymentShare, line: LineContext) -> bool:
    if share.codes is not None and line.line.code not in share.codes:
        return False
    return not set(share.modifiers).isdisjoint(line.line.modifiers) or line.place_of_service in share.pos
