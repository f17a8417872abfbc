"""What the golden runner asks of the system it tests, so that it does not know how deep it reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from hpedi.adjudication.decision import ClaimDecision, Pend
from hpedi.benefits.accumulators import Balances
from hpedi.claims.claim import Claim, ReceivedClaim
from hpedi.payments.eob import Eob
from hpedi.payments.payee_balances import PayeeBalance
from hpedi.payments.payment import Payment
from hpedi.payments.proof import Difference
from hpedi.pipeline.funding_records import MemberPayment, PostedCharge, PostedMovement
from hpedi.pipeline.payment_terms import Held
from hpedi.pipeline.settlement_asked import SettlementAsked
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


@dataclass(frozen=True, slots=True)
class Funding:
    """All money beside provider payments: movements of pools, charges to employers, payments to members."""

    movements: tuple[PostedMovement, ...]
    charges: tuple[PostedCharge, ...]
    member_payments: tuple[MemberPayment, ...]


@dataclass(frozen=True, slots=True)
class Paid:
    """What a payment run paid and kept back, and the step that it was of."""

    step: int
    payments: tuple[Payment, ...]
    held: tuple[Held, ...]


class Harness(Protocol):
    """A system with a payer loaded. Steps are done in order; what came of them is read back at any time."""

    def receive_claim(self, label: str, claim: Claim, received: date, day: date) -> None:
        """Receive a claim on one day and decide it on a day, the same or later."""

    def load(self, files: Mapping[str, bytes], day: date) -> None:
        """Load the payer's folder as it is now."""

    def reprocess(self, control_number: str, reason: str, waived: Sequence[str], day: date) -> None:
        """Decide a claim again by what is known now."""

    def set_interest(self, control_number: str, amount: str, day: date) -> None:
        """Set the interest of a claim by hand."""

    def payment_run(self, step: int, day: date) -> None:
        """Pay everything decided and unpaid."""

    def settle(self, step: int, asked: SettlementAsked, day: date) -> None:
        """Settle capitation or a programme, and pay what is due of it."""

    def control_numbers(self) -> dict[str, str]:
        """Return our control number of each claim received so far, by label."""

    def decided(self) -> list[Decided]:
        """Return the decisions in the order in which they became final."""

    def pended(self) -> list[Pended]:
        """Return the claims that wait."""

    def remitted(self) -> list[Remitted]:
        """Return the remittances in the order in which they were sent, read back from what was sent."""

    def payee_balances(self) -> list[PayeeBalance]:
        """Return what payees still owe."""

    def funding(self) -> Funding:
        """Return what went into pools and to members, and what employers were charged."""

    def paid(self) -> list[Paid]:
        """Return what each payment run paid and kept back."""

    def explained(self, control_number: str) -> Eob:
        """Return what the member is told of a claim."""

    def ledger(self) -> Mapping[tuple[str, str], Decimal]:
        """Return debits less credits by funding account and account of the ledger."""

    def unproven(self) -> Sequence[Difference]:
        """Return what the proof of the books names."""

    def authorizations(self) -> Mapping[str, tuple[Decimal, Decimal]]:
        """Return what is used and what is left of each authorisation."""

    def balances(self) -> Balances:
        """Return the balances of all accumulators that anything was counted to."""
