"""What stands of a claim while an edit meets its lines one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from hpedi.adjudication.context import LineContext
from hpedi.adjudication.verdicts import Denies, DeniesUnits, Draws


class Standing(list[LineContext]):
    """The accepted lines before the one at hand; and what stands of all lines of the claim.

    Attributes:
        draws: What each line that the edits passed draws on an authorisation, by its index.
    """

    def __init__(
        self,
        lines: Sequence[LineContext],
        denials: Sequence[Denies | None],
        reductions: Sequence[Sequence[DeniesUnits]],
        draws: Sequence[Draws | None],
    ) -> None:
        """Begin before the first line."""
        super().__init__()
        self._lines = lines
        self._denials = denials
        self._reductions = reductions
        self.draws = draws

    def others(self, line: LineContext) -> Iterator[LineContext]:
        """Yield every line but one that no edit has denied so far, before it and after."""
        for other, denial in zip(self._lines, self._denials, strict=True):
            if denial is None and other is not line:
                yield other

    def units(self, line: LineContext) -> Decimal:
        """Return the units of a line that no edit has denied so far."""
        return line.line.units - self.denied_units(line)

    def denied_units(self, line: LineContext) -> Decimal:
        """Return the units of a line that edits have denied so far."""
        index = next(index for index, other in enumerate(self._lines) if other is line)
        return sum((each.units for each in self._reductions[index]), Decimal(0))
