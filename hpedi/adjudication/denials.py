"""Which lines of a decision are denied whole, and for what."""

from __future__ import annotations

from collections.abc import Iterator

from hpedi.adjudication.decision import ClaimDecision
from hpedi.claims.adjustment import Adjustment
from hpedi.claims.model import Model
from hpedi.money import Usd


class Denial(Model, frozen=True, kw_only=True):
    """A denied line.

    Attributes:
        line: LX01.
        reason: Group and code, for example CO-29.
        amount: US dollars; negative in a reversal.
    """

    line: int
    reason: str
    amount: Usd


def denials_of(made: ClaimDecision) -> Iterator[Denial]:
    """Yield the denied lines of a decision, each once a reason; a line that charges nothing has none.

    Where the claim is priced as one its adjustments stand with it: those of denied lines come first, whole charges.
    """
    at_claim = list(made.adjustments) if made.stay is not None else []
    for line in made.lines:
        if line.denied:
            sums: dict[str, Usd] = {}
            for each in line.adjustments or _at_claim(at_claim, line.charged):
                reason = f"{each.group}-{each.carc}"
                sums[reason] = sums[reason] + each.amount if reason in sums else each.amount
            yield from (Denial(line=line.number, reason=reason, amount=amount) for reason, amount in sums.items())


def _at_claim(left: list[Adjustment], charged: Usd) -> tuple[Adjustment, ...]:
    """Take the first adjustment that is a line's whole charge."""
    place = next((place for place, each in enumerate(left) if charged and each.amount == charged), None)
    return () if place is None else (left.pop(place),)
