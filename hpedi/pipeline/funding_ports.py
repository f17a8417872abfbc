"""What the pipeline asks of the store for money beside provider payments, and for settlements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from hpedi.adjudication.decision import ClaimDecision
from hpedi.adjudication.funding import EmployerCharge, PoolKey, PoolMovement
from hpedi.money import Usd
from hpedi.payments.dues import Due
from hpedi.payments.settlement import Settlement, SettlementKind
from hpedi.pipeline.funding_records import MemberPayment, PostedCharge, PostedDue, PostedMovement, PostedSettlement


class Funding(Protocol):
    """Pools, charges to employers and payments to members; ledgers that are only ever added to."""

    def append_of(self, decisions: Iterable[ClaimDecision], posted_on: date) -> None:
        """Add what decisions move beside the provider's payment; a source stands once or the store refuses it."""

    def append(
        self, movements: Sequence[PoolMovement], charges: Sequence[EmployerCharge], source: str, posted_on: date
    ) -> None:
        """Add movements and charges of a source."""

    def movements(self, key: PoolKey | None = None) -> tuple[PostedMovement, ...]:
        """Return the movements of a pool, or of all pools, in the order they were added."""

    def charges(self, employer: str | None = None) -> tuple[PostedCharge, ...]:
        """Return the charges to an employer, or to all, in the order they were added."""

    def member_payments(self, member: str | None = None) -> tuple[MemberPayment, ...]:
        """Return what was, or is to be, paid to a member or to all, in the order it was added."""

    def unpaid(self) -> tuple[MemberPayment, ...]:
        """Return what is to be paid to members, in the order in which it was added."""

    def paid_by(self, payment_row: int) -> tuple[MemberPayment, ...]:
        """Return what a check (its row) pays to a member."""

    def paid_on(self, sources: Iterable[str]) -> Mapping[str, date]:
        """Return the payment date of the claim versions among some sources that are paid."""


class Settlements(Protocol):
    """Settlements, each once under its reference, and what payees are due of them."""

    def hold(self) -> None:
        """See that nobody else settles until this transaction ends."""

    def find(self, kind: SettlementKind, employer: str, provider: str, reference: str) -> PostedSettlement | None:
        """Return the settlement of a reference."""

    def is_used(self, made: Due) -> bool:
        """Say whether a payee has a due of this code and reference already."""

    def refunded(self, provider: str, claim: str) -> Usd:
        """Return what a payee sent back of a claim, US dollars, that no payment has acknowledged yet."""

    def add(self, made: Settlement, posted_on: date) -> PostedSettlement:
        """Keep a settlement with its dues; one that stands already is refused by the store."""

    def all(self) -> tuple[PostedSettlement, ...]:
        """Return all settlements, oldest first."""

    def dues(self) -> tuple[PostedDue, ...]:
        """Return all dues, oldest first, with the payments that paid them."""

    def payees(self, run: int) -> tuple[str, ...]:
        """Return the providers to whom a payment run pays dues, in the order of their first ones."""

    def of_run(self, run: int, payee: str) -> tuple[Due, ...]:
        """Return the dues that a payment run pays a provider, oldest first."""
