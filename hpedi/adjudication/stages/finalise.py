"""Finalise: put together the decision: adjustments, remarks, claim status, accumulator entries and the trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.decision import ClaimDecision, LineDecision, TrailStep
from hpedi.adjudication.pricing.fee_schedule import Price
from hpedi.adjudication.stages.cost_share import Share
from hpedi.adjudication.verdicts import Denies, Pends
from hpedi.claims.adjustment import Adjustment
from hpedi.money import ZERO, Usd
from hpedi.reference.conventions import Reason

STAGE: Final = "finalise"
AFTER_COVERAGE: Final = "after_coverage"
SHARE_REASONS: Final = ("deductible", "coinsurance", "copay")


@dataclass(frozen=True, slots=True)
class Paid:
    """What an accepted line has beyond a denied one."""

    allowed: Usd
    copay: Usd


def finalise(
    context: ClaimContext,
    denials: Sequence[Denies | None],
    prices: Sequence[Price | None],
    shares: Sequence[Share | None],
    steps: Sequence[TrailStep],
) -> ClaimDecision | Pends:
    """Return the decision on a claim.

    Args:
        context: The claim.
        denials: One for each line; None where it is accepted.
        prices: One for each line; None where it is denied.
        shares: Likewise.
        steps: The trail so far.

    Returns:
        The decision; `Pends` where a reason or claim status it needs is not in force.
    """
    reasons = _reasons(context, denials)
    if isinstance(reasons, Pends):
        return reasons
    usual_status = context.conventions.clp02.get(context.claim.subscriber.payer_responsibility)
    if usual_status is None:
        return Pends(reason="clp02", message="The conventions have no claim status for this SBR01; load one.")
    lines = tuple(
        _denied(line, reasons[denial.reason]) if denial is not None else _accepted(context, line, price, share, reasons)
        for line, denial, price, share in zip(context.lines, denials, prices, shares, strict=True)
    )
    denied_for = [reasons[denial.reason] for denial in denials if denial is not None]
    all_denied = len(denied_for) == len(lines)
    matched = context.matched
    return ClaimDecision(
        payer_claim_control_number=context.received.payer_claim_control_number,
        version=context.received.version,
        snapshot=context.reference.snapshot,
        member=matched.member.id if matched is not None else "",
        family=matched.family.id if matched is not None else "",
        plan=_plan(context, denials),
        provider=context.provider.id,
        status=(denied_for[0].clp02 if all_denied else "") or usual_status,
        status277=_status277(context, lines, denied_for if all_denied else []),
        coverage_ended=_coverage_ended(context, denials),
        lines=lines,
        entries=tuple(entry for share in shares if share is not None for entry in share.entries),
        trail=(*steps, *(_line_step(line) for line in lines)),
    )


def _reasons(context: ClaimContext, denials: Sequence[Denies | None]) -> dict[str, Reason] | Pends:
    names = dict.fromkeys([*SHARE_REASONS, *(denial.reason for denial in denials if denial is not None)])
    reasons: dict[str, Reason] = {}
    for name in names:
        reason = context.reference.reason(name, context.received.received)
        if reason is None or reason.group is None:
            return Pends(reason=name, message=f"No adjustment for the reason `{name}` is in force; load one.")
        reasons[name] = reason
    return reasons


def _denied(line: LineContext, reason: Reason) -> LineDecision:
    charged = line.line.charged
    # A charge of nothing is denied without an adjustment: there is no amount to adjust.
    adjustments = (Adjustment(reason.group or "", reason.carc, charged),) if charged else ()
    return _decided(line, adjustments, reason.rarcs, None)


def _accepted(
    context: ClaimContext, line: LineContext, price: Price | None, share: Share | None, reasons: dict[str, Reason]
) -> LineDecision:
    if price is None or share is None or line.rate is None:
        raise ValueError("an accepted line is priced and shared")
    parts = tuple(
        Adjustment(reasons[name].group or "", reasons[name].carc, share.parts[name])
        for name in SHARE_REASONS
        if share.parts[name]
    )
    capped = (context.conventions.oop_cap_remark,) if share.capped and context.conventions.oop_cap_remark else ()
    paid = Paid(price.allowed, share.parts["copay"])
    return _decided(line, (*price.adjustments, *parts), (*line.rate.rarcs, *capped), paid)


def _decided(
    line: LineContext, adjustments: tuple[Adjustment, ...], remarks: tuple[str, ...], paid: Paid | None
) -> LineDecision:
    billed = line.line
    return LineDecision(
        number=billed.number,
        code=billed.code,
        modifiers=billed.modifiers,
        date=billed.dates.start,
        units_billed=billed.units,
        units_paid=billed.units,
        charged=billed.charged,
        allowed=ZERO if paid is None else paid.allowed,
        paid=billed.charged - sum((adjustment.amount for adjustment in adjustments), ZERO),
        adjustments=adjustments,
        remarks=remarks,
        control_number=billed.control_number,
        benefit=line.benefit.id if line.benefit is not None else "",
        copay=ZERO if paid is None else paid.copay,
        denied=paid is None,
    )


def _plan(context: ClaimContext, denials: Sequence[Denies | None]) -> str:
    plans = [
        (denial is not None, line.terms.plan.plan.id)
        for line, denial in zip(context.lines, denials, strict=True)
        if line.terms.plan is not None
    ]
    return min(plans, key=lambda plan: plan[0])[1] if plans else ""


def _coverage_ended(context: ClaimContext, denials: Sequence[Denies | None]) -> date | None:
    """Return the last covered day that the 835 states where a line is denied because coverage had ended (DTM*036)."""
    days = [
        line.terms.day
        for line, denial in zip(context.lines, denials, strict=True)
        if denial is not None and denial.reason == AFTER_COVERAGE
    ]
    return context.matched.last_covered_before(min(days)) if days and context.matched is not None else None


def _status277(context: ClaimContext, lines: Sequence[LineDecision], denied_for: Sequence[Reason]) -> str:
    if denied_for:
        return denied_for[0].status277
    paid = any(line.paid for line in lines)
    return context.conventions.status277.paid if paid else context.conventions.status277.zero_cost_share


def _line_step(line: LineDecision) -> TrailStep:
    adjustments = ", ".join(f"{each.group}-{each.carc} {each.amount}" for each in line.adjustments)
    return TrailStep(
        stage=STAGE,
        rule="denied" if line.denied else "paid",
        line=line.number,
        inputs=(("adjustments", adjustments), ("remarks", " ".join(line.remarks))),
        amounts=(("charged", line.charged), ("allowed", line.allowed), ("paid", line.paid)),
    )
