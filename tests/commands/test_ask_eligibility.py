"""`hpedi ask eligibility`: the answer of a 271, for a person at a terminal, within what the person may see."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import json_lines, run_hpedi
from tests.pipeline.conftest import KEY
from tests.shared import PROJECT

ROSA = ("--member", "HS1000001", "--born", "1979-04-12", "--provider", "RIVERBEND")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with the sample payer."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    made = tmp_path / "workspace"
    assert run_hpedi("--home", made, "init") == ExitCode.OK
    assert run_hpedi("--home", made, "load", PROJECT / "samples" / "payer") == ExitCode.OK
    return made


def ask(home: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    """Return how a question ended, and what it printed."""
    capsys.readouterr()
    code = run_hpedi("--home", home, "ask", "eligibility", *options)
    return code, capsys.readouterr().out


def test_a_person_reads_coverage_and_cost(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Plan, copay and coverage in words, the amounts as they are told in a 271."""
    code, told = ask(home, capsys, *ROSA, "--service-type", "98")
    assert code == ExitCode.OK
    assert "ROSA AMBLE, born 1979-04-12, member id HS1000001" in told
    assert "Open Access 1500; since" in told
    assert any("office visit" in line and "copay a visit" in line and "30.00" in line for line in told.splitlines())


def test_a_visit_online_costs_what_it_does_with_who_asks(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The designated online clinic's visits are paid in full, those of another have a copay, as their claims will."""
    for provider, share in (("LANTERN", "T1015 coinsurance 0 %"), ("HARBOR", "T1015 copay a visit 30.00")):
        _code, told = ask(home, capsys, *ROSA[:4], "--provider", provider, "--procedure", "T1015", "--pos", "10")
        assert f"{share} individual in network" in " ".join(told.split())


def test_an_authorisation_on_file_is_told_with_what_is_left(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """J1745 needs one; Rosa has 25 of 30 units left."""
    _code, told = ask(home, capsys, *ROSA, "--procedure", "J1745", "--json")
    (answer,) = json_lines(told)
    benefits = answer["answer"]["sources"][0]["receivers"][0]["subscribers"][0]["patient"]["benefits"]
    (status,) = (each for each in benefits if each["authorization"] == "Y")
    assert status["procedure"]["code"] == "J1745"
    assert status["ids"] == [{"qualifier": "G1", "value": "AUTH-1001", "description": ""}]
    assert status["messages"] == ["AUTHORIZATION ON FILE - 25 OF 30 UNITS LEFT"]


def test_the_x12_is_that_of_a_271(home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """--x12 prints an interchange that is found right."""
    code, told = ask(home, capsys, "--last", "amble", "--first", "r", *ROSA[2:], "--x12")
    assert code == ExitCode.OK
    assert told.splitlines()[2] == "ST*271*0001*005010X279A1~"
    file = tmp_path / "shown.271"
    file.write_text(told)
    assert run_hpedi("validate", file) == ExitCode.OK


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--member", "HS1000001", "--born", "1979-04-13", *ROSA[4:]), "AAA 71"),
        (
            ("--member", "HS1999999", "--born", "1979-04-12", *ROSA[4:]),
            "(AAA 72): the member id is missing, or nobody has this member id",
        ),
        ((*ROSA[:4], "--provider", "NOBODY"), "AAA 51"),
        ((*ROSA, "--on", "2020-01-01"), "AAA 62"),
    ],
)
def test_what_is_not_answered_says_why(
    home: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], says: str
) -> None:
    """The code that a 271 has, and what it means; no benefit is shown."""
    code, told = ask(home, capsys, *options)
    assert code == ExitCode.FINDINGS
    assert says in told
    assert "deductible" not in told


def test_wrong_words_are_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Days the wrong way round, and what is no procedure."""
    assert ask(home, capsys, *ROSA, "--on", "2026-03-02", "--to", "2026-03-01")[0] == ExitCode.USAGE
    assert ask(home, capsys, *ROSA, "--procedure", "!")[0] == ExitCode.USAGE


def test_who_has_no_role_for_members_asks_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With accounts, nobody signed in runs as the schedule, which asks about no member; it is noted."""
    assert run_hpedi("--home", home, "user", "add", "root", "--name", "Op Erator", "--role", "operator") == ExitCode.OK
    code, told = ask(home, capsys, *ROSA)
    assert (code, told) == (ExitCode.NOT_PERMITTED, "")
