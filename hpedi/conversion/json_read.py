"""The JSON form of a file back to X12: the bytes it was made from, or those of what it says now.

What is written must be readable again: a value that holds a delimiter of its interchange is refused. Counts, control
numbers and loops are taken as they stand; names, ids and types of units are for people and not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from hpedi.conversion.json_parts import (
    FORMAT,
    LONGEST_LINE_BREAK,
    JsonDelimiters,
    JsonElement,
    JsonSegment,
    JsonText,
    Repetitions,
)
from hpedi.conversion.json_tokens import JsonFault, JsonTokens
from hpedi.conversion.text_encoding import LATIN_1, UTF_8
from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where

_DEEPEST: Final = 50
_PIECES_JOINED: Final = 1_000
_HEADER: Final = "ISA"
_ENCODINGS: Final = frozenset({UTF_8, LATIN_1})


def x12_of_json(chunks: Iterable[bytes], *, file: str | None = None) -> Iterator[bytes | Finding]:
    """Write the X12 that a JSON document says.

    Args:
        chunks: The document's bytes in order, cut anywhere.
        file: Our identifier of the file, for findings.

    Yields:
        X12 bytes; at a fault one finding and no more.

    Findings:
        json-malformed.
    """
    reader = _Reader(JsonTokens(chunks))
    joined: list[bytes] = []
    try:
        for piece in reader.document():
            joined.append(piece)
            if len(joined) >= _PIECES_JOINED:
                yield b"".join(joined)
                joined = []
    except JsonFault as fault:
        told = f"This is no JSON that hpedi convert writes: {fault}. Correct it there, or convert the X12 file again."
        yield found("json-malformed", Where(file=file, byte_offset=reader.offset), told)
        return
    yield b"".join(joined)


class _Reader:
    """The place in the document, and the interchange that is open."""

    def __init__(self, tokens: JsonTokens) -> None:
        self._tokens = tokens
        self._delimiters: JsonDelimiters | None = None
        self._line_break = ""

    @property
    def offset(self) -> int:
        """Return about where the document is read."""
        return self._tokens.offset

    def document(self) -> Iterator[bytes]:
        """Read the whole text."""
        has_parts = False
        for name in self._tokens.members():
            if name == "parts":
                has_parts = True
                yield from self._parts(0)
            elif self._tokens.value() != FORMAT and name == "format":
                raise JsonFault(f'"format" is not {FORMAT}')
        if self._tokens.peek():
            raise JsonFault("nothing is expected after the document")
        if not has_parts:
            raise JsonFault('"parts" is missing')

    def _parts(self, depth: int) -> Iterator[bytes]:
        if depth > _DEEPEST:
            raise JsonFault("parts hold each other deeper than any loop")
        for _ in self._tokens.items():
            yield from self._part(depth)

    def _part(self, depth: int) -> Iterator[bytes]:
        """Read a unit, whose parts are read as they come, or a leaf, which is read whole."""
        leaf: dict[str, Any] = {}
        is_unit = False
        around = self._delimiters, self._line_break
        for name in self._tokens.members():
            if name != "parts":
                leaf[name] = self._tokens.value()
                continue
            if is_unit:
                raise JsonFault('"parts" stands twice')
            is_unit = True
            self._enter(leaf)
            yield from self._parts(depth + 1)
        if is_unit:
            self._delimiters, self._line_break = around
        else:
            yield self._leaf(leaf)

    def _enter(self, unit: Mapping[str, Any]) -> None:
        if "delimiters" in unit:
            self._delimiters = _converted(unit["delimiters"], JsonDelimiters)
            used = [each for each in msgspec.structs.astuple(self._delimiters) if each]
            if not all(len(each) == 1 and each.encode(LATIN_1, "ignore") for each in used):
                raise JsonFault("a delimiter is one character of one byte")
            self._line_break = _converted(unit.get("line_break", ""), str)
            if len(self._line_break) > LONGEST_LINE_BREAK:
                raise JsonFault('"line_break" is longer than any line break')

    def _leaf(self, leaf: dict[str, Any]) -> bytes:
        if "elements" in leaf:
            return self._segment(_converted({**leaf, "type": "segment"}, JsonSegment))
        text = _converted({**leaf, "type": "text"}, JsonText)
        return _encoded(text.text, text.encoding).encode(LATIN_1)

    def _segment(self, segment: JsonSegment) -> bytes:
        delimiters = self._delimiters
        if delimiters is None:
            raise JsonFault('a segment stands before any "delimiters"')
        form = _Form(delimiters, segment.encoding, is_header=segment.id == _HEADER)
        sent = [form.id(segment.id), *map(form.element, segment.elements)]
        end = delimiters.segment + self._line_break if segment.end is None else segment.end
        return (delimiters.element.join(sent) + _encoded(end, LATIN_1)).encode(LATIN_1)


class _Form:
    """How the values of a segment are written."""

    def __init__(self, delimiters: JsonDelimiters, encoding: str, *, is_header: bool) -> None:
        self._encoding = encoding
        self._component = delimiters.component
        self._repetition = delimiters.repetition
        used = msgspec.structs.astuple(delimiters)
        self._outer = () if is_header else (delimiters.element, delimiters.segment)
        self._refused = () if is_header else tuple(each for each in used if each)  # ISA11 and ISA16 are delimiters

    def element(self, element: JsonElement) -> str:
        """Return an element as it is written, one character a byte."""
        if isinstance(element, str):
            return self.atom(element)
        if not isinstance(element, Repetitions):
            return self._composite(element)
        if not self._repetition:
            raise JsonFault("an element repeats where no repetition separator is declared")
        return self._repetition.join(map(self._composite, element.repetitions))

    def _composite(self, element: str | list[str]) -> str:
        components = [element] if isinstance(element, str) else element
        return self._component.join(map(self.atom, components))

    def atom(self, value: str) -> str:
        """Return a value that holds no other as it is written.

        Raises:
            JsonFault: It holds a delimiter.
        """
        return self._without(value, self._refused)

    def id(self, segment_id: str) -> str:
        """Return a segment id as it is written; a wrong one may hold what separates components.

        Raises:
            JsonFault: It holds a separator of elements or segments.
        """
        return self._without(segment_id, self._outer)

    def _without(self, value: str, delimiters: tuple[str, ...]) -> str:
        written = _encoded(value, self._encoding)
        if any(delimiter in written for delimiter in delimiters):
            raise JsonFault("a value holds a delimiter of its interchange")
        return written


def _encoded(value: str, encoding: str) -> str:
    """Return a value as its bytes, one character a byte."""
    if value.isascii():
        return value
    if encoding not in _ENCODINGS:
        raise JsonFault('"encoding" is utf-8 or latin-1')
    try:
        return value.encode(encoding).decode(LATIN_1)
    except UnicodeEncodeError:
        raise JsonFault("a value has a character that its encoding has not") from None


def _converted(value: Any, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        raise JsonFault("a member is missing or not of its kind") from None
