"""`hpedi pay`: what an operator sees and does, from the preview to a check that is drawn anew; the page's steps run."""

from __future__ import annotations

import io
import re
import shlex
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hpedi.commands import ExitCode
from hpedi.commands.payer_files import load_folder
from hpedi.commands.workspace import context_for, open_workspace
from hpedi.store.tables import audit_entry, decision, payment, payment_run
from tests.commands.running import json_lines, run_hpedi
from tests.databases import Workspaces, engine_of
from tests.pipeline.conftest import AS_OF, KEY, loaded_home  # noqa: F401 - a fixture
from tests.pipeline.payer_changes import changed_payer
from tests.pipeline.test_proof import SENT
from tests.shared import PROJECT

PAGE = PROJECT / "docs" / "remittance-and-payment.md"
DAY = ("--as-of", str(AS_OF))
RECEIVED = ("--received", "2026-03-02T09:00:00-06:00")
LIMIT = ('limit: "50000.00"', 'limit: "100.00"')
"""So that Harbor's 470.00 waits; Lantern's 49.00 and Quarry's check of 70.00 do not."""


class Terminal(io.StringIO):
    """What somebody types at a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.fixture
def home(
    workspaces: Workspaces,
    loaded_home: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A workspace in which payments above 100.00 wait, with 589.00 decided and unpaid."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    home = workspaces.copy(loaded_home, tmp_path / "home")
    workspace = open_workspace(home)
    assert load_folder(workspace, context_for(AS_OF), changed_payer(tmp_path, LIMIT))[1] is not None
    workspace.database.close()
    (tmp_path / "sent.837").write_bytes(SENT)
    assert run_hpedi("--home", home, "receive", *RECEIVED, tmp_path / "sent.837") == ExitCode.FINDINGS
    assert run_hpedi("--home", home, "adjudicate", *DAY) == ExitCode.OK
    return home


def rows(home: Path) -> tuple[int, int, int]:
    """Count runs, payments and decisions that a run pays."""
    with engine_of(home) as engine, engine.connect() as books:
        paid = select(decision.c.control_number).where(decision.c.payment_run.is_not(None))
        return tuple(len(books.execute(each).all()) for each in (select(payment_run), select(payment), paid))  # type: ignore[return-value]


def audited(home: Path, action: str) -> list[tuple[str, str]]:
    """Return subject and result of the audit rows of an action."""
    with engine_of(home) as engine, engine.connect() as books:
        query = select(audit_entry.c.subject, audit_entry.c.result).where(audit_entry.c.action == action)
        return [(subject, result) for subject, result in books.execute(query)]


def told(capsys: pytest.CaptureFixture[str], home: Path, *words: object, code: int = ExitCode.OK) -> dict[str, Any]:
    """Run a command and return the one object that it tells."""
    capsys.readouterr()
    assert run_hpedi("--home", home, *words, "--json") == code
    (object_,) = json_lines(capsys.readouterr().out)
    return object_


def steps() -> list[list[str]]:
    """Return the commands of the page's step by step."""
    (block,) = re.findall(r"```console\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return [shlex.split(line, comments=True)[1:] for line in block.splitlines()]


def test_the_steps_of_the_page(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command of the page ends well in its order; what waited goes out once approved, and the books are proven."""
    commands = steps()
    assert len(commands) > 9
    for words in commands:
        assert run_hpedi("--home", home, *words) == ExitCode.OK, words
    page = capsys.readouterr().out
    assert "waits for approval" in page
    assert "payment 100001 goes out again as check 100002 of 70.00 US dollars: released" in page
    runs = told_runs(capsys, home)
    assert [(each["payments"], each["total"]) for each in runs] == [(4, "589.00"), (1, "70.00")]


def told_runs(capsys: pytest.CaptureFixture[str], home: Path) -> list[dict[str, Any]]:
    """Return the runs as listed."""
    capsys.readouterr()
    assert run_hpedi("--home", home, "pay", "list", "--json") == ExitCode.OK
    return json_lines(capsys.readouterr().out)


def test_a_preview_keeps_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says by payee, and by account and method, what would be paid and why not by EFT; only who looked is kept."""
    shown = told(capsys, home, "pay", "preview", *DAY)["preview"]
    by_payee = {
        each["payee"]: (each["method"], each["amount"], each["state"], each["note"]) for each in shown["payments"]
    }
    assert by_payee["HARBOR"] == ("ACH", "470.00", "built", "it is above 100.00 US dollars")
    assert by_payee["QUARRY"] == ("CHK", "70.00", "released", "no account in force: check")
    made_up_of = {
        each["payee"]: (each["claims_paid"], each["interest"], each["adjusted"]) for each in shown["payments"]
    }
    assert made_up_of["HARBOR"] == ("470.00", "0.00", "0.00")
    assert {(each["method"], each["amount"]) for each in shown["totals"]} >= {("ACH", "519.00"), ("CHK", "70.00")}
    assert (rows(home), audited(home, "preview")) == ((0, 0, 0), [("payment run", "")])
    assert run_hpedi("--home", home, "pay", "preview", *DAY) == ExitCode.OK
    assert "4 payments of 589.00 US dollars, of which 470.00 would wait" in capsys.readouterr().out


@pytest.mark.parametrize(("typed", "released"), [("n\n", 0), ("y\n", 3)])
def test_on_a_terminal_it_shows_and_asks(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    released: int,
) -> None:
    """No leaves everything as it was, yes releases what was shown."""
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    assert run_hpedi("--home", home, "pay", "release", *DAY) == ExitCode.OK
    assert "What would be paid" in capsys.readouterr().out
    assert len(audited(home, "release")) == released
    assert rows(home)[0] == bool(released)


@pytest.mark.parametrize(("typed", "runs"), [("n\n", 1), ("y\n", 2)])
def test_a_check_is_shown_before_it_goes_out(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, runs: int
) -> None:
    """On a terminal a reissue says which check it would be, and asks."""
    run_hpedi("--home", home, "pay", "release", *DAY)
    run_hpedi("--home", home, "deliver")
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    capsys.readouterr()
    assert run_hpedi("--home", home, "pay", "reissue", "100001", "--reason", "lost", *DAY) == ExitCode.OK
    assert "as check 100002 of 70.00 US dollars" in capsys.readouterr().out
    assert rows(home)[0] == runs


def test_with_yes_it_does_not_ask(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is typed, and what needs no approval goes out."""
    monkeypatch.setattr(sys, "stdin", Terminal(""))
    assert run_hpedi("--home", home, "pay", "release", "--yes", *DAY) == ExitCode.OK
    assert len(audited(home, "release")) == 3


def test_what_changed_since_it_was_shown_is_not_released(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody pays while somebody else looks: the yes is for what is no longer so."""

    class Slow(Terminal):
        def readline(self, *_size: object) -> str:  # type: ignore[override]
            monkeypatch.setattr(sys, "stdin", io.StringIO())
            assert run_hpedi("--home", home, "pay", "release", *DAY) == ExitCode.OK
            return "y\n"

    monkeypatch.setattr(sys, "stdin", Slow())
    assert run_hpedi("--home", home, "pay", "release", *DAY) == ExitCode.FINDINGS
    assert rows(home)[0] == 1


def test_a_dry_run_changes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of release, approve, void and reissue."""
    assert run_hpedi("--home", home, "pay", "release", "--dry-run", *DAY) == ExitCode.OK
    assert rows(home) == (0, 0, 0)
    assert run_hpedi("--home", home, "pay", "release", *DAY) == ExitCode.OK
    assert run_hpedi("--home", home, "deliver") == ExitCode.OK
    before = told(capsys, home, "pay", "show", "1")
    for words in (
        ("approve", "900000001"),
        ("void", "100001", "--reason", "lost"),
        ("reissue", "100001", "--reason", "lost"),
    ):
        assert run_hpedi("--home", home, "pay", *words, "--dry-run", *DAY) == ExitCode.OK
    assert told(capsys, home, "pay", "show", "1") == before


def test_a_run_and_a_payment_are_shown_with_who_and_when(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Payments with claims, states with who, when and why, and the files written for them."""
    run_hpedi("--home", home, "pay", "release", *DAY)
    run = told(capsys, home, "pay", "show", "1")
    assert run["run"]["state"] == "1 waits for approval"
    assert {each["name"] for each in run["files"]} >= {"900000002.835", "20260316-A.ach", "20260316-A-checks.csv"}
    waits = [each for each in run["states"] if each["trace_number"] == "900000001"]
    assert [(each["state"], each["by"], each["why"]) for each in waits] == [
        ("built", "system:operator", "it is above 100.00 US dollars")
    ]
    one = told(capsys, home, "pay", "show", "100001")
    assert [(each["amount"], each["claims"]) for each in one["payments"]] == [("70.00", 1)]
    assert {each["name"] for each in one["files"]} == {"100001.835", "20260316-A-checks.csv"}
    assert run_hpedi("--home", home, "pay", "show", "777") == ExitCode.USAGE


def test_nothing_to_pay_says_who_paid(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second release names the run that left nothing."""
    run_hpedi("--home", home, "pay", "release", *DAY)
    run_hpedi("--home", home, "pay", "approve", "--run", "1", *DAY)
    run_hpedi("--home", home, "pay", "release", *DAY)
    capsys.readouterr()
    assert run_hpedi("--home", home, "pay", "release", *DAY) == ExitCode.OK
    said = capsys.readouterr()
    assert "nothing to pay" in said.out
    assert "the last run, 1, was begun by system:operator" in said.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("approve",), "name the payments"),
        (("approve", "555"), "number 1 of those given"),
        (("approve", "--run", "7"), "no payment of this run waits"),
        (("void", "555", "--reason", "wrong"), "no payment of this number"),
        (("reissue", "900000002", "--reason", "wrong"), "once the bank has returned it"),
    ],
)
def test_what_cannot_be_done_is_said(
    home: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], why: str
) -> None:
    """With the reason, and exit code 2."""
    run_hpedi("--home", home, "pay", "release", *DAY)
    run_hpedi("--home", home, "deliver")
    capsys.readouterr()
    assert run_hpedi("--home", home, "pay", *words) == ExitCode.USAGE
    assert why in capsys.readouterr().err


def test_voided_it_is_paid_by_the_next_release(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What waited and is void is built again under another number."""
    run_hpedi("--home", home, "pay", "release", *DAY)
    voided = told(capsys, home, "pay", "void", "900000001", "--reason", "another payee", *DAY)["voided"]
    assert (Decimal(voided["amount"]), voided["was"]) == (Decimal("470.00"), "built")
    paid = told(capsys, home, "pay", "release", *DAY)["paid"]
    assert [(each["trace_number"], each["amount"]) for each in paid["waiting"]] == [("900000004", "470.00")]


def test_what_only_a_reissue_pays_is_previewed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A check in place of another, voided: no release pays it, the preview names it until it is reissued in turn."""
    again = ("--reason", "lost", *DAY)
    for words in (("pay", "release", *DAY), ("deliver",), ("pay", "reissue", "100001", *again), ("deliver",)):
        assert run_hpedi("--home", home, *words) == ExitCode.OK
    assert told(capsys, home, "pay", "preview", *DAY)["preview"]["to_reissue"] == []
    assert run_hpedi("--home", home, "pay", "void", "100002", *again) == ExitCode.OK
    assert "payment 100001, whose place it took, is unpaid again" in capsys.readouterr().err
    (owed,) = told(capsys, home, "pay", "preview", *DAY)["preview"]["to_reissue"]
    assert (owed["trace_number"], owed["in_place_of"], owed["amount"]) == ("100002", "100001", "70.00")
    assert run_hpedi("--home", home, "pay", "preview", *DAY) == ExitCode.OK
    said = capsys.readouterr()
    assert "Owed until it is reissued" in said.out
    assert "`hpedi pay reissue NUMBER` does" in said.err
    assert told(capsys, home, "pay", "reissue", "100002", *again)["reissued"]["held"] == []
    assert told(capsys, home, "pay", "preview", *DAY)["preview"]["to_reissue"] == []
