"""`hpedi eft` and `hpedi checks`: what programs read of them, and what they refuse."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import json_lines, run_hpedi
from tests.databases import Workspaces
from tests.payments.ach.return_writer import Back, return_file
from tests.pipeline.conftest import KEY, loaded_home  # noqa: F401 - a fixture
from tests.shared import PROJECT

ACCOUNT: Final = "8812345678"
QUARRY: Final = ("--tax-id", "41-0000203", "--npi", "1000002026", "--routing", "091000019", "--why", "voided check")
DAY: Final = ("--as-of", "2026-03-16")


@pytest.fixture
def home(
    workspaces: Workspaces,
    loaded_home: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A workspace with the sample payer."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    return workspaces.copy(loaded_home, tmp_path / "home")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The account number on the standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{ACCOUNT}\n"))


def told(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> list[dict[str, Any]]:
    """Run a command and return what it told as JSON; nothing that it told holds the account number."""
    capsys.readouterr()
    assert run_hpedi("--home", home, *words, "--json") == ExitCode.OK
    said = capsys.readouterr()
    assert ACCOUNT not in said.out + said.err
    return json_lines(said.out)


def paid(home: Path) -> None:
    """Pay a clearinghouse's claims: 470.00 to Harbor and 49.00 to Lantern by EFT, 70.00 to Quarry by check."""
    claims = PROJECT / "samples" / "inbound" / "02-prairielink.837"
    words = ("run", "--received", "2026-03-02T09:00:00-06:00", *DAY, str(claims))
    assert run_hpedi("--home", home, *words) in {ExitCode.OK, ExitCode.FINDINGS}


@pytest.mark.usefixtures("typed")
def test_an_enrollment_is_told_without_its_account(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From the request to the prenotification programs read its number, states and days, and the last four digits."""
    (asked,) = told(capsys, home, "eft", "enroll", *QUARRY, "--account-file", "-", "--type", "savings", *DAY)
    assert (asked["number"], asked["payee"], asked["account"]) == (1, "QUARRY", "ends in 5678")
    assert (asked["type"], asked["format"], asked["stands"]) == ("savings", "CCP", "requested")
    assert told(capsys, home, "eft", "approve", "1", *DAY) == [{"number": 1, "state": "approved"}]
    dry = told(capsys, home, "eft", "prenote", "--dry-run", *DAY)
    assert told(capsys, home, "eft", "prenote", *DAY) == dry
    assert [each["accepted_from"] for each in dry[0]["sent"]] == ["2026-03-19"]
    *loaded, shown = told(capsys, home, "eft", "enrollments", "--as-of", "2026-03-19")
    assert {(each["payee"], each["account"], each["stands"]) for each in loaded} >= {("HARBOR", "ends in 0202", "live")}
    assert (shown["stands"], shown["first_day"], shown["requested_start"]) == ("live", "2026-03-19", "2026-03-16")
    assert [each["state"] for each in shown["history"]] == ["requested", "approved", "prenoted"]
    ended = told(capsys, home, "eft", "end", "1", "--on", "2026-03-31", "--why", "asked for checks")
    assert ended == [{"number": 1, "state": "ended", "last_day": "2026-03-31"}]


def test_the_account_is_asked_for_unseen(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a file it is typed at a prompt; nothing of it is told."""
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _prompt: ACCOUNT)
    assert run_hpedi("--home", home, "eft", "enroll", *QUARRY, *DAY) == ExitCode.OK
    said = capsys.readouterr()
    assert "ends in 5678" in said.out
    assert ACCOUNT not in said.out + said.err


@pytest.mark.usefixtures("typed")
@pytest.mark.parametrize(
    "words",
    [
        ("enroll", *QUARRY[:-1], "x", "--account-file", "-", "--npi", "1000002018"),
        ("enroll", *QUARRY[:-1], "x", "--account-file", "-", "--routing", "123456789"),
        ("enrollments", "7"),
        ("approve", "7"),
        ("deny", "7"),
        ("end", "7", "--why", "x"),
        ("lift", "QUARRY", "--why", "x"),
    ],
)
def test_what_is_not_there_is_told(home: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    """No payee, account, enrollment or hold: wrong usage, with a word on what to do and no account number."""
    assert run_hpedi("--home", home, "eft", *words) == ExitCode.USAGE
    said = capsys.readouterr()
    assert "Error:" in said.err
    assert ACCOUNT not in said.out + said.err


def test_what_comes_back_goes_out_as_a_check(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --reissue the import draws a check for the EFT that came back, once, and settles the other one later."""
    paid(home)
    (first, *_others) = [
        each for each in told(capsys, home, "eft", "reassociation", *DAY) if each["amount"] == "470.00"
    ]
    file = tmp_path / "back.ach"
    file.write_bytes(return_file([[Back("R03", first["ach_trace_number"], 47_000, "200000202", "12345678")]]))
    words = ("eft", "import", str(file), "--reissue", "--as-of")
    (outcome,) = told(capsys, home, *words, "2026-03-18")
    assert [each["outcome"] for each in outcome["returns"]] == ["returned"]
    assert len(outcome["checks"]) == 1
    (again,) = told(capsys, home, *words, "2026-03-19")
    assert (again["is_again"], again["checks"], len(again["settled"])) == (True, [], 1)
    (held,) = told(capsys, home, "eft", "returns")[0]["holds"]
    assert (held["provider"], held["last_four"], held["code"]) == ("HARBOR", "0202", "R03")
    lifted = told(capsys, home, "eft", "lift", "HARBOR", "--why", "it was opened again")
    assert [each["code"] for each in lifted[0]["lifted"]] == ["R03"]
    assert told(capsys, home, "eft", "returns")[0]["holds"] == []


def test_checks_are_imported_listed_and_told(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A dry run keeps nothing; a line that does not fit ends with the exit code of findings; the list has ages."""
    paid(home)
    (check,) = told(capsys, home, "checks", "list", "--as-of", "2026-03-26")
    assert (check["payee"], check["amount"], check["state"], check["age_days"]) == ("QUARRY", "70.00", "released", 10)
    file = tmp_path / "bank.csv"
    file.write_text(f"check_number,status,date,amount\n{check['check_number']},stopped,2026-03-20,70.00\n")
    for kept in ("released", "stopped"):
        words = ("checks", "import", str(file), *(("--dry-run",) if kept == "released" else ()))
        (outcome,) = told(capsys, home, *words)
        assert [(each["status"], each["was"]) for each in outcome["taken"]] == [("stopped", "released")]
        (listed,) = told(capsys, home, "checks", "list")
        assert listed["state"] == kept
    assert run_hpedi("--home", home, "checks", "positive-pay", "--layout", "none", *DAY) == ExitCode.USAGE
    assert "choose --layout csv or fixed" in capsys.readouterr().err
    dry = told(capsys, home, "checks", "positive-pay", "--dry-run", *DAY)
    assert told(capsys, home, "checks", "positive-pay", *DAY) == dry
    assert [each["action"] for each in dry[0]["told"]] == ["void"]
    assert told(capsys, home, "checks", "positive-pay", *DAY) == [{"told": []}]
    file.write_text("check_number,status,date,amount\n7,cleared,2026-03-20,70.00\n")
    assert run_hpedi("--home", home, "checks", "import", file) == ExitCode.FINDINGS
    assert "check-unknown" in capsys.readouterr().out
