"""`hpedi doctor`: what it says of a workspace that is whole, of broken ones, and of age on both sides of a bound."""

from __future__ import annotations

import base64
import os
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from msgspec import structs

from hpedi.access.accounts import Account
from hpedi.commands import ExitCode, doctor_books, doctor_data, doctor_gateway, doctor_place, hpedi
from hpedi.commands.doctor_checks import OF_BOOKS, OF_PLACE, OF_SETTINGS
from hpedi.commands.doctor_examination import Configured, Opened, Place, Seen, ago, graded
from hpedi.commands.doctor_terms import DoctorSettings, doctor_terms, read_doctor_settings
from hpedi.commands.settings import anchor_of, read_settings, write_settings
from hpedi.commands.sftp_settings import host_key_file
from hpedi.commands.workspace import context_for, open_workspace
from hpedi.pipeline.gateway_ports import Heartbeat
from hpedi.store.audit import Sought
from tests.commands.running import json_lines, run_hpedi
from tests.databases import SQLITE, Workspaces, engine_of, statements_in, url_of
from tests.pipeline.conftest import KEY
from tests.pipeline.conftest import loaded_home as loaded_home  # noqa: PLC0414 - a fixture
from tests.shared import PROJECT

OTHER_KEY = base64.b64encode(bytes(range(1, 33))).decode()


@pytest.fixture
def home(workspaces: Workspaces, loaded_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with the sample payer that only its owner can look into."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    copy = workspaces.copy(loaded_home, tmp_path / "home")
    copy.chmod(0o700)
    return copy


Told = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture
def told(home: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """What `hpedi doctor --json` says: its exit code and its rows."""

    def ask() -> tuple[int, list[dict[str, Any]]]:
        capsys.readouterr()
        code = run_hpedi("--home", home, "doctor", "--json")
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert "bug of hpedi" not in said.err + said.out
        return code, [row for row in json_lines(said.out) if "check" in row]

    return ask


def of(rows: list[dict[str, Any]], check: str) -> list[tuple[str, str]]:
    """Return what a check saw: result and words."""
    return [(row["result"], row["saw"]) for row in rows if row["check"] == check]


def append(home: Path, text: str) -> None:
    """Add lines to the settings."""
    with (home / "hpedi.toml").open("a") as config:
        config.write(text)


def durable(home: Path) -> bool:
    """Say what the server itself says of what lasts."""
    if url_of(home).startswith(SQLITE):
        return True
    with engine_of(home) as engine, engine.connect() as connection:
        names = ("fsync", "full_page_writes", "synchronous_commit")
        return all(connection.exec_driver_sql(f"SHOW {name}").scalar() == "on" for name in names)


def test_a_whole_workspace_has_no_fault(home: Path, told: Told) -> None:
    """Each check is made and says what it saw; what is no fault of ours is the server's own setting."""
    code, rows = told()
    faults = [row for row in rows if row["result"] == "fault"]
    assert {row["check"] for row in faults} == (set() if durable(home) else {"database"})
    assert code == (ExitCode.FINDINGS if faults else ExitCode.OK)
    only_of_one_kind = {"integrity"} if not url_of(home).startswith(SQLITE) else {"clock"}
    assert {row["check"] for row in rows} == {
        check.name for checks in (OF_PLACE, OF_SETTINGS, OF_BOOKS) for check in checks
    } - only_of_one_kind
    assert all(row["mend"] for row in rows if row["result"] != "ok")
    with open_workspace(home).books.reading(context_for(None)) as work:
        assert [each.principal for each in work.audit.find(Sought(action="doctor"))] == ["system:operator"]


@pytest.mark.storeless
def test_a_fresh_workspace_has_nothing_to_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `init` made is closed to others and wants no mending; only the machine and the calendar may be otherwise."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.delenv("HPEDI_KEY", raising=False)
    home = tmp_path / "new" / "workspace"
    assert run_hpedi("--home", home, "init", "--demo") == ExitCode.OK
    assert home.stat().st_mode & 0o777 == 0o700
    capsys.readouterr()
    run_hpedi("--home", home, "doctor", "--json")
    rows = [row for row in json_lines(capsys.readouterr().out) if row.get("result") in {"warning", "fault"}]
    assert {row["check"] for row in rows} <= {"room", "ports", "extras", "code lists"}


def test_people_are_told_in_a_table(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json the same stands in a table, with --quiet only what is not well."""
    home.chmod(0o755)
    run_hpedi("--home", home, "doctor", "--quiet")
    said = capsys.readouterr().out
    assert "everybody on this machine" in said
    assert "bank holidays" not in said
    assert re.search(r"faults: \d+, warnings: \d+", said)


def _without_id(home: Path) -> None:
    config = home / "hpedi.toml"
    config.write_text(re.sub(r"(?m)^id = .*$", "", config.read_text()))


SETTINGS: tuple[tuple[Callable[[Path], object], str, str], ...] = (
    (lambda home: append(home, "[limits\n"), "cannot be read", "in each backup"),
    (_without_id, "is damaged", "editor"),
    (lambda home: append(home, "[wacht]\n"), "[wacht] is no setting", "write watch"),
    (lambda home: append(home, "[limits]\nelemnts = 3\n"), "elemnts under [limits]", "write elements"),
    (lambda home: append(home, "[limits]\nelements = 0\n"), "elements under [limits] is no limit", "editor"),
    (lambda home: append(home, "[up]\nwatcher = 2\n"), "watcher under [up]", "write watchers"),
    (lambda home: append(home, "[up]\nwatchers = 900\n"), "[up]: Expected", "editor"),
    (lambda home: append(home, "[up]\nsftp = ['--prot', '22']\n"), "sftp under [up]: No such option", "editor"),
    (lambda home: append(home, "[sftp]\nfile_byte = 3\n"), "file_byte under [sftp]", "write file_bytes"),
    (lambda home: append(home, "[webhooks]\nalow = []\n"), "alow under [webhooks]", "write allow"),
    (lambda home: append(home, "[schedules]\nadjudicate = 'now and then'\n"), "adjudicate under [schedules]", "editor"),
    (lambda home: write_settings(home, anchord_as="x"), "anchord_as is no setting", "write anchored_as"),
)


@pytest.mark.storeless
@pytest.mark.parametrize(("breaks", "saw", "mend"), SETTINGS)
def test_a_wrong_setting_is_told_with_the_right_one(
    plain: Path, capsys: pytest.CaptureFixture[str], breaks: Callable[[Path], object], saw: str, mend: str
) -> None:
    """What is misspelt, of a wrong form or no TOML is a fault that says what to write; nothing ends in a traceback."""
    breaks(plain)
    assert run_hpedi("--home", plain, "doctor", "--json") == ExitCode.FINDINGS
    rows = json_lines(capsys.readouterr().out)
    (row,) = [row for row in rows if row.get("check") == "settings"]
    assert [each["check"] for each in rows if each.get("saw") == row["saw"]] == ["settings"]
    assert row["result"] == "fault"
    assert saw in row["saw"]
    assert mend in row["mend"]


@pytest.mark.storeless
def test_nothing_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no workspace that is the fault, and nothing is made."""
    assert run_hpedi("--home", tmp_path / "none", "doctor", "--json") == ExitCode.FINDINGS
    rows = json_lines(capsys.readouterr().out)
    assert [row["saw"] for row in rows if row.get("result") == "fault"] == [f"no workspace in {tmp_path / 'none'}"]
    assert "backup" in rows[-1]["not_made"]
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("settings", "check", "saw"),
    [
        ({"HPEDI_KEY": OTHER_KEY}, "opening", "the workspace key given"),
        ({"HPEDI_KEY": "no key"}, "key", "$HPEDI_KEY holds no workspace key"),
        ({"HPEDI_KEY": ""}, "key", "the workspace key is missing"),
        ({"HPEDI_MACHINE_KEY": "unknown"}, "", "opens nothing"),
    ],
)
def test_a_wrong_key_is_told(
    home: Path, told: Told, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], check: str, saw: str
) -> None:
    """With another key, none, or a sign-in that has ended the rest is looked at, or nothing where nobody may."""
    write_settings(home, key_file=str(home.parent / "absent.key"))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    code, rows = told()
    if not check:
        assert code == ExitCode.NOT_PERMITTED
        return
    assert code == ExitCode.FINDINGS
    assert any(saw in words and result == "fault" for result, words in of(rows, check))
    assert of(rows, "schema")[0][0] == "ok"
    mends = [row["mend"] for row in rows if row["check"] == "opening"]
    assert all("key" in mend and "try again" not in mend for mend in mends)


@pytest.mark.storeless
def test_the_key_file_is_for_its_owner_only(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key file that others can read, or that lies in the workspace, is a fault; 600 outside of it is well."""
    monkeypatch.delenv("HPEDI_KEY", raising=False)
    for place, mode, result in (("a.key", 0o640, "fault"), ("a.key", 0o600, "ok"), ("plain/a.key", 0o600, "fault")):
        file = plain.parent / place
        file.write_text(KEY)
        file.chmod(mode)
        write_settings(plain, key_file=str(file))
        assert results(doctor_place.key(configured(plain)))[0] == result


@pytest.mark.storeless
def test_files_of_the_database_are_told(plain: Path) -> None:
    """A file beside the database that a spell of other rights left behind is named with its mode and the mend."""
    write_settings(plain, database="sqlite:///books")
    shared = plain / "books-shm"
    for file in (plain / "books", shared):
        file.touch(0o600)
    assert results(doctor_place.database_files(configured(plain))) == ["ok"]
    shared.chmod(0o400)
    (seen,) = doctor_place.database_files(configured(plain))
    assert (seen.result, seen.saw) == ("fault", f"{shared} cannot be written (mode 400, user {os.geteuid()})")
    assert seen.mend.startswith(f"chmod u+rw {shared}")


def test_a_broken_database_is_told(home: Path, told: Told, workspaces: Workspaces) -> None:
    """Gone, damaged, not there, of no kind, or another workspace's: each is a fault of its own."""
    url = url_of(home)
    write_settings(home, database="oracel://here")
    assert "no URL that is known" in of(told()[1], "database")[0][1]
    if url.startswith(SQLITE):
        write_settings(home, database=url)
        file = home / "hpedi.sqlite3"
        whole = file.read_bytes()
        file.write_bytes(b"no database" * 1000)
        assert of(told()[1], "database")[0][0] == "fault"
        file.write_bytes(whole[:8192] + b"\xff" * 4096 + whole[12288:])
        assert of(told()[1], "integrity")[0][0] == "fault"
        file.unlink()
        assert of(told()[1], "database") == [("fault", f"the database of {home} is gone")]
        assert not file.exists()
    else:
        write_settings(home, database="postgresql+psycopg://hpedi@127.0.0.1:1/nobody")
        assert "not available" in of(told()[1], "database")[0][1]


def test_a_schema_of_another_version_is_told(home: Path, told: Told) -> None:
    """An earlier schema says how to bring it up, a later one that hpedi is too old; books of others are not touched."""
    statements_in(home, "UPDATE workspace SET id = 'somebody'")
    assert of(told()[1], "whose books") == [("fault", "the database holds the books of workspace somebody")]
    for revision, saw in (
        ("0012", "schema 0012 is of an earlier version"),
        ("9999", "schema 9999 is of a later version"),
    ):
        statements_in(home, f"UPDATE alembic_version SET version_num = '{revision}'")  # noqa: S608 - our own words
        code, rows = told()
        assert code == ExitCode.FINDINGS
        assert saw in of(rows, "schema")[0][1]
        assert of(rows, "opening")[0][0] == "fault"


def test_a_log_that_was_cut_is_told(home: Path, told: Told) -> None:
    """Seals that the anchor knows and the books do not are a fault; a log that nobody verified is a warning."""
    assert [result for result, _saw in of(told()[1], "audit log")] == ["ok"]
    statements_in(home, "UPDATE workspace SET since = '2026-01-01 00:00:00'")
    assert [result for result, saw in of(told()[1], "audit log") if "never verified" in saw] == ["warning"]
    run_hpedi("--home", home, "audit", "verify")
    assert [result for result, _saw in of(told()[1], "audit log")] == ["ok"]
    anchor = anchor_of(home, read_settings(home).identity)
    with anchor.open("a") as lines:
        lines.write(f'{{"workspace":"{read_settings(home).identity}","seal":900,"at":"later","digest":"00"}}\n')
    assert of(told()[1], "audit log")[0] == ("fault", "the log is older or other than its anchor says")


def test_an_anchor_that_cannot_be_read_is_named(home: Path, told: Told) -> None:
    """Whatever needs the anchor says which file it is; it is told once."""
    anchor = anchor_of(home, read_settings(home).identity)
    anchor.unlink(missing_ok=True)
    anchor.mkdir(parents=True)
    _code, rows = told()
    assert of(rows, "anchor") == [("fault", f"{anchor} cannot be read")]
    assert [row["check"] for row in rows if f"the anchor {anchor} cannot be read" in row["saw"]] == ["audit log"]


@pytest.mark.storeless
def test_the_anchor_lies_outside(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An anchor in the workspace is refused, and one that others can write to is a warning."""
    monkeypatch.setenv("HPEDI_AUDIT_ANCHOR", str(plain / "anchor"))
    with pytest.raises(click.UsageError, match="the anchor lies outside of it"):
        results(doctor_place.anchor(configured(plain)))
    anchor = plain.parent / "anchor"
    monkeypatch.setenv("HPEDI_AUDIT_ANCHOR", str(anchor))
    assert results(doctor_place.anchor(configured(plain))) == ["ok"]
    anchor.touch()
    for mode, result in ((0o666, "warning"), (0o600, "ok")):
        anchor.chmod(mode)
        assert results(doctor_place.anchor(configured(plain))) == [result]


@pytest.mark.storeless
def test_folders_are_closed_to_others(plain: Path) -> None:
    """A folder into which everybody can look is a warning, unless the workspace itself is closed."""
    (plain / "outbox").mkdir(mode=0o755)
    assert results(doctor_place.folders(configured(plain))) == ["ok"]
    append(plain, f"[watch.folders]\na = ['{plain}/inbox/a']\n")
    assert results(doctor_place.folders(configured(plain))) == ["fault"]
    (plain / "inbox" / "a").mkdir(parents=True)
    assert results(doctor_place.folders(configured(plain))) == ["ok"]
    plain.chmod(0o755)
    assert set(results(doctor_place.folders(configured(plain)))) == {"warning"}
    if os.geteuid() != 0:
        plain.chmod(0o500)
        assert "fault" in results(doctor_place.folders(configured(plain)))


@pytest.mark.storeless
def test_a_link_in_place_of_a_folder_is_told(plain: Path) -> None:
    """A folder, or one of a partner in it, that is a link is named; nobody is told to change what it leads to."""
    elsewhere = plain.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "claims.837").touch()
    (plain / "inbox").mkdir(mode=0o700)
    for link in (plain / "inbox" / "riverbend", plain / "outbox"):
        link.symlink_to(elsewhere)
    seen = list(doctor_place.folders(configured(plain)))
    assert [(each.result, each.saw) for each in seen] == [
        ("fault", f"{plain / 'inbox' / 'riverbend'} is a link, not a folder"),
        ("fault", f"{plain / 'outbox'} is a link, not a folder"),
    ]
    assert not any("chown" in each.mend for each in seen)
    assert [each.saw for each in doctor_gateway.arrivals(configured(plain))] == ["inbox: nothing waits"]


@pytest.mark.storeless
def test_too_little_room_is_told_with_its_bound(plain: Path) -> None:
    """Who is to make room is told how much."""
    place = configured(plain)
    bounds = structs.replace(place.bounds, free_bytes=1 << 60, free_bytes_fault=1 << 59)
    place = replace(place, terms=structs.replace(place.terms, versions=(bounds,)))
    seen = [each for each in doctor_place.room(place) if "GB" in each.mend]
    assert {each.result for each in seen} == {"fault"}
    assert all("1,152,921,504.61 GB" in each.mend for each in seen)


@pytest.mark.storeless
def test_room_is_held_against_its_bounds(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less room than 5 GiB is a warning, less than 512 MiB a fault; where it is asked of is the file system itself."""
    monkeypatch.setenv("HPEDI_AUDIT_ANCHOR", str(plain.parent / "anchor"))
    free = os.statvfs(plain).f_bavail * os.statvfs(plain).f_frsize
    expected = "fault" if free < 512 << 20 else "warning" if free < 5 << 30 else "ok"
    seen = list(doctor_place.room(configured(plain)))
    kinds = ("tmpfs", "ramfs")
    assert [each.result for each in seen if not any(kind in each.saw for kind in kinds)] in ([expected] * 3, [])
    assert [each.saw.split(":")[0] for each in seen] == ["workspace", "anchor", "database"]


def test_a_backup_is_told_by_its_age(home: Path, told: Told, tmp_path: Path) -> None:
    """None for long is a fault, an old one a warning, a fresh one is well; the bound is a setting."""
    made = datetime.now(UTC)
    with open_workspace(home).database.writing() as connection:
        connection.exec_driver_sql("UPDATE workspace SET since = '2026-01-01 00:00:00'")
    assert of(told()[1], "backup")[0][0] == "fault"
    assert run_hpedi("--home", home, "backup", f"{tmp_path}/safe/") == ExitCode.OK
    assert of(told()[1], "backup")[0][0] == "ok"
    for hours, result in ((25, "ok"), (27, "warning"), (191, "warning"), (193, "fault")):
        assert results(doctor_books.backup(opened(home, made + timedelta(hours=hours)))) == [result]
    append(home, "[doctor]\nbackup_hours = 30\n")
    assert results(doctor_books.backup(opened(home, made + timedelta(hours=27)))) == ["ok"]


def configured(home: Path) -> Configured:
    """Return a workspace as a check without books sees it."""
    return Configured(
        home=home, now=datetime.now(UTC), terms=doctor_terms(), settings=read_settings(home), wishes=DoctorSettings()
    )


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A folder with settings and without books, that only its owner can look into."""
    home = tmp_path / "plain"
    home.mkdir(mode=0o700)
    (home / "hpedi.toml").write_text(f'id = "abc"\nkey_file = "{tmp_path}/a.key"\ndatabase = "sqlite:///a.sqlite3"\n')
    return home


def results(seen: Iterable[Seen]) -> list[str]:
    """Return the results of what was seen."""
    return [each.result for each in seen]


def opened(home: Path, now: datetime) -> Opened:
    """Return a workspace as a check of the books sees it at a moment."""
    return Opened(
        home=home,
        now=now,
        terms=doctor_terms(),
        settings=read_settings(home),
        wishes=read_doctor_settings(home),
        workspace=open_workspace(home),
        context=context_for(None),
    )


def test_a_copy_of_the_key_is_believed_until_the_key_is_replaced(home: Path, told: Told) -> None:
    """Nobody is asked before production files come; who saw the copy writes the day; a replaced key wants a new one."""
    assert of(told()[1], "copy of the key")[0][0] == "ok"
    statements_in(
        home,
        "INSERT INTO inbound_file (id, digest, size, received_at, received_on, principal, state, reason)"
        " VALUES (1, 'd', 1, '2026-01-01 00:00:00', '2026-01-01', 'x', 'done', '')",
        "INSERT INTO receipt (id, file, ordinal, partner, usage, control_number, digest, received_at, published,"
        " verdict, summary) VALUES (1, 1, 1, 'p', 'P', '1', '', '2026-01-01 00:00:00', true, '', '')",
    )
    assert of(told()[1], "copy of the key")[0][0] == "warning"
    append(home, f"[doctor]\nkey_copy_on = {datetime.now(UTC).date()}\n")
    assert of(told()[1], "copy of the key")[0][0] == "ok"
    config = home / "hpedi.toml"
    config.write_text(re.sub("key_copy_on = .*", "key_copy_on = 2025-12-31", config.read_text()))
    assert "the key replaced on" in of(told()[1], "copy of the key")[0][1]


def test_a_watcher_that_is_not_heard_of_is_told(home: Path) -> None:
    """A heartbeat is well for a minute, a warning for ten and a fault from then on."""
    workspace, now = open_workspace(home), datetime.now(UTC)
    for seconds, result in ((59, "ok"), (61, "warning"), (601, "fault")):
        beat = Heartbeat(id="w", host="here", pid=7, started_at=now, beat_at=now - timedelta(seconds=seconds), files=3)
        with workspace.books.writing(context_for(None)) as work:
            work.watchers.beat(beat)
        assert results(doctor_gateway.watchers(opened(home, now))) == [result]
    with workspace.books.writing(context_for(None)) as work:
        work.watchers.beat(replace(beat, id="w2", beat_at=now))
    assert results(doctor_gateway.watchers(opened(home, now))) == ["ok"]  # started again
    with workspace.books.writing(context_for(None)) as work:
        work.watchers.beat(replace(beat, id="w3", host="there"))
    assert results(doctor_gateway.watchers(opened(home, now))) == ["ok", "fault"]


@pytest.mark.storeless
def test_files_that_nobody_takes_are_told(plain: Path) -> None:
    """What lies in an inbox is a warning after 15 minutes and a fault after four hours; elsewhere it is later."""
    lakes = plain / "inbox" / "lakes"  # which OpenSSH fills
    for folder in (plain / "inbox" / "riverbend", lakes):
        folder.mkdir(parents=True)
        (folder / "claims.837").write_text("ISA")
        (folder / "more.837.filepart").write_text("ISA")
    append(plain, f"[watch]\nincomplete_after = 3600\n[watch.folders]\nlakes = ['{lakes}']\n")
    place, now = configured(plain), datetime.now(UTC)
    for minutes, expected in ((14, "ok ok"), (16, "warning ok"), (76, "warning warning"), (241, "fault warning")):
        later = replace(place, now=now + timedelta(minutes=minutes))
        assert results(doctor_gateway.arrivals(later)) == expected.split()


def test_reference_data_grows_old(home: Path, told: Told) -> None:
    """A payer of which nothing changed for more than 35 days is a warning, and a workspace without one a fault."""
    with open_workspace(home).books.reading(context_for(None)) as work:
        (made,) = work.reference.snapshots([work.reference.snapshot()])
    for days, result in ((35, "ok"), (36, "warning")):
        assert results(doctor_data.reference(opened(home, made.at + timedelta(days=days)))) == [result]
    statements_in(home, *(f"DELETE FROM reference_{table}" for table in ("lookup", "record", "snapshot")))  # noqa: S608
    assert of(told()[1], "reference data") == [("fault", "no payer is loaded")]


def test_the_clock_needs_no_sign_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a workspace with accounts timers may examine and verify, not search; a machine without the role may not."""
    workspace, context = open_workspace(home), context_for(None)
    account = Account(login="x", name="x", is_machine=True, organisation="", roles=frozenset({"examiner"}))
    with workspace.books.writing(context) as work:
        work.accounts.add(account, "", context.instant)
        work.accounts.add_key("x", "the-secret-of-x", "test", date(2099, 1, 1), context.instant)
    assert run_hpedi("--home", home, "doctor") != ExitCode.NOT_PERMITTED
    assert run_hpedi("--home", home, "audit", "verify") == ExitCode.OK
    assert run_hpedi("--home", home, "audit", "search") == ExitCode.NOT_PERMITTED
    monkeypatch.setenv("HPEDI_MACHINE_KEY", "the-secret-of-x")
    for words in (("doctor",), ("audit", "verify"), ("up",)):
        assert run_hpedi("--home", home, *words) == ExitCode.NOT_PERMITTED


def test_what_was_due_and_did_not_run_is_told(home: Path) -> None:
    """A schedule that missed a moment is a warning 15 minutes after it, and so is a run that does not end."""
    append(home, "[schedules]\nadjudicate = 'every 5 minutes'\n")
    workspace, begun = open_workspace(home), datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
    context = replace(context_for(None), instant=begun)
    with workspace.books.writing(context) as work:
        assert work.schedules.begin("adjudicate", begun)
    assert "has not ended" in saw_at(home, begun + timedelta(minutes=16))
    with workspace.books.writing(context) as work:
        work.schedules.end("adjudicate", begun, "done")
    every = timedelta(minutes=5)
    assert saw_at(home, begun + every + timedelta(minutes=14)) == "nothing is overdue"
    assert saw_at(home, begun + every + timedelta(minutes=16)) == "adjudicate was due 16 minutes ago"


def saw_at(home: Path, moment: datetime) -> str:
    """Return what the check of schedules saw at a moment."""
    (seen,) = doctor_gateway.schedules(opened(home, moment))
    return seen.saw


@pytest.mark.storeless
def test_ports_that_are_taken_are_told(plain: Path) -> None:
    """A port that another program has is a warning, one that nobody may have a fault, and options are read as given."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        append(
            plain, f"[up]\nmetrics = false\nsftp = ['--port', '{port}']\nserve = ['--host', '::2', '--behind-proxy']\n"
        )
        serve, sftp = doctor_gateway.ports(configured(plain))
        assert (serve.result, sftp.result) == ("fault", "warning")
        assert str(port) in sftp.mend
    _serve, sftp = doctor_gateway.ports(configured(plain))
    assert sftp.result == "ok"


@pytest.mark.storeless
def test_the_host_key_is_for_its_owner_only(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No host key yet is well; one that others can read, or that is none, is a fault."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(plain.parent / "config"))
    assert results(doctor_gateway.host_key(configured(plain))) == ["ok"]
    file = host_key_file(plain)
    file.parent.mkdir(parents=True)
    for mode, text, result in ((0o640, "-----BEGIN X", "fault"), (0o600, "-----BEGIN X", "ok"), (0o600, "", "fault")):
        file.write_text(text)
        file.chmod(mode)
        assert results(doctor_gateway.host_key(configured(plain))) == [result]


# --- without books ---------------------------------------------------------------------------------------------------


def place(tmp_path: Path, day: date) -> Place:
    """A place on a day."""
    return Place(home=tmp_path, now=datetime(day.year, day.month, day.day, 12, tzinfo=UTC), terms=doctor_terms())


@pytest.mark.storeless
@pytest.mark.parametrize(
    ("day", "results"),
    [
        (date(2026, 11, 22), set()),  # the lists of 1 November are 21 days old
        (date(2026, 12, 15), set()),  # 44 days
        (date(2026, 12, 16), {"warning"}),
        (date(2027, 2, 13), {"warning"}),
        (date(2027, 3, 31), {"warning"}),  # ICD-10 is known to that day
        (date(2027, 4, 1), {"warning", "fault"}),
    ],
)
def test_code_lists_grow_old_when_others_were_published(tmp_path: Path, day: date, results: set[str]) -> None:
    """A list is old 45 days after the next was published, and a fault when today's codes are not in it."""
    assert {seen.result for seen in doctor_data.code_lists(place(tmp_path, day))} - {"ok"} == results


@pytest.mark.storeless
def test_an_imported_list_counts_from_its_import(tmp_path: Path) -> None:
    """A list that the user imports is of the day of its import."""
    source = tmp_path / "hcpcs.csv"
    source.write_text("code,description\nA0021,own words\n")
    assert run_hpedi("--home", tmp_path, "codes", "import", source, "--set", "hcpcs") == ExitCode.OK
    imported = datetime(2026, 9, 30, tzinfo=UTC).timestamp()
    os.utime(tmp_path / "code_sets" / "hcpcs.tsv", (imported, imported))
    for day, results in ((date(2026, 11, 14), set()), (date(2026, 11, 15), {"warning"})):
        assert {seen.result for seen in doctor_data.code_lists(place(tmp_path, day))} - {"ok"} == results


@pytest.mark.storeless
@pytest.mark.parametrize(
    ("day", "result"),
    [
        (date(2030, 10, 2), "ok"),
        (date(2030, 10, 3), "warning"),
        (date(2030, 12, 21), "warning"),
        (date(2030, 12, 22), "fault"),
    ],
)
def test_holidays_reach_far_enough(tmp_path: Path, day: date, result: str) -> None:
    """The calendar ends with 2030: a warning 90 days before, a fault 10 days before."""
    assert [seen.result for seen in doctor_data.holidays(place(tmp_path, day))] == [result]


@pytest.mark.storeless
def test_bounds_and_ages() -> None:
    """A number on its bound is well; an age is told in the unit that says most."""
    seen = [graded("", "", value=value, warns_above=2, fails_above=60).result for value in (2, 2.1, 60, 60.1)]
    assert seen == ["ok", "warning", "warning", "fault"]
    ages = [ago(timedelta(seconds=seconds)) for seconds in (0, 119, 120, 7_199, 7_200, 172_800)]
    assert ages == ["0 seconds", "119 seconds", "2 minutes", "119 minutes", "2 hours", "2 days"]


@pytest.mark.storeless
def test_what_mends_it_is_a_command() -> None:
    """Each command that the checks give as a remedy is one of hpedi's, with its group's own word."""
    modules = (PROJECT / "hpedi" / "commands").glob("doctor*.py")
    named = {
        each for module in modules for each in re.findall(r'"[^"]*?hpedi ([a-z]+(?: [a-z]+)?)', module.read_text())
    }
    assert len(named) > 10
    for words in named:
        first, _space, second = words.partition(" ")
        command = hpedi.get_command(click.Context(hpedi), first)
        assert command is not None, words
        assert not isinstance(command, click.Group) or first == "backup" or second in command.commands, words
