"""Who the patient of a claim is among the members, and which plan covers them on a day.

A member is recognised by the member id on the claim together with birth date and name; an id alone is not enough,
since a family may share one and ids are mistyped. It knows no benefit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from hpedi.claims.claim import Claim
from hpedi.claims.model import Model
from hpedi.claims.parties import Name
from hpedi.reference.authorizations import Authorization
from hpedi.reference.dated import in_force
from hpedi.reference.members import CoverageSpan, Member, OtherCoverage
from hpedi.reference.members import Family as FamilyContent
from hpedi.x12.characters import same_letters


class Family(Model, frozen=True, kw_only=True):
    """A family: the owner of family accumulators and the unit that is locked."""

    id: str
    members: tuple[Member, ...]
    coverage: tuple[CoverageSpan, ...]
    other_coverage: tuple[OtherCoverage, ...]
    authorizations: tuple[Authorization, ...] = ()

    @classmethod
    def of(cls, body: bytes) -> Family:
        """Read a family from the body of its reference record."""
        return cls.told(_DECODER.decode(body))

    @classmethod
    def told(cls, content: FamilyContent) -> Family:
        """Return a family as reference data tells it."""
        return cls(
            id=content.id,
            members=content.members,
            coverage=content.coverage,
            other_coverage=content.other_coverage,
            authorizations=content.authorizations,
        )


_DECODER = msgspec.json.Decoder(FamilyContent)


class MatchedMember(Model, frozen=True, kw_only=True):
    """A patient recognised as a member, with everything about them that deciding needs.

    Attributes:
        member: The member.
        family: The member's family.
        coverage: The member's own spans, earliest first.
        other_coverage: What other payers cover of the member.
        authorizations: What the member was approved for, or not.
    """

    member: Member
    family: Family
    coverage: tuple[CoverageSpan, ...]
    other_coverage: tuple[OtherCoverage, ...]
    authorizations: tuple[Authorization, ...] = ()

    def covered_by(self, day: date) -> CoverageSpan | None:
        """Return the span that covers the member on a date of service."""
        return in_force(self.coverage, day)

    def last_covered_before(self, day: date) -> date | None:
        """Return the last covered day of the newest coverage that ended before a day; None where none had ended."""
        return max((span.end for span in self.coverage if span.end is not None and span.end < day), default=None)


class Recognised(Model, frozen=True, kw_only=True):
    """Who a claim is for, as far as the families at hand tell.

    Attributes:
        patient: The member who is the patient; None where no member is recognised for certain.
        subscriber: The member the claim was submitted under, where the patient is not recognised.
        is_newborn: The patient is a newborn not enrolled yet, decided as the subscriber.
    """

    patient: MatchedMember | None
    subscriber: MatchedMember | None = None
    is_newborn: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """The families at hand, found by the member ids of their members."""

    families: Mapping[str, tuple[Family, ...]]

    @classmethod
    def of(cls, families: Iterable[Family]) -> Membership:
        """Index families."""
        indexed: dict[str, tuple[Family, ...]] = {}
        for family in families:
            for card in {member.member_id for member in family.members}:
                indexed[card] = (*indexed.get(card, ()), family)
        return cls(indexed)

    def recognise(self, claim: Claim) -> Recognised:
        """Return who a claim is for."""
        patient = self.match(claim)
        return Recognised(patient=patient, subscriber=self.subscriber_of(claim) if patient is None else None)

    def match(self, claim: Claim) -> MatchedMember | None:
        """Return the member who is the patient of a claim, or None where no member is recognised for certain.

        The submitted id must be a member's. The patient is the one of that family whose birth date and first or last
        name agree; where several are so (twins), the first name decides.
        """
        for family in self.families.get(claim.subscriber.member_id, ()):
            member = _patient_among(family, claim)
            if member is not None:
                return _matched(member, family)
        return None

    def subscriber_of(self, claim: Claim) -> MatchedMember | None:
        """Return the member whose id a claim was submitted under, whoever the patient is."""
        for family in self.families.get(claim.subscriber.member_id, ()):
            for member in family.members:
                if member.member_id == claim.subscriber.member_id and member.id == member.subscriber:
                    return _matched(member, family)
        return None


def _patient_among(family: Family, claim: Claim) -> Member | None:
    if claim.patient is None:
        own = [member for member in family.members if member.member_id == claim.subscriber.member_id]
        return _only(own, claim.subscriber.name, claim.subscriber.birth_date)
    return _only(family.members, claim.patient.name, claim.patient.birth_date)


def _only(members: Sequence[Member], name: Name, born: date | None) -> Member | None:
    agreeing = [
        member
        for member in members
        if member.birth_date == born and (_first_agrees(member, name) or _last_agrees(member, name))
    ]
    if len(agreeing) > 1:
        agreeing = [member for member in agreeing if _first_agrees(member, name)]
    return agreeing[0] if len(agreeing) == 1 else None


def _first_agrees(member: Member, name: Name) -> bool:
    return bool(name.first) and same_letters(member.first, name.first)


def _last_agrees(member: Member, name: Name) -> bool:
    return same_letters(member.last, name.last)


def _matched(member: Member, family: Family) -> MatchedMember:
    return MatchedMember(
        member=member,
        family=family,
        coverage=tuple(span for span in family.coverage if span.member == member.id),
        other_coverage=tuple(other for other in family.other_coverage if other.member == member.id),
        authorizations=tuple(each for each in family.authorizations if each.member == member.id),
    )
