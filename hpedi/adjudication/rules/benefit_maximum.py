"""Benefit maximum: a benefit with a number of visits a year pays no more of them.

A maximum in dollars is known once the line is priced: `dollar_maximum`.
"""

from __future__ import annotations

from collections.abc import Sequence

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.verdicts import Denies, Verdict
from hpedi.benefits.accumulators import AccumulatorKey
from hpedi.benefits.rows import VISITS
from hpedi.money import ZERO


def check_benefit_maximum(context: ClaimContext, line: LineContext, earlier: Sequence[LineContext]) -> Verdict:
    """Deny a line once the visits of its benefit are used up in the benefit year of its date of service.

    Args:
        context: The claim, with the balances of its member.
        line: The line to check.
        earlier: The lines before it in the claim that are not denied; each of the same limit and year took a visit.

    Returns:
        `Denies` for the reason that the benefit row names.
    """
    plan, limit, matched = line.terms.plan, line.benefit.limit if line.benefit is not None else None, context.matched
    if plan is None or limit is None or matched is None:
        return None
    visits = plan.limits[limit.acc]
    if visits.kind != VISITS:
        return None
    owner = matched.member.id if visits.scope == "individual" else matched.family.id
    committed = context.balances.get(AccumulatorKey(plan.plan.id, visits.id, owner, line.terms.period), ZERO)
    used = committed + sum(_takes_visit(other, line) for other in earlier)
    if used < visits.limit:
        return None
    parameter = f"{visits.limit} visits a benefit year"
    inputs = (("visits used", f"{used:f}"), ("limit", f"{visits.limit:f}"))
    return Denies(reason=limit.reason, parameter=parameter, source=plan.source, inputs=inputs)


def _takes_visit(other: LineContext, line: LineContext) -> bool:
    if other.benefit is None or other.benefit.limit is None or line.benefit is None or line.benefit.limit is None:
        return False
    return other.benefit.limit.acc == line.benefit.limit.acc and other.terms.period == line.terms.period
