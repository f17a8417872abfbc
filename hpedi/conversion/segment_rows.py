"""The segments of a file as rows: where each stands, what it is, and its elements as sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from hpedi.conversion.scan import LooseText
from hpedi.conversion.text_encoding import readable
from hpedi.conversion.units import SegmentAt, UnitEnd, UnitEvent, UnitKind, UnitStart

ELEMENT_COLUMNS: Final = 31
"""No segment of the guides has more elements; what a wrong one has more stands in `more`."""

SEGMENT_COLUMNS: Final = (
    *("interchange", "group", "transaction_set", "set", "position", "loop", "loop_path", "claim", "segment", "name"),
    *(f"e{position:02}" for position in range(1, ELEMENT_COLUMNS + 1)),
    "more",
)
_CLAIM_STARTS: Final = frozenset({"CLM", "CLP"})


def segment_rows(events: Iterable[UnitEvent]) -> Iterator[tuple[str, ...]]:
    """Yield a row a segment, in the order of `SEGMENT_COLUMNS`; text in no segment has none."""
    rows = _Rows()
    for event in events:
        if isinstance(event, SegmentAt):
            yield rows.row(event)
        elif isinstance(event, UnitStart):
            rows.opened.append(event)
            rows.renew()
        elif not isinstance(event, LooseText):
            rows.close(event)


class _Rows:
    """The units open at the present place."""

    def __init__(self) -> None:
        self.opened: list[UnitStart] = []
        self._place: tuple[str, ...] = ()
        self._loops: tuple[str, str] = ("", "")
        self._claim: tuple[int, str] = (0, "")
        self._separator = ""

    def close(self, _event: UnitEnd) -> None:
        """Close the unit opened last."""
        self.opened.pop()
        if len(self.opened) < self._claim[0]:
            self._claim = (0, "")
        self.renew()

    def renew(self) -> None:
        """Work out what the rows of the present place have in common."""
        by_kind = {unit.kind: unit for unit in self.opened}
        ids = [by_kind[kind].id if kind in by_kind else "" for kind in (UnitKind.INTERCHANGE, UnitKind.GROUP)]
        opened_set = by_kind.get(UnitKind.SET)
        set_ids = ("", "") if opened_set is None else (opened_set.elements[1], opened_set.id)
        self._place = (*ids, *set_ids)
        loops = [unit.id for unit in self.opened if unit.kind is UnitKind.LOOP]
        self._loops = (loops[-1] if loops else "", "/".join(loops))
        self._separator = self.opened[-1].delimiters.element if self.opened else ""

    def row(self, segment: SegmentAt) -> tuple[str, ...]:
        """Return the row of a segment."""
        segment_id, *elements = readable(segment.text).split(self._separator)
        node = segment.node
        if node is not None and node.starts_loop and segment_id in _CLAIM_STARTS:
            self._claim = (len(self.opened), elements[0] if elements else "")
        return (
            *self._place,
            "" if segment.position is None else str(segment.position),
            *self._loops,
            self._claim[1],
            segment_id,
            "" if node is None else node.name,
            *elements[:ELEMENT_COLUMNS],
            *("",) * (ELEMENT_COLUMNS - len(elements)),
            self._separator.join(elements[ELEMENT_COLUMNS:]),
        )
