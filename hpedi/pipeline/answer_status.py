"""A 276 is answered with a 277: the claims that the asker may see are read at once, each inquiry is answered from them.

The asker sees claims of the providers it names, as far as it may ask about their claims' status; what is not there and
what is somebody else's are answered alike. Test inquiries find nothing: no claim sent for testing is kept, and nothing
of production is shown to tests. Each inquiry leaves its audit row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Final

from hpedi.inquiries.status import answer
from hpedi.inquiries.status_model import KnownClaim, PayerStatuses, StatusTerms
from hpedi.inquiries.status_search import KnownClaims
from hpedi.payments.claim_payments import ClaimFiling
from hpedi.pipeline.asking import Asking
from hpedi.pipeline.inquirers import providers_named
from hpedi.pipeline.status_lookup import StatusLookup
from hpedi.reference.reference import Reference
from hpedi.transactions.status_276.model import StatusInquiry, StatusInquirySet
from hpedi.transactions.status_277.model import ClaimStatusResponse, StatusAnswer
from hpedi.transactions.status_277.write import write_status_response
from hpedi.x12.segment import SegmentValues

CLAIM_STATUS: Final = "claim status"


def answer_status(asking: Asking, inquiry: StatusInquirySet) -> Iterator[SegmentValues]:
    """Answer a set of claim status inquiries: what stands between ST and SE of the 277."""
    return write_status_response(status_response(asking, inquiry))


def status_response(asking: Asking, inquiry: StatusInquirySet) -> ClaimStatusResponse:
    """Answer a set of claim status inquiries, and leave the audit row of each."""
    terms = _terms(asking)
    claims = {} if asking.is_test else _lookup(asking, inquiry.inquiries).claims(inquiry.inquiries, terms.table)
    known = KnownClaims.of(claims)
    answers = tuple(answer(each, known, terms) for each in inquiry.inquiries)
    for each, answered in zip(inquiry.inquiries, answers, strict=True):
        _record(asking, each, answered, claims)
    payer = asking.reference.payer
    return ClaimStatusResponse(
        reference=asking.reference_number,
        created=asking.instant,
        payer_name=payer.name,
        payer_id=payer.payer_id,
        inquiry_reference=inquiry.reference,
        answers=answers,
    )


def _lookup(asking: Asking, inquiries: Sequence[StatusInquiry]) -> StatusLookup:
    """Return where claims are looked up: of the providers that are named, of all where an inquiry names none."""
    reference = asking.reference
    named = {(each.id_qualifier, each.id) for inquiry in inquiries for each in inquiry.providers}
    is_for_all = any(not inquiry.providers for inquiry in inquiries)
    asked = reference.providers.values() if is_for_all else providers_named(reference, sorted(named))
    seen = sorted({each.npi for each in asked if asking.who.may_see(CLAIM_STATUS, each)})
    refusals = asking.data.refusal_statuses
    return StatusLookup(work=asking.work, reference=reference, refusals=refusals, npis=tuple(seen))


def _terms(asking: Asking) -> StatusTerms:
    reference, day = asking.reference, asking.today
    return StatusTerms(
        table=asking.data.claim_status.on(day),
        names=asking.data.eligibility.on(day).names,
        payer_id=reference.payer.payer_id,
        statuses=cache(lambda received: payer_statuses(reference, received)),
        filing=ClaimFiling(usual=reference.payer.claim_filing, by_plan=reference.claim_filing_by_plan),
        day=asking.instant.date(),
    )


def payer_statuses(reference: Reference, received: date) -> PayerStatuses:
    """Return the claim statuses that the payer gives decisions on claims received on a day.

    Raises:
        LookupError: No conventions are in force, though a claim was decided by them: a bug.
    """
    conventions = reference.conventions(received)
    if conventions is None:
        raise LookupError("a claim was decided by conventions that are not there any more")
    own = conventions.status277
    return PayerStatuses(
        paid=own.paid, zero_cost_share=own.zero_cost_share, by_adjustment=reference.claim_statuses(received)
    )


def _record(asking: Asking, inquiry: StatusInquiry, answered: StatusAnswer, claims: dict[str, KnownClaim]) -> None:
    """Leave the audit row of an inquiry: whose claim was asked about and how, and the status that was told."""
    told = [claims[each.payer_claim_control_number] for each in answered.claims if each.payer_claim_control_number]
    members = [each.standing.decision.member for each in told if each.standing is not None]
    members += [each.pend[0].member for each in told if each.pend is not None]
    one = f"claim:{told[0].number}" if len(told) == 1 else ""
    statuses = [each.statuses[0] for each in answered.claims]
    statuses += answered.refusal.statuses if answered.refusal is not None else ()
    asking.record(
        CLAIM_STATUS,
        one or f"claim:{len(told) or 'none'}",
        members,
        asked=_asked_by(inquiry),
        result=" ".join(dict.fromkeys(f"{each.category}:{each.code}" for each in statuses)),
    )


def _asked_by(inquiry: StatusInquiry) -> str:
    """Return what an inquiry names a claim by, without any of its values."""
    ways = (
        ("claim number", inquiry.payer_claim_control_number),
        ("patient account", inquiry.patient_control_number),
        ("member", inquiry.subscriber.party.id),
    )
    return "by " + ", ".join(way for way, value in ways if value)
