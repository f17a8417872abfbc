"""What payees owe from one remittance to the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, func, select

from hpedi.payments.payee_balances import PayeeBalance
from hpedi.store.inserts import Insert
from hpedi.store.remittance_tables import payee_balance_entry

OPENING = "opening"

_INSERT = Insert(
    payee_balance_entry, "provider", "funding_account", "kind", "reference", "amount", "source", "posted_on"
)


class StoredPayeeBalances:
    """Entries in rows that are only ever added; a balance is their sum."""

    def __init__(self, connection: Connection) -> None:
        """Work inside an open transaction."""
        self._connection = connection

    def owed(self, provider: str) -> tuple[PayeeBalance, ...]:
        """Return the open balances of a payee, oldest first."""
        column = payee_balance_entry.c
        by = (column.provider, column.funding_account, column.kind, column.reference)
        query = select(*by, func.sum(column.amount).label("amount")).where(column.provider == provider).group_by(*by)
        rows = self._connection.execute(query.having(func.sum(column.amount) != 0).order_by(func.min(column.id)))
        return tuple(PayeeBalance(**row._mapping) for row in rows)  # noqa: SLF001  SQLAlchemy's public name for it

    def append(self, entries: Sequence[PayeeBalance], source: str, posted_on: date) -> None:
        """Add the entries of a payment; one whose source stands already is refused by the store."""
        rows = [
            (each.provider, each.funding_account, each.kind, each.reference, each.amount, source, posted_on)
            for each in entries
        ]
        _INSERT(self._connection, rows)

    def append_opening(self, entries: Sequence[PayeeBalance], posted_on: date) -> int:
        """Add opening balances that are not there yet; return how many were new."""
        column = payee_balance_entry.c
        query = select(column.provider, column.funding_account, column.kind, column.reference)
        standing = {tuple(row) for row in self._connection.execute(query.where(column.source == OPENING))}
        new = [
            each for each in entries if (each.provider, each.funding_account, each.kind, each.reference) not in standing
        ]
        self.append(new, OPENING, posted_on)
        return len(new)
