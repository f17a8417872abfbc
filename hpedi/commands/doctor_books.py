"""What `hpedi doctor` sees of the books: the database without a key, and what it keeps with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from hpedi.audit.anchor import Anchored
from hpedi.audit.entry import AuditEntry
from hpedi.commands.doctor_examination import Configured, Opened, Seen, ago, fault, graded, ok, warning
from hpedi.commands.settings import CONFIG, absolute, anchor_of
from hpedi.findings import Unavailable
from hpedi.store import schema
from hpedi.store.audit import Sought
from hpedi.store.audit_seals import head_of
from hpedi.store.condition import (
    FileCondition,
    ServerCondition,
    faults_in_file,
    file_condition,
    server_condition,
)
from hpedi.store.database import Database
from hpedi.store.key_tables import workspace as workspace_row
from hpedi.store.keys import known_keys
from hpedi.store.tables import audit_entry, receipt
from hpedi.store.whose import workspace_of

SYNCHRONOUS_FULL: Final = 2
PRODUCTION: Final = "P"
"""ISA15."""
MOST_USED: Final = 0.8
"""The part of a server's connections that may be in use."""


@contextmanager
def _database(place: Configured) -> Iterator[Database]:
    with closing(Database(absolute(place.settings.database, place.home))) as opened:
        yield opened


def database(place: Configured) -> Iterator[Seen]:
    """See whether the database is there, what it is, and whether what is committed lasts."""
    try:
        with _database(place) as opened:
            if opened.is_lost:
                yield fault(f"the database of {place.home} is gone", "hpedi restore FILE, from the last backup")
            elif opened.writer.dialect.name == "sqlite":
                yield from _file(place, file_condition(opened))
            else:
                names = [each.setting for each in place.terms.durable]
                yield from _server(place, server_condition(opened, names))
    except (ArgumentError, NoSuchModuleError):
        yield fault(
            "the database is named by no URL that is known",
            f"`database` in {CONFIG}: sqlite:/// or postgresql+psycopg://",
        )
    except ModuleNotFoundError:
        yield fault("PostgreSQL needs the extra `pg`", "pip install 'hpedi[pg]'")


def _file(place: Configured, found: FileCondition) -> Iterator[Seen]:
    yield ok(f"SQLite, {found.size / 1e6:,.1f} MB")
    if found.journal_mode != "wal" or found.synchronous < SYNCHRONOUS_FULL:
        saw = f"journal {found.journal_mode}, synchronous {found.synchronous}: what is committed may be lost"
        yield fault(saw, "move the workspace to a disk of this machine")
    if found.wal_size > place.bounds.wal_bytes:
        saw = f"the write-ahead log has {found.wal_size / 1e6:,.0f} MB: somebody reads for long"
        yield warning(saw, "end what reads for long; the next command then empties it")


def _server(place: Configured, found: ServerCondition) -> Iterator[Seen]:
    yield ok(f"PostgreSQL {found.version}, {found.size / 1e6:,.1f} MB")
    last_update = {each.major: each.last_update for each in place.terms.postgresql}
    if found.major < min(last_update):
        yield warning(f"PostgreSQL {found.major} gets no updates any more", "upgrade the server")
    elif last_update.get(found.major, place.day) < place.day:
        yield warning(
            f"PostgreSQL {found.major} had its last update on {last_update[found.major]}", "upgrade the server"
        )
    if found.is_standby:
        yield fault("the server only follows another one: nothing can be written", f"name the primary in {CONFIG}")
    for each in place.terms.durable:
        value = found.settings.get(each.setting, "unknown")
        if value not in each.must_be:
            saw = f"{each.setting} is {value}: what is committed may be lost"
            yield Seen(
                each.otherwise, saw, f"ALTER SYSTEM SET {each.setting} = {each.must_be[0]}; then restart the server"
            )
    if found.connections > MOST_USED * found.most_connections:
        saw = f"{found.connections} of {found.most_connections} connections are in use"
        yield warning(saw, "raise max_connections, or run fewer watchers and workers")


def schema_of(place: Configured) -> Iterator[Seen]:
    """See whether the database has the schema of this version."""
    with _database(place) as opened:
        if opened.is_lost:
            return
        with opened.reading() as connection:
            revision = schema.revision_of(connection)
        if revision is not None and not schema.is_known(revision):
            yield fault(
                f"schema {revision} is of a later version of hpedi", "install that version, or restore a backup"
            )
        elif not schema.is_current(opened):
            saw = f"schema {revision} is of an earlier version" if revision else "the database is empty"
            yield fault(saw, f"hpedi backup /safe/, then hpedi --home {place.home} init")
        else:
            yield ok(f"schema {revision}")


def integrity(place: Configured) -> Iterator[Seen]:
    """Read the file of a SQLite database through, as far as there is time."""
    with _database(place) as opened:
        if opened.is_lost or opened.writer.dialect.name != "sqlite":
            return
        seconds = place.bounds.integrity_seconds
        found = faults_in_file(opened, within_seconds=seconds)
    if found is None:
        yield warning(
            f"not read through within {seconds} seconds", "sqlite3 hpedi.sqlite3 'PRAGMA quick_check', at night"
        )
    elif found:
        yield fault(f"the file is damaged in {found:,} places", "copy it away, then hpedi restore FILE")
    else:
        yield ok("the file is whole")


def whose(place: Configured) -> Iterator[Seen]:
    """See whether the books are this workspace's."""
    with _database(place) as opened:
        if opened.is_lost:
            return
        holder = workspace_of(opened)
    if holder and holder != place.settings.identity:
        yield fault(f"the database holds the books of workspace {holder}", f"name the right `database` in {CONFIG}")
    else:
        yield ok("the books of this workspace")


def clock(place: Configured) -> Iterator[Seen]:
    """Hold our clock against the server's."""
    with _database(place) as opened:
        if opened.is_lost or opened.writer.dialect.name == "sqlite":
            return
        found = server_condition(opened, [])
        ours = datetime.now(UTC)
    skew = max(0.0, abs((ours - found.now).total_seconds()) - found.asked_seconds)
    yield graded(
        f"{skew:.1f} seconds from the clock of the database server",
        "start a time service on both machines (chrony, systemd-timesyncd)",
        value=skew,
        warns_above=place.bounds.clock_seconds,
        fails_above=place.bounds.clock_seconds_fault,
    )


# --- with the key ----------------------------------------------------------------------------------------------------


def entries(place: Opened) -> Iterator[Seen]:
    """See whether anything in the audit log was written later than now."""
    with place.workspace.database.reading() as connection:
        last = connection.execute(select(func.max(audit_entry.c.at))).scalar()
    if last is None:
        return
    ahead = max(0.0, (last - datetime.now(UTC)).total_seconds())
    yield graded(
        f"the last entry of the audit log is {ahead:.0f} seconds in the future" if ahead else "later than all entries",
        "this clock was set back: start a time service; entries keep their order by their ids",
        value=ahead,
        warns_above=place.bounds.clock_seconds,
        fails_above=place.bounds.clock_seconds_fault,
    )


def audit_log(place: Opened) -> Iterator[Seen]:
    """See whether the audit log is sealed, anchored and verified from time to time."""
    with place.workspace.database.reading() as connection:
        head = head_of(connection)
        reached = head.last_id if head else 0
        waits = select(func.count(), func.min(audit_entry.c.at)).where(audit_entry.c.id > reached)
        count, since = connection.execute(waits).one()
    anchored = _anchored(place)
    if anchored.contradicts(head):
        yield fault(
            "the log is older or other than its anchor says", "hpedi audit verify; stop and look before all else"
        )
    if head is not None and anchored.highest < head.number:
        yield warning(f"{head.number - anchored.highest:,} seals are not in the anchor", "see the check `anchor`")
    if count and place.now - since > timedelta(minutes=place.bounds.unsealed_minutes):
        yield warning(f"{count:,} entries wait for their seal", "hpedi audit verify")
    yield _verified(place)


def _anchored(place: Opened) -> Anchored:
    """Return what the anchor says.

    Raises:
        Unavailable: It cannot be read.
    """
    try:
        return place.workspace.sealer.anchored()
    except OSError as failure:
        file = anchor_of(place.home, place.settings.identity)
        raise Unavailable(f"the anchor {file} cannot be read ({failure.strerror}): see its owner and mode") from None


def _verified(place: Opened) -> Seen:
    """Say when the log was verified last; a workspace that was never has as long as any other, from its making on."""
    verified = _last(place, "audit verify")
    age = place.now - (verified.at if verified else _made_at(place))
    saw = f"verified {ago(age)} ago: {verified.result}" if verified else f"never verified, and begun {ago(age)} ago"
    if age > timedelta(days=place.bounds.verify_days):
        return warning(saw, "hpedi audit verify, every night")
    return fault(saw, "hpedi audit verify") if verified and verified.result != "whole" else ok(saw)


def backup(place: Opened) -> Iterator[Seen]:
    """See when the last backup was begun, as the audit log tells."""
    last = _last(place, "backup")
    since = last.at if last else _made_at(place)
    age = place.now - since
    hours = place.wishes.backup_hours or place.bounds.backup_hours
    yield graded(
        f"the last one {ago(age)} ago" if last else f"none since the workspace was made {ago(age)} ago",
        "hpedi backup /safe/backups/, every night",
        value=age / timedelta(hours=1),
        warns_above=hours,
        fails_above=max(hours, place.bounds.backup_hours_fault),
    )


def key_copy(place: Opened) -> Iterator[Seen]:
    """See whether somebody said that a copy of the key in use lies elsewhere, once there is something to lose."""
    with place.workspace.database.reading() as connection:
        in_use = [each for each in known_keys(connection) if each.retired_at is None]
        of_production = select(receipt.c.id).where(receipt.c.usage == PRODUCTION).limit(1)
        is_of_production = connection.execute(of_production).first() is not None
    if len(in_use) > 1:
        yield warning("the workspace key is being replaced", "hpedi keys rotate")
    said, since = place.wishes.key_copy_on, in_use[-1].since.date()
    mend = f"copy it to your secret store, apart from the backups; then `key_copy_on = {place.day}` under [doctor]"
    if said is None and not is_of_production:
        yield ok("no production file came yet")
    elif said is None:
        yield warning("nobody said that a copy of the key lies elsewhere", mend)
    elif said < since:
        yield warning(f"the copy was seen on {said}, and the key replaced on {since}", mend)
    else:
        yield ok(f"a copy lay elsewhere on {said}")


def restored(place: Opened) -> Iterator[Seen]:
    """See whether payments and deliveries are held, or somebody else's by now."""
    taken_over = _anchored(place).taken_over
    with place.workspace.books.reading(place.context) as work:
        held = work.restorations.held()
    if taken_over is not None:
        yield fault(f"a restored workspace took this one's place on {taken_over.at[:10]}", "switch this one off")
    elif held is not None:
        saw = f"payments and deliveries are held since the restoration of {held.restored_at:%Y-%m-%d}"
        yield fault(saw, "hpedi restore --confirm --why TEXT, once the original has stopped")
    else:
        yield ok("nobody took this workspace's place")


def _last(place: Opened, action: str) -> AuditEntry | None:
    """Return the newest entry of an action."""
    with place.workspace.books.reading(place.context) as work:
        return next(work.audit.find(Sought(action=action), limit=1), None)


def _made_at(place: Opened) -> datetime:
    with place.workspace.database.reading() as connection:
        return connection.execute(select(workspace_row.c.since)).scalar() or place.now
