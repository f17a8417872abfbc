"""Multiple procedures: those of one claim and day are ranked by what is agreed for them, and each is paid its share.

The dearest is paid in full, whatever the order of the lines; of equal ones the earlier line goes first.

Source: Medicare Claims Processing Manual chapter 12, 40.6: the lower of the charge and the share of the fee.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hpedi.claims.adjustment import Adjustment
from hpedi.money import Usd, rounded
from hpedi.reference.contracts import MultipleProcedure


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A line that may be ranked: its number, day, the id of its rate, and what is agreed for it in US dollars."""

    number: int
    day: date
    rate: str
    agreed: Usd


def ranked_shares(procedures: Sequence[Procedure], terms: Mapping[str, MultipleProcedure]) -> Mapping[int, Decimal]:
    """Return the share that each procedure is paid, by line number.

    Args:
        procedures: The procedures of a claim that are ranked.
        terms: The terms by rate id.
    """
    groups: dict[tuple[date, str], list[Procedure]] = {}
    for procedure in procedures:
        groups.setdefault((procedure.day, procedure.rate), []).append(procedure)
    shares: dict[int, Decimal] = {}
    for (_day, rate), group in groups.items():
        ranked = sorted(group, key=lambda each: (-each.agreed, each.number))
        for place, procedure in enumerate(ranked):
            shares[procedure.number] = share_of(place, terms[rate])
    return shares


def share_of(place: int, terms: MultipleProcedure) -> Decimal:
    """Return the share of the procedure at a place, the first being 0."""
    return terms.percents[place] if place < len(terms.percents) else terms.subsequent


def reduced(
    agreed: Usd, charged: Usd, share: Decimal, terms: MultipleProcedure, *, lesser_of_charge: bool
) -> tuple[Usd, tuple[Adjustment, ...]]:
    """Return what is allowed for a ranked procedure, and the adjustment for what its rank takes off.

    Args:
        agreed: US dollars agreed before ranking.
        charged: US dollars charged.
        share: Its share by rank.
        terms: The contract's terms, with the codes of the adjustment.
        lesser_of_charge: The charge is allowed where it is less.
    """
    allowed = rounded(agreed * share)
    if lesser_of_charge:
        allowed = min(allowed, charged)
    taken = min(agreed, charged) - allowed
    return allowed, (Adjustment(terms.group, terms.carc, taken),) if taken > 0 else ()
