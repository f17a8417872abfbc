"""The claims-payable and cash ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, func, select

from hpedi.money import Usd
from hpedi.payments.ledger import LedgerAccount, Posting, unbalanced_sources
from hpedi.store.in_batches import in_batches
from hpedi.store.inserts import Insert
from hpedi.store.tables import posting

_INSERT = Insert(posting, "account", "funding_account", "run", "debit", "credit", "source", "posted_on")


class StoredLedger:
    """Postings in rows that are only ever added."""

    def __init__(self, connection: Connection) -> None:
        """Work inside an open transaction."""
        self._connection = connection

    def post(self, postings: Sequence[Posting], posted_on: date, run: int | None = None) -> None:
        """Add postings that balance.

        Raises:
            ValueError: Those of a source do not: a bug, and the transaction is rolled back.
        """
        if unbalanced_sources(postings):
            raise ValueError("the postings of a source do not balance")
        rows = [
            (made.account.value, made.funding_account, run, made.debit, made.credit, made.source, posted_on)
            for made in postings
        ]
        _INSERT(self._connection, rows)

    def of_sources(self, sources: Sequence[str]) -> tuple[Posting, ...]:
        """Return what was posted from some sources."""
        found: list[Posting] = []
        for batch in in_batches(sources):
            rows = self._connection.execute(select(posting).where(posting.c.source.in_(batch)).order_by(posting.c.id))
            found += [
                Posting(
                    account=LedgerAccount(row.account),
                    funding_account=row.funding_account,
                    debit=row.debit,
                    credit=row.credit,
                    source=row.source,
                )
                for row in rows
            ]
        return tuple(found)

    def totals(self, run: int | None = None) -> Mapping[tuple[str, LedgerAccount], Usd]:
        """Return debits less credits by (funding account, account), of a run or of everything."""
        by = (posting.c.funding_account, posting.c.account)
        query = select(*by, func.sum(posting.c.debit), func.sum(posting.c.credit)).group_by(*by)
        if run is not None:
            query = query.where(posting.c.run == run)
        return {
            (funding, LedgerAccount(account)): debit - credit
            for funding, account, debit, credit in self._connection.execute(query)
        }
