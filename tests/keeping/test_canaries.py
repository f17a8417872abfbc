"""PHI, account numbers and names stand plain neither in a backup nor in what a rotation or a restoration leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from hpedi.commands.settings import key_of
from hpedi.safekeeping.backup_file import BackupFile, Piece
from tests.commands.running import run_hpedi
from tests.databases import Workspaces, kept_in
from tests.keeping.books import NEW_KEY
from tests.pipeline.conftest import KEY
from tests.safety.canaries import (
    CANARIES,
    SENT_TO_PARTNERS,
    SENT_TO_THE_BANK,
    found_in,
    found_in_files,
    payer_folder,
    submission,
)
from tests.safety.samples import DAY, RECEIVED

LOUD = ("--verbose", "--log-format", "json")
PERSON = "QUILBRIX ZYXWAVOR"
PLAIN_IN_THE_BOOKS = (b"riverbend", b"clinic-1", PERSON.encode())


@pytest.fixture
def told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A workspace with claims of the canaries, decided."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    home, arrived = tmp_path / "home", tmp_path / "arrived.837"
    arrived.write_text(submission(501))
    for command in (
        ("init",),
        ("load", payer_folder(tmp_path / "payer")),
        ("receive", *RECEIVED, arrived),
        ("adjudicate", *DAY),
    ):
        assert run_hpedi("--home", home, *LOUD, *command) == ExitCode.OK
    capsys.readouterr()
    return home


@pytest.fixture
def kept(told_of: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A backup of it, in which somebody who bears their name has an account; making it tells nothing."""
    file = tmp_path / "safe" / "kept.backup"
    assert run_hpedi("--home", told_of, "user", "add", "boss", "--name", PERSON, "--role", "operator") == ExitCode.OK
    capsys.readouterr()
    assert run_hpedi("--home", told_of, *LOUD, "backup", file) == ExitCode.OK
    told = capsys.readouterr()
    assert found_in(told.out, told.err) == set()
    return file


def test_a_backup_holds_nothing_plain(kept: Path) -> None:
    """No canary, no name of a partner or person and no word of ours; the same search finds them once it is opened."""
    content = kept.read_bytes()
    assert found_in(content) == set()
    assert [word for word in (*PLAIN_IN_THE_BOOKS, b"claim", b"sqlite", b"hpedi.toml") if word in content] == []
    parts = BackupFile(kept, [key_of(KEY)]).parts()
    opened = b"".join(part.content for part in parts if isinstance(part, Piece))
    assert [word for word in PLAIN_IN_THE_BOOKS[::2] if word not in opened] == [], "the search finds nothing"
    assert found_in(opened) == {"last name", "first name"}, "of the account alone: all else is sealed within"


def test_a_rotation_leaves_nothing_plain(
    told_of: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Database, write-ahead log and files hold no canary afterwards; nothing of it is told."""
    monkeypatch.setenv("HPEDI_NEW_KEY", NEW_KEY)
    assert run_hpedi("--home", told_of, *LOUD, "keys", "rotate") == ExitCode.OK
    monkeypatch.setenv("HPEDI_KEY", NEW_KEY)
    assert run_hpedi("--home", told_of, *LOUD, "keys", "show", "--json") == ExitCode.OK
    told = capsys.readouterr()
    assert found_in(told.out, told.err) == set()
    assert found_in(kept_in(told_of)) == set()
    assert found_in_files(path for path in told_of.rglob("*") if path.is_file() and "sqlite" not in path.name) == set()


def test_a_restoration_leaves_nothing_plain_and_pays_by_name(
    kept: Path, workspaces: Workspaces, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is restored is sealed again; what it then sends out names whom it is for, as the original would."""
    place, url = tmp_path / "place", workspaces.url()
    where = ("--database", url) if url else ()
    assert run_hpedi("--home", place, *LOUD, "restore", kept, *where) == ExitCode.OK
    told = capsys.readouterr()
    assert found_in(told.out, told.err) == set()
    assert found_in(kept_in(place).replace(PERSON.encode(), b"")) == set()
    assert found_in(*map(str, place.rglob("*"))) == set()
    assert run_hpedi("--home", place, *LOUD, "restore", "--confirm") == ExitCode.NOT_PERMITTED
    assert found_in(capsys.readouterr().err) == set()


def test_the_search_finds_what_goes_out(told_of: Path) -> None:
    """The same search finds every canary that partners and bank are sent."""
    assert run_hpedi("--home", told_of, "pay", "release", *DAY) == ExitCode.OK
    assert run_hpedi("--home", told_of, "deliver") == ExitCode.OK
    assert found_in_files((told_of / "outbox").rglob("*.*")) >= SENT_TO_PARTNERS
    assert found_in_files((told_of / "bank").rglob("*.*")) >= SENT_TO_THE_BANK
    assert found_in(*CANARIES.values()) == set(CANARIES)
