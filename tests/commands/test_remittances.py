"""`hpedi inquire remittance` and `hpedi eob`: on the terminal, as JSON, as a page and as PDF."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from hpedi.commands.workspace import open_workspace
from samples.write_inbound import CLEARINGHOUSE, PRAIRIELINK, claim_set, clearinghouse_claims, interchange
from tests.commands.running import json_lines, run_hpedi
from tests.databases import Workspaces
from tests.pipeline.conftest import KEY, Demo, loaded_home  # noqa: F401 - a fixture

SENT = interchange(PRAIRIELINK, CLEARINGHOUSE, 501, [claim_set("0001", clearinghouse_claims())])


@pytest.fixture(scope="module")
def paid_home(standing_workspaces: Workspaces, loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """A workspace whose claims are paid: 470.00 to Harbor."""
    folder = tmp_path_factory.mktemp("paid")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HPEDI_KEY", KEY)
        workspace = open_workspace(standing_workspaces.copy(loaded_home, folder / "home"))
        Demo(workspace, folder).run(SENT)
        workspace.database.close()
    return folder / "home"


@pytest.fixture
def home(paid_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, to look at."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    return paid_home


def numbers(home: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Return the payment numbers by payee."""
    assert run_hpedi("--home", home, "inquire", "payment", "--json") == ExitCode.OK
    return {each["payee"]: each["number"] for each in json_lines(capsys.readouterr().out)}


def test_the_terminal_tells_claims_and_where_the_rest_went(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was paid, and who bears what was not."""
    number = numbers(home, capsys)["HARBOR SPECIALTY CARE"]
    assert run_hpedi("--home", home, "inquire", "remittance", number) == ExitCode.OK
    out = capsys.readouterr().out
    assert all(each in out for each in ("470.00", "Where the rest of the charge went", "Covered", "Withhold"))


def test_json_has_every_column_and_they_add_up(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What each bears and what is paid come to what was billed, for the whole and each claim."""
    number = numbers(home, capsys)["HARBOR SPECIALTY CARE"]
    assert run_hpedi("--home", home, "inquire", "remittance", number, "--json") == ExitCode.OK
    (told,) = json_lines(capsys.readouterr().out)
    advice = told["advice"]
    assert (advice["method"], advice["amount"]) == ("ACH", "470.00")
    for amounts in (advice["amounts"], *(claim["amounts"] for claim in advice["claims"])):
        borne = ("other_liability", "provider_liability", "withhold", "tax", "patient_liability", "paid")
        assert sum(Decimal(amounts[each]) for each in borne) == Decimal(amounts["billed"])


def test_page_and_pdf_are_written_and_nothing_is_printed(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both at once, of a remittance and of an explanation of benefits."""
    number = numbers(home, capsys)["HARBOR SPECIALTY CARE"]
    page, sheets = tmp_path / "r.html", tmp_path / "r.pdf"
    assert run_hpedi("--home", home, "inquire", "remittance", number, "--html", page, "--pdf", sheets) == ExitCode.OK
    assert capsys.readouterr().out == ""
    assert "Provider liability" in page.read_text()
    assert sheets.read_bytes().startswith(b"%PDF-")
    assert run_hpedi("--home", home, "inquire", "remittance", number, "--json") == ExitCode.OK
    claim = json_lines(capsys.readouterr().out)[0]["claims"][0]["claim"]
    assert run_hpedi("--home", home, "eob", claim, "--pdf", sheets) == ExitCode.OK
    assert sheets.read_bytes().startswith(b"%PDF-")


def test_a_number_of_nobody_writes_no_file(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No results: exit code 1, and no page."""
    page = tmp_path / "none.html"
    assert run_hpedi("--home", home, "inquire", "remittance", "123", "--html", page) == ExitCode.FINDINGS
    assert "no results" in capsys.readouterr().out
    assert not page.exists()


def test_the_ledger_is_narrowed_by_whose_it_is(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a provider, an employer or the insured; two of these at once are refused."""
    assert run_hpedi("--home", home, "ledger", "balance", "--provider", "HARBOR", "--json") == ExitCode.OK
    rows = {each["account"]: each["balance"] for each in json_lines(capsys.readouterr().out)}
    assert rows["ach_clearing"] == "-470.00"
    for words in (("--insured",), ("--employer", "PINEWOOD"), ("--plan", "OPEN-1500", "--account", "claims_payable")):
        assert run_hpedi("--home", home, "ledger", "journal", *words, "--json") == ExitCode.OK
        assert all(each["source"].startswith("claim:") for each in json_lines(capsys.readouterr().out))
    assert run_hpedi("--home", home, "ledger", "balance", "--employer", "PINE") == ExitCode.USAGE
    assert "loaded are PINEWOOD" in capsys.readouterr().err
    assert run_hpedi("--home", home, "ledger", "balance", "--insured", "--plan", "X") == ExitCode.USAGE


def test_without_the_package_pdf_says_what_to_install(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page needs nothing; PDF names the extra, and writes no file."""
    number = numbers(home, capsys)["HARBOR SPECIALTY CARE"]
    monkeypatch.delitem(sys.modules, "hpedi.documents.pdf_page", raising=False)
    monkeypatch.setitem(sys.modules, "fpdf", None)
    sheets = tmp_path / "r.pdf"
    assert run_hpedi("--home", home, "inquire", "remittance", number, "--pdf", sheets) != ExitCode.OK
    assert "hpedi[pdf]" in capsys.readouterr().err
    assert not sheets.exists()
