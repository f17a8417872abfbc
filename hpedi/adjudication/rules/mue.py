"""Medically unlikely units: more units of a code than its maximum are not paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.edit_tables import edit_tables
from hpedi.adjudication.standing import Standing
from hpedi.adjudication.verdicts import Denies, DeniesUnits, Verdict
from hpedi.reference.dated import in_force

REASON: Final = "mue"
DAY: Final = "day"
LINE: Final = "line"


def check_units(context: ClaimContext, line: LineContext, standing: Standing) -> Verdict:
    """Deny the units of a line above the maximum of its code.

    The maximum is of a day, over the accepted lines before it in the claim and the accepted units of the member's other
    claims of the same billing provider; or of each line for itself, where the row says so. A line of several days has
    it once a day.

    Returns:
        `DeniesUnits` for reason `mue` for the units above; `Denies` where nothing is left of the maximum, or the row
        denies the whole line.

    Source: `edits.mue` of the payer folder (CMS MUE).
    """
    limit = in_force(edit_tables(context.reference).mue.get(line.line.code, ()), line.terms.day)
    if limit is None:
        return None
    units = standing.units(line)
    before = _units_before(context, line, standing) if limit.per == DAY else Decimal(0)
    days = _days(line)
    above = before + units - limit.units * days
    if above <= 0:
        return None
    parameter = f"{limit.code} at most {limit.units:f} a {limit.per}" + (f", {days} days" if days > 1 else "")
    source = limit.source or "edits mue"
    inputs = (("units", f"{units:f}"), ("units before", f"{before:f}"), ("limit", f"{limit.units * days:f}"))
    if limit.denies == LINE or above >= units:
        return Denies(reason=REASON, parameter=parameter, source=source, inputs=inputs)
    return DeniesUnits(reason=REASON, units=above, parameter=parameter, source=source, inputs=inputs)


def _units_before(context: ClaimContext, line: LineContext, standing: Standing) -> Decimal:
    code, day, npi = line.line.code, line.terms.day, context.claim.billing.npi
    here = [standing.units(other) for other in standing if other.line.code == code and other.terms.day == day]
    same = (past for past in context.history if (past.code, past.date, past.billing_npi) == (code, day, npi))
    return sum((*here, *(past.accepted_units for past in same)), Decimal(0))


def _days(line: LineContext) -> int:
    dates = line.line.dates
    return 1 if dates.end is None else (dates.end - dates.start).days + 1
