"""From marked text to typed pieces, value by value, so that every fault is told with its line and none hides another.

It does not know whether a name points to something that exists; `links` does.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.reference.marked import Mark
from hpedi.reference.values import READERS

Piece = TypeVar("Piece", bound=msgspec.Struct)

_EXPECTED: Final = {
    "str": "a text",
    "int": "a whole number",
    "bool": "true or false",
    "date": "a date as YYYY-MM-DD",
    "Decimal": "a number",
}


class _Faulty:
    """The place of a value that could not be read; its finding is told already."""


_FAULTY: Final = _Faulty()


class Places:
    """Remembers where the pieces and their fields stand, for findings that come later."""

    def __init__(self) -> None:
        """Start with nothing remembered."""
        self._lines: dict[tuple[int, str], Where] = {}
        self._kept: list[object] = []  # an id is only good while its object lives

    def remember(self, piece: object, field: str, where: Where) -> None:
        """Remember the place of a field of a piece; field "" is the piece itself."""
        self._kept.append(piece)
        self._lines[id(piece), field] = where

    def of(self, piece: object, field: str = "") -> Where:
        """Return the place of a field, of the piece if the field is not written, or nowhere."""
        return self._lines.get((id(piece), field)) or self._lines.get((id(piece), "")) or Where()


class Shaper:
    """Makes typed pieces out of one file's marks and gathers what is wrong."""

    def __init__(self, file: str, places: Places, findings: list[Finding]) -> None:
        """Read `file`, remembering places and adding to findings."""
        self._file = file
        self._places = places
        self._findings = findings

    def piece(self, mark: Mark, kind: type[Piece]) -> Piece | None:
        """Return the piece of a kind that a mark holds, or None with the faults told."""
        shaped = self._struct(mark, kind)
        return None if isinstance(shaped, _Faulty) else shaped

    def refuse(self, line: int, message: str) -> None:
        """Tell a fault at a line."""
        self._findings.append(found("reference-value", Where(file=self._file, line=line), message))

    def _struct(self, mark: Mark, kind: type[Piece]) -> Piece | _Faulty:
        if not isinstance(mark.value, dict):
            return self._fault(mark.line, "Expected `key: value` pairs here.")
        fields = fields_of(kind)
        values: dict[str, object] = {}
        places: dict[str, int] = {}
        faulty = self._unknown_keys(mark.value, fields)
        for name, field in fields.items():
            written = mark.value.get(name)
            if written is None or (written.value is None and not field.required):
                if field.required:
                    faulty = True
                    self.refuse(mark.line, f"`{name}` is missing; add it.")
                continue
            value = self._value(written, field.type, name)
            faulty = faulty or isinstance(value, _Faulty)
            values[field.attribute] = value
            places[field.attribute] = written.line
        return _FAULTY if faulty else self._made(kind, values, mark.line, places)

    def _made(self, kind: type[Piece], values: dict[str, object], line: int, places: dict[str, int]) -> Piece:
        piece = kind(**values)
        self._places.remember(piece, "", Where(file=self._file, line=line))
        for attribute, at in places.items():
            self._places.remember(piece, attribute, Where(file=self._file, line=at))
        return piece

    def _unknown_keys(self, written: Mapping[str, Mark], fields: Mapping[str, FieldShape]) -> bool:
        unknown = [key for key in written if key not in fields]
        for key in unknown:
            self.refuse(written[key].line, f"A key here is not known; known are {', '.join(fields)}.")
        return bool(unknown)

    def _value(self, mark: Mark, kind: Any, name: str) -> object:
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            return self._optional(mark, kind, name)
        if origin is tuple:
            return self._sequence(mark, get_args(kind)[0], name)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return self._mapping(mark, get_args(kind)[1], name)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self._struct(mark, kind)
        return self._leaf(mark, kind, name)

    def _optional(self, mark: Mark, kind: Any, name: str) -> object:
        if mark.value is None:
            return None
        (inner,) = (choice for choice in get_args(kind) if choice is not type(None))
        return self._value(mark, inner, name)

    def _sequence(self, mark: Mark, kind: Any, name: str) -> object:
        if not isinstance(mark.value, list):
            return self._fault(mark.line, f"`{name}` must be a list.")
        items = [self._value(item, kind, name) for item in mark.value]
        return _FAULTY if any(isinstance(item, _Faulty) for item in items) else tuple(items)

    def _mapping(self, mark: Mark, kind: Any, name: str) -> object:
        if not isinstance(mark.value, dict):
            return self._fault(mark.line, f"`{name}` must be `key: value` pairs.")
        items = {key: self._value(item, kind, name) for key, item in mark.value.items()}
        return _FAULTY if any(isinstance(item, _Faulty) for item in items.values()) else items

    def _leaf(self, mark: Mark, kind: Any, name: str) -> object:
        if not isinstance(mark.value, str):
            return self._fault(mark.line, f"`{name}` must be {expected(kind)}.")
        try:
            return read_leaf(mark.value, kind)
        except ValueError:
            return self._fault(mark.line, f"`{name}` must be {expected(kind)}.")

    def _fault(self, line: int, message: str) -> _Faulty:
        self.refuse(line, message)
        return _FAULTY


class FieldShape(msgspec.Struct, frozen=True):
    """A field of a piece: its name in Python, its annotation, and whether it must be written."""

    attribute: str
    type: Any
    required: bool


@cache
def fields_of(kind: type[msgspec.Struct]) -> Mapping[str, FieldShape]:
    """Return the fields of a piece by the name they are written under."""
    hints = typing.get_type_hints(kind, include_extras=True)
    return {
        field.encode_name: FieldShape(field.name, hints[field.name], field.required)
        for field in msgspec.structs.fields(kind)
    }


def checks_of(kind: type[msgspec.Struct]) -> Mapping[str, Callable[[str], object]]:
    """Return the readers of fields that need more than their Python type, by the name they are written under."""
    return {name: READERS[_title(field.type)][1] for name, field in fields_of(kind).items() if _title(field.type)}


def read_leaf(text: str, kind: Any) -> object:
    """Read a single value from its text.

    Raises:
        ValueError: It is none of that kind.
    """
    title = _title(kind)
    if title:
        return READERS[title][1](text)
    # msgspec.ValidationError is a ValueError.
    return msgspec.convert(text, kind, strict=False) if kind is not str else text


def expected(kind: Any) -> str:
    """Say in words what a kind of value looks like."""
    title = _title(kind)
    if title:
        return READERS[title][0]
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(map(str, get_args(kind)))
    return _EXPECTED[kind.__name__]


def _title(kind: Any) -> str:
    if get_origin(kind) is Annotated:
        return str(next(meta.title for meta in get_args(kind)[1:] if isinstance(meta, msgspec.Meta)))
    return ""
