"""What stops a release: our own fault, found before money moves. These are bugs, so they raise."""

from __future__ import annotations

from decimal import Decimal


class ReleaseBlocked(Exception):
    """Something about a payment is not right, by our own fault: a bug. Nothing of its run may be released."""


class Unbalanced(ReleaseBlocked):
    """An equation does not hold.

    The message names the equation and the place; the two sides are attributes, for amounts may be PHI.

    Attributes:
        equation: For example `SVC02 - CAS = SVC03`.
        place: For example `claim 2 line 1`, counted from 1.
        left: What the left side comes to.
        right: What the right side says.
    """

    def __init__(self, equation: str, place: str, left: Decimal, right: Decimal) -> None:
        """Keep both sides."""
        super().__init__(f"{equation} does not hold: {place}")
        self.equation = equation
        self.place = place
        self.left = left
        self.right = right


class NotAsWritten(ReleaseBlocked):
    """Bytes that were written do not read back as what they were written from. The message holds no value of them."""
