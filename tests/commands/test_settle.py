"""`hpedi settle`: says what it would come to, books it when asked, and shows the pools."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from hpedi.adjudication.funding import EmployerCharge, PoolKey, PoolMovement
from hpedi.commands import ExitCode
from hpedi.commands.workspace import context_for, open_workspace
from tests.commands.running import json_lines, run_hpedi
from tests.databases import Workspaces
from tests.pipeline.conftest import AS_OF, KEY, loaded_home  # noqa: F401 - a fixture

CAPITATION = (
    "settle", "capitation", "--provider", "HARBOR", "--period", "2026-03", "--members", "120", "--pmpm", "35.00",
    "--reference", "CAP202603", "--as-of", str(AS_OF),
)  # fmt: skip


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


def test_without_book_nothing_is_kept(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says 4,200.00 and that nothing is booked; asked again it says the same."""
    for _time in range(2):
        assert run_hpedi("--home", home, *CAPITATION) == ExitCode.OK
        told = capsys.readouterr()
        assert "4,200.00" in told.out
        assert "nothing is booked" in told.err


def test_booked_it_is_paid_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --book the payment goes out; the second time the reference is refused with a reason."""
    assert run_hpedi("--home", home, *CAPITATION, "--book", "--json") == ExitCode.OK
    settled, paid = json_lines(capsys.readouterr().out)
    assert settled["booked"] == "settlement:1"
    assert [each["amount"] for each in paid["paid"]["released"] + paid["paid"]["waiting"]] == ["4200.00"]
    assert run_hpedi("--home", home, *CAPITATION, "--book") == ExitCode.USAGE
    assert "settled already" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("capitation", "--period", "2026-13"),
        ("capitation", "--pmpm", "-1.00"),
        ("capitation", "--reference", "A*B"),
        ("program", "--earned", "101"),
        ("program", "--bonus", "1.00", "--measured-savings", "2.00"),
        ("program", "--bonus", "1.00"),
    ],
)
def test_what_cannot_be_is_refused(home: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """A month, amount, reference or percentage that is none ends as wrong usage, with words and no traceback."""
    usual = {
        "capitation": CAPITATION[2:],
        "program": (
            "--employer", "PINEWOOD", "--provider", "HARBOR", "--year", "2025", "--earned", "75",
            "--withhold-reference", "PIP2025",
        ),
    }  # fmt: skip
    kind, *other = words
    assert run_hpedi("--home", home, "settle", kind, *usual[kind], *other) == ExitCode.USAGE
    assert "Traceback" not in capsys.readouterr().err


def test_pools_are_shown_with_what_moved_them(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pool stands with each movement and what was in it then; charges tell their parts."""
    key = PoolKey("pip", "HARBOR", "PINEWOOD", 2025)
    held = (PoolMovement(key, "withheld", Decimal("72.00")), PoolMovement(key, "earned_by_provider", Decimal("-54.00")))
    charge = EmployerCharge("PINEWOOD", "pip_refund", Decimal("-1.50"), (("pool_interest", Decimal("-1.50")),))
    workspace = open_workspace(home)
    with workspace.books.writing(context_for(AS_OF)) as work:
        work.funding.append(held, (charge,), "settlement:1", AS_OF)
    workspace.database.close()
    assert run_hpedi("--home", home, "settle", "pools", "--year", "2025") == ExitCode.OK
    told = capsys.readouterr().out
    assert "Pool pip 2025, provider HARBOR, employer PINEWOOD: 18.00 US dollars" in told
    assert "pool_interest -1.50" in told
    assert run_hpedi("--home", home, "settle", "pools", "--year", "2024", "--json") == ExitCode.OK
    assert json_lines(capsys.readouterr().out) == []


def test_a_statement_can_be_followed(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What went in by month, what is in the pool, and the sum; on the terminal, as JSON, as a page and as PDF."""
    workspace = open_workspace(home)
    key = PoolKey("pip", "HARBOR", "PINEWOOD", 2026)
    with workspace.books.writing(context_for(AS_OF)) as work:
        for place, amount in enumerate(("40.00", "32.00")):
            work.funding.append((PoolMovement(key, "withheld", Decimal(amount)),), (), f"opening:{place}", AS_OF)
    workspace.database.close()
    words = ("settle", "statement", "--provider", "HARBOR", "--as-of", str(AS_OF))
    assert run_hpedi("--home", home, *words) == ExitCode.OK
    out = capsys.readouterr().out
    assert all(each in out for each in ("Pool pip of 2026", "withheld from claims", "72.00", "PINEWOOD FOODS"))
    page, sheets = tmp_path / "s.html", tmp_path / "s.pdf"
    assert run_hpedi("--home", home, *words, "--html", page, "--pdf", sheets) == ExitCode.OK
    assert "left in the pool $72.00" in page.read_text()
    assert sheets.read_bytes().startswith(b"%PDF-")
    assert run_hpedi("--home", home, *words, "--json") == ExitCode.OK
    (told,) = json_lines(capsys.readouterr().out)
    assert told["statement"]["blocks"][0] == {"heading": {"text": "Pool pip of 2026"}}


@pytest.mark.parametrize("ways", [(), ("--earned", "75", "--none-met"), ("--met", "A", "--earned", "75")])
def test_what_was_earned_is_told_in_one_way(
    home: Path, ways: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """A percentage, targets met or none of them: one of these, and not two."""
    words = ("settle", "withhold", "--provider", "HARBOR", "--year", "2025", "--reference", "WH2025")
    assert run_hpedi("--home", home, *words, *ways) == ExitCode.USAGE
    assert "say what was earned" in capsys.readouterr().err


def test_what_is_taken_waits_for_the_next_payment(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A penalty alone sends no 835: it comes off what is paid next."""
    words = (
        "settle", "adjustment", "--provider", "HARBOR", "--code", "L3", "--amount", "-50.00", "--reference", "PEN1",
        "--note", "late reports", "--book",
    )  # fmt: skip
    assert run_hpedi("--home", home, *words) == ExitCode.OK
    assert "comes off the provider's next payment" in capsys.readouterr().err
    assert run_hpedi("--home", home, *CAPITATION, "--book", "--json") == ExitCode.OK
    paid = json_lines(capsys.readouterr().out)[1]["paid"]
    assert [each["amount"] for each in paid["released"] + paid["waiting"]] == ["4150.00"]


def test_nothing_is_moved_where_nothing_is_due(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An employer without an account of its own owes the payer's account nothing."""
    words = ("settle", "transfer", "--employer", "PINEWOOD", "--reference", "WIRE1", "--book")
    assert run_hpedi("--home", home, *words) == ExitCode.USAGE
    assert "nothing was ever posted to an account of this employer's own" in capsys.readouterr().err
