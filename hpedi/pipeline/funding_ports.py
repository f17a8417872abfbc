"""What the pipeline asks of the store for money beside provider payments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from hpedi.adjudication.decision import ClaimDecision
from hpedi.adjudication.funding import EmployerCharge, PoolKey, PoolMovement
from hpedi.pipeline.funding_records import MemberPayment, PostedCharge, PostedMovement


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
