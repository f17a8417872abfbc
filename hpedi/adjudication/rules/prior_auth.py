"""Prior authorisation: what needs one is paid as far as one is on file, approved, in force and not used up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Final

from msgspec.structs import replace

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.edit_tables import EditTables, edit_tables
from hpedi.adjudication.policy_conditions import authorizations_for, is_satisfied
from hpedi.adjudication.standing import Standing
from hpedi.adjudication.verdicts import Denies, DeniesUnits, Draws, Pends, Verdict
from hpedi.benefits.authorizations import left_of
from hpedi.reference.authorizations import APPROVED, Authorization
from hpedi.reference.policies import PriorAuthorization

ABSENT: Final = "prior_auth_absent"
EXCEEDED: Final = "prior_auth_exceeded"
EXPIRED: Final = "prior_auth_expired"
OTHER_PROVIDER: Final = "prior_auth_other_provider"
OTHER_SERVICE: Final = "prior_auth_other_service"
OF_STATUS: Final = {"denied": "prior_auth_denied", "pending": "prior_auth_pending"}
DAYS: Final = "DA"


def check_authorization(context: ClaimContext, line: LineContext, standing: Standing) -> Verdict:
    """Let a line that needs an authorisation draw on one; deny what it cannot draw.

    The authorisation named on the line or claim (REF*G1) comes before others on file. It counts units; or days: those
    of room lines (unit DA) under a type of bill, and the days of service of a code. Emergencies need none where the
    payer exempts them, nor does a service for which a policy says so. Of a line of several days those after the end of
    the authorisation are not covered, unless another one covers them.

    Args:
        context: The claim; `units_used` are the units that committed claims used.
        line: The line to check.
        standing: What earlier lines draw.

    Returns:
        `Draws` with the units in excess, if any; `Denies` where nothing can be drawn, for the reason that fits best and
        the payer has, else `prior_auth_absent`; `Pends` where the payer pends for that reason.

    Source: `policies.prior_auth` and authorisations of the payer folder.
    """
    row = _needed_by(context, line)
    if row is None:
        return None
    fitting = [each for each in authorizations_for(context, line) if each.status == APPROVED]
    named = line.line.prior_authorization or context.claim.prior_authorization
    fitting.sort(key=lambda each: (each.id != named, each.start, each.id))
    source = f"authorisation row {row.id}" + (f", {row.source}" if row.source else "")
    for authorization in fitting:
        draws = _draws(authorization, context, line, standing)
        if draws is not None:
            return draws
    reason = EXCEEDED if fitting else _why_none(context, line, named)
    return _refused(reason, context, line, source)


def _needed_by(context: ClaimContext, line: LineContext) -> PriorAuthorization | None:
    if context.emergency and context.reference.policies.exempt_emergency:
        return None
    tables = edit_tables(context.reference)
    rows = authorization_rows(tables, line.line.code, context.claim.type_of_bill, line.terms.day)
    needed = (row for row in rows if row.id not in context.waived)
    return next((row for row in needed if not _is_spared(row, tables, context, line)), None)


def authorization_rows(tables: EditTables, code: str, bill: str, day: date) -> Iterator[PriorAuthorization]:
    """Yield the rows in force that ask for an authorisation of a service, by its code or the claim's type of bill."""
    of_bill = [row for row in tables.by_bill if bill and bill.startswith(row.tob_prefixes)]
    return (row for row in (*tables.prior_auth.get(code, ()), *of_bill) if row.covers(day))


def _is_spared(row: PriorAuthorization, tables: EditTables, context: ClaimContext, line: LineContext) -> bool:
    named = tables.policy_by_id.get(row.unless_policy) if row.unless_policy is not None else None
    sparing = tables.no_authorization.get(line.line.code, ())
    policies = sparing if named is None else (named, *sparing)
    return any(policy.covers(line.terms.day) and is_satisfied(policy, context, line) for policy in policies)


def _draws(authorization: Authorization, context: ClaimContext, line: LineContext, standing: Standing) -> Draws | None:
    drawn = sum((each.units for each in standing.draws if each and each.authorization == authorization.id), Decimal(0))
    left = left_of(authorization, context.units_used)
    wanted = _wanted(authorization, line, standing.units(line))
    available = left - drawn
    counts_units = wanted == standing.units(line)
    if left <= 0 or (wanted and available <= 0) or (wanted > available and not counts_units):
        return None
    outside = _after_its_end(authorization, context, line, wanted) if counts_units else Decimal(0)
    taken = min(wanted - outside, available)
    parameter = f"authorisation {authorization.id}: {authorization.units_approved:f} {authorization.unit} approved"
    source = f"authorisation {authorization.id} from {authorization.start}"
    inputs = (("left", f"{available:f}"), ("wanted", f"{wanted:f}"))
    excess = None
    if wanted > taken:
        reason = _known(EXPIRED, context) if taken == wanted - outside else EXCEEDED
        excess = DeniesUnits(reason=reason, units=wanted - taken, parameter=parameter, source=source, inputs=inputs)
    return Draws(
        authorization=authorization.id,
        units=taken,
        counts_units=counts_units,
        excess=excess,
        parameter=parameter,
        source=source,
        inputs=(*inputs, ("drawn", f"{taken:f}")),
    )


def _wanted(authorization: Authorization, line: LineContext, units: Decimal) -> Decimal:
    """Return what a line takes of an authorisation: units or days, none for what comes with the days of a stay."""
    billed = line.line
    if authorization.unit == billed.unit:
        return units
    if billed.code not in authorization.codes.split():
        return Decimal(0)
    if authorization.unit != DAYS:
        return units
    return Decimal(((billed.dates.end or billed.dates.start) - billed.dates.start).days + 1)


def _after_its_end(authorization: Authorization, context: ClaimContext, line: LineContext, wanted: Decimal) -> Decimal:
    """Return how many units of a line of several days lie after an authorisation, and under no other one."""
    first, last, end = line.terms.day, line.last_terms.day, authorization.end
    if end is None or last <= end:
        return Decimal(0)
    on_last = replace(line, terms=line.last_terms)
    if any(each.status == APPROVED for each in authorizations_for(context, on_last)):
        return Decimal(0)
    share = wanted * (last - end).days / ((last - first).days + 1)
    return share.to_integral_value(rounding=ROUND_DOWN)


def _why_none(context: ClaimContext, line: LineContext, named: str) -> str:
    """Return the reason of what comes nearest to an authorisation for a line."""
    on_file = context.matched.authorizations if context.matched is not None else ()
    code, bill, day = line.line.code, context.claim.type_of_bill, line.terms.day
    of_service = [each for each in on_file if each.names(code, bill)]
    if not of_service:
        return OTHER_SERVICE if any(each.id == named for each in on_file) else ABSENT
    nearest = min(of_service, key=lambda each: (each.id != named, not each.covers(day), each.status != APPROVED))
    if nearest.status != APPROVED:
        return OF_STATUS[nearest.status]
    if nearest.provider not in (None, context.provider.id):
        return OTHER_PROVIDER
    return EXPIRED if nearest.end is not None and nearest.end < day else ABSENT


def _refused(reason: str, context: ClaimContext, line: LineContext, source: str) -> Denies | Pends:
    known = context.reference.reason(reason, context.received.received)
    if known is not None and known.pend:
        message = "The authorisation of the service is not decided; decide it first, or decide the line by hand."
        return Pends(reason=known.pend, message=message, status277=known.status277, line=line.line.number)
    inputs = (("found", reason),)
    return Denies(reason=_known(reason, context), parameter="authorisation needed", source=source, inputs=inputs)


def _known(reason: str, context: ClaimContext) -> str:
    """Return a reason, or the usual one where the payer has none of its name."""
    return ABSENT if context.reference.reason(reason, context.received.received) is None else reason
