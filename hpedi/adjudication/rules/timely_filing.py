"""Timely filing: a claim received too long after its last date of service is denied, and the member held harmless."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.verdicts import Denies, Pends, Verdict
from hpedi.claims.model import Model
from hpedi.reference.contracts import FilingException
from hpedi.service_dates import add_months

REASON = "timely_filing"
RULE = "timely_filing"
PARAMETER = "months_without_contract_limit"


def check_timely_filing(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny the lines of a claim received after the last day for filing it.

    The limit is the contract's, in days; without one it is the statute's, in months. Days are counted from the last
    date of service of the claim; the day of the limit itself is in time unless the contract says otherwise. Where the
    contract says so, the count starts on a later day: on which coverage was added, or the payer before us decided.

    Returns:
        `Denies` for reason `timely_filing`; `Pends` where neither contract nor statute gives a limit, or the claim
        tells a reason of its delay that the contract wants somebody to look at.

    Source: the contract; mappings/rules/timely_filing.yaml (Minn. Stat. 62Q.75 subd. 3).
    """
    filing = filing_limit(context, line)
    if filing is None:
        return Pends(reason=RULE, message="No limit for filing is in force; load mappings/rules or a contract's own.")
    received = context.received.received
    if received <= filing.last_day:
        return None
    if context.claim.delay_reason in filing.delay_reasons:
        message = "The claim is late and says why (CLM20); decide whether that excuses it."
        return Pends(reason=RULE, message=message, line=line.line.number)
    inputs = (
        ("counted from", str(filing.counted_from)),
        ("received", str(received)),
        ("last day", str(filing.last_day)),
    )
    return Denies(reason=REASON, parameter=f"filing limit {filing.limit}", source=filing.source, inputs=inputs)


class FilingLimit(Model, frozen=True):
    """The day from which days are counted, the last day for filing, the limit in words, and where it stands.

    Attributes:
        delay_reasons: CLM20 of late claims that wait for somebody to look at them.
    """

    counted_from: date
    last_day: date
    limit: str
    source: str
    delay_reasons: tuple[str, ...] = ()


def filing_limit(context: ClaimContext, line: LineContext) -> FilingLimit | None:
    """Return until when a line had to be filed; None where neither contract nor statute gives a limit."""
    contract = line.terms.contract
    counted_from = _counted_from(context, line)
    if contract is not None and contract.timely_filing is not None:
        filing = contract.timely_filing
        last_day = counted_from + timedelta(days=filing.days - (not filing.inclusive))
        limit, source = f"{filing.days} days", f"contract {contract.id}"
        return FilingLimit(counted_from, last_day, limit, source, filing.delay_reasons)
    parameter = context.reference.rule_parameter(RULE, PARAMETER, counted_from)
    if parameter is None:
        return None
    last_day = add_months(counted_from, int(parameter.value))
    return FilingLimit(counted_from, last_day, f"{parameter.value} {parameter.unit}", parameter.source)


def _counted_from(context: ClaimContext, line: LineContext) -> date:
    contract = line.terms.contract
    filing = contract.timely_filing if contract is not None else None
    exceptions = filing.exceptions if filing is not None else ()
    later = (LATER_FROM[each](context, line) for each in exceptions)
    return max([context.claim.last_date, *(day for day in later if day is not None)])


def _added_on(_context: ClaimContext, line: LineContext) -> date | None:
    return line.terms.coverage.added_on if line.terms.coverage is not None else None


def _decided_by_others(context: ClaimContext, _line: LineContext) -> date | None:
    claim, received = context.claim, context.received.received
    days = [payer.adjudicated_on for payer in claim.other_payers]
    days += [made.paid_on for line in claim.lines for made in line.adjudications]
    return max((day for day in days if day is not None and day <= received), default=None)


LATER_FROM: Final[Mapping[FilingException, Callable[[ClaimContext, LineContext], date | None]]] = {
    "retro_eligibility": _added_on,
    "other_payer": _decided_by_others,
}
"""By exception of a contract: the day from which its days are counted, where that is later than the last service."""
