"""Claims that wait: why, who works on them, and what examiners decide of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection, Row, delete, select, update

from hpedi.adjudication.decision import Pend
from hpedi.adjudication.override import Override
from hpedi.pipeline.records import WaitingClaim
from hpedi.run_context import RunContext
from hpedi.safekeeping.vault import Vault
from hpedi.store.among import among
from hpedi.store.encoding import decode, encode
from hpedi.store.in_batches import in_batches
from hpedi.store.inserts import Insert
from hpedi.store.tables import claim, receipt
from hpedi.store.work_tables import claim_override, pend

PENDED = "pended"

_WAITING: Final = (
    select(pend, claim.c.charged, receipt.c.received_at)
    .join(claim, claim.c.control_number == pend.c.control_number)
    .join(receipt, receipt.c.id == claim.c.receipt)
    .where(claim.c.state == PENDED)
    .order_by(receipt.c.received_at, pend.c.control_number)
)
_INSERT = Insert(pend, "control_number", "version", "pended_on", "reason", "status277", "sealed")


class StoredPends:
    """Why claims wait, one row a claim; overrides are rows that are only ever added."""

    def __init__(self, connection: Connection, vault: Vault, context: RunContext) -> None:
        """Work inside an open transaction, on behalf of somebody."""
        self._connection = connection
        self._vault = vault
        self._context = context

    def put(self, pended: Sequence[Pend], pended_on: date) -> None:
        """Keep why claims wait, in place of why they waited before, and mark them pended."""
        for batch in in_batches([made.payer_claim_control_number for made in pended]):
            self._connection.execute(delete(pend).where(pend.c.control_number.in_(batch)))
        _INSERT(self._connection, [self._row(made, pended_on) for made in pended])
        of_reason: dict[str, list[str]] = {}
        for made in pended:
            of_reason.setdefault(made.reason, []).append(made.payer_claim_control_number)
        for reason, numbers in of_reason.items():
            for batch in in_batches(numbers):
                marked = update(claim).where(claim.c.control_number.in_(batch)).values(state=PENDED, note=reason)
                self._connection.execute(marked)

    def _row(self, made: Pend, pended_on: date) -> tuple[object, ...]:
        number = made.payer_claim_control_number
        sealed = self._vault.seal(encode(made), f"pend/{number}/{made.version}")
        return (number, made.version, pended_on, made.reason, made.status277, sealed)

    def waiting(self, control_number: str | None = None) -> tuple[WaitingClaim, ...]:
        """Return the claims that wait, or one that does, oldest receipt first."""
        if control_number is not None:
            return self.of_claims([control_number])
        return tuple(self._waiting(row) for row in self._connection.execute(_WAITING))

    def of_claims(self, control_numbers: Sequence[str]) -> tuple[WaitingClaim, ...]:
        """Return those of some claims that wait, oldest receipt first."""
        batches = (_WAITING.where(pend.c.control_number.in_(batch)) for batch in in_batches(control_numbers))
        return tuple(self._waiting(row) for query in batches for row in self._connection.execute(query))

    def _waiting(self, row: Row[tuple[object, ...]]) -> WaitingClaim:
        sealed = self._vault.open(row.sealed, f"pend/{row.control_number}/{row.version}")
        return WaitingClaim(
            pend=decode(Pend, sealed),
            pended_on=row.pended_on,
            received_at=row.received_at,
            charged=row.charged,
            assigned_to=row.assigned_to,
        )

    def assign(self, control_number: str, login: str) -> None:
        """Say who works on a claim that waits; empty: nobody."""
        self._connection.execute(update(pend).where(pend.c.control_number == control_number).values(assigned_to=login))

    def override(self, control_number: str, made: Override) -> None:
        """Keep what an examiner decided of a claim."""
        row = {
            "control_number": control_number,
            "made_by": made.by,
            "made_at": self._context.instant,
            "sealed": self._vault.seal(encode(made), f"override/{control_number}"),
        }
        self._connection.execute(claim_override.insert().values(row))

    def overrides(self, control_numbers: Sequence[str]) -> Mapping[str, tuple[Override, ...]]:
        """Return what examiners decided of claims, oldest first."""
        found: dict[str, tuple[Override, ...]] = {}
        query = select(claim_override).where(among(claim_override.c.control_number, control_numbers))
        for row in self._connection.execute(query.order_by(claim_override.c.id)).all():
            made = decode(Override, self._vault.open(row.sealed, f"override/{row.control_number}"))
            found[row.control_number] = (*found.get(row.control_number, ()), made)
        return found
