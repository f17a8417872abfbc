"""Units to one JSON document, written piece by piece: a segment, or the head of a unit, a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from hpedi.conversion.json_parts import (
    FORMAT,
    FORMAT_VERSION,
    LONGEST_LINE_BREAK,
    JsonDelimiters,
    JsonElement,
    JsonSegment,
    JsonText,
    JsonUnit,
    Repetitions,
)
from hpedi.conversion.scan import LooseText
from hpedi.conversion.text_encoding import LATIN_1, UTF_8, encoding_of
from hpedi.conversion.units import SegmentAt, UnitEnd, UnitEvent, UnitKind, UnitStart
from hpedi.x12.events import Delimiters

_PIECES_JOINED: Final = 1_000
_encode: Final = msgspec.json.Encoder().encode


def json_document(events: Iterable[UnitEvent]) -> Iterator[bytes]:
    """Write the units of a file as JSON.

    Args:
        events: What `hpedi.conversion.units.units` yields.
    """
    writer = _Writer()
    head = _encode({"format": FORMAT, "version": FORMAT_VERSION})
    joined = [head[:-1] + b',"parts":[']
    for event in events:
        joined.append(writer.piece(event))
        if len(joined) >= _PIECES_JOINED:
            yield b"".join(joined)
            joined = []
    yield b"".join(joined) + b"\n]}\n"


class _Writer:
    """The place in the document."""

    def __init__(self) -> None:
        self._is_first = True
        self._delimiters = Delimiters()
        self._usual_end = ""

    def piece(self, event: UnitEvent) -> bytes:
        """Return the text that an event adds."""
        if isinstance(event, UnitEnd):
            self._is_first = False
            return b"\n]}"
        before = b"\n" if self._is_first else b",\n"
        self._is_first = False
        if isinstance(event, SegmentAt):
            return before + _encode(self._segment(event))
        if isinstance(event, LooseText):
            return before + _encode(_text(event.text))
        self._is_first = True
        return before + _encode(self._unit(event))[:-1] + b',"parts":['

    def _segment(self, segment: SegmentAt) -> JsonSegment:
        try:
            return self._decoded(segment, UTF_8)
        except UnicodeDecodeError:
            return self._decoded(segment, LATIN_1)

    def _decoded(self, segment: SegmentAt, encoding: str) -> JsonSegment:
        segment_id, *elements = segment.text.split(self._delimiters.element)
        is_header = segment_id == "ISA" and segment.position is None
        return JsonSegment(
            type="segment",
            id=_decoded(segment_id, encoding),
            name="" if segment.node is None else segment.node.name,
            elements=self._plain(elements, encoding) if is_header else self._elements(elements, encoding),
            end=None if segment.end == self._usual_end else segment.end,
            encoding=encoding,
        )

    def _plain(self, elements: list[str], encoding: str) -> list[JsonElement]:
        """Return the elements of ISA, two of which are separators."""
        return [_decoded(element, encoding) for element in elements]

    def _elements(self, elements: list[str], encoding: str) -> list[JsonElement]:
        repetition = self._delimiters.repetition
        read: list[JsonElement] = []
        for element in elements:
            if repetition and repetition in element:
                repeated = [self._composite(each, encoding) for each in element.split(repetition)]
                read.append(Repetitions(repeated))
            else:
                read.append(self._composite(element, encoding))
        return read

    def _composite(self, element: str, encoding: str) -> str | list[str]:
        if self._delimiters.component not in element:
            return _decoded(element, encoding)
        return [_decoded(component, encoding) for component in element.split(self._delimiters.component)]

    def _unit(self, unit: UnitStart) -> JsonUnit:
        if unit.kind is UnitKind.INTERCHANGE:
            self._delimiters, self._usual_end = unit.delimiters, unit.end[: 1 + LONGEST_LINE_BREAK]
            delimiters = JsonDelimiters(*(getattr(unit.delimiters, name) for name in JsonDelimiters.__struct_fields__))
            return JsonUnit(type=unit.kind, id=unit.id, delimiters=delimiters, line_break=self._usual_end[1:])
        if unit.kind is UnitKind.GROUP:
            return JsonUnit(type=unit.kind, id=unit.id, functional_id=unit.elements[1], version=unit.elements[8])
        if unit.kind is UnitKind.SET:
            name, guide = ("", "") if unit.guide is None else (unit.guide.name, unit.guide.id)
            return JsonUnit(type=unit.kind, id=unit.id, name=name, transaction_set=unit.elements[1], guide=guide)
        return JsonUnit(type=unit.kind, id=unit.id, name="" if unit.loop is None else unit.loop.name)


def _decoded(text: str, encoding: str) -> str:
    """Return a text (one character a byte) decoded.

    Raises:
        UnicodeDecodeError: Its bytes are not in the encoding.
    """
    return text if text.isascii() else text.encode(LATIN_1).decode(encoding)


def _text(text: str) -> JsonText:
    encoding = encoding_of(text)
    return JsonText(type="text", text=_decoded(text, encoding), encoding=encoding)
