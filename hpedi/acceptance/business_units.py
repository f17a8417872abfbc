"""The claims that findings lie in, told by the placed segments alone: what a 999 names in its CTX.

No claim is read for it: from a segment with a finding it is a few segments back to the CLM above, and only a claim that
reaches into the next segments of its set is remembered. Source: 005010X231A1 CTX.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from hpedi.guides.walk import PlacedBatch
from hpedi.transactions.ack_999.model import BusinessUnit

_CLAIM: Final = "CLM"
_BOUNDS: Final = frozenset({_CLAIM, "HL", "SE"})
"""What a claim begins or ends with."""


class _Opening(NamedTuple):
    """A segment that begins or ends a claim, and its position in the set."""

    segment_id: str
    position: int
    text: str


_START: Final = _Opening("ST", 1, "")


class BusinessUnits:
    """The claims with findings in one 837 transaction set."""

    def __init__(self, element: str) -> None:
        """Begin a set; `element` is the element separator."""
        self._element = element
        self._under_way = _START
        self._sought: list[int] = []
        self._found: dict[int, BusinessUnit] = {}
        self._last: PlacedBatch | None = None

    def seek(self, position: int) -> None:
        """Ask for the claim that a segment lies in; known when the batch with it has passed."""
        self._sought.append(position)

    def close(self) -> dict[int, BusinessUnit]:
        """Return the claim of each position that was sought and lies in one, what the walk told last included."""
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
        self._under_way = self._opening_above(placed, last)

    def _find(self, placed: PlacedBatch, position: int) -> None:
        opening = self._opening_above(placed, position)
        if opening.segment_id != _CLAIM or opening.position > position:
            return
        control_number = f"{opening.text}{self._element}".split(self._element, 2)[1]
        if control_number:
            self._found[position] = BusinessUnit(name="CLM01", value=control_number)

    def _opening_above(self, placed: PlacedBatch, position: int) -> _Opening:
        """Return the nearest bound of a claim at or before a position."""
        first = placed.batch.first_position
        for index in range(position - first, -1, -1):
            node = placed.nodes[index]
            if node is not None and node.segment_id in _BOUNDS:
                return _Opening(node.segment_id, first + index, placed.texts[index])
        return self._under_way
