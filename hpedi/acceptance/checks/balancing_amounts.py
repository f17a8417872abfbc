"""Amounts and quantities of segments as exact decimals, for the balancing checks (SNIP 3).

An amount that cannot be read is a NaN: every sum with it is one too, and nothing compared with it is a finding, for
levels 1 and 2 have told what is wrong with it. What must be there and is not cannot be read; else absent counts 0.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import zip_longest
from typing import Final, NamedTuple

from hpedi.acceptance.loops import LoopInstance, Segment

NOTHING: Final = Decimal(0)
UNREADABLE: Final = Decimal("NaN")

_is_number: Final = re.compile(r"-?[0-9]*\.?[0-9]+").fullmatch
_LONGEST: Final = 20
"""18 digits (data element 782), a sign and a point."""

ADJUSTMENT_AMOUNTS: Final = slice(3, 19, 3)
ADJUSTMENT_QUANTITIES: Final = slice(4, 20, 3)
"""The elements of CAS: up to six reasons with an amount and a quantity each."""
_REASONS: Final = slice(2, 18, 3)
_GROUP: Final = 3
_PATIENT_RESPONSIBILITY: Final = ["PR"]


def amount(text: str) -> Decimal:
    """Return a number of X12 type R: 0 for "", UNREADABLE for what is none."""
    if len(text) <= _LONGEST and _is_number(text):
        return Decimal(text)
    return UNREADABLE if text else NOTHING


def amount_of(segment: Segment, element: int) -> Decimal:
    """Return the number in an element of a segment that may be absent."""
    elements = segment.elements
    return amount(elements[element]) if element < len(elements) else NOTHING


def head(loop: LoopInstance) -> Segment | None:
    """Return the segment that a loop begins with; None where it is missing."""
    first = loop.segments[0] if loop.segments else None
    return first if first is not None and first.node.starts_loop else None


def is_whole(loop: LoopInstance) -> bool:
    """Say whether every segment from a loop's first to its last one has a place in it, or in a loop in it.

    A segment that the guide does not expect may be one that its sums lack.
    """
    positions = [segment.position for each in (loop, *loop.within()) for segment in each.segments]
    return not positions or max(positions) - min(positions) < len(positions)


def stated(segment: Segment | None, element: int) -> Decimal:
    """Return the number in an element that must be there: UNREADABLE where it, or the segment, is not."""
    if segment is None:
        return UNREADABLE
    elements = segment.elements
    return amount(elements[element]) if element < len(elements) and elements[element] else UNREADABLE


class Adjusted(NamedTuple):
    """What the adjustments (CAS) of a loop come to: all of them, and those of group PR."""

    total: Decimal
    patient: Decimal


def adjusted(loop: LoopInstance) -> Adjusted:
    """Add up a loop's own adjustments."""
    total = patient = NOTHING
    for segment in loop.segments:
        if segment.node.segment_id == "CAS":
            elements = segment.elements
            texts = elements[ADJUSTMENT_AMOUNTS]
            of_patient = elements[1:2] == _PATIENT_RESPONSIBILITY
            for text in texts:
                value = amount(text)
                total += value
                if of_patient:
                    patient += value
            if len(texts) < len(elements) // _GROUP or "" in texts:
                total += _of_missing(elements)
    return Adjusted(total, patient)


def _of_missing(elements: list[str]) -> Decimal:
    """Return what the amounts missing in a CAS come to: UNREADABLE where a reason lacks its own, else nothing."""
    pairs = zip_longest(elements[_REASONS], elements[ADJUSTMENT_AMOUNTS], fillvalue="")
    return UNREADABLE if any(reason and not text for reason, text in pairs) else NOTHING


def differ(one: Decimal, other: Decimal) -> bool:
    """Say whether two numbers that can both be read are not the same."""
    return one != other and (one - other).is_finite()


def exceeds(one: Decimal, other: Decimal) -> bool:
    """Say whether the first of two numbers that can both be read is the greater."""
    return differ(one, other) and one > other
