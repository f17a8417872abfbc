"""Segments and envelopes to bytes.

Control numbers and instants are handed in, counts are computed, empty elements at the end are left out. A value that
holds a delimiter or a character outside the X12 sets is refused with `ValueError`, which never shows the value; nothing
is cut or replaced to fit. Does not know any guide. Source: TR3 appendix B.1.1 and C.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

from hpedi.x12.characters import DATA, can_delimit
from hpedi.x12.events import Delimiters
from hpedi.x12.isa import WIDTHS
from hpedi.x12.segment import ElementValue, SegmentValues

VERSION: Final = "00501"
"""ISA12."""

DELIMITERS: Final = Delimiters()
"""What we write where a partner asks for nothing else."""

_CONTROL_IDS: Final = frozenset(("ISA", "IEA", "GS", "GE", "ST", "SE", "TA1"))
_is_segment_id: Final = lru_cache(maxsize=512)(re.compile("[A-Z][A-Z0-9]{1,2}").fullmatch)
_SET_CONTROL_NUMBER: Final = re.compile("[0-9A-Za-z]{4,9}")
_LARGEST_CONTROL_NUMBER: Final = 999_999_999
_REPETITION_ELEMENT: Final = 11
_LINE_BREAKS: Final = frozenset("\r\n")  # may end segments, nothing else


@dataclass(frozen=True, slots=True)
class InterchangeParty:
    """Sender or receiver of an interchange."""

    qualifier: str  # ISA05, ISA07
    id: str  # ISA06, ISA08


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionSet:
    """A transaction set to be written.

    Attributes:
        id: ST01.
        control_number: ST02 and SE02.
        version: ST03; empty where the guide does not use it, as in the 835.
        segments: What stands between ST and SE, in order; any iterable, consumed once.
    """

    id: str
    control_number: str
    version: str = ""
    segments: Iterable[SegmentValues]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionalGroup:
    """A functional group to be written.

    Attributes:
        functional_id: GS01.
        sender: GS02.
        receiver: GS03.
        instant: GS04 and GS05, to the minute, in local time.
        control_number: GS06 and GE02.
        version: GS08.
        sets: Its transaction sets; any iterable, consumed once.
    """

    functional_id: str
    sender: str
    receiver: str
    instant: datetime
    control_number: int
    version: str
    sets: Iterable[TransactionSet]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interchange:
    """An interchange to be written.

    Attributes:
        sender: ISA05 and ISA06.
        receiver: ISA07 and ISA08.
        instant: ISA09 and ISA10, in local time.
        control_number: ISA13 and IEA02.
        usage: ISA15, P or T.
        ack_requested: ISA14.
        groups: Its functional groups; any iterable, consumed once.
        ta1: TA1 segments, written before the groups.
    """

    sender: InterchangeParty
    receiver: InterchangeParty
    instant: datetime
    control_number: int
    usage: str
    ack_requested: bool = False
    groups: Iterable[FunctionalGroup] = ()
    ta1: Iterable[SegmentValues] = field(default=())


def write_x12(interchange: Interchange, delimiters: Delimiters = DELIMITERS, *, line_breaks: bool = False) -> bytes:
    """Write an interchange as bytes.

    Args:
        interchange: What to write.
        delimiters: Any four different characters that are legal as delimiters.
        line_breaks: Whether a line feed follows each terminator.

    Raises:
        ValueError: A value, control number or delimiter that X12 cannot carry: a bug of the caller.
    """
    return b"".join(stream_x12(interchange, delimiters, line_breaks=line_breaks))


def stream_x12(
    interchange: Interchange, delimiters: Delimiters = DELIMITERS, *, line_breaks: bool = False
) -> Iterator[bytes]:
    """Write an interchange set by set, for more sets than memory should hold; otherwise as `write_x12`.

    Raises:
        ValueError: See `write_x12`. What was yielded before is no whole interchange and must not be delivered.
    """
    end = delimiters.segment + ("\n" if line_breaks and delimiters.segment != "\n" else "")
    write_segment = segment_writer(delimiters)
    control = str(_control_number(interchange.control_number)).zfill(WIDTHS[13])

    def encoded(texts: Iterable[str]) -> bytes:
        return end.join([*texts, ""]).encode("latin-1")

    yield encoded([_isa_text(interchange, control, delimiters)])
    yield encoded(map(write_segment, interchange.ta1))
    groups = 0
    for group in interchange.groups:
        groups += 1
        sets = 0
        number = str(_control_number(group.control_number))
        yield encoded([write_segment(_group_header(group, number))])
        for transaction_set in group.sets:
            sets += 1
            yield encoded(_set_texts(transaction_set, write_segment))
        yield encoded([write_segment(("GE", str(sets), number))])
    yield encoded([write_segment(("IEA", str(groups), control))])


@lru_cache(maxsize=64)
def are_writable(delimiters: Delimiters) -> bool:
    """Say whether delimiters are four different characters that X12 allows; only segments may end with a line break."""
    inner = (delimiters.element, delimiters.component, delimiters.repetition)
    used = (*inner, delimiters.segment)
    return len(set(used)) == len(used) and all(map(can_delimit, used)) and _LINE_BREAKS.isdisjoint(inner)


def segment_writer(delimiters: Delimiters) -> Callable[[SegmentValues], str]:
    """Make the function that writes one segment's values as text, without terminator.

    Raises:
        ValueError: The delimiters are not four different characters legal as delimiters. The function made raises it
            for values that X12 cannot carry, and for a segment without any data.
    """
    if not are_writable(delimiters):
        raise ValueError("the delimiters must be four different characters, none a letter, digit or blank")
    used = (delimiters.element, delimiters.component, delimiters.repetition, delimiters.segment)
    allowed = "".join(sorted(DATA.difference(used)))
    is_data = re.compile(f"[{re.escape(allowed)}]*").fullmatch

    def joined(value: ElementValue, segment_id: str, element: int) -> str:
        if isinstance(value, list):
            repetitions = [joined(repetition, segment_id, element) for repetition in value]
            return delimiters.repetition.join(repetitions).rstrip(delimiters.repetition)
        whole = value if isinstance(value, str) else "".join(value)
        if is_data(whole) is None:
            raise ValueError(f"{segment_id}{element:02} has a delimiter or a character that X12 data may not hold")
        return whole if whole is value else delimiters.component.join(value).rstrip(delimiters.component)

    def write_segment(values: SegmentValues) -> str:
        segment_id = values[0]
        if not isinstance(segment_id, str) or not _is_segment_id(segment_id):
            raise ValueError("a segment id is two or three letters and digits")
        whole = _together(values)
        if whole is None or is_data(whole) is None:  # else all are right at once
            values = [segment_id, *(joined(values[at], segment_id, at) for at in range(1, len(values)))]
        text = delimiters.element.join(values).rstrip(delimiters.element)  # type: ignore[arg-type]  # all are text now
        if text == segment_id:
            raise ValueError(f"{segment_id} has no data")
        return text

    return write_segment


def _together(values: SegmentValues) -> str | None:
    """Return the values of a segment in one; None where one is a composite. Asking each for its type takes longer."""
    try:
        return "".join(values)  # type: ignore[arg-type]  # what is no text raises
    except TypeError:
        return None


def _set_texts(transaction_set: TransactionSet, write_segment: Callable[[SegmentValues], str]) -> Iterator[str]:
    number = transaction_set.control_number
    if not _SET_CONTROL_NUMBER.fullmatch(number):
        raise ValueError("a set control number is four to nine letters and digits")
    yield write_segment(("ST", transaction_set.id, number, transaction_set.version))
    segments = 2
    for values in transaction_set.segments:
        if values[0] in _CONTROL_IDS:
            raise ValueError("a transaction set holds no control segments")
        segments += 1
        yield write_segment(values)
    yield write_segment(("SE", str(segments), number))


def _group_header(group: FunctionalGroup, control_number: str) -> tuple[str, ...]:
    sent = (f"{group.instant:%Y%m%d}", f"{group.instant:%H%M}", control_number, "X", group.version)
    return ("GS", group.functional_id, group.sender, group.receiver, *sent)


def _isa_text(interchange: Interchange, control_number: str, delimiters: Delimiters) -> str:
    """Write ISA at its fixed widths; ISA11 and ISA16 are delimiters and no data."""
    blank = " " * WIDTHS[2]
    sender, receiver, instant = interchange.sender, interchange.receiver, interchange.instant
    values = [
        *("ISA", "00", blank, "00", blank),
        *(sender.qualifier, sender.id.ljust(WIDTHS[6]), receiver.qualifier, receiver.id.ljust(WIDTHS[8])),
        *(f"{instant:%y%m%d}", f"{instant:%H%M}", "", VERSION, control_number),
        *(str(int(interchange.ack_requested)), interchange.usage),
    ]
    for position, (value, width) in enumerate(zip(values, WIDTHS[:-1], strict=True)):
        if position != _REPETITION_ELEMENT and len(value) != width:
            raise ValueError(f"ISA{position:02} must be {width} characters")
    text = segment_writer(delimiters)(values)
    before_repetition = sum(WIDTHS[:_REPETITION_ELEMENT]) + _REPETITION_ELEMENT
    with_repetition = text[:before_repetition] + delimiters.repetition + text[before_repetition:]
    return with_repetition + delimiters.element + delimiters.component


def _control_number(number: int) -> int:
    if not 0 < number <= _LARGEST_CONTROL_NUMBER:
        raise ValueError("a control number is a whole number of one to nine digits")
    return number
