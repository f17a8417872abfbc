"""What a decision moves beside the provider's payment: withhold and programme pools, and the employer's money.

Both are append-only ledgers: a reversal adds the negated movement. Movements are of a decision as a whole.
"""

from __future__ import annotations

from msgspec.structs import replace

from hpedi.claims.model import Model
from hpedi.money import Usd

WITHHELD = "withheld"
PREFUNDED = "prefunded"
CLAIM_FUNDING = "claim_funding"
PREFUND = "prefund"


class PoolKey(Model, frozen=True, order=True):
    """Which pool.

    Attributes:
        pool: Its name, by contract or programme.
        provider: Our provider id.
        employer: Employer id; empty for a contract's own withhold.
        year: Calendar year of the services.
    """

    pool: str
    provider: str
    employer: str
    year: int


class PoolMovement(Model, frozen=True, omit_defaults=True):
    """What one source moves into a pool (positive) or out of it.

    Attributes:
        key: The pool.
        what: withheld, prefunded, earned_by_provider, bonus_to_provider, returned_to_employer.
        amount: US dollars.
        funding_account: Our id of the account that keeps it; empty: the payer's, or of a decision the one that pays it.
    """

    key: PoolKey
    what: str
    amount: Usd
    funding_account: str = ""

    def negated(self) -> PoolMovement:
        """Return the movement that takes this one back."""
        return replace(self, amount=-self.amount)


class EmployerCharge(Model, frozen=True):
    """What an employer is charged (positive) or given back.

    Attributes:
        employer: Employer id.
        what: claim_funding, prefund, pip_refund, prefund_refund.
        amount: US dollars.
        parts: What it is made of, by name; empty where it is one thing.
    """

    employer: str
    what: str
    amount: Usd
    parts: tuple[tuple[str, Usd], ...] = ()

    def negated(self) -> EmployerCharge:
        """Return the charge that takes this one back."""
        return replace(self, amount=-self.amount, parts=tuple((name, -amount) for name, amount in self.parts))
