"""What the pipeline asks of the store about disputes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from hpedi.pipeline.dispute import Dispute, DisputeAction, DisputedClaim, DisputeState, Outcome


class Disputes(Protocol):
    """Disputes of providers; their history is only ever added to."""

    def keep(self, dispute: Dispute, note: str) -> int:
        """Keep a new dispute; return its number."""

    def find(self, number: int) -> Dispute | None:
        """Return a dispute, locked until the transaction ends."""

    def all(self, state: DisputeState | None = None) -> tuple[Dispute, ...]:
        """Return the disputes in a state (None: in any), oldest first."""

    def open_about(self, claims: Sequence[str]) -> tuple[Dispute, ...]:
        """Return the open disputes that are about one of these claims."""

    def link(self, number: int, claims: Sequence[DisputedClaim], due: date, note: str) -> None:
        """Let a dispute be about more claims, and be due on a day."""

    def answer(self, number: int, outcome: Outcome, reprocessing: int, note: str) -> None:
        """Answer a dispute."""

    def close(self, number: int, action: DisputeAction, note: str) -> None:
        """Close a dispute."""

    def denied_often(self, at_least: int, since: date) -> tuple[str, ...]:
        """Return our numbers of the claims of which a line is denied as many others of its payee and code are.

        Args:
            at_least: How many claims of a billing provider and code make it many.
            since: First day of service looked at.
        """
