"""The envelope of one interchange: which group and set is open, what was counted, what is wrong with it.

Fed with stretches of segments, it tells events in order and always closes what it opened. It does not look into the
segments of a set, and knows no transaction set. Source: TR3 appendix C.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from hpedi.finding_kinds import FINDING_KINDS, found
from hpedi.findings import Finding, Where
from hpedi.x12.control_checks import (
    ACKNOWLEDGMENT_ELEMENTS,
    GROUP_ELEMENTS,
    check_acknowledgment,
    check_group_header,
    check_set_header,
    check_trailer,
)
from hpedi.x12.events import (
    Event,
    GroupEnd,
    GroupStart,
    InterchangeAcknowledged,
    OffsetsOf,
    SegmentBatch,
    SetEnd,
    SetStart,
)
from hpedi.x12.isa import Header
from hpedi.x12.limits import Limits
from hpedi.x12.stretch import PREFIX, LaterOffsets, Stretch

_CONTROL_IDS: Final = ("GS", "GE", "ST", "SE", "IEA", "TA1")
_SET_ELEMENTS: Final = 3
_TRAILER_ELEMENTS: Final = 2


@dataclass(slots=True)
class _OpenGroup:
    elements: tuple[str, ...]
    sets: int
    set_control_numbers: set[str]


@dataclass(slots=True)
class _OpenSet:
    elements: tuple[str, ...]
    segments: int


class Envelope:
    """One interchange from its ISA on.

    Attributes:
        where: The place of the interchange: file and ISA13.
        trailer: IEA00 to IEA02 as sent, once read.
        is_refused: A limit was exceeded: no more of this interchange is to be read.
    """

    def __init__(self, header: Header, limits: Limits, where: Where) -> None:
        """Open an interchange.

        Args:
            header: Its ISA.
            limits: Those in force.
            where: Its place: file and interchange.
        """
        self.where = where
        self.trailer: tuple[str, ...] = ()
        self.is_refused = False
        self._control_number = header.elements[13]
        self._delimiters = header.delimiters
        self._limits = limits
        self._group: _OpenGroup | None = None
        self._set: _OpenSet | None = None
        self._groups = 0
        self._sets = 0
        self._acknowledgments = 0
        self._findings = 0
        self._group_control_numbers: set[str] = set()
        self._empty_segments = 0
        self._was_told_outside = False
        separator = header.delimiters.element
        whole_ids = {each: each for each in _CONTROL_IDS}
        self._ids = whole_ids | {(each + separator)[:PREFIX]: each for each in _CONTROL_IDS}
        self._readers: dict[str, Callable[[str, int], Iterator[Event]]] = {
            "GS": self._start_group,
            "GE": self._end_group,
            "ST": self._start_set,
            "SE": self._stray,
            "IEA": self._end_interchange,
            "TA1": self._acknowledgment,
        }

    @property
    def tells_empty_segments(self) -> bool:
        """Say whether places of empty segments are still told."""
        return self._empty_segments <= self._limits.empty_segments_told

    def read(self, stretch: Stretch) -> Iterator[Event]:
        """Tell what consecutive segments of the interchange bring.

        Findings:
            limit-exceeded, interchange-structure, segment-outside-set, set-trailer-missing, group-trailer-missing,
            group-control-number-repeated, set-control-number-repeated, empty-segment, and those of `control_checks`.
        """
        texts, offsets = stretch.texts, stretch.offsets
        too_big = self._first_too_big(texts)
        readable = texts if too_big is None else texts[:too_big]
        ids = self._ids
        done = 0
        has_controls = not ids.keys().isdisjoint(stretch.prefixes)
        controls = [i for i, text in enumerate(readable) if text[:PREFIX] in ids] if has_controls else []
        for index in controls:
            segment_id = self._control_id(texts[index])
            if not segment_id:
                continue
            ends_set = segment_id == "SE" and self._set is not None
            yield from self._plain(readable, offsets, done, index + ends_set)
            if not self.is_refused:
                read_control = self._end_set if ends_set else self._readers[segment_id]
                yield from read_control(texts[index], offsets.of(index))
            if self.is_refused:
                return
            starts_set = segment_id == "ST" and self._set is not None
            done = index if starts_set else index + 1
        yield from self._plain(readable, offsets, done, len(readable))
        if too_big is not None and not self.is_refused:
            yield from self.refuse(offsets.of(too_big), "The segment is longer or has more parts than the limit.")
        if stretch.empty_at is not None and not self.is_refused:
            yield from self._empty_segment(stretch.empty_at)

    def close(self, offset: int) -> Iterator[Event]:
        """Close what is open, the interchange having ended without IEA.

        Args:
            offset: Where it ended.

        Findings:
            set-trailer-missing, group-trailer-missing, interchange-cut-off.
        """
        yield from self._close_set(offset)
        yield from self._close_group(offset)
        yield from self.tell("interchange-cut-off", self._at("", offset))

    def refuse(self, offset: int, message: str) -> Iterator[Event]:
        """Give the interchange up: close what is open without judging it.

        Findings:
            limit-exceeded.
        """
        self.is_refused = True
        yield found("limit-exceeded", self._at("", offset), f"{message} Split the file or the segment.")
        if self._set is not None:
            yield SetEnd((), self._set.segments)
        if self._group is not None:
            yield GroupEnd((), self._group.sets)
        self._set = self._group = None

    def tell(self, code: str, where: Where, message: str = "") -> Iterator[Event]:
        """Tell a finding about the envelope; too many refuse the interchange."""
        yield from self._tell_all((found(code, where, message),))

    def _tell_all(self, findings: Iterable[Finding]) -> Iterator[Event]:
        for finding in findings:
            if self.is_refused:
                return
            self._findings += 1
            yield finding
            if self._findings > self._limits.envelope_findings:
                offset = finding.where.byte_offset or 0
                yield from self.refuse(offset, "The envelope has more findings than the limit.")

    def _at(self, segment_id: str, offset: int) -> Where:
        group, opened = self._group, self._set
        return replace(
            self.where,
            group=group.elements[6] if group else None,
            transaction_set=opened.elements[2] if opened else None,
            segment=opened.segments if opened else None,
            segment_id=segment_id or None,
            byte_offset=offset,
        )

    def _first_too_big(self, texts: list[str]) -> int | None:
        limits = self._limits
        harmless = min(limits.segment_bytes, limits.elements, limits.repetitions, limits.components)
        if max(map(len, texts), default=0) <= harmless:
            return None
        suspects = (index for index, text in enumerate(texts) if len(text) > harmless)
        return next((index for index in suspects if self._is_too_big(texts[index])), None)

    def _is_too_big(self, text: str) -> bool:
        limits, delimiters = self._limits, self._delimiters
        return (
            len(text) > limits.segment_bytes
            or text.count(delimiters.element) > limits.elements
            or text.count(delimiters.component) >= limits.components
            or (delimiters.repetition != "" and text.count(delimiters.repetition) >= limits.repetitions)
        )

    def _control_id(self, text: str) -> str:
        segment_id = self._ids[text[:PREFIX]]
        if text[len(segment_id) : len(segment_id) + 1] not in ("", self._delimiters.element):
            return ""
        return "" if segment_id == "TA1" and self._set is not None else segment_id

    def _elements(self, text: str, least: int) -> tuple[str, ...]:
        elements = tuple(text.split(self._delimiters.element))
        return elements + ("",) * (least + 1 - len(elements))

    def _plain(self, texts: list[str], offsets: OffsetsOf, start: int, end: int) -> Iterator[Event]:
        if start == end:
            return
        if self._set is None:
            yield from self._outside("segment-outside-set", "", offsets.of(start))
            return
        room = self._limits.segments_in_set - self._set.segments
        taken = min(end, start + room)
        first_position = self._set.segments + 1
        self._set.segments += taken - start
        if taken - start == len(texts):
            yield SegmentBatch(texts, first_position, offsets)
        elif taken > start:
            yield SegmentBatch(texts[start:taken], first_position, LaterOffsets(offsets, start))
        if taken < end:
            yield from self.refuse(offsets.of(taken), "The transaction set has more segments than the limit.")

    def _outside(self, code: str, segment_id: str, offset: int) -> Iterator[Event]:
        """Tell the first of a run of segments that are not read because of where they stand."""
        if not self._was_told_outside:
            self._was_told_outside = True
            told = f"{FINDING_KINDS[code].title}. It is not read, nor what follows it in the same wrong place."
            yield from self.tell(code, self._at(segment_id, offset), told)

    def _stray(self, text: str, offset: int) -> Iterator[Event]:
        yield from self._outside("interchange-structure", self._control_id(text), offset)

    def _empty_segment(self, offset: int) -> Iterator[Event]:
        if not self.tells_empty_segments:
            return
        self._empty_segments += 1
        last = "" if self.tells_empty_segments else "Further empty segments of this interchange are not listed."
        yield found("empty-segment", self._at("", offset), last)

    def _acknowledgment(self, text: str, offset: int) -> Iterator[Event]:
        if self._group is not None:
            yield from self._stray(text, offset)
            return
        self._acknowledgments += 1
        if self._acknowledgments > self._limits.groups_in_interchange:
            yield from self.refuse(offset, "The interchange has more TA1 segments than the limit.")
            return
        self._was_told_outside = False
        sent = self._elements(text, ACKNOWLEDGMENT_ELEMENTS)
        yield InterchangeAcknowledged(sent)
        yield from self._tell_all(check_acknowledgment(sent, lambda: self._at("TA1", offset)))

    def _start_group(self, text: str, offset: int) -> Iterator[Event]:
        yield from self._close_set(offset)
        yield from self._close_group(offset)
        if self._groups == self._limits.groups_in_interchange:
            yield from self.refuse(offset, "The interchange has more groups than the limit.")
        if self.is_refused:
            return
        self._groups += 1
        self._was_told_outside = False
        group = self._group = _OpenGroup(self._elements(text, GROUP_ELEMENTS), 0, set())
        yield GroupStart(group.elements, offset)
        yield from self._tell_all(check_group_header(group.elements, lambda: self._at("GS", offset)))
        if group.elements[6] in self._group_control_numbers:
            yield from self.tell("group-control-number-repeated", replace(self._at("GS", offset), element=6))
        self._group_control_numbers.add(group.elements[6])

    def _end_group(self, text: str, offset: int) -> Iterator[Event]:
        if self._group is None:
            yield from self._stray(text, offset)
            return
        yield from self._close_set(offset)
        self._was_told_outside = False
        group = self._group
        sent = self._elements(text, _TRAILER_ELEMENTS)
        yield from self._tell_all(check_trailer(sent, group.sets, group.elements[6], lambda: self._at("GE", offset)))
        if not self.is_refused:
            yield GroupEnd(sent, group.sets)
            self._group = None

    def _start_set(self, text: str, offset: int) -> Iterator[Event]:
        yield from self._close_set(offset)
        group = self._group
        if group is None:
            yield from self._stray(text, offset)
            return
        if self._sets == self._limits.sets_in_interchange:
            yield from self.refuse(offset, "The interchange has more transaction sets than the limit.")
        if self.is_refused:
            return
        self._sets += 1
        group.sets += 1
        self._was_told_outside = False
        elements = self._elements(text, _SET_ELEMENTS)
        self._set = _OpenSet(elements, 0)
        yield SetStart(elements, offset)

        def where() -> Where:
            return replace(self._at("ST", offset), segment=1)

        yield from self._tell_all(check_set_header(elements, group.elements[8], where))
        if elements[2] in group.set_control_numbers:
            yield from self.tell("set-control-number-repeated", replace(where(), element=2))
        group.set_control_numbers.add(elements[2])

    def _end_set(self, text: str, offset: int) -> Iterator[Event]:
        opened = self._set
        if opened is None:
            return
        sent = self._elements(text, _TRAILER_ELEMENTS)
        number = opened.elements[2]
        yield from self._tell_all(check_trailer(sent, opened.segments, number, lambda: self._at("SE", offset)))
        if not self.is_refused:
            yield SetEnd(sent, opened.segments)
            self._set = None

    def _end_interchange(self, text: str, offset: int) -> Iterator[Event]:
        yield from self._close_set(offset)
        yield from self._close_group(offset)
        self.trailer = self._elements(text, _TRAILER_ELEMENTS)
        yield from self._tell_all(
            check_trailer(self.trailer, self._groups, self._control_number, lambda: self._at("IEA", offset))
        )

    def _close_set(self, offset: int) -> Iterator[Event]:
        if self._set is not None:
            yield from self.tell("set-trailer-missing", self._at("", offset))
        if self._set is not None:
            yield SetEnd((), self._set.segments)
            self._set = None

    def _close_group(self, offset: int) -> Iterator[Event]:
        if self._group is not None:
            yield from self.tell("group-trailer-missing", self._at("", offset))
        if self._group is not None:
            yield GroupEnd((), self._group.sets)
            self._group = None
