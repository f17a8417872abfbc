"""Amounts that count to accumulators and come from elsewhere, such as a pharmacy's: a CSV file, one row a service.

A reference counts once, ever; what was counted wrongly is set right by a row of its own reference, with amounts below
zero. Nothing counts above a limit or below zero: what would is counted as far as it goes, and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from hpedi.benefits.accumulators import AccumulatorEntry, AccumulatorKey, Balances
from hpedi.benefits.membership import Family
from hpedi.benefits.periods import period_of
from hpedi.benefits.rows import PlanBenefits, plan_benefits
from hpedi.finding_kinds import found
from hpedi.findings import Finding, Severity, Where
from hpedi.money import ZERO, Usd, usd
from hpedi.reference.dated import Entry, in_force
from hpedi.reference.members import Member
from hpedi.reference.plans import Accumulator, Tier
from hpedi.reference.reference import Reference
from hpedi.reference.shape import Places
from hpedi.reference.tables import read_table
from hpedi.reference.values import Amount, Name

SOURCE: Final = "feed:"


class FeedRow(Entry, frozen=True, kw_only=True):
    """What a service counts.

    Attributes:
        reference: The sender's own number of it; counts once.
        member_id: As on the card.
        birth_date: Tells members of one card apart.
        day: Of the service; picks plan and benefit year.
        deductible: US dollars that count to the deductible; below zero takes back.
        out_of_pocket: Likewise to the out-of-pocket maximum.
    """

    reference: Name
    member_id: Name
    birth_date: date
    day: date = msgspec.field(name="date")
    tier: Tier = "INN"
    deductible: Amount = ZERO
    out_of_pocket: Amount = ZERO


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as read: its rows that are right, where each stands, and what is wrong with the others."""

    rows: tuple[FeedRow, ...]
    places: Places
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a feed counts, and what is wrong with rows that do not, or not in full."""

    entries: tuple[AccumulatorEntry, ...]
    findings: tuple[Finding, ...]


def read_feed(content: bytes, file: str) -> Feed:
    """Read a feed.

    Findings:
        reference-file: The file is not UTF-8 CSV, or its header names other columns.
        reference-value: A cell is not of its kind, or a reference stands twice.
    """
    places, findings = Places(), list[Finding]()
    rows: list[FeedRow] = []
    seen: set[str] = set()
    for row in read_table(content, file, FeedRow, places, findings):
        if row.reference in seen:
            message = "This reference stands twice in the file; give each row its own."
            findings.append(found("reference-value", places.of(row, "reference"), message))
            continue
        seen.add(row.reference)
        rows.append(row)
    return Feed(tuple(rows), places, tuple(findings))


def count_feed(
    feed: Feed, families: Iterable[Family], reference: Reference, balances: Balances, known: Iterable[str]
) -> Counted:
    """Return the accumulator entries of a feed.

    Args:
        feed: Its rows.
        families: Those of their members.
        reference: Plans and benefit years.
        balances: What is counted so far to these families and members.
        known: Sources of entries that are counted already; their rows count nothing more.

    Findings:
        reference-link: Nobody among the members is meant, or no plan covered them on the day.
        reference-value: An amount would pass a limit, or go below zero.
    """
    standing = frozenset(known)
    counter = _Counter(feed, tuple(families), reference, dict(balances))
    entries = [entry for row in feed.rows if f"{SOURCE}{row.reference}" not in standing for entry in counter.of(row)]
    return Counted(tuple(entries), tuple(counter.findings))


class _Counter:
    """Counts the rows of one feed in order, each seeing what the earlier ones counted."""

    def __init__(
        self, feed: Feed, families: Sequence[Family], reference: Reference, used: dict[AccumulatorKey, Decimal]
    ) -> None:
        self.feed = feed
        self.families = families
        self.reference = reference
        self.used = used
        self.findings: list[Finding] = []

    def of(self, row: FeedRow) -> Iterator[AccumulatorEntry]:
        """Yield what a row counts."""
        owner = self._owner(row)
        if owner is None:
            self._tell(row, "member_id", "No member has this member id and birth date; correct them.")
            return
        family, member = owner
        plan = self._plan(family, member, row.day)
        if plan is None:
            self._tell(row, "date", "No plan covered the member on this day; correct the day, or the coverage.")
            return
        counters = plan.counters[row.tier]
        amounts = ((counters.deductible, usd(row.deductible)), (counters.oop, usd(row.out_of_pocket)))
        for accumulators, amount in amounts:
            counters_of = [(each, self._key(each, row.day, plan, family, member)) for each in accumulators]
            counted = self._within(row, counters_of, amount)
            for _accumulator, key in counters_of if counted else ():
                self.used[key] = self.used.get(key, ZERO) + counted
                yield AccumulatorEntry(key, counted, f"{SOURCE}{row.reference}", row.day)

    @staticmethod
    def _key(accumulator: Accumulator, day: date, plan: PlanBenefits, family: Family, member: Member) -> AccumulatorKey:
        owner = member.id if accumulator.scope == "individual" else family.id
        return AccumulatorKey(plan.plan.id, accumulator.id, owner, period_of(plan.version.benefit_year, day))

    def _owner(self, row: FeedRow) -> tuple[Family, Member] | None:
        found_members = [
            (family, member)
            for family in self.families
            for member in family.members
            if member.member_id == row.member_id and member.birth_date == row.birth_date
        ]
        return found_members[0] if len(found_members) == 1 else None

    def _plan(self, family: Family, member: Member, day: date) -> PlanBenefits | None:
        span = in_force((span for span in family.coverage if span.member == member.id), day)
        version = self.reference.plan_version(span.plan, day) if span is not None else None
        return plan_benefits(self.reference)[id(version)] if version is not None else None

    def _within(self, row: FeedRow, counters: Sequence[tuple[Accumulator, AccumulatorKey]], amount: Usd) -> Usd:
        """Return what of an amount counts: as far as every counter has room, and on each the same."""
        used = [self.used.get(key, ZERO) for _accumulator, key in counters]
        rooms = [max(each.limit - so_far, ZERO) for (each, _key), so_far in zip(counters, used, strict=True)]
        counted = usd(min([amount, *rooms]) if amount > ZERO else max([amount, *(-so_far for so_far in used)]))
        if counters and counted != amount:
            message = "Only a part of the amount counts: more would pass a limit, or go below zero."
            where = self.feed.places.of(row)
            self.findings.append(found("reference-value", where, message, severity=Severity.WARNING))
        return counted

    def _tell(self, row: FeedRow, field: str, message: str) -> None:
        where: Where = self.feed.places.of(row, field)
        self.findings.append(found("reference-link", where, message))
