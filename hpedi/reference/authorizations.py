"""Authorisations: what a member was approved for, how much of it, and from when to when.

What of an authorisation is used is no part of it: uses are a ledger (`benefits.authorizations`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Final, Literal

from hpedi.finding_kinds import found
from hpedi.findings import Finding
from hpedi.reference.dated import Dated
from hpedi.reference.shape import Places
from hpedi.reference.values import Factor, Name

APPROVED: Final = "approved"


class Authorization(Dated, frozen=True, kw_only=True):
    """An authorisation of a member, in force for dates of service.

    Attributes:
        provider: Our id of the billing provider it is for; absent: any.
        codes: The services it is for, separated by spaces.
        tob_prefixes: Or what the type of bill of the whole claim begins with, likewise.
        units_approved: Units or days.
        unit: UN units, DA days.
        units_used: What was used of it before hpedi counted.
    """

    id: Name
    member: Name
    provider: str | None = None
    codes: str = ""
    tob_prefixes: str = ""
    units_approved: Factor
    unit: Literal["UN", "DA"] = "UN"
    units_used: Factor = Decimal(0)
    status: Literal["approved", "denied", "pending"] = "approved"
    source: str = ""

    @property
    def services(self) -> tuple[str, ...]:
        """Everything it names: codes and beginnings of types of bill."""
        return (*self.codes.split(), *self.tob_prefixes.split())

    def names(self, code: str, type_of_bill: str) -> bool:
        """Say whether it is for a service, by its code or by the claim's type of bill."""
        return code in self.codes.split() or (
            bool(type_of_bill) and any(type_of_bill.startswith(prefix) for prefix in self.tob_prefixes.split())
        )


def lookup_of(authorization: str) -> str:
    """Return what the family of an authorisation's member is found by, beside the ids on its cards."""
    return f"authorization {authorization}"


def check_authorizations(
    authorizations: list[Authorization], members: frozenset[str], providers: frozenset[str], places: Places
) -> Iterator[Finding]:
    """Check authorisations of a payer folder.

    Findings:
        reference-link: A member or provider is not defined, an id stands twice, no service is named.
        reference-value: More is used than approved; two approved ones are for the same service on one day.
    """
    seen: set[str] = set()
    for each in authorizations:
        for field, message in _faults(each, members, providers, seen):
            yield found("reference-link", places.of(each, field), message)
        if each.units_used > each.units_approved:
            message = "More units are used than approved; correct `units_used` or `units_approved`."
            yield found("reference-value", places.of(each, "units_used"), message)
        seen.add(each.id)
    yield from _overlaps(authorizations, places)


def _faults(
    each: Authorization, members: frozenset[str], providers: frozenset[str], seen: set[str]
) -> Iterator[tuple[str, str]]:
    if each.member not in members:
        yield "member", "`member` names nobody of the members; define the member or correct the id."
    if each.provider is not None and each.provider not in providers:
        yield "provider", "`provider` names something that is not defined; define it or correct the name."
    if not each.services:
        yield "id", "The authorisation is for no service; give `codes` or `tob_prefixes`."
    if each.id in seen:
        yield "id", "This authorisation id is given twice; give each its own."


def _overlaps(authorizations: list[Authorization], places: Places) -> Iterator[Finding]:
    of_service: dict[tuple[Hashable, ...], list[Authorization]] = {}
    for each in authorizations:
        if each.status == APPROVED:
            for service in each.services:
                of_service.setdefault((each.member, each.provider, service), []).append(each)
    told: set[str] = set()
    for group in of_service.values():
        ordered = sorted(group, key=lambda each: each.start)
        for earlier, later in pairwise(ordered):
            if later.id not in told and (earlier.end is None or later.start <= earlier.end):
                told.add(later.id)
                line = places.of(earlier).line
                message = (
                    f"Two approved authorisations are for one service on one day (the other: line {line}); join them, "
                    "or end the earlier one."
                )
                yield found("reference-value", places.of(later), message)
