"""What the books keep of money beside provider payments: pools, employers, members; by what source, since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hpedi.adjudication.funding import EmployerCharge, PoolMovement
from hpedi.money import Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedMovement:
    """A movement of a pool; `source` is `claim:<control number>/<version>` or a settlement."""

    movement: PoolMovement
    source: str
    posted_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedCharge:
    """A charge to an employer. One for a claim is due when the claim is paid: `paid_on` is None until then."""

    charge: EmployerCharge
    source: str
    posted_on: date
    paid_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPayment:
    """What goes to a member instead of the provider, outside the 835; on the day the claim is paid.

    Attributes:
        member: The patient (our id).
        payee: The subscriber (our id).
        amount: US dollars; negative takes back.
    """

    member: str
    payee: str
    amount: Usd
    source: str
    posted_on: date
    paid_on: date | None = None
