"""From the models of a 999 to the segments of its transaction set, ST and SE left to the X12 writer."""

from __future__ import annotations

from collections.abc import Iterator

from hpedi.transactions.ack_999.build import BUSINESS_UNIT_LENGTH
from hpedi.transactions.ack_999.model import (
    BusinessUnit,
    ElementError,
    FunctionalGroupAcknowledgment,
    SegmentError,
    SituationalTrigger,
    TransactionSetAcknowledgment,
)
from hpedi.x12.segment import SegmentValues

SET_ID, FUNCTIONAL_ID, VERSION = "999", "FA", "005010X231A1"
_SITUATIONAL_TRIGGER = "SITUATIONAL TRIGGER"


def write_group_acknowledgment(group: FunctionalGroupAcknowledgment) -> list[SegmentValues]:
    """Write one 999 as segments AK1 to AK9."""
    segments: list[SegmentValues] = [("AK1", group.functional_id, group.control_number, group.version)]
    for answered in group.sets:
        segments.extend(_write_set(answered))
    counts = (str(group.stated), str(group.received), str(group.accepted))
    segments.append(("AK9", group.code, *counts, *group.reasons))
    return segments


def _write_set(answered: TransactionSetAcknowledgment) -> Iterator[SegmentValues]:
    yield ("AK2", answered.set_id, answered.control_number, answered.version)
    for error in answered.segment_errors:
        yield from _write_segment_error(error)
    yield ("IK5", answered.code, *answered.reasons)


def _write_segment_error(error: SegmentError) -> Iterator[SegmentValues]:
    yield ("IK3", error.segment_id, str(error.position), error.loop, error.code)
    yield from map(_write_trigger, error.triggers)
    if error.business_unit is not None:
        yield _write_business_unit(error.business_unit)
    for element in error.elements:
        yield _write_element_error(element)
        yield from map(_write_trigger, element.triggers)


def _write_trigger(trigger: SituationalTrigger) -> SegmentValues:
    place = _place(trigger.element, trigger.component, trigger.repetition)
    return ("CTX", _SITUATIONAL_TRIGGER, trigger.segment_id, str(trigger.position), trigger.loop, place)


def _write_business_unit(unit: BusinessUnit) -> SegmentValues:
    """CTX; a value longer than 35 characters is cut (X12 RFI 2293)."""
    return ("CTX", (unit.name, unit.value[:BUSINESS_UNIT_LENGTH].rstrip()))


def _write_element_error(element: ElementError) -> SegmentValues:
    place = _place(element.position, element.component, element.repetition)
    return ("IK4", place, element.data_element, element.code, element.bad_code)


def _place(*parts: int | None) -> tuple[str, ...]:
    """Return a position in a segment (C030): element, component, repetition."""
    return tuple("" if part is None else str(part) for part in parts)
