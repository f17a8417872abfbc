"""What is told of the service lines of a claim: as the 835 told them, or with the claim's own status before it did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from hpedi.adjudication.decision import LineDecision
from hpedi.claims.claim import ServiceLine
from hpedi.inquiries.status_model import KnownClaim, Standing, StatusTerms
from hpedi.inquiries.status_table import State
from hpedi.money import ZERO, on_the_wire
from hpedi.payments.claim_payments import REVENUE_CODE, claim_payment
from hpedi.service_dates import DateSpan
from hpedi.transactions.ack_277ca.model import ClaimStatus
from hpedi.transactions.status_276.model import AskedLine
from hpedi.transactions.status_277.model import ReportedLine


@dataclass(frozen=True, slots=True)
class LineStatus:
    """A line with its status, as it may be reported."""

    line: ServiceLine
    reported: ReportedLine


def told_lines(
    known: KnownClaim, asked: Sequence[AskedLine], statuses: tuple[ClaimStatus, ...], on: date, terms: StatusTerms
) -> tuple[ReportedLine, ...]:
    """Return the lines to report: those asked about; where none are, those that the 835 tells of a decided claim.

    Args:
        known: The claim.
        asked: The lines asked about.
        statuses: What the claim is told with.
        on: Since when.
        terms: What answers go by.
    """
    decided = _decided(known, on, terms)
    if not asked:
        return tuple(each.reported for each in decided)
    left = decided or [LineStatus(line, _undecided(line, statuses, on)) for line in known.claim.lines]
    return tuple(_picked(left, asked, on, terms))


def echoed(asked: Sequence[AskedLine], statuses: tuple[ClaimStatus, ...], on: date) -> tuple[ReportedLine, ...]:
    """Return lines asked about as they were sent, of a claim that is not told; those without a day are left out."""
    return tuple(
        ReportedLine(
            procedure=each.procedure,
            charged=each.charged or ZERO,
            revenue_code=each.revenue_code,
            units=each.units,
            statuses=statuses,
            effective=on,
            control_number=each.control_number,
            service_dates=each.service_dates,
        )
        for each in asked
        if each.service_dates is not None
    )


def _picked(left: list[LineStatus], asked: Sequence[AskedLine], on: date, terms: StatusTerms) -> Iterator[ReportedLine]:
    """Yield what is told of each line asked about; each line of the claim answers once."""
    for each in asked:
        found = next((line for line in left if _is_asked(line.line, each)), None)
        if found is None:
            yield from echoed([each], terms.table.of(State.LINE_NOT_FOUND), on)
        else:
            left = [line for line in left if line is not found]
            number = found.reported.control_number or each.control_number
            yield replace(found.reported, control_number=number)


def _is_asked(line: ServiceLine, asked: AskedLine) -> bool:
    if asked.control_number and line.control_number:
        return asked.control_number == line.control_number
    _qualifier, code, *modifiers = asked.procedure
    same_service = code in (line.code, line.revenue_code) and set(modifiers) <= set(line.modifiers)
    days = asked.service_dates
    first, last = line.dates.start, line.dates.end or line.dates.start
    return same_service and (days is None or (first <= (days.end or days.start) and days.start <= last))


def _undecided(line: ServiceLine, statuses: tuple[ClaimStatus, ...], on: date) -> ReportedLine:
    """Return a line with its claim's status: nothing of it is decided, or the 835 tells the claim as one."""
    has_code = bool(line.code)
    return ReportedLine(
        procedure=(line.code_qualifier, line.code, *line.modifiers) if has_code else (REVENUE_CODE, line.revenue_code),
        charged=line.charged,
        revenue_code=line.revenue_code if has_code else "",
        units=on_the_wire(line.units),
        statuses=statuses,
        effective=on,
        control_number=line.control_number,
        service_dates=line.dates,
    )


def _decided(known: KnownClaim, on: date, terms: StatusTerms) -> list[LineStatus]:
    """Return the lines as the 835 tells them; none where it tells none."""
    standing = known.standing
    if standing is None or standing.taken_back is not None:
        return []
    received = replace(known.received, version=standing.decision.version)
    payment = claim_payment(received, standing.decision, known.claim.billing.npi, terms.filing)
    if not payment.services:
        return []
    told = zip(known.claim.lines, standing.decision.lines, payment.services, strict=True)
    return [
        LineStatus(
            line,
            ReportedLine(
                procedure=(service.code_qualifier, service.code, *service.modifiers),
                charged=service.charged,
                paid=service.paid,
                revenue_code=service.revenue_code,
                units=on_the_wire(service.units_billed),
                statuses=_statuses(decided, standing, known.received.received, terms),
                effective=on,
                control_number=service.control_number,
                service_dates=DateSpan(line.dates.start, line.dates.end),
            ),
        )
        for line, decided, service in told
    ]


def _statuses(line: LineDecision, standing: Standing, received: date, terms: StatusTerms) -> tuple[ClaimStatus, ...]:
    """Return what a decided line is told with: paid, due, denied for its first adjustment, or not paid otherwise."""
    table, own = terms.table, terms.statuses(received)
    adjusted = [own.by_adjustment.get((each.group, each.carc), "") for each in line.adjustments]
    told = next((each for each in adjusted if each), "")
    if line.denied:
        carc = line.adjustments[0].carc if line.adjustments else ""
        category = table.status(table.denied_line).category
        by_code = f"{category}:{table.adjustments[carc]}" if carc in table.adjustments else table.denied_line
        return (table.status(told or by_code),)
    if not line.paid:
        return (table.status(told or own.zero_cost_share),)
    return (table.status(own.paid),) if standing.remitted is not None else table.of(State.AWAITING_PAYMENT)
