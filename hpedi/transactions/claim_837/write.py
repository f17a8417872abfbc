"""From claims to the segments of an 837P, 837I or 837D set, in its guide's order.

ST, SE and envelope are the X12 writer's; the guide of a type is in `claim_types`. A set has claims of one type.

Claims that follow each other share the levels they have in common: billing provider, subscriber and payer, patient.
What the guide requires and a model may lack gets the plainest value the guide allows, as said where it is written.
Claims are written as they are; whether the guide accepts them is asked of the guide.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from hpedi.claims.claim import Claim
from hpedi.claims.parties import PatientCondition
from hpedi.claims.submission import SubmissionHeader
from hpedi.money import on_the_wire
from hpedi.service_dates import write_d8
from hpedi.transactions.claim_837.claim_types import GUIDES, PROFESSIONAL
from hpedi.transactions.claim_837.write_claim import write_claim
from hpedi.transactions.claim_837.write_parties import (
    write_address,
    write_demographics,
    write_name,
    write_organisation,
    write_pay_to_plan,
    write_references,
    write_taxonomy,
)
from hpedi.x12.segment import SegmentValues

SET_ID, FUNCTIONAL_ID, VERSION = "837", "HC", GUIDES[PROFESSIONAL]
CLAIMS_A_PATIENT = 100
"""A 2300 repeats at most so often below one HL; the level is opened again for the rest."""

_BILLING, _SUBSCRIBER, _PATIENT = "20", "22", "23"


def write_claims(claims: Sequence[Claim], header: SubmissionHeader) -> Iterator[SegmentValues]:
    """Write claims as one transaction set, a segment at a time.

    Args:
        claims: In the order they are to be sent; all of the header's submitter.
        header: The head of the submission.

    Raises:
        ValueError: A claim is of another submitter or of another type than the first, or the header has no date.
    """
    if len({claim.type for claim in claims}) > 1:
        raise ValueError("the claims of a set are of one type")
    if any(claim.submitter_id != header.submitter_id for claim in claims):
        raise ValueError("the claims of a set have the submitter of its header")
    yield from _write_header(header)
    hierarchy = _Hierarchy()
    for _, of_billing in groupby(claims, key=_billing_level):
        yield from _write_billing(list(of_billing), hierarchy)


@dataclass(slots=True)
class _Hierarchy:
    """Numbers the HL segments."""

    last: int = 0

    def next(self) -> str:
        self.last += 1
        return str(self.last)


def _billing_level(claim: Claim) -> Hashable:
    return claim.billing, claim.pay_to_address, claim.pay_to_plan


def _subscriber_level(claim: Claim) -> Hashable:
    return claim.subscriber, claim.payer, claim.billing_ids, claim.patient is None


def _patient_level(claim: Claim) -> Hashable:
    return claim.patient


def _write_header(header: SubmissionHeader) -> Iterator[SegmentValues]:
    """BHT, 1000A and 1000B. A receiver without a name goes by its id, a contact without a phone by zeros."""
    purpose = "18" if header.is_resubmission else "00"
    use = "CH" if header.is_chargeable else "RP"
    if header.created is None:
        raise ValueError("a submission has a date")
    created = write_d8(header.created)
    yield ("BHT", "0019", purpose, header.reference, created, header.created_time or "0000", use)
    yield write_name(
        "41", header.submitter, is_person=header.submitter_is_person, qualifier="46", id=header.submitter_id
    )
    yield ("PER", "IC", header.contact_name, "TE", header.contact_phone or "0000000000")
    yield write_organisation("40", header.receiver_name or header.receiver_id, qualifier="46", id=header.receiver_id)


def _write_billing(claims: Sequence[Claim], hierarchy: _Hierarchy) -> Iterator[SegmentValues]:
    """2000A, 2010AA, 2010AB and the subscribers below them."""
    billing, own = claims[0].billing, hierarchy.next()
    yield ("HL", own, "", _BILLING, "1")
    yield from write_taxonomy("BI", billing)
    yield write_name("85", billing.name, is_person=billing.is_person, qualifier="XX", id=billing.npi)
    yield from write_address(billing.address)
    if billing.tax_id:
        yield ("REF", billing.tax_id_qualifier or "EI", billing.tax_id)
    yield from write_references(billing.secondary_ids)
    if claims[0].pay_to_address is not None:
        yield ("NM1", "87", "1" if billing.is_person else "2")
        yield from write_address(claims[0].pay_to_address)
    yield from write_pay_to_plan(claims[0].pay_to_plan)
    for _, of_subscriber in groupby(claims, key=_subscriber_level):
        yield from _write_subscriber(list(of_subscriber), own, hierarchy)


def _write_subscriber(claims: Sequence[Claim], parent: str, hierarchy: _Hierarchy) -> Iterator[SegmentValues]:
    """2000B, 2010BA, 2010BB, and the claims or patients below them."""
    if claims[0].patient is not None:
        yield from _write_subscriber_level(claims[0], hierarchy.next(), parent, has_patients=True)
        subscriber_hl = str(hierarchy.last)
        for _, of_patient in groupby(claims, key=_patient_level):
            for some in _in_lots(list(of_patient)):
                yield from _write_patient(some, subscriber_hl, hierarchy)
        return
    for some in _in_lots(claims):
        yield from _write_subscriber_level(claims[0], hierarchy.next(), parent, has_patients=False)
        for claim in some:
            yield from write_claim(claim)


def _in_lots(claims: Sequence[Claim]) -> Iterator[Sequence[Claim]]:
    for start in range(0, len(claims), CLAIMS_A_PATIENT):
        yield claims[start : start + CLAIMS_A_PATIENT]


def _write_subscriber_level(claim: Claim, own: str, parent: str, *, has_patients: bool) -> Iterator[SegmentValues]:
    subscriber = claim.subscriber
    yield ("HL", own, parent, _SUBSCRIBER, "1" if has_patients else "0")
    relationship = "" if has_patients else "18"
    insured = (subscriber.group_number, subscriber.group_name, subscriber.insurance_type)
    yield ("SBR", subscriber.payer_responsibility, relationship, *insured, "", "", "", subscriber.claim_filing)
    yield from _condition("", subscriber.condition)
    yield write_name("IL", subscriber.name, is_person=subscriber.is_person, qualifier="MI", id=subscriber.member_id)
    yield from write_address(subscriber.address)
    yield from write_demographics(subscriber.birth_date, subscriber.sex)
    yield from write_references(subscriber.secondary_ids)
    yield write_organisation("PR", claim.payer.name, qualifier="PI", id=claim.payer.id)
    yield from write_references(claim.billing_ids)


def _write_patient(claims: Sequence[Claim], parent: str, hierarchy: _Hierarchy) -> Iterator[SegmentValues]:
    patient = claims[0].patient
    if patient is None:
        raise ValueError("a patient level without a patient")
    yield ("HL", hierarchy.next(), parent, _PATIENT, "0")
    yield from _condition(patient.relationship, patient.condition)
    yield write_name("QC", patient.name, is_person=True)
    yield from write_address(patient.address)
    yield from write_demographics(patient.birth_date, patient.sex)
    yield from write_references(patient.secondary_ids)
    for claim in claims:
        yield from write_claim(claim)


def _condition(relationship: str, condition: PatientCondition | None) -> Iterator[SegmentValues]:
    """Write the PAT, if there is anything to tell; weight in pounds."""
    if condition is None:
        if relationship:
            yield ("PAT", relationship)
        return
    died = ("", "") if condition.death_date is None else ("D8", write_d8(condition.death_date))
    weight = ("", "") if condition.weight is None else ("01", on_the_wire(condition.weight))
    yield ("PAT", relationship, "", "", "", *died, *weight, "Y" if condition.is_pregnant else "")
