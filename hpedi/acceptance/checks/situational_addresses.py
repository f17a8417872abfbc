"""Names, addresses and tax ids, wherever they stand: complete, not repeated, in their form.

Of 837 P, I and D and 835. That an address is there at all is said by rules alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hpedi.acceptance.loops import LoopInstance, Segment, Spot

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_POST_BOX: Final = re.compile(r"\b(?:P\s*\.?\s*O\s*\.?\s*BOX|POST\s+OFFICE\s+BOX|LOCK\s?BOX)\b", re.IGNORECASE)
_STATE, _POSTAL_CODE, _COUNTRY = 2, 3, 4
_NAMED_BY_FIRST: Final = (4, 5)
"""NM1 elements that only a person has: first and middle name."""
_PERSON, _ORGANISATION = "1", "2"
_NINE_DIGITS: Final = re.compile(r"\d{9}")


def _of_level(loop: LoopInstance, segment_id: str) -> Iterator[Segment]:
    """Go through the segments of an id in a loop and in what is kept in it."""
    yield from loop.segments_of(segment_id)
    for child in loop.within():
        for segment in child.segments:
            if segment.node.segment_id == segment_id:
                yield segment


def billing_address_is_post_box(provider: LoopInstance) -> Iterator[Spot]:
    """The billing provider's address is a street, no post box."""
    for segment in provider.segments_of("N3"):
        for element in (1, 2):
            if _POST_BOX.search(segment.value(element)):
                yield Spot(segment, element)


def address_incomplete(level: LoopInstance) -> Iterator[Spot]:
    """An address without a country is in the United States or Canada, and has state and postal code."""
    for segment in _of_level(level, "N4"):
        if not segment.value(_COUNTRY):
            for element in (_STATE, _POSTAL_CODE):
                if not segment.value(element):
                    yield Spot(segment, element)


def country_is_home(level: LoopInstance) -> Iterator[Spot]:
    """A country is only named outside the United States."""
    for segment in _of_level(level, "N4"):
        if segment.value(_COUNTRY) == "US":
            yield Spot(segment, _COUNTRY)


def organisation_with_first_name(level: LoopInstance) -> Iterator[Spot]:
    """An organisation has no first or middle name."""
    for segment in _of_level(level, "NM1"):
        if segment.value(2) == _ORGANISATION:
            for element in _NAMED_BY_FIRST:
                if segment.value(element):
                    yield Spot(segment, element)


def person_without_first_name(level: LoopInstance) -> Iterator[Spot]:
    """A person whose last name is given has a first name."""
    for segment in _of_level(level, "NM1"):
        if segment.value(2) == _PERSON and segment.value(3) and not segment.value(4):
            yield Spot(segment, 4)


def tax_id_malformed(level: LoopInstance) -> Iterator[Spot]:
    """An employer or social security number is nine digits without separators."""
    for segment in _of_level(level, "REF"):
        if segment.value(1) in ("EI", "SY") and not _NINE_DIGITS.fullmatch(segment.value(2)):
            yield Spot(segment, 2)


def pay_to_address_repeats(pay_to: LoopInstance) -> Iterator[Spot]:
    """An address to pay to is sent where it is not the billing provider's."""
    around = pay_to.parent
    for billing in () if around is None else around.loops("2010AA"):
        if _address(pay_to) == _address(billing):
            yield Spot(pay_to.trigger)


def facility_address_repeats(facility: LoopInstance) -> Iterator[Spot]:
    """A service facility is sent where its address is not the billing provider's."""
    provider = facility.around("2000A")
    for billing in () if provider is None else provider.loops("2010AA"):
        if _address(facility) == _address(billing):
            yield Spot(facility.trigger)


def _address(loop: LoopInstance) -> tuple[str, ...]:
    return tuple(segment.text for segment in (*loop.segments_of("N3"), *loop.segments_of("N4")))


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {
        "billing_address_is_post_box": billing_address_is_post_box,
        "address_incomplete": address_incomplete,
        "country_is_home": country_is_home,
        "organisation_with_first_name": organisation_with_first_name,
        "person_without_first_name": person_without_first_name,
        "tax_id_malformed": tax_id_malformed,
        "pay_to_address_repeats": pay_to_address_repeats,
        "facility_address_repeats": facility_address_repeats,
    }
)
"""By the name that rules give."""
