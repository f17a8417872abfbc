"""Files that are to be, or were, delivered."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from hpedi.pipeline.records import Outbound, OutboundRow
from hpedi.safekeeping.vault import Vault
from hpedi.store.inserts import Insert
from hpedi.store.tables import outbox

_INSERT = Insert(outbox, "folder", "name", "kind", "digest", "receipt", "run", "sealed")


class StoredOutbox:
    """Outbound files as sealed rows."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        """Work inside an open transaction."""
        self._connection = connection
        self._vault = vault

    def put(self, files: Sequence[Outbound]) -> None:
        """Add files in this transaction."""
        if files:
            _INSERT(self._connection, [self._row(file) for file in files])

    def _row(self, file: Outbound) -> tuple[object, ...]:
        digest = hashlib.sha256(file.content).hexdigest()
        sealed = self._vault.seal(file.content, _context(file.folder, file.name))
        return (file.folder, file.name, file.kind, digest, file.receipt, file.run, sealed)

    def waiting(self) -> tuple[OutboundRow, ...]:
        """Return what is not delivered yet, in order."""
        return self._rows(outbox.c.delivered_at.is_(None))

    def rows(self, *, receipt: int | None = None, run: int | None = None) -> tuple[OutboundRow, ...]:
        """Return the files of a receipt or a run."""
        return self._rows(outbox.c.receipt == receipt if receipt is not None else outbox.c.run == run)

    def _rows(self, condition: object) -> tuple[OutboundRow, ...]:
        columns = [column for column in outbox.c if column.name != "sealed"]
        rows = self._connection.execute(select(*columns).where(condition).order_by(outbox.c.id))  # type: ignore[arg-type]
        return tuple(OutboundRow(**row._mapping) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name

    def content(self, row: OutboundRow) -> bytes:
        """Return a file's bytes."""
        sealed = self._connection.execute(select(outbox.c.sealed).where(outbox.c.id == row.id)).scalar_one()
        return self._vault.open(sealed, _context(row.folder, row.name))

    def delivered(self, row: OutboundRow, at: datetime) -> None:
        """Say that a file lies in its folder."""
        self._connection.execute(update(outbox).where(outbox.c.id == row.id).values(delivered_at=at))

    def readdress(self, row: OutboundRow, folder: str, content: bytes) -> OutboundRow:
        """Let a file that waits go into another folder, its bytes addressed anew; return its row as it is then."""
        digest = hashlib.sha256(content).hexdigest()
        sealed = self._vault.seal(content, _context(folder, row.name))
        changed = update(outbox).where(outbox.c.id == row.id, outbox.c.delivered_at.is_(None))
        self._connection.execute(changed.values(folder=folder, digest=digest, sealed=sealed))
        return replace(row, folder=folder, digest=digest)

    def again(self, receipt: int) -> None:
        """Have the answers of a receipt delivered once more; the newest of each kind, where it was judged anew."""
        newest = select(func.max(outbox.c.id)).where(outbox.c.receipt == receipt).group_by(outbox.c.kind)
        self._connection.execute(update(outbox).where(outbox.c.id.in_(newest)).values(delivered_at=None))


def _context(folder: str, name: str) -> str:
    return f"outbox/{folder}/{name}"
