"""A file cut into parts that are files of their own, nothing lost and nothing twice but headers.

Sets are copied as they stand; only a set whose claims go to several parts is written anew, piece by piece. A file whose
envelope is broken is told and not cut, except by interchange: interchanges are copied byte by byte. Memory grows with
the parts that are open at once, not with the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

from hpedi.conversion.parts import CLAIM_STARTS, OpenPart, PartSummary, PartText, Renumbering
from hpedi.conversion.scan import LooseText
from hpedi.conversion.split_claims import ClaimSet
from hpedi.conversion.split_keys import NO_KEY, PartKey, key_in, shown_key
from hpedi.conversion.units import SegmentAt, UnitEnd, UnitEvent, UnitKind, UnitStart
from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where

SplitEvent: TypeAlias = PartText | PartSummary | Finding
"""Text of a part; a part that ended; the finding at which it is given up."""

BROKEN_ENVELOPE: Final = frozenset(
    {
        *("not-x12", "isa-malformed", "text-outside-interchange", "limit-exceeded", "delimiters-not-distinct"),
        *("interchange-cut-off", "interchange-structure", "segment-outside-set", "set-trailer-missing"),
        *("group-trailer-missing", "segment-count", "set-count", "group-count"),
        *("set-control-number", "group-control-number", "interchange-control-number"),
    }
)
"""Findings of the reader with which a file is cut by interchange only: what is missing would not show in the parts."""

MOST_OPEN: Final = 5_000
"""Parts open at once: further payers or providers of one interchange are refused."""

_HEADER_HELD: Final = 2_000
_CLAIM_SET: Final = "837"


class SplitBy(StrEnum):
    """What a part is."""

    INTERCHANGE = "interchange"
    GROUP = "group"
    SET = "set"
    CLAIM = "claim"
    PAYER = "payer"
    RECEIVER = "receiver"
    BILLING_PROVIDER = "billing-provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Splitting:
    """How to cut a file.

    Attributes:
        by: What a part is.
        claims: The most claims of a part, by claim.
        first_control_number: ISA13 and GS06 of the first part, each further one the next; None keeps those of the file.
    """

    by: SplitBy
    claims: int = 1
    first_control_number: int | None = None


def split(events: Iterable[UnitEvent], splitting: Splitting, *, file: str | None = None) -> Iterator[SplitEvent]:
    """Cut a file.

    Args:
        events: What `hpedi.conversion.units.units` yields; no guide is needed.
        splitting: How.
        file: Our identifier of the file.

    Yields:
        Text of parts, in any order of the parts, and each part's summary when it ends; after a finding no more.

    Findings:
        claims-not-found, hl-parent, limit-exceeded.
    """
    cutter: _Interchanges | _Sets = _Sets(splitting, Where(file=file))
    if splitting.by is SplitBy.INTERCHANGE:
        cutter = _Interchanges()
    for event in events:
        for told in cutter.take(event):
            yield told
            if isinstance(told, Finding):
                return
    yield from cutter.close()


class _Interchanges:
    """Parts that are interchanges, byte by byte; text between them is a part of its own."""

    def __init__(self) -> None:
        self._parts = 0
        self._open: PartSummary | None = None
        self._is_loose = False

    def take(self, event: UnitEvent) -> Iterator[SplitEvent]:
        if isinstance(event, UnitStart):
            yield from self._start(event)
        elif isinstance(event, UnitEnd):
            if event.kind is UnitKind.INTERCHANGE:
                yield from self.close()
        elif isinstance(event, LooseText):
            yield from self._loose(event.text)
        elif self._open is not None:
            self._open.segments += event.position is not None
            self._open.claims += event.position is not None and event.text[:3] in CLAIM_STARTS
            yield PartText(self._open.part, event.text + event.end)

    def _start(self, unit: UnitStart) -> Iterator[SplitEvent]:
        if unit.kind is UnitKind.INTERCHANGE:
            yield from self.close()
            self._open_part(unit.id)
        elif self._open is not None:
            self._open.groups += unit.kind is UnitKind.GROUP
            self._open.sets += unit.kind is UnitKind.SET

    def _loose(self, text: str) -> Iterator[SplitEvent]:
        if self._open is None and not text.removeprefix("\xef\xbb\xbf").strip():
            return
        part = self._open or self._open_part("")
        yield PartText(part.part, text)

    def _open_part(self, control_number: str) -> PartSummary:
        self._parts += 1
        self._open = PartSummary(part=self._parts, interchange=control_number)
        return self._open

    def close(self) -> Iterator[SplitEvent]:
        """End the part that is open."""
        if self._open is not None:
            yield self._open
        self._open = None


class _Sets:
    """Parts that hold groups, sets or pieces of sets."""

    def __init__(self, splitting: Splitting, where: Where) -> None:
        self._splitting = splitting
        self._where = where
        self._renumbering = Renumbering(splitting.first_control_number)
        self._parts: dict[PartKey, OpenPart] = {}
        self._made = 0
        self._interchange: UnitStart | None = None
        self._group: UnitStart | None = None
        self._pending: list[str] = []
        self._set: _WholeSet | _ClaimPieces | None = None

    def take(self, event: UnitEvent) -> Iterator[SplitEvent]:
        if isinstance(event, SegmentAt):
            yield from self._segment(event)
        elif isinstance(event, UnitStart):
            self._start(event)
        elif isinstance(event, UnitEnd):
            yield from self._end(event)

    def close(self) -> Iterator[SplitEvent]:
        """Have nothing left at the end of the file."""
        yield from ()

    def _start(self, unit: UnitStart) -> None:
        if unit.kind is UnitKind.INTERCHANGE:
            self._interchange = unit
        elif unit.kind is UnitKind.GROUP:
            self._group = unit
        elif self._is_cut(unit):
            self._set = _ClaimPieces(unit, self._splitting, self)
        else:
            self._set = _WholeSet(unit, self._splitting.by, self)

    def _is_cut(self, unit: UnitStart) -> bool:
        """Say whether the claims of a set may go to several parts."""
        by = self._splitting.by
        by_claims = by in (SplitBy.PAYER, SplitBy.BILLING_PROVIDER) and unit.elements[1] == _CLAIM_SET
        return by is SplitBy.CLAIM or by_claims

    def _segment(self, segment: SegmentAt) -> Iterator[SplitEvent]:
        if self._set is not None and segment.position is not None:
            for told in self._set.take(segment):
                where = self._place(segment)
                yield replace(told, where=where) if isinstance(told, Finding) else told
        elif segment.text.startswith("TA1"):
            self._pending.append(segment.text)

    def _place(self, segment: SegmentAt) -> Where:
        interchange = None if self._interchange is None else self._interchange.id
        group = None if self._group is None else self._group.id
        return replace(self._where, interchange=interchange, group=group, segment=segment.position)

    def _end(self, event: UnitEnd) -> Iterator[SplitEvent]:
        if event.kind is UnitKind.SET:
            self._set = None
        elif event.kind is UnitKind.GROUP:
            for part in self._parts.values():
                yield from part.texts(part.close_group())
            yield from self.end_parts() if self._splitting.by is SplitBy.GROUP else ()
        elif event.kind is UnitKind.INTERCHANGE:
            if self._pending:
                yield from self.part_for(NO_KEY)[1]
            yield from self.end_parts()

    def part_for(self, key: PartKey) -> tuple[OpenPart, list[PartText]]:
        """Return the part of a key, opened if need be, with what opening it writes."""
        if key in self._parts:
            return self._parts[key], []
        if self._interchange is None:
            raise TypeError("a part stands in an interchange")
        self._made += 1
        part = self._parts[key] = OpenPart(self._made, self._interchange, self._renumbering, key=key.shown)
        text = part.header() + "".join(map(part.segment, self._pending))
        self._pending = []
        return part, list(part.texts(text))

    @property
    def is_full(self) -> bool:
        """Say whether no further part may be open."""
        return len(self._parts) >= MOST_OPEN

    def open_set(self, part: OpenPart, opened: UnitStart, text: str) -> str:
        """Open a set in a part, and its group if need be."""
        group = self._group
        before = part.open_group(group) if group is not None and part.group is not group else ""
        return before + part.open_set(opened, text)

    def end_parts(self) -> Iterator[SplitEvent]:
        """End the parts that are open."""
        for part in self._parts.values():
            yield from part.texts(part.close())
            yield part.summary
        self._parts = {}

    def receiver(self) -> PartKey:
        """Return GS03 as key."""
        return shown_key(self._group.elements[3]) if self._group is not None else NO_KEY


class _WholeSet:
    """A set that goes to one part as it stands, held back until it is known to which."""

    def __init__(self, opened: UnitStart, by: SplitBy, sets: _Sets) -> None:
        self._opened = opened
        self._by = by
        self._sets = sets
        self._held: list[str] = []
        self._part: OpenPart | None = None

    def take(self, segment: SegmentAt) -> Iterator[SplitEvent]:
        is_last = segment.text.partition(self._opened.delimiters.element)[0] == "SE"
        if self._part is not None:
            yield from self._write(self._part, segment.text, is_last=is_last)
            return
        held = self._held
        held.append(segment.text)
        key = self._key(segment.text)
        if key is None and not is_last and len(held) < _HEADER_HELD:
            return
        if self._sets.is_full:
            yield _too_many()
            return
        self._part, opening = self._sets.part_for(key or NO_KEY)
        yield from opening
        yield from self._part.texts(self._sets.open_set(self._part, self._opened, held[0]))
        for text in held[1:]:
            yield from self._write(self._part, text, is_last=is_last and text is segment.text)
        self._held = []

    def _write(self, part: OpenPart, text: str, *, is_last: bool) -> Iterator[SplitEvent]:
        if not is_last:
            yield from part.texts(part.segment(text))
            return
        yield from part.texts(part.close_set())
        if self._by is SplitBy.SET:
            yield from self._sets.end_parts()

    def _key(self, text: str) -> PartKey | None:
        if self._by in (SplitBy.GROUP, SplitBy.SET):
            return NO_KEY
        separator = self._opened.delimiters.element
        if self._by is SplitBy.RECEIVER and self._opened.elements[1] != _CLAIM_SET:
            return self._sets.receiver()
        return key_in((text,), self._by, separator)


class _ClaimPieces:
    """A set whose claims go to several parts."""

    def __init__(self, opened: UnitStart, splitting: Splitting, sets: _Sets) -> None:
        self._opened = opened
        self._splitting = splitting
        self._sets = sets
        self._separator = opened.delimiters.element
        self._claims = ClaimSet(self._separator)
        self._start = ""
        self._part: OpenPart | None = None
        self._parts: dict[int, OpenPart] = {}
        self._is_in_claim = False
        self._takers: dict[str, Callable[[str], Iterator[SplitEvent]]] = {
            "ST": self._begin,
            "HL": self._level,
            "CLM": self._claim,
            "SE": self._finish,
        }

    def take(self, segment: SegmentAt) -> Iterator[SplitEvent]:
        segment_id = segment.text.partition(self._separator)[0]
        yield from self._takers.get(segment_id, self._other)(segment.text)
        if self._claims.is_unconnected:
            yield found("hl-parent", Where())
        elif self._claims.is_lost:
            yield found("claims-not-found", Where())
        elif self._claims.is_too_long:
            yield found("limit-exceeded", Where(), "More segments stand together than can be held. Split it by set.")

    def _begin(self, text: str) -> Iterator[SplitEvent]:
        self._start = text
        yield from ()

    def _level(self, text: str) -> Iterator[SplitEvent]:
        self._is_in_claim = False
        self._claims.open_level(text)
        yield from ()

    def _claim(self, text: str) -> Iterator[SplitEvent]:
        self._is_in_claim = True
        if not self._claims.levels:
            self._claims.is_lost = True
            return
        if self._splitting.by is SplitBy.CLAIM:
            yield from self._end_full_part()
        elif self._sets.is_full:
            yield _too_many()
            return
        part, opening = self._sets.part_for(self._key())
        yield from opening
        self._part = part
        if part.summary.part not in self._parts:
            self._parts[part.summary.part] = part
            yield from part.texts(self._sets.open_set(part, self._opened, self._start))
        yield from part.texts("".join(self._claims.open_claim(part)) + self._claims.claim_segment(part, text))

    def _end_full_part(self) -> Iterator[SplitEvent]:
        part = self._part
        if part is not None and self._claims.claims_in(part) >= self._splitting.claims:
            yield from self._end_pieces()
            yield from self._sets.end_parts()

    def _key(self) -> PartKey:
        if self._splitting.by is SplitBy.CLAIM:
            return NO_KEY
        for level in reversed(self._claims.levels):
            key = key_in(level.texts, self._splitting.by, self._separator)
            if key is not None:
                return key
        return NO_KEY

    def _other(self, text: str) -> Iterator[SplitEvent]:
        if self._is_in_claim and self._part is not None:
            yield from self._part.texts(self._claims.claim_segment(self._part, text))
        else:
            self._claims.add(text)

    def _finish(self, _text: str) -> Iterator[SplitEvent]:
        self._claims.is_lost = self._claims.is_lost or not self._parts
        self._claims.close()
        yield from self._end_pieces()
        if self._splitting.by is SplitBy.CLAIM:
            yield from self._sets.end_parts()

    def _end_pieces(self) -> Iterator[SplitEvent]:
        for part in self._parts.values():
            yield from part.texts(self._claims.end_piece(part))
        self._parts, self._part = {}, None


def _too_many() -> Finding:
    told = f"The interchange has more than {MOST_OPEN} of them. Split it by set or claim first."
    return found("limit-exceeded", Where(), told)
