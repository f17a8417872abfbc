"""Pricing: what the contract allows for each accepted line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.decision import TrailStep
from hpedi.adjudication.pricing.fee_schedule import Price, price_by_fee_schedule
from hpedi.adjudication.verdicts import Denies, Pends
from hpedi.money import LARGEST_AMOUNT, ZERO
from hpedi.reference.contracts import ContractRate, FeeVersion, GroupAndCode

STAGE: Final = "pricing"
CONTRACTUAL: Final = "contractual"
OVER_CHARGE: Final = "over_charge"
TOO_LARGE: Final = "amount_too_large"


@dataclass(frozen=True, slots=True)
class Priced:
    """Prices of the accepted lines, None for the denied ones, and the steps of the trail."""

    prices: tuple[Price | None, ...]
    steps: tuple[TrailStep, ...]


def price_lines(context: ClaimContext, denials: Sequence[Denies | None]) -> Priced | Pends:
    """Price the lines that no edit denied.

    Returns:
        The prices; `Pends` where the payer has no reason for what the contract asks for.
    """
    contractual = _codes(context, CONTRACTUAL)
    if contractual is None:
        return Pends(reason=CONTRACTUAL, message="No reason `contractual` is in force; load one.")
    prices: list[Price | None] = []
    steps: list[TrailStep] = []
    allowed = ZERO
    for line, denial in zip(context.lines, denials, strict=True):
        if denial is not None:
            prices.append(None)
            continue
        rate, fees, fee = line.rate, line.fees, line.fee
        if rate is None or fees is None or fee is None:
            return Pends(reason="fee_schedule", message="No price is in force for the service.", line=line.line.number)
        over_charge = None if rate.lesser_of_charge else _codes(context, OVER_CHARGE)
        price = price_by_fee_schedule(
            line.line.charged,
            fee,
            line.line.units,
            lesser_of_charge=rate.lesser_of_charge,
            excess=rate.excess or contractual,
            over_charge=over_charge,
        )
        if price is None:
            message = "More than the charge is allowed and no reason `over_charge` is in force; load one."
            return Pends(reason=OVER_CHARGE, message=message, line=line.line.number)
        allowed += price.allowed
        if allowed > LARGEST_AMOUNT:
            message = "More is allowed than an amount of a remittance can say; look at the units."
            return Pends(reason=TOO_LARGE, message=message, line=line.line.number)
        prices.append(price)
        steps.append(_step(line, rate, fees, fee, price))
    return Priced(tuple(prices), tuple(steps))


def _codes(context: ClaimContext, reason: str) -> GroupAndCode | None:
    codes = context.reference.reason(reason, context.received.received)
    return GroupAndCode(group=codes.group, carc=codes.carc) if codes is not None and codes.group is not None else None


def _step(line: LineContext, rate: ContractRate, fees: FeeVersion, fee: Decimal, price: Price) -> TrailStep:
    lesser = ", the charge if less" if rate.lesser_of_charge else ""
    contract = line.terms.contract.id if line.terms.contract is not None else ""
    return TrailStep(
        stage=STAGE,
        rule="fee_schedule",
        line=line.line.number,
        parameter=f"{line.fee_key} {fee} a unit{lesser}",
        source=f"contract {contract} rate {rate.id}, {rate.fee_schedule} {fees.version} from {fees.start}",
        inputs=(("units", f"{line.line.units:f}"),),
        amounts=(("charged", line.line.charged), ("allowed", price.allowed)),
    )
