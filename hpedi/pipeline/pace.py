"""How many claims a transaction takes: more and more, and few as long as others come to write beside it.

Long transactions are what many claims are decided in fastest. Where a database has one writer, who answers an inquiry
meanwhile waits for the end of one. A job begins with few, and who had to wait is remembered: others will come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

FEW: Final = 16
"""Claims of a transaction for whose end somebody waits: some ten milliseconds."""
REMEMBERED: Final = 256
"""Transactions that are short after somebody waited: some seconds."""

One = TypeVar("One")


class Pace:
    """The pace of a job that goes from transaction to transaction.

    Attributes:
        claims: As many as the next transaction takes at most.
        taken: As many as the last one took.
    """

    def __init__(self, most: int, somebody_waits: Callable[[], bool], *, begins_with: int = FEW) -> None:
        """Begin with few, and come to as many as may be at most."""
        self.claims = min(most, begins_with)
        self.taken = 0
        self._most = most
        self._somebody_waits = somebody_waits
        self._remembered = 0

    @property
    def is_short(self) -> bool:
        """Say whether somebody waited of late, so that nothing is done in a transaction that can be done before it."""
        return self._remembered > 0

    def of(self, claims: Sequence[One]) -> Iterator[One]:
        """Yield the claims of a transaction, until somebody waits for its end."""
        self.taken = 0
        for claim in claims:
            if self.taken and self.taken % FEW == 0 and self._somebody_waits():
                return
            self.taken += 1
            yield claim

    def look(self) -> None:
        """Look, at the end of a transaction, who waits for it: the next ones are short then, and longer in the end."""
        if self._somebody_waits():
            self._remembered = REMEMBERED
            self.claims = min(self._most, FEW)
        elif self._remembered:
            self._remembered -= 1
        else:
            self.claims = min(self._most, self.claims * 2)
