"""A workspace: one folder with the books, the files that arrived, and what goes out.

    <home>/hpedi.toml           where the database is, where the key is, and under [limits] what a file may ask of us
    <home>/hpedi.sqlite3        the books
    <home>/files/               files that arrived, encrypted
    <home>/quarantine/          why a file is no X12, beside its encrypted bytes
    <home>/outbox/<partner>/    answers and remittances
    <home>/bank/                ACH files and the check register

The key never lies in the workspace: it comes from $HPEDI_KEY, or from the file that hpedi.toml names (made by `init`
below $XDG_CONFIG_HOME/hpedi, readable by its owner only). Nor does the anchor of the audit log: it is the file
$HPEDI_AUDIT_ANCHOR, or one below $XDG_STATE_HOME/hpedi. Each command seals the audit log when it ends.
"""

from __future__ import annotations

import os
import tomllib
import uuid
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from hpedi.delivery.mailbox import Mailbox
from hpedi.findings import Unavailable
from hpedi.intake.stored_files import StoredFiles
from hpedi.log import log
from hpedi.run_context import OPERATOR, RunContext
from hpedi.safekeeping.anchor_file import AnchorFile
from hpedi.safekeeping.vault import KeyMissing, Vault, new_key, read_key
from hpedi.safekeeping.whole_files import write_whole
from hpedi.store import schema
from hpedi.store.audit_seals import Sealer
from hpedi.store.books import StoredBooks
from hpedi.store.database import Database
from hpedi.x12.limits import Limits

CONFIG = "hpedi.toml"
ANCHOR_SETTING = "HPEDI_AUDIT_ANCHOR"
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

    @property
    def quarantine(self) -> Path:
        """The folder of what is no X12."""
        return self.home / "quarantine"


def create(home: Path, database_url: str | None = None) -> bool:
    """Make a workspace, or bring one to the schema of this version; say whether it is new."""
    config = home / CONFIG
    is_new = not config.exists()
    if is_new:
        home.mkdir(parents=True, exist_ok=True)
        identity = uuid.uuid4().hex
        key_file = _key_folder() / f"{identity}.key"
        if "HPEDI_KEY" not in os.environ:
            _write_key(key_file)
        url = database_url or "sqlite:///hpedi.sqlite3"
        # The settings come last: where they stand, the database was made, and one that is gone was lost.
        database = Database(_absolute(url, home))
        schema.upgrade(database)
        database.close()
        settings = f'id = "{identity}"\ndatabase = "{url}"\nkey_file = "{key_file}"\n'
        write_whole(config, [settings.encode()])
    else:
        schema.upgrade(open_workspace(home, check=False).database)
    return is_new


def _key_folder() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "hpedi"


def _write_key(key_file: Path) -> None:
    key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(new_key() + "\n")


def open_workspace(home: Path, *, check: bool = True, rehearses: bool = False) -> Workspace:
    """Open a workspace; the command that opens it seals its audit log when it ends.

    Args:
        home: Where it is.
        check: Refuse one of an older schema.
        rehearses: It is a copy that goes away: its audit log is nobody's.

    Raises:
        click.UsageError: There is none, its key is not there, or it has an older schema.
    """
    config = home / CONFIG
    if not config.exists():
        raise click.UsageError(f"no workspace in {home}; make one with `hpedi --home {home} init`")
    try:
        settings = tomllib.loads(config.read_text())
        identity, key_file, url = str(settings["id"]), str(settings["key_file"]), str(settings["database"])
    except (ValueError, KeyError):
        raise click.UsageError(f"{config} is damaged: bring back its `id`, `database` and `key_file`") from None
    vault = _vault(key_file)
    database = Database(_absolute(url, home))
    command = click.get_current_context(silent=True)
    if command is not None:
        command.call_on_close(database.close)
    if database.is_lost:
        raise click.UsageError(f"the database of {home} is gone: bring it back from a backup; nothing was made anew")
    if check and not schema.is_current(database):
        raise click.UsageError(f"the workspace in {home} is of another version; bring it up with `hpedi init`")
    books = StoredBooks(database, vault)
    sealer = books.sealer(AnchorFile(home / "anchor" if rehearses else _anchor(home, identity)), identity)
    if command is not None and not rehearses:
        command.call_on_close(lambda: _seal(sealer))
    return Workspace(
        home=home,
        database=database,
        books=books,
        files=StoredFiles(home / "files", vault),
        mailbox=Mailbox(home),
        limits=_limits(settings.get("limits", {}), config),
        sealer=sealer,
    )


def _anchor(home: Path, identity: str) -> Path:
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    anchor = Path(os.environ.get(ANCHOR_SETTING) or state / "hpedi" / f"{identity}.anchor").resolve()
    if home.resolve() in anchor.parents:
        raise click.UsageError(f"${ANCHOR_SETTING} names a file in the workspace: the anchor lies outside of it")
    return anchor


def _seal(sealer: Sealer) -> None:
    """Seal what a command did; where that cannot be now, the next command does it."""
    try:
        sealer.seal()
    except (Unavailable, OSError) as failure:
        log.warning("audit log not sealed", exception=type(failure).__name__)


def _limits(settings: dict[str, object], config: Path) -> Limits:
    names = {each.name for each in fields(Limits)}
    for name, value in settings.items():
        if name not in names or type(value) is not int or value < 1:
            raise click.UsageError(
                f"{config}: {name} under [limits] is no limit; these are: {', '.join(sorted(names))}"
            )
    return replace(Limits(), **settings)  # type: ignore[arg-type]


def _vault(key_file: str) -> Vault:
    try:
        return Vault(read_key(os.environ.get("HPEDI_KEY") or Path(key_file).read_text()))
    except (OSError, KeyMissing):
        raise click.UsageError(f"the workspace key is missing: set $HPEDI_KEY or bring back {key_file}") from None


def _absolute(url: str, home: Path) -> str:
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/"):
        return f"{prefix}{(home / url.removeprefix(prefix)).resolve()}"
    return url


def payer_zone() -> ZoneInfo:
    """Return the time zone of the payer, in which a receipt instant becomes a date."""
    return ZoneInfo(PAYER_TIME_ZONE)


def context_for(as_of: date | None) -> RunContext:
    """Return who runs and when: now, or noon of the business date given, so that running again gives the same bytes."""
    zone = payer_zone()
    instant = datetime.now(UTC).astimezone(zone) if as_of is None else datetime.combine(as_of, time(12), zone)
    return RunContext(OPERATOR, instant, as_of or instant.date())
