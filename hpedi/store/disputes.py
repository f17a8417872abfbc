"""Disputes of providers: what they are about, where they stand and who did what with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Connection, Row, func, select, update

from hpedi.pipeline.dispute import Dispute, DisputeAction, DisputedClaim, DisputeEvent, DisputeState, Outcome
from hpedi.run_context import RunContext
from hpedi.safekeeping.vault import Vault
from hpedi.store.dispute_tables import dispute, dispute_claim, dispute_event
from hpedi.store.in_batches import in_batches
from hpedi.store.tables import past_line


class StoredDisputes:
    """Disputes in rows; people's words about them are sealed."""

    def __init__(self, connection: Connection, vault: Vault, context: RunContext) -> None:
        """Work inside an open transaction, on behalf of somebody."""
        self._connection = connection
        self._vault = vault
        self._context = context

    def keep(self, made: Dispute, note: str) -> int:
        """Keep a new dispute; return its number."""
        row = {
            "provider": made.provider,
            "grounds": made.grounds,
            "at_stake": made.at_stake,
            "received_on": made.received,
            "due_on": made.due,
            "state": made.state,
        }
        number: int = self._connection.execute(dispute.insert().values(row).returning(dispute.c.id)).scalar_one()
        self._add_claims(number, made.claims)
        self._add_event(number, "registered", note)
        return number

    def find(self, number: int) -> Dispute | None:
        """Return a dispute, locked until the transaction ends."""
        query = select(dispute).where(dispute.c.id == number).with_for_update()
        row = self._connection.execute(query).first()
        return None if row is None else self._whole([row])[0]

    def all(self, state: DisputeState | None = None) -> tuple[Dispute, ...]:
        """Return the disputes in a state, oldest first."""
        query = select(dispute).order_by(dispute.c.id)
        return self._whole(self._connection.execute(query if state is None else query.where(dispute.c.state == state)))

    def open_about(self, claims: Sequence[str]) -> tuple[Dispute, ...]:
        """Return the open disputes that are about one of these claims."""
        numbers: set[int] = set()
        for batch in in_batches(claims):
            about = select(dispute_claim.c.dispute).where(dispute_claim.c.control_number.in_(batch))
            numbers.update(self._connection.execute(about).scalars())
        query = select(dispute).where(dispute.c.id.in_(numbers), dispute.c.state == "open").order_by(dispute.c.id)
        return self._whole(self._connection.execute(query))

    def link(self, number: int, claims: Sequence[DisputedClaim], due: date, note: str) -> None:
        """Let a dispute be about more claims, and be due on a day."""
        self._add_claims(number, claims)
        self._set(number, due_on=due)
        self._add_event(number, "linked", note)

    def answer(self, number: int, outcome: Outcome, reprocessing: int, note: str) -> None:
        """Answer a dispute."""
        self._set(number, state="answered", outcome=outcome, reprocessing=reprocessing or None)
        self._add_event(number, "answered", note)

    def close(self, number: int, action: DisputeAction, note: str) -> None:
        """Close a dispute."""
        self._set(number, state="closed")
        self._add_event(number, action, note)

    def denied_often(self, at_least: int, since: date) -> tuple[str, ...]:
        """Return the claims of which a line is denied as many others of its payee and code are."""
        column = past_line.c
        denied = (column.denied, column.date >= since)
        many = (
            select(column.billing_npi, column.code)
            .where(*denied)
            .group_by(column.billing_npi, column.code)
            .having(func.count(column.control_number.distinct()) >= at_least)
            .subquery()
        )
        alike = (many.c.billing_npi == column.billing_npi) & (many.c.code == column.code)
        query = select(column.control_number).distinct().join(many, alike).where(*denied)
        return tuple(self._connection.execute(query.order_by(column.control_number)).scalars())

    def _set(self, number: int, **values: object) -> None:
        self._connection.execute(update(dispute).where(dispute.c.id == number).values(values))

    def _add_claims(self, number: int, claims: Sequence[DisputedClaim]) -> None:
        rows = [{"dispute": number, "control_number": each.claim, "filed_late": each.filed_late} for each in claims]
        self._connection.execute(dispute_claim.insert(), rows)

    def _add_event(self, number: int, action: DisputeAction, note: str) -> None:
        row = {
            "dispute": number,
            "action": action,
            "at": self._context.instant,
            "principal": self._context.principal.id,
            "sealed": self._vault.seal(note.encode(), f"dispute/{number}"),
        }
        self._connection.execute(dispute_event.insert().values(row))

    def _whole(self, rows: Iterable[Row[tuple[object, ...]]]) -> tuple[Dispute, ...]:
        """Return disputes with their claims and events."""
        found = list(rows)
        claims: dict[int, list[DisputedClaim]] = {row.id: [] for row in found}
        events: dict[int, list[DisputeEvent]] = {row.id: [] for row in found}
        for batch in in_batches(list(claims)):
            about = select(dispute_claim).where(dispute_claim.c.dispute.in_(batch))
            for each in self._connection.execute(about.order_by(dispute_claim.c.control_number)):
                claims[each.dispute].append(DisputedClaim(claim=each.control_number, filed_late=each.filed_late))
            done = select(dispute_event).where(dispute_event.c.dispute.in_(batch)).order_by(dispute_event.c.id)
            for each in self._connection.execute(done):
                events[each.dispute].append(self._event(each))
        return tuple(
            Dispute(
                id=row.id,
                provider=row.provider,
                grounds=row.grounds,
                at_stake=row.at_stake,
                received=row.received_on,
                due=row.due_on,
                claims=tuple(claims[row.id]),
                state=row.state,
                outcome=row.outcome,
                reprocessing=row.reprocessing or 0,
                events=tuple(events[row.id]),
            )
            for row in found
        )

    def _event(self, row: Row[tuple[object, ...]]) -> DisputeEvent:
        note = self._vault.open(row.sealed, f"dispute/{row.dispute}").decode()
        return DisputeEvent(action=row.action, by=row.principal, at=row.at, note=note)
