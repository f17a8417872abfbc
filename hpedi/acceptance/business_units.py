"""The business units that findings lie in, told by the placed segments alone: what a 999 names in its CTX.

A unit is a claim of an 837, an inquiry or answer of a 270, 271, 276 or 277 with its trace, the payment of an 835. No
model is read for it: from a segment with a finding it is a few segments back to the one that names the unit, and only a
unit that reaches into the next segments of its set is remembered. Members of an 834 and entities of an 820 are not
named: only the memory of the guide speaks for that. Source: 005010X231A1 CTX; RFI 1312; ack_999.tsv.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from hpedi.guides.nodes import SegmentNode
from hpedi.guides.walk import PlacedBatch
from hpedi.transactions.ack_999.model import BusinessUnit


class _UnitKind(NamedTuple):
    """The business unit of a transaction set.

    Attributes:
        name: CTX01-1.
        segment_id: The segment that names a unit and begins it.
        element: Its element with the name.
        loops: Where it does so.
        ends: The segments before which a unit ends; without any the first unit is that of the whole set.
    """

    name: str
    segment_id: str
    element: int
    loops: frozenset[str]
    ends: frozenset[str] = frozenset({"HL", "SE"})

    def is_bound(self, node: SegmentNode) -> bool:
        """Say whether a unit begins or ends with a segment."""
        return node.segment_id in self.ends or (node.segment_id == self.segment_id and node.loop_id in self.loops)


_CLAIM: Final = _UnitKind("CLM01", "CLM", 1, frozenset({"2300"}))
_ELIGIBILITY: Final = _UnitKind("TRN02", "TRN", 2, frozenset({"2000C", "2000D"}))
_STATUS: Final = _UnitKind("TRN02", "TRN", 2, frozenset({"2200D", "2200E"}))
_PAYMENT: Final = _UnitKind("TRN02", "TRN", 2, frozenset({"HEADER"}), frozenset())
_UNIT_KINDS: Final = {
    "837": _CLAIM,
    "270": _ELIGIBILITY,
    "271": _ELIGIBILITY,
    "276": _STATUS,
    "277": _STATUS,
    "835": _PAYMENT,
}


class _Opening(NamedTuple):
    """A segment that begins or ends a unit, and its position in the set."""

    segment_id: str
    position: int
    text: str


_START: Final = _Opening("ST", 1, "")


def business_units(transaction_set: str, element: str) -> BusinessUnits | None:
    """Begin a set; None for one (ST01) without business units that a 999 names. `element` is the element separator."""
    kind = _UNIT_KINDS.get(transaction_set)
    return None if kind is None else BusinessUnits(kind, element)


class BusinessUnits:
    """The units with findings in one transaction set."""

    def __init__(self, kind: _UnitKind, element: str) -> None:
        """Begin a set; `element` is the element separator."""
        self._kind = kind
        self._element = element
        self._under_way = _START
        self._sought: list[int] = []
        self._found: dict[int, BusinessUnit] = {}
        self._last: PlacedBatch | None = None

    def seek(self, position: int) -> None:
        """Ask for the unit that a segment lies in; known when the batch with it has passed."""
        self._sought.append(position)

    def close(self) -> dict[int, BusinessUnit]:
        """Return the unit of each position that was sought and lies in one, what the walk told last included."""
        if self._sought and self._last is not None:
            self.passes(self._last)
        return self._found

    def passes(self, placed: PlacedBatch) -> None:
        """Look at the next segments of the set."""
        self._last = placed
        last = placed.batch.first_position + len(placed.texts) - 1
        if self._sought:
            for position in self._sought:
                if position <= last:
                    self._find(placed, position)
            self._sought = [position for position in self._sought if position > last]
        if self._kind.ends or placed.batch.first_position == 1:
            self._under_way = self._opening_above(placed, last)

    def _find(self, placed: PlacedBatch, position: int) -> None:
        kind, opening = self._kind, self._opening_above(placed, position)
        if opening.segment_id != kind.segment_id or opening.position > position:
            return
        value = f"{opening.text}{self._element * kind.element}".split(self._element)[kind.element]
        if value.strip():
            self._found[position] = BusinessUnit(name=kind.name, value=value)

    def _opening_above(self, placed: PlacedBatch, position: int) -> _Opening:
        """Return the nearest bound of a unit at or before a position."""
        first, is_bound = placed.batch.first_position, self._kind.is_bound
        for index in range(position - first, -1, -1):
            node = placed.nodes[index]
            if node is not None and is_bound(node):
                return _Opening(node.segment_id, first + index, placed.texts[index])
        return self._under_way
