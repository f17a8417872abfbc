"""Settle: capitation, programmes at the year's end, and pre-funds are worked out and booked, each once.

Booking is one commit: pools, employer charges, dues, ledger and audit. A payment run then pays the dues; killed in
between, the next run pays them. What is only asked for is worked out the same way and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from hpedi.adjudication.funding import PoolKey
from hpedi.money import ZERO, Usd
from hpedi.payments.settlement import (
    POOL_INTEREST,
    CannotSettle,
    Settlement,
    Share,
    bonus_of,
    capitation,
    earned_share,
    prefund_return,
    program_postings,
    year_end,
)
from hpedi.pipeline.funding_records import (
    MemberPayment,
    PostedCharge,
    PostedDue,
    PostedMovement,
    PostedSettlement,
)
from hpedi.pipeline.parties import FUNDING_ACCOUNT
from hpedi.pipeline.ports import Books, Work
from hpedi.reference.plans import Program
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext

BOOKED = "booked"


@dataclass(frozen=True, slots=True, kw_only=True)
class CapitationAsked:
    """A month of a provider's capitation: `period` is CCYY-MM, `rate` US dollars a member."""

    provider: str
    period: str
    members: int
    rate: Usd
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramAsked:
    """The year's end of an employer's withhold programme with a provider.

    Attributes:
        earned: The provider's part of the withhold pool, 0 to 1.
        program: The programme's type; the employer's only one with withholds if empty.
        pool_interest: US dollars that the withhold pool earned.
        savings: US dollars saved, where the bonus is a share of it.
        bonus: US dollars, where the bonus is agreed as such.
    """

    employer: str
    provider: str
    year: int
    earned: Decimal
    program: str = ""
    pool_interest: Usd = ZERO
    savings: Usd | None = None
    bonus: Usd | None = None
    withhold_reference: str
    bonus_reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefundAsked:
    """What is left of an employer's pre-fund pool with a provider goes back, with the pool's interest (US dollars)."""

    employer: str
    provider: str
    year: int
    pool_interest: Usd = ZERO
    reference: str


SettlementAsked: TypeAlias = CapitationAsked | ProgramAsked | PrefundAsked


def work_out(work: Work, reference: Reference, asked: SettlementAsked) -> Settlement:
    """Return what a settlement comes to by what the pools hold now; nothing is kept.

    Raises:
        CannotSettle: It stands already, or does not fit what is loaded or in the pools.
    """
    if asked.provider not in reference.providers:
        raise CannotSettle("no provider of this id is loaded")
    settlement = _settlement(work, reference, asked)
    standing = work.settlements.find(settlement.kind, settlement.employer, settlement.provider, settlement.reference)
    if standing is not None:
        raise CannotSettle(f"this is settled already, on {standing.posted_on} under the same reference")
    if any(work.settlements.is_used(due) for due in settlement.dues):
        raise CannotSettle("the provider was paid under this reference already: give another one")
    return settlement


def book(
    books: Books, context: RunContext, reference: Reference, asked: SettlementAsked
) -> tuple[PostedSettlement, Settlement]:
    """Book a settlement; the next payment run pays what is due of it.

    Raises:
        CannotSettle: It stands already, or does not fit what is loaded or in the pools.
    """
    with books.writing(context) as work:
        work.restorations.check_not_held()
        settlement = work_out(work, reference, asked)
        posted = work.settlements.add(settlement, context.as_of)
        work.funding.append(settlement.movements, settlement.charges, posted.source, context.as_of)
        work.ledger.post(program_postings(settlement, FUNDING_ACCOUNT, posted.source), context.as_of)
        work.audit.record("settle", posted.source, reason=settlement.kind, result=BOOKED)
    return posted, settlement


def _settlement(work: Work, reference: Reference, asked: SettlementAsked) -> Settlement:
    if isinstance(asked, CapitationAsked):
        return capitation(asked.provider, asked.period, asked.members, asked.rate, asked.reference)
    if isinstance(asked, ProgramAsked):
        return _year_end(work, reference, asked)
    pool = _pool(_savings_program(reference, asked.employer), asked)
    return prefund_return(pool, _in_pool(work, pool), asked.pool_interest, asked.reference)


def _year_end(work: Work, reference: Reference, asked: ProgramAsked) -> Settlement:
    pool = _pool(_withhold_program(reference, asked), asked)
    balance = _in_pool(work, pool)
    withhold = Share(
        pool=pool,
        balance=balance,
        given=earned_share(balance, asked.earned),
        reference=asked.withhold_reference,
    )
    told = {
        "year": asked.year,
        "in the pool": balance,
        "earned": f"{asked.earned:%}",
        POOL_INTEREST: asked.pool_interest,
        "measured savings": asked.savings,
        "bonus given": asked.bonus,
    }
    facts = [(name, str(value)) for name, value in told.items() if value is not None]
    return year_end(withhold, _savings(work, reference, asked), asked.pool_interest, facts)


def _savings(work: Work, reference: Reference, asked: ProgramAsked) -> Share | None:
    """Return the provider's share of savings; None where none were told."""
    if asked.savings is None and asked.bonus is None:
        return None
    program = _savings_program(reference, asked.employer)
    pool = _pool(program, asked)
    balance = _in_pool(work, pool)
    bonus = bonus_of(balance, given=asked.bonus, savings=asked.savings, share=program.provider_share)
    return Share(pool=pool, balance=balance, given=bonus, reference=asked.bonus_reference)


def _withhold_program(reference: Reference, asked: ProgramAsked) -> Program:
    programs = [each for each in _programs(reference, asked.employer) if each.on_835]
    return _only([each for each in programs if asked.program in ("", each.type)], "withhold programme")


def _savings_program(reference: Reference, employer: str) -> Program:
    return _only([each for each in _programs(reference, employer) if not each.on_835], "pre-funded programme")


def _programs(reference: Reference, employer: str) -> Sequence[Program]:
    if employer not in reference.employers:
        raise CannotSettle("no employer of this id is loaded")
    return reference.employers[employer].programs


def _only(programs: Sequence[Program], what: str) -> Program:
    pools = {_pool_name(each): each for each in programs}
    if len(pools) != 1:
        raise CannotSettle(f"the employer has {len(pools) or 'no'} such pools: name the type of the {what}")
    return next(iter(pools.values()))


def _pool_name(program: Program) -> str:
    return program.pool or program.type


def _pool(program: Program, asked: ProgramAsked | PrefundAsked) -> PoolKey:
    return PoolKey(_pool_name(program), asked.provider, asked.employer, asked.year)


def _in_pool(work: Work, pool: PoolKey) -> Usd:
    return sum((each.movement.amount for each in work.funding.movements(pool)), ZERO)


# --- the report ------------------------------------------------------------------------------------------------------


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
