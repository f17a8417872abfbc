"""Newborns: a child not enrolled yet is decided as its subscriber for its first days, where the plan says so."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from hpedi.benefits.membership import MatchedMember, Membership, Recognised
from hpedi.claims.claim import Claim
from hpedi.claims.parties import Patient
from hpedi.reference.reference import Reference


def recognise(membership: Membership, claim: Claim, reference: Reference) -> Recognised:
    """Return who a claim is for; a newborn is its subscriber, with the subscriber's benefits and accumulators.

    Args:
        membership: The families at hand.
        claim: The claim.
        reference: The payer's plans, whose `newborn_rule` says for how many days.
    """
    recognised = membership.recognise(claim)
    subscriber, child = recognised.subscriber, claim.patient
    if recognised.patient is not None or subscriber is None or child is None:
        return recognised
    if any(is_newborn(subscriber, child, line.dates.start, reference) for line in claim.lines):
        return replace(recognised, patient=subscriber, is_newborn=True)
    return recognised


def is_newborn(subscriber: MatchedMember, child: Patient, day: date, reference: Reference) -> bool:
    """Say whether the subscriber's plan decides a child as the subscriber on a date of service."""
    span = subscriber.covered_by(day)
    version = reference.plan_version(span.plan, day) if span is not None else None
    rule = version.newborn_rule if version is not None else None
    if rule is None or rule.relationship != child.relationship or child.birth_date is None:
        return False
    return 0 <= (day - child.birth_date).days < rule.days
