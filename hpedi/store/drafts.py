"""Drafts: rows that one process makes and another one writes, as over SQLite, which has one writer."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from hpedi.store.audit import StoredAuditLog, Told
from hpedi.store.inserts import DraftedRows


@dataclass(frozen=True, slots=True)
class Drafted:
    """What was drafted: rows, table by table, and what the audit log is to tell; it goes from process to process."""

    rows: tuple[DraftedRows, ...]
    told: tuple[Told, ...]


class StoredDrafts:
    """Writes what others drafted."""

    def __init__(self, connection: Connection, audit: StoredAuditLog) -> None:
        """Work inside an open transaction, with its audit log."""
        self._connection = connection
        self._audit = audit

    def write(self, drafted: Drafted) -> None:
        """Write it into this transaction."""
        for each in drafted.rows:
            each.write(self._connection)
        self._audit.add(drafted.told)
