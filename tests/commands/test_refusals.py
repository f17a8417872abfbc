"""Whoever is refused leaves an entry of the audit log: accounts, grants, code lists, keys and backups."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from hpedi.access.accounts import Account
from hpedi.commands import ExitCode
from hpedi.commands.workspace import context_for, open_workspace
from tests.commands.running import run_hpedi
from tests.databases import Workspaces, engine_of
from tests.pipeline.conftest import KEY, loaded_home  # noqa: F401 - a fixture

FAR = date(2099, 1, 1)


@pytest.fixture
def home(
    workspaces: Workspaces,
    loaded_home: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A workspace with an operator and an examiner, both machines; the examiner is signed in."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    home = workspaces.copy(loaded_home, tmp_path / "home")
    workspace, context = open_workspace(home), context_for(None)
    with workspace.books.writing(context) as work:
        for role in ("operator", "examiner"):
            account = Account(login=role, name=role, is_machine=True, organisation="", roles=frozenset({role}))
            work.accounts.add(account, "", context.instant)
            work.accounts.add_key(role, f"the-secret-of-the-{role}", "test", FAR, context.instant)
    workspace.database.close()
    monkeypatch.setenv("HPEDI_MACHINE_KEY", "the-secret-of-the-examiner")
    return home


def refusals(home: Path) -> list[tuple[str, str]]:
    """Return who was refused what, oldest first."""
    query = text("SELECT principal, action FROM audit_entry WHERE result = 'not permitted' ORDER BY id")
    with engine_of(home) as engine, engine.connect() as connection:
        return [(row.principal, row.action) for row in connection.execute(query)]


REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "adding an account": (("user", "add", "kim", "--name", "Kim", "--role", "examiner"), "manage account"),
    "showing an account": (("user", "show", "operator"), "manage account"),
    "giving a role": (("user", "role", "examiner", "--give", "operator"), "manage account"),
    "closing an account": (("user", "disable", "operator"), "manage account"),
    "making a key": (("user", "key", "operator"), "manage account"),
    "listing accounts": (("user", "list"), "list account"),
    "asking for a provider": (
        ("access", "request", "--tax-id", "410000202", "--npi", "1000002018", "--own"),
        "request grant",
    ),
    "approving": (("access", "approve", "1"), "approve grant"),
    "denying": (("access", "deny", "1"), "deny grant"),
    "revoking": (("access", "revoke", "1"), "revoke grant"),
    "proving": (("access", "prove", "1", "--pin", "0123456789"), "prove grant"),
    "listing grants": (("access", "list"), "list grant"),
    "replacing keys": (("keys", "rotate"), "rotate key"),
    "seeing keys": (("keys", "show"), "see key"),
    "backing up": (("backup", "x.backup"), "back up workspace"),
    "putting in place": (("restore", "--confirm"), "restore workspace"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refusal_is_an_entry(home: Path, what: str) -> None:
    """An examiner may not, is told so by 77, and the audit log tells of it; nothing else was changed."""
    command, action = REFUSED[what]
    assert run_hpedi("--home", home, *command) == ExitCode.NOT_PERMITTED
    ((who, told),) = refusals(home)
    assert (told, "examiner" in who) == (action, True)


def test_a_code_list_is_imported_by_who_may_load(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An examiner imports nothing into the workspace; an operator does, and both leave an entry."""
    file = tmp_path / "mine.txt"
    file.write_text("J3301\n")
    command = ("codes", "import", file, "--set", "hcpcs")
    assert run_hpedi("--home", home, *command) == ExitCode.NOT_PERMITTED
    assert not (home / "code_sets").exists()
    assert [action for _who, action in refusals(home)] == ["load reference"]
    monkeypatch.setenv("HPEDI_MACHINE_KEY", "the-secret-of-the-operator")
    assert run_hpedi("--home", home, *command) == ExitCode.OK
    with engine_of(home) as engine, engine.connect() as connection:
        query = text("SELECT subject FROM audit_entry WHERE action = 'codes import'")
        assert connection.execute(query).scalars().all() == ["code set:hcpcs"]


def test_a_list_of_ones_own_folder_needs_no_workspace(home: Path, tmp_path: Path) -> None:
    """With --into the workspace is left alone, so that nobody is asked who they are."""
    file = tmp_path / "mine.txt"
    file.write_text("J3301\n")
    into = ("--into", tmp_path / "lists")
    assert run_hpedi("--home", home, "codes", "import", file, "--set", "hcpcs", *into) == ExitCode.OK
    assert refusals(home) == []
