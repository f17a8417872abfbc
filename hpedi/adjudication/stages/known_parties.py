"""Who is known otherwise than the claim says: the patient by another name or member id, a payer that pays before us.

The remittance tells it, so that the provider can correct its records and bill the right payer first.

Source: 005010X221A1 2100 NM1*74 (corrected patient or insured), NM1*PR (corrected priority payer).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hpedi.adjudication.context import ClaimContext
from hpedi.adjudication.decision import KnownParties
from hpedi.adjudication.rules.cob_information import PRIMARY
from hpedi.adjudication.rules.cob_information import REASON as COB_INFORMATION
from hpedi.adjudication.verdicts import Denies
from hpedi.claims.parties import Name
from hpedi.reference.members import OtherCoverage
from hpedi.x12.characters import same_letters

NOTHING: Final = KnownParties()


def known_parties(context: ClaimContext, denials: Sequence[Denies | None]) -> KnownParties | None:
    """Return what is known otherwise than the claim says; None where it says all as we know it."""
    if context.matched is None:
        return None
    payer = _priority_payer(context, denials)
    known = KnownParties(
        patient=_patient(context),
        member_id=_member_id(context),
        priority_payer=payer.payer_name if payer else "",
        priority_payer_id=payer.payer_id if payer else "",
    )
    return known if known != NOTHING else None


def _patient(context: ClaimContext) -> Name | None:
    if context.matched is None or context.is_newborn:
        return None
    member, claim = context.matched.member, context.claim
    sent = (claim.patient or claim.subscriber).name
    is_same = same_letters(sent.last, member.last) and same_letters(sent.first, member.first)
    return None if is_same else Name(last=member.last, first=member.first)


def _member_id(context: ClaimContext) -> str:
    """Return the patient's own member id, where another's was sent as the patient's."""
    if context.matched is None or context.is_newborn or context.claim.patient is not None:
        return ""
    own = context.matched.member.member_id
    return "" if own == context.claim.subscriber.member_id else own


def _priority_payer(context: ClaimContext, denials: Sequence[Denies | None]) -> OtherCoverage | None:
    if context.matched is None:
        return None
    days = [
        line.terms.day
        for line, denial in zip(context.lines, denials, strict=True)
        if denial is not None and denial.reason == COB_INFORMATION
    ]
    on_file = context.matched.other_coverage
    return next((each for each in on_file if each.order == PRIMARY and any(each.covers(day) for day in days)), None)
