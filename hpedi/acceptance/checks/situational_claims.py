"""Segments of one claim against each other: diagnoses and their pointers, attachments, referring providers, patients.

Of 837 P, I and D. Whether a code is one of its set is said by the code sets.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hpedi.acceptance.checks.screen import (
    EVERY,
    Around,
    Asks,
    Columns,
    FlatCheck,
    Given,
    Screened,
    Shape,
    Values,
    all_differ,
    asks,
    chosen_by,
    is_any,
    itself,
)
from hpedi.acceptance.loops import LoopInstance, Segment, Spot

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NPI: Final = 9
"""NM109."""
_POINTERS: Final = {"SV1": 7, "SV3": 11}
"""Where the diagnosis pointers of a line stand, by its service segment."""
_OF_SUBSCRIBER: Final = "claims of the subscriber"


def diagnoses_mixed(claim: LoopInstance, *, ninth: frozenset[str], tenth: frozenset[str]) -> Iterator[Spot]:
    """The codes of a claim are all of one revision of ICD: the ninth or tenth, by their qualifiers."""
    first = None
    for segment in claim.segments_of("HI"):
        for element in range(1, len(segment.elements)):
            revision = _revision(ninth, tenth, segment.value(element, 1))
            if revision is not None and revision != (first or revision):
                yield Spot(segment, element, 1)
                return
            first = first or revision


def _revision(ninth: Container[str], tenth: Container[str], qualifier: str) -> int | None:
    return 9 if qualifier in ninth else 10 if qualifier in tenth else None


def _ask_revisions(given: Given) -> Asks:
    answer = partial(_revision, given["ninth"], given["tenth"])
    return Asks(asks("HI", (EVERY,), answer, component=1))


def diagnosis_repeats(claim: LoopInstance, *, diagnoses: frozenset[str]) -> Iterator[Spot]:
    """No diagnosis stands twice: `diagnoses` are HI01-1 of their segments, in which the guides let no other code be."""
    seen: set[str] = set()
    for segment in claim.segments_of("HI", *diagnoses):
        for element in range(1, len(segment.elements)):
            code = segment.value(element, 2)
            if code and code in seen:
                yield Spot(segment, element, 2)
            seen.add(code)


def _flat_diagnoses(shape: Shape, _given: Given, columns: Columns) -> FlatCheck:
    """Make the check that no composite of HI ends as another does: what is alike may be, and is looked at again."""
    every = [columns.whole(index) for index, node in enumerate(shape) if node.segment_id == "HI"]
    separator = columns.separator

    def holds(values: Values, _around: Around) -> bool:
        return _end_unlike(separator.join([values[each] or "" for each in every]), separator)

    return FlatCheck(holds)


@lru_cache(maxsize=2048)
def _end_unlike(composites: str, separator: str) -> bool:
    """Say whether composites all differ behind their qualifiers; remembered, for claims have the same ones."""
    return all_differ([text.lstrip(_LETTERS) for text in composites.split(separator) if text])


def diagnosis_pointer_wrong(claim: LoopInstance, *, diagnoses: frozenset[str]) -> Iterator[Spot]:
    """Each pointer of a line names a diagnosis of the claim, and none twice."""
    known = sum(1 for segment in claim.segments_of("HI", *diagnoses) for text in segment.elements[1:] if text)
    for line in claim.loops("2400") if known else ():
        for segment in line.segments:
            element = _POINTERS.get(segment.node.segment_id)
            if element is not None:
                yield from _wrong_pointers(segment, element, known)
                break


def _wrong_pointers(segment: Segment, element: int, known: int) -> Iterator[Spot]:
    pointers = segment.components(element)
    for component, pointer in enumerate(pointers, start=1):
        is_number = pointer.isascii() and pointer.isdigit()
        if is_number and (not 0 < int(pointer) <= known or pointer in pointers[: component - 1]):
            yield Spot(segment, element, component)


def _ask_pointers(given: Given) -> Asks:
    return Asks(
        (
            *asks("HI", (EVERY,), partial(_is_one_of, given["diagnoses"]), component=1),
            *asks("HI", (EVERY,), is_any),
            *(each for segment_id, at in _POINTERS.items() for each in asks(segment_id, (at,), itself)),
        )
    )


def _is_one_of(codes: Container[str], code: str) -> bool:
    return code in codes


def attachment_number_missing(loop: LoopInstance, *, separately: frozenset[str]) -> Iterator[Spot]:
    """An attachment that travels by itself (PWK02 of `separately`) has its control number."""
    for segment in loop.segments_of("PWK"):
        if segment.value(2) in separately:
            if not segment.value(5):
                yield Spot(segment, 5)
            elif not segment.value(6):
                yield Spot(segment, 6)


def referring_order_wrong(claim: LoopInstance) -> Iterator[Spot]:
    """Of two referring providers the first is the referring one (DN), the second the primary care provider (P3)."""
    referring = claim.loops("2310A")
    if len(referring) > 1:
        for loop, role in zip(referring, ("DN", "P3"), strict=False):
            if loop.trigger.value(1) != role:
                yield Spot(loop.trigger, 1)


def line_control_number_repeats(claim: LoopInstance) -> Iterator[Spot]:
    """Each line has its own control number."""
    seen: set[str] = set()
    for line in claim.loops("2400"):
        segment = line.first("REF", "6R")
        if segment is not None:
            if segment.value(2) in seen:
                yield Spot(segment, 2)
            seen.add(segment.value(2))


def _flat_numbers(shape: Shape, _given: Given, columns: Columns) -> FlatCheck:
    every = [columns.at(i, 2) for i, node in enumerate(shape) if node.segment_id == "REF" and chosen_by(node, "6R")]
    return FlatCheck(lambda values, _around: all_differ([values[each] for each in every]))


def rendering_is_billing(rendering: LoopInstance) -> Iterator[Spot]:
    """A rendering provider is sent where it is not the billing provider."""
    npi, provider = rendering.trigger.value(9), rendering.around("2000A")
    for billing in () if provider is None else provider.loops("2010AA"):
        if npi and billing.trigger.value(9) == npi:
            yield Spot(rendering.trigger, 9)


def _flat_rendering(shape: Shape, _given: Given, columns: Columns) -> FlatCheck:
    every = [columns.at(i, _NPI) for i, node in enumerate(shape) if (node.loop_id, node.segment_id) == ("2310B", "NM1")]

    def holds(values: Values, around: Around) -> bool:
        billing = around.found("NM1", "2010AA", _NPI)
        return all((values[each] or "") not in billing for each in every)

    return FlatCheck(holds)


def patient_not_said(claim: LoopInstance) -> Iterator[Spot]:
    """A claim stands under a patient, or under a subscriber who is the patient."""
    subscriber = claim.parent
    segment = subscriber.first("SBR") if subscriber is not None and subscriber.loop_id == "2000B" else None
    if segment is not None and not segment.value(2):
        yield Spot(segment, 2)


def dependent_of_patient(claim: LoopInstance) -> Iterator[Spot]:
    """A dependent's claim does not stand under a subscriber who is the patient and has no claim of their own."""
    subscriber, patient = claim.around("2000B"), claim.around("2000C")
    if subscriber is None:
        return
    if patient is None:
        subscriber.add(_OF_SUBSCRIBER, Decimal(1))
        return
    segment = subscriber.first("SBR")
    if segment is not None and segment.value(2) and not subscriber.total(_OF_SUBSCRIBER):
        yield Spot(segment, 2, trigger=patient.trigger)


def _flat_dependent(_shape: Shape, _given: Given, _columns: Columns) -> FlatCheck:
    def holds(_values: Values, around: Around) -> bool:
        return around.loop_id(0) == "2000B" or not around.value(1, "SBR", 2) or around.total(1, _OF_SUBSCRIBER) > 0

    def book(_values: Values, around: Around) -> None:
        if around.loop_id(0) == "2000B":
            around.add(0, _OF_SUBSCRIBER, Decimal(1))

    return FlatCheck(holds, book)


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {
        "diagnoses_mixed": Screened(diagnoses_mixed, asks_given=_ask_revisions),
        "diagnosis_repeats": Screened(diagnosis_repeats, flat=_flat_diagnoses),
        "diagnosis_pointer_wrong": Screened(diagnosis_pointer_wrong, asks_given=_ask_pointers),
        "attachment_number_missing": attachment_number_missing,
        "referring_order_wrong": referring_order_wrong,
        "line_control_number_repeats": Screened(line_control_number_repeats, flat=_flat_numbers),
        "rendering_is_billing": Screened(rendering_is_billing, flat=_flat_rendering),
        "patient_not_said": Screened(patient_not_said, Asks(asks("SBR", (2,), is_any))),
        "dependent_of_patient": Screened(dependent_of_patient, flat=_flat_dependent),
    }
)
"""By the name that rules give."""
