"""Reprocessings: what was proposed, and who decided on it."""

from __future__ import annotations

from msgspec.structs import replace
from sqlalchemy import Connection, Row, select, update

from hpedi.pipeline.reprocessing import Proposal, ProposalState
from hpedi.run_context import RunContext
from hpedi.safekeeping.vault import Vault
from hpedi.store.encoding import decode, encode
from hpedi.store.work_tables import reprocessing


class StoredReprocessings:
    """Proposals as sealed rows: they name claims and their money, and hold somebody's words."""

    def __init__(self, connection: Connection, vault: Vault, context: RunContext) -> None:
        """Work inside an open transaction, on behalf of somebody."""
        self._connection = connection
        self._vault = vault
        self._context = context

    def keep(self, proposal: Proposal) -> int:
        """Keep a new proposal; return its number."""
        row = {
            "state": proposal.state,
            "reason": proposal.asked.reason,
            "proposed_by": proposal.proposed_by,
            "proposed_at": self._context.instant,
            "sealed": b"",
        }
        insert = reprocessing.insert().values(row).returning(reprocessing.c.id)
        number: int = self._connection.execute(insert).scalar_one()
        sealed = self._vault.seal(encode(proposal), f"reprocessing/{number}")
        self._connection.execute(update(reprocessing).where(reprocessing.c.id == number).values(sealed=sealed))
        return number

    def find(self, number: int) -> Proposal | None:
        """Return a proposal, locked until the transaction ends."""
        query = select(reprocessing).where(reprocessing.c.id == number).with_for_update()
        row = self._connection.execute(query).first()
        return None if row is None else self._proposal(row)

    def all(self) -> tuple[Proposal, ...]:
        """Return every proposal, newest first."""
        rows = self._connection.execute(select(reprocessing).order_by(reprocessing.c.id.desc()))
        return tuple(self._proposal(row) for row in rows)

    def decide(self, number: int, state: ProposalState) -> None:
        """Say who approved or dropped a proposal."""
        decided = {"state": state, "decided_by": self._context.principal.id, "decided_at": self._context.instant}
        self._connection.execute(update(reprocessing).where(reprocessing.c.id == number).values(decided))

    def _proposal(self, row: Row[tuple[object, ...]]) -> Proposal:
        kept = decode(Proposal, self._vault.open(row.sealed, f"reprocessing/{row.id}"))
        return replace(kept, id=row.id, state=row.state, decided_by=row.decided_by)
