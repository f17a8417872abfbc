"""What `hpedi doctor` sees without the books: settings, key, anchor, folders, room, extras."""

from __future__ import annotations

import os
import shutil
import stat
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import click
from sqlalchemy.engine import make_url

from hpedi.commands.doctor_examination import Configured, Place, Seen, fault, ok, warning
from hpedi.commands.doctor_terms import DoctorSettings, read_doctor_settings
from hpedi.commands.settings import (
    ANCHOR_SETTING,
    CONFIG,
    KEY_SETTING,
    absolute,
    anchor_of,
    given_key,
    read_settings,
)
from hpedi.commands.sftp_settings import sftp_limits
from hpedi.commands.up_settings import UpSettings, check_options, read_up_settings, wanted_programs
from hpedi.commands.watch_settings import WatchSettings, read_watch_settings, schedules_by_default
from hpedi.commands.webhooks_settings import WebhookTable, read_webhook_settings
from hpedi.intake.sftp.limits import NAMES
from hpedi.x12.limits import Limits

OWNER_ONLY: Final = 0o077
OTHERS: Final = stat.S_IROTH | stat.S_IWOTH | stat.S_IXOTH
WRITTEN_BY_OTHERS: Final = stat.S_IWOTH | stat.S_IWGRP
WRITTEN_BY_US: Final = stat.S_IRUSR | stat.S_IWUSR
FOLDERS: Final = ("files", "quarantine", "inbox", "outbox", "archive", "staging", "taken", "bank")
"""Below the workspace; each is made when it is needed."""

LINKED: Final = ("inbox", "outbox", "archive", "staging", "taken")
"""Between these files are renamed and linked."""

OF_PARTNERS: Final = ("inbox", "outbox", "archive", "staging")
"""In these lies a folder of each partner."""

LINK_MEND: Final = (
    "hpedi sftp follows none: see who made it (ls -l {path}), remove it and make a folder; "
    "a folder that another server fills is named under [watch.folders]"
)

EXTRAS: Final = {
    "web": ("starlette", "uvicorn"),
    "gateway": ("asyncssh", "prometheus_client", "urllib3"),
    "pg": ("psycopg",),
}
USED_BY: Final = {"serve": {"web"}, "sftp": {"gateway"}, "metrics": {"gateway", "web"}, "webhooks": {"gateway"}}
"""The extras that each program of [up] needs."""

KNOWN: Final = {
    "": frozenset({"id", "database", "key_file", "anchored_as"}),
    "limits": frozenset(each.name for each in fields(Limits)),
    "up": frozenset(UpSettings.__struct_fields__),
    "sftp": frozenset(NAMES),
    "watch": frozenset(WatchSettings.__struct_fields__),
    "webhooks": frozenset(WebhookTable.__struct_fields__),
    "doctor": frozenset(DoctorSettings.__struct_fields__),
}
"""The settings that are read, by table; the first are those before any table."""

READERS: Final = (
    read_settings,
    lambda home: check_options(read_up_settings(home)),
    lambda home: sftp_limits(home, datetime.now(UTC).date()),
    read_watch_settings,
    read_webhook_settings,
    read_doctor_settings,
)


def settings(place: Place) -> Iterator[Seen]:
    """See whether hpedi.toml says what is read, and nothing else."""
    config = place.home / CONFIG
    if not config.exists():
        yield fault(f"no workspace in {place.home}", f"hpedi --home {place.home} init, or hpedi restore FILE")
        return
    try:
        said = tomllib.loads(config.read_text())
    except (OSError, ValueError) as wrong:
        yield fault(f"{config} cannot be read: {wrong}", f"mend {config} with an editor; hpedi.toml is in each backup")
        return
    faults = list(_strange(said)) or list(_not_read(place.home))
    yield from faults
    if not faults:
        yield ok(f"{config}: {', '.join(sorted(key for key in said if isinstance(said[key], dict))) or 'no tables'}")


def _strange(said: dict[str, object]) -> Iterator[Seen]:
    """Yield the settings that nobody reads, with the name that may be meant."""
    tables = {**KNOWN, "schedules": frozenset(schedules_by_default())}
    for name, value in said.items():
        is_table = isinstance(value, dict)
        among = set(tables) - {""} if is_table else KNOWN[""]
        if name not in among:
            yield fault(f"{CONFIG}: {_named(name, is_table=is_table)} is no setting", _advice(name, among))
        elif isinstance(value, dict):
            for inner in value.keys() - tables[name]:
                yield fault(f"{CONFIG}: {inner} under [{name}] is no setting", _advice(inner, tables[name]))


def _named(name: str, *, is_table: bool) -> str:
    return f"[{name}]" if is_table else name


def _advice(name: str, among: set[str] | frozenset[str]) -> str:
    close = get_close_matches(name, sorted(among), n=1, cutoff=0.5)
    return f"write {close[0]} for it" if close else f"there are {', '.join(sorted(among))}"


def _not_read(home: Path) -> Iterator[Seen]:
    """Yield why settings are refused, each once."""
    told = set()
    for read in READERS:
        try:
            read(home)
        except click.UsageError as refused:
            if refused.message not in told:
                told.add(refused.message)
                yield fault(refused.message, f"mend {home / CONFIG} with an editor")


def extras(place: Configured) -> Iterator[Seen]:
    """See whether what the settings ask for is installed."""
    wanted = {"pg"} if place.settings.database.startswith("postgresql") else set()
    for program, _options in wanted_programs(read_up_settings(place.home)):
        wanted |= USED_BY.get(program.setting, set())
    missing = sorted(extra for extra in wanted if not all(find_spec(each) for each in EXTRAS[extra]))
    if missing:
        yield fault(f"not installed: {', '.join(missing)}", f"pip install 'hpedi[{','.join(missing)}]'")
    else:
        yield ok(", ".join(sorted(wanted)) or "none is needed")


def key(place: Configured) -> Iterator[Seen]:
    """See where the workspace key comes from, and that nobody else can read it."""
    if os.environ.get(KEY_SETTING):
        yield ok(f"${KEY_SETTING} holds {given_key(place.settings.key_file).name}")
        return
    file = place.settings.key_file
    name = given_key(file).name
    if place.home.resolve() in file.resolve().parents:
        yield fault("the key lies in the workspace", f"move {file} out of it and name its new place in {CONFIG}")
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & OWNER_ONLY:
        yield fault(f"others can read the key file (mode {mode:o})", f"chmod 600 {file}")
    else:
        yield ok(f"{file} holds {name}")


def anchor(place: Configured) -> Iterator[Seen]:
    """See whether the anchor of the audit log lies outside, and takes lines."""
    file = anchor_of(place.home, place.settings.identity)
    nearest = next(each for each in (file, *file.parents) if each.exists())
    if not os.access(nearest, os.W_OK):
        yield fault(f"{file} takes no lines from us", f"let this user append to it, or set ${ANCHOR_SETTING}")
    elif not os.access(nearest, os.R_OK) or file.is_dir():
        yield fault(f"{nearest} cannot be read", f"a file that this user may read and append to: chmod u+rw {nearest}")
    elif file.exists() and stat.S_IMODE(file.stat().st_mode) & WRITTEN_BY_OTHERS:
        yield warning(f"others can write to {file}", f"chmod 600 {file}")
    else:
        yield ok(f"{file}" if file.exists() else f"{file}, made with the first seal")


def folders(place: Configured) -> Iterator[Seen]:
    """See whether the folders are ours, writable, closed to others, on one file system and no links elsewhere."""
    wrong = [fault(f"{path} is a link, not a folder", LINK_MEND.format(path=path)) for path in _links(place.home)]
    below = (place.home / name for name in FOLDERS)
    present = [place.home, *(path for path in below if path.is_dir() and not path.is_symlink())]
    wrong += [
        seen for path in present for seen in _folder(path, is_closed_above=path != place.home and _closed(place.home))
    ]
    devices = {path.stat().st_dev for path in present if path == place.home or path.name in LINKED}
    if len(devices) > 1:
        wrong.append(fault("inbox, outbox, archive, staging and taken lie on several file systems", "put them on one"))
    wrong += _of_other_servers(place)
    yield from wrong
    if not wrong:
        yield ok(f"{len(present)} folders, ours and closed to others")


def _links(home: Path) -> Iterator[Path]:
    """Yield the links among the folders of the workspace, and among those of partners in them."""
    for name in FOLDERS:
        if (home / name).is_symlink():
            yield home / name
        elif name in OF_PARTNERS and (home / name).is_dir():
            yield from sorted(path for path in (home / name).iterdir() if path.is_symlink())


def _of_other_servers(place: Configured) -> Iterator[Seen]:
    """Yield what keeps files from being taken out of the folders that other servers fill."""
    for path in (Path(folder) for each in read_watch_settings(place.home)[0].folders.values() for folder in each):
        if not path.is_dir():
            yield fault(f"{path} under [watch.folders] is no folder", "make it, or correct its name")
        elif path.stat().st_dev != place.home.stat().st_dev:
            yield fault(f"{path} lies on another file system than the workspace", "move one of them: files are renamed")
        elif not os.access(path, os.W_OK | os.X_OK):
            yield fault(f"files cannot be taken out of {path}", "let this user write there")


def _closed(folder: Path) -> bool:
    return not folder.stat().st_mode & stat.S_IXOTH


def _folder(path: Path, *, is_closed_above: bool) -> Iterator[Seen]:
    found = path.stat()
    if found.st_uid != os.geteuid():
        yield warning(f"{path} belongs to user {found.st_uid}, not to us", f"chown -R {os.geteuid()} {path}")
    if not os.access(path, os.W_OK | os.X_OK):
        yield fault(f"{path} cannot be written", f"chown -R {os.geteuid()} {path}; chmod u+rwx {path}")
    if found.st_mode & OTHERS and not is_closed_above:
        yield warning(f"everybody on this machine can look into {path}", f"chmod o= {path}")


def room(place: Configured) -> Iterator[Seen]:
    """See how much room there is where the workspace, its database and its anchor lie, and on what."""
    bounds, terms = place.bounds, place.terms
    places = {"workspace": place.home, "anchor": anchor_of(place.home, place.settings.identity)}
    if (database := sqlite_file(place)) is not None:
        places["database"] = database
    for name, path in places.items():
        nearest = next(each for each in (path, *path.parents) if each.exists())
        free, kind = shutil.disk_usage(nearest).free, file_system_of(nearest)
        said = f"{name}: {_gigabytes(free)} free on {kind or 'its file system'}"
        if free < bounds.free_bytes_fault:
            yield fault(said, f"make room, {_gigabytes(bounds.free_bytes)} at least: until then nothing goes on")
        elif kind in terms.network_file_systems and name == "database":
            yield fault(
                f"{said}: SQLite does not work over a network", "move the workspace to a disk, or to PostgreSQL"
            )
        elif kind in terms.memory_file_systems:
            yield warning(f"{said}: gone when the machine stops", "move it to a disk")
        elif free < bounds.free_bytes:
            yield warning(said, f"make room, {_gigabytes(bounds.free_bytes)} at least")
        else:
            yield ok(said)


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.2f} GB"


def sqlite_file(place: Configured) -> Path | None:
    """Return the file of the database; None where a server keeps it."""
    url = make_url(absolute(place.settings.database, place.home))
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def database_files(place: Configured) -> Iterator[Seen]:
    """See whether the file of the database and those beside it are one user's, and may be read and written."""
    file = sqlite_file(place)
    if file is None:
        yield ok("a server keeps them")
        return
    present: dict[Path, os.stat_result] = {}
    for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        with suppress(FileNotFoundError):  # the latter two come and go
            present[path] = path.stat()
    owners = [found.st_uid for found in present.values()]
    wrong = [seen for path, found in present.items() for seen in _database_file(path, found, owner=owners[0])]
    yield from wrong
    if not wrong:
        yield ok(f"{len(present)} files, one user's")


def _database_file(path: Path, found: os.stat_result, *, owner: int) -> Iterator[Seen]:
    if found.st_uid != owner:
        yield fault(f"{path} belongs to user {found.st_uid}, the database to {owner}", f"chown {owner} {path}")
    if found.st_mode & WRITTEN_BY_US != WRITTEN_BY_US or not os.access(path, os.R_OK | os.W_OK):
        mode = stat.S_IMODE(found.st_mode)
        yield fault(
            f"{path} cannot be written (mode {mode:o}, user {found.st_uid})",
            f"chmod u+rw {path}, and run as user {owner}",
        )


def file_system_of(path: Path) -> str:
    """Return the name of the file system that a path lies on; "" where nobody says."""
    try:
        lines = Path("/proc/self/mountinfo").read_text().splitlines()
    except OSError:
        return ""
    found = path.stat().st_dev
    number = f"{os.major(found)}:{os.minor(found)}"
    kinds = [line.split(" - ")[1].split()[0] for line in lines if line.split()[2] == number]
    return kinds[-1] if kinds else ""
