"""Fee schedule: the fee of the date of service for each unit, or the charge where that is less."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hpedi.claims.adjustment import Adjustment
from hpedi.money import Usd, rounded
from hpedi.reference.contracts import GroupAndCode


@dataclass(frozen=True, slots=True)
class Price:
    """What is allowed for a line, and the adjustment that explains the difference to the charge."""

    allowed: Usd
    adjustments: tuple[Adjustment, ...]


def price_by_fee_schedule(
    charged: Usd,
    fee: Usd,
    units: Decimal,
    *,
    lesser_of_charge: bool,
    excess: GroupAndCode,
    over_charge: GroupAndCode | None,
) -> Price | None:
    """Price a line.

    Args:
        charged: The line's charge, US dollars.
        fee: US dollars for one unit.
        units: Units billed.
        lesser_of_charge: The charge is allowed where it is less than the fee.
        excess: Adjustment for what is charged above the allowed amount: CO-45, or PR-45 where nothing protects
            the member.
        over_charge: Adjustment, negative, for what is allowed above the charge.

    Returns:
        The price; None where more than the charge is allowed and the payer has no reason for it.
    """
    agreed = rounded(fee * units)
    allowed = min(agreed, charged) if lesser_of_charge else agreed
    if allowed == charged:
        return Price(allowed, ())
    code = excess if allowed < charged else over_charge
    return None if code is None else Price(allowed, (Adjustment(code.group, code.carc, charged - allowed),))
