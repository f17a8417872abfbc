"""Total cost of care against its target: what was saved, or spent beyond it, in a year.

    target = PMPM aimed at x risk factor x member months          savings = target - total cost of care

PMPM is a member and month. The target and the risk factor are dated data of the programme; the cost and the member
months are told by who measured them. Nothing is attributed to a provider here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hpedi.money import Usd, rounded
from hpedi.reference.dated import in_force
from hpedi.reference.settling import CostTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOfCare:
    """What care cost and should have cost.

    Attributes:
        target: The terms of the programme.
        cost: US dollars: all that plan and members paid for care.
        member_months: Members times months.
    """

    target: CostTarget
    cost: Usd
    member_months: int

    @property
    def adjusted_pmpm(self) -> Decimal:
        """US dollars a member and month that the target allows at this risk, not rounded."""
        return self.target.pmpm * self.target.risk_factor

    @property
    def allowed(self) -> Usd:
        """US dollars that the target allows for all member months."""
        return rounded(self.adjusted_pmpm * self.member_months)

    @property
    def savings(self) -> Usd:
        """US dollars saved; below 0.00 where more was spent."""
        return self.allowed - self.cost

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """How the savings were worked out, by name."""
        return (
            ("target a member and month", f"{self.target.pmpm}"),
            ("risk factor", f"{self.target.risk_factor}"),
            ("risk-adjusted target a member and month", f"{self.adjusted_pmpm:.4f}"),
            ("member months", str(self.member_months)),
            ("target cost of care", f"{self.allowed}"),
            ("total cost of care", f"{self.cost}"),
            ("cost a member and month", f"{rounded(self.cost / self.member_months)}"),
        )


def cost_target(targets: Iterable[CostTarget], provider: str, day: date) -> CostTarget | None:
    """Return the target in force for a provider on a day: its own, else the one for all."""
    every = tuple(targets)
    own = in_force((each for each in every if each.provider == provider), day)
    return own or in_force((each for each in every if not each.provider), day)
