"""Uses of authorisations through the whole program: counted down over claims, taken back with a void, audited."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from hpedi.claims.claim import Claim
from hpedi.commands.workspace import Workspace, create, open_workspace
from hpedi.money import usd
from hpedi.service_dates import DateSpan
from hpedi.store.tables import audit_entry
from tests.commands.running import json_lines, run_hpedi
from tests.databases import Workspaces
from tests.golden.real_harness import RealHarness
from tests.golden.scenarios import HERE
from tests.golden.world import claim_of, payer_folder

AUTHORIZATION = "AUTH32"


@pytest.fixture
def workspace(workspaces: Workspaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """An empty workspace."""
    monkeypatch.setenv("HPEDI_KEY", base64.b64encode(bytes(range(32))).decode())
    create(tmp_path / "home", workspaces.url())
    opened = open_workspace(tmp_path / "home")
    with closing(opened.database):
        yield opened


@pytest.fixture
def payer(workspace: Workspace, tmp_path: Path) -> RealHarness:
    """The payer of the golden world with 30 units of a drug authorised."""
    return RealHarness(payer_folder(world(), scenario()["given"]), workspace, tmp_path)


def world() -> Any:
    """Read the golden world."""
    return json.loads((HERE / "world.json").read_text())


def scenario() -> Any:
    """Read the run in which 40 units are billed and 30 authorised."""
    return json.loads((HERE / "GS-32.json").read_text())["runs"][0]


def claim(units: str, day: date, **changes: Any) -> Claim:
    """Return a claim of so many units at 120.00 US dollars each."""
    made = claim_of(scenario()["steps"][0]["claim"], world(), {})
    charged = usd(Decimal(units) * 120)
    (line,) = made.lines
    line = replace(line, units=Decimal(units), charged=charged, dates=DateSpan(day, day))
    return replace(made, charged=charged, lines=(line,), **changes)


def test_units_are_counted_down_and_taken_back(payer: RealHarness) -> None:
    """Of 30 units a claim of 25 leaves 5, the next of 10 is paid 5; its void gives them back to the one after it."""
    payer.receive_claim("first", claim("25", date(2026, 4, 7)), date(2026, 4, 9), date(2026, 4, 9))
    payer.receive_claim("second", claim("10", date(2026, 4, 8)), date(2026, 4, 9), date(2026, 4, 9))
    assert payer.authorizations()[AUTHORIZATION] == (Decimal(30), Decimal(0))
    second = payer.control_numbers()["second"]
    void = claim("10", date(2026, 4, 8), frequency="8", original_reference=second)
    payer.receive_claim("void", void, date(2026, 4, 10), date(2026, 4, 10))
    assert payer.authorizations()[AUTHORIZATION] == (Decimal(25), Decimal(5))
    payer.receive_claim("third", claim("5", date(2026, 4, 13)), date(2026, 4, 14), date(2026, 4, 14))
    decided = {each.label: each.decision.lines[0].units_paid for each in payer.decided()}
    assert (decided["first"], decided["third"]) == (Decimal(25), Decimal(5))
    assert payer.authorizations()[AUTHORIZATION] == (Decimal(30), Decimal(0))


def test_what_is_left_is_told_as_of_a_day_and_audited(
    payer: RealHarness, workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By number or by card the command tells approved, used and left; what was decided later does not count."""
    payer.receive_claim("first", claim("25", date(2026, 4, 7)), date(2026, 4, 9), date(2026, 4, 9))
    payer.receive_claim("second", claim("3", date(2026, 4, 8)), date(2026, 4, 13), date(2026, 4, 13))
    home = ["--home", tmp_path / "home", "authorizations"]
    assert run_hpedi(*home, AUTHORIZATION, "--json") == 0
    (told,) = json_lines(capsys.readouterr().out)
    assert (told["approved"], told["used"], told["left"]) == ("30", "28", "2")
    assert [use["units"] for use in told["uses"]] == ["25", "3"]
    card = world()["members"][0]["member_id"]
    assert run_hpedi(*home, card, "--as-of", "2026-04-12", "--json") == 0
    (earlier,) = json_lines(capsys.readouterr().out)
    assert (earlier["used"], earlier["left"]) == ("25", "5")
    assert run_hpedi(*home, "AUTH-NONE", "--json") == 1
    with workspace.database.reading() as connection:
        rows = connection.execute(
            select(audit_entry.c.subject, audit_entry.c.result).where(audit_entry.c.action == "inquire member")
        )
        asked = [tuple(row) for row in rows]
    assert asked == [
        ("authorization:AUTH32", "found 1"),
        ("authorization:AUTH32", "found 1"),
        ("authorization:none", "no results"),
    ]
