"""An enrolment as an 834 set says it: what is to be kept, in the set's own codes. It knows no member of ours."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from hpedi.claims.model import Model

FULL: frozenset[str] = frozenset({"4", "RX"})
"""BGN08 of files that name every member: verify, replace."""


class SaidOtherCoverage(Model, frozen=True, kw_only=True):
    """Coverage by another payer (2320, 2330).

    Attributes:
        order: Whose turn it is (COB01): P, S, T, or U for unknown.
        coordination: COB03: 1 coordinated, 5 unknown, 6 none.
        payer_name: Its name (2330 NM103).
        payer_id: Its id (NM109).
        start: First day (DTP*344); None where it is not said.
        end: Last day (DTP*345).
    """

    order: str
    coordination: str
    payer_name: str = ""
    payer_id: str = ""
    start: date | None = None
    end: date | None = None


class SaidCoverage(Model, frozen=True, kw_only=True):
    """Coverage (2300).

    Attributes:
        position: Of its HD in the set.
        maintenance: What is to be done (HD01).
        line: Insurance line (HD03).
        plan: Plan coverage description (HD04): our plan id.
        level: Coverage level (HD05).
        start: First day (DTP*348).
        end: Last day (DTP*349).
        others: What other payers cover.
    """

    position: int
    maintenance: str
    line: str
    plan: str = ""
    level: str = ""
    start: date | None = None
    end: date | None = None
    others: tuple[SaidOtherCoverage, ...] = ()


class SaidPerson(Model, frozen=True, kw_only=True):
    """Name and demographics of a person (2100A, 2100B)."""

    unshown: ClassVar[frozenset[str]] = frozenset({"last", "first", "birth_date", "number"})

    last: str
    first: str = ""
    birth_date: date | None = None
    sex: str = ""
    number: str = ""  # NM109 where NM108 is ZZ: the member's own number


class SaidMember(Model, frozen=True, kw_only=True):
    """A member (2000).

    Attributes:
        position: Of its INS in the set.
        is_subscriber: INS01.
        relationship: INS02.
        maintenance: What is to be done (INS03).
        subscriber_number: REF*0F: the number on the family's card.
        person: Who it is (2100A).
        before: Who it was, where that is corrected (2100B).
        eligible_until: Last day of eligibility (DTP*357).
        coverage: Its coverage.
    """

    unshown: ClassVar[frozenset[str]] = frozenset({"subscriber_number"})

    position: int
    is_subscriber: bool
    relationship: str
    maintenance: str
    subscriber_number: str
    person: SaidPerson
    before: SaidPerson | None = None
    eligible_until: date | None = None
    coverage: tuple[SaidCoverage, ...] = ()


class Enrolment(Model, frozen=True, kw_only=True):
    """A set.

    Attributes:
        action: BGN08: 2 changes, 4 verifies and RX replaces everything.
        effective: From when it holds (DTP*007); None where it is not said.
        members: In their order.
    """

    action: str
    effective: date | None = None
    members: tuple[SaidMember, ...] = ()

    @property
    def is_full(self) -> bool:
        """Say whether it names every member."""
        return self.action in FULL
