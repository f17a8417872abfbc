"""Counting: what stands on the accumulators of a member or family, and what feeds from elsewhere add to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hpedi.benefits.accumulators import AccumulatorKey, PostedEntry
from hpedi.benefits.feed import Feed, count_feed
from hpedi.benefits.membership import Family
from hpedi.benefits.opening import OPENING
from hpedi.benefits.periods import period_of
from hpedi.benefits.rows import VISITS
from hpedi.findings import Finding
from hpedi.money import ZERO
from hpedi.pipeline.ports import Work
from hpedi.reference.dated import in_force
from hpedi.reference.members import Member
from hpedi.reference.plans import PlanVersion
from hpedi.reference.reference import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An accumulator of a benefit year as it stood on a day.

    Attributes:
        key: Which counter.
        kind: deductible, oop or visits.
        scope: individual or family.
        tier: INN, OON or ALL.
        limit: US dollars, or visits.
        used: The sum of its entries.
        left: What is left of the limit, never below zero.
        entries: What it is the sum of, oldest first.
    """

    key: AccumulatorKey
    kind: str
    scope: str
    tier: str
    limit: Decimal
    used: Decimal
    left: Decimal
    entries: tuple[PostedEntry, ...]


def standings(work: Work, reference: Reference, card: str, as_of: date, *, family: bool) -> tuple[Standing, ...]:
    """Return the accumulators of whom a member id is of, in the benefit year of a day, as they stood that day.

    Args:
        work: The transaction; the look is written to the audit log in it.
        reference: Plans.
        card: The member id on the card.
        as_of: The day: its benefit year, and what was added until its end.
        family: All members of the family, and not only those of the card.
    """
    families = [Family.of(record.body) for record in work.reference.families(reference.snapshot, [card])]
    found: dict[AccumulatorKey, Standing] = {}
    seen: set[str] = set()
    for each in families:
        posted = _until(work.accumulators.of([each.id, *(member.id for member in each.members)]), as_of)
        for member in each.members:
            if family or member.member_id == card:
                seen.add(member.id)
                of_member = _of_member(each, member, reference, as_of, posted)
                found.update((standing.key, standing) for standing in of_member)
    result = f"found {len(found)}" if found else "no results"
    members = sorted(seen) or [""]
    work.audit.record("explain accumulator", "accumulators", members=members, reason="review", result=result)
    return tuple(found.values())


def import_feed(work: Work, reference: Reference, feed: Feed, posted_on: date) -> tuple[int, tuple[Finding, ...]]:
    """Count a feed; rows that were counted before count nothing.

    Returns:
        How many entries were added, and what is wrong with rows that do not count, or not in full.
    """
    cards = {row.member_id for row in feed.rows}
    families = [Family.of(record.body) for record in work.reference.families(reference.snapshot, cards)]
    work.accumulators.lock(sorted(family.id for family in families))
    owners = [owner for family in families for owner in (family.id, *(member.id for member in family.members))]
    known = {posted.entry.source for posted in work.accumulators.of(owners)}
    counted = count_feed(feed, families, reference, work.accumulators.balances(owners), known)
    work.accumulators.append(counted.entries, posted_on)
    members = {member.id for family in families for member in family.members} & {
        entry.key.owner for entry in counted.entries
    }
    work.audit.record(
        "import accumulators",
        "accumulators",
        members=["", *sorted(members)],
        reason="amounts from elsewhere",
        result=f"{len(counted.entries)} added",
    )
    return len(counted.entries), counted.findings


def _until(posted: Iterable[PostedEntry], as_of: date) -> list[PostedEntry]:
    """Return what stood by a day; an opening balance stood before it was loaded."""
    return [
        each
        for each in posted
        if each.posted_on is None or each.posted_on <= as_of or each.entry.source.startswith(OPENING)
    ]


def _of_member(
    family: Family, member: Member, reference: Reference, as_of: date, posted: list[PostedEntry]
) -> list[Standing]:
    span = in_force((span for span in family.coverage if span.member == member.id), as_of)
    version = reference.plan_version(span.plan, as_of) if span is not None else None
    if span is None or version is None:
        return []
    return _of_plan(family, member, span.plan, version, period_of(version.benefit_year, as_of), posted)


def _of_plan(
    family: Family, member: Member, plan: str, version: PlanVersion, period: date, posted: list[PostedEntry]
) -> list[Standing]:
    found = []
    for accumulator in version.accumulators:
        owner = member.id if accumulator.scope == "individual" else family.id
        key = AccumulatorKey(plan, accumulator.id, owner, period)
        entries = tuple(each for each in posted if each.entry.key == key)
        nothing = Decimal(0) if accumulator.kind == VISITS else ZERO
        used = sum((each.entry.amount for each in entries), nothing)
        found.append(
            Standing(
                key=key,
                kind=accumulator.kind,
                scope=accumulator.scope,
                tier=accumulator.tier,
                limit=accumulator.limit,
                used=used,
                left=max(accumulator.limit - used, nothing),
                entries=entries,
            )
        )
    return found
