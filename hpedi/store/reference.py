"""Reference records, kept by what was known when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    bindparam,
    func,
    or_,
    select,
    update,
)

from hpedi.reference.members import FAMILY
from hpedi.reference.records import KnownRecord, ReferenceRecord, SnapshotMade
from hpedi.run_context import RunContext
from hpedi.safekeeping.vault import Vault
from hpedi.store.among import among, among_named
from hpedi.store.in_batches import in_batches
from hpedi.store.numbers import next_id
from hpedi.store.questions import Question
from hpedi.store.tables import reference_lookup, reference_record, reference_snapshot


class StoredReferenceData:
    """Records in rows: a changed record closes the row it replaces, so every snapshot can be read again."""

    def __init__(self, connection: Connection, vault: Vault, context: RunContext) -> None:
        """Work inside an open transaction."""
        self._connection = connection
        self._vault = vault
        self._context = context

    def snapshot(self) -> int:
        """Return the newest snapshot's id; 0 where nothing is loaded."""
        return self._connection.execute(select(func.max(reference_snapshot.c.id))).scalar() or 0

    def load(self, records: Sequence[ReferenceRecord], instant: datetime) -> tuple[int, int]:
        """Make a snapshot of changed records; return its id and how many changed (none: the old id and 0)."""
        known = self._known_digests()
        digests = {(record.kind, record.key): self._digest(record) for record in records}
        changed = [
            record for record in records if known.get((record.kind, record.key)) != digests[record.kind, record.key]
        ]
        gone = [identity for identity in known if identity not in digests]
        if not changed and not gone:
            return self.snapshot(), 0
        snapshot = self._new_snapshot(instant, len(changed) + len(gone))
        self._close([*((record.kind, record.key) for record in changed), *gone], snapshot)
        for record in changed:
            self._insert(record, digests[record.kind, record.key], snapshot)
        return snapshot, len(changed) + len(gone)

    def put(self, record: ReferenceRecord, instant: datetime) -> int:
        """Make a snapshot in which one record is other than before or new; return its id."""
        snapshot = self._new_snapshot(instant, 1)
        self._close([(record.kind, record.key)], snapshot)
        self._insert(record, self._digest(record), snapshot)
        return snapshot

    def put_all(self, records: Sequence[ReferenceRecord], instant: datetime) -> tuple[int, int]:
        """Make a snapshot in which some records are other than before or new; return its id and how many changed."""
        digests = {(record.kind, record.key): self._digest(record) for record in records}
        known = self._known_digests()
        changed = [each for each in records if known.get((each.kind, each.key)) != digests[each.kind, each.key]]
        if not changed:
            return self.snapshot(), 0
        snapshot = self._new_snapshot(instant, len(changed))
        self._close([(record.kind, record.key) for record in changed], snapshot)
        for record in changed:
            self._insert(record, digests[record.kind, record.key], snapshot)
        return snapshot, len(changed)

    def versions(self, kind: str, key: str) -> tuple[KnownRecord, ...]:
        """Return all that was ever known of a record, oldest first."""
        query = select(reference_record).where(reference_record.c.kind == kind, reference_record.c.key == key)
        rows = self._connection.execute(query.order_by(reference_record.c.known_from))
        return tuple(KnownRecord(record=self._record(row), since=row.known_from, until=row.known_to) for row in rows)

    def snapshots(self, ids: Iterable[int]) -> tuple[SnapshotMade, ...]:
        """Return when snapshots were made and by whom, in their order."""
        query = select(reference_snapshot).where(reference_snapshot.c.id.in_(sorted(set(ids))))
        rows = self._connection.execute(query.order_by(reference_snapshot.c.id))
        return tuple(SnapshotMade(id=row.id, at=row.loaded_at, by=row.principal) for row in rows)

    def _known_digests(self) -> dict[tuple[str, str], str]:
        open_rows = select(reference_record.c.kind, reference_record.c.key, reference_record.c.digest).where(
            reference_record.c.known_to.is_(None)
        )
        return {(kind, key): digest for kind, key, digest in self._connection.execute(open_rows)}

    def _new_snapshot(self, instant: datetime, changed: int) -> int:
        made = self._connection.execute(
            reference_snapshot.insert()
            .values(
                id=next_id(self._connection, reference_snapshot),
                loaded_at=instant,
                principal=self._context.principal.id,
                records_changed=changed,
            )
            .returning(reference_snapshot.c.id)
        )
        return int(made.scalar_one())

    def _close(self, identities: Sequence[tuple[str, str]], snapshot: int) -> None:
        by_kind: dict[str, list[str]] = {}
        for kind, key in identities:
            by_kind.setdefault(kind, []).append(key)
        for kind, keys in by_kind.items():
            for batch in in_batches(keys):
                self._connection.execute(
                    update(reference_record)
                    .where(
                        reference_record.c.kind == kind,
                        reference_record.c.key.in_(batch),
                        reference_record.c.known_to.is_(None),
                    )
                    .values(known_to=snapshot)
                )

    def _insert(self, record: ReferenceRecord, digest: str, snapshot: int) -> None:
        row_id = self._connection.execute(
            reference_record.insert()
            .values(
                kind=record.kind,
                key=record.key,
                digest=digest,
                sealed=self._vault.seal(record.body, _context(record.kind, record.key)),
                known_from=snapshot,
            )
            .returning(reference_record.c.id)
        ).scalar_one()
        if record.lookups:
            self._connection.execute(
                reference_lookup.insert(),
                [{"record": row_id, "lookup": self._lookup(lookup)} for lookup in record.lookups],
            )

    def keys_changed(self, kind: str, snapshot: int) -> frozenset[str]:
        """Return the keys of the records of a kind that are new, other or gone in a snapshot."""
        column = reference_record.c
        changed = or_(column.known_from == snapshot, column.known_to == snapshot)
        return frozenset(self._connection.execute(select(column.key).where(column.kind == kind, changed)).scalars())

    def records(self, snapshot: int) -> tuple[ReferenceRecord, ...]:
        """Return all records but families as known at a snapshot."""
        query = select(reference_record).where(reference_record.c.kind != FAMILY, _known_at(snapshot))
        return self._read(query.order_by(reference_record.c.kind, reference_record.c.key))

    def every_family(self, snapshot: int) -> Iterator[ReferenceRecord]:
        """Yield all families as known at a snapshot, in the order of their ids."""
        query = select(reference_record).where(reference_record.c.kind == FAMILY, _known_at(snapshot))
        for row in self._connection.execute(query.order_by(reference_record.c.key)):
            yield self._record(row)

    def families(self, snapshot: int, member_ids: Iterable[str]) -> tuple[ReferenceRecord, ...]:
        """Return the families that one of these member ids belongs to, as known at a snapshot."""
        # Two questions and no join, and their kind is looked at here: a planner would begin with all families.
        lookups = sorted({self._lookup(member_id) for member_id in member_ids})
        ids = sorted({record for (record,) in _LOOKED_UP(self._connection, lookups=lookups)})
        rows = _AMONG_IDS(self._connection, ids=ids, snapshot=snapshot) if ids else ()
        found = {key: self._opened(kind, key, sealed) for kind, key, sealed in rows if kind == FAMILY}
        return tuple(found[key] for key in sorted(found))

    def family_ids(self, member_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the ids of the families that ever had a member id, by member id."""
        by_lookup = {self._lookup(member_id): member_id for member_id in member_ids}
        members_of: dict[int, list[str]] = {}
        # Two questions and no join: a planner without statistics would begin with all families.
        query = select(reference_lookup.c.record, reference_lookup.c.lookup)
        query = query.where(among(reference_lookup.c.lookup, sorted(by_lookup)))
        for record, lookup in self._connection.execute(query).all():
            members_of.setdefault(record, []).append(by_lookup[lookup])
        found: dict[str, tuple[str, ...]] = {}
        column = reference_record.c
        records = select(column.id, column.key, column.kind).where(among(column.id, sorted(members_of)))
        for record, key, kind in self._connection.execute(records).all():
            for member_id in members_of[record] if kind == FAMILY else ():
                found[member_id] = (*found.get(member_id, ()), key)
        return found

    def _lookup(self, lookup: str) -> str:
        """Return what stands in the lookup table for a member id: a keyed digest, so that the id stays sealed."""
        return self._vault.digest(lookup.encode(), "lookup")

    def _digest(self, record: ReferenceRecord) -> str:
        content = b"\0".join([record.body, *(lookup.encode() for lookup in record.lookups)])
        return self._vault.digest(content, _context(record.kind, record.key))

    def _read(self, query: Select[tuple[object, ...]]) -> tuple[ReferenceRecord, ...]:
        return tuple(self._record(row) for row in self._connection.execute(query).all())

    def _record(self, row: Row[tuple[object, ...]]) -> ReferenceRecord:
        return self._opened(row.kind, row.key, row.sealed)

    def _opened(self, kind: str, key: str, sealed: bytes) -> ReferenceRecord:
        return ReferenceRecord(kind=kind, key=key, body=self._vault.open(sealed, _context(kind, key)))


def _context(kind: str, key: str) -> str:
    return f"reference/{kind}/{key}"


def _known_at(snapshot: int | BindParameter[int]) -> ColumnElement[bool]:
    still = or_(reference_record.c.known_to.is_(None), reference_record.c.known_to > snapshot)
    return (reference_record.c.known_from <= snapshot) & still


_LOOKED_UP: Final = Question(select(reference_lookup.c.record).where(among_named(reference_lookup.c.lookup, "lookups")))
_AMONG_IDS: Final = Question(
    select(reference_record.c.kind, reference_record.c.key, reference_record.c.sealed).where(
        among_named(reference_record.c.id, "ids"), _known_at(bindparam("snapshot", type_=Integer))
    )
)
"""Asked for each inquiry and batch, and built once."""
