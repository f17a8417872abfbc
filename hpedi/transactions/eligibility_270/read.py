"""Placed segments of a 270 X279A1 set to an eligibility inquiry.

The reader follows the guide's walk. A date that cannot be read is told in the model: the answer says so to who asked
(AAA), and no neighbour of the patient is refused for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hpedi.claims.parties import Name
from hpedi.guides.walk import PlacedBatch
from hpedi.service_dates import DateSpan
from hpedi.transactions.claim_837.values import read_day, read_pointers, read_span
from hpedi.transactions.eligibility_270.model import (
    PATIENTS_ID,
    AskedPatient,
    AskedSource,
    AskedSubscriber,
    AskingReceiver,
    Diagnosis,
    EligibilityInquiry,
    InquiryParty,
    OtherId,
    Procedure,
    Question,
    Trace,
)
from hpedi.transactions.hierarchy import Elements, HierarchyLevel, HierarchyReader, Part, at
from hpedi.x12.events import Delimiters
from hpedi.x12.segment import split_components, split_repetitions

DEPTHS: Final = {"2000A": 0, "2000B": 1, "2000C": 2, "2000D": 3}
QUESTIONS: Final = frozenset({"2110C", "2110D"})
PERIOD: Final = "291"
_PERSON: Final = "1"
_FIRST_MODIFIER, _LAST_MODIFIER = 2, 6


class EligibilityInquiryReader:
    """Reads one 270 set, batch by batch."""

    def __init__(self, delimiters: Delimiters) -> None:
        """Begin a set.

        Args:
            delimiters: Those of the interchange.
        """
        self._levels = HierarchyReader(delimiters, DEPTHS, QUESTIONS)

    def read(self, placed: PlacedBatch) -> None:
        """Take the next placed segments."""
        self._levels.read(placed)

    def close(self) -> EligibilityInquiry:
        """End the set."""
        cut = _Cut(self._levels.delimiters)
        return EligibilityInquiry(
            reference=at(self._levels.header.first("BHT"), 3),
            sources=tuple(cut.source(level) for level in self._levels.levels if level.loop == "2000A"),
        )


class _Cut:
    """Makes models of levels."""

    def __init__(self, delimiters: Delimiters) -> None:
        self._delimiters = delimiters

    def source(self, level: HierarchyLevel) -> AskedSource:
        return AskedSource(party=_party(level), receivers=tuple(self._receiver(each) for each in level.below))

    def _receiver(self, level: HierarchyLevel) -> AskingReceiver:
        subscribers = tuple(self._subscriber(each) for each in level.below)
        return AskingReceiver(party=_party(level), ids=tuple(_ids(level)), subscribers=subscribers)

    def _subscriber(self, level: HierarchyLevel) -> AskedSubscriber:
        dependents = tuple(self._patient(each) for each in level.below)
        return AskedSubscriber(patient=self._patient(level), dependents=dependents)

    def _patient(self, level: HierarchyLevel) -> AskedPatient:
        name, demographics = level.first("NM1"), level.first("DMG")
        dates, is_date_wrong = _period(level)
        return AskedPatient(
            name=_name(name),
            is_person=at(name, 2) == _PERSON,
            member_id=at(name, 9) if at(name, 8) == PATIENTS_ID else "",
            birth_date=read_day(at(demographics, 2)),
            sex=at(demographics, 3),
            traces=tuple(Trace(number=at(e, 2), originator=at(e, 3), part=at(e, 4)) for e in level.all("TRN")),
            ids=tuple(_ids(level)),
            diagnoses=tuple(self._diagnoses(level.first("HI"))),
            dates=dates,
            is_date_wrong=is_date_wrong,
            questions=tuple(self._question(each) for each in level.details),
        )

    def _question(self, part: Part) -> Question:
        asked = part.first("EQ")
        dates, is_date_wrong = _period(part)
        repeated = split_repetitions(at(asked, 1), self._delimiters)
        return Question(
            service_types=tuple(dict.fromkeys(each for each in repeated if each)),
            procedure=self._procedure(at(asked, 2)),
            pointers=read_pointers(at(asked, 5), self._delimiters.component),
            place_of_service=at(part.first("III"), 2),
            dates=dates,
            is_date_wrong=is_date_wrong,
        )

    def _procedure(self, composite: str) -> Procedure | None:
        qualifier, *rest = split_components(composite, self._delimiters)
        if not rest:
            return None
        modifiers = rest[_FIRST_MODIFIER - 1 : _LAST_MODIFIER - 1]
        return Procedure(qualifier=qualifier, code=rest[0], modifiers=tuple(each for each in modifiers if each))

    def _diagnoses(self, health: Elements) -> Iterator[Diagnosis]:
        for composite in health[1:]:
            qualifier, *code = split_components(composite, self._delimiters)
            if code and code[0]:
                yield Diagnosis(qualifier=qualifier, code=code[0].replace(".", ""))


def _party(level: HierarchyLevel) -> InquiryParty:
    name = level.first("NM1")
    return InquiryParty(
        role=at(name, 1),
        is_person=at(name, 2) == _PERSON,
        name=_name(name),
        id_qualifier=at(name, 8),
        id=at(name, 9),
    )


def _name(name: Elements) -> Name:
    return Name(last=at(name, 3), first=at(name, 4), middle=at(name, 5), suffix=at(name, 7))


def _ids(part: Part) -> Iterator[OtherId]:
    for segment in part.all("REF"):
        yield OtherId(qualifier=at(segment, 1), value=at(segment, 2), description=at(segment, 3))


def _period(part: Part) -> tuple[DateSpan | None, bool]:
    """Read the day or days asked about; say whether there are some that cannot be read."""
    segment = next((each for each in part.all("DTP") if at(each, 1) == PERIOD), None)
    if segment is None:
        return None, False
    span = read_span(at(segment, 2), at(segment, 3))
    return span, span is None
