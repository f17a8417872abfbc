"""Restorations from backups: what is restored moves no money until somebody says that the original has stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import Connection, or_, select, update

from hpedi.findings import Unavailable
from hpedi.run_context import RunContext
from hpedi.store.key_tables import restoration
from hpedi.store.tables import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoration:
    """Books that came back from a backup.

    Attributes:
        backup: The id of the backup.
        taken_at: When it was made.
        restored_at: When its books were restored.
        anchored_as: What the anchor calls the workspace that was backed up.
        seal: The newest seal of its audit log in the backup; 0 where it had none.
    """

    backup: str
    taken_at: datetime
    restored_at: datetime
    anchored_as: str
    seal: int


class StoredRestorations:
    """Restorations in rows."""

    def __init__(self, connection: Connection, context: RunContext) -> None:
        """Work inside an open transaction, on behalf of somebody."""
        self._connection = connection
        self._context = context

    def add(self, made: Restoration) -> None:
        """Keep that these books came back from a backup: they are held from now on."""
        self._connection.execute(
            restoration.insert().values(
                backup=made.backup,
                taken_at=made.taken_at,
                restored_at=made.restored_at,
                principal=self._context.principal.id,
                anchored_as=made.anchored_as,
                seal=made.seal,
            )
        )

    def held(self) -> Restoration | None:
        """Return the restoration that nobody confirmed yet."""
        waits = select(restoration).where(restoration.c.confirmed_at.is_(None)).order_by(restoration.c.id.desc())
        row = self._connection.execute(waits).first()
        if row is None:
            return None
        return Restoration(
            backup=row.backup,
            taken_at=row.taken_at,
            restored_at=row.restored_at,
            anchored_as=row.anchored_as,
            seal=row.seal,
        )

    def check_not_held(self) -> None:
        """Refuse to pay or deliver from books that came back from a backup until somebody confirmed it.

        Raises:
            Unavailable: Nobody did.
        """
        if self.held() is not None:
            raise Unavailable(
                "these books came back from a backup, and payments and deliveries are held so that nothing is paid "
                "twice; when the original has stopped for good: `hpedi restore --confirm`"
            )

    def confirm(self, at: datetime, why: str) -> None:
        """Let payments and deliveries go on."""
        self._connection.execute(
            update(restoration)
            .where(restoration.c.confirmed_at.is_(None))
            .values(confirmed_at=at, confirmed_by=self._context.principal.id, why=why)
        )

    def deliver_again(self, since: date | None, names: tuple[str, ...], bank: str) -> int:
        """Let files be placed again that lay in folders which no backup holds; return how many.

        Args:
            since: Files for partners that were delivered on this day (UTC) or later; None for none.
            names: Files by name, also those for the bank.
            bank: The folder of the bank, from which only what is named is placed again.
        """
        start = None if since is None else datetime.combine(since, time(), UTC)
        recent = (outbox.c.folder != bank) & (outbox.c.delivered_at >= start) if start else outbox.c.name.in_(())
        again = update(outbox).where(outbox.c.delivered_at.is_not(None), or_(recent, outbox.c.name.in_(names)))
        return self._connection.execute(again.values(delivered_at=None)).rowcount
