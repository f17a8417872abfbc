"""The audit log, written in the business transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection

from hpedi.run_context import RunContext
from hpedi.store.inserts import Insert
from hpedi.store.tables import audit_entry

_INSERT = Insert(audit_entry, "at", "principal", "action", "subject", "member", "reason", "result")


class StoredAuditLog:
    """Audit rows; there is no way to change one."""

    def __init__(self, connection: Connection, context: RunContext) -> None:
        """Work inside an open transaction, on behalf of somebody."""
        self._connection = connection
        self._context = context
        self._rows: list[tuple[object, ...]] = []

    def record(
        self, action: str, subject: str, *, members: Iterable[str] = ("",), reason: str = "", result: str = ""
    ) -> None:
        """Add one row a member (our ids)."""
        now, who = datetime.now(UTC), self._context.principal.id
        self._rows += [(now, who, action, subject, member, reason, result) for member in members]

    def write(self) -> None:
        """Write the rows of this transaction; called once, before it commits."""
        _INSERT(self._connection, self._rows)
