"""Settlements: what a month of capitation, or the year's end of a programme, comes to for provider and employer.

    capitation     members x rate a month                                            PLB CT
    year's end     the provider's earned share of the withhold pool                  PLB E3
                   what is not earned, and the pool's interest, to the employer      pip_refund
                   the provider's bonus out of the pre-fund pool                     PLB BN
    withhold       the earned share of what a contract itself withholds; the plan keeps the rest   PLB E3
    pre-fund       what is left of the pre-fund pool, and its interest, to the employer   prefund_refund
    refund         what a payee sent back of an overpaid claim                       PLB 72
    adjustment     what somebody books to or from a payee                            PLB CS, IP, LS, L3, LE
    transfer       what the bank moved between an employer's own account and the payer's

What comes out of a pool comes out of the accounts that keep it, in the proportion in which they do: a claim withholds
in the account that pays it. The payer's account pays the dues, and is due that from the others until the bank moves it.

A settlement is worked out here, kept once under its reference, and posted as one source (`settlement_ledger`). It
measures no quality: which targets were met is told by whoever measured. How dues are then paid is the payment run's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from hpedi.adjudication.funding import EmployerCharge, PoolKey, PoolMovement
from hpedi.claims.model import Model
from hpedi.money import ZERO, Usd, allocate, rounded
from hpedi.payments.conventions import Way
from hpedi.payments.dues import BONUS, CAPITATION, REFUND, WITHHOLD, Due
from hpedi.reference.payer import PAYER_ACCOUNTS
from hpedi.reference.settling import Target

SettlementKind: TypeAlias = Literal["capitation", "program", "prefund", "withhold", "refund", "adjustment", "transfer"]

EARNED: Final = "earned_by_provider"
BONUS_PAID: Final = "bonus_to_provider"
RETURNED: Final = "returned_to_employer"
RETAINED: Final = "retained_by_plan"
PIP_REFUND: Final = "pip_refund"
PREFUND_REFUND: Final = "prefund_refund"
POOL_INTEREST: Final = "pool_interest"
TRANSFER: Final = "transfer"
TRANSFERRED: Final = "transferred"
SET_OFF: Final = "set off"
"""The facts that a transfer is posted by."""


_WAY: Final[Mapping[bool, Way]] = {True: "to provider", False: "from provider"}
_SIGNS: Final[Mapping[Way, str]] = {
    "to provider": "above 0.00: to the provider",
    "from provider": "below 0.00: from the provider",
    "either": "not 0.00",
}


class CannotSettle(Exception):
    """What was asked for does not fit the pools or the programme; the message holds no member's data."""


class Settlement(Model, frozen=True, kw_only=True):
    """What a settlement comes to. `kind`, `employer`, `provider` and `reference` make it the same one.

    Attributes:
        kind: What was settled.
        employer: Employer id; empty where none is concerned.
        provider: Our provider id.
        reference: What finance knows it by; of a programme that of its withhold.
        facts: What it was worked out from, by name, for people to follow.
        movements: What it takes out of pools.
        charges: What the employer gets back (negative).
        dues: What the provider gets.
    """

    kind: SettlementKind
    employer: str = ""
    provider: str = ""
    reference: str
    facts: tuple[tuple[str, str], ...] = ()
    movements: tuple[PoolMovement, ...] = ()
    charges: tuple[EmployerCharge, ...] = ()
    dues: tuple[Due, ...] = ()


class Share(Model, frozen=True, kw_only=True):
    """A pool and what the provider is to get of it.

    Attributes:
        pool: The pool.
        balance: US dollars in it.
        given: US dollars of it for the provider.
        reference: What the provider's PLB row says.
        kept: What of it each account keeps, US dollars by our ids of them (empty: the payer's); none: all the payer's.
    """

    pool: PoolKey
    balance: Usd
    given: Usd
    reference: str
    kept: tuple[tuple[str, Usd], ...] = ()

    def taken(self, what: str, amount: Usd) -> tuple[PoolMovement, ...]:
        """Return the movements that take an amount out of it, from those that keep any in proportion to that."""
        return _movements(self.pool, what, out_of(amount, self.kept or (("", self.balance),)))

    def rest(self, what: str, taken: Sequence[PoolMovement]) -> tuple[PoolMovement, ...]:
        """Return the movements that take out of each account what is left there once something was taken."""
        left = dict(self.kept or (("", self.balance),))
        for each in taken:
            left[each.funding_account] += each.amount
        return _movements(self.pool, what, left.items())


def capitation(provider: str, period: str, members: int, rate: Usd, reference: str) -> Settlement:
    """Settle a month of capitation.

    Args:
        provider: Our provider id.
        period: CCYY-MM.
        members: How many members were the provider's in it.
        rate: US dollars a member and month.
        reference: PLB03-2.
    """
    facts = (("period", period), ("members", str(members)), ("rate a member and month", f"{rate}"))
    due = Due(provider=provider, code=CAPITATION, reference=reference, amount=members * rate)
    return Settlement(kind="capitation", provider=provider, reference=reference, facts=facts, dues=_not_nothing([due]))


def earned_share(balance: Usd, rate: Decimal) -> Usd:
    """Return what of a withhold pool the provider earned.

    Raises:
        CannotSettle: The rate is not between 0 and 1, or the pool is below nothing.
    """
    if not 0 <= rate <= 1:
        raise CannotSettle("what the provider earned is between 0 and 100 percent")
    if balance < 0:
        raise CannotSettle("the withhold pool is below 0.00: more was taken back than withheld")
    return rounded(balance * rate)


def earned_by(targets: Sequence[Target], met: Collection[str]) -> Decimal:
    """Return what part of a pool is earned by the targets that were met.

    Raises:
        CannotSettle: None are agreed, or one is named that is not agreed.
    """
    known = {each.id for each in targets}
    if not known:
        raise CannotSettle("no targets are agreed: say what was earned")
    unknown = sorted(set(met) - known)
    if unknown:
        raise CannotSettle(f"no target is called {', '.join(unknown)}; agreed are {', '.join(sorted(known))}")
    return sum((each.weight for each in targets if each.id in met), Decimal(0))


def target_facts(targets: Iterable[Target], met: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return what each target counts and whether it was met, for people to follow."""
    return tuple(
        (f"target {each.id}", f"{each.name}, counts {each.weight}: {'met' if each.id in met else 'not met'}")
        for each in targets
    )


def bonus_of(balance: Usd, *, given: Usd | None, savings: Usd | None, share: Decimal | None) -> Usd:
    """Return the provider's bonus: the amount given, or its share of savings, as far as the pre-fund pool reaches.

    Args:
        balance: US dollars in the pre-fund pool.
        given: The bonus, where it is agreed as an amount.
        savings: What was saved; below nothing where more was spent.
        share: The provider's share of savings.

    Raises:
        CannotSettle: Savings are told and the programme has no share, or more is given than is in the pool.
    """
    if given is not None:
        if not ZERO <= given <= max(balance, ZERO):
            raise CannotSettle(f"a bonus is between 0.00 and what is in the pre-fund pool, {balance:,}")
        return given
    if savings is None:
        return ZERO
    if share is None:
        raise CannotSettle("the programme has no provider_share: give the bonus itself")
    return max(min(rounded(max(savings, ZERO) * share), balance), ZERO)


def year_end(withhold: Share, savings: Share | None, interest: Usd, facts: Sequence[tuple[str, str]]) -> Settlement:
    """Settle a withhold programme at the year's end: what the provider did not earn goes back to the employer."""
    key, unearned = withhold.pool, withhold.balance - withhold.given
    earned = withhold.taken(EARNED, withhold.given)
    moved = [*earned, *withhold.rest(RETURNED, earned)]
    dues = [Due(provider=key.provider, code=WITHHOLD, reference=withhold.reference, amount=withhold.given)]
    if savings is not None:
        moved += savings.taken(BONUS_PAID, savings.given)
        dues.append(Due(provider=key.provider, code=BONUS, reference=savings.reference, amount=savings.given))
    return Settlement(
        kind="program",
        employer=key.employer,
        provider=key.provider,
        reference=withhold.reference,
        facts=tuple(facts),
        movements=tuple(moved),
        charges=_refund(key.employer, PIP_REFUND, "unearned", unearned, interest),
        dues=_not_nothing(dues),
    )


def withhold_release(withhold: Share, facts: Sequence[tuple[str, str]]) -> Settlement:
    """Settle what a contract itself withheld: the provider gets what it earned, the plan keeps the rest."""
    key, earned = withhold.pool, withhold.taken(EARNED, withhold.given)
    due = Due(provider=key.provider, code=WITHHOLD, reference=withhold.reference, amount=withhold.given)
    return Settlement(
        kind="withhold",
        provider=key.provider,
        reference=withhold.reference,
        facts=tuple(facts),
        movements=(*earned, *withhold.rest(RETAINED, earned)),
        dues=_not_nothing([due]),
    )


def refund(
    provider: str, claim: str, amount: Usd, owed: Usd, reference: str, account: str = PAYER_ACCOUNTS
) -> Settlement:
    """Take what a payee sent back of an overpaid claim: its next remittance acknowledges it and takes it off.

    Args:
        provider: Our provider id.
        claim: Our number of the claim, as the overpayment was told (PLB WO).
        amount: US dollars received.
        owed: US dollars that are still owed for the claim.
        reference: What the refund is known by: the number of the payee's check.
        account: Our id of the account that overpaid the claim: its cash it is.

    Raises:
        CannotSettle: Nothing, or more than is owed for the claim, was sent back.
    """
    if not ZERO < amount <= owed:
        raise CannotSettle(f"for this claim the provider owes {owed:,}: a refund is above 0.00 and no more than that")
    facts = (("claim", claim), ("owed before", f"{owed}"), ("received", f"{amount}"))
    due = Due(provider=provider, code=REFUND, reference=claim, amount=amount, funding_account=account)
    return Settlement(kind="refund", provider=provider, reference=reference, facts=facts, dues=(due,))


def adjustment(provider: str, code: str, amount: Usd, reference: str, note: str, ways: Mapping[str, Way]) -> Settlement:
    """Book an adjustment to a payee (above 0.00) or from it, for a reason that somebody gives.

    Args:
        provider: Our provider id.
        code: PLB03-1.
        amount: US dollars.
        reference: PLB03-2.
        note: The reason.
        ways: Which way each code goes that may be booked.

    Raises:
        CannotSettle: The code is not one to book by hand, or not of this sign.
    """
    way = ways.get(code)
    if way is None:
        raise CannotSettle(f"a code to book is one of {', '.join(sorted(ways))}")
    if not amount or way not in ("either", _WAY[amount > 0]):
        raise CannotSettle(f"an amount of {code} is {_SIGNS[way]}")
    due = Due(provider=provider, code=code, reference=reference, amount=amount)
    return Settlement(kind="adjustment", provider=provider, reference=reference, facts=(("why", note),), dues=(due,))


def prefund_return(left: Share, interest: Usd, facts: Sequence[tuple[str, str]] = ()) -> Settlement:
    """Give an employer back what is left of its pre-fund pool, with interest; `facts` tell how that was worked out.

    Raises:
        CannotSettle: The pool is below nothing.
    """
    pool, balance = left.pool, left.balance
    if balance < 0:
        raise CannotSettle("the pre-fund pool is below 0.00: more was taken back than pre-funded")
    return Settlement(
        kind="prefund",
        employer=pool.employer,
        provider=pool.provider,
        reference=left.reference,
        facts=(("year", str(pool.year)), ("in the pool", f"{balance}"), *facts, (POOL_INTEREST, f"{interest}")),
        movements=left.rest(RETURNED, ()),
        charges=_refund(pool.employer, PREFUND_REFUND, "unused", balance, interest),
    )


def transfer(employer: str, owes: Usd, owed: Usd, amount: Usd | None, reference: str) -> Settlement:
    """Take note that the bank moved money between an employer's own account and the payer's.

    What is due both ways is set off against one another, so that only the difference is to be moved.

    Args:
        employer: Employer id.
        owes: US dollars that the employer's account is to transfer.
        owed: US dollars that it is to get.
        amount: US dollars moved to the payer's account, below 0.00 from it; all of the difference if None.
        reference: What the bank knows it by.

    Raises:
        CannotSettle: Nothing is to be moved, or not so much, or not this way.
    """
    open_ = owes - owed
    moved = open_ if amount is None else amount
    low, high = min(open_, ZERO), max(open_, ZERO)
    if not low <= moved <= high or not (moved or min(owes, owed)):
        raise CannotSettle(f"between this account and the payer's {open_:,} is to be moved: no more, and no other way")
    facts = (
        ("due to the payer's account before", f"{owes}"),
        ("due from the payer's account before", f"{owed}"),
        (SET_OFF, f"{min(owes, owed)}"),
        (TRANSFERRED, f"{moved}"),
        ("left to be moved", f"{open_ - moved}"),
    )
    return Settlement(kind=TRANSFER, employer=employer, reference=reference, facts=facts)


def out_of(amount: Usd, kept: Sequence[tuple[str, Usd]]) -> tuple[tuple[str, Usd], ...]:
    """Split an amount over those that keep something, in proportion to that; the first gets it where none does."""
    weights = [max(each, ZERO) for _account, each in kept]
    shares = allocate(amount, weights) if any(weights) else (amount, *(ZERO for _each in weights[1:]))
    return tuple((account, share) for (account, _kept), share in zip(kept, shares, strict=True))


def _movements(pool: PoolKey, what: str, amounts: Iterable[tuple[str, Usd]]) -> tuple[PoolMovement, ...]:
    """Return the movements that take amounts out of a pool, those of nothing left out."""
    return tuple(PoolMovement(pool, what, -amount, account) for account, amount in amounts if amount)


def _refund(employer: str, what: str, part: str, amount: Usd, interest: Usd) -> tuple[EmployerCharge, ...]:
    total = amount + interest
    parts = ((part, -amount), (POOL_INTEREST, -interest))
    return (EmployerCharge(employer, what, -total, parts),) if total else ()


def _not_nothing(dues: Iterable[Due]) -> tuple[Due, ...]:
    return tuple(each for each in dues if each.amount)
