"""`hpedi ask status` tells a person what a 277 tells a file: in words, as JSON, as X12; who may not ask is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import json_lines, run_hpedi
from tests.shared import PROJECT
from tests.transactions.status_277.told import told_of

INBOUND = PROJECT / "samples" / "inbound"
NUMBER = "26061000010000001"
MEMBER = ("--member", "HS1000001", "--last", "AMBLE")


@pytest.fixture
def home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A workspace that has received, decided and paid the clinic's sample file."""
    home = tmp_path / "workspace"
    assert run_hpedi("--home", home, "init", "--demo") == ExitCode.OK
    file = INBOUND / "01-riverbend.837"
    run_hpedi("--home", home, "run", "--received", "2026-03-02T09:00:00-06:00", "--as-of", "2026-03-16", file)
    capsys.readouterr()
    return home


def test_a_claim_is_told_in_words(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Our number finds the claim: its codes, what they say, its money and the payment."""
    assert run_hpedi("--home", home, "ask", "status", NUMBER) == ExitCode.OK
    told = capsys.readouterr().out
    for each in (NUMBER, "RB-2601", "F1:65", "paid", "145.00", "90.00", "900000001 of 2026-03-16", "HC:T1015"):
        assert each in told


def test_json_and_x12_tell_the_same(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The claims of a member in a span, as objects and as the segments that a file would get."""
    asked = (*MEMBER, "--provider", "RIVERBEND", "--from", "2026-02-01", "--to", "2026-02-28")
    assert run_hpedi("--home", home, "ask", "status", *asked, "--json") == ExitCode.OK
    (line,) = json_lines(capsys.readouterr().out)
    assert run_hpedi("--home", home, "ask", "status", *asked, "--x12") == ExitCode.OK
    claims = told_of(capsys.readouterr().out.encode())
    told = [(each["payer_claim_control_number"], each["paid"]) for each in line["answer"]["claims"]]
    assert [(number, paid.removesuffix(".00")) for number, paid in told] == [
        (each.number, each.paid) for each in claims
    ]
    assert len(told) == 4


def test_each_claim_of_a_family_names_its_patient(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rosa's member id finds the claims of Theo and Ida too, each told apart; who asks by a number is told no name."""
    asked = (*MEMBER, "--from", "2026-02-01", "--to", "2026-02-28")
    assert run_hpedi("--home", home, "ask", "status", *asked, "--json") == ExitCode.OK
    (line,) = json_lines(capsys.readouterr().out)
    patients = {(each["patient_control_number"], each["patient"]) for each in line["answer"]["claims"]}
    assert patients == {("RB-2601", "ROSA"), ("RB-2602", "ROSA"), ("RB-2603", "THEO"), ("RB-2604", "IDA")}
    run_hpedi("--home", home, "ask", "status", *asked)
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("ROSA", "THEO", "IDA"))
    run_hpedi("--home", home, "ask", "status", NUMBER)
    assert "ROSA" not in capsys.readouterr().out


def test_what_is_not_found_exits_with_findings(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A number that is not there, and one under another provider, are told alike: A4:35."""
    assert run_hpedi("--home", home, "ask", "status", "26000000000000000") == ExitCode.FINDINGS
    first = capsys.readouterr().out
    assert run_hpedi("--home", home, "ask", "status", NUMBER, "--provider", "HARBOR") == ExitCode.FINDINGS
    assert capsys.readouterr().out == first
    assert "A4:35" in first


@pytest.mark.parametrize(
    "asked",
    [(), ("--member", "HS1000001"), (NUMBER, "--x12"), (*MEMBER, "--from", "2026-02-28", "--to", "2026-02-01")],
)
def test_what_nothing_can_be_found_by_is_refused(home: Path, asked: tuple[str, ...]) -> None:
    """Neither number nor days, days that end before they start, and X12 without a member are faults of usage."""
    assert run_hpedi("--home", home, "ask", "status", *asked) == ExitCode.USAGE


def test_a_person_without_the_role_may_not_ask(home: Path) -> None:
    """Who keeps hpedi running sees no member's data: the question is refused."""
    assert run_hpedi("--home", home, "user", "demo") == ExitCode.OK
    assert run_hpedi("--home", home, "ask", "status", NUMBER) == ExitCode.NOT_PERMITTED
