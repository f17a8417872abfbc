"""Enrolment: members of an 834 file become families of the reference data, first shown and then approved.

Nothing takes effect until somebody approves the list that was shown: with its number, and refused where something else
would come out by now. What was known before stays in its snapshot, and so do decisions made by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.guides.load import Guide
from hpedi.guides.walk import SetWalk
from hpedi.pipeline.enrolment_roll import NotEnrolled, Roll
from hpedi.pipeline.impact import ImpactList, impact_of_families
from hpedi.pipeline.ports import Books, Work
from hpedi.reference.members import Family
from hpedi.reference.payer_folder import family_record
from hpedi.reference.records import content_of
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext
from hpedi.transactions.enrolment_834.model import Enrolment
from hpedi.transactions.enrolment_834.read import EnrolmentReader
from hpedi.x12.events import Delimiters, InterchangeStart, SegmentBatch, SetEnd, SetStart
from hpedi.x12.reader import read_x12

ENROLMENT_SET: Final = "834"
_NUMBERS: Final = "enrolment"


class NotShown(Exception):
    """The list that was approved is not the one that would come out; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEnrolment:
    """An 834 set, where it stands, and what of it could not be read."""

    enrolment: Enrolment
    where: Where
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentOutcome:
    """What a file comes to.

    Attributes:
        impact: The list.
        refused: Members that are not taken as they are sent, with place and remedy.
        missing: Members (our ids) who are covered and not in a full file.
        snapshot: The snapshot in which it took effect; None where it did not.
    """

    impact: ImpactList
    refused: tuple[Finding, ...]
    missing: tuple[str, ...]
    snapshot: int | None = None


def read_enrolments(content: bytes, guide: Guide, file: str) -> tuple[SentEnrolment, ...]:
    """Read the 834 sets of a file that its guide refuses nothing of.

    Args:
        content: The whole file.
        guide: 005010X220A1.
        file: Its name, for findings.
    """
    read: list[SentEnrolment] = []
    delimiters, control_number = Delimiters(), ""
    open_set: tuple[SetWalk, EnrolmentReader, Where] | None = None
    for event in read_x12([content], file=file):
        if isinstance(event, InterchangeStart):
            delimiters, control_number = event.delimiters, event.control_number
        elif isinstance(event, SetStart) and event.elements[1] == ENROLMENT_SET:
            where = Where(file=file, interchange=control_number, transaction_set=event.elements[2])
            open_set = SetWalk(guide, delimiters, where), EnrolmentReader(delimiters, where), where
        elif isinstance(event, SegmentBatch) and open_set:
            open_set[1].read(open_set[0].feed(event))
        elif isinstance(event, SetEnd) and open_set:
            enrolment, findings = open_set[1].close()
            read.append(SentEnrolment(enrolment=enrolment, where=open_set[2], findings=findings))
            open_set = None
    return tuple(read)


def look(
    books: Books, context: RunContext, reference: Reference, sent: Sequence[SentEnrolment], *, terminate: bool = False
) -> EnrolmentOutcome:
    """Say what a file would come to; nothing takes effect.

    Args:
        books: Where everything is kept.
        context: Who looks, and the business day.
        reference: What is known now.
        sent: The sets of the file.
        terminate: Coverage of members who are missing from a full file ends before the file's effective day.
    """
    with books.writing(context) as work:
        outcome, _roll, _used = _taken(work, context, reference, sent, terminate=terminate)
        _note(work, outcome, "look at enrolment", "shown")
    return outcome


def approve(
    books: Books,
    context: RunContext,
    reference: Reference,
    sent: Sequence[SentEnrolment],
    number: str,
    *,
    terminate: bool = False,
) -> EnrolmentOutcome:
    """Let a file take effect as it was shown.

    Raises:
        NotShown: Another list comes out than the one of this number.
    """
    with books.writing(context) as work:
        outcome, roll, used = _taken(work, context, reference, sent, terminate=terminate)
        if outcome.impact.number != number:
            raise NotShown(f"the list is {outcome.impact.number} by now, not the one approved; look at it again")
        if used:
            work.numbers.reserve(_NUMBERS, used)
        records = [family_record(family) for family in roll.families]
        snapshot, _changed = work.reference.put_all(records, context.instant)
        _note(work, outcome, "approve enrolment", f"snapshot {snapshot}")
    return replace(outcome, snapshot=snapshot)


def _taken(
    work: Work, context: RunContext, reference: Reference, sent: Sequence[SentEnrolment], *, terminate: bool
) -> tuple[EnrolmentOutcome, Roll, int]:
    known = _known(work, reference, sent)
    first = work.numbers.peek(_NUMBERS)
    numbers = count(first)
    roll = Roll(known, frozenset(reference.plans), context.as_of, lambda: next(numbers))
    refused: list[Finding] = []
    missing: list[str] = []
    for each in sent:
        refused.extend(each.findings)
        refused.extend(_refused(roll, each))
        if each.enrolment.is_full:
            missing.extend(_missing(roll, each.enrolment, context, terminate=terminate))
    records = [family_record(family) for family in roll.families]
    impact = impact_of_families(work, known, records)
    used = next(numbers) - first
    return EnrolmentOutcome(impact=impact, refused=tuple(refused), missing=tuple(missing)), roll, used


def _known(work: Work, reference: Reference, sent: Sequence[SentEnrolment]) -> tuple[Family, ...]:
    """Return the families that are named; all of them where a file says that it names everybody."""
    if any(each.enrolment.is_full for each in sent):
        records = work.reference.every_family(reference.snapshot)
    else:
        cards = {member.subscriber_number for each in sent for member in each.enrolment.members}
        records = iter(work.reference.families(reference.snapshot, cards))
    return tuple(content_of(record, Family) for record in records)


def _refused(roll: Roll, sent: SentEnrolment) -> list[Finding]:
    refused = []
    for member in sent.enrolment.members:
        try:
            roll.take(member)
        except NotEnrolled as why:
            segment_id, loop = ("INS", "2000") if why.position == member.position else ("HD", "2300")
            place = replace(sent.where, segment=why.position, segment_id=segment_id, loop=loop)
            refused.append(found(why.code, place, why.advice))
    return refused


def _missing(roll: Roll, enrolment: Enrolment, context: RunContext, *, terminate: bool) -> tuple[str, ...]:
    """Return who is covered by a plan of a full file and not in it; their coverage ends where that is asked for."""
    effective = enrolment.effective or context.as_of
    plans = {coverage.plan for member in enrolment.members for coverage in member.coverage}
    missing = roll.missing(plans, effective)
    if terminate:
        roll.terminate(missing, plans, effective - timedelta(days=1))
    return missing


def _note(work: Work, outcome: EnrolmentOutcome, action: str, result: str) -> None:
    members = sorted({*(change.member for change in outcome.impact.members), *outcome.missing})
    work.audit.record(
        action, f"enrolment:{outcome.impact.number}", members=["", *members], reason="enrolment", result=result
    )
