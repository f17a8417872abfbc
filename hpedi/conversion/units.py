"""A scanned file as units that hold each other: interchanges, functional groups, transaction sets, loops by the guide.

Every segment is told once, in its unit, with what ends it; what stands in no segment is told where it stands. Nothing
is judged: a unit whose trailer is missing ends where the next begins. Source: TR3 appendix C.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from hpedi.conversion.scan import HeaderRead, InterchangeOver, LooseText, Scanned, SegmentsRead
from hpedi.findings import Where
from hpedi.guides.load import Guide
from hpedi.guides.nodes import LoopNode, SegmentNode
from hpedi.guides.open_loops import loops_around, still_open
from hpedi.guides.walk import SetWalk
from hpedi.x12.events import Delimiters, OffsetsOf, SegmentBatch
from hpedi.x12.stretch import PREFIX

GuideFor: TypeAlias = Callable[[str, str, str], Guide | None]
"""From GS01, GS08 and ST01 to the guide; None where we have none."""

_SET_ELEMENTS: Final = 3
_GROUP_ELEMENTS: Final = 8
_CONTROL_IDS: Final = ("GS", "GE", "ST", "SE", "IEA")


class UnitKind(StrEnum):
    """What holds segments."""

    INTERCHANGE = "interchange"
    GROUP = "group"
    SET = "set"
    LOOP = "loop"


@dataclass(frozen=True, slots=True, eq=False)
class UnitStart:
    """A unit begins; its first segment follows.

    Attributes:
        kind: Which of them.
        id: Its control number as sent; the id of a loop.
        delimiters: Of the interchange.
        elements: Of ISA, GS or ST with the id first, missing ones empty; none for a loop.
        end: What ends the ISA, for an interchange.
        guide: Of a set that has one.
        loop: Of a loop.
    """

    kind: UnitKind
    id: str
    delimiters: Delimiters
    elements: tuple[str, ...] = ()
    end: str = ""
    guide: Guide | None = None
    loop: LoopNode | None = None


@dataclass(frozen=True, slots=True)
class UnitEnd:
    """The unit opened last ended; `has_trailer` says whether by its own trailer, as a loop always does."""

    kind: UnitKind
    has_trailer: bool = True


@dataclass(slots=True)
class SegmentAt:
    """A segment.

    Attributes:
        text: Without what ends it.
        end: Its terminator with the terminators and blanks that follow.
        position: In its set, ST being 1; None outside a set.
        node: Its place in the guide; None where it has none.
    """

    text: str
    end: str
    position: int | None = None
    node: SegmentNode | None = None


UnitEvent: TypeAlias = UnitStart | UnitEnd | SegmentAt | LooseText


def units(scanned: Iterable[Scanned], guide_for: GuideFor = lambda *_: None) -> Iterator[UnitEvent]:
    """Tell the units of a file.

    Args:
        scanned: What `hpedi.conversion.scan.scan` yields.
        guide_for: Finds the guide of a set; without one a set has no loops.
    """
    opened = _Units(guide_for)
    for item in scanned:
        yield from opened.take(item)


class _Units:
    """The units open at the present place in the file."""

    def __init__(self, guide_for: GuideFor) -> None:
        self._guide_for = guide_for
        self._delimiters = Delimiters()
        self._control_prefixes: dict[str, str] = {}
        self._group: tuple[str, ...] = ()
        self._set: _OpenSet | None = None

    def take(self, item: Scanned) -> Iterator[UnitEvent]:
        if isinstance(item, SegmentsRead):
            yield from self._segments(item)
        elif isinstance(item, LooseText):
            yield item
        elif isinstance(item, HeaderRead):
            yield from self._start(item)
        else:
            yield from self._over(item)

    def _start(self, item: HeaderRead) -> Iterator[UnitEvent]:
        header = item.header
        separator = header.delimiters.element
        self._delimiters = header.delimiters
        whole_ids = {each: each for each in _CONTROL_IDS}
        self._control_prefixes = whole_ids | {(each + separator)[:PREFIX]: each for each in _CONTROL_IDS}
        yield UnitStart(UnitKind.INTERCHANGE, header.elements[13], header.delimiters, header.elements, item.end)
        yield SegmentAt(item.text, item.end)

    def _over(self, item: InterchangeOver) -> Iterator[UnitEvent]:
        yield from self._close_group()
        yield UnitEnd(UnitKind.INTERCHANGE, item.has_trailer)

    def _segments(self, item: SegmentsRead) -> Iterator[UnitEvent]:
        prefixes, done = self._control_prefixes, 0
        for index, text in enumerate(item.texts):
            control = prefixes.get(text[:PREFIX])
            if control is None or text[len(control) : len(control) + 1] not in ("", self._delimiters.element):
                continue
            yield from self._plain(item, done, index)
            yield from self._control(control, text, item.ends[index])
            done = index + 1
        yield from self._plain(item, done, len(item.texts))

    def _plain(self, item: SegmentsRead, start: int, stop: int) -> Iterator[UnitEvent]:
        if start == stop:
            return
        texts, ends = item.texts[start:stop], item.ends[start:stop]
        if self._set is not None:
            yield from self._set.segments(texts, ends)
        else:
            yield from map(SegmentAt, texts, ends)

    def _control(self, control: str, text: str, end: str) -> Iterator[UnitEvent]:
        """Open or close what a control segment opens or closes; one that does neither stands where it is."""
        elements = tuple(text.split(self._delimiters.element))
        if control in ("GS", "GE", "IEA", "ST"):
            yield from self._close_set()
        if control in ("GS", "IEA"):
            yield from self._close_group()
        if control == "GS":
            self._group = _padded(elements, _GROUP_ELEMENTS)
            yield UnitStart(UnitKind.GROUP, self._group[6], self._delimiters, self._group)
        elif control == "ST" and self._group:
            yield from self._start_set(_padded(elements, _SET_ELEMENTS))
        yield from [SegmentAt(text, end)] if self._set is None else self._set.segments([text], [end])
        if control == "SE":
            yield from self._close_set(has_trailer=True)
        elif control == "GE":
            yield from self._close_group(has_trailer=True)

    def _start_set(self, elements: tuple[str, ...]) -> Iterator[UnitEvent]:
        guide = self._guide_for(self._group[1], self._group[8], elements[1])
        self._set = _OpenSet(guide, self._delimiters)
        yield UnitStart(UnitKind.SET, elements[2], self._delimiters, elements, guide=guide)

    def _close_set(self, *, has_trailer: bool = False) -> Iterator[UnitEvent]:
        if self._set is not None:
            yield from self._set.close()
            yield UnitEnd(UnitKind.SET, has_trailer)
        self._set = None

    def _close_group(self, *, has_trailer: bool = False) -> Iterator[UnitEvent]:
        yield from self._close_set()
        if self._group:
            yield UnitEnd(UnitKind.GROUP, has_trailer)
        self._group = ()


class _OpenSet:
    """The transaction set that is open, walked by its guide."""

    def __init__(self, guide: Guide | None, delimiters: Delimiters) -> None:
        self._walk = None if guide is None else SetWalk(guide, delimiters, Where())
        self._delimiters = delimiters
        self._loops: list[LoopNode] = []
        self._position = 1

    def segments(self, texts: list[str], ends: Sequence[str]) -> Iterator[UnitEvent]:
        """Tell segments, with the loops that open and close before each."""
        nodes: Sequence[SegmentNode | None] = [None] * len(texts)
        if self._walk is not None:
            nodes = self._walk.feed(SegmentBatch(texts, self._position, _NoOffsets())).nodes
        for text, end, node in zip(texts, ends, nodes, strict=True):
            if node is not None and (node.starts_loop or not self._loops or node.parent is not self._loops[-1]):
                yield from self._enter(node)
            yield SegmentAt(text, end, self._position, node)
            self._position += 1

    def close(self) -> Iterator[UnitEvent]:
        """Close the loops that are open."""
        yield from [UnitEnd(UnitKind.LOOP)] * len(self._loops)
        self._loops = []

    def _enter(self, node: SegmentNode) -> Iterator[UnitEvent]:
        """Close the loops that do not hold a segment and open those that do."""
        loops, kept = loops_around(node), still_open(self._loops, node)
        yield from [UnitEnd(UnitKind.LOOP)] * (len(self._loops) - kept)
        for loop in loops[kept:]:
            yield UnitStart(UnitKind.LOOP, loop.loop_id, self._delimiters, loop=loop)
        self._loops = loops


class _NoOffsets(OffsetsOf):
    """Findings of the walk are not kept: nobody asks where their segments start."""

    def of(self, index: int) -> int:  # noqa: ARG002
        """Return no place in particular."""
        return 0


def _padded(elements: tuple[str, ...], least: int) -> tuple[str, ...]:
    return elements + ("",) * (least + 1 - len(elements))
