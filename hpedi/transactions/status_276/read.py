"""Placed segments of a 276 X212 set to the claims that it asks about.

The reader follows the guide's walk. A value that cannot be read is told in the model: the answer says so to who asked
(category E0), and no neighbour of the claim is refused for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hpedi.claims.parties import Name
from hpedi.guides.walk import PlacedBatch
from hpedi.money import Usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.ack_277ca.model import Party
from hpedi.transactions.claim_837.values import read_amount, read_day, read_procedure, read_span
from hpedi.transactions.hierarchy import Elements, HierarchyLevel, HierarchyReader, Part, at
from hpedi.transactions.status_276.model import (
    BIRTH_DATE,
    CHARGE,
    DATES,
    AskedLine,
    AskedPerson,
    StatusInquiry,
    StatusInquirySet,
)
from hpedi.x12.events import Delimiters

DEPTHS: Final = {"2000A": 0, "2000B": 1, "2000C": 2, "2000D": 3, "2000E": 4}
CLAIMS: Final = frozenset({"2200D", "2200E"})
LINES: Final = frozenset({"2210D", "2210E"})
_PERSON: Final = "1"


class StatusInquiryReader:
    """Reads one 276 set, batch by batch."""

    def __init__(self, delimiters: Delimiters) -> None:
        """Begin a set.

        Args:
            delimiters: Those of the interchange.
        """
        self._levels = HierarchyReader(delimiters, DEPTHS, CLAIMS | LINES)

    def read(self, placed: PlacedBatch) -> None:
        """Take the next placed segments."""
        self._levels.read(placed)

    def close(self) -> StatusInquirySet:
        """End the set."""
        component = self._levels.delimiters.component
        return StatusInquirySet(
            reference=at(self._levels.header.first("BHT"), 3),
            inquiries=tuple(
                each
                for source in self._levels.levels
                for each in _asked_of(source, component)
                if source.loop == "2000A"
            ),
        )


def _asked_of(source: HierarchyLevel, component: str) -> Iterator[StatusInquiry]:
    """Yield the claims asked about of one payer, in order: a subscriber's own, then those of its dependents."""
    for receiver in source.below:
        for provider in receiver.below:
            for subscriber in provider.below:
                above = (source, receiver, provider, subscriber)
                yield from _claims(above, None, component)
                for dependent in subscriber.below:
                    yield from _claims(above, dependent, component)


def _claims(
    above: tuple[HierarchyLevel, ...], dependent: HierarchyLevel | None, component: str
) -> Iterator[StatusInquiry]:
    """Yield the claims of a subscriber or dependent, each with the lines that follow it."""
    details = (dependent or above[-1]).details
    for place, part in enumerate(details):
        if part.loop in CLAIMS:
            yield _inquiry(above, dependent, part, [_line(each, component) for each in _lines_after(details, place)])


def _lines_after(details: list[Part], place: int) -> Iterator[Part]:
    for part in details[place + 1 :]:
        if part.loop not in LINES:
            return
        yield part


def _inquiry(
    above: tuple[HierarchyLevel, ...], dependent: HierarchyLevel | None, part: Part, lines: list[AskedLine]
) -> StatusInquiry:
    source, receiver, provider, subscriber = above
    references = {at(each, 1): at(each, 2) for each in part.all("REF")}
    dates, charge = part.first("DTP"), part.first("AMT")
    patient = subscriber if dependent is None else dependent
    return StatusInquiry(
        payer=_party(source.first("NM1")),
        receiver=_party(receiver.first("NM1")),
        providers=tuple(_party(each) for each in provider.all("NM1")),
        subscriber=_person(subscriber),
        dependent=None if dependent is None else _person(dependent),
        trace=at(part.first("TRN"), 2),
        payer_claim_control_number=references.get("1K", ""),
        bill_type=references.get("BLT", ""),
        patient_control_number=references.get("EJ", ""),
        prescription=references.get("XZ", ""),
        clearinghouse_trace=references.get("D9", ""),
        charged=_charge(at(charge, 2)),
        service_dates=_dates(dates),
        lines=tuple(lines),
        unreadable=tuple(_unreadable(dates, charge, patient.first("DMG"), lines)),
    )


def _unreadable(dates: Elements, charge: Elements, demographics: Elements, lines: list[AskedLine]) -> Iterator[str]:
    """Name what was sent and cannot be read."""
    if (at(dates, 3) and _dates(dates) is None) or any(line.service_dates is None for line in lines):
        yield DATES
    if (at(charge, 2) and _charge(at(charge, 2)) is None) or any(line.charged is None for line in lines):
        yield CHARGE
    if at(demographics, 2) and read_day(at(demographics, 2)) is None:
        yield BIRTH_DATE


def _line(part: Part, component: str) -> AskedLine:
    service, dates = part.first("SVC"), part.first("DTP")
    qualifier, code, modifiers, _description = read_procedure(at(service, 1), component)
    return AskedLine(
        procedure=(qualifier, code, *modifiers),
        charged=_charge(at(service, 2)),
        revenue_code=at(service, 4),
        units=at(service, 7),
        control_number=at(part.first("REF"), 2),
        service_dates=_dates(dates),
    )


def _person(level: HierarchyLevel) -> AskedPerson:
    demographics = level.first("DMG")
    return AskedPerson(
        party=_party(level.first("NM1")), birth_date=read_day(at(demographics, 2)), sex=at(demographics, 3)
    )


def _party(name: Elements) -> Party:
    return Party(
        is_person=at(name, 2) == _PERSON,
        name=Name(last=at(name, 3), first=at(name, 4), middle=at(name, 5), suffix=at(name, 7)),
        id_qualifier=at(name, 8),
        id=at(name, 9),
    )


def _charge(text: str) -> Usd | None:
    return read_amount(text) if text else None


def _dates(dates: Elements) -> DateSpan | None:
    return read_span(at(dates, 2), at(dates, 3))
