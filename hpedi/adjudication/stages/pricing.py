"""Pricing: what the contract allows for each accepted line, or for the claim where it prices the claim as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.decision import Stay, TrailStep
from hpedi.adjudication.overrides import BY_HAND, WHOLE_CLAIM, price_of
from hpedi.adjudication.pricing.line_methods import LinePricer
from hpedi.adjudication.pricing.price import Allowance, Billed, Priced, PricedUnit, balanced
from hpedi.adjudication.pricing.reasons import CONTRACTUAL, OVER_CHARGE, codes_of
from hpedi.adjudication.pricing.stay import BilledStay, allowed_for_stay
from hpedi.adjudication.verdicts import Denies, DeniesUnits, Pends
from hpedi.money import LARGEST_AMOUNT, ZERO, Usd, rounded
from hpedi.reference.contracts import ContractRate, GroupAndCode

STAGE: Final = "pricing"
TOO_LARGE: Final = "amount_too_large"


def price_claim(
    context: ClaimContext, denials: Sequence[Denies | None], reductions: Sequence[Sequence[DeniesUnits]] = ()
) -> Priced | Pends:
    """Price what no edit denied.

    Args:
        context: The claim.
        denials: One for each line; None where it is accepted.
        reductions: Units denied of each line; empty where no line has any.

    Returns:
        The prices; `Pends` where the payer has no price, or no reason for what the contract asks for.
    """
    accepted: dict[int, Billed] = {}
    for index, (line, denial) in enumerate(zip(context.lines, denials, strict=True)):
        if denial is None:
            accepted[line.line.number] = billed_of(line, reductions[index] if reductions else ())
    misplaced = _misplaced(context)
    if misplaced is not None:
        return misplaced
    if context.claim_rate is not None:
        return _price_as_one(context, context.claim_rate, accepted)
    return _price_lines(context, accepted)


def billed_of(line: LineContext, denied: Sequence[DeniesUnits]) -> Billed:
    """Return charge and units of a line that are left to be priced."""
    billed = line.line
    if not denied:
        return Billed(charged=billed.charged, units=billed.units)
    taken = sum((denied_charge(line, each) for each in denied), ZERO)
    return Billed(charged=billed.charged - taken, units=billed.units - sum(each.units for each in denied))


def denied_charge(line: LineContext, denied: DeniesUnits) -> Usd:
    """Return the share of a line's charge for units that are denied, US dollars (golden FORMAT 5.1)."""
    return rounded(line.line.charged / line.line.units * denied.units)


def _price_lines(context: ClaimContext, accepted: Mapping[int, Billed]) -> Priced | Pends:
    lines = [line for line in context.lines if line.line.number in accepted]
    by_hand = {line.line.number: price_of(context, line.line.number) for line in lines} if context.overrides else {}
    left = [line for line in lines if by_hand.get(line.line.number) is None]
    allowances = LinePricer.of(context, left, accepted).allowances()
    if isinstance(allowances, Pends):
        return allowances
    by_rate = iter(allowances)
    units: list[PricedUnit] = []
    steps: list[TrailStep] = []
    for line in lines:
        allowance = by_hand.get(line.line.number) or next(by_rate)
        unit = _unit(context, line, line.line.number, accepted[line.line.number], allowance)
        if isinstance(unit, Pends):
            return unit
        units.append(unit)
        steps.append(_step(line, unit, allowance))
    too_large = _too_large(units)
    return too_large or Priced(units=tuple(units), steps=tuple(steps))


def _price_as_one(context: ClaimContext, rate: ContractRate, accepted: Mapping[int, Billed]) -> Priced | Pends:
    stay = BilledStay.of(context, rate, accepted)
    told = Stay(covered_charge=stay.charged, covered_days=stay.days, denied_days=stay.denied_days)
    first = next((line for line in context.lines if line.line.number in accepted), None)
    if first is None:
        return Priced(units=(), stay=told)
    allowance = price_of(context, WHOLE_CLAIM) or allowed_for_stay(context, rate, stay)
    if isinstance(allowance, Pends):
        return allowance
    unit = _unit(context, first, 0, Billed(charged=stay.charged, units=stay.days), allowance)
    if isinstance(unit, Pends):
        return unit
    too_large = _too_large([unit])
    return too_large or Priced(
        units=(unit,),
        stay=_with_drg(context, rate, told),
        accepted={number: billed.charged for number, billed in accepted.items()},
        steps=(_step(first, unit, allowance),),
    )


def _with_drg(context: ClaimContext, rate: ContractRate, told: Stay) -> Stay:
    if rate.method != "drg" or context.drg is None or context.drg.row is None:
        return told
    return replace(told, drg=context.drg.drg, weight=context.drg.row.weight)


def _unit(
    context: ClaimContext, line: LineContext, number: int, billed: Billed, allowance: Allowance
) -> PricedUnit | Pends:
    excess = _excess(context, line)
    if excess is None:
        return Pends(reason=CONTRACTUAL, message="No reason `contractual` is in force; load one.")
    if allowance.reason and allowance.prepaid is None:
        included = codes_of(context, allowance.reason)
        if included is None:
            message = f"No reason `{allowance.reason}` is in force; load one."
            return Pends(reason=allowance.reason, message=message, line=number)
        excess = included
    over_charge = codes_of(context, OVER_CHARGE) if allowance.amount > billed.charged else excess
    price = balanced(allowance, billed.charged, excess, over_charge)
    if price is None:
        message = "More than the charge is allowed and no reason `over_charge` is in force; load one."
        return Pends(reason=OVER_CHARGE, message=message, line=number)
    return PricedUnit(number=number, line=line, charged=billed.charged, units=billed.units, price=price)


def _misplaced(context: ClaimContext) -> Pends | None:
    """Return why a price that an examiner set is for nothing that is priced."""
    prices_claim = context.claim_rate is not None
    for override in context.overrides:
        for number, _amount in override.prices:
            if (number == WHOLE_CLAIM) is not prices_claim:
                message = (
                    "The contract prices the claim as one: set the price of line 0, the claim."
                    if prices_claim
                    else "The contract prices line by line: set the price of each line, by its number."
                )
                return Pends(reason=BY_HAND, message=message, line=number)
    return None


def _excess(context: ClaimContext, line: LineContext) -> GroupAndCode | None:
    rate = context.claim_rate or line.rate
    return (rate.excess if rate is not None else None) or codes_of(context, CONTRACTUAL)


def _too_large(units: Sequence[PricedUnit]) -> Pends | None:
    allowed = ZERO
    for unit in units:
        allowed += unit.price.allowed
        if allowed > LARGEST_AMOUNT:
            message = "More is allowed than an amount of a remittance can say; look at the units."
            return Pends(reason=TOO_LARGE, message=message, line=unit.number)
    return None


def _step(line: LineContext, unit: PricedUnit, allowance: Allowance) -> TrailStep:
    contract = line.terms.contract.id if line.terms.contract is not None else ""
    rate = line.rate
    source = f"contract {contract} rate {rate.id if rate is not None else ''}"
    return TrailStep(
        stage=STAGE,
        rule=allowance.reason or allowance.method or (rate.method if rate is not None else ""),
        line=unit.number,
        parameter=allowance.parameter,
        source=f"{source}, {allowance.source}" if allowance.source else source,
        inputs=(("units", f"{unit.units:f}"),),
        amounts=(
            ("charged", unit.charged),
            *((f"{each.group}-{each.carc}", each.amount) for each in allowance.adjustments),
            ("allowed", unit.price.allowed),
        ),
    )
