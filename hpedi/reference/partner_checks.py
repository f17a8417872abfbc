"""Checks of partner profiles on what they name, and on what two of them may not share.

The same checks hold for profiles of a payer folder and for those changed here.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hpedi.reference.partners import RESERVED, Partner

_LONGEST_ID: Final = 15
_NO_RULES: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileTerms:
    """What a profile may name.

    Attributes:
        sends: Transaction sets that receipt takes, by the short names of their guides.
        receives: Transaction sets that we send.
        limits: Names of limits.
        versions: Versions of guides (GS08), adopted or not.
        qualifiers: Interchange id qualifiers (ISA05).
        rules: Ids of the rules that a partner may weigh; asked only where a profile weighs one.
    """

    sends: frozenset[str]
    receives: frozenset[str]
    limits: frozenset[str]
    versions: frozenset[str]
    qualifiers: frozenset[str]
    rules: Callable[[], Container[str]] = field(default=lambda: _NO_RULES)


class ProfileFault(NamedTuple):
    """What is wrong with a field of a profile, in words that never show its value."""

    partner: Partner
    field: str
    message: str


def check_profiles(
    partners: Iterable[Partner], terms: ProfileTerms | None, providers: Container[str] | None = None
) -> Iterator[ProfileFault]:
    """Yield what is wrong with profiles, taken together.

    Args:
        partners: All that hold.
        terms: What they may name; None where nobody knows.
        providers: The ids of all providers; None where nobody knows.
    """
    every = tuple(partners)
    for partner in every:
        yield from _check_identities(partner)
        if providers is not None and any(each not in providers for each in partner.remittances_for):
            yield ProfileFault(partner, "remittances_for", "`remittances_for` names no provider of ours; correct it.")
        if terms is not None:
            yield from _check_names(partner, terms)
    yield from _check_shared(every)


def _check_identities(partner: Partner) -> Iterator[ProfileFault]:
    for name, value in (("id", partner.id), ("folder", partner.folder)):
        if value.casefold() in RESERVED:
            reserved = " and ".join(sorted(RESERVED))
            yield ProfileFault(partner, name, f"The names {reserved} are hpedi's own; choose another one.")
    if not partner.isa_ids:
        yield ProfileFault(partner, "isa_ids", "A partner has at least one interchange identity; add it.")
    if any(len(isa.id) > _LONGEST_ID for isa in partner.isa_ids):
        yield ProfileFault(partner, "isa_ids", "An interchange id (ISA06) has at most 15 characters; correct it.")
    if any(len(each) > _LONGEST_ID for each in partner.gs_ids):
        yield ProfileFault(partner, "gs_ids", "An application sender (GS02) has at most 15 characters; correct it.")
    if not set(partner.usages) <= {"P", "T"}:
        yield ProfileFault(partner, "usages", "A usage (ISA15) is P or T; correct it.")
    if any(key.revoked is not None and key.revoked < key.added for key in partner.keys):
        yield ProfileFault(partner, "keys", "A key was revoked before it was added; correct the dates.")
    if partner.resumes_as == "suspended":
        yield ProfileFault(partner, "resumes_as", "A partner resumes as draft, testing or live; correct it.")


def _check_names(partner: Partner, terms: ProfileTerms) -> Iterator[ProfileFault]:
    known: Mapping[str, tuple[Iterable[str], Container[str], str]] = {
        "sends": (partner.sends, terms.sends, "a transaction set that is taken"),
        "receives": (partner.receives, terms.receives, "a transaction set that is sent"),
        "limits": (partner.limits, terms.limits, "a limit of an interchange"),
        "allowed_versions": (partner.allowed_versions, terms.versions, "a version of a guide that we know (GS08)"),
        "isa_ids": (
            (isa.qualifier for isa in partner.isa_ids),
            terms.qualifiers,
            "an interchange id qualifier (ISA05)",
        ),
    }
    for name, (used, names, what) in known.items():
        if any(each not in names for each in used):
            yield ProfileFault(partner, name, f"`{name}` names something that is not {what}; correct it.")
    if any(limit < 1 for limit in partner.limits.values()):
        yield ProfileFault(partner, "limits", "A limit is at least 1; correct it.")
    if partner.remittances_a_file < 1:
        yield ProfileFault(partner, "remittances_a_file", "A file holds at least 1 remittance; correct it.")
    if partner.severities:
        rules = terms.rules()
        if any(rule not in rules for rule in partner.severities):
            yield ProfileFault(partner, "severities", "A partner weighs rules of SNIP 4 to 6 by their id; correct it.")


def _check_shared(partners: Iterable[Partner]) -> Iterator[ProfileFault]:
    """An interchange identity, a key and a delivery folder belong to one partner."""
    owners: dict[Hashable, str] = {}
    for partner in partners:
        owned: tuple[tuple[str, str, Iterable[Hashable]], ...] = (
            ("isa_ids", "interchange identity", partner.isa_ids),
            ("keys", "key", (key.fingerprint for key in partner.keys)),
            ("folder", "delivery folder", (("folder", partner.delivery_folder.casefold()),)),
        )
        for name, words, values in owned:
            for value in values:
                if owners.setdefault(value, partner.id) != partner.id:
                    yield ProfileFault(partner, name, f"Another partner has this {words}; give each its own.")
