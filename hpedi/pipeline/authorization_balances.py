"""What of authorisations is used and left, told to who may look up members, with the audit row that says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hpedi.benefits.authorizations import PostedUse, left_of, used_of
from hpedi.benefits.membership import Family
from hpedi.pipeline.inquiring import Inquiry
from hpedi.reference.authorizations import Authorization, lookup_of

THING = "member"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAuthorization:
    """An authorisation and its uses until a day.

    Attributes:
        authorization: What was approved, or not.
        uses: What claims used of it, in the order they were decided.
    """

    authorization: Authorization
    uses: tuple[PostedUse, ...]

    @property
    def used(self) -> str:
        """Units used, with those used before hpedi counted."""
        return f"{used_of(self.authorization, self._sums()):f}"

    @property
    def left(self) -> str:
        """Units left."""
        return f"{left_of(self.authorization, self._sums()):f}"

    def _sums(self) -> dict[str, Decimal]:
        return {self.authorization.id: sum((each.use.units for each in self.uses), Decimal(0))}


def authorizations(
    inquiry: Inquiry, sought: str, born: date | None = None, as_of: date | None = None
) -> tuple[SeenAuthorization, ...]:
    """Return the authorisations of a member id, or the one of an authorisation number.

    Args:
        inquiry: Who asks, in which transaction.
        sought: The member id on the card, or our number of the authorisation.
        born: The member's day of birth; a provider must give it, and sees what is for it or for any provider.
        as_of: Uses that were decided until this day; all where left out.
    """
    providers = inquiry.providers(THING)
    is_answered = providers is None or bool(providers and born)
    own = None if providers is None else {each.id for each in providers}
    found = tuple(
        SeenAuthorization(authorization=each, uses=_uses(inquiry, each, as_of))
        for each in (_of(inquiry, sought, born) if is_answered else ())
        if own is None or each.provider is None or each.provider in own
    )
    members = [each.authorization.member for each in found]
    subject = f"authorization:{found[0].authorization.id if len(found) == 1 else len(found) or 'none'}"
    inquiry.told(THING, subject, members, count=len(found))
    return found


def _of(inquiry: Inquiry, sought: str, born: date | None) -> Iterator[Authorization]:
    records = inquiry.work.reference.families(inquiry.reference.snapshot, [sought, lookup_of(sought)])
    for family in (Family.of(record.body) for record in records):
        asked = {each.id for each in family.members if born in {None, each.birth_date}}
        on_card = {each.id for each in family.members if each.member_id == sought}
        for authorization in family.authorizations:
            if authorization.member in asked and (authorization.id == sought or authorization.member in on_card):
                yield authorization


def _uses(inquiry: Inquiry, authorization: Authorization, as_of: date | None) -> tuple[PostedUse, ...]:
    uses = inquiry.work.authorizations.uses(authorization.id, authorization.member)
    return uses if as_of is None else tuple(each for each in uses if each.posted_on <= as_of)
