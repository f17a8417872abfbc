"""Families: members, their coverage and what other payers cover; kept and fetched a family at a time."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from hpedi.reference.authorizations import Authorization
from hpedi.reference.dated import Dated, Entry
from hpedi.reference.values import Name

FAMILY: Final = "family"
"""The kind of the records of families."""


class Member(Entry, frozen=True, kw_only=True):
    """A person a plan covers. `id` is ours; `member_id` stands on the card and may be shared by a family."""

    id: Name
    family: Name
    subscriber: Name
    relationship: Name  # 18 self, 01 spouse, 19 child ...
    member_id: Name
    last: Name
    first: str = ""
    birth_date: date
    sex: Literal["F", "M", "U"]


class CoverageSpan(Dated, frozen=True, kw_only=True):
    """A span in which a plan covers a member. `added_on` is the day the payer learned of it."""

    member: Name
    plan: Name
    coverage_tier: Literal["single", "family"] = "family"
    added_on: date | None = None


class OtherCoverage(Dated, frozen=True, kw_only=True):
    """A span in which another payer covers a member; primary pays before us."""

    member: Name
    payer_name: Name
    payer_id: str = ""
    order: Literal["primary", "secondary"]


def lookup_of_birth(born: date) -> str:
    """Return what the families of everybody born on a day are found by, beside the ids on their cards."""
    return f"born {born}"


class Family(Entry, frozen=True, kw_only=True):
    """A family: the owner of family accumulators and the unit that is locked."""

    id: Name
    members: tuple[Member, ...]
    coverage: tuple[CoverageSpan, ...] = ()
    other_coverage: tuple[OtherCoverage, ...] = ()
    authorizations: tuple[Authorization, ...] = ()
