"""What the golden runner asks of the system it tests, so that it does not know how deep it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from hpedi.adjudication.decision import ClaimDecision, Pend
from hpedi.benefits.accumulators import Balances
from hpedi.claims.claim import Claim, ReceivedClaim
from hpedi.transactions.remittance_835.model import Remittance


@dataclass(frozen=True, slots=True)
class Decided:
    """A claim of the scenario, by its label, and the decision on it."""

    label: str
    received: ReceivedClaim
    decision: ClaimDecision


@dataclass(frozen=True, slots=True)
class Pended:
    """A claim of the scenario, by its label, that waits."""

    label: str
    pend: Pend


@dataclass(frozen=True, slots=True)
class Remitted:
    """A remittance as it was sent, and the step that sent it."""

    step: int
    remittance: Remittance


class Harness(Protocol):
    """A system with a payer loaded. Steps are done in order; what came of them is read back at any time."""

    def receive_claim(self, label: str, claim: Claim, received: date, day: date) -> None:
        """Receive a claim on one day and decide it on a day, the same or later."""

    def payment_run(self, step: int, day: date) -> None:
        """Pay everything decided and unpaid."""

    def control_numbers(self) -> dict[str, str]:
        """Return our control number of each claim received so far, by label."""

    def decided(self) -> list[Decided]:
        """Return the decisions in the order in which they became final."""

    def pended(self) -> list[Pended]:
        """Return the claims that wait."""

    def remitted(self) -> list[Remitted]:
        """Return the remittances in the order in which they were sent, read back from what was sent."""

    def balances(self) -> Balances:
        """Return the balances of all accumulators that anything was counted to."""
