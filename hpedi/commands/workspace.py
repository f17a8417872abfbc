"""A workspace: one folder with the books, the files that arrived, and what goes out.

    <home>/hpedi.toml           where the database is, where the key is, and under [limits] what a file may ask of us
    <home>/hpedi.sqlite3        the books; the empty files -queue and -turn beside them say whose turn it is to write
    <home>/files/               files that arrived, encrypted
    <home>/quarantine/          why a file is no X12, beside its encrypted bytes
    <home>/staging/<partner>/   uploads over SFTP that are not whole yet
    <home>/inbox/<partner>/     what a partner dropped and nobody took yet
    <home>/outbox/<partner>/    answers and remittances
    <home>/archive/<partner>/   what lay in the outbox long enough
    <home>/bank/                ACH files and the check register

The key never lies in the workspace: it comes from $HPEDI_KEY, or from the file that hpedi.toml names (made by `init`
below $XDG_CONFIG_HOME/hpedi, readable by its owner only). Nor does the anchor of the audit log: it is the file
$HPEDI_AUDIT_ANCHOR, or one below $XDG_STATE_HOME/hpedi. Each command seals the audit log when it ends.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from hpedi.commands.settings import (
    CONFIG,
    KEY_SETTING,
    Settings,
    absolute,
    anchor_of,
    given_key,
    key_files,
    key_folder,
    read_settings,
    write_key,
    write_settings,
)
from hpedi.delivery.mailbox import Mailbox
from hpedi.findings import Unavailable
from hpedi.intake.stored_files import StoredFiles
from hpedi.log import log
from hpedi.run_context import OPERATOR, Principal, RunContext
from hpedi.safekeeping.anchor_file import AnchorFile
from hpedi.safekeeping.key_ring import KeyMissing, KeyRing, WorkspaceKey
from hpedi.safekeeping.vault import Vault
from hpedi.store import schema
from hpedi.store.audit_seals import Sealer
from hpedi.store.books import StoredBooks
from hpedi.store.database import Database, RehearsedDatabase
from hpedi.store.denials import note_older
from hpedi.store.keys import StoredKeys, WrongKey, known_keys
from hpedi.store.whose import give_to, workspace_of
from hpedi.x12.limits import Limits

SQLITE_URL = "sqlite:///hpedi.sqlite3"
"""The books of a workspace that has no server: a file in it."""

PAYER_TIME_ZONE = "America/Chicago"


@dataclass(frozen=True, slots=True)
class Workspace:
    """An open workspace."""

    home: Path
    database: Database
    books: StoredBooks
    files: StoredFiles
    mailbox: Mailbox
    limits: Limits
    sealer: Sealer
    settings: Settings
    keys: StoredKeys
    vault: Vault

    @property
    def quarantine(self) -> Path:
        """The folder of what is no X12."""
        return self.home / "quarantine"


def create(home: Path, database_url: str | None = None) -> bool:
    """Make a workspace, or bring one to the schema of this version; say whether it is new.

    Raises:
        click.UsageError: The database is gone, or holds the books of another workspace.
    """
    is_new = not (home / CONFIG).exists()
    if is_new:
        _make(home, database_url or SQLITE_URL)
    else:
        _bring_up(home)
    return is_new


def _make(home: Path, url: str) -> None:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)  # one that stands already is left as it is
    identity = uuid.uuid4().hex
    with closing(Database(absolute(url, home))) as database:
        schema.upgrade(database)
        _check_is_nobodys(database)
        key_file = _begun_with(database) or key_folder() / f"{identity}.key"
        if KEY_SETTING not in os.environ and not key_file.exists():
            write_key(key_file)
        StoredKeys(database, [given_key(key_file)]).begin(KeyRing.new(), datetime.now(UTC))
        # The settings come last: where they stand, the database was made, and one that is gone was lost.
        write_settings(home, key_file=str(key_file), database=url, id=identity)
        give_to(database, identity, datetime.now(UTC))


def _bring_up(home: Path) -> None:
    """Bring a database to the schema of this version; one that has no keys yet gets some."""
    settings = read_settings(home)
    key = given_key(settings.key_file)
    with closing(Database(absolute(settings.database, home))) as database:
        _check_is_there(home, database)
        schema.upgrade(database)
        keys = StoredKeys(database, [key])
        keys.begin(KeyRing.of_one(key.secret), datetime.now(UTC))
        give_to(database, settings.identity, datetime.now(UTC))
        vault = _vault_of(keys)
        with database.writing() as connection:
            note_older(connection, vault)


def _database(url: str, *, rehearses: bool) -> Database:
    """Open the books; of a server there is no copy to rehearse in, so that nothing is committed to them instead."""
    is_copied = url.startswith("sqlite:")
    return RehearsedDatabase(url) if rehearses and not is_copied else Database(url)


def _begun_with(database: Database) -> Path | None:
    """Return the key file of a workspace whose making was killed before it had settings."""
    with database.reading() as connection:
        names = {known.name for known in known_keys(connection)}
    return next((path for path, key in key_files("").items() if key.name in names), None)


def _check_is_nobodys(database: Database) -> None:
    if workspace_of(database):
        raise click.UsageError(
            "the database holds the books of another workspace: name an empty one; "
            "if they are yours, bring back the hpedi.toml of their workspace"
        )


def _check_is_there(home: Path, database: Database) -> None:
    if database.is_lost:
        raise click.UsageError(f"the database of {home} is gone: bring it back from a backup; nothing was made anew")


def open_workspace(home: Path, *, rehearses: bool = False, also: Sequence[WorkspaceKey] = ()) -> Workspace:
    """Open a workspace; the command that opens it seals its audit log when it ends.

    Args:
        home: Where it is.
        rehearses: It is a copy that goes away: its audit log is nobody's.
        also: Keys that may open it too: that of $HPEDI_KEY or the key file is being replaced by one of them.

    Raises:
        click.UsageError: There is none, its key is not there, or it has an older schema.
    """
    settings = read_settings(home)
    keys_given = [*also, given_key(settings.key_file)]
    database = _database(absolute(settings.database, home), rehearses=rehearses)
    command = click.get_current_context(silent=True)
    if command is not None:
        command.call_on_close(database.close)
    _check_is_there(home, database)
    if not schema.is_current(database):
        raise click.UsageError(f"the workspace in {home} is of another version; bring it up with `hpedi init`")
    keys = StoredKeys(database, keys_given)
    vault = _vault_of(keys)
    books = StoredBooks(database, vault)
    anchor = AnchorFile(home / "anchor" if rehearses else anchor_of(home, settings.identity))
    sealer = books.sealer(anchor, settings.anchored_as)
    if command is not None and not rehearses:
        command.call_on_close(lambda: _seal(sealer))
    return Workspace(
        home=home,
        database=database,
        books=books,
        files=StoredFiles(home / "files", vault),
        mailbox=Mailbox(home),
        limits=settings.limits,
        sealer=sealer,
        settings=settings,
        keys=keys,
        vault=vault,
    )


def _vault_of(keys: StoredKeys) -> Vault:
    """Open the keys of a workspace.

    Raises:
        click.UsageError: The key given is another one.
    """
    try:
        return keys.open()
    except WrongKey as wrong:
        raise click.UsageError(str(wrong)) from None


def _seal(sealer: Sealer) -> None:
    """Seal what a command did; where that cannot be now, or its key was replaced, the next command does it."""
    try:
        sealer.seal()
    except (Unavailable, OSError, KeyMissing) as failure:
        log.warning("audit log not sealed", exception=type(failure).__name__)


def payer_zone() -> ZoneInfo:
    """Return the time zone of the payer, in which a receipt instant becomes a date."""
    return ZoneInfo(PAYER_TIME_ZONE)


def local_minute(at: datetime | None) -> str:
    """Return a moment to the minute where the payer is; nothing for none."""
    return at.astimezone(payer_zone()).strftime("%Y-%m-%d %H:%M") if at is not None else ""


def context_for(as_of: date | None) -> RunContext:
    """Return who runs and when: now, or noon of the business date given, so that running again gives the same bytes."""
    zone = payer_zone()
    instant = datetime.now(UTC).astimezone(zone) if as_of is None else datetime.combine(as_of, time(12), zone)
    return RunContext(OPERATOR, instant, as_of or instant.date())


def now_for(principal: Principal) -> RunContext:
    """Return the moment, on behalf of somebody: for what works long, and asks again and again."""
    return replace(context_for(None), principal=principal)
