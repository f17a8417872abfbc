"""What pricing takes and gives: what is billed of a unit, what a method allows, and the price that balances.

A unit is what is priced together: a line, or the whole claim (number 0) where the contract prices the claim.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from hpedi.adjudication.context import LineContext
from hpedi.adjudication.decision import Stay, TrailStep
from hpedi.claims.adjustment import Adjustment
from hpedi.claims.model import Model
from hpedi.money import ZERO, Usd
from hpedi.reference.contracts import GroupAndCode


class Billed(Model, frozen=True, kw_only=True):
    """What of a line is priced: its charge (US dollars) and units, less those that were denied."""

    charged: Usd
    units: Decimal


class Allowance(Model, frozen=True, kw_only=True):
    """What a method allows, and how it came to it.

    Attributes:
        amount: US dollars allowed.
        adjustments: What the method itself takes off or adds, with its own codes: outlier, multiple procedures. The
            rest of the difference to the charge is the contract's.
        reason: A name of the payer's reasons, where nothing is payable for the service on its own.
        prepaid: The service is paid for otherwise: a copay is all that the member owes, and what is left of the charge
            is adjusted with these codes.
        references: What the remittance names with the line, by qualifier (APC ...).
        episode: The episode of a case rate that it belongs to.
        parameter: The dated parameter used, in words.
        source: Where it stands.
        method: How it was priced, where not by the method of the rate.
    """

    amount: Usd
    adjustments: tuple[Adjustment, ...] = ()
    reason: str = ""
    prepaid: GroupAndCode | None = None
    references: tuple[tuple[str, str], ...] = ()
    episode: str = ""
    parameter: str = ""
    source: str = ""
    method: str = ""


class Price(Model, frozen=True, kw_only=True):
    """What is allowed for a unit, and the adjustments that explain the difference to its charge.

    Attributes:
        allowed: US dollars; cost is shared of these.
        adjustments: They add up to the charge less `allowed`, but for a prepaid service.
        reason: A name of the payer's reasons, where nothing is payable for the unit.
        prepaid: See `Allowance`.
        references: Likewise.
        episode: Likewise.
    """

    allowed: Usd
    adjustments: tuple[Adjustment, ...] = ()
    reason: str = ""
    prepaid: GroupAndCode | None = None
    references: tuple[tuple[str, str], ...] = ()
    episode: str = ""


class PricedUnit(Model, frozen=True, kw_only=True):
    """A priced unit.

    Attributes:
        number: Line number; 0 is the claim.
        line: The line, or the first accepted line of the claim: its coverage, benefit row and tier hold for the unit.
        charged: US dollars charged for what is priced, less what was denied.
        units: Units (or covered days) priced.
        price: What is allowed.
    """

    number: int
    line: LineContext
    charged: Usd
    units: Decimal
    price: Price


class Priced(Model, frozen=True, kw_only=True):
    """Prices of the accepted lines in their order, or one of the claim, and the steps of the trail.

    Attributes:
        units: What is priced; none where all is denied.
        stay: Where the contract prices the claim as one, whether or not something is accepted.
        accepted: Then US dollars charged for what is accepted of each line, by its number.
    """

    units: tuple[PricedUnit, ...]
    stay: Stay | None = None
    accepted: Mapping[int, Usd] = msgspec.field(default_factory=dict)
    steps: tuple[TrailStep, ...] = ()


def balanced(
    allowance: Allowance, charged: Usd, excess: GroupAndCode, over_charge: GroupAndCode | None
) -> Price | None:
    """Explain the difference between charge and allowance.

    Args:
        allowance: What is allowed.
        charged: US dollars charged.
        excess: Adjustment for what is charged above it: CO-45, or PR-45 where nothing protects the member.
        over_charge: Adjustment, negative, for what is allowed above the charge.

    Returns:
        The price; None where more than the charge is allowed and the payer has no reason for it.

    Source: golden FORMAT 5.4; RFI 2044 (CO-94).
    """
    adjustments = allowance.adjustments
    if allowance.prepaid is None:
        rest = charged - allowance.amount
        if adjustments:
            rest -= sum((each.amount for each in adjustments), ZERO)
        code = excess if rest > ZERO else over_charge
        if rest and code is None:
            return None
        if rest and code is not None:
            adjustments = (Adjustment(code.group, code.carc, rest), *adjustments)
    return Price(
        allowed=allowance.amount,
        adjustments=adjustments,
        reason=allowance.reason,
        prepaid=allowance.prepaid,
        references=allowance.references,
        episode=allowance.episode,
    )
