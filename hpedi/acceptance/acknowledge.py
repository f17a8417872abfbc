"""From a judged interchange to its answers: TA1, a group of 999s, a group of 277CAs, in one interchange to its sender.

Pure and deterministic: instants and control numbers are handed in. An interchange that is refused gets its TA1 and
nothing else. A group of 999s is never answered with a 999. The answer uses the delimiters of what it answers, so that
every value copied from there can be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from hpedi.acceptance.copied import answer_delimiters, is_writable, writable, writable_segments
from hpedi.acceptance.judgement import GroupJudgement, InterchangeJudgement, SetJudgement
from hpedi.acceptance.verdicts import ANSWER_CODES, Verdict
from hpedi.reference.partners import Ta1Choice
from hpedi.transactions.ack_277ca import write as ack_277ca
from hpedi.transactions.ack_277ca.model import ClaimAcknowledgment
from hpedi.transactions.ack_999 import write as ack_999
from hpedi.transactions.ack_999.build import DEFAULT_SEGMENT_ERRORS, build_set_acknowledgment, group_reasons
from hpedi.transactions.ack_999.headers import SetHeader, group_control_number_answered
from hpedi.transactions.ack_999.model import (
    MOST_SETS,
    BusinessUnit,
    FunctionalGroupAcknowledgment,
    TransactionSetAcknowledgment,
)
from hpedi.transactions.ack_ta1.model import build_interchange_acknowledgment
from hpedi.transactions.ack_ta1.write import write_interchange_acknowledgment
from hpedi.x12.events import Delimiters
from hpedi.x12.segment import SegmentValues
from hpedi.x12.writer import FunctionalGroup, Interchange, InterchangeParty, TransactionSet

_TA1_ACCEPTED, _TA1_REJECTED, _TA1_REQUESTED = "A", "R", "1"
_TEST, _PRODUCTION = "T", "P"
_MUTUALLY_DEFINED = "ZZ"
_NOT_SENT = "UNKNOWN"
_QUALIFIER_FAULT = {5: "isa-sender-qualifier", 7: "isa-receiver-qualifier"}
_ISA_ID_LENGTH = _GS_ID_LENGTH = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerNumbers:
    """What is reserved for one answer.

    Attributes:
        interchange: ISA13.
        first_group: GS06 of the first group; the others count on. `groups_due` says how many there are.
        instant: Of the answer, in local time.
    """

    interchange: int
    first_group: int
    instant: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An interchange to write, and the delimiters to write it with."""

    interchange: Interchange
    delimiters: Delimiters


@dataclass(frozen=True, slots=True)
class DueGroup:
    """A group of an answer: what kind, to which application (GS02, GS03 answered), and the bodies of its sets."""

    set_id: str
    functional_id: str
    version: str
    application: tuple[str, str]
    bodies: list[Iterable[SegmentValues]]


def acknowledge(
    judged: InterchangeJudgement,
    numbers: AnswerNumbers,
    *,
    claims: Mapping[int, ClaimAcknowledgment] | None = None,
    ta1: Ta1Choice = "asked",
    segment_errors: int = DEFAULT_SEGMENT_ERRORS,
) -> Answer | None:
    """Answer an interchange.

    Args:
        judged: What became of it.
        numbers: Reserved control numbers and the instant of the answer.
        claims: The 277CA of each 837 set that is not refused, by the set's ordinal; none when it is only validated.
        ta1: Whether what is accepted gets a TA1: always, when ISA14 asks for one, or never.
        segment_errors: At most so many segment errors are reported for each set.

    Returns:
        The answer; None where nothing is due: nothing is wrong, no TA1 was asked for, and it holds no group to answer.
    """
    delimiters = answer_delimiters(judged.delimiters)
    wants_ta1 = _wants_ta1(judged, ta1)
    due = _due(judged, claims or {}, delimiters, segment_errors)
    if not due and not wants_ta1:
        return None
    written = write_interchange_acknowledgment(
        build_interchange_acknowledgment(judged.elements, judged.noted.findings, answered=numbers.instant)
    )
    return answer_to(judged, numbers, due, ta1=[written] if wants_ta1 else [])


def answer_to(
    judged: InterchangeJudgement,
    numbers: AnswerNumbers,
    due: Iterable[DueGroup],
    *,
    ta1: Iterable[SegmentValues] = (),
) -> Answer:
    """Return the interchange that goes back to the sender of one, in the delimiters that it was sent in.

    Args:
        judged: What is answered.
        numbers: Reserved control numbers and the instant of the answer.
        due: Its groups; their sets are gone through when it is written.
        ta1: Its TA1 segments.
    """
    delimiters = answer_delimiters(judged.delimiters)
    interchange = Interchange(
        sender=_party(judged, 7, delimiters),
        receiver=_party(judged, 5, delimiters),
        instant=numbers.instant,
        control_number=numbers.interchange,
        usage=_TEST if judged.usage == _TEST else _PRODUCTION,
        groups=[_group(each, number, numbers, delimiters) for number, each in zip(count(numbers.first_group), due)],
        ta1=writable_segments(ta1, delimiters),
    )
    return Answer(interchange=interchange, delimiters=delimiters)


def _wants_ta1(judged: InterchangeJudgement, choice: Ta1Choice) -> bool:
    """Say whether a TA1 is due: always of what is refused, else as its sender chose."""
    code, _note = judged.ta1
    if code == _TA1_REJECTED or choice == "always":
        return True
    return choice == "asked" and (code != _TA1_ACCEPTED or judged.elements[14] == _TA1_REQUESTED)


def groups_due(judged: InterchangeJudgement, claims: Iterable[int] = ()) -> int:
    """Return how many groups the answer has, so that their control numbers can be reserved.

    Args:
        judged: What became of the interchange.
        claims: The ordinals of the sets that get a 277CA.
    """
    with_claims = set(claims)
    if judged.noted.verdict is Verdict.REJECTED:
        return 0
    answered = {application_of(group) for group in judged.groups if _is_answered(group)}
    of_claims = {
        application_of(group) for group in judged.groups if with_claims & {each.ordinal for each in group.sets}
    }
    return len(answered) + len(of_claims)


def acknowledge_group(
    group: GroupJudgement, delimiters: Delimiters, *, segment_errors: int = DEFAULT_SEGMENT_ERRORS
) -> FunctionalGroupAcknowledgment:
    """Build the 999 of one group: every set is reported, unless the group itself is refused, then those at fault."""
    is_refused = group.noted.verdict is Verdict.REJECTED
    reported = [each for each in group.sets if not is_refused or each.syntax is Verdict.REJECTED]
    accepted = 0 if is_refused else sum(1 for each in group.sets if each.syntax is not Verdict.REJECTED)
    return FunctionalGroupAcknowledgment(
        functional_id=group.functional_id,
        control_number=group_control_number_answered(group.control_number),
        version=group.version,
        sets=tuple(_acknowledge_set(group, each, delimiters, segment_errors) for each in reported),
        code=ANSWER_CODES[Verdict.REJECTED if is_refused else group.syntax],
        stated=min(len(group.sets) if group.stated is None else group.stated, MOST_SETS),
        received=len(group.sets),
        accepted=accepted,
        reasons=group_reasons(group.noted.findings),
    )


def _acknowledge_set(
    group: GroupJudgement, judged: SetJudgement, delimiters: Delimiters, segment_errors: int
) -> TransactionSetAcknowledgment:
    def unit_at(position: int) -> BusinessUnit | None:
        """A number that could not be copied whole is not copied at all."""
        unit = judged.unit_at(position)
        return unit if unit is not None and is_writable(unit.value, delimiters) else None

    header = SetHeader(
        functional_id=group.functional_id,
        set_id=judged.id,
        control_number=judged.control_number if is_writable(judged.control_number, delimiters) else "",
        version=writable(judged.version, delimiters),
    )
    return build_set_acknowledgment(
        header,
        code=ANSWER_CODES[judged.syntax],
        findings=judged.noted.findings,
        business_unit_at=unit_at,
        segment_errors=segment_errors,
        left_off=judged.noted.left_off,
    )


def _due(
    judged: InterchangeJudgement, claims: Mapping[int, ClaimAcknowledgment], delimiters: Delimiters, segment_errors: int
) -> list[DueGroup]:
    """Return the groups of the answer: the 999s by application, then the 277CAs; none of a refused interchange."""
    if judged.noted.verdict is Verdict.REJECTED:
        return []
    of_groups: dict[tuple[str, str], DueGroup] = {}
    of_claims: dict[tuple[str, str], DueGroup] = {}
    for group in judged.groups:
        application = application_of(group)
        if _is_answered(group):
            due = of_groups.setdefault(application, DueGroup(*_KIND_999, application, []))
            answer = acknowledge_group(group, delimiters, segment_errors=segment_errors)
            due.bodies.append(ack_999.write_group_acknowledgment(answer))
        for each in group.sets:
            if each.ordinal in claims:
                due = of_claims.setdefault(application, DueGroup(*_KIND_277CA, application, []))
                due.bodies.append(ack_277ca.write_claim_acknowledgment(claims[each.ordinal]))
    return [*of_groups.values(), *of_claims.values()]


_KIND_999 = (ack_999.SET_ID, ack_999.FUNCTIONAL_ID, ack_999.VERSION)
_KIND_277CA = (ack_277ca.SET_ID, ack_277ca.FUNCTIONAL_ID, ack_277ca.VERSION)


def _is_answered(group: GroupJudgement) -> bool:
    return group.functional_id != ack_999.FUNCTIONAL_ID


def application_of(group: GroupJudgement) -> tuple[str, str]:
    """Return from and to which application a group was sent (GS02, GS03)."""
    return group.elements[2], group.elements[3]


def _group(due: DueGroup, number: int, numbers: AnswerNumbers, delimiters: Delimiters) -> FunctionalGroup:
    asker, asked = (writable(each, delimiters)[:_GS_ID_LENGTH] or _NOT_SENT for each in due.application)
    return FunctionalGroup(
        functional_id=due.functional_id,
        sender=asked,
        receiver=asker,
        instant=numbers.instant,
        control_number=number,
        version=due.version,
        sets=[
            TransactionSet(
                id=due.set_id,
                control_number=f"{ordinal:04}",
                version=due.version,
                segments=writable_segments(body, delimiters),
            )
            for ordinal, body in enumerate(due.bodies, 1)
        ],
    )


def _party(judged: InterchangeJudgement, at: int, delimiters: Delimiters) -> InterchangeParty:
    """Return the party whose qualifier stands at this element of the ISA answered, what was malformed replaced."""
    qualifier = writable(judged.elements[at], delimiters)
    found_wrong = any(finding.code == _QUALIFIER_FAULT[at] for finding in judged.noted.findings)
    return InterchangeParty(
        qualifier=_MUTUALLY_DEFINED if found_wrong or len(qualifier) != len(_MUTUALLY_DEFINED) else qualifier,
        id=writable(judged.elements[at + 1], delimiters)[:_ISA_ID_LENGTH] or _NOT_SENT,
    )
