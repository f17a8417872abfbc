"""`hpedi estimate`: what services would come to before care, worked by hand; nothing is stored or counted."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import json_lines, run_hpedi
from tests.pipeline.conftest import KEY
from tests.shared import PROJECT

ROSA = ("--member", "HS1000001", "--born", "1979-04-12")
OTTO = ("--member", "HS1000002")
CLINIC = ("--provider", "RIVERBEND", "--on", "2026-04-01")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with the sample payer."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    made = tmp_path / "workspace"
    assert run_hpedi("--home", made, "init") == ExitCode.OK
    assert run_hpedi("--home", made, "load", PROJECT / "samples" / "payer") == ExitCode.OK
    return made


def estimated(capsys: pytest.CaptureFixture[str], home: Path, *options: object) -> dict[str, Any]:
    """Return what --json printed."""
    capsys.readouterr()
    assert run_hpedi("--home", home, "estimate", *options, "--json") == ExitCode.OK
    (told,) = json_lines(capsys.readouterr().out)
    found: dict[str, Any] = told["estimate"]
    return found


def test_what_a_visit_and_a_test_come_to(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A visit of 120.00 with a copay of 30.00; a test of 400.00: 100.00 deductible is left, and 20% of 300.00."""
    made = estimated(capsys, home, *ROSA, *CLINIC, "--service", "T1015", "--service", "G0260::1:650.00")
    visit, test = made["lines"]
    assert (visit["allowed"], visit["plan"], visit["copay"], visit["member"]) == ("120.00", "90.00", "30.00", "30.00")
    assert (test["allowed"], test["plan"], test["member"]) == ("400.00", "240.00", "160.00")
    assert (test["deductible"], test["coinsurance"], test["copay"]) == ("100.00", "60.00", "0.00")
    assert (made["allowed"], made["plan"], made["member"]) == ("520.00", "330.00", "190.00")
    left = {each["accumulator"]: (each["used_before"], each["left_after"]) for each in made["left"]}
    assert left["ded_ind_inn"] == ("1400.00", "0.00")
    assert left["oop_ind_inn"] == ("1400.00", "2410.00")
    assert any("no charge was given" in each for each in made["may_change"])


def test_the_out_of_pocket_maximum_ends_the_share(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """10.00 is left of the maximum, so 10.00 of the copay of 25.00 is the member's."""
    made = estimated(capsys, home, *OTTO, *CLINIC, "--service", "T1015::1:145.00")
    assert (made["plan"], made["member"]) == ("110.00", "10.00")


def test_what_stays_owed_out_of_network(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """333.33 of 600.00 is allowed and all of it deductible; the 266.67 above it are the member's too."""
    where = ("--provider", "OUTPOST", "--on", "2026-04-01")
    made = estimated(capsys, home, *ROSA, *where, "--service", "G0260::1:600.00")
    (line,) = made["lines"]
    assert (line["allowed"], line["deductible"], line["not_covered"]) == ("333.33", "333.33", "266.67")
    assert (made["plan"], made["member"]) == ("0.00", "600.00")


def test_an_emergency_out_of_network_costs_what_it_costs_in_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """400.00 of 600.00 is allowed: a copay of 150.00, 100.00 of deductible, 20% of 150.00; the rest is nobody's."""
    where = ("--provider", "OUTPOST", "--on", "2026-04-01", "--pos", "23")
    made = estimated(capsys, home, *ROSA, *where, "--service", "G0260::1:600.00")
    (line,) = made["lines"]
    assert (line["allowed"], line["copay"], line["deductible"]) == ("400.00", "150.00", "100.00")
    assert (line["coinsurance"], made["plan"], made["member"]) == ("30.00", "120.00", "280.00")


def test_an_authorisation_that_is_needed_is_told(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who has one on file is told what is left of it; who has none is told that one is needed, with the amounts."""
    payer = shutil.copytree(PROJECT / "samples" / "payer", tmp_path / "payer")
    with (payer / "fee-schedules.csv").open("a") as fees:
        fees.write("FS-STANDARD,2026a,2026-01-01,2026-06-30,J1745,,80.00\n")
    assert run_hpedi("--home", home, "load", payer) == ExitCode.OK
    has_one = estimated(capsys, home, *ROSA, *CLINIC, "--service", "J1745::5:500.00")
    assert any("AUTH-1001: 25 of 30 UN left" in each for each in has_one["may_change"])
    needs_one = estimated(capsys, home, *OTTO, *CLINIC, "--service", "J1745::5:500.00")
    assert any("line 1 needs an authorisation" in each for each in needs_one["may_change"])
    assert needs_one["lines"][0]["allowed"] == "400.00"


def test_nothing_is_counted(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Asked twice the same comes out, no claim is there, and both looks are in the audit log."""
    asked = (*ROSA, *CLINIC, "--service", "G0260::1:650.00")
    assert estimated(capsys, home, *asked) == estimated(capsys, home, *asked)
    assert run_hpedi("--home", home, "status", "--json") == ExitCode.OK
    assert "decided" not in capsys.readouterr().out.replace('"decided":[]', "").replace('"decisions":[]', "")
    assert run_hpedi("--home", home, "audit", "search", "--action", "estimate", "--json") == ExitCode.OK
    assert len(json_lines(capsys.readouterr().out)) == 2


@pytest.mark.parametrize(
    "options",
    [
        ("--member", "HS1000001", *CLINIC, "--service", "T1015"),
        ("--member", "NOBODY", *CLINIC, "--service", "T1015"),
        (*ROSA, "--provider", "NOWHERE", "--service", "T1015"),
        (*ROSA, *CLINIC, "--service", "T1015::many"),
        (*ROSA, *CLINIC, "--service", "T1015::0"),
        (*ROSA, *CLINIC),
    ],
)
def test_what_cannot_be_estimated(home: Path, options: tuple[str, ...]) -> None:
    """A card that several share, a stranger, an unknown provider and services that are none are wrong usage."""
    assert run_hpedi("--home", home, "estimate", *options) == ExitCode.USAGE
