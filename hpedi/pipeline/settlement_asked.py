"""What somebody asks to have settled: each kind of settlement with what it is worked out from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from hpedi.money import Usd
from hpedi.payments.conventions import Way


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
        earned: The provider's part of the withhold pool, 0 to 1; by the targets met if None.
        met: The targets that were met.
        program: The programme's type; the employer's only one with withholds if empty.
        pool_interest: US dollars that the withhold pool earned; by the programme's rates if None.
        savings: US dollars saved, where the bonus is a share of it.
        cost: Total cost of care, US dollars, where savings are measured against the programme's target.
        member_months: The member months of that cost.
        bonus: US dollars, where the bonus is agreed as such.
    """

    employer: str
    provider: str
    year: int
    earned: Decimal | None = None
    met: tuple[str, ...] = ()
    program: str = ""
    pool_interest: Usd | None = None
    savings: Usd | None = None
    cost: Usd | None = None
    member_months: int = 0
    bonus: Usd | None = None
    withhold_reference: str
    bonus_reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefundAsked:
    """What is left of an employer's pre-fund pool with a provider goes back, with the pool's interest.

    Attributes:
        pool_interest: US dollars that the pool earned; by the programme's rates if None.
    """

    employer: str
    provider: str
    year: int
    pool_interest: Usd | None = None
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithholdAsked:
    """The year's end of what a provider's contract itself withheld.

    Attributes:
        earned: The provider's part of the pool, 0 to 1; by the targets met if None.
        met: The targets that were met.
        pool: The pool's name; the only one of the provider's contracts if empty.
    """

    provider: str
    year: int
    earned: Decimal | None = None
    met: tuple[str, ...] = ()
    pool: str = ""
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAsked:
    """What a provider sent back (US dollars) of a claim that it was overpaid for."""

    provider: str
    claim: str
    amount: Usd
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentAsked:
    """An adjustment to a provider, or from it below 0.00 (US dollars), under a PLB code.

    Attributes:
        note: Why.
        ways: Which way each code goes that may be booked.
    """

    provider: str
    code: str
    amount: Usd
    reference: str
    note: str
    ways: Mapping[str, Way]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAsked:
    """What the bank moved from an employer's own account to the payer's, or back below 0.00 (US dollars).

    Attributes:
        amount: All that is to be moved if None.
        reference: What the bank knows it by.
    """

    employer: str
    amount: Usd | None
    reference: str


SettlementAsked: TypeAlias = (
    CapitationAsked | ProgramAsked | PrefundAsked | WithholdAsked | RefundAsked | AdjustmentAsked | TransferAsked
)
