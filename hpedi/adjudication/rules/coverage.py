"""Coverage: a service is covered only on days on which a plan covers the patient."""

from __future__ import annotations

from collections.abc import Sequence

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.verdicts import Denies, Pends, Verdict


def check_coverage(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny a line whose date of service lies outside the patient's coverage spans.

    Returns:
        `Denies` for reason `after_coverage` where an earlier coverage had ended, else `before_coverage`; `Pends`
        where a plan covers the patient that has no version in force that day, or covers only later days of the line.
    """
    if context.matched is None or line.terms.plan is not None:
        return None
    if line.terms.coverage is not None:
        message = f"Plan {line.terms.coverage.plan} has no version in force on the date of service; load one."
        return Pends(reason="plan_version", message=message, line=line.line.number)
    if line.last_terms.coverage is not None:
        message = "A service of several days begins before the coverage does; decide which days are covered."
        return Pends(reason="date_range", message=message, line=line.line.number)
    ended = context.matched.last_covered_before(line.terms.day)
    return Denies(
        reason="before_coverage" if ended is None else "after_coverage",
        inputs=(("date of service", str(line.terms.day)), ("last covered day", str(ended or "none"))),
    )
