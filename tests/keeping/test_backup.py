"""`hpedi backup` and `hpedi restore`: what was backed up goes on elsewhere, and nothing is paid twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from hpedi.access.accounts import Account
from hpedi.commands import ExitCode
from hpedi.commands.workspace import context_for, open_workspace
from tests.commands.running import json_lines, run_hpedi
from tests.databases import (
    POSTGRESQL,
    SQLITE,
    URL_SETTING,
    Workspaces,
    engine_of,
    statements_in,
    url_of,
)
from tests.keeping.books import NEW_KEY, OTHER_KEY, books_of, paid_bytes
from tests.pipeline.conftest import KEY
from tests.postgresql import postgres_database
from tests.safety.samples import DAY, INBOUND, RECEIVED
from tests.shared import PROJECT

RESTORED = "restored"


@pytest.fixture
def backup(home: Path, tmp_path: Path) -> Path:
    """A backup of the workspace."""
    file = tmp_path / "kept.backup"
    assert run_hpedi("--home", home, "backup", file) == ExitCode.OK
    return file


def restore(backup: Path, workspaces: Workspaces, *options: str) -> Path:
    """Restore a backup into an empty place of the test's own."""
    place = backup.parent / RESTORED
    url = workspaces.url()
    where = ("--database", url) if url else ()
    assert run_hpedi("--home", place, "restore", backup, *where, *options) == ExitCode.OK
    return place


def paid_in(place: Path) -> dict[str, bytes]:
    """Pay and deliver, and return the bytes."""
    assert run_hpedi("--home", place, "pay", "release", *DAY) == ExitCode.OK
    assert run_hpedi("--home", place, "deliver") == ExitCode.OK
    return paid_bytes(place)


# --- going on --------------------------------------------------------------------------------------------------------


def test_a_restored_workspace_pays_the_same(
    home: Path,
    backup: Path,
    workspaces: Workspaces,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Paid from an empty place on: 835s, ACH file, check register, ledger and books as in the undisturbed workspace."""
    place = restore(backup, workspaces)
    assert books_of(place) == books_of(home)
    monkeypatch.setenv("HPEDI_AUDIT_ANCHOR", str(tmp_path / "elsewhere"))
    assert run_hpedi("--home", place, "restore", "--confirm", "--why", "test") == ExitCode.OK
    monkeypatch.setenv("HPEDI_AUDIT_ANCHOR", str(tmp_path / "anchor"))
    undisturbed = paid_in(home)
    monkeypatch.setenv("HPEDI_AUDIT_ANCHOR", str(tmp_path / "elsewhere"))
    assert paid_in(place) == undisturbed != {}
    assert books_of(place) == books_of(home)
    assert run_hpedi("--home", place, "audit", "verify") == ExitCode.OK


def test_a_restored_workspace_knows_what_it_received(backup: Path, workspaces: Workspaces) -> None:
    """The sample files sent once more change nothing in its books, and their stored bytes are there."""
    place = restore(backup, workspaces)
    before = books_of(place)
    run_hpedi("--home", place, "receive", *RECEIVED, *INBOUND)
    assert books_of(place) == before
    workspace = open_workspace(place)
    for digest in workspace.files.digests():
        assert b"".join(workspace.files.chunks(digest))
    assert len(list(workspace.files.digests())) == len({path.read_bytes() for path in INBOUND})
    workspace.database.close()


def test_a_restored_workspace_is_not_said_to_have_lost_its_anchor(
    home: Path, backup: Path, workspaces: Workspaces
) -> None:
    """The anchor is told the seals of a restored workspace under its new name without an entry that it lacked them."""
    verified = []
    for place in (home, restore(backup, workspaces)):
        workspace = open_workspace(place)
        workspace.sealer.seal()
        verified.append(workspace.sealer.verify())
        workspace.database.close()
    original, restored = verified
    assert restored.is_whole
    assert restored.begun_anew == original.begun_anew


@pytest.mark.usefixtures("only_sqlite")
def test_a_workspace_moves_from_sqlite_to_postgresql(
    home: Path,
    backup: Path,
    postgres_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A backup of SQLite restored into PostgreSQL has the same books and pays the same bytes."""
    place = tmp_path / RESTORED
    with postgres_database(postgres_url) as url:
        assert run_hpedi("--home", place, "restore", backup, "--database", url) == ExitCode.OK
        assert run_hpedi("--home", place, "restore", "--confirm", "--why", "moved") == ExitCode.OK
        moved = paid_in(place)
        assert run_hpedi("--home", place, "audit", "verify") == ExitCode.OK
        monkeypatch.setenv("HPEDI_AUDIT_ANCHOR", str(tmp_path / "elsewhere"))
        assert moved == paid_in(home) != {}
        assert books_of(place) == books_of(home)


def test_a_backup_of_postgresql_goes_into_postgresql(
    backup: Path, database_kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --database it is refused, and nothing is made."""
    monkeypatch.delenv(URL_SETTING, raising=False)
    expected = {SQLITE: ExitCode.OK, POSTGRESQL: ExitCode.USAGE}[database_kind]
    assert run_hpedi("--home", tmp_path / RESTORED, "restore", backup) == expected
    assert (tmp_path / RESTORED).exists() is (database_kind == SQLITE)


def test_after_a_rotation_old_backups_open_with_the_old_key(
    home: Path,
    backup: Path,
    workspaces: Workspaces,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A backup opens with the workspace key of its day, in a file or $HPEDI_KEY, and with no later one."""
    monkeypatch.setenv("HPEDI_NEW_KEY", NEW_KEY)
    assert run_hpedi("--home", home, "keys", "rotate") == ExitCode.OK
    monkeypatch.setenv("HPEDI_KEY", NEW_KEY)
    monkeypatch.delenv("HPEDI_NEW_KEY")
    assert run_hpedi("backup", "verify", backup) == ExitCode.USAGE
    old = backup.parent / "old.key"
    old.write_text(KEY)
    assert run_hpedi("backup", "verify", backup, "--key-file", old) == ExitCode.OK
    monkeypatch.delenv("HPEDI_KEY")
    place = restore(backup, workspaces, "--key-file", str(old))
    assert run_hpedi("--home", place, "status") == ExitCode.OK


# --- what a backup is ------------------------------------------------------------------------------------------------


def test_a_folder_gets_a_file_by_its_instant(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Into a folder a new file is made each time, for its owner only; --json tells what is in it."""
    capsys.readouterr()
    assert run_hpedi("--home", home, "backup", "--json", tmp_path) == ExitCode.OK
    (told,) = json_lines(capsys.readouterr().out)
    (made,) = tmp_path.glob("hpedi-*Z.backup")
    assert told["backup"]["path"] == str(made)
    assert made.stat().st_mode & 0o777 == 0o600
    assert told["backup"]["tables"]["claim"] == len(books_of(home)["claim"])
    assert run_hpedi("backup", "verify", "--json", made) == ExitCode.OK
    (verified,) = json_lines(capsys.readouterr().out)
    assert verified["backup"]["rows"] == told["backup"]["rows"]


@pytest.mark.parametrize("target", ["home/kept.backup", "kept.backup"])
def test_a_backup_never_lies_in_its_workspace_nor_over_another(backup: Path, tmp_path: Path, target: str) -> None:
    """Both are refused, and the backup that stood there stays."""
    before = backup.read_bytes()
    assert run_hpedi("--home", tmp_path / "home", "backup", tmp_path / target) == ExitCode.USAGE
    assert backup.read_bytes() == before
    assert not (tmp_path / "home" / "kept.backup").exists()


def test_stored_files_that_are_gone_are_told(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A backup is made without them, and says so by its exit code."""
    next((home / "files").iterdir()).unlink()
    assert run_hpedi("--home", home, "backup", tmp_path / "b.backup") == ExitCode.FINDINGS
    assert "1 stored files are not in the workspace" in capsys.readouterr().err
    assert run_hpedi("backup", "verify", tmp_path / "b.backup") == ExitCode.OK


def test_who_may_not_back_up_leaves_an_entry(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An examiner's machine makes no backup; that it asked stands in the audit log."""
    run_hpedi("--home", home, "user", "add", "boss", "--name", "Boss", "--role", "operator")
    workspace = open_workspace(home)
    context = context_for(None)
    with workspace.books.writing(context) as work:
        account = Account(login="robot", name="Robot", is_machine=True, organisation="", roles=frozenset({"examiner"}))
        work.accounts.add(account, "", context.instant)
        work.accounts.add_key("robot", "the-secret-of-robot", "test", date(2099, 1, 1), context.instant)
    workspace.database.close()
    assert run_hpedi("--home", home, "backup", tmp_path / "by-schedule.backup") == ExitCode.OK
    monkeypatch.setenv("HPEDI_MACHINE_KEY", "the-secret-of-robot")
    assert run_hpedi("--home", home, "backup", tmp_path / "b.backup") == ExitCode.NOT_PERMITTED
    assert not (tmp_path / "b.backup").exists()
    with engine_of(home) as engine, engine.connect() as connection:
        refused = connection.execute(text("SELECT action FROM audit_entry WHERE result = 'not permitted'")).all()
    assert [row[0] for row in refused] == ["back up workspace"]


# --- what is refused -------------------------------------------------------------------------------------------------


def test_a_damaged_backup_makes_nothing(backup: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One byte that is another, or one that is missing, and neither folder nor rows are made."""
    content = backup.read_bytes()
    middle = len(content) // 2
    for damaged in (content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :], content[:-1]):
        backup.write_bytes(damaged)
        assert run_hpedi("backup", "verify", backup) == ExitCode.USAGE
        assert run_hpedi("--home", tmp_path / RESTORED, "restore", backup) == ExitCode.USAGE
        assert "altered or cut" in capsys.readouterr().err
    assert not list(tmp_path.glob(f"{RESTORED}*"))


def test_a_wrong_key_says_which_is_right(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both fingerprints and the day of the backup are told; nothing is made."""
    monkeypatch.setenv("HPEDI_KEY", OTHER_KEY)
    assert run_hpedi("--home", tmp_path / RESTORED, "restore", backup) == ExitCode.USAGE
    assert "give the key that was in use on" in capsys.readouterr().err
    assert not (tmp_path / RESTORED).exists()


def test_what_is_no_backup_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another file is refused in plain words."""
    file = tmp_path / "x"
    file.write_text("ISA*00*")
    assert run_hpedi("--home", tmp_path / RESTORED, "restore", file) == ExitCode.USAGE
    assert "no backup of hpedi" in capsys.readouterr().err


def test_only_an_empty_place_is_restored_into(home: Path, backup: Path) -> None:
    """A folder with anything in it, the workspace itself first of all, is refused and stays as it is."""
    before = books_of(home)
    assert run_hpedi("--home", home, "restore", backup) == ExitCode.USAGE
    assert books_of(home) == before


def test_only_an_empty_database_is_restored_into(
    home: Path,
    backup: Path,
    database_kind: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A database that holds books is refused, and they stay as they are."""
    if database_kind == SQLITE:
        pytest.skip("its database is made with the place")
    before = books_of(home)
    url = url_of(home)
    assert run_hpedi("--home", tmp_path / RESTORED, "restore", backup, "--database", url) == ExitCode.USAGE
    assert "holds books already" in capsys.readouterr().err
    assert books_of(home) == before
    assert not (tmp_path / RESTORED).exists()


def test_an_audit_log_that_was_changed_is_not_restored_unseen(
    home: Path,
    workspaces: Workspaces,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Tampered with before the backup: refused with the place, restored when told to, and the log says so."""
    with engine_of(home) as engine:
        table = " ON audit_entry" if engine.dialect.name != "sqlite" else ""
        trigger = "audit_entry_refuses" if table else "audit_entry_refuses_update"
    statements_in(home, f"DROP TRIGGER {trigger}{table}", "UPDATE audit_entry SET result = 'other' WHERE id = 2")
    file = tmp_path / "kept.backup"
    assert run_hpedi("--home", home, "backup", file) == ExitCode.OK
    url = workspaces.url()
    where = ("--database", url) if url else ()
    assert run_hpedi("--home", tmp_path / RESTORED, "restore", file, *where) == ExitCode.FINDINGS
    assert "entry 2" in capsys.readouterr().err
    assert not (tmp_path / RESTORED).exists()
    options = (*where, "--despite-faults")
    assert run_hpedi("--home", tmp_path / RESTORED, "restore", file, *options) == ExitCode.FINDINGS
    assert run_hpedi("--home", tmp_path / RESTORED, "audit", "verify") == ExitCode.FINDINGS


# --- nothing is paid twice -------------------------------------------------------------------------------------------


def test_a_restored_workspace_pays_and_delivers_nothing_until_confirmed(
    backup: Path, workspaces: Workspaces, capsys: pytest.CaptureFixture[str]
) -> None:
    """Held: it decides and answers questions, and gives 75 with the remedy to whoever pays or delivers."""
    place = restore(backup, workspaces)
    for command in (("pay", "release", *DAY), ("deliver",)):
        assert run_hpedi("--home", place, *command) == ExitCode.TRY_AGAIN
        assert "hpedi restore --confirm" in capsys.readouterr().err
    for command in (("adjudicate", *DAY), ("status",), ("audit", "verify")):
        assert run_hpedi("--home", place, *command) == ExitCode.OK
    assert "are held since" in capsys.readouterr().out
    assert paid_bytes(place) == {}
    assert not books_of(place)["payment"]


def test_once_confirmed_the_original_pays_nothing(
    home: Path,
    backup: Path,
    workspaces: Workspaces,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With one anchor for both, the original learns that another took its place; each payment is made once."""
    place = restore(backup, workspaces)
    assert run_hpedi("--home", place, "restore", "--confirm", "--why", "the disk died") == ExitCode.OK
    for command in (("pay", "release", *DAY), ("deliver",)):
        assert run_hpedi("--home", home, *command) == ExitCode.TRY_AGAIN
        assert "took this one's place" in capsys.readouterr().err
    assert paid_bytes(home) == {}
    assert paid_in(place) != {}
    for each in (home, place):
        assert run_hpedi("--home", each, "audit", "verify") == ExitCode.OK


def test_work_after_the_backup_is_seen_before_anything_is_paid_again(
    home: Path,
    backup: Path,
    workspaces: Workspaces,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The original paid after the backup: confirming is refused with why, and again unless somebody insists."""
    place = restore(backup, workspaces)
    paid_in(home)
    assert run_hpedi("--home", place, "restore", "--confirm") == ExitCode.FINDINGS
    assert "would be paid again" in capsys.readouterr().err
    assert run_hpedi("--home", place, "pay", "release", *DAY) == ExitCode.TRY_AGAIN
    assert run_hpedi("--home", place, "restore", "--confirm", "--despite-later-work") == ExitCode.OK
    assert run_hpedi("--home", place, "pay", "release", *DAY) == ExitCode.OK


def test_of_two_restored_workspaces_one_takes_the_place(
    backup: Path, workspaces: Workspaces, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second to be confirmed is told of the first."""
    first = restore(backup, workspaces).rename(tmp_path / "first")
    second = restore(backup, workspaces)
    assert run_hpedi("--home", first, "restore", "--confirm") == ExitCode.OK
    assert run_hpedi("--home", second, "restore", "--confirm") == ExitCode.FINDINGS
    assert "another workspace restored from a backup" in capsys.readouterr().err


def test_a_drill_leaves_the_original_alone(home: Path, backup: Path, workspaces: Workspaces) -> None:
    """Restored, looked at and thrown away: the original pays on, and its audit log is whole."""
    place = restore(backup, workspaces)
    assert run_hpedi("--home", place, "status") == ExitCode.OK
    assert run_hpedi("--home", place, "audit", "verify") == ExitCode.OK
    assert paid_in(home) != {}
    assert run_hpedi("--home", home, "audit", "verify") == ExitCode.OK


def test_confirming_is_an_entry_and_happens_once(
    backup: Path, workspaces: Workspaces, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who confirmed, and why, stands in the audit log; there is nothing to confirm a second time, or elsewhere."""
    place = restore(backup, workspaces)
    assert run_hpedi("--home", place, "restore", "--confirm", "--why", "the disk died") == ExitCode.OK
    assert run_hpedi("--home", place, "restore", "--confirm") == ExitCode.USAGE
    capsys.readouterr()
    run_hpedi("--home", place, "audit", "search", "--action", "restore confirm", "--json")
    (entry,) = json_lines(capsys.readouterr().out)
    assert (entry["principal"], entry["reason"]) == ("system:operator", "the disk died")


def test_files_of_partners_are_placed_again_when_asked(
    home: Path,
    backup: Path,
    workspaces: Workspaces,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Answers that lay in partners' folders come back byte for byte, from the books; without asking none does."""
    place = restore(backup, workspaces)
    assert not (place / "outbox").exists()
    confirmed = ("restore", "--confirm", "--deliver-again", "2026-01-01")
    assert run_hpedi("--home", place, *confirmed) == ExitCode.OK
    assert run_hpedi("--home", place, "deliver") == ExitCode.OK
    answers = {path.relative_to(home): path.read_bytes() for path in (home / "outbox").rglob("*.ack")}
    assert answers
    assert {path.relative_to(place): path.read_bytes() for path in (place / "outbox").rglob("*.ack")} == answers


def test_bank_files_are_placed_again_only_by_name(
    home: Path,
    workspaces: Workspaces,
    tmp_path: Path,
) -> None:
    """--deliver-again leaves the bank alone, since it may have them; --deliver-file places the one named."""
    paid = paid_in(home)
    assert run_hpedi("--home", home, "backup", tmp_path / "kept.backup") == ExitCode.OK
    place = restore(tmp_path / "kept.backup", workspaces)
    named = ("--deliver-again", "2026-01-01", "--deliver-file", "20260316-A.ach")
    assert run_hpedi("--home", place, "restore", "--confirm", *named) == ExitCode.OK
    assert run_hpedi("--home", place, "deliver") == ExitCode.OK
    assert [path.name for path in (place / "bank").iterdir()] == ["20260316-A.ach"]
    assert paid_bytes(place)["bank/20260316-A.ach"] == paid["bank/20260316-A.ach"]


def test_the_commands_say_what_they_want(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a file nor --confirm, or both, is told in a line."""
    assert run_hpedi("restore") == ExitCode.USAGE
    assert run_hpedi("restore", "--confirm", PROJECT / "README.md") == ExitCode.USAGE
    assert "--confirm" in capsys.readouterr().err
