"""The keys of a workspace in its books: wrapped by the key from outside, replaced by another one without a gap.

While a workspace key is being replaced, both the old and the new one wrap all keys: with either everything opens,
whatever a kill leaves. At the end the old one wraps nothing any more.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Row, delete, func, select, update

from hpedi.audit.key import AuditKey
from hpedi.findings import Unavailable
from hpedi.safekeeping.key_ring import KeyMissing, KeyPurpose, KeyRing, WorkspaceKey
from hpedi.safekeeping.vault import Vault
from hpedi.store.database import Database
from hpedi.store.key_tables import workspace_key, wrapped_key
from hpedi.store.questions import Question
from hpedi.store.tables import audit_seal

KEYS: Final = 94269
"""The advisory lock of transactions: shared by all, alone for whoever replaces keys."""

WAIT_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.05
_SHARED: Final = select(func.pg_advisory_xact_lock_shared(KEYS))
_ALONE: Final = select(func.pg_try_advisory_xact_lock(KEYS))
_NEWEST: Final = Question(
    select(func.max(wrapped_key.c.generation)).where(wrapped_key.c.purpose == KeyPurpose.SEAL.value)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A workspace key as the books know it; `retired_at` is None while it opens them."""

    name: str
    generation: int
    since: datetime
    retired_at: datetime | None


class WrongKey(KeyMissing):
    """The key given is not the one of this workspace; says which one is."""


class StoredKeys:
    """The wrapped keys of one workspace, opened with workspace keys that were given."""

    def __init__(self, database: Database, given: Sequence[WorkspaceKey]) -> None:
        """Open the keys of a database with one of some workspace keys; nothing is read yet."""
        self._database = database
        self.given = tuple(given)

    def begin(self, ring: KeyRing, at: datetime) -> None:
        """Keep the first keys of a workspace that has none."""
        with self._database.writing() as connection:
            if not known_keys(connection):
                _check_sealed_with(connection, ring)
                self._wrap(connection, self.given[0], ring, generation=1, at=at)

    def open(self) -> Vault:
        """Return a vault with the keys, and let it follow whenever they are replaced.

        Raises:
            WrongKey: None of the keys given is this workspace's.
        """
        with self._database.reading() as connection:
            vault = Vault(self.load(connection))
        self._database.at_begin = lambda connection: self._follow(connection, vault)
        return vault

    def _follow(self, connection: Connection, vault: Vault) -> None:
        """See to it that a transaction works with the newest keys, and that they stay so until it ends."""
        if connection.dialect.name != "sqlite":
            connection.execute(_SHARED)
        if _NEWEST.one(connection) != vault.ring.generation:
            vault.renew(self.load(connection))

    def load(self, connection: Connection) -> KeyRing:
        """Unwrap the keys.

        Raises:
            WrongKey: None of the keys given is this workspace's.
        """
        by = self.opening(connection)
        found: dict[str, list[bytes]] = {purpose.value: [] for purpose in KeyPurpose}
        rows = select(wrapped_key).where(wrapped_key.c.workspace_key == by.name)
        newest = 0
        for row in connection.execute(rows.order_by(wrapped_key.c.generation.desc())):
            found[row.purpose].append(by.unwrap(row.wrapped, _context(row.purpose, row.generation)))
            newest = max(newest, row.generation)
        (digest,) = found[KeyPurpose.DIGEST]
        seals, audits = found[KeyPurpose.SEAL], found[KeyPurpose.AUDIT]
        return KeyRing(generation=newest, seals=tuple(seals), digest=digest, audits=tuple(audits))

    def opening(self, connection: Connection) -> WorkspaceKey:
        """Return the key that opens the workspace, the newest of those given.

        Raises:
            WrongKey: None of them does.
        """
        known = known_keys(connection)
        by_name = {key.name: key for key in self.given}
        for each in reversed(known):
            if each.retired_at is None and each.name in by_name:
                return by_name[each.name]
        raise WrongKey(_wrong(known, by_name))

    def ring(self) -> KeyRing:
        """Return the keys as they are now."""
        with self._database.reading() as connection:
            return self.load(connection)

    def wraps(self, name: str) -> bool:
        """Say whether a workspace key is among those given."""
        return any(key.name == name for key in self.given)

    @contextmanager
    def replacing(self) -> Iterator[Connection]:
        """Open a transaction beside which no other one of this workspace is open.

        Raises:
            Unavailable: Others did not end.
        """
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            with self._database.writing() as connection:
                _leave_nothing(connection)
                if connection.dialect.name == "sqlite" or connection.execute(_ALONE).scalar():
                    yield connection
                    return
            if time.monotonic() > deadline:
                raise Unavailable("other transactions of this workspace do not end")
            time.sleep(_POLL_SECONDS)

    @contextmanager
    def resealing(self) -> Iterator[Connection]:
        """Open a transaction that leaves nothing of what it overwrites in the file of a database."""
        with self._database.writing() as connection:
            _leave_nothing(connection)
            yield connection
        self._database.empty_long_log()

    def add(self, connection: Connection, new: WorkspaceKey, ring: KeyRing, at: datetime) -> None:
        """Let a new workspace key wrap a ring beside the one that opens the workspace now."""
        now = self.opening(connection)
        generation = max(each.generation for each in known_keys(connection)) + 1
        self._wrap(connection, new, ring, generation=generation, at=at)
        self.given = (*self.given, new)
        connection.execute(delete(wrapped_key).where(wrapped_key.c.workspace_key == now.name))
        self._insert(connection, now, ring)

    def finish(self, connection: Connection, at: datetime) -> None:
        """Retire all workspace keys but the newest, and forget the sealing keys before the newest."""
        newest = known_keys(connection)[-1]
        ring = self.load(connection)
        older = wrapped_key.c.workspace_key != newest.name
        replaced = (wrapped_key.c.purpose == KeyPurpose.SEAL.value) & (wrapped_key.c.generation < ring.generation)
        connection.execute(delete(wrapped_key).where(older | replaced))
        retired = (workspace_key.c.name != newest.name) & workspace_key.c.retired_at.is_(None)
        connection.execute(update(workspace_key).where(retired).values(retired_at=at))

    def _wrap(self, connection: Connection, by: WorkspaceKey, ring: KeyRing, *, generation: int, at: datetime) -> None:
        connection.execute(workspace_key.insert().values(name=by.name, generation=generation, since=at))
        self._insert(connection, by, ring)

    @staticmethod
    def _insert(connection: Connection, by: WorkspaceKey, ring: KeyRing) -> None:
        keys = [
            (KeyPurpose.DIGEST.value, 1, ring.digest),
            *((KeyPurpose.SEAL.value, ring.generation - age, key) for age, key in enumerate(ring.seals)),
            *((KeyPurpose.AUDIT.value, ring.generation - age, key) for age, key in enumerate(ring.audits)),
        ]
        rows = [
            {
                "workspace_key": by.name,
                "purpose": purpose,
                "generation": generation,
                "wrapped": by.wrap(key, _context(purpose, generation)),
            }
            for purpose, generation, key in keys
        ]
        connection.execute(wrapped_key.insert(), rows)


def _leave_nothing(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def known_keys(connection: Connection) -> list[KnownKey]:
    """Return the workspace keys that there are and were, oldest first."""
    rows = connection.execute(select(workspace_key).order_by(workspace_key.c.generation))
    return [_known(row) for row in rows]


def wrapped_names(connection: Connection) -> list[tuple[str, int]]:
    """Return purpose and generation of the keys that are wrapped, each once."""
    columns = (wrapped_key.c.purpose, wrapped_key.c.generation)
    return [(row[0], row[1]) for row in connection.execute(select(*columns).distinct().order_by(*columns))]


def _known(row: Row[tuple[object, ...]]) -> KnownKey:
    return KnownKey(name=row.name, generation=row.generation, since=row.since, retired_at=row.retired_at)


def _context(purpose: str, generation: int) -> str:
    return f"key/{purpose}/{generation}"


def _wrong(known: Sequence[KnownKey], given: dict[str, WorkspaceKey]) -> str:
    needed = " or ".join(each.name for each in known if each.retired_at is None) or "unknown"
    for each in known:
        if each.retired_at is not None and each.name in given:
            return (
                f"the workspace key given ({each.name}) was replaced on {each.retired_at:%Y-%m-%d}: "
                f"set $HPEDI_KEY or the key file to the one that came after it ({needed})"
            )
    names = ", ".join(given) or "none"
    return f"the workspace key given ({names}) is not this workspace's ({needed}): set $HPEDI_KEY or its key file"


def _check_sealed_with(connection: Connection, ring: KeyRing) -> None:
    """See that books from before keys were wrapped were kept with the key given."""
    query = select(audit_seal.c.key).order_by(audit_seal.c.number.desc()).limit(1)
    sealed_with = connection.execute(query).scalar()
    if sealed_with is not None and sealed_with not in {AuditKey(audit).name for audit in ring.audits}:
        raise WrongKey("the workspace key given is not the one that this workspace was kept with: set $HPEDI_KEY")
