"""Files that are to be, or were, delivered."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, select, update

from hpedi.findings import Unavailable
from hpedi.pipeline.records import Outbound, OutboundRow
from hpedi.safekeeping.vault import Vault
from hpedi.store.among import among
from hpedi.store.inserts import Insert
from hpedi.store.remittance_tables import outbox_staging
from hpedi.store.tables import WAITING, outbox

_COLUMNS: Final = ("folder", "name", "kind", "digest", "receipt", "run", "sealed")
_STAGED: Final = tuple(name for name in _COLUMNS if name != "receipt")
_SHOWN: Final = [column for column in outbox.c if column.name != "sealed"]
_INSERT: Final = Insert(outbox, *_COLUMNS)
_INSERT_STAGED: Final = Insert(outbox_staging, *_STAGED)


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

    def add(self, file: Outbound) -> OutboundRow:
        """Add a file and return its row."""
        values = dict(zip(_COLUMNS, self._row(file), strict=True))
        row = self._connection.execute(outbox.insert().values(values).returning(*_SHOWN)).one()
        return OutboundRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name

    def _row(self, file: Outbound) -> tuple[object, ...]:
        digest = hashlib.sha256(file.content).hexdigest()
        sealed = self._vault.seal(file.content, _context(file.folder, file.name))
        return (file.folder, file.name, file.kind, digest, file.receipt, file.run, sealed)

    def stage(self, files: Sequence[Outbound]) -> None:
        """Write files of a payment run that nobody sees before they are published."""
        rows = (dict(zip(_COLUMNS, self._row(file), strict=True)) for file in files)
        _INSERT_STAGED(self._connection, [tuple(row[name] for name in _STAGED) for row in rows])

    def unstage(self) -> None:
        """Drop what was staged: a release that was killed left it."""
        self._connection.execute(delete(outbox_staging))

    def publish(self, run: int, files: Sequence[Outbound]) -> tuple[int, ...]:
        """Add the staged files of a run; return their rows, in the order in which they are named.

        Raises:
            Unavailable: They are not what was staged: somebody else staged meanwhile.
        """
        staged = outbox_staging.c
        query = select(*(staged[name] for name in _STAGED)).where(staged.run == run).order_by(staged.id)
        self._connection.execute(outbox.insert().from_select(_STAGED, query))
        of_run = select(outbox.c.id, outbox.c.folder, outbox.c.name).where(outbox.c.run == run, WAITING)
        rows = {(row.folder, row.name): row.id for row in self._connection.execute(of_run)}
        count = self._connection.execute(delete(outbox_staging).where(staged.run == run)).rowcount
        if count != len(files) or any((each.folder, each.name) not in rows for each in files):
            raise Unavailable("another payment run was at work at the same time")
        return tuple(rows[each.folder, each.name] for each in files)

    def waiting(self) -> tuple[OutboundRow, ...]:
        """Return what is not delivered yet, in order."""
        return self._rows(WAITING)

    def rows(self, *, receipt: int | None = None, run: int | None = None) -> tuple[OutboundRow, ...]:
        """Return the files of a receipt or a run."""
        return self._rows(outbox.c.receipt == receipt if receipt is not None else outbox.c.run == run)

    def named(self, folder: str, name: str) -> OutboundRow | None:
        """Return the file of a folder and name."""
        return next(iter(self._rows((outbox.c.folder == folder) & (outbox.c.name == name))), None)

    def find(self, row: int) -> OutboundRow | None:
        """Return a file by its row."""
        return next(iter(self._rows(outbox.c.id == row)), None)

    def delivered_at(self, folder: str, names: Collection[str]) -> Mapping[str, datetime]:
        """Return when files of a folder were delivered, by name; of those that the books do not know nothing."""
        there = (outbox.c.folder == folder) & among(outbox.c.name, names) & outbox.c.delivered_at.is_not(None)
        rows = self._connection.execute(select(outbox.c.name, outbox.c.delivered_at).where(there))
        return {row.name: row.delivered_at for row in rows}

    def _rows(self, condition: object) -> tuple[OutboundRow, ...]:
        rows = self._connection.execute(select(*_SHOWN).where(condition).order_by(outbox.c.id))  # type: ignore[arg-type]
        return tuple(OutboundRow(**row._mapping) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name

    def content(self, row: OutboundRow) -> bytes:
        """Return a file's bytes."""
        sealed = self._connection.execute(select(outbox.c.sealed).where(outbox.c.id == row.id)).scalar_one()
        return self._vault.open(sealed, _context(row.folder, row.name))

    def contents(self, rows: Sequence[OutboundRow]) -> dict[int, bytes]:
        """Return the bytes of files, by their rows."""
        by_id = {row.id: row for row in rows}
        kept = self._connection.execute(select(outbox.c.id, outbox.c.sealed).where(among(outbox.c.id, by_id)))
        return {key: self._vault.open(sealed, _context(by_id[key].folder, by_id[key].name)) for key, sealed in kept}

    def hold(self, row: OutboundRow) -> bool:
        """Keep others from delivering a file until this transaction ends; False where one delivered it."""
        waits = select(outbox.c.id).where(outbox.c.id == row.id, WAITING).with_for_update()
        return self._connection.execute(waits).first() is not None

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
