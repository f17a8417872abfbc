"""The roll of families while an 834 is gone through: each member is taken as it is sent, or refused and left as it was.

A plan's own coverage is one span at a time; a change holds from its first day on, and what held before that day stays.
It keeps nothing: what came out is compared and approved elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, Literal

from msgspec.structs import replace

from hpedi.reference.member_checks import family_faults
from hpedi.reference.members import CoverageSpan, Family, Member, OtherCoverage
from hpedi.transactions.enrolment_834.model import SaidCoverage, SaidMember, SaidOtherCoverage, SaidPerson

ADD, TERMINATE, REINSTATE, AUDIT, DELETE = "021", "024", "025", "030", "002"
BRINGS: Final = frozenset({ADD, REINSTATE, AUDIT})
"""Maintenance types (INS03) of members who need not be known."""
SINGLE: Final = frozenset({"EMP", "IND"})
"""Coverage levels (HD05) of one person."""
NOT_COORDINATED: Final = "6"
FIRST: Final = "P"
UNKNOWN_ORDER: Final = "U"
_DAY: Final = timedelta(days=1)


class NotEnrolled(Exception):
    """A member cannot be taken as it is sent.

    Attributes:
        code: The kind of finding.
        position: Of the segment that says so.
        advice: What is wrong and what to do, without any name.
    """

    def __init__(self, code: str, position: int, advice: str) -> None:
        """Say why."""
        super().__init__(advice)
        self.code, self.position, self.advice = code, position, advice


class Roll:
    """Families as they become."""

    def __init__(
        self, families: Iterable[Family], plans: Collection[str], known_on: date, number: Callable[[], int]
    ) -> None:
        """Begin.

        Args:
            families: As they are.
            plans: Our plan ids.
            known_on: The day we learn of what is sent.
            number: Gives the next number for ids of new members and families.
        """
        self._families = {family.id: family for family in families}
        self._plans = plans
        self._known_on = known_on
        self._number = number
        self._of_card = {member.member_id: each.id for each in self._families.values() for member in each.members}
        self._seen: set[str] = set()
        self.changed: set[str] = set()

    @property
    def families(self) -> Iterator[Family]:
        """The families that are otherwise, by id."""
        return (self._families[key] for key in sorted(self.changed))

    def take(self, said: SaidMember) -> None:
        """Take a member.

        Raises:
            NotEnrolled: It cannot be taken; nothing of it was.
        """
        known = self._known_family(said)
        member = _found(known, said) if known is not None else None
        if member is not None:
            self._seen.add(member.id)
        if said.maintenance == TERMINATE:
            family = self._terminated(known, member, said)
        else:
            family = self._enrolled(known, member, said)
        if family != known:
            _check(family, said)
            self._put(family)

    def missing(self, plans: Collection[str], since: date) -> tuple[str, ...]:
        """Return the members covered by some plans on or after a day who were not sent."""
        return tuple(
            sorted(
                {
                    span.member
                    for family in self._families.values()
                    for span in family.coverage
                    if span.plan in plans and (span.end is None or span.end >= since)
                }
                - self._seen
            )
        )

    def terminate(self, members: Collection[str], plans: Collection[str], last: date) -> None:
        """End the coverage of members by some plans with a day."""
        for family in list(self._families.values()):
            own = {member.id for member in family.members} & set(members)
            if own:
                self._put(_with_spans(family, own, lambda span: _until(span, last) if span.plan in plans else span))

    def _put(self, family: Family) -> None:
        self._families[family.id] = family
        self._of_card.update({member.member_id: family.id for member in family.members})
        self.changed.add(family.id)

    def _known_family(self, said: SaidMember) -> Family | None:
        key = self._of_card.get(said.subscriber_number)
        return self._families[key] if key is not None else None

    # --- terminated ------------------------------------------------------------------------------------------------

    def _terminated(self, family: Family | None, member: Member | None, said: SaidMember) -> Family:
        if family is None or member is None:
            raise NotEnrolled("enrolment-member", said.position, "Who is to end is not known; send a known member.")
        ends = [(each.plan, each.end or said.eligible_until, each.position) for each in said.coverage]
        whose = {each.id for each in family.members} if said.is_subscriber else {member.id}
        for plan, last, position in ends or [("", said.eligible_until, said.position)]:
            family = _ended(family, whose, plan, last, position)
        return family

    # --- added, changed, reinstated, audited -----------------------------------------------------------------------

    def _enrolled(self, family: Family | None, member: Member | None, said: SaidMember) -> Family:
        if member is None:
            family, member = self._joined(family, said)
            self._seen.add(member.id)
        elif family is not None:
            family, member = _renamed(family, member, said)
        if family is None:
            raise NotEnrolled("enrolment-subscriber", said.position, "The family is not known; send its subscriber.")
        for coverage in said.coverage:
            family = self._covered(family, member, coverage)
        return _with_others(family, member, said)

    def _joined(self, family: Family | None, said: SaidMember) -> tuple[Family, Member]:
        if said.maintenance not in BRINGS:
            message = "Who is to change is not known; add the member (021), or send who it was in 2100B."
            raise NotEnrolled("enrolment-member", said.position, message)
        if family is None and not said.is_subscriber:
            message = "The family of the dependent is not known; send its subscriber first."
            raise NotEnrolled("enrolment-subscriber", said.position, message)
        if said.person.birth_date is None:
            message = "A new member needs a birth date; send DMG02."
            raise NotEnrolled("enrolment-member", said.position, message)
        own = f"MEM{self._number():07}"
        subscriber = family.members[0].subscriber if family is not None else own
        member = Member(
            id=own,
            family=family.id if family is not None else f"FAM{own[3:]}",
            subscriber=subscriber,
            relationship=said.relationship,
            member_id=said.person.number or said.subscriber_number,
            last=said.person.last,
            first=said.person.first,
            birth_date=said.person.birth_date,
            sex=_sex(said.person),
        )
        members = (*(family.members if family is not None else ()), member)
        made = family if family is not None else Family(id=member.family, members=())
        return replace(made, members=tuple(sorted(members, key=lambda each: each.id))), member

    def _covered(self, family: Family, member: Member, said: SaidCoverage) -> Family:
        if said.maintenance == TERMINATE:
            return _ended(family, {member.id}, said.plan, said.end, said.position)
        if said.plan not in self._plans:
            message = "The plan (HD04) is none of ours; send our plan id, or leave the coverage out."
            raise NotEnrolled("enrolment-plan", said.position, message)
        if said.start is None:
            message = "The first day of the coverage is missing; send DTP*348."
            raise NotEnrolled("enrolment-coverage", said.position, message)
        own = [span for span in family.coverage if span.member == member.id]
        begun = said.start
        if said.maintenance == DELETE:
            kept = [span for span in own if span.plan != said.plan or span.start < begun]
            return _with_own(family, member.id, kept)
        made = self._span(member.id, said, begun)
        if any(_same(span, made) for span in own):
            return family
        if said.maintenance == ADD and any(_overlap(span, made) for span in own):
            message = "The member is covered on some of these days; change the coverage (001), or end it first (024)."
            raise NotEnrolled("enrolment-coverage", said.position, message)
        kept = [cut for span in own if (cut := _until(span, begun - _DAY)) is not None]
        later = [span for span in own if made.end is not None and span.start > made.end]
        return _with_own(family, member.id, [*kept, made, *later])

    def _span(self, member: str, said: SaidCoverage, start: date) -> CoverageSpan:
        if said.end is not None and said.end < start:
            message = "The coverage ends before it begins; correct DTP*348 or DTP*349."
            raise NotEnrolled("enrolment-coverage", said.position, message)
        return CoverageSpan(
            member=member,
            plan=said.plan,
            coverage_tier="single" if said.level in SINGLE else "family",
            start=start,
            end=said.end,
            added_on=self._known_on,
        )


def _found(family: Family, said: SaidMember) -> Member | None:
    """Return who is meant: the subscriber, or the dependent who has, or had, this name and birth date."""
    persons = [person for person in (said.before, said.person) if person is not None]
    if said.is_subscriber:
        subscriber = next((each for each in family.members if each.id == each.subscriber), None)
        if subscriber is not None and not any(_is_like(subscriber, person) for person in persons):
            message = "The number is another subscriber's; send the member's own number, or who it was in 2100B."
            raise NotEnrolled("enrolment-member", said.position, message)
        return subscriber
    dependents = [each for each in family.members if each.id != each.subscriber]
    for person in persons:
        alike = [each for each in dependents if _is_same(each, person)]
        if len(alike) > 1:
            message = "Two members of the family are like this one; send first name and birth date."
            raise NotEnrolled("enrolment-member", said.position, message)
        if alike:
            return alike[0]
    return None


def _is_same(member: Member, person: SaidPerson) -> bool:
    if person.birth_date is not None and person.birth_date != member.birth_date:
        return False
    return member.first.casefold() == person.first.casefold()


def _is_like(member: Member, person: SaidPerson) -> bool:
    return member.birth_date == person.birth_date or (
        member.first.casefold() == person.first.casefold()
        and (person.birth_date is None or member.last.casefold() == person.last.casefold())
    )


def _renamed(family: Family, member: Member, said: SaidMember) -> tuple[Family, Member]:
    """Put what is sent of a person in the place of what is known; what is not sent stays."""
    person = said.person
    changed = replace(
        member,
        relationship=said.relationship,
        member_id=person.number or member.member_id,
        last=person.last or member.last,
        first=person.first or member.first,
        birth_date=person.birth_date or member.birth_date,
        sex=_sex(person) if person.sex else member.sex,
    )
    members = tuple(changed if each.id == member.id else each for each in family.members)
    return replace(family, members=members), changed


def _sex(person: SaidPerson) -> Literal["F", "M", "U"]:
    return "F" if person.sex == "F" else "M" if person.sex == "M" else "U"


def _check(family: Family, said: SaidMember) -> None:
    fault = next(family_faults(family.members), None)
    if fault is not None:
        raise NotEnrolled("enrolment-member", said.position, fault[2])
    spans = sorted(family.coverage, key=lambda span: (span.member, span.start))
    for earlier, later in pairwise(spans):
        if _overlap(earlier, later):
            message = "Two coverages of the member share days; send the last day of the earlier one (DTP*349)."
            raise NotEnrolled("enrolment-coverage", said.position, message)


# --- spans -----------------------------------------------------------------------------------------------------------


def _ended(family: Family, whose: Collection[str], plan: str, last: date | None, position: int) -> Family:
    if last is None:
        message = "The last day of the coverage is missing; send DTP*349 with the coverage, or DTP*357 with the member."
        raise NotEnrolled("enrolment-coverage", position, message)
    own = [span for span in family.coverage if span.member in whose and plan in ("", span.plan)]
    if not own:
        message = "The member has no such coverage to end; correct HD04, or leave the coverage out."
        raise NotEnrolled("enrolment-coverage", position, message)
    return _with_spans(family, whose, lambda span: _until(span, last) if plan in ("", span.plan) else span)


def _with_spans(
    family: Family, whose: Collection[str], changed: Callable[[CoverageSpan], CoverageSpan | None]
) -> Family:
    spans = [changed(span) if span.member in whose else span for span in family.coverage]
    return replace(family, coverage=_ordered(span for span in spans if span is not None))


def _with_own(family: Family, member: str, own: Sequence[CoverageSpan]) -> Family:
    others = [span for span in family.coverage if span.member != member]
    return replace(family, coverage=_ordered([*others, *own]))


def _ordered(spans: Iterable[CoverageSpan]) -> tuple[CoverageSpan, ...]:
    return tuple(sorted(spans, key=lambda span: (span.member, span.start)))


def _until(span: CoverageSpan, last: date) -> CoverageSpan | None:
    """Return a span up to a last day; None where nothing of it is left."""
    if span.start > last:
        return None
    return span if span.end is not None and span.end <= last else replace(span, end=last)


def _overlap(one: CoverageSpan, other: CoverageSpan) -> bool:
    if one.member != other.member:
        return False
    return (one.end is None or other.start <= one.end) and (other.end is None or one.start <= other.end)


def _same(span: CoverageSpan, made: CoverageSpan) -> bool:
    return replace(span, added_on=None) == replace(made, added_on=None)


# --- other coverage --------------------------------------------------------------------------------------------------


def _with_others(family: Family, member: Member, said: SaidMember) -> Family:
    sent = [(each, other) for each in said.coverage for other in each.others]
    if not sent and said.maintenance != AUDIT:
        return family
    made = {
        other
        for coverage, each in sent
        if each.coordination != NOT_COORDINATED
        for other in [_other(member.id, coverage, each)]
    }
    kept = [each for each in family.other_coverage if each.member != member.id]
    every = sorted([*kept, *made], key=lambda each: (each.member, each.start))
    return replace(family, other_coverage=tuple(every))


def _other(member: str, coverage: SaidCoverage, said: SaidOtherCoverage) -> OtherCoverage:
    if said.order == UNKNOWN_ORDER:
        message = "COB01 does not say whether the other payer pays first; send P, S or T."
        raise NotEnrolled("enrolment-other-coverage", coverage.position, message)
    start = said.start or coverage.start
    if start is None or (said.end is not None and said.end < start):
        message = "The days of the other coverage are missing or reversed; send DTP*344 and DTP*345."
        raise NotEnrolled("enrolment-other-coverage", coverage.position, message)
    return OtherCoverage(
        member=member,
        payer_name=said.payer_name or said.payer_id or "OTHER PAYER",
        payer_id=said.payer_id,
        order="primary" if said.order == FIRST else "secondary",
        start=start,
        end=said.end,
    )
