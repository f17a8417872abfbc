"""Checks of a payer folder on its members: whoever is a claim's patient can be told, and is covered once.

Names that do not exist are the business of `links`, spans that overlap of `spans`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, TypeAlias

import msgspec

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Severity
from hpedi.reference.dated import Dated
from hpedi.reference.folder import Folder
from hpedi.reference.members import CoverageSpan, Member

SELF: Final = "18"
"""The relationship of a subscriber to itself (INS02, SBR02)."""

Fault: TypeAlias = tuple[msgspec.Struct, str, str]
"""A piece, its field, and what is wrong with what to do."""


def check_member_rows(folder: Folder) -> Iterator[Finding]:
    """Check members and their coverage.

    Findings:
        reference-value: A family has two subscribers, a relationship contradicts the subscriber, two members cannot be
            told apart, coverage is of days before a birth, or ends and goes on later (a warning).
    """
    faults = (*family_faults(folder.members), *_unborn(folder))
    for piece, field, message in faults:
        yield found("reference-value", folder.places.of(piece, field), message)
    for piece, field, message in (*_gaps(folder.coverage), *_outside_plan(folder)):
        yield found("reference-value", folder.places.of(piece, field), message, severity=Severity.WARNING)


def family_faults(members: Iterable[Member]) -> Iterator[Fault]:
    """Yield why members of families cannot be told apart, or who among them is the subscriber."""
    every = tuple(members)
    yield from _subscribers(every)
    yield from _alike(every)


def _subscribers(members: Iterable[Member]) -> Iterator[Fault]:
    of_family: dict[str, str] = {}
    for member in members:
        if of_family.setdefault(member.family, member.subscriber) != member.subscriber:
            yield member, "subscriber", "The family has two subscribers; name one for all its members, or part them."
        if (member.relationship == SELF) != (member.subscriber == member.id):
            message = f"The subscriber, and nobody else, has relationship {SELF}; correct one of the two."
            yield member, "relationship", message


def _alike(members: Iterable[Member]) -> Iterator[Fault]:
    seen: set[Hashable] = set()
    for member in members:
        person = (member.family, member.birth_date, member.first.casefold(), member.last.casefold())
        if person in seen:
            message = "Birth date and name are those of another member of the family; keep one of them, or correct it."
            yield member, "birth_date", message
        seen.add(person)


def _unborn(folder: Folder) -> Iterator[Fault]:
    born = {member.id: member.birth_date for member in folder.members}
    for span in folder.coverage:
        if span.member in born and span.end is not None and span.start <= span.end < born[span.member]:
            yield span, "end", "The coverage ended before the member was born; correct `to` or the birth date."


def _gaps(coverage: Iterable[CoverageSpan]) -> Iterator[Fault]:
    of_member: dict[str, list[CoverageSpan]] = {}
    for span in coverage:
        of_member.setdefault(span.member, []).append(span)
    for spans in of_member.values():
        for earlier, later in pairwise(sorted(spans, key=_start)):
            if earlier.end is not None and later.start > earlier.end + timedelta(days=1):
                message = "There are days without coverage before this span; extend the earlier one if none are meant."
                yield later, "start", message


def _outside_plan(folder: Folder) -> Iterator[Fault]:
    spans = {plan.id: sorted(plan.versions, key=_start) for plan in folder.plans if plan.versions}
    for span in folder.coverage:
        versions = spans.get(span.plan)
        if not versions:
            continue
        last = versions[-1].end
        if span.start < versions[0].start:
            message = "It begins before the plan's first version: those days cannot be decided; add a version."
            yield span, "start", message
        elif last is not None and (span.end is None or span.end > last):
            message = "It goes on after the plan's last version: those days cannot be decided; add a version."
            yield span, "end", message


def _start(piece: Dated) -> date:
    return piece.start
