"""The settings of a workspace (hpedi.toml), and where its key and its anchor lie: both outside of it."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final, TypeVar

import click
import msgspec

from hpedi.safekeeping.key_ring import KeyMissing, WorkspaceKey, new_key, read_key
from hpedi.safekeeping.whole_files import write_whole
from hpedi.x12.limits import Limits

CONFIG: Final = "hpedi.toml"
KEY_SETTING: Final = "HPEDI_KEY"
ANCHOR_SETTING: Final = "HPEDI_AUDIT_ANCHOR"

TableT = TypeVar("TableT", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What hpedi.toml says.

    Attributes:
        identity: The workspace's id; a restored one keeps it.
        database: URL of the books; a relative SQLite path is below the workspace.
        key_file: Where the workspace key is unless $HPEDI_KEY holds it.
        anchored_as: What the anchor of the audit log calls the workspace: a restored one has a name of its own.
        limits: What a file may ask of us.
    """

    identity: str
    database: str
    key_file: Path
    anchored_as: str
    limits: Limits


def read_settings(home: Path) -> Settings:
    """Read the settings of a workspace.

    Raises:
        click.UsageError: There is no workspace, or its settings are damaged.
    """
    config = home / CONFIG
    if not config.exists():
        raise click.UsageError(f"no workspace in {home}; make one with `hpedi --home {home} init`")
    try:
        said = tomllib.loads(config.read_text())
        identity, key_file, url = str(said["id"]), Path(said["key_file"]), str(said["database"])
    except (ValueError, KeyError, TypeError):
        raise click.UsageError(f"{config} is damaged: bring back its `id`, `database` and `key_file`") from None
    return Settings(
        identity=identity,
        database=url,
        key_file=key_file,
        anchored_as=str(said.get("anchored_as", identity)),
        limits=_limits(said.get("limits", {}), config),
    )


def said_under(home: Path, table: str, names: Collection[str]) -> dict[str, object]:
    """Return what a table of hpedi.toml says; nothing where there is none.

    Args:
        home: The workspace.
        table: The name of the table.
        names: The settings that it may have.

    Raises:
        click.UsageError: It cannot be read, or has a setting that nobody reads.
    """
    config = home / CONFIG
    try:
        said = msgspec.convert(tomllib.loads(config.read_text()).get(table, {}), dict[str, object])
    except msgspec.ValidationError as wrong:
        raise click.UsageError(f"{config}: [{table}]: {wrong}") from None
    except (OSError, ValueError) as wrong:
        raise click.UsageError(f"{config} cannot be read: {wrong}") from None
    for name in sorted(said.keys() - set(names)):
        raise click.UsageError(f"{config}: {name} under [{table}] is no setting; these are: {', '.join(sorted(names))}")
    return said


def read_table(home: Path, table: str, form: type[TableT]) -> TableT:
    """Read a table of hpedi.toml.

    Args:
        home: The workspace.
        table: The name of the table.
        form: Its settings; what is not said stands as there.

    Raises:
        click.UsageError: It cannot be read, has a setting that nobody reads, or one of another form.
    """
    said = said_under(home, table, form.__struct_fields__)
    try:
        return msgspec.convert(said, form)
    except msgspec.ValidationError as wrong:
        raise click.UsageError(f"{home / CONFIG}: [{table}]: {wrong}") from None


def write_settings(home: Path, text: str = "", **changed: str) -> None:
    """Write settings anew, some of them with other values; all else stays as it stood.

    Args:
        home: The workspace.
        text: Settings to begin with; those of the workspace if left out.
        changed: Values by name.
    """
    config = home / CONFIG
    text = text or (config.read_text() if config.exists() else "")
    for name, value in changed.items():
        line, stands = f"{name} = {json.dumps(value)}\n", re.search(rf"(?m)^{name} *=.*\n?", text)
        text = text[: stands.start()] + line + text[stands.end() :] if stands else line + text
    write_whole(config, [text.encode()])


def _limits(said: dict[str, object], config: Path) -> Limits:
    names = {each.name for each in fields(Limits)}
    for name, value in said.items():
        if name not in names or type(value) is not int or value < 1:
            raise click.UsageError(
                f"{config}: {name} under [limits] is no limit; these are: {', '.join(sorted(names))}"
            )
    return replace(Limits(), **said)  # type: ignore[arg-type]


# --- the key ---------------------------------------------------------------------------------------------------------


def key_folder() -> Path:
    """Return the folder of key files."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "hpedi"


def write_key(key_file: Path) -> None:
    """Make a workspace key in a file that only its owner can read."""
    key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(new_key() + "\n")
        out.flush()
        os.fsync(out.fileno())


def key_of(text: str) -> WorkspaceKey:
    """Read a workspace key from text."""
    return WorkspaceKey(read_key(text))


def given_key(key_file: Path) -> WorkspaceKey:
    """Return the workspace key: that of $HPEDI_KEY, else that of the key file.

    Raises:
        click.UsageError: It is nowhere, or no key.
    """
    said = os.environ.get(KEY_SETTING)
    try:
        return key_of(said or key_file.read_text(errors="replace"))
    except OSError:
        raise click.UsageError(f"the workspace key is missing: set ${KEY_SETTING} or bring back {key_file}") from None
    except KeyMissing as wrong:
        place = f"${KEY_SETTING}" if said else key_file
        raise click.UsageError(f"{place} holds no workspace key, which is base64 of 32 bytes: {wrong}") from None


def key_files(identity: str, also: Iterable[Path] = ()) -> dict[Path, WorkspaceKey]:
    """Return the keys that lie in files made for a workspace, and in other files; what is no key is passed over."""
    found: dict[Path, WorkspaceKey] = {}
    for path in (*also, *sorted(key_folder().glob(f"{identity}*.key"))):
        try:
            found[path] = key_of(path.read_text())
        except (OSError, KeyMissing, ValueError):
            continue
    return found


# --- the anchor ------------------------------------------------------------------------------------------------------


def anchor_of(home: Path, identity: str) -> Path:
    """Return the file that is the anchor of a workspace's audit log.

    Raises:
        click.UsageError: It would lie in the workspace.
    """
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    anchor = Path(os.environ.get(ANCHOR_SETTING) or state / "hpedi" / f"{identity}.anchor").resolve()
    if home.resolve() in anchor.parents:
        raise click.UsageError(f"${ANCHOR_SETTING} names a file in the workspace: the anchor lies outside of it")
    return anchor


def absolute(url: str, home: Path) -> str:
    """Return a database's URL with the path of a SQLite file made absolute."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/"):
        return f"{prefix}{(home / url.removeprefix(prefix)).resolve()}"
    return url
