"""The service lines of a claim as sent, for who answers it: nothing is made of a line before it is asked for.

Unlike the model, they are there of a claim that cannot be read whole too, and of institutional and dental claims.
Source: 005010X222A1, 005010X223A2 and 005010X224A2, 2400.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from hpedi.money import Usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.claim_837.draft import NOTHING, LineDraft
from hpedi.transactions.claim_837.values import PADDING, read_amount, read_dated, read_procedure, read_quantity


class _ServiceElements(NamedTuple):
    """Where the segment of a service has what it is about; 0 for what it has no place for."""

    procedure: int
    charged: int
    units: int
    revenue_code: int = 0


_SERVICES: Final = {
    "SV1": _ServiceElements(procedure=1, charged=2, units=4),
    "SV2": _ServiceElements(procedure=2, charged=3, units=5, revenue_code=1),
    "SV3": _ServiceElements(procedure=1, charged=2, units=6),
}
_NO_SERVICE: Final = _SERVICES["SV1"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLine:
    """A service line.

    Attributes:
        first_segment: Position of its LX in the set, ST being 1.
        qualifier: SV101-1, SV202-1, SV301-1.
        code: SV101-2, SV202-2, SV301-2.
        modifiers: SV101-3 to -6, SV202-3 to -6, SV301-3 to -6.
        revenue_code: SV201.
        charged: SV102, SV203, SV302; None where it is no amount.
        units: SV104, SV205, SV306 as sent; empty where it is no number.
        control_number: REF*6R, else LX01.
        prescription: REF*XZ of the line's drug.
        dates: DTP*472; None where it cannot be read.
    """

    first_segment: int
    qualifier: str
    code: str
    modifiers: tuple[str, ...]
    revenue_code: str
    charged: Usd | None
    units: str
    control_number: str
    prescription: str
    dates: DateSpan | None


class PlacedLines:
    """The service lines of one claim, by the positions of their segments."""

    __slots__ = ("_component", "_drafts", "_element")

    def __init__(self, drafts: Sequence[LineDraft], element: str, component: str) -> None:
        """Keep what was read of the lines; the separators are those of the interchange."""
        self._drafts = drafts
        self._element = element
        self._component = component

    def __eq__(self, other: object) -> bool:
        """Compare by the lines: their numbers and services."""
        return isinstance(other, PlacedLines) and self._read() == other._read()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Show how many there are, never their values."""
        return f"<PlacedLines {len(self._drafts)}>"

    def _read(self) -> list[tuple[object, object]]:
        return [(draft.number, draft.service) for draft in self._drafts]

    def holding(self, position: int) -> PlacedLine | None:
        """Return the line that a segment of the claim lies in; None for a segment above the lines."""
        index = bisect_right(self._drafts, position, key=lambda draft: draft.number[1])
        return None if index == 0 else self._line(self._drafts[index - 1])

    def _line(self, draft: LineDraft) -> PlacedLine:
        service = self._split(draft.service[0])
        at = _SERVICES.get(service[0], _NO_SERVICE)
        qualifier, code, modifiers, _ = read_procedure(service[at.procedure], self._component)
        return PlacedLine(
            first_segment=draft.number[1],
            qualifier=qualifier,
            code=code,
            modifiers=modifiers,
            revenue_code=service[at.revenue_code] if at.revenue_code else "",
            charged=read_amount(service[at.charged]),
            units=service[at.units] if read_quantity(service[at.units]) is not None else "",
            control_number=draft.references.get("6R", "") or self._split(draft.number[0])[1],
            prescription=draft.references.get("XZ", ""),
            dates=read_dated(draft.dates.get("472", NOTHING)[0], self._element),
        )

    def _split(self, text: str) -> list[str]:
        return [*text.split(self._element), *PADDING]
