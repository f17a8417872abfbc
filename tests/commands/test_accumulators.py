"""`hpedi accumulators`: what stands on a day, and amounts from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import json_lines, run_hpedi
from tests.pipeline.conftest import KEY
from tests.shared import PROJECT

CARD = "HS1000001"
FEED = "reference,member_id,birth_date,date,deductible,out_of_pocket\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with the sample payer."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    made = tmp_path / "workspace"
    assert run_hpedi("--home", made, "init") == ExitCode.OK
    assert run_hpedi("--home", made, "load", PROJECT / "samples" / "payer") == ExitCode.OK
    return made


def shown(capsys: pytest.CaptureFixture[str], home: Path, *options: object) -> dict[tuple[str, str], Any]:
    """Return what stands, by accumulator and owner."""
    capsys.readouterr()
    assert run_hpedi("--home", home, "accumulators", CARD, "--as-of", "2026-12-30", "--json", *options) == ExitCode.OK
    (told,) = json_lines(capsys.readouterr().out)
    return {(each["key"]["accumulator"], each["key"]["owner"]): each for each in told["accumulators"]}


def test_a_balance_is_shown_with_its_entries(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Limit, used and left of each accumulator, and the entries that it is the sum of."""
    deductible = shown(capsys, home)["ded_ind_inn", "M01"]
    assert (deductible["limit"], deductible["used"], deductible["left"]) == ("1500.00", "1400.00", "100.00")
    assert [each["entry"]["source"] for each in deductible["entries"]] == ["opening:conversion"]


def test_a_family_is_shown_whole(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --family all its members are shown, and family accumulators once."""
    family = shown(capsys, home, "--family")
    assert {owner for _name, owner in family} == {"M01", "M02", "M03", "F01"}


def test_a_feed_counts_once(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same file again adds nothing, and the sum is as after the first time."""
    feed = tmp_path / "pharmacy.csv"
    feed.write_text(FEED + f"RX1,{CARD},1979-04-12,2026-03-03,40.00,45.00\n")
    assert run_hpedi("--home", home, "accumulators", "import", feed) == ExitCode.OK
    assert run_hpedi("--home", home, "accumulators", "import", feed) == ExitCode.OK
    assert "nothing new" in capsys.readouterr().out
    assert shown(capsys, home)["ded_ind_inn", "M01"]["used"] == "1440.00"


def test_wrong_rows_are_told(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row that means nobody is told with its line and its neighbours count."""
    feed = tmp_path / "pharmacy.csv"
    feed.write_text(FEED + f"RX1,{CARD},1979-04-12,2026-03-03,40.00,\nRX2,NOBODY,1979-04-12,2026-03-03,1.00,\n")
    capsys.readouterr()
    assert run_hpedi("--home", home, "accumulators", "import", feed, "--json") == ExitCode.FINDINGS
    (told,) = json_lines(capsys.readouterr().out)
    assert [finding["where"]["line"] for finding in told["findings"]] == [3]
    assert told["entries"] == 2


def test_nobody_is_no_result(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A card that is nobody's gives no result, and the look is kept all the same."""
    assert run_hpedi("--home", home, "accumulators", "show", "NOBODY") == ExitCode.FINDINGS
    capsys.readouterr()
    assert run_hpedi("--home", home, "audit", "search", "--action", "explain accumulator", "--json") == ExitCode.OK
    assert "no results" in json.dumps(json_lines(capsys.readouterr().out))
