"""`hpedi keys`: shown by fingerprint, and replaced without losing anything."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from shutil import rmtree

import click
import pytest
from sqlalchemy import select, text

from hpedi.audit.key import AuditKey
from hpedi.commands import ExitCode
from hpedi.commands.rotation import begin
from hpedi.commands.settings import key_of
from hpedi.commands.workspace import context_for, open_workspace
from hpedi.findings import Unavailable
from hpedi.safekeeping.key_ring import KeyMissing, KeyRing, WorkspaceKey
from hpedi.safekeeping.vault import Vault
from hpedi.store.database import Database
from hpedi.store.keys import StoredKeys
from hpedi.store.sealed_columns import SEALED
from tests.commands.running import json_lines, run_hpedi
from tests.databases import Workspaces, engine_of, kept_in, statements_in
from tests.keeping.books import NEW_KEY, OTHER_KEY, books_of, paid_bytes
from tests.pipeline.conftest import KEY
from tests.safety.samples import DAY, INBOUND

OLD, NEW, OTHER = (key_of(text).name for text in (KEY, NEW_KEY, OTHER_KEY))

FILES = len({path.read_bytes() for path in INBOUND})


@pytest.fixture
def rotated(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace whose key was replaced; the new one is in $HPEDI_KEY."""
    monkeypatch.setenv("HPEDI_NEW_KEY", NEW_KEY)
    assert run_hpedi("--home", home, "keys", "rotate") == ExitCode.OK
    monkeypatch.delenv("HPEDI_NEW_KEY")
    monkeypatch.setenv("HPEDI_KEY", NEW_KEY)
    return home


def opened_with(home: Path, vault: Vault) -> list[bool]:
    """Say of every sealed value at rest whether the newest key of a vault sealed it; each has to open."""
    found = []
    with engine_of(home) as engine, engine.connect() as connection:
        for each in SEALED:
            for row in connection.execute(select(each.column.table)):
                value, context = row._mapping[each.column], each.context(row)
                vault.open(value, context)
                found.append(vault.is_newest(value, context))
    return found


# --- shown -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_keys_are_shown_by_fingerprint_only(
    home: Path,
    form: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Generation, fingerprint and what is sealed are told; no key is, in whatever form."""
    assert run_hpedi("--home", home, "keys", "show", *form) == ExitCode.OK
    told = capsys.readouterr()
    assert OLD in told.out
    workspace = open_workspace(home)
    secrets = [*workspace.vault.ring.seals, *workspace.vault.ring.audits, workspace.vault.ring.digest]
    workspace.database.close()
    assert not any(secret.hex() in told.out for secret in [*secrets, bytes(range(32))])
    assert KEY not in told.out + told.err


def test_what_is_sealed_is_counted(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`keys show` and a dry run count the same: the sample files and all claims in them."""
    run_hpedi("--home", home, "keys", "show", "--json")
    (shown,) = json_lines(capsys.readouterr().out)
    run_hpedi("--home", home, "keys", "rotate", "--dry-run", "--json")
    (would,) = json_lines(capsys.readouterr().out)
    assert would["would_seal"] == shown["sealed"]
    assert shown["sealed"]["stored files"] == FILES
    assert shown["sealed"]["decision"] == len(books_of(home)["decision"]) > 0
    assert [key["fingerprint"] for key in shown["workspace_keys"]] == [OLD]
    assert not shown["rotation_under_way"]


# --- replaced --------------------------------------------------------------------------------------------------------


def test_after_a_rotation_the_new_key_alone_opens_everything(rotated: Path) -> None:
    """Every sealed column and stored file is sealed by the newest key; nothing needs an older one."""
    workspace = open_workspace(rotated)
    assert len(workspace.vault.ring.seals) == 1
    assert all(opened_with(rotated, workspace.vault))
    digests = list(workspace.files.digests())
    assert len(digests) == FILES
    assert all(b"".join(workspace.files.chunks(digest)).startswith(b"ISA") for digest in digests[:1])
    workspace.database.close()


def test_after_a_rotation_the_old_key_opens_nothing(
    rotated: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who still has the old key is told that it was replaced, and by which."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    assert run_hpedi("--home", rotated, "status") == ExitCode.USAGE
    told = capsys.readouterr().err
    assert f"({OLD}) was replaced" in told
    assert NEW in told
    assert "$HPEDI_KEY" in told


def test_a_key_of_somebody_else_is_told_apart(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A wrong key gives both fingerprints and where to set the right one."""
    monkeypatch.setenv("HPEDI_KEY", OTHER_KEY)
    assert run_hpedi("--home", home, "status") == ExitCode.USAGE
    told = capsys.readouterr().err
    assert OTHER in told
    assert OLD in told
    assert "$HPEDI_KEY" in told


def test_old_sealing_keys_are_nowhere_at_rest(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sealed value and a wrapped key as they stood before stand nowhere in the database afterwards."""
    with engine_of(home) as engine, engine.connect() as connection:
        before = [row[0] for row in connection.execute(text("SELECT sealed FROM decision"))]
        before += [row[0] for row in connection.execute(text("SELECT wrapped FROM wrapped_key"))]
    kept = kept_in(home)
    assert all(bytes(value)[:24] in kept for value in before), "the search finds nothing"
    monkeypatch.setenv("HPEDI_NEW_KEY", NEW_KEY)
    assert run_hpedi("--home", home, "keys", "rotate") == ExitCode.OK
    with engine_of(home) as engine, engine.connect() as connection:
        if engine.dialect.name != "sqlite":  # its server keeps its own log until it is done with it
            rows = b"".join(bytes(row[0]) for row in connection.execute(text("SELECT sealed FROM decision")))
            assert not any(bytes(value)[:24] in rows for value in before)
            return
    kept = kept_in(home)
    assert not any(bytes(value)[:24] in kept for value in before)


def test_after_a_rotation_it_pays_the_same(
    rotated: Path,
    workspaces: Workspaces,
    decided_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Remittances, ACH file and books come out byte for byte as in a workspace whose key stayed."""
    assert run_hpedi("--home", rotated, "pay", "release", *DAY) == ExitCode.OK
    assert run_hpedi("--home", rotated, "deliver") == ExitCode.OK
    monkeypatch.setenv("HPEDI_KEY", KEY)
    monkeypatch.setenv("HPEDI_AUDIT_ANCHOR", str(tmp_path / "other"))
    undisturbed = workspaces.copy(decided_home, tmp_path / "undisturbed")
    run_hpedi("--home", undisturbed, "pay", "release", *DAY)
    run_hpedi("--home", undisturbed, "deliver")
    assert paid_bytes(rotated) == paid_bytes(undisturbed) != {}
    assert books_of(rotated) == books_of(undisturbed)


def test_what_is_found_by_digest_is_found_after_a_rotation(rotated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A claim is found by its patient account, and loading the same payer again changes nothing."""
    capsys.readouterr()
    assert run_hpedi("--home", rotated, "inquire", "claim", "--patient-account", "CL-1001", "--json") in (0, 1)
    assert run_hpedi("--home", rotated, "init", "--demo", "--json") == ExitCode.OK
    (told,) = [line for line in json_lines(capsys.readouterr().out) if "loaded" in line]
    assert told["loaded"]["changed"] == 0


def test_the_audit_log_is_whole_after_rotations(
    rotated: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seals under three audit keys make one chain; the rotations stand in it with who and how much."""
    monkeypatch.setenv("HPEDI_NEW_KEY", OTHER_KEY)
    assert run_hpedi("--home", rotated, "keys", "rotate") == ExitCode.OK
    monkeypatch.setenv("HPEDI_KEY", OTHER_KEY)
    monkeypatch.delenv("HPEDI_NEW_KEY")
    capsys.readouterr()
    assert run_hpedi("--home", rotated, "audit", "verify", "--json") == ExitCode.OK
    (told,) = json_lines(capsys.readouterr().out)
    assert (told["verified"]["whole"], told["verified"]["unsealed"]) == (True, 0)
    with engine_of(rotated) as engine, engine.connect() as connection:
        assert connection.execute(text("SELECT count(DISTINCT key) FROM audit_seal")).scalar() == 3
    run_hpedi("--home", rotated, "audit", "search", "--action", "keys rotate", "--json")
    rows = json_lines(capsys.readouterr().out)
    assert [row["result"].split(":")[0] for row in rows] == ["finished", "begun", "finished", "begun"]


def test_a_change_under_an_earlier_audit_key_is_found(rotated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An entry from before the rotation that somebody edits is told by `audit verify`."""
    triggers = ("DROP TRIGGER IF EXISTS audit_entry_refuses_update",)
    if open_and_close(rotated) != "sqlite":
        triggers = ("DROP TRIGGER IF EXISTS audit_entry_refuses ON audit_entry",)
    statements_in(rotated, *triggers, "UPDATE audit_entry SET result = 'other' WHERE id = 1")
    assert run_hpedi("--home", rotated, "audit", "verify", "--json") == ExitCode.FINDINGS
    (told,) = json_lines(capsys.readouterr().out)
    assert told["verified"]["first_fault"]["place"] == "entry 1"


def open_and_close(home: Path) -> str:
    """Return the kind of database of a workspace."""
    with engine_of(home) as engine:
        return engine.dialect.name


def test_a_machine_signs_in_after_a_rotation(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The key of a machine made before the rotation still says who it is."""
    run_hpedi("--home", home, "user", "add", "nightly", "--name", "Nightly", "--role", "operator", "--machine")
    workspace, context = open_workspace(home), context_for(None)
    with workspace.books.writing(context) as work:
        work.accounts.add_key("nightly", "the-secret-of-nightly", "test", date(2099, 1, 1), context.instant)
    workspace.database.close()
    monkeypatch.setenv("HPEDI_MACHINE_KEY", "the-secret-of-nightly")
    monkeypatch.setenv("HPEDI_NEW_KEY", NEW_KEY)
    assert run_hpedi("--home", home, "keys", "rotate") == ExitCode.OK
    monkeypatch.setenv("HPEDI_KEY", NEW_KEY)
    capsys.readouterr()
    assert run_hpedi("--home", home, "whoami", "--json") == ExitCode.OK
    assert "nightly" in capsys.readouterr().out


# --- who may, and what is refused ------------------------------------------------------------------------------------


def test_only_operators_replace_keys(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In a workspace with accounts nobody who is not signed in rotates; the refusal is in the audit log."""
    run_hpedi("--home", home, "user", "add", "kim", "--name", "Kim", "--role", "operator")
    monkeypatch.setenv("HPEDI_NEW_KEY", NEW_KEY)
    assert run_hpedi("--home", home, "keys", "rotate") == ExitCode.NOT_PERMITTED
    assert run_hpedi("--home", home, "keys", "show") == ExitCode.NOT_PERMITTED
    with engine_of(home) as engine, engine.connect() as connection:
        refused = connection.execute(text("SELECT action FROM audit_entry WHERE result = 'not permitted' ORDER BY id"))
        assert [row[0] for row in refused] == ["rotate key", "see key"]
        assert connection.execute(text("SELECT count(*) FROM workspace_key")).scalar() == 1


@pytest.mark.parametrize(("value", "says"), [("", "HPEDI_NEW_KEY"), ("short", "no key"), (KEY, "is or was a key")])
def test_a_new_key_that_is_none_is_refused(
    home: Path,
    value: str,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No new key, one of another form and the old one again are refused with what to do; nothing begins."""
    monkeypatch.setenv("HPEDI_NEW_KEY", value)
    assert run_hpedi("--home", home, "keys", "rotate") == ExitCode.USAGE
    told = capsys.readouterr().err
    assert says in told
    assert value in {"", *told.split()} or value not in told
    with engine_of(home) as engine, engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM workspace_key")).scalar() == 1


def test_a_key_file_gets_a_successor(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the key lies in the file that hpedi made, a new file is made beside it and named in hpedi.toml."""
    file = home.parent / "made.key"
    file.write_text(KEY)
    settings = (home / "hpedi.toml").read_text().splitlines()
    lines = [f'key_file = "{file}"' if line.startswith("key_file") else line for line in settings]
    (home / "hpedi.toml").write_text("\n".join([*lines, "[limits]", "elements = 200", ""]))
    monkeypatch.delenv("HPEDI_KEY")
    assert run_hpedi("--home", home, "keys", "rotate") == ExitCode.OK
    assert run_hpedi("--home", home, "status") == ExitCode.OK
    assert file.read_text() == KEY
    workspace = open_workspace(home)
    assert workspace.settings.key_file != file
    assert workspace.settings.key_file.stat().st_mode & 0o777 == 0o600
    assert workspace.settings.limits.elements == 200
    workspace.database.close()


def test_stored_files_that_lie_elsewhere_keep_the_old_key(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """While stored files are missing both keys go on; given up by name, the rotation ends."""
    rmtree(home / "files")
    monkeypatch.setenv("HPEDI_NEW_KEY", NEW_KEY)
    assert run_hpedi("--home", home, "keys", "rotate") == ExitCode.TRY_AGAIN
    assert f"{FILES} stored files are not here" in capsys.readouterr().err
    assert run_hpedi("--home", home, "status") == ExitCode.OK
    assert run_hpedi("--home", home, "keys", "rotate", "--without-missing-files") == ExitCode.OK
    monkeypatch.setenv("HPEDI_KEY", NEW_KEY)
    assert run_hpedi("--home", home, "status") == ExitCode.OK


# --- half way --------------------------------------------------------------------------------------------------------


@pytest.fixture
def half_way(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace whose rotation began and was killed before anything was sealed anew."""
    workspace = open_workspace(home)
    begin(workspace, context_for(None), key_of(NEW_KEY))
    workspace.database.close()
    return home


@pytest.mark.parametrize("key", [KEY, NEW_KEY])
def test_half_way_either_key_opens_and_writes(half_way: Path, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the old and with the new key it pays, and what it writes is sealed by the newest key."""
    monkeypatch.setenv("HPEDI_KEY", key)
    assert run_hpedi("--home", half_way, "pay", "release", *DAY) == ExitCode.OK
    assert run_hpedi("--home", half_way, "audit", "verify") == ExitCode.OK
    workspace = open_workspace(half_way)
    newest = opened_with(half_way, workspace.vault)
    workspace.database.close()
    assert any(newest)
    assert not all(newest)


@pytest.mark.parametrize("key", [KEY, NEW_KEY])
def test_half_way_it_is_finished_with_either_key(half_way: Path, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same command goes on, whether $HPEDI_KEY still has the old or already the new key."""
    monkeypatch.setenv("HPEDI_KEY", key)
    monkeypatch.setenv("HPEDI_NEW_KEY", NEW_KEY)
    assert run_hpedi("--home", half_way, "keys", "rotate") == ExitCode.OK
    monkeypatch.setenv("HPEDI_KEY", NEW_KEY)
    assert run_hpedi("--home", half_way, "audit", "verify") == ExitCode.OK


def test_half_way_neither_another_key_nor_none_goes_on(
    half_way: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rotation is finished with the new key that it began with; a backup waits for that."""
    assert run_hpedi("--home", half_way, "keys", "rotate") == ExitCode.USAGE
    assert NEW in capsys.readouterr().err
    monkeypatch.setenv("HPEDI_NEW_KEY", OTHER_KEY)
    assert run_hpedi("--home", half_way, "keys", "rotate") == ExitCode.USAGE
    assert NEW in capsys.readouterr().err
    assert run_hpedi("--home", half_way, "backup", half_way.parent / "b.backup") == ExitCode.USAGE
    assert "keys rotate" in capsys.readouterr().err


def test_a_process_that_was_there_before_goes_on_with_the_new_keys(home: Path) -> None:
    """Books that were opened before a rotation write and read under the new keys, also when it has ended."""
    before = open_workspace(home)
    with before.books.writing(context_for(None)) as work:
        work.audit.record("test", "before")
    during = open_workspace(home)
    begin(during, context_for(None), key_of(NEW_KEY))
    during.database.close()
    with before.books.writing(context_for(None)) as work:
        work.audit.record("test", "during")
    assert before.vault.ring.generation == 2
    before.sealer.seal()
    assert before.sealer.verify().is_whole
    before.database.close()


def test_a_process_without_the_new_key_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Books opened before, which missed the whole rotation, refuse to write under keys that are gone."""
    before = open_workspace(home)
    monkeypatch.setenv("HPEDI_NEW_KEY", NEW_KEY)
    assert run_hpedi("--home", home, "keys", "rotate") == ExitCode.OK
    with pytest.raises(KeyMissing, match="was replaced"), before.books.writing(context_for(None)):
        pass
    before.database.close()


def test_a_command_that_outlives_its_key_ends_in_peace(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs through a rotation and cannot seal any more leaves that to the next command, and fails for nothing."""
    with click.Context(click.Command("running")):
        open_workspace(home)
        monkeypatch.setenv("HPEDI_NEW_KEY", NEW_KEY)
        assert run_hpedi("--home", home, "keys", "rotate") == ExitCode.OK
    monkeypatch.setenv("HPEDI_KEY", NEW_KEY)
    assert run_hpedi("--home", home, "audit", "verify") == ExitCode.OK


def test_a_rotation_waits_for_open_transactions(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a server, keys are not replaced under a transaction that is open; after a while it is for later."""
    if open_and_close(home) == "sqlite":
        pytest.skip("SQLite has one writer, and readers see the keys of their moment")
    monkeypatch.setattr("hpedi.store.keys.WAIT_SECONDS", 0.2)
    reader, rotating = open_workspace(home), open_workspace(home)
    with reader.books.reading(context_for(None)), pytest.raises(Unavailable):
        begin(rotating, context_for(None), key_of(NEW_KEY))
    begin(rotating, context_for(None), key_of(NEW_KEY))
    reader.database.close()
    rotating.database.close()


def test_books_from_before_keys_were_wrapped_are_brought_up(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A workspace whose one key sealed everything gets wrapped keys by `hpedi init`, and only with the right key."""
    legacy = home.parent / "legacy"
    legacy.mkdir()
    workspace = open_workspace(home)
    old = Vault(bytes(range(32)))
    sealed_by_one(workspace.database.url, old)
    workspace.database.close()
    monkeypatch.setenv("HPEDI_KEY", OTHER_KEY)
    assert run_hpedi("--home", home, "init") == ExitCode.USAGE
    monkeypatch.setenv("HPEDI_KEY", KEY)
    assert run_hpedi("--home", home, "init") == ExitCode.OK
    workspace = open_workspace(home)
    assert workspace.vault.ring == KeyRing.of_one(bytes(range(32)))
    workspace.database.close()


def sealed_by_one(url: str, vault: Vault) -> None:
    """Make books look as those of a version before wrapped keys: no key in them, the last seal under the one key."""
    database = Database(url)
    with database.writing() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        drop = ["DROP TRIGGER IF EXISTS audit_seal_refuses_update"]
        for statement in drop if is_sqlite else ["DROP TRIGGER IF EXISTS audit_seal_refuses ON audit_seal"]:
            connection.execute(text(statement))
        name = AuditKey(vault.ring.audits[0]).name
        connection.execute(text("UPDATE audit_seal SET key = :name"), {"name": name})
        connection.execute(text("DELETE FROM wrapped_key"))
        connection.execute(text("DELETE FROM workspace_key"))
    StoredKeys(database, [WorkspaceKey(bytes(range(32)))])
    database.close()
