"""Settle: capitation, withholds and programmes at the year's end, refunds, adjustments and transfers, each once.

Booking is one commit: pools, employer charges, dues, ledger and audit. A payment run then pays the dues; killed in
between, the next run pays them. What is only asked for is worked out the same way and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import itemgetter
from typing import TypeAlias

from msgspec.structs import replace

from hpedi.adjudication.funding import PoolKey
from hpedi.money import ZERO, Usd
from hpedi.payments.cost_of_care import CostOfCare, cost_target
from hpedi.payments.dues import REFUND
from hpedi.payments.ledger import LedgerAccount
from hpedi.payments.payee_balances import OVERPAYMENT, PayeeBalance
from hpedi.payments.pool_interest import interest_sum, pool_interest
from hpedi.payments.settlement import (
    POOL_INTEREST,
    CannotSettle,
    Settlement,
    Share,
    adjustment,
    bonus_of,
    capitation,
    earned_by,
    earned_share,
    prefund_return,
    refund,
    target_facts,
    transfer,
    withhold_release,
    year_end,
)
from hpedi.payments.settlement_ledger import program_postings
from hpedi.pipeline.funding_records import PostedSettlement
from hpedi.pipeline.ledger_views import LedgerScope
from hpedi.pipeline.parties import FUNDING_ACCOUNT
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.settlement_asked import (
    AdjustmentAsked,
    CapitationAsked,
    PrefundAsked,
    ProgramAsked,
    RefundAsked,
    SettlementAsked,
    TransferAsked,
    WithholdAsked,
)
from hpedi.reference.contracts import Withhold
from hpedi.reference.payer import employer_account
from hpedi.reference.plans import Program
from hpedi.reference.reference import Reference
from hpedi.reference.settling import Target
from hpedi.run_context import RunContext

Facts: TypeAlias = tuple[tuple[str, str], ...]
"""What something was worked out from, by name."""

BOOKED = "booked"


def work_out(work: Work, reference: Reference, asked: SettlementAsked) -> Settlement:
    """Return what a settlement comes to by what the pools hold now; nothing is kept.

    Raises:
        CannotSettle: It stands already, or does not fit what is loaded or in the pools.
    """
    if not isinstance(asked, TransferAsked) and asked.provider not in reference.providers:
        raise CannotSettle("no provider of this id is loaded")
    settlement = _with_dues_between(_settlement(work, reference, asked))
    standing = work.settlements.find(settlement.kind, settlement.employer, settlement.provider, settlement.reference)
    if standing is not None:
        raise CannotSettle(f"this is settled already, on {standing.posted_on} under the same reference")
    once = (due for due in settlement.dues if due.code != REFUND)
    used = next((due for due in once if work.settlements.is_used(due)), None)
    if used is not None:
        raise CannotSettle(f"the provider has a PLB {used.code} of {used.reference} already: there is only one of each")
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
        work.settlements.hold()
        settlement = work_out(work, reference, asked)
        posted = work.settlements.add(settlement, context.as_of)
        work.funding.append(settlement.movements, settlement.charges, posted.source, context.as_of)
        work.ledger.post(program_postings(settlement, posted.source), context.as_of)
        work.audit.record("settle", posted.source, reason=settlement.kind, result=BOOKED)
    return posted, settlement


def _settlement(work: Work, reference: Reference, asked: SettlementAsked) -> Settlement:
    match asked:
        case ProgramAsked():
            return _year_end(work, reference, asked)
        case WithholdAsked():
            return _withhold_release(work, reference, asked)
        case PrefundAsked():
            return _prefund_return(work, reference, asked)
        case _:
            return _beside_pools(work, asked)


def _beside_pools(work: Work, asked: CapitationAsked | RefundAsked | AdjustmentAsked | TransferAsked) -> Settlement:
    match asked:
        case CapitationAsked():
            return capitation(asked.provider, asked.period, asked.members, asked.rate, asked.reference)
        case RefundAsked():
            return _refund(work, asked)
        case AdjustmentAsked():
            return adjustment(asked.provider, asked.code, asked.amount, asked.reference, asked.note, asked.ways)
        case TransferAsked():
            return _transfer(work, asked)


def _with_dues_between(settlement: Settlement) -> Settlement:
    """Return a settlement that tells what its accounts then owe the payer's, for people to follow."""
    told = tuple(
        (f"due from {each.funding_account} to the payer's account", f"{each.credit}")
        for each in program_postings(settlement, "")
        if each.account is LedgerAccount.DUE_TO_ACCOUNTS and each.credit
    )
    return replace(settlement, facts=(*settlement.facts, *told)) if told else settlement


def _transfer(work: Work, asked: TransferAsked) -> Settlement:
    account = employer_account(asked.employer)
    standing = {name: debits - credits_ for _account, name, debits, credits_ in work.proof.balance(
        LedgerScope(funding_account=account)
    )}  # fmt: skip
    if not standing:
        raise CannotSettle("nothing was ever posted to an account of this employer's own")
    owes = -standing.get(LedgerAccount.DUE_TO_ACCOUNTS.value, ZERO)
    owed = standing.get(LedgerAccount.DUE_FROM_ACCOUNTS.value, ZERO)
    return transfer(asked.employer, owes, owed, asked.amount, asked.reference)


def _refund(work: Work, asked: RefundAsked) -> Settlement:
    owed = [each for each in work.payee_balances.owed(asked.provider) if _is_owed_for(each, asked.claim)]
    account, amount = max(((each.funding_account, each.amount) for each in owed), key=itemgetter(1), default=("", ZERO))
    left = amount - work.settlements.refunded(asked.provider, asked.claim)
    return refund(asked.provider, asked.claim, asked.amount, left, asked.reference, account or FUNDING_ACCOUNT)


def _is_owed_for(balance: PayeeBalance, claim: str) -> bool:
    return (balance.kind, balance.reference) == (OVERPAYMENT, claim)


def _year_end(work: Work, reference: Reference, asked: ProgramAsked) -> Settlement:
    program = _withhold_program(reference, asked)
    pool = _pool(program, asked)
    share, told = _share(work, pool, asked, program.targets, asked.withhold_reference)
    interest, accrued = _interest(work, pool, program, asked.pool_interest)
    savings, measured = _savings(work, reference, asked)
    facts = [*told, *accrued, (POOL_INTEREST, f"{interest}"), *measured]
    return year_end(share, savings, interest, facts)


def _withhold_release(work: Work, reference: Reference, asked: WithholdAsked) -> Settlement:
    pools = _withholds(reference, asked.provider, asked.year)
    withholds = {name: each for name, each in pools.items() if asked.pool in ("", name)}
    if len(withholds) != 1:
        count = len(withholds) or "no"
        raise CannotSettle(f"the provider's contracts of {asked.year} have {count} such pools: name one of them")
    ((name, withhold),) = withholds.items()
    pool = PoolKey(name, asked.provider, "", asked.year)
    share, told = _share(work, pool, asked, withhold.targets, asked.reference)
    return withhold_release(share, told)


def _withholds(reference: Reference, provider: str, year: int) -> dict[str, Withhold]:
    """Return by pool what a provider's contracts withhold in a year, as it was agreed last in that year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    of_year = [
        contract
        for contracts in reference.contracts.values()
        for contract in contracts
        if contract.provider == provider and contract.start <= last and (contract.end is None or contract.end >= first)
    ]
    ordered = sorted(of_year, key=lambda contract: contract.start)
    return {each.pool: each for contract in ordered for each in contract.withholds}


def _share(
    work: Work, pool: PoolKey, asked: ProgramAsked | WithholdAsked, targets: Sequence[Target], reference: str
) -> tuple[Share, Facts]:
    """Return the provider's share of a withhold pool, and how it was worked out."""
    kept = _in_pool(work, pool)
    balance = sum(kept.values(), ZERO)
    earned = earned_by(targets, asked.met) if asked.earned is None else asked.earned
    given = earned_share(balance, earned)
    told = target_facts(targets, asked.met) if asked.earned is None else ()
    facts = (
        ("year", str(pool.year)),
        ("in the pool", f"{balance}"),
        *told,
        ("earned", f"{earned:%} of the pool: {given}"),
        ("not earned", f"{balance - given}"),
    )
    return Share(pool=pool, balance=balance, given=given, reference=reference, kept=tuple(kept.items())), facts


def _interest(work: Work, pool: PoolKey, program: Program, given: Usd | None) -> tuple[Usd, Facts]:
    """Return what a pool earned until today, and how that was worked out; what is given is taken as it is."""
    if given is not None:
        return given, ()
    moved = [(each.posted_on, each.movement.amount) for each in work.funding.movements(pool)]
    spans = pool_interest(moved, program.interest_rates, work.context.as_of)
    return interest_sum(spans), tuple((f"interest from {each.start}", each.told) for each in spans)


def _savings(work: Work, reference: Reference, asked: ProgramAsked) -> tuple[Share | None, Facts]:
    """Return the provider's share of savings, None where none were told, and how it was worked out."""
    if asked.savings is None and asked.bonus is None and asked.cost is None:
        return None, ()
    program = _savings_program(reference, asked.employer)
    pool = _pool(program, asked)
    kept = _in_pool(work, pool)
    balance = sum(kept.values(), ZERO)
    savings, facts = _measured(program, asked)
    bonus = bonus_of(balance, given=asked.bonus, savings=savings, share=program.provider_share)
    told = {
        "measured savings": savings,
        "provider's share of savings": program.provider_share if asked.bonus is None else None,
        "in the pre-fund pool": balance,
        "bonus given": asked.bonus,
        "bonus": bonus,
    }
    every = (*facts, *((name, f"{value}") for name, value in told.items() if value is not None))
    kept_by = tuple(kept.items())
    return Share(pool=pool, balance=balance, given=bonus, reference=asked.bonus_reference, kept=kept_by), every


def _measured(program: Program, asked: ProgramAsked) -> tuple[Usd | None, Facts]:
    """Return what was saved: as told, or the cost of care against the programme's target."""
    if asked.cost is None:
        return asked.savings, ()
    target = cost_target(program.cost_targets, asked.provider, date(asked.year, 12, 31))
    if target is None or asked.member_months < 1:
        raise CannotSettle("a cost of care needs the programme's cost_targets for the year, and its member months")
    measured = CostOfCare(target=target, cost=asked.cost, member_months=asked.member_months)
    return measured.savings, measured.facts


def _prefund_return(work: Work, reference: Reference, asked: PrefundAsked) -> Settlement:
    program = _savings_program(reference, asked.employer)
    if program.returns_from:
        first = date.fromisoformat(f"{asked.year + 1}-{program.returns_from}")
        if work.context.as_of < first:
            raise CannotSettle(f"what is left of {asked.year} goes back from {first} on")
    pool = _pool(program, asked)
    interest, accrued = _interest(work, pool, program, asked.pool_interest)
    kept = _in_pool(work, pool)
    balance = sum(kept.values(), ZERO)
    left = Share(pool=pool, balance=balance, given=ZERO, reference=asked.reference, kept=tuple(kept.items()))
    return prefund_return(left, interest, accrued)


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


def _in_pool(work: Work, pool: PoolKey) -> dict[str, Usd]:
    """Return what is in a pool, US dollars by our ids of the accounts that keep it (empty: the payer's)."""
    kept: dict[str, Usd] = {}
    for each in work.funding.movements(pool):
        account = each.movement.funding_account
        kept[account] = kept.get(account, ZERO) + each.movement.amount
    return kept
