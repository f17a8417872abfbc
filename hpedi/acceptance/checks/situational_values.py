"""Values of one segment or loop against each other: modifiers and codes that repeat, gaps, amounts of zero, stays.

What a single value must look like is said by rules alone; dates of the service are in `situational_dates`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hpedi.acceptance.checks.balancing_amounts import stated
from hpedi.acceptance.checks.screen import Asks, Columns, FlatCheck, Given, Screened, Shape, all_differ, asks, itself
from hpedi.acceptance.checks.situational_dates import days_of
from hpedi.acceptance.loops import LoopInstance, Segment, Spot
from hpedi.identifiers import routing_number

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_PROCEDURES: Final[Mapping[str, int]] = MappingProxyType({"SV1": 1, "SV2": 2, "SV3": 1})
"""The element that holds the procedure of a line, by segment."""
_MODIFIERS: Final = slice(2, 6)
"""Components 3 to 6 of a procedure."""
_POINTERS: Final[Mapping[str, int]] = MappingProxyType({"SV1": 7, "SV3": 11})
_CONDITIONS: Final = range(3, 8)
"""CRC elements that hold codes."""
_ADJUSTED: Final = (3, 6, 9, 12, 15, 18)
"""CAS elements that hold amounts."""
_OF_PROVIDER: Final = (4, 6, 8, 10, 12, 14)
"""PLB elements that hold amounts."""
_ROUTING: Final = ((6, 7), (12, 13))
"""BPR elements that hold the kind of a bank's number, and the number."""
_ABA: Final = "01"
_PREDETERMINED: Final = "PB"
_SAID: Final = frozenset({"SV1", "SV3", "TOO", "DTP", "NTE"})
"""Segments that tell what was done, by line; its control number is another each time."""


def modifier_repeats(line: LoopInstance) -> Iterator[Spot]:
    """A modifier stands once with a procedure."""
    for segment, element, modifiers in _modifiers(line):
        for index, modifier in enumerate(modifiers):
            if modifier and modifier in modifiers[:index]:
                yield Spot(segment, element, _MODIFIERS.start + index + 1)


def modifier_gap(line: LoopInstance) -> Iterator[Spot]:
    """Modifiers are filled from left to right."""
    for segment, element, modifiers in _modifiers(line):
        yield from _gap(segment, element, modifiers, _MODIFIERS.start)


def _modifiers(line: LoopInstance) -> Iterator[tuple[Segment, int, list[str]]]:
    for segment in line.segments:
        element = _PROCEDURES.get(segment.node.segment_id)
        if element is not None:
            yield segment, element, segment.components(element)[_MODIFIERS]
            return


def pointer_gap(line: LoopInstance) -> Iterator[Spot]:
    """Diagnosis pointers are filled from left to right."""
    for segment in line.segments:
        element = _POINTERS.get(segment.node.segment_id)
        if element is not None:
            yield from _gap(segment, element, segment.components(element), 0)
            return


def _gap(segment: Segment, element: int, values: list[str], before: int) -> Iterator[Spot]:
    """Tell the first component that is empty though a later one is not."""
    if "" in values[: max((at for at, value in enumerate(values) if value), default=0)]:
        yield Spot(segment, element, before + values.index("") + 1)


def condition_repeats(loop: LoopInstance) -> Iterator[Spot]:
    """A condition stands once in a CRC."""
    for segment in loop.segments_of("CRC"):
        codes = [segment.value(element) for element in _CONDITIONS]
        for index, code in enumerate(codes):
            if code and code in codes[:index]:
                yield Spot(segment, _CONDITIONS[index])


def amount_zero(loop: LoopInstance, *, segment_id: str, elements: tuple[int, ...]) -> Iterator[Spot]:
    """What is adjusted is not nothing."""
    for segment in loop.segments_of(segment_id):
        for element in elements:
            if segment.value(element) and not stated(segment, element):
                yield Spot(segment, element)


def routing_number_wrong(payment: LoopInstance) -> Iterator[Spot]:
    """An ABA routing number has nine digits, the last its check digit."""
    for segment in payment.segments_of("BPR"):
        for kind, number in _ROUTING:
            sent = segment.value(number)
            if sent and segment.value(kind) == _ABA and not routing_number.is_valid(sent):
                yield Spot(segment, number)


def subscriber_without_claim(subscriber: LoopInstance) -> Iterator[Spot]:
    """A subscriber without dependents has a claim."""
    claims = next((child.bit for child in subscriber.node.children if child.path.endswith("2300")), 0)
    level = subscriber.first("HL")
    if level is not None and level.value(4) == "0" and not subscriber.seen & claims:
        yield Spot(subscriber.trigger)


def service_outside_stay(claim: LoopInstance) -> Iterator[Spot]:
    """A service in the place of the claim is from admission to discharge, where these are in order."""
    admission, discharge = claim.first("DTP", "435"), claim.first("DTP", "096")
    admitted = None if admission is None else days_of(admission)
    left = None if discharge is None else days_of(discharge)
    if admitted is not None and left is not None and left.first < admitted.first:
        return
    for line in claim.loops("2400"):
        service, date = line.first("SV1"), line.first("DTP", "472")
        days = None if date is None else days_of(date)
        if service is None or service.value(5) or days is None:
            continue
        if admitted is not None and days.first < admitted.first:
            yield Spot(days.segment, 3, trigger=admitted.segment)
        elif left is not None and days.last > left.first:
            yield Spot(days.segment, 3, trigger=left.segment)


def line_repeats(claim: LoopInstance) -> Iterator[Spot]:
    """No line says the same as an earlier one: procedure, charge, units, pointers, teeth and date."""
    seen: set[tuple[str, ...]] = set()
    lines = claim.loops("2400")
    for line in lines if len(lines) > 1 else ():
        said = tuple(segment.text for segment in line.segments if segment.node.segment_id in _SAID)
        if said in seen:
            yield Spot(line.trigger)
        seen.add(said)


def _flat_lines(shape: Shape, _given: Given, columns: Columns) -> FlatCheck:
    """Make the check that no service segment says what another does: lines that do may, and are looked at again."""
    services = [columns.whole(index) for index, node in enumerate(shape) if node.segment_id in _PROCEDURES]
    return FlatCheck(lambda values, _around: all_differ([values[each] for each in services]))


def decision_before_service(line: LoopInstance) -> Iterator[Spot]:
    """Another payer decides on a service once it was given, unless what is asked for is a predetermination."""
    claim, date = line.parent, line.first("DTP", "472")
    head = None if claim is None else claim.first("CLM")
    service = None if date is None else days_of(date)
    if service is None or (head is not None and head.value(19) == _PREDETERMINED):
        return
    for other in line.loops("2430"):
        for segment in other.segments_of("DTP", "573"):
            decided = days_of(segment)
            if decided is not None and decided.last < service.first:
                yield Spot(segment, 3, trigger=service.segment)


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {
        "modifier_repeats": modifier_repeats,
        "modifier_gap": modifier_gap,
        "pointer_gap": Screened(
            pointer_gap,
            Asks(tuple(each for segment_id, at in _POINTERS.items() for each in asks(segment_id, (at,), itself))),
        ),
        "condition_repeats": condition_repeats,
        "adjustment_zero": partial(amount_zero, segment_id="CAS", elements=_ADJUSTED),
        "provider_adjustment_zero": partial(amount_zero, segment_id="PLB", elements=_OF_PROVIDER),
        "routing_number_wrong": routing_number_wrong,
        "subscriber_without_claim": Screened(
            subscriber_without_claim, Asks(asks("HL", (4,), itself)), is_known_early=True
        ),
        "service_outside_stay": service_outside_stay,
        "line_repeats": Screened(line_repeats, flat=_flat_lines),
        "decision_before_service": decision_before_service,
    }
)
"""By the name that rules give."""
