"""Who an inquiry is about, among the families at hand: the member, or the situations for which there is none.

Enough has to be sent to find somebody, and all that is sent has to agree. A card may be shared by a family: a patient
sent as subscriber may turn out to be a dependent of it. Which situation is answered how is data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from hpedi.benefits.membership import Family
from hpedi.inquiries.eligibility_names import first_agrees, last_agrees
from hpedi.inquiries.eligibility_rules import NameRules, RulesOfDay, SearchField
from hpedi.reference.members import Member
from hpedi.transactions.eligibility_270.model import AskedPatient


@dataclass(frozen=True, slots=True)
class FoundMember:
    """A member who was found, and the family."""

    member: Member
    family: Family

    @property
    def subscriber(self) -> Member:
        """The subscriber of the family's coverage that the member has."""
        own = self.member
        return next((each for each in self.family.members if each.id == own.subscriber), own)

    @property
    def is_dependent(self) -> bool:
        """Say whether the member has no number of its own: it goes by the subscriber's."""
        return self.subscriber.id != self.member.id and self.subscriber.member_id == self.member.member_id


Situations: TypeAlias = tuple[str, ...]
"""Why somebody is not found; each has its row in the rejections of mappings/inquiries/eligibility.yaml."""
Search: TypeAlias = FoundMember | Situations

NOT_FOUND: Final = "not_found"
_NOBODY: Final[Situations] = (NOT_FOUND,)

_SENT: Final[Mapping[SearchField, Callable[[AskedPatient], bool]]] = {
    "member_id": lambda asked: bool(asked.member_id),
    "last": lambda asked: bool(asked.name.last),
    "first": lambda asked: bool(asked.name.first),
    "birth_date": lambda asked: asked.birth_date is not None,
}
_MISSING: Final[Mapping[SearchField, str]] = {
    "member_id": "member_id_missing",
    "last": "name_missing",
    "first": "name_missing",
    "birth_date": "birth_date_missing",
}


def find_subscriber(asked: AskedPatient, families: Iterable[Family], rules: RulesOfDay) -> Search:
    """Find who was sent as subscriber and patient.

    Args:
        asked: As sent.
        families: Those that the member id, or without one the day of birth, may belong to.
        rules: What has to be sent, and how names are compared.

    Returns:
        The member, or the situations: member_id_missing, name_missing, birth_date_missing, member_id_unknown,
        name_differs, birth_date_differs, not_found, several_found.
    """
    lacking = _lacking(asked, rules.search.subscriber)
    if lacking:
        return lacking
    everybody = [FoundMember(member, family) for family in families for member in family.members]
    if not asked.member_id:
        return _only(asked, everybody, rules.names) or _none_or_several(asked, everybody, rules.names)
    holders = [each for each in everybody if each.member.member_id == asked.member_id]
    if not holders:
        return ("member_id_unknown",)
    return _only(asked, holders, rules.names) or _why_none(asked, holders, rules.names)


def find_family(asked: AskedPatient, families: Iterable[Family], rules: RulesOfDay) -> Search:
    """Find the subscriber of a dependent who is asked about: by the member id alone, or as a patient is found."""
    if not asked.member_id:
        return find_subscriber(asked, families, rules)
    holders = [
        FoundMember(member, family)
        for family in families
        for member in family.members
        if member.member_id == asked.member_id
    ]
    subscribers = [each for each in holders if each.member.id == each.member.subscriber] or holders
    if not subscribers:
        return ("member_id_unknown",)
    return _only(asked, subscribers, rules.names) or _why_none(asked, subscribers, rules.names)


def find_dependent(asked: AskedPatient, of: FoundMember, rules: RulesOfDay) -> Search:
    """Find a dependent in the family of a subscriber who was found; situations as for a subscriber."""
    lacking = _lacking(asked, rules.search.dependent)
    if lacking:
        return lacking
    others = [FoundMember(member, of.family) for member in of.family.members if member.id != of.member.id]
    return _only(asked, others, rules.names) or _why_none(asked, others, rules.names)


def _lacking(asked: AskedPatient, options: Sequence[Sequence[SearchField]]) -> Situations:
    """Return what is missing of the search option that is nearest to what was sent; nothing where one is whole."""
    missing = [[name for name in option if not _SENT[name](asked)] for option in options]
    nearest = min(missing, key=len)
    return tuple(dict.fromkeys(_MISSING[name] for name in nearest))


def _only(asked: AskedPatient, candidates: Sequence[FoundMember], names: NameRules) -> FoundMember | None:
    """Return the one candidate with whom all agrees that was sent."""
    agreeing = [each for each in candidates if not _differing(asked, each.member, names)]
    return agreeing[0] if len(agreeing) == 1 else None


def _differing(asked: AskedPatient, member: Member, names: NameRules) -> Situations:
    differs = []
    name = asked.name
    if (name.last and not last_agrees(name.last, member.last, names)) or (
        name.first and not first_agrees(name.first, member.first, names)
    ):
        differs.append("name_differs")
    if asked.birth_date is not None and asked.birth_date != member.birth_date:
        differs.append("birth_date_differs")
    return tuple(differs)


def _why_none(asked: AskedPatient, candidates: Sequence[FoundMember], names: NameRules) -> Situations:
    """Return why none of some candidates, or not one alone, is who was sent.

    What differs from the one that is nearest is told; where name and birth date both do, nobody was found.
    """
    found = [_differing(asked, each.member, names) for each in candidates]
    nearest = min(found, key=len, default=_NOBODY)
    if not nearest:
        return _none_or_several(asked, candidates, names)
    return nearest if len(nearest) == 1 else _NOBODY


def _none_or_several(asked: AskedPatient, candidates: Sequence[FoundMember], names: NameRules) -> Situations:
    is_several = sum(not _differing(asked, each.member, names) for each in candidates) > 1
    return ("several_found",) if is_several else _NOBODY
