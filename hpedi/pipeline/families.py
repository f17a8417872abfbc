"""Families of decided claims: what one claim counts, the later ones of its whole family may feel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hpedi.benefits.membership import Family
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import StoredDecision
from hpedi.pipeline.sought import StandingSought
from hpedi.reference.reference import Reference


def members_of_families(work: Work, decided: Sequence[StoredDecision], reference: Reference) -> set[str]:
    """Return our ids of all members of the families that decided claims are of."""
    cards = {each.received.claim.subscriber.member_id for each in decided}
    families = [Family.of(record.body) for record in work.reference.families(reference.snapshot, cards)]
    return {member.id for family in families for member in family.members}


def with_family(work: Work, sought: StandingSought, reference: Reference) -> StandingSought:
    """Return what is sought, with the whole family where it is what came after a claim."""
    if not sought.after:
        return sought
    members = members_of_families(work, work.decisions.find(sought.after), reference)
    return replace(sought, members=tuple(sorted(members)))
