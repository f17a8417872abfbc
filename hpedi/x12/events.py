"""What the reader of X12 bytes tells, in the order of the bytes.

A file is read as a flat stream of events. Segments are never single objects: they come in batches of texts, so that a
guide can walk a hundred thousand of them a second and more; positions are worked out when somebody asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from hpedi.findings import Finding


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The separators of one interchange, as its ISA declares them; `repetition` is empty when ISA11 declares none."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    segment: str = "~"


@dataclass(frozen=True, slots=True)
class InterchangeStart:
    """ISA was read.

    Attributes:
        elements: ISA00 ("ISA") to ISA16, as sent, blanks kept.
        delimiters: Those it declares.
        byte_offset: Of the I of ISA in the file.
    """

    elements: tuple[str, ...]
    delimiters: Delimiters
    byte_offset: int

    @property
    def control_number(self) -> str:
        """ISA13."""
        return self.elements[13]


@dataclass(frozen=True, slots=True)
class InterchangeEnd:
    """IEA was read, or the interchange ended without it (`elements` empty).

    Attributes:
        elements: IEA00 to IEA02 as sent.
        digest: SHA-256 (hex) of the interchange's bytes from ISA to the end of IEA.
        end_offset: Offset of the first byte after it.
    """

    elements: tuple[str, ...]
    digest: str
    end_offset: int


@dataclass(frozen=True, slots=True)
class InterchangeAcknowledged:
    """A TA1 segment inside an interchange: elements TA100 to TA105."""

    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupStart:
    """GS was read: elements GS00 to GS08, missing ones as empty strings."""

    elements: tuple[str, ...]
    byte_offset: int


@dataclass(frozen=True, slots=True)
class GroupEnd:
    """GE was read, or the group ended without it (`elements` empty)."""

    elements: tuple[str, ...]
    sets_received: int


@dataclass(frozen=True, slots=True)
class SetStart:
    """ST was read: elements ST00 to ST03, missing ones as empty strings. Its text is the first of the next batch."""

    elements: tuple[str, ...]
    byte_offset: int


@dataclass(slots=True)
class SegmentBatch:
    """Consecutive segments of one transaction set, ST and SE included.

    Attributes:
        texts: Each segment's text without terminator and line breaks; never empty texts.
        first_position: Position of the first in its set, ST being 1.
        offsets: Where each starts in the file; see `byte_offset`.
    """

    texts: list[str]
    first_position: int
    offsets: OffsetsOf

    def byte_offset(self, index: int) -> int:
        """Return the offset in the file of the segment at an index; worked out on demand."""
        return self.offsets.of(index)


class OffsetsOf:
    """Where the segments of a batch start in the file; concrete readers know how to work it out cheaply."""

    def of(self, index: int) -> int:
        """Return the byte offset of the segment at an index of the batch."""
        raise LookupError(index)


@dataclass(frozen=True, slots=True)
class SetEnd:
    """SE was read, or the set ended without it (`elements` empty).

    Attributes:
        elements: SE00 to SE02 as sent.
        segments: Number of segments read from ST to SE.
    """

    elements: tuple[str, ...]
    segments: int


Event: TypeAlias = (
    InterchangeStart
    | InterchangeEnd
    | InterchangeAcknowledged
    | GroupStart
    | GroupEnd
    | SetStart
    | SegmentBatch
    | SetEnd
    | Finding
)
