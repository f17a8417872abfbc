"""What `normalise` changes in a file: kinds of changes, and where one was made. Never a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hpedi.findings import Where


class ChangeKind(StrEnum):
    """A kind of change."""

    BYTE_ORDER_MARK = "byte-order-mark"
    BLANKS = "blanks"
    WRAPPED_LINES = "wrapped-lines"
    LINE_BREAK = "line-break"
    LINE_BREAK_INSIDE = "line-break-inside"
    TERMINATOR = "terminator"
    EMPTY_SEGMENT = "empty-segment"
    TRAILING_SEPARATOR = "trailing-separator"
    PADDING = "padding"
    DELIMITERS = "delimiters"
    SEGMENT_COUNT = "segment-count"
    SET_COUNT = "set-count"
    GROUP_COUNT = "group-count"
    HL_NUMBER = "hl-number"
    HL_PARENT = "hl-parent"
    LINE_NUMBER = "line-number"


TOLD = {
    ChangeKind.BYTE_ORDER_MARK: "the byte order mark is left out",
    ChangeKind.BLANKS: "blanks in no segment are left out",
    ChangeKind.WRAPPED_LINES: "line breaks at a fixed width are left out; places that follow are those without them",
    ChangeKind.LINE_BREAK: "what follows the terminator is made the usual line break",
    ChangeKind.LINE_BREAK_INSIDE: "line breaks inside the segment are left out",
    ChangeKind.TERMINATOR: "the missing terminator is added",
    ChangeKind.EMPTY_SEGMENT: "an empty segment is left out",
    ChangeKind.TRAILING_SEPARATOR: "separators with nothing behind them are left out",
    ChangeKind.PADDING: "ISA is padded to its widths",
    ChangeKind.DELIMITERS: "the delimiters are made * : ^ ~",
    ChangeKind.SEGMENT_COUNT: "SE01 is counted anew",
    ChangeKind.SET_COUNT: "GE01 is counted anew",
    ChangeKind.GROUP_COUNT: "IEA01 is counted anew",
    ChangeKind.HL_NUMBER: "HL01 is numbered anew",
    ChangeKind.HL_PARENT: "HL02 follows the new number of its HL",
    ChangeKind.LINE_NUMBER: "LX01 is numbered anew",
}
"""Each kind in a few words."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change and its place in the file that was read."""

    kind: ChangeKind
    where: Where
