"""The demo of `make run`: the sample payer and its inbound files, with the money worked out by hand."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import json_lines, run_hpedi
from tests.shared import PROJECT

INBOUND = sorted((PROJECT / "samples" / "inbound").iterdir())
WHEN = ("--received", "2026-03-02T09:00:00-06:00", "--as-of", "2026-03-16")

# (charged, paid, patient owes, CLP02) in the order of the files. The fees are those in force from January 2026.
DECIDED = [
    ("145.00", "90.00", "30.00", "1"),  # fee 120.00 less the office copay 30.00
    ("520.00", "240.00", "160.00", "1"),  # fee 400.00: 100.00 of the deductible is left, then 20 % of 300.00
    ("210.00", "160.00", "0.00", "1"),  # preventive: the fee 160.00 in full
    ("240.00", "90.00", "114.00", "1"),  # fees 120.00 and 84.00: copay 30.00; all of 84.00 is deductible
    ("145.00", "0.00", "145.00", "1"),  # coverage ended on 2025-12-31: PR-27
    ("145.00", "0.00", "145.00", "4"),  # nobody of that name: PR-31
    ("650.00", "470.00", "10.00", "1"),  # fee 480.00: 10 % is 48.00, but 10.00 is left to the out-of-pocket maximum
    ("130.00", "70.00", "40.00", "1"),  # fee 110.00 less the therapy copay 40.00
    ("60.00", "49.00", "0.00", "1"),  # the designated online clinic: the fee 49.00 in full
    ("60.00", "0.00", "49.00", "1"),  # the HSA plan: the fee 49.00 is deductible
    ("600.00", "0.00", "600.00", "1"),  # out of network: fee 333.33 is deductible, 266.67 the balance
    # a hospital stay: 9,400.00 x 1.3144 of DRG 193 = 12,355.36; deductible 1,500.00, then 20 % of 10,855.36 = 2,171.07
    ("16400.00", "8684.29", "3671.07", "1"),
    ("300.00", "0.00", "210.00", "1"),  # outpatient: 70 % of the charge = 210.00, all of it deductible
    ("180.00", "0.00", "0.00", ""),  # the dental claim waits
]
PENDED = [("26061000070000001", "rate", "180.00")]  # the dental claim: no rate of the clinic has its service
PAID = {
    "RIVERBEND": ("ACH", "580.00"),  # 90 + 240 + 160 + 90
    "HARBOR": ("ACH", "470.00"),
    "QUARRY": ("CHK", "70.00"),  # no bank account
    "LANTERN": ("ACH", "49.00"),
    "OUTPOST": ("NON", "0.00"),
    "HARVEST": ("ACH", "8684.29"),
}

CANARIES = ("AMBLE", "BROOK", "FJORD", "NOBODY", "HS1000001", "HS1999999", "19790412")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A demo workspace whose key lies in a folder of the test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert run_hpedi("--home", tmp_path / "workspace", "init", "--demo") == ExitCode.OK
    return tmp_path / "workspace"


def told_by(lines: list[dict[str, Any]], key: str) -> list[Any]:
    """Return what the lines of one job say."""
    return [line[key] for line in lines if key in line]


def payments(lines: list[dict[str, Any]]) -> Mapping[str, tuple[str, str]]:
    """Return method and amount by payee."""
    (paid,) = told_by(lines, "paid")
    assert not paid["waiting"]
    return {payment["payee"]: (payment["method"], payment["amount"]) for payment in paid["released"]}


def test_every_kind_of_claim_is_decided_as_worked_out(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each claim is charged, paid and owed as worked out by hand; each payee is paid its sum by its method."""
    capsys.readouterr()
    assert run_hpedi("--home", home, "run", "--json", *WHEN, *INBOUND) == ExitCode.FINDINGS
    lines = json_lines(capsys.readouterr().out)
    (adjudicated,) = told_by(lines, "adjudicated")
    assert [(each["charged"], each["paid"], each["patient"], each["clp02"]) for each in adjudicated["first"]] == DECIDED
    assert payments(lines) == PAID


def test_what_has_no_rate_waits(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The dental claim is not denied and not paid: it waits, with the reason."""
    run_hpedi("--home", home, "run", *WHEN, *INBOUND)
    capsys.readouterr()
    run_hpedi("--home", home, "pends", "list", "--json")
    waiting = [line["waiting"] for line in json_lines(capsys.readouterr().out)]
    assert [(each["claim"], each["reason"], each["charged"]) for each in waiting] == PENDED


def test_a_stay_is_explained_as_a_hospital_knows_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is told of a stay names its type of bill, and its lines go by their revenue codes."""
    run_hpedi("--home", home, "run", *WHEN, *INBOUND)
    capsys.readouterr()
    assert run_hpedi("--home", home, "explain", "26061000060000001") == ExitCode.OK
    told = capsys.readouterr().out
    assert "type of bill 0111" in told
    assert re.findall(r"^ +([12])   (0\d{3}) ", told, re.MULTILINE) == [("1", "0120"), ("2", "0250")]


def test_running_again_pays_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same files again: every interchange is known, nothing is decided or paid, what was written stays as it is."""
    run_hpedi("--home", home, "run", *WHEN, *INBOUND)
    money = {path: path.read_bytes() for path in home.rglob("*") if path.suffix in {".835", ".ach"}}
    capsys.readouterr()
    run_hpedi("--home", home, "run", "--json", *WHEN, *INBOUND)
    lines = json_lines(capsys.readouterr().out)
    assert payments(lines) == {}
    assert {path: path.read_bytes() for path in home.rglob("*") if path.suffix in {".835", ".ach"}} == money


def test_a_dry_run_keeps_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A dry run tells the same payments; the run after it does them."""
    capsys.readouterr()
    run_hpedi("--home", home, "run", "--dry-run", "--json", *WHEN, *INBOUND)
    assert payments(json_lines(capsys.readouterr().out)) == PAID
    run_hpedi("--home", home, "run", "--json", *WHEN, *INBOUND)
    assert payments(json_lines(capsys.readouterr().out)) == PAID


def test_what_is_no_x12_is_quarantined_with_its_reason(home: Path) -> None:
    """The spreadsheet among the files lies in quarantine, with a note that says why."""
    run_hpedi("--home", home, "receive", *WHEN[:2], *INBOUND)
    notes = [path for path in (home / "quarantine").iterdir() if b"not-x12" in path.read_bytes()]
    assert len(notes) == 1


def test_members_are_named_nowhere_but_in_what_partners_get(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Logs, printed results, file names and the books hold no name or number of a member; the remittances do."""
    capsys.readouterr()
    run_hpedi("--home", home, "--verbose", "--log-format", "json", "run", *WHEN, *INBOUND)
    told = capsys.readouterr()
    assert '"event":"claims decided"' in told.err
    files = [path for path in home.rglob("*") if path.is_file()]
    sent = b"".join(path.read_bytes() for path in files if path.suffix == ".835")
    kept = b"".join(path.read_bytes() for path in files if not path.is_relative_to(home / "outbox"))
    shown = f"{told.out}{told.err}{files}"
    assert all(canary.encode() in sent for canary in ("AMBLE", "HS1000001"))
    assert not [canary for canary in CANARIES if canary in shown or canary.encode() in kept]


def test_make_run_does_it_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make run` shows the whole way, what the README says to try next works, and a second run has nothing to do."""
    if subprocess.run(["make", "-q", ".venv/ready-to-run"], cwd=PROJECT, check=False).returncode:
        pytest.skip("the virtual environment of `make` is not there or not current; `make test` makes it so")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    make = ["make", "run", f"WORKSPACE={tmp_path / 'workspace'}"]
    first = subprocess.run(make, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for heading in ("What came in", "What was decided", "What was paid", "What was written"):
        assert heading in first
    monkeypatch.setenv("HPEDI_HOME", str(tmp_path / "workspace"))
    for line in re.findall(r"^    \.venv/bin/hpedi (.+)$", (PROJECT / "README.md").read_text(), re.MULTILINE):
        words = shlex.split(line, comments=True)
        tried = subprocess.run([".venv/bin/hpedi", *words], cwd=PROJECT, capture_output=True, text=True, check=False)
        assert tried.returncode <= ExitCode.FINDINGS, tried.stderr
        assert tried.stdout
    again = subprocess.run(make, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert "nothing to pay" in again
