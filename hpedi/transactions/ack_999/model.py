"""The 999 as models: group, transaction set, segment and element, each with the codes to send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST_SETS: Final = 999_999
"""AK902 to AK904 have six digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationalTrigger:
    """What makes a situational rule apply that is broken (CTX01 = SITUATIONAL TRIGGER)."""

    segment_id: str  # CTX02
    position: int  # CTX03, ST being 1
    loop: str = ""  # CTX04
    element: int | None = None  # CTX05-1
    component: int | None = None  # CTX05-2
    repetition: int | None = None  # CTX05-3


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementError:
    """One element at fault (IK4)."""

    position: int  # IK401-1
    component: int | None = None  # IK401-2
    repetition: int | None = None  # IK401-3
    data_element: str = ""  # IK402
    code: str  # IK403
    bad_code: str = ""  # IK404; only ever a code that is in no list, never PHI
    triggers: tuple[SituationalTrigger, ...] = ()  # CTX behind IK4


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessUnit:
    """The claim, inquiry, member ... that a fault lies in, by the sender's own number for it (CTX01)."""

    name: str  # CTX01-1, for example CLM01
    value: str  # CTX01-2


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentError:
    """One segment at fault (IK3)."""

    segment_id: str  # IK301
    position: int  # IK302, ST being 1
    loop: str = ""  # IK303
    code: str  # IK304
    triggers: tuple[SituationalTrigger, ...] = ()  # CTX of the segment
    business_unit: BusinessUnit | None = None  # CTX, after those
    elements: tuple[ElementError, ...] = ()  # IK4


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionSetAcknowledgment:
    """One transaction set answered (AK2 to IK5).

    Attributes:
        left_off: Segment errors beyond the limit of what is reported; the 999 has no place to say so.
    """

    set_id: str  # AK201
    control_number: str  # AK202
    version: str = ""  # AK203
    segment_errors: tuple[SegmentError, ...] = ()
    code: str  # IK501: A, E or R
    reasons: tuple[str, ...] = ()  # IK502-506
    left_off: int = 0  # not sent


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionalGroupAcknowledgment:
    """One 999: a functional group answered."""

    functional_id: str  # AK101 = GS01
    control_number: str  # AK102 = GS06
    version: str  # AK103 = GS08
    sets: tuple[TransactionSetAcknowledgment, ...]
    code: str  # AK901: A, E, P or R
    stated: int  # AK902 = GE01
    received: int  # AK903
    accepted: int  # AK904
    reasons: tuple[str, ...] = ()  # AK905-909
