"""Sets of ids as texts that name spans: `1-500,503`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
"""First and last id."""


class IdSpans:
    """Ids as spans that rise and do not touch."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        """Take spans that rise and do not touch."""
        self.spans = list(spans)

    @classmethod
    def read(cls, text: str) -> IdSpans:
        """Read what `text` wrote.

        Raises:
            ValueError: It is no such text.
        """
        bounds = (part.partition("-") for part in text.split(",") if part)
        return cls((int(first), int(last or first)) for first, _dash, last in bounds)

    def text(self) -> str:
        """Return the spans as text."""
        return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in self.spans)

    def add(self, number: int) -> None:
        """Add an id above all others."""
        if self.spans and self.spans[-1][1] == number - 1:
            self.spans[-1] = (self.spans[-1][0], number)
        else:
            self.spans.append((number, number))

    def without(self, others: IdSpans) -> IdSpans:
        """Return the ids that others do not hold."""
        left: list[Span] = []
        taken = iter(others.spans)
        cut = next(taken, None)
        for first, last in self.spans:
            start = first
            while cut is not None and cut[0] <= last:
                if cut[0] > start:
                    left.append((start, cut[0] - 1))
                start = max(start, cut[1] + 1)
                if cut[1] > last:
                    break
                cut = next(taken, None)
            if start <= last:
                left.append((start, last))
        return IdSpans(left)

    def __iter__(self) -> Iterator[int]:
        """Yield every id, rising."""
        for first, last in self.spans:
            yield from range(first, last + 1)
