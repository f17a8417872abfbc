"""What becomes otherwise for members when families do: who is new, and on which days somebody is covered otherwise.

It compares two states of a family and writes nothing. Names and dates of birth never leave it: it says which fields
changed, and not to what.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import date, timedelta
from itertools import zip_longest
from typing import Final, Literal, TypeAlias

from hpedi.reference.dated import Dated, Entry
from hpedi.reference.members import Family, Member
from hpedi.service_dates import DateSpan

Change: TypeAlias = Literal["added", "changed", "ended", "gone"]
_DECISIVE: Final = frozenset({"birth_date", "sex", "family"})
"""Fields of a member that rules ask for: where one changes, every day is concerned."""
_EVER: Final = DateSpan(date.min)


class Covered(Entry, frozen=True, kw_only=True):
    """Days on which a plan covers somebody; no `end` is open."""

    plan: str
    level: str
    start: date
    end: date | None = None


class MemberChange(Entry, frozen=True, kw_only=True):
    """What becomes otherwise for a member.

    Attributes:
        member: Our id.
        family: Our id of the family.
        change: New, otherwise, covered to an earlier end, or known no more.
        fields: Which of the member's fields are otherwise.
        before: Coverage as it is.
        after: Coverage as it would be.
        other_coverage: What other payers cover is otherwise.
        days: The days that are decided otherwise, or may be.
    """

    member: str
    family: str
    change: Change
    fields: tuple[str, ...] = ()
    before: tuple[Covered, ...] = ()
    after: tuple[Covered, ...] = ()
    other_coverage: bool = False
    days: tuple[tuple[date, date | None], ...] = ()

    def concerns(self, first: date, last: date) -> bool:
        """Say whether one of some days of service is among the days."""
        return any(start <= last and (end is None or first <= end) for start, end in self.days)


def changes_of_family(before: Family | None, after: Family | None) -> Iterator[MemberChange]:
    """Yield what becomes otherwise for the members of a family, in the order of their ids."""
    was = {member.id: member for member in before.members} if before is not None else {}
    will = {member.id: member for member in after.members} if after is not None else {}
    for member in sorted({*was, *will}):
        change = _change(member, was.get(member), will.get(member), before, after)
        if change is not None:
            yield change


def covered(family: Family | None, member: str) -> tuple[Covered, ...]:
    """Return the coverage of a member, spans of the same that touch joined."""
    joined: list[Covered] = []
    spans = [span for span in family.coverage if span.member == member] if family is not None else []
    for span in sorted(spans, key=_start):
        made = Covered(plan=span.plan, level=span.coverage_tier, start=span.start, end=span.end)
        last = joined[-1] if joined else None
        if last is not None and (last.plan, last.level) == (made.plan, made.level) and _touches(last.end, made.start):
            joined[-1] = Covered(plan=last.plan, level=last.level, start=last.start, end=made.end)
        else:
            joined.append(made)
    return tuple(joined)


def _change(
    member: str, was: Member | None, will: Member | None, before: Family | None, after: Family | None
) -> MemberChange | None:
    old, new = covered(before, member), covered(after, member)
    others = _others(before, member), _others(after, member)
    fields = _fields(was, will) if was is not None and will is not None else ()
    days = [*_differing(_valued(old), _valued(new)), *_differing(*others)]
    if _DECISIVE & set(fields):
        days = [_EVER]
    if was is not None and will is not None and not days and not fields:
        return None
    family = (after or before).id if (after or before) is not None else ""  # type: ignore[union-attr]
    return MemberChange(
        member=member,
        family=family,
        change=_kind(was, will, old, new),
        fields=fields,
        before=old,
        after=new,
        other_coverage=others[0] != others[1],
        days=tuple((span.start, span.end) for span in days),
    )


def _kind(was: Member | None, will: Member | None, old: tuple[Covered, ...], new: tuple[Covered, ...]) -> Change:
    if was is None:
        return "added"
    if will is None:
        return "gone"
    return "ended" if _last(new) < _last(old) else "changed"


def _last(spans: tuple[Covered, ...]) -> date:
    return max((span.end or date.max for span in spans), default=date.min)


def _fields(was: Member, will: Member) -> tuple[str, ...]:
    return tuple(name for name in was.__struct_fields__ if getattr(was, name) != getattr(will, name))


Valued: TypeAlias = "list[tuple[DateSpan, Hashable]]"


def _valued(spans: Iterable[Covered]) -> Valued:
    return [(DateSpan(span.start, span.end), (span.plan, span.level)) for span in spans]


def _others(family: Family | None, member: str) -> Valued:
    others = [each for each in family.other_coverage if each.member == member] if family is not None else []
    return [(each.span, (each.payer_name, each.payer_id, each.order)) for each in sorted(others, key=_start)]


def _differing(old: Valued, new: Valued) -> Iterator[DateSpan]:
    """Yield the days on which other values hold, spans that touch joined."""
    edges = sorted({edge for span, _value in (*old, *new) for edge in _edges(span)})
    differing: DateSpan | None = None
    for start, following in zip_longest(edges, edges[1:]):
        end = following - timedelta(days=1) if following is not None else None
        if _on(old, start) == _on(new, start):
            if differing is not None:
                yield differing
            differing = None
        else:
            differing = DateSpan(differing.start if differing is not None else start, end)
    if differing is not None:
        yield differing


def _edges(span: DateSpan) -> Iterator[date]:
    yield span.start
    if span.end is not None and span.end < date.max:
        yield span.end + timedelta(days=1)


def _on(valued: Valued, day: date) -> set[Hashable]:
    return {value for span, value in valued if span.covers(day)}


def _touches(end: date | None, start: date) -> bool:
    return end is not None and end + timedelta(days=1) == start


def _start(piece: Dated) -> date:
    return piece.start
