"""Elements of one set's segments: read, or noted as what cannot be read. Which means what is not known here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from hpedi.money import ZERO, Usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.claim_837.draft import Placed
from hpedi.transactions.claim_837.problems import Problems
from hpedi.transactions.claim_837.values import PADDING, read_amount, read_day, read_quantity, read_span

Cut: TypeAlias = Sequence[str]
"""A segment's id and elements, those left out at the end as empty."""


class Elements:
    """Reads the elements of one set."""

    __slots__ = ("component", "element", "problems")

    def __init__(self, element: str, component: str, problems: Problems) -> None:
        """Begin.

        Args:
            element: The element separator.
            component: The component separator.
            problems: Takes what cannot be read.
        """
        self.element = element
        self.component = component
        self.problems = problems

    def split(self, text: str) -> list[str]:
        """Split a segment."""
        return [*text.split(self.element), *PADDING]

    def components(self, element: str, count: int) -> list[str]:
        """Split a composite into so many components, missing ones as empty."""
        return [*element.split(self.component), *([""] * count)][:count]

    def said(self, composite: str) -> tuple[str, ...]:
        """Return the components that are not empty."""
        return tuple([each for each in composite.split(self.component) if each])

    def by_id(self, segments: Iterable[Placed]) -> dict[str, list[tuple[Cut, int]]]:
        """Split segments and sort them by their ids, each with its position."""
        sorted_out: dict[str, list[tuple[Cut, int]]] = {}
        for text, position in segments:
            cut = self.split(text)
            sorted_out.setdefault(cut[0], []).append((cut, position))
        return sorted_out

    def amount(self, text: str, position: int, loop: str, segment_id: str, element: int) -> Usd:
        """Read US dollars; what is none is noted and read as zero."""
        amount = read_amount(text)
        if amount is None:
            self.problems.add("claim-amount", position, loop=loop, segment_id=segment_id, element=element)
            return ZERO
        return amount

    def amount_at(self, amounts: Mapping[str, Placed], qualifier: str, loop: str) -> Usd | None:
        """Read the amount of an AMT; None where there is none of the qualifier."""
        segment = amounts.get(qualifier)
        if segment is None:
            return None
        return self.amount(self.split(segment[0])[2], segment[1], loop, "AMT", 2)

    def quantity(self, text: str, position: int, loop: str, segment_id: str, element: int) -> Decimal:
        """Read a quantity; what is none is noted and read as zero."""
        quantity = read_quantity(text)
        if quantity is None:
            self.problems.add("claim-quantity", position, loop=loop, segment_id=segment_id, element=element)
            return Decimal(0)
        return quantity

    def maybe_amount(self, cut: Cut, position: int, loop: str, element: int) -> Usd | None:
        """Read an amount that may be left out."""
        return self.amount(cut[element], position, loop, cut[0], element) if cut[element] else None

    def maybe_quantity(self, cut: Cut, position: int, loop: str, element: int) -> Decimal | None:
        """Read a quantity that may be left out."""
        return self.quantity(cut[element], position, loop, cut[0], element) if cut[element] else None

    def maybe_count(self, cut: Cut, position: int, loop: str, element: int) -> int | None:
        """Read a whole number that may be left out."""
        quantity = self.maybe_quantity(cut, position, loop, element)
        if quantity is None or quantity == quantity.to_integral_value():
            return None if quantity is None else int(quantity)
        self.problems.add("claim-quantity", position, loop=loop, segment_id=cut[0], element=element)
        return None

    def day(self, segment: Placed | None, loop: str) -> date | None:
        """Read the day of a DTP; None where there is none."""
        if segment is None:
            return None
        day = read_day(self.split(segment[0])[3])
        if day is None:
            self.problems.add("claim-date", segment[1], loop=loop, segment_id="DTP", element=3)
        return day

    def dates(self, cut: Cut, position: int, loop: str) -> DateSpan | None:
        """Read the day or days of a DTP that is split already; None where they cannot be read."""
        span = read_span(cut[2], cut[3])
        if span is None:
            self.problems.add("claim-date", position, loop=loop, segment_id="DTP", element=3)
        return span
