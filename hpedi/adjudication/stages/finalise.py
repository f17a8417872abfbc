"""Finalise: put together the decision: adjustments, remarks, claim status, accumulator entries and the trail.

Where the contract prices the claim as one, all adjustments stand with the claim, and each line has its share of what is
allowed and paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.decision import ClaimDecision, LineDecision, TrailStep
from hpedi.adjudication.pricing.price import Priced, PricedUnit
from hpedi.adjudication.stages.cost_share import Share
from hpedi.adjudication.stages.disbursement import Disbursed, Payable, disburse
from hpedi.adjudication.stages.edits import Edited
from hpedi.adjudication.stages.known_parties import known_parties
from hpedi.adjudication.stages.pricing import denied_charge
from hpedi.adjudication.verdicts import Denies, DeniesUnits, Pends
from hpedi.claims.adjustment import Adjustment
from hpedi.claims.model import Model
from hpedi.money import ZERO, Usd, allocate
from hpedi.reference.conventions import Reason

STAGE: Final = "finalise"
AFTER_COVERAGE: Final = "after_coverage"
SHARE_REASONS: Final = ("deductible", "coinsurance", "copay")


class Settled(Model, frozen=True):
    """A priced unit with the member's share.

    Attributes:
        unit: What was priced.
        share: The member's share of it.
        adjustments: All that explain the difference between what was priced of its charge and what is paid.
        remarks: Remark codes on it.
        paid: US dollars.
    """

    unit: PricedUnit
    share: Share
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...]
    paid: Usd


class _Outcome(Model, frozen=True):
    """All that a claim came to, before it is put into a decision."""

    context: ClaimContext
    edited: Edited
    priced: Priced
    reasons: Mapping[str, Reason]
    settled: Mapping[int, Settled]
    disbursed: Disbursed


def finalise(
    context: ClaimContext, edited: Edited, priced: Priced, shares: Sequence[Share], steps: Sequence[TrailStep]
) -> ClaimDecision | Pends:
    """Return the decision on a claim.

    Args:
        context: The claim.
        edited: What was denied of it.
        priced: Its prices.
        shares: One a priced unit.
        steps: The trail so far.

    Returns:
        The decision; `Pends` where a reason or claim status it needs is not in force.
    """
    reasons = _reasons(context, edited, priced, shares)
    if isinstance(reasons, Pends):
        return reasons
    if context.claim.subscriber.payer_responsibility not in context.conventions.clp02:
        return Pends(reason="clp02", message="The conventions have no claim status for this SBR01; load one.")
    settled = {
        unit.number: _settled(context, unit, share, reasons) for unit, share in zip(priced.units, shares, strict=True)
    }
    payables = [Payable(each.unit.line.terms, each.paid, number) for number, each in settled.items()]
    disbursed = disburse(context, payables)
    if isinstance(disbursed, Pends):
        return disbursed
    for number, more in zip(tuple(settled), disbursed.adjustments, strict=True):
        settled[number] = _paid_out(settled[number], more)
    return _decision(_Outcome(context, edited, priced, reasons, settled, disbursed), steps)


def _decision(outcome: _Outcome, steps: Sequence[TrailStep]) -> ClaimDecision:
    context, edited, settled, disbursed = outcome.context, outcome.edited, outcome.settled, outcome.disbursed
    reasons, stay, matched = outcome.reasons, outcome.priced.stay, context.matched
    lines = _lines_of_claim(context, edited, settled, reasons, outcome.priced)
    denied_for = [reasons[denial.reason] for denial in edited.denials if denial is not None]
    all_denied = len(denied_for) == len(lines)
    usual_status = context.conventions.clp02[context.claim.subscriber.payer_responsibility]
    plan = _plan(context, edited.denials)
    return ClaimDecision(
        payer_claim_control_number=context.received.payer_claim_control_number,
        version=context.received.version,
        snapshot=context.reference.snapshot,
        member=matched.member.id if matched is not None else "",
        family=matched.family.id if matched is not None else "",
        plan=plan,
        provider=context.provider.id,
        status=(denied_for[0].clp02 if all_denied else "") or usual_status,
        status277=context.conventions.status277.paid
        if disbursed.to_member
        else _status277(context, lines, settled, reasons, denied_for if all_denied else []),
        coverage_ended=_coverage_ended(context, edited.denials),
        known=known_parties(context, edited.denials),
        lines=lines,
        adjustments=_of_the_claim(context, edited, settled, reasons) if stay is not None else (),
        remarks=_remarks_of_the_claim(edited, settled, reasons) if stay is not None else (),
        stay=stay,
        entries=tuple(entry for each in settled.values() for entry in each.share.entries),
        uses=edited.uses,
        carried=context.carried,
        subscriber=matched.member.subscriber if matched is not None else "",
        funding_account=context.reference.funding_account_of(plan, context.claim.first_date),
        paid_to_member=disbursed.to_member,
        pools=disbursed.pools,
        employer_charges=disbursed.employer,
        trail=(*steps, *disbursed.steps, *(_line_step(line) for line in lines)),
    )


def _reasons(
    context: ClaimContext, edited: Edited, priced: Priced, shares: Sequence[Share]
) -> dict[str, Reason] | Pends:
    names = dict.fromkeys([*SHARE_REASONS, *(denial.reason for denial in edited.denials if denial is not None)])
    names.update(dict.fromkeys(each.reason for line in edited.reductions for each in line))
    names.update(dict.fromkeys(unit.price.reason for unit in priced.units if unit.price.reason))
    names.update(dict.fromkeys(_beyond(unit) for unit, share in zip(priced.units, shares, strict=True) if share.beyond))
    reasons: dict[str, Reason] = {}
    for name in names:
        reason = context.reference.reason(name, context.received.received)
        if reason is None or reason.group is None:
            return Pends(reason=name, message=f"No adjustment for the reason `{name}` is in force; load one.")
        reasons[name] = reason
    return reasons


def _settled(context: ClaimContext, unit: PricedUnit, share: Share, reasons: Mapping[str, Reason]) -> Settled:
    parts = tuple(
        Adjustment(reasons[name].group or "", reasons[name].carc, share.parts[name])
        for name in SHARE_REASONS
        if share.parts[name]
    )
    adjustments = (*(unit.price.adjustments if share.adjustments is None else share.adjustments), *parts)
    if share.beyond:
        reason = reasons[_beyond(unit)]
        adjustments = (*adjustments, Adjustment(reason.group or "", reason.carc, share.beyond))
    left = unit.charged - sum((each.amount for each in adjustments), ZERO)
    if unit.price.prepaid is not None:
        if left:
            adjustments = (Adjustment(unit.price.prepaid.group, unit.price.prepaid.carc, left), *adjustments)
        left = ZERO
    capped = (context.conventions.oop_cap_remark,) if share.capped and context.conventions.oop_cap_remark else ()
    rate = context.claim_rate or unit.line.rate
    own = tuple(rarc for name in _told_beside(unit, share) for rarc in reasons[name].rarcs)
    rarcs = rate.rarcs if rate is not None else ()
    return Settled(unit, share, adjustments, (*rarcs, *own, *capped), left)


def _beyond(unit: PricedUnit) -> str:
    """Return the reason of what is beyond the maximum of a unit's benefit."""
    benefit = unit.line.benefit
    if benefit is None or benefit.limit is None:
        raise ValueError("a benefit without a limit has nothing beyond it")
    return benefit.limit.reason


def _told_beside(unit: PricedUnit, share: Share) -> tuple[str, ...]:
    """Return the reasons that a unit has beside the member's share."""
    own = (unit.price.reason,) if unit.price.reason else ()
    return (*own, _beyond(unit)) if share.beyond else own


def _paid_out(settled: Settled, more: tuple[Adjustment, ...]) -> Settled:
    """Return a unit less what of its payment goes elsewhere than to the provider."""
    if not more:
        return settled
    paid = settled.paid - sum((each.amount for each in more), ZERO)
    return replace(settled, adjustments=(*settled.adjustments, *more), paid=paid)


# --- lines -----------------------------------------------------------------------------------------------------------


def _lines_of_claim(
    context: ClaimContext,
    edited: Edited,
    settled: Mapping[int, Settled],
    reasons: Mapping[str, Reason],
    priced: Priced,
) -> tuple[LineDecision, ...]:
    if priced.stay is not None:
        return _lines_by_share(context, edited, settled.get(0))
    lines = []
    for index, (line, denial) in enumerate(zip(context.lines, edited.denials, strict=True)):
        references = edited.references[index] if edited.references else ()
        if denial is not None:
            lines.append(_denied(line, reasons[denial.reason], references))
        else:
            reduced = edited.reductions[index] if edited.reductions else ()
            lines.append(_accepted(line, settled[line.line.number], reduced, reasons, references))
    return tuple(lines)


def _denied(line: LineContext, reason: Reason, references: tuple[tuple[str, str], ...]) -> LineDecision:
    billed = line.line
    # A charge of nothing is denied without an adjustment: there is no amount to adjust.
    adjustments = (Adjustment(reason.group or "", reason.carc, billed.charged),) if billed.charged else ()
    return LineDecision(
        number=billed.number,
        code=billed.code,
        modifiers=billed.modifiers,
        date=billed.dates.start,
        units_billed=billed.units,
        units_paid=billed.units,
        charged=billed.charged,
        allowed=ZERO,
        paid=ZERO,
        adjustments=adjustments,
        remarks=reason.rarcs,
        control_number=billed.control_number,
        benefit=_benefit(line),
        denied=True,
        references=references,
    )


def _accepted(
    line: LineContext,
    settled: Settled,
    reduced: Sequence[DeniesUnits],
    reasons: Mapping[str, Reason],
    references: tuple[tuple[str, str], ...],
) -> LineDecision:
    billed, price = line.line, settled.unit.price
    denied = _denied_units(line, reduced, reasons)
    remarks = (rarc for each in reduced for rarc in reasons[each.reason].rarcs)
    return LineDecision(
        number=billed.number,
        code=billed.code,
        modifiers=billed.modifiers,
        date=billed.dates.start,
        units_billed=billed.units,
        units_paid=settled.unit.units,
        charged=billed.charged,
        allowed=price.allowed,
        paid=settled.paid,
        adjustments=(*denied, *settled.adjustments),
        remarks=tuple(dict.fromkeys((*remarks, *settled.remarks))),
        control_number=billed.control_number,
        benefit=_benefit(line),
        copay=settled.share.parts["copay"],
        references=(*references, *price.references),
        episode=price.episode,
    )


def _denied_units(
    line: LineContext, reduced: Sequence[DeniesUnits], reasons: Mapping[str, Reason]
) -> tuple[Adjustment, ...]:
    return tuple(
        Adjustment(reasons[each.reason].group or "", reasons[each.reason].carc, denied_charge(line, each), each.units)
        for each in reduced
    )


def _lines_by_share(context: ClaimContext, edited: Edited, settled: Settled | None) -> tuple[LineDecision, ...]:
    """Return the lines of a claim that is priced as one, each with its share of what is allowed and paid."""
    weights = [
        ZERO if denial is not None else max(line.line.charged, ZERO)
        for line, denial in zip(context.lines, edited.denials, strict=True)
    ]
    allowed, paid = (
        (allocate(settled.unit.price.allowed, weights), allocate(settled.paid, weights))
        if settled is not None
        else ((ZERO,) * len(weights), (ZERO,) * len(weights))
    )
    lines = []
    for index, line in enumerate(context.lines):
        billed, denial = line.line, edited.denials[index]
        reduced = edited.reductions[index] if edited.reductions else ()
        lines.append(
            LineDecision(
                number=billed.number,
                code=billed.code,
                modifiers=billed.modifiers,
                date=billed.dates.start,
                units_billed=billed.units,
                units_paid=billed.units - sum((each.units for each in reduced), Decimal(0)),
                charged=billed.charged,
                allowed=allowed[index],
                paid=paid[index],
                control_number=billed.control_number,
                benefit=_benefit(line if denial is not None or settled is None else settled.unit.line),
                denied=denial is not None,
                references=edited.references[index] if edited.references else (),
            )
        )
    return tuple(lines)


def _benefit(line: LineContext) -> str:
    return line.benefit.id if line.benefit is not None else ""


# --- the claim -------------------------------------------------------------------------------------------------------


def _of_the_claim(
    context: ClaimContext, edited: Edited, settled: Mapping[int, Settled], reasons: Mapping[str, Reason]
) -> tuple[Adjustment, ...]:
    found: list[Adjustment] = []
    for index, (line, denial) in enumerate(zip(context.lines, edited.denials, strict=True)):
        if denial is not None and line.line.charged:
            reason = reasons[denial.reason]
            found.append(Adjustment(reason.group or "", reason.carc, line.line.charged))
        elif denial is None and edited.reductions:
            # Days are told by QTY; CAS04 would count units of lines that the claim does not show.
            denied = _denied_units(line, edited.reductions[index], reasons)
            found += [Adjustment(each.group, each.carc, each.amount) for each in denied]
    for each in settled.values():
        found += each.adjustments
    return tuple(found)


def _remarks_of_the_claim(
    edited: Edited, settled: Mapping[int, Settled], reasons: Mapping[str, Reason]
) -> tuple[str, ...]:
    denied = [denial.reason for denial in edited.denials if denial is not None]
    denied += [each.reason for line in edited.reductions for each in line]
    remarks = [rarc for name in denied for rarc in reasons[name].rarcs]
    return tuple(dict.fromkeys([*remarks, *(rarc for each in settled.values() for rarc in each.remarks)]))


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


def _status277(
    context: ClaimContext,
    lines: Sequence[LineDecision],
    settled: Mapping[int, Settled],
    reasons: Mapping[str, Reason],
    denied_for: Sequence[Reason],
) -> str:
    if denied_for:
        return denied_for[0].status277
    if any(line.paid for line in lines):
        return context.conventions.status277.paid
    # Nothing is paid: because each service is paid for otherwise (capitated, in a case rate), the benefit is used up,
    # or by cost share.
    otherwise = [
        reasons[names[-1]].status277 for each in settled.values() if (names := _told_beside(each.unit, each.share))
    ]
    told = [status for status in otherwise if status]
    return told[0] if told and len(otherwise) == len(settled) else context.conventions.status277.zero_cost_share


def _line_step(line: LineDecision) -> TrailStep:
    adjustments = ", ".join(f"{each.group}-{each.carc} {each.amount}" for each in line.adjustments)
    return TrailStep(
        stage=STAGE,
        rule="denied" if line.denied else "paid",
        line=line.number,
        inputs=(("adjustments", adjustments), ("remarks", " ".join(line.remarks))),
        amounts=(("charged", line.charged), ("allowed", line.allowed), ("paid", line.paid)),
    )
