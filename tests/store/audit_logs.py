"""An audit log over a fresh database, and hands that change it behind hpedi's back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from hpedi.audit.verify import Verified
from hpedi.run_context import RunContext
from hpedi.safekeeping.anchor_file import AnchorFile
from hpedi.safekeeping.vault import Vault
from hpedi.store.audit_seals import Sealer
from hpedi.store.books import StoredBooks
from hpedi.store.database import Database

WORKSPACE = "w"
TRIGGERS_DROPPED = {
    "sqlite": [
        f"DROP TRIGGER IF EXISTS {table}_refuses_{event}"
        for table in ("audit_entry", "audit_seal")
        for event in ("update", "delete")
    ],
    "postgresql": [f"DROP TRIGGER IF EXISTS {table}_refuses ON {table}" for table in ("audit_entry", "audit_seal")],
}


@dataclass(frozen=True)
class KeptLog:
    """A log, its sealer and its anchor."""

    database: Database
    books: StoredBooks
    sealer: Sealer
    anchor: AnchorFile
    context: RunContext

    @classmethod
    def of(cls, database: Database, vault: Vault, context: RunContext, anchor: AnchorFile) -> KeptLog:
        """Keep a log in a database."""
        books = StoredBooks(database, vault)
        return cls(database, books, books.sealer(anchor, WORKSPACE), anchor, context)

    def write(self, count: int, member: str = "M1") -> None:
        """Write entries about a member in one transaction."""
        with self.books.writing(self.context) as work:
            for number in range(count):
                work.audit.record("adjudicate", f"claim:{number}", members=[member], reason="test", result="paid")

    def verify(self) -> Verified:
        """Verify the log."""
        return self.sealer.verify()

    def first_fault(self) -> tuple[str, str] | None:
        """Return kind and place of the first fault."""
        found = self.verify()
        return (found.faults[0].kind.value, found.faults[0].place) if found.faults else None

    def tamper(self, *statements: str) -> None:
        """Drop the triggers, as whoever may do that, and change rows."""
        with self.database.writing() as connection:
            for statement in (*TRIGGERS_DROPPED[connection.dialect.name], *statements):
                connection.execute(text(statement))
