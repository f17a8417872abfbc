"""Exclusion: what the plan does not cover is the member's to pay."""

from __future__ import annotations

from collections.abc import Sequence

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.verdicts import Denies, Pends, Verdict

NOT_COVERED = "not_covered"


def check_exclusion(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny a line whose benefit row excludes it, or that no benefit row of the plan covers.

    Returns:
        `Denies` for the row's reason, or for `not_covered` where no row matches; `Pends` where no row matches and the
        payer defines no such reason. A line without plan or contract is judged by other rules.
    """
    if line.terms.plan is None or line.terms.tier is None:
        return None
    source = line.terms.plan.source
    if line.benefit is not None:
        excluded = line.benefit.exclusion
        return Denies(reason=excluded, parameter=f"exclusion {line.benefit.id}", source=source) if excluded else None
    if context.reference.reason(NOT_COVERED, context.received.received) is None:
        message = "No benefit row of the plan matches the service; add one, or a reason `not_covered`."
        return Pends(reason=NOT_COVERED, message=message, line=line.line.number)
    return Denies(reason=NOT_COVERED, parameter="no benefit row matches", source=source)
