"""All that moved pools, employers' and members' money, and what was settled: the report for people in finance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hpedi.adjudication.funding import PoolKey
from hpedi.money import ZERO, Usd
from hpedi.pipeline.funding_records import MemberPayment, PostedCharge, PostedDue, PostedMovement, PostedSettlement
from hpedi.pipeline.ports import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolsSought:
    """Which pools; empty: all."""

    employer: str = ""
    provider: str = ""
    year: int = 0

    def names(self, key: PoolKey) -> bool:
        """Say whether a pool is among them."""
        pairs = ((self.employer, key.employer), (self.provider, key.provider), (self.year, key.year))
        return all(not sought or sought == has for sought, has in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPool:
    """A pool, what moved it, and what is in it (US dollars)."""

    key: PoolKey
    movements: tuple[PostedMovement, ...]
    balance: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFunding:
    """Pools and what belongs to them; charges are all those of the employers of these pools."""

    pools: tuple[SeenPool, ...]
    charges: tuple[PostedCharge, ...]
    settlements: tuple[PostedSettlement, ...]
    dues: tuple[PostedDue, ...]
    member_payments: tuple[MemberPayment, ...]


def funding_report(work: Work, sought: PoolsSought) -> SeenFunding:
    """Return pools with their movements, what employers were charged, and what members and payees were to be paid.

    Payments to members are in it only where nothing narrows the report; the look is noted for each of them.
    """
    by_pool: dict[PoolKey, list[PostedMovement]] = {}
    for each in work.funding.movements():
        if sought.names(each.movement.key):
            by_pool.setdefault(each.movement.key, []).append(each)
    settlements = tuple(each for each in work.settlements.all() if _is_sought(each, sought))
    of_these = {each.id for each in settlements}
    payments = work.funding.member_payments() if sought == PoolsSought() else ()
    work.audit.record(
        "settle pools",
        f"pools:{len(by_pool) or 'none'}",
        members=sorted({each.member for each in payments}) or ("",),
        result=f"found {len(by_pool)}",
    )
    employers = {key.employer for key in by_pool}
    charges = work.funding.charges(sought.employer or None)
    return SeenFunding(
        pools=tuple(_seen(key, by_pool[key]) for key in sorted(by_pool)),
        charges=tuple(each for each in charges if sought == PoolsSought() or each.charge.employer in employers),
        settlements=settlements,
        dues=tuple(each for each in work.settlements.dues() if each.settlement in of_these),
        member_payments=payments,
    )


def _is_sought(settlement: PostedSettlement, sought: PoolsSought) -> bool:
    pairs = ((sought.employer, settlement.employer), (sought.provider, settlement.provider))
    return all(not name or name == has for name, has in pairs)


def _seen(key: PoolKey, movements: Sequence[PostedMovement]) -> SeenPool:
    balance = sum((each.movement.amount for each in movements), ZERO)
    return SeenPool(key=key, movements=tuple(movements), balance=balance)
