"""Addresses and telephone numbers: complete, not repeated, no post box where a street must be.

Of 837 P, I and D, 835, 270, 271 and 834. That an address is there at all is said by rules alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hpedi.acceptance.checks.screen import Asks, Screened, asks, is_any, itself
from hpedi.acceptance.loops import LoopInstance, Spot

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_POST_BOX: Final = re.compile(r"\b(?:P\s*\.?\s*O\s*\.?\s*BOX|POST\s+OFFICE\s+BOX|LOCK\s?BOX)\b", re.IGNORECASE)
_PHONES: Final = frozenset({"TE", "FX"})
_PHONE: Final = re.compile(r"(?!(\d)\1{9})\d{10}")
_MAIL: Final = re.compile(r"[^@ ]+@[^@ ]+\.[^@ .]+")
_STATE, _POSTAL_CODE, _COUNTRY = 2, 3, 4


def billing_address_is_post_box(provider: LoopInstance) -> Iterator[Spot]:
    """The billing provider's address is a street, no post box."""
    for segment in provider.segments_of("N3"):
        for element in (1, 2):
            if _POST_BOX.search(segment.value(element)):
                yield Spot(segment, element)


def _is_street(text: str) -> bool:
    return _POST_BOX.search(text) is None


def address_incomplete(loop: LoopInstance) -> Iterator[Spot]:
    """An address without a country is in the United States or Canada, and has state and postal code."""
    for segment in loop.segments_of("N4"):
        if not segment.value(_COUNTRY):
            for element in (_STATE, _POSTAL_CODE):
                if not segment.value(element):
                    yield Spot(segment, element)


def phone_malformed(loop: LoopInstance) -> Iterator[Spot]:
    """A telephone or fax number is area code and number, without separators, and not one digit ten times."""
    for segment in loop.segments_of("PER"):
        for element in (3, 5, 7):
            if segment.value(element) in _PHONES and not _PHONE.fullmatch(segment.value(element + 1)):
                yield Spot(segment, element + 1)


def _is_phone(text: str) -> bool:
    return _PHONE.fullmatch(text) is not None


def mail_address_malformed(loop: LoopInstance) -> Iterator[Spot]:
    """An electronic mail address has a name and a domain."""
    for segment in loop.segments_of("PER"):
        for element in (3, 5, 7):
            if segment.value(element) == "EM" and not _MAIL.fullmatch(segment.value(element + 1)):
                yield Spot(segment, element + 1)


def _is_mail(text: str) -> bool:
    return _MAIL.fullmatch(text) is not None


def pay_to_address_repeats(pay_to: LoopInstance) -> Iterator[Spot]:
    """An address to pay to is sent where it is not the billing provider's."""
    yield from _repeats_billing(pay_to)


def facility_address_repeats(facility: LoopInstance) -> Iterator[Spot]:
    """A service facility is sent where its address is not the billing provider's."""
    yield from _repeats_billing(facility)


def _repeats_billing(loop: LoopInstance) -> Iterator[Spot]:
    provider = loop.around("2000A")
    for billing in () if provider is None else provider.loops("2010AA"):
        if _same("N4", loop, billing) and _same("N3", loop, billing):
            yield Spot(loop.trigger)


def _same(segment_id: str, one: LoopInstance, other: LoopInstance) -> bool:
    first, second = one.first(segment_id), other.first(segment_id)
    return first is not None and second is not None and first.text == second.text


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {
        "billing_address_is_post_box": Screened(
            billing_address_is_post_box, Asks(asks("2010AA/N3", (1, 2), _is_street))
        ),
        "address_incomplete": Screened(address_incomplete, Asks(asks("N4", (_STATE, _POSTAL_CODE, _COUNTRY), is_any))),
        "phone_malformed": Screened(
            phone_malformed, Asks((*asks("PER", (3, 5, 7), itself), *asks("PER", (4, 6, 8), _is_phone)))
        ),
        "mail_address_malformed": Screened(
            mail_address_malformed, Asks((*asks("PER", (3, 5, 7), itself), *asks("PER", (4, 6, 8), _is_mail)))
        ),
        "pay_to_address_repeats": pay_to_address_repeats,
        "facility_address_repeats": facility_address_repeats,
    }
)
"""By the name that rules give."""
