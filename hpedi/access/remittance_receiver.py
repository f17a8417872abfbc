"""Who receives the 835s of a provider on a day, by what the provider named, what was granted and what profiles say.

    enrolments in force, the NPI's before the Tax ID's -> profiles that list the provider -> nobody: the provider's own
    folder. Whoever may not receive the provider's remittances is passed over, whatever names it.

Pure: enrolments, grants and profiles are handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from hpedi.access.decision import Asker
from hpedi.access.era_enrolment import EraEnrolment, in_order
from hpedi.access.grants import Grant, ProviderId
from hpedi.access.organisations import OrganisationKind
from hpedi.access.reach import Scope
from hpedi.access.rules import RECEIVER, AccessRules
from hpedi.reference.partners import Partner
from hpedi.run_context import Principal

REMITTANCE_SET: Final = "835"
_RECEIVE: Final = "receive"
_REMITTANCE: Final = "remittance"
_CONDUIT: Final = "clearinghouse"


class Basis(StrEnum):
    """By what a partner receives."""

    ENROLLED = "enrolled"
    PROFILE = "partner profile"
    NOBODY = "nobody named"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The organisation that is registered as a trading partner, and what it was granted."""

    id: str
    kind: OrganisationKind
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidProvider:
    """A provider that is paid.

    Attributes:
        id: Our id of it; empty where the reference data no longer has it.
        named: Tax ID and NPI.
    """

    id: str
    named: ProviderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverFacts:
    """All that the answer depends on.

    Attributes:
        enrolments: Those of the provider for the account that pays; others do no harm.
        partners: The profiles that hold.
        houses: The registered organisation of each partner that has one, by the partner's id.
        day: When.
        rules: The roles.
    """

    enrolments: tuple[EraEnrolment, ...]
    partners: Sequence[Partner]
    houses: Mapping[str, House]
    day: date
    rules: AccessRules


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverChosen:
    """Who receives.

    Attributes:
        partner: The trading partner; None where the files lie in the provider's own folder.
        basis: By what.
        enrolment: The number of the enrolment it receives by.
        passed_over: Partners that were named before it and may not receive, by their ids.
    """

    partner: Partner | None
    basis: Basis
    enrolment: int | None = None
    passed_over: tuple[str, ...] = ()


def receiver_of(provider: PaidProvider, facts: ReceiverFacts) -> ReceiverChosen:
    """Return who receives the 835s of a provider."""
    passed_over: list[str] = []
    for partner_id, partner, basis, enrolment in _named(provider, facts):
        if partner is not None and may_receive(partner, provider, facts, basis):
            return ReceiverChosen(partner=partner, basis=basis, enrolment=enrolment, passed_over=tuple(passed_over))
        passed_over.append(partner_id)
    return ReceiverChosen(partner=None, basis=Basis.NOBODY, passed_over=tuple(passed_over))


def _named(provider: PaidProvider, facts: ReceiverFacts) -> Iterator[tuple[str, Partner | None, Basis, int | None]]:
    by_id = {partner.id: partner for partner in facts.partners}
    for enrolment in in_order(facts.enrolments, provider.named, facts.day):
        yield enrolment.receiver, by_id.get(enrolment.receiver), Basis.ENROLLED, enrolment.id
    for partner in facts.partners:
        if _lists(partner, provider):
            yield partner.id, partner, Basis.PROFILE, None


def may_receive(partner: Partner, provider: PaidProvider, facts: ReceiverFacts, basis: Basis) -> bool:
    """Say whether a partner that is named may be sent a provider's 835s.

    An organisation needs a grant of the provider for remittances (its own counts); a house that a profile lists is the
    provider itself. Where no organisation is registered as the partner: a clearinghouse only carries what it is named
    for, and any other partner must be listed by its profile.
    """
    if partner.receives and REMITTANCE_SET not in partner.receives:
        return False
    house = facts.houses.get(partner.id)
    is_listed = _lists(partner, provider)
    if house is None:
        return partner.kind == _CONDUIT or is_listed
    is_itself = basis is Basis.PROFILE and house.kind is OrganisationKind.PROVIDER
    return is_itself or _is_granted(house, provider, facts)


def _lists(partner: Partner, provider: PaidProvider) -> bool:
    return bool(provider.id) and provider.id in partner.remittances_for


def _is_granted(house: House, provider: PaidProvider, facts: ReceiverFacts) -> bool:
    receiver = Principal(f"organisation:{house.id}", "partner", house.id, frozenset({RECEIVER}), house.id)
    asker = Asker(principal=receiver, grants=house.grants, day=facts.day, rules=facts.rules)
    return asker.may(_RECEIVE, Scope(thing=_REMITTANCE, provider=provider.named))
