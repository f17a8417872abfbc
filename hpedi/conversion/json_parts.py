"""The parts of the JSON form of a file; docs/conversion.md describes them for readers.

Members that say nothing are left out. Units hold `parts` in the order of the file; segments and texts are leaves.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

from hpedi.conversion.text_encoding import UTF_8

FORMAT: Final = "hpedi-x12"
FORMAT_VERSION: Final = 1
LONGEST_LINE_BREAK: Final = 8
"""Characters of `line_break`: every segment of the interchange gets them."""


class Repetitions(msgspec.Struct, frozen=True):
    """An element that repeats."""

    repetitions: list[str | list[str]]


JsonElement: TypeAlias = str | list[str] | Repetitions
"""A simple element, the components of a composite, or the repetitions of either."""


class JsonDelimiters(msgspec.Struct, frozen=True):
    """Those of an interchange; `repetition` is empty where ISA11 declares none."""

    element: str
    component: str
    repetition: str
    segment: str


class JsonSegment(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A segment.

    Attributes:
        id: For example NM1.
        name: What the guide calls it.
        elements: Those that were sent, in order.
        end: What ends it, where that is not the terminator and the line break of the interchange.
        encoding: Of its values, if not UTF-8.
    """

    type: Literal["segment"]
    id: str
    name: str = ""
    elements: list[JsonElement]
    end: str | None = None
    encoding: str = UTF_8


class JsonText(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Bytes in no segment."""

    type: Literal["text"]
    text: str
    encoding: str = UTF_8


class JsonUnit(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An interchange, group, set or loop, without its parts.

    Attributes:
        type: Which of them.
        id: ISA13, GS06, ST02 or the loop's id.
        name: What the guide calls the set or loop.
        functional_id: GS01.
        version: GS08.
        transaction_set: ST01.
        guide: Of a set that has one.
        delimiters: Of an interchange.
        line_break: Of an interchange: what follows each terminator, the ISA's first.
    """

    type: str
    id: str
    name: str = ""
    functional_id: str = ""
    version: str = ""
    transaction_set: str = ""
    guide: str = ""
    delimiters: JsonDelimiters | None = None
    line_break: str | None = None
