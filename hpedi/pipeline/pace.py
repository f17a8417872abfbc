"""How many claims a transaction takes: many, and few as soon as somebody waits to write.

Long transactions are what many claims are decided in fastest. Where a database has one writer, who answers an inquiry
meanwhile waits for the end of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

FEW: Final = 16
"""Claims of a transaction for whose end somebody waits: some twenty milliseconds."""

One = TypeVar("One")


class Pace:
    """The pace of a job that goes from transaction to transaction.

    Attributes:
        claims: As many as the next transaction takes at most.
        taken: As many as the last one took.
    """

    def __init__(self, most: int, somebody_waits: Callable[[], bool]) -> None:
        """Begin with as many as may be at most."""
        self.claims = most
        self.taken = 0
        self._most = most
        self._somebody_waits = somebody_waits

    def of(self, claims: Sequence[One]) -> Iterator[One]:
        """Yield the claims of a transaction, until somebody waits for its end."""
        self.taken = 0
        for claim in claims:
            if self.taken and self.taken % FEW == 0 and self._somebody_waits():
                return
            self.taken += 1
            yield claim

    def look(self) -> None:
        """Look, at the end of a transaction, who waits for it: the next one is shorter then, or else longer."""
        self.claims = min(self._most, FEW if self._somebody_waits() else self.claims * 2)
