"""What the books keep of money beside provider payments: pools, employers, members; by what source, since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hpedi.adjudication.funding import EmployerCharge, PoolMovement
from hpedi.money import Usd
from hpedi.payments.dues import Due
from hpedi.payments.settlement import SettlementKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedMovement:
    """A movement of a pool; `source` is `claim:<control number>/<version>` or `settlement:<number>`."""

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
        funding_account: Our id of the account that bears it, where that was asked for.
    """

    member: str
    payee: str
    amount: Usd
    source: str
    posted_on: date
    paid_on: date | None = None
    funding_account: str = ""


def by_paying_account(rows: Iterable[MemberPayment]) -> Mapping[tuple[str, str], Sequence[MemberPayment]]:
    """Return payments to members by subscriber and the account that pays them, sorted by these.

    What corrects one another is paid from one account, as to providers: that of the newest (see `paying_accounts`).

    Args:
        rows: Payments in the order in which they were added.
    """
    every = [((each.payee, each.source.rpartition("/")[0]), each) for each in rows]
    paid_from = {of_claim: each.funding_account for of_claim, each in every}
    found: dict[tuple[str, str], list[MemberPayment]] = {}
    for of_claim, each in every:
        found.setdefault((each.payee, paid_from[of_claim]), []).append(each)
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedSettlement:
    """A settlement that stands: who made it, when, and from what (`facts`, by name)."""

    id: int
    kind: SettlementKind
    employer: str
    provider: str
    reference: str
    principal: str
    posted_on: date
    facts: tuple[tuple[str, str], ...]

    @property
    def source(self) -> str:
        """What its movements, charges and postings name."""
        return f"settlement:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedDue:
    """What a payee is due, of which settlement, and the number of the payment that paid it; empty until one has."""

    due: Due
    settlement: int
    paid_by: str = ""
