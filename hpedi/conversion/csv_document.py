"""Units as a CSV document; what its rows cannot tell is a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Final

from hpedi.conversion.claim_rows import claim_columns, claim_rows
from hpedi.conversion.csv_cells import csv_line
from hpedi.conversion.scan import LooseText
from hpedi.conversion.segment_rows import SEGMENT_COLUMNS, segment_rows
from hpedi.conversion.units import UnitEnd, UnitEvent, UnitKind
from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where

_BYTE_ORDER_MARK: Final = "\xef\xbb\xbf"
_LINES_JOINED: Final = 500


class Rows(StrEnum):
    """What a row is."""

    SEGMENTS = "segments"
    CLAIMS = "claims"
    LINES = "lines"


_TABLES: Final[dict[Rows, tuple[tuple[str, ...], Callable[[Iterable[UnitEvent]], Iterator[tuple[str, ...]]]]]] = {
    Rows.SEGMENTS: (SEGMENT_COLUMNS, segment_rows),
    Rows.CLAIMS: (claim_columns("claims"), lambda events: claim_rows(events, "claims")),
    Rows.LINES: (claim_columns("lines"), lambda events: claim_rows(events, "lines")),
}


def csv_document(events: Iterable[UnitEvent], rows: Rows, tell: Callable[[Finding], None]) -> Iterator[bytes]:
    """Write the units of a file as CSV.

    Args:
        events: What `hpedi.conversion.units.units` yields.
        rows: What a row is.
        tell: Handed each finding.

    Findings:
        text-outside-interchange, interchange-cut-off.
    """
    columns, rows_of = _TABLES[rows]
    joined = [csv_line(columns)]
    for row in rows_of(_watched(events, tell)):
        joined.append(csv_line(row))
        if len(joined) >= _LINES_JOINED:
            yield "".join(joined).encode()
            joined = []
    yield "".join(joined).encode()


def _watched(events: Iterable[UnitEvent], tell: Callable[[Finding], None]) -> Iterator[UnitEvent]:
    """Pass events on; tell of what no row will hold."""
    was_loose = False
    for event in events:
        if isinstance(event, LooseText):
            is_loose = bool(event.text.removeprefix(_BYTE_ORDER_MARK).strip())
            if is_loose and not was_loose:
                tell(found("text-outside-interchange", Where()))
            was_loose = was_loose or is_loose
        elif isinstance(event, UnitEnd) and event.kind is UnitKind.INTERCHANGE:
            was_loose = False
            if not event.has_trailer:
                tell(found("interchange-cut-off", Where()))
        yield event
