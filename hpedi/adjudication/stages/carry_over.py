"""Carry-over: a claim of a new benefit year sees the deductible of last year's last months that counts for it too."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from hpedi.adjudication.context import ClaimContext
from hpedi.adjudication.decision import TrailStep
from hpedi.benefits.accumulators import AccumulatorEntry
from hpedi.benefits.carry_over import DatedCounts, carried_over, with_carried

STAGE: Final = "carry_over"


def carry_over(context: ClaimContext, counts: DatedCounts) -> ClaimContext:
    """Return a claim's context with what carries over into the benefit years of its lines, if anything does.

    Args:
        context: The claim, resolved.
        counts: When the entries of the family and its members were counted, in plans that carry over.
    """
    if context.matched is None:
        return context
    carried: list[AccumulatorEntry] = []
    years = {(line.terms.plan.plan.id, line.terms.period): line.terms for line in context.lines if line.terms.plan}
    for terms in years.values():
        if terms.plan is not None and terms.plan.version.carry_over is not None:
            family = context.matched.family
            carried += carried_over(context.reference, terms.plan, family, terms.period, context.balances, counts)
    if not carried:
        return context
    return replace(context, balances=with_carried(context.balances, carried), carried=tuple(carried))


def carry_over_steps(context: ClaimContext) -> tuple[TrailStep, ...]:
    """Return what a claim found carried over, for its trail."""
    return tuple(
        TrailStep(
            stage=STAGE,
            rule="carried",
            parameter=f"{entry.key.accumulator} of the benefit year from {entry.key.period}",
            source=f"plan {entry.key.plan} carry_over",
            amounts=(("carried", entry.amount),),
        )
        for entry in context.carried
    )
