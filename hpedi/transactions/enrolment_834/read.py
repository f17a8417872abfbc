"""Placed segments of an 834 X220A1 set to an enrolment.

The reader follows the guide's walk: it is told the loop of each segment and gathers the segments of a loop until the
next one begins. It reads what `model` holds; other segments that the guide allows (addresses, employers, schools ...)
are passed over. A member with a date that cannot be read is a finding, and is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.guides.walk import PlacedBatch
from hpedi.service_dates import read_d8
from hpedi.transactions.enrolment_834.model import (
    Enrolment,
    SaidCoverage,
    SaidMember,
    SaidOtherCoverage,
    SaidPerson,
)
from hpedi.x12.events import Delimiters

Elements: TypeAlias = list[str]

HEADER, MEMBER, COVERAGE, OTHER = "HEADER", "2000", "2300", "2320"
PARTS = {
    MEMBER: MEMBER,
    "2100A": MEMBER,
    "2100B": MEMBER,
    COVERAGE: COVERAGE,
    OTHER: OTHER,
    "2330": OTHER,
}
"""The loops that are read, and whose segments theirs go to."""
QUALIFIED = frozenset({"REF", "DTP"})
OWN_NUMBER = "ZZ"


@dataclass(slots=True)
class _Part:
    """The segments of a member, coverage or other coverage: by loop, id and, where there are several, qualifier."""

    position: int = 0
    segments: dict[str, Elements] = field(default_factory=dict)
    parts: list[_Part] = field(default_factory=list)

    def put(self, loop: str, elements: Elements) -> None:
        key = f"{elements[0]}*{_at(elements, 1)}" if elements[0] in QUALIFIED else f"{loop} {elements[0]}"
        self.segments.setdefault(key, elements)

    def of(self, key: str) -> Sequence[str]:
        return self.segments.get(key, ())

    def day(self, qualifier: str) -> date | None:
        """Read the first day of a DTP.

        Raises:
            ValueError: It is no date.
        """
        segment = self.of(f"DTP*{qualifier}")
        return read_d8(_at(segment, 3)[:8]) if segment else None


class EnrolmentReader:
    """Reads one 834 set, batch by batch."""

    def __init__(self, delimiters: Delimiters, where: Where) -> None:
        """Begin a set.

        Args:
            delimiters: Those of the interchange.
            where: File, interchange, group and set, for findings.
        """
        self._delimiters = delimiters
        self._where = where
        self._head = _Part()
        self._members: list[SaidMember] = []
        self._findings: list[Finding] = []
        self._member: _Part | None = None

    def read(self, placed: PlacedBatch) -> None:
        """Take the next placed segments."""
        separator = self._delimiters.element
        for index, (node, text) in enumerate(zip(placed.nodes, placed.texts, strict=True)):
            if node is None:
                continue
            elements, position = text.split(separator), placed.batch.first_position + index
            if node.loop_id == HEADER:
                self._head.put(HEADER, elements)
            elif node.loop_id in PARTS:
                self._put(node.loop_id, elements, position, begins=node.starts_loop)

    def close(self) -> tuple[Enrolment, tuple[Finding, ...]]:
        """End the set.

        Findings:
            enrolment-unreadable: A member has a date that is none, and is left out; or the head of the set has.
        """
        self._end_member()
        effective = None
        try:
            effective = self._head.day("007")
        except ValueError:
            self._tell(0, "The effective date of the file is no date; send CCYYMMDD.")
        action = _at(self._head.of(f"{HEADER} BGN"), 8)
        enrolment = Enrolment(action=action, effective=effective, members=tuple(self._members))
        return enrolment, tuple(self._findings)

    def _put(self, loop: str, elements: Elements, position: int, *, begins: bool) -> None:
        if loop == MEMBER and begins:
            self._end_member()
            self._member = _Part(position)
        elif self._member is None:
            return
        elif loop == COVERAGE and begins:
            self._member.parts.append(_Part(position))
        elif loop == OTHER and begins and self._member.parts:
            self._member.parts[-1].parts.append(_Part(position))
        part = _innermost(self._member, PARTS[loop])
        if part is not None:
            part.put(loop, elements)

    def _end_member(self) -> None:
        if self._member is None:
            return
        try:
            self._members.append(_member(self._member))
        except ValueError:
            message = "A date of this member is no date; send CCYYMMDD."
            self._tell(self._member.position, message)
        self._member = None

    def _tell(self, position: int, message: str) -> None:
        place = replace(self._where, segment=position, segment_id="INS", loop=MEMBER) if position else self._where
        self._findings.append(found("enrolment-unreadable", place, message))


def _innermost(member: _Part | None, owner: str) -> _Part | None:
    if member is None or owner == MEMBER:
        return member
    coverage = member.parts[-1] if member.parts else None
    if coverage is None or owner == COVERAGE:
        return coverage
    return coverage.parts[-1] if coverage.parts else None


def _at(elements: Sequence[str], position: int) -> str:
    return elements[position] if position < len(elements) else ""


def _member(part: _Part) -> SaidMember:
    ins = part.of("2000 INS")
    before = _person(part, "2100B") if part.of("2100B NM1") else None
    return SaidMember(
        position=part.position,
        is_subscriber=_at(ins, 1) == "Y",
        relationship=_at(ins, 2),
        maintenance=_at(ins, 3),
        subscriber_number=_at(part.of("REF*0F"), 2),
        person=_person(part, "2100A"),
        before=before,
        eligible_until=part.day("357"),
        coverage=tuple(_coverage(each) for each in part.parts),
    )


def _person(part: _Part, loop: str) -> SaidPerson:
    name, demographics = part.of(f"{loop} NM1"), part.of(f"{loop} DMG")
    born = _at(demographics, 2)
    return SaidPerson(
        last=_at(name, 3),
        first=_at(name, 4),
        birth_date=read_d8(born) if born else None,
        sex=_at(demographics, 3),
        number=_at(name, 9) if _at(name, 8) == OWN_NUMBER else "",
    )


def _coverage(part: _Part) -> SaidCoverage:
    hd = part.of(f"{COVERAGE} HD")
    return SaidCoverage(
        position=part.position,
        maintenance=_at(hd, 1),
        line=_at(hd, 3),
        plan=_at(hd, 4),
        level=_at(hd, 5),
        start=part.day("348"),
        end=part.day("349"),
        others=tuple(_other(each) for each in part.parts),
    )


def _other(part: _Part) -> SaidOtherCoverage:
    cob, payer = part.of(f"{OTHER} COB"), part.of("2330 NM1")
    return SaidOtherCoverage(
        order=_at(cob, 1),
        coordination=_at(cob, 3),
        payer_name=_at(payer, 3),
        payer_id=_at(payer, 9),
        start=part.day("344"),
        end=part.day("345"),
    )
