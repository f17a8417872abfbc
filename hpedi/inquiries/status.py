"""Answers to claim status inquiries: for each claim asked about, what became of the claims that it is.

What the 277 says of a decided claim is what its 835 says: amounts, lines and payment are taken from the same place
(`payments.claim_payments`). Which codes tell a state is data (`status_table`). Nothing here knows a store or who asks.

Source: 005010X212 1.4.2; 2200D STC01 to STC09 of the 277.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hpedi.inquiries.status_lines import echoed, told_lines
from hpedi.inquiries.status_model import KnownClaim, StatusTerms
from hpedi.inquiries.status_search import KnownClaims, bill_type_of, claim_dates, days_of, faults_of, refusal_of
from hpedi.inquiries.status_states import charged_of, paid_of, since, statuses_of
from hpedi.inquiries.status_table import State
from hpedi.transactions.status_276.model import StatusInquiry
from hpedi.transactions.status_277.model import Refusal, ReportedClaim, StatusAnswer


def answer(inquiry: StatusInquiry, claims: KnownClaims, terms: StatusTerms) -> StatusAnswer:
    """Answer one claim status inquiry.

    Args:
        inquiry: The claim asked about.
        claims: The claims that the asker may see: those that may be asked about, and their successors.
        terms: What answers go by.
    """
    refused = refusal_of(inquiry, terms)
    refusal = None
    if refused is not None:
        is_of_provider = refused is State.PROVIDER_ID_WRONG
        refusal = Refusal(statuses=terms.table.of(refused), is_of_provider=is_of_provider)
    return StatusAnswer(
        receiver=inquiry.receiver,
        providers=inquiry.providers,
        subscriber=inquiry.subscriber.party,
        dependent=None if inquiry.dependent is None else inquiry.dependent.party,
        claims=() if refused is not None else tuple(_claims(inquiry, claims, terms)),
        refusal=refusal,
    )


def _claims(inquiry: StatusInquiry, claims: KnownClaims, terms: StatusTerms) -> Iterator[ReportedClaim]:
    """Yield what is told of each claim that is meant, or once why none is."""
    faults = faults_of(inquiry)
    found = () if faults else claims.asked(inquiry, terms.names)
    if len(found) > terms.table.most_claims:
        found, faults = (), (State.TOO_MANY,)
    if not found:
        yield _not_told(inquiry, faults or (State.NOT_FOUND,), terms)
    for each in _with_successors(found, claims):
        yield report(inquiry, each, terms)


def _with_successors(found: Iterable[KnownClaim], claims: KnownClaims) -> Iterable[KnownClaim]:
    """Return claims, each followed by those that took its decision back; none stands twice."""
    told: dict[str, KnownClaim] = {}
    for each in found:
        known: KnownClaim | None = each
        while known is not None and known.number not in told:
            told[known.number] = known
            known = claims.by_number.get(known.standing.successor) if known.standing is not None else None
    return told.values()


def _not_told(inquiry: StatusInquiry, states: Sequence[State], terms: StatusTerms) -> ReportedClaim:
    """Return why no claim is told, with what was asked."""
    statuses = tuple(dict.fromkeys(status for state in states for status in terms.table.of(state)))
    return ReportedClaim(
        trace=inquiry.trace,
        statuses=statuses,
        effective=terms.day,
        charged=inquiry.charged,
        bill_type=inquiry.bill_type,
        patient_control_number=inquiry.patient_control_number,
        prescription=inquiry.prescription,
        clearinghouse_trace=inquiry.clearinghouse_trace,
        service_dates=days_of(inquiry),
        lines=echoed(inquiry.lines, statuses, terms.day),
    )


def report(inquiry: StatusInquiry, known: KnownClaim, terms: StatusTerms) -> ReportedClaim:
    """Return what is told of a claim: its status, its money as the 835 has it, its payment, its lines."""
    claim, standing = known.claim, known.standing
    statuses, on = statuses_of(known, terms), since(known)
    return ReportedClaim(
        trace=inquiry.trace,
        statuses=statuses,
        effective=on,
        charged=charged_of(known),
        paid=paid_of(known),
        finalised=None if standing is None else standing.decided_on,
        remitted=None if standing is None else standing.remitted,
        remittance_number="" if standing is None else standing.remittance_number,
        payer_claim_control_number=known.number,
        bill_type=bill_type_of(claim),
        patient_control_number=claim.patient_control_number,
        prescription=inquiry.prescription,
        clearinghouse_trace=claim.clearinghouse_trace or inquiry.clearinghouse_trace,
        service_dates=claim_dates(claim),
        patient=(claim.patient or claim.subscriber).name.first if inquiry.subscriber.party.id else "",
        lines=told_lines(known, inquiry.lines, statuses, on, terms),
    )
