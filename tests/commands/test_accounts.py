"""Accounts at the command line: who may do what, signing in, locking out, keys, and the built-in operator."""

from __future__ import annotations

import base64
import io
import shutil
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import json_lines, run_hpedi
from tests.databases import Workspaces, kept_in
from tests.shared import PROJECT

CLINIC_FILE: Final = PROJECT / "samples" / "inbound" / "01-riverbend.837"
JOBS: Final = (("adjudicate",), ("deliver",), ("status",))
BY_ROLE: Final = {
    "operator": {("status",): 0, ("inquire", "claim"): 77, ("explain", "26061000010000001"): 77, ("user", "list"): 0},
    "examiner": {("inquire", "claim"): 0, ("explain", "26061000010000001"): 0, ("pay", "release"): 77,
                 ("user", "list"): 77},
    "finance": {("pay", "preview"): 0, ("pay", "approve", "900000001"): 77, ("pay", "release"): 0,
                ("inquire", "remittance", "900000001"): 0, ("inquire", "claim"): 77, ("adjudicate",): 77},
    "finance-approver": {("pay", "release"): 77, ("pay", "approve", "900000001"): 2, ("pay", "list"): 0,
                         ("pay", "reissue", "900000001", "--reason", "lost"): 77,
                         ("pay", "void", "900000001", "--reason", "wrong"): 2,
                         ("inquire", "payment"): 0, ("deliver",): 77},
    "auditor": {("pay", "preview"): 0, ("pay", "list"): 0, ("pay", "show", "1"): 0, ("pay", "release"): 77,
                ("pay", "approve", "--run", "1"): 77, ("user", "list"): 0, ("inquire", "claim"): 77},
    "biller": {("inquire", "claim"): 1, ("status",): 77, ("explain", "26061000010000001"): 77, ("access", "list"): 0,
               ("pay", "list"): 77},
    "provider-approver": {("access", "list"): 0, ("user", "list"): 77, ("load", str(PROJECT)): 77},
    "delegate": {("user", "list"): 0, ("inquire", "claim"): 77, ("access", "mail-pin", "1"): 77},
}  # fmt: skip
"""What each role's commands end with."""


@pytest.fixture(scope="module")
def staffed(standing_workspaces: Workspaces, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A demo workspace with something paid and an account for each role, to be copied; and the passwords."""
    home = tmp_path_factory.mktemp("staffed") / "home"
    with pytest.MonkeyPatch.context() as patch:
        at_home(patch, home.parent)
        assert run_hpedi("--home", home, "init", "--demo", *standing_workspaces.init_options()) == ExitCode.OK
        ran = ("run", "--received", "2026-03-02T09:00:00-06:00", "--as-of", "2026-03-16", CLINIC_FILE)
        assert run_hpedi("--home", home, *ran) == ExitCode.OK
        told = io.StringIO()
        patch.setattr(sys, "stdout", told)
        assert run_hpedi("--home", home, "user", "demo", "--json") == ExitCode.OK
    return home, {made["login"]: made["password"] for made in json_lines(told.getvalue())}


def at_home(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Keep keys, sessions and anchors in a folder of the test's own."""
    for name, value in {
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_STATE_HOME": str(folder / "state"),
        "HPEDI_KEY": base64.b64encode(bytes(32)).decode(),
    }.items():
        patch.setenv(name, value)


class Staff:
    """The people of a demo workspace, at one terminal."""

    def __init__(
        self,
        home: Path,
        passwords: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """Begin with nobody signed in."""
        self.home = home
        self.passwords = passwords
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def run(self, *words: object, typed: str = "") -> tuple[int, str]:
        """Run a command; return its exit code and what it printed."""
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = run_hpedi("--home", self.home, *words)
        told = self._capsys.readouterr()
        return code, told.out + told.err

    def login(self, login: str, password: str | None = None) -> tuple[int, str]:
        """Sign in."""
        typed = self.passwords[login] if password is None else password
        return self.run("login", login, "--password-stdin", typed=typed + "\n")

    def told(self, *words: object, typed: str = "") -> list[dict[str, Any]]:
        """Run a command that succeeds and return its JSON."""
        code, text = self.run(*words, "--json", typed=typed)
        assert code == ExitCode.OK, text
        return json_lines(text)


@pytest.fixture
def staff(
    workspaces: Workspaces,
    staffed: tuple[Path, dict[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Staff:
    """A copy of the demo workspace with its accounts."""
    home, passwords = staffed
    workspaces.copy(home, tmp_path / "home")
    at_home(monkeypatch, tmp_path)
    shutil.copytree(home.parent / "state", tmp_path / "state", dirs_exist_ok=True)
    return Staff(tmp_path / "home", dict(passwords), monkeypatch, capsys)


@pytest.mark.parametrize("login", BY_ROLE)
def test_each_role_does_its_work_and_no_other(staff: Staff, login: str) -> None:
    """Who signed in runs the commands of the role; the others end with exit code 77, before anything is done."""
    assert staff.login(login)[0] == ExitCode.OK
    told = {words: staff.run(*words)[0] for words in BY_ROLE[login]}
    assert told == BY_ROLE[login]


def test_the_built_in_operator_keeps_to_schedules_once_there_are_accounts(staff: Staff) -> None:
    """Nobody signed in: jobs run as before, what needs a person is refused."""
    assert [staff.run(*words)[0] for words in JOBS] == [ExitCode.OK] * 3
    assert staff.told("whoami")[0]["roles"] == ["schedule"]
    for words in (("inquire", "claim"), ("explain", "26061000010000001"), ("user", "list"), ("access", "list")):
        code, told = staff.run(*words)
        assert code == ExitCode.NOT_PERMITTED, words
        assert "RB-2601" not in told


def test_what_is_refused_is_in_the_audit_log(staff: Staff) -> None:
    """A question that no role asks, and a job that is not theirs, leave their rows."""
    staff.login("operator")
    staff.run("inquire", "claim", "--patient-account", "RB-2601")
    staff.run("explain", "26061000010000001")
    staff.login("auditor")
    rows = staff.told("audit", "search", "--principal", "person:operator")
    refused = {each["action"] for each in rows if each["result"] == "not permitted"}
    assert refused == {"inquire claim", "explain claim"}


def test_a_role_that_is_taken_is_gone_with_the_next_command(staff: Staff) -> None:
    """The session of an examiner goes on without the role that the operator took."""
    staff.login("operator")
    _code, told = staff.run("user", "role", "examiner", "--take", "examiner", "--give", "auditor")
    assert "examiner: auditor" in told
    staff.login("examiner")
    assert staff.run("inquire", "claim")[0] == ExitCode.NOT_PERMITTED
    assert staff.run("user", "list")[0] == ExitCode.OK


def test_wrong_passwords_lock_an_account(staff: Staff) -> None:
    """After five wrong passwords the right one opens nothing either; unknown logins get the same words."""
    refusals = {staff.login("examiner", "wrong-wrong-wrong") for _each in range(5)}
    refusals |= {staff.login("examiner"), staff.login("nobody", "wrong-wrong-wrong")}
    assert len(refusals) == 1
    assert refusals.pop()[0] == ExitCode.NOT_PERMITTED
    assert staff.login("finance")[0] == ExitCode.OK


def test_a_person_changes_the_password(staff: Staff) -> None:
    """The old password is asked for, a short new one is refused, and the new one signs in."""
    staff.login("finance")
    old, new = staff.passwords["finance"], "correct horse battery"
    assert staff.run("user", "password", "--password-stdin", typed=f"{old}x\n{new}\n")[0] == ExitCode.NOT_PERMITTED
    assert staff.run("user", "password", "--password-stdin", typed=f"{old}\nshort\n")[0] == ExitCode.USAGE
    assert staff.run("user", "password", "--password-stdin", typed=f"{old}\n{new}\n")[0] == ExitCode.OK
    assert staff.login("finance")[0] == ExitCode.NOT_PERMITTED
    code, told = staff.login("finance", new)
    assert (code, "last sign-in" in told) == (ExitCode.OK, True)


def test_a_password_that_was_given_is_changed_first(staff: Staff) -> None:
    """With a first password, or one that an operator gave anew, nothing else works until its holder has another one."""
    staff.login("operator")
    first = staff.told("user", "add", "kim", "--name", "Kim", "--role", "auditor")[0]["password"]
    new, newer = "correct horse battery", "staple, horse and battery"
    code, told = staff.login("kim", first)
    assert (code, "change it with `hpedi user password`" in told) == (ExitCode.OK, True)
    for words in (("user", "list"), ("audit", "verify"), ("status",), ("era", "list")):
        code, told = staff.run(*words)
        assert (code, "change it with `hpedi user password`" in told) == (ExitCode.NOT_PERMITTED, True), words
    assert staff.told("whoami")[0]["id"] == "person:kim"
    assert staff.run("user", "password", "--password-stdin", typed=f"{first}\n{first}\n")[0] == ExitCode.USAGE
    assert staff.run("user", "list")[0] == ExitCode.NOT_PERMITTED
    assert staff.run("user", "password", "--password-stdin", typed=f"{first}\n{new}\n")[0] == ExitCode.OK
    assert staff.run("user", "list")[0] == ExitCode.OK
    assert staff.told("login", "kim", "--password-stdin", typed=f"{new}\n")[0]["must_change_password"] is False
    staff.login("operator")
    given = staff.told("user", "password", "kim")[0]["password"]
    assert staff.login("kim", given)[0] == ExitCode.OK
    assert staff.run("user", "list")[0] == ExitCode.NOT_PERMITTED
    assert staff.run("user", "password", "--password-stdin", typed=f"{given}\n{newer}\n")[0] == ExitCode.OK
    assert staff.run("user", "list")[0] == ExitCode.OK


def test_a_closed_account_is_out_at_once(staff: Staff) -> None:
    """Closing an account ends its session; the last operator cannot be closed."""
    staff.login("operator")
    session = next((staff.home.parent / "config" / "hpedi").glob("*.session"))
    mine = session.read_text()
    staff.login("examiner")
    examiner = session.read_text()
    session.write_text(mine)
    assert staff.run("user", "disable", "operator")[0] == ExitCode.USAGE
    assert staff.run("user", "disable", "examiner")[0] == ExitCode.OK
    assert staff.run("user", "add", "examiner", "--name", "Somebody else")[0] == ExitCode.USAGE
    session.write_text(examiner)
    assert staff.run("whoami")[0] == ExitCode.NOT_PERMITTED
    assert staff.run("logout")[0] == ExitCode.OK
    assert staff.login("examiner")[0] == ExitCode.NOT_PERMITTED


def test_a_machine_signs_in_by_its_key(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is shown once and runs commands with the machine's roles, until it is revoked; persons have none."""
    staff.login("operator")
    assert staff.run("user", "add", "nightly", "--name", "Scheduler", "--role", "operator", "--machine")[0] == 0
    assert staff.run("user", "key", "examiner")[0] == ExitCode.USAGE
    key = staff.told("user", "key", "nightly", "--label", "night")[0]["key"]
    monkeypatch.setenv("HPEDI_MACHINE_KEY", key)
    assert staff.told("whoami")[0]["id"] == "machine:nightly"
    assert staff.run("status")[0] == ExitCode.OK
    monkeypatch.delenv("HPEDI_MACHINE_KEY")
    number = staff.told("user", "show", "nightly")[0]["keys"][0]["id"]
    assert staff.run("user", "key", "nightly", "--revoke", number)[0] == ExitCode.OK
    monkeypatch.setenv("HPEDI_MACHINE_KEY", key)
    assert staff.run("status")[0] == ExitCode.NOT_PERMITTED
    assert key.encode() not in kept_in(staff.home)


def test_only_who_keeps_hpedi_running_watches_the_folders(staff: Staff) -> None:
    """An operator looks into the drop folders, and so does the built-in one, as schedules run; an examiner does not."""
    staff.login("examiner")
    assert staff.run("watch", "--dry-run")[0] == ExitCode.NOT_PERMITTED
    staff.login("operator")
    assert staff.run("watch", "--dry-run")[0] == ExitCode.OK
    staff.run("logout")
    assert staff.run("watch", "--dry-run")[0] == ExitCode.OK


def test_a_delegate_keeps_the_accounts_of_its_own_house(staff: Staff) -> None:
    """A delegate adds and closes people of its organisation, sees no others and gives no role of the payer."""
    staff.login("delegate")
    add = ("user", "add", "ola", "--name", "Ola", "--role")
    assert staff.run(*add, "biller", "--organisation", "billing")[0] == ExitCode.OK
    assert staff.run(*add, "biller", "--organisation", "clinic")[0] == ExitCode.NOT_PERMITTED
    assert staff.run(*add, "examiner")[0] == ExitCode.NOT_PERMITTED
    assert staff.run("user", "role", "ola", "--give", "examiner")[0] == ExitCode.USAGE
    assert {each["login"] for each in staff.told("user", "list")} == {"ola", "biller", "delegate"}
    assert staff.run("user", "show", "examiner") == staff.run("user", "show", "nobody-at-all")
    assert staff.run("user", "disable", "ola")[0] == ExitCode.OK


def test_what_is_anothers_looks_as_if_it_were_not_there(staff: Staff) -> None:
    """A number of another's and one that nobody has get the same answer, in words and as JSON."""
    staff.login("biller")
    for words in (("remittance",), ("payment", "--number"), ("claim",), ("claim", "--patient-account")):
        there = "900000001" if words[0] in {"remittance", "payment"} else "26061000010000001"
        there = "RB-2601" if "--patient-account" in words else there
        for form in ((), ("--json",)):
            assert staff.run("inquire", *words, there, *form) == staff.run("inquire", *words, "99999999", *form)


def test_the_first_account_is_an_operators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workspace is never left with accounts and without an operator."""
    at_home(monkeypatch, tmp_path)
    home = tmp_path / "home"
    run_hpedi("--home", home, "init")
    add = ("--home", home, "user", "add", "kim", "--name", "Kim", "--role")
    assert run_hpedi(*add, "examiner") == ExitCode.USAGE
    assert run_hpedi(*add, "operator") == ExitCode.OK
