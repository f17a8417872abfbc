"""Timely filing: a claim received too long after its last date of service is denied, and the member held harmless."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.verdicts import Denies, Pends, Verdict
from hpedi.claims.model import Model
from hpedi.service_dates import add_months

REASON = "timely_filing"
RULE = "timely_filing"
PARAMETER = "months_without_contract_limit"


def check_timely_filing(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny the lines of a claim received after the last day for filing it.

    The limit is the contract's, in days; without one it is the statute's, in months. Days are counted from the last
    date of service of the claim; the day of the limit itself is in time unless the
    contract says otherwise. Where the contract says so, coverage that was
    added later than the service starts the count on the day it was added.

    Returns:
        `Denies` for reason `timely_filing`; `Pends` where neither contract nor statute gives a limit.

    Source: the contract; mappings/rules/timely_filing.yaml (Minn. Stat. 62Q.75 subd. 3).
    """
    filing = filing_limit(context, line)
    if filing is None:
        return Pends(reason=RULE, message="No limit for filing is in force; load mappings/rules or a contract's own.")
    received = context.received.received
    if received <= filing.last_day:
        return None
    inputs = (
        ("counted from", str(filing.counted_from)),
        ("received", str(received)),
        ("last day", str(filing.last_day)),
    )
    return Denies(reason=REASON, parameter=f"filing limit {filing.limit}", source=filing.source, inputs=inputs)


class FilingLimit(Model, frozen=True):
    """The day from which days are counted, the last day for filing, the limit in words, and where it stands."""

    counted_from: date
    last_day: date
    limit: str
    source: str


def filing_limit(context: ClaimContext, line: LineContext) -> FilingLimit | None:
    """Return until when a line had to be filed; None where neither contract nor statute gives a limit."""
    contract = line.terms.contract
    counted_from = _counted_from(context, line)
    if contract is not None and contract.timely_filing is not None:
        filing = contract.timely_filing
        last_day = counted_from + timedelta(days=filing.days - (not filing.inclusive))
        return FilingLimit(counted_from, last_day, f"{filing.days} days", f"contract {contract.id}")
    parameter = context.reference.rule_parameter(RULE, PARAMETER, counted_from)
    if parameter is None:
        return None
    last_day = add_months(counted_from, int(parameter.value))
    return FilingLimit(counted_from, last_day, f"{parameter.value} {parameter.unit}", parameter.source)


def _counted_from(context: ClaimContext, line: LineContext) -> date:
    last_service = context.claim.last_date
    contract, coverage = line.terms.contract, line.terms.coverage
    if contract is None or contract.timely_filing is None or coverage is None or coverage.added_on is None:
        return last_service
    if "retro_eligibility" in contract.timely_filing.exceptions:
        return max(last_service, coverage.added_on)
    return last_service
