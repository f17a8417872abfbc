"""Events of the reader as short lines, and the bytes of a file that no event accounts for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hpedi.findings import Finding
from hpedi.x12.events import (
    Event,
    GroupEnd,
    GroupStart,
    InterchangeAcknowledged,
    InterchangeEnd,
    InterchangeStart,
    SegmentBatch,
    SetEnd,
    SetStart,
)
from hpedi.x12.reader import read_x12

UNREAD_FROM_HERE = frozenset(
    {
        "not-x12",
        "isa-malformed",
        "isa-segment-terminator",
        "text-outside-interchange",
        "segment-outside-set",
        "interchange-structure",
        "limit-exceeded",
        "delimiters-not-distinct",
        "isa-component-separator",
    }
)
"""Kinds of finding that say: what stands here is not read."""


def told(events: Iterable[Event]) -> list[str]:
    """Say events in lines, the segments of a set one a line, however they were batched; findings as `code @offset`."""
    return [line for event in events for line in _lines(event)]


def read_told(data: bytes, **options: int) -> list[str]:
    """Read bytes whole and say the events in lines."""
    return told(read_x12([data], **options))


def codes(events: Iterable[Event]) -> list[str]:
    """Return the codes of the findings among events."""
    return [event.code for event in events if isinstance(event, Finding)]


def findings(data: bytes) -> list[Finding]:
    """Read bytes whole and return the findings."""
    return [event for event in read_x12([data], file="in.x12") if isinstance(event, Finding)]


_LINE = {
    InterchangeStart: lambda event: f"ISA {event.control_number} @{event.byte_offset}",
    InterchangeEnd: lambda event: f"IEA {event.elements[1:]} {event.digest[:8]} ..{event.end_offset}",
    InterchangeAcknowledged: lambda event: f"TA1 {event.elements[1:]}",
    GroupStart: lambda event: f"GS {event.elements[1]} {event.elements[6]} @{event.byte_offset}",
    GroupEnd: lambda event: f"GE {event.elements[1:]} of {event.sets_received}",
    SetStart: lambda event: f"ST {event.elements[1:]} @{event.byte_offset}",
    SetEnd: lambda event: f"SE {event.elements[1:]} of {event.segments}",
    Finding: lambda event: f"{event.code} @{event.where.byte_offset}",
}


def _lines(event: Event) -> Iterable[str]:
    if not isinstance(event, SegmentBatch):
        yield _LINE[type(event)](event)
        return
    for index, text in enumerate(event.texts):
        yield f"{event.first_position + index} {text!r} @{event.byte_offset(index)}"


def unaccounted(data: bytes, events: Iterable[Event]) -> list[int]:
    """Return the offsets of bytes that are in no segment told, are no separator or blank, and follow no finding.

    Trailers carry no offset: each is looked for behind what was told before it.
    """
    text = data.decode("latin-1")
    covered = bytearray(len(text))
    unread: list[int] = []
    separator, terminators = "*", ""
    for event in events:
        match event:
            case InterchangeStart():
                separator, terminators = event.delimiters.element, terminators + event.delimiters.segment
                _cover(covered, event.byte_offset, len(separator.join(event.elements)))
            case GroupStart():
                _cover(covered, event.byte_offset, _length(text, event.byte_offset, event.elements, separator))
            case SegmentBatch():
                for index, segment in enumerate(event.texts):
                    assert text.startswith(segment, event.byte_offset(index))
                    _cover(covered, event.byte_offset(index), len(segment))
            case GroupEnd() | InterchangeEnd() | InterchangeAcknowledged() if event.elements:
                trailer = separator.join(event.elements).rstrip(separator)
                end = event.end_offset if isinstance(event, InterchangeEnd) else len(text)
                starts = re.compile(rf"(?<![^{re.escape(terminators)}\s]){re.escape(trailer)}")
                found = [each.start() for each in starts.finditer(text, covered.rfind(1) + 1, end)]
                start = found[-1 if isinstance(event, InterchangeEnd) else 0]
                _cover(covered, start, _length(text, start, event.elements, separator))
            case Finding() if event.code in UNREAD_FROM_HERE:
                unread += [event.where.byte_offset or 0, covered.rfind(1) + 1]
    return [start for start in _uncovered_pieces(text, covered, terminators) if not _is_told(start, covered, unread)]


def _length(text: str, start: int, elements: tuple[str, ...], separator: str) -> int:
    """Return the length of a segment that was told with empty elements added, or sent with some."""
    sent = text[start:].removeprefix(separator.join(elements).rstrip(separator))
    return len(text) - start - len(sent.lstrip(separator))


def _cover(covered: bytearray, start: int, length: int) -> None:
    assert not any(covered[start : start + length]), "told twice"
    covered[start : start + length] = b"\x01" * length


def _uncovered_pieces(text: str, covered: bytearray, terminators: str) -> Iterable[int]:
    blank = text.startswith("\xef\xbb\xbf") * 3
    for piece in re.finditer(rf"[^{re.escape(terminators)}\r\n\t ]+", text):
        for offset in range(piece.start(), piece.end()):
            if (
                offset >= blank
                and not covered[offset]
                and (offset == 0 or covered[offset - 1] or offset == piece.start())
            ):
                yield offset


def _is_told(start: int, covered: bytearray, unread: list[int]) -> bool:
    """Say whether a finding that nothing is read stands between the last thing told and a place."""
    return any(covered.rfind(1, 0, start) < offset <= start for offset in unread)
