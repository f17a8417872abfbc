"""What pyx12 says of one transaction set, without any element value.

pyx12's own messages quote the data: they are dropped, and positions and codes are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Opinion(StrEnum):
    """What pyx12 makes of a set; it has no "accepted with errors"."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, order=True)
class ElementError:
    """One error of an element.

    Attributes:
        element: Position in the segment, from 1.
        component: Position in the composite, from 1; 0 for a plain element.
        data_element: X12 data element number; empty where pyx12 gives none.
        code: What pyx12 would send as IK403.
    """

    element: int
    component: int
    data_element: str
    code: str


@dataclass(frozen=True, slots=True)
class SegmentErrors:
    """The errors pyx12 has at one segment.

    Attributes:
        segment_id: IK301; empty where what stands there is no segment id.
        position: IK302, ST being 1; for a missing segment that of the segment read when it was missed.
        codes: What pyx12 would send as IK304, one IK3 each.
        elements: What it would send as IK4 below them.
    """

    segment_id: str
    position: int
    codes: tuple[str, ...]
    elements: tuple[ElementError, ...] = ()


@dataclass(frozen=True, slots=True)
class Pyx12Answer:
    """pyx12's answer on one set.

    Attributes:
        opinion: Accepted, rejected, or that pyx12 itself broke down.
        segments: Its errors in the order of the set. Empty for a rejected set when only ST or SE is at fault.
        set_codes: What it would send as IK502 and following, 5 left out.
        failure: The kind of exception that ended pyx12, with the place in its code; empty otherwise.
    """

    opinion: Opinion
    segments: tuple[SegmentErrors, ...] = ()
    set_codes: tuple[str, ...] = ()
    failure: str = ""
